//! Sums of gradients, and the splits that they show.

/// What stands for 1 in a gradient. Sums of 2^32 samples with at most this much fit an `i64`.
const UNIT: f64 = (1 << 30) as f64;

/// The least second derivatives of a leaf: below, a step of Newton's method says nothing.
const LEAST_HESSIAN: f64 = 1e-3;

/// The least gain of a split. Less can come from rounding.
const LEAST_GAIN: f64 = 1e-7;

/// A sample with the gradients of the tree that is grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its place among the samples that are learned from.
    pub(super) sample: u32,
    gradient: i32,
    hessian: i32,
}

/// What the rows of a bin or of a leaf add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    gradient: i64,
    hessian: i64,
    pub(super) samples: u32,
}

/// A way to split a leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Split {
    /// By how much twice the loss becomes smaller.
    pub(super) gain: f64,
    /// The column, by its place in the list that was searched.
    pub(super) column: usize,
    /// The last bin of the left side.
    pub(super) bin: u8,
    /// The sums of both sides.
    pub(super) sides: [Sums; 2],
}

/// What a tree keeps to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) leaves: usize,
    pub(super) least_samples: u32,
    pub(super) l2: f64,
    pub(super) learning_rate: f64,
}

impl Row {
    /// A sample that has a share of a class, and should have all or nothing of it.
    pub(super) fn new(sample: u32, share: f32, is_of_class: bool) -> Self {
        let hessian = fixed(share * (1.0 - share));
        Self { sample, gradient: fixed(share - f32::from(is_of_class)), hessian }
    }
}

/// A number from -1 to 1 in units.
fn fixed(number: f32) -> i32 {
    (f64::from(number) * UNIT).round() as i32
}

impl Sums {
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut sums = Self::default();
        for row in rows {
            sums.count(row);
        }
        sums
    }

    pub(super) fn count(&mut self, row: &Row) {
        self.gradient += i64::from(row.gradient);
        self.hessian += i64::from(row.hessian);
        self.samples += 1;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            gradient: self.gradient + other.gradient,
            hessian: self.hessian + other.hessian,
            samples: self.samples + other.samples,
        }
    }

    fn less(self, other: Self) -> Self {
        Self {
            gradient: self.gradient - other.gradient,
            hessian: self.hessian - other.hessian,
            samples: self.samples - other.samples,
        }
    }

    fn gradient(self) -> f64 {
        self.gradient as f64 / UNIT
    }

    fn hessian(self) -> f64 {
        self.hessian as f64 / UNIT
    }
}

/// Takes a part of the rows out of a histogram.
pub(super) fn subtract(histogram: &mut [Sums], part: &[Sums]) {
    for (all, part) in histogram.iter_mut().zip(part) {
        *all = all.less(*part);
    }
}

/// The split that gains most; of equals the first.
pub(super) fn best_of(splits: impl IntoIterator<Item = Option<Split>>) -> Option<Split> {
    let better = |best: Split, split: Split| if split.gain > best.gain { split } else { best };
    splits.into_iter().flatten().reduce(better)
}

impl Limits {
    /// What a leaf adds to the scores of its rows: a step of Newton's method, shortened.
    pub(super) fn value(&self, sums: Sums) -> f32 {
        if sums.hessian() < LEAST_HESSIAN {
            return 0.0;
        }
        let step = -sums.gradient() / (sums.hessian() + self.l2);
        (step * self.learning_rate) as f32
    }

    /// Whether both sides of a split could have enough samples.
    pub(super) fn may_split(&self, sums: Sums) -> bool {
        sums.samples / 2 >= self.least_samples
    }

    /// The best split of a leaf by one column, whose histogram this is.
    pub(super) fn best_split(
        &self,
        column: usize,
        histogram: &[Sums],
        total: Sums,
    ) -> Option<Split> {
        if !self.may_split(total) {
            return None;
        }
        let mut left = Sums::default();
        let bins = (0..=u8::MAX).zip(histogram).filter(|(_, sums)| sums.samples > 0);
        best_of(bins.map(|(bin, sums)| {
            left = left.plus(*sums);
            let sides = [left, total.less(left)];
            self.gain(total, sides).map(|gain| Split { gain, column, bin, sides })
        }))
    }

    /// What a split gains, if both sides keep to the limits.
    fn gain(&self, total: Sums, sides: [Sums; 2]) -> Option<f64> {
        let is_usable =
            |side: &Sums| side.samples >= self.least_samples && side.hessian() >= LEAST_HESSIAN;
        if !sides.iter().all(is_usable) {
            return None;
        }
        let [left, right] = sides.map(|side| self.score(side));
        let gain = left + right - self.score(total);
        (gain > LEAST_GAIN).then_some(gain)
    }

    /// By how much the best value of a leaf makes twice the loss smaller.
    fn score(&self, sums: Sums) -> f64 {
        sums.gradient().powi(2) / (sums.hessian() + self.l2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { leaves: 31, least_samples: 2, l2: 0.0, learning_rate: 0.1 };

    /// Rows that have half of the class, and should have all or nothing of it.
    fn sums(of_class: u32, others: u32) -> Sums {
        let row = |is_of_class| Row::new(0, 0.5, is_of_class);
        let rows = [vec![row(true); of_class as usize], vec![row(false); others as usize]];
        Sums::of(&rows.concat())
    }

    fn split_of(bins: &[Sums], limits: Limits) -> Option<Split> {
        let total = bins.iter().fold(Sums::default(), |total, bin| total.plus(*bin));
        limits.best_split(7, bins, total)
    }

    #[test]
    fn the_largest_gradients_fit() {
        assert_eq!(Row::new(0, 1.0, false), Row { sample: 0, gradient: 1 << 30, hessian: 0 });
        assert_eq!(Row::new(0, 0.0, true), Row { sample: 0, gradient: -(1 << 30), hessian: 0 });
        assert_eq!(
            Row::new(3, 0.5, true),
            Row { sample: 3, gradient: -(1 << 29), hessian: 1 << 28 }
        );
    }

    #[test]
    fn the_best_place_is_found() {
        let bins = [sums(3, 0), sums(4, 0), sums(0, 0), sums(0, 5)];
        let split = split_of(&bins, LIMITS).unwrap();
        assert_eq!((split.column, split.bin), (7, 1));
        assert_eq!(split.sides, [sums(7, 0), sums(0, 5)]);
        // (3.5)^2 / 1.75 and (2.5)^2 / 1.25, less 1^2 / 3.
        assert!((split.gain - (7.0 + 5.0 - 1.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn of_equal_splits_the_first_is_taken() {
        let bins = [sums(2, 0), sums(2, 2), sums(0, 2)];
        assert_eq!(split_of(&bins, LIMITS).unwrap().bin, 0);
        let split = |column| Split { gain: 1.0, column, bin: 0, sides: [Sums::default(); 2] };
        let found = best_of([None, Some(split(3)), Some(split(1))]).unwrap();
        assert_eq!(found.column, 3);
    }

    #[test]
    fn a_side_with_too_few_samples_is_refused() {
        let bins = [sums(1, 0), sums(0, 9)];
        assert_eq!(split_of(&bins, LIMITS), None);
        assert!(split_of(&bins, Limits { least_samples: 1, ..LIMITS }).is_some());
        assert!(!LIMITS.may_split(sums(1, 2)) && LIMITS.may_split(sums(2, 2)));
    }

    #[test]
    fn a_side_that_is_certain_is_refused() {
        let certain = Sums::of(&[Row::new(0, 1e-5, false); 50]);
        assert_eq!(split_of(&[certain, sums(9, 0)], LIMITS), None);
        let less_certain = Sums::of(&[Row::new(0, 1e-4, false); 50]);
        assert!(split_of(&[less_certain, sums(9, 0)], LIMITS).is_some());
        assert_eq!(LIMITS.value(certain), 0.0);
        assert!(LIMITS.value(less_certain) < 0.0);
    }

    #[test]
    fn a_split_without_gain_is_refused() {
        assert_eq!(split_of(&[sums(4, 4), sums(6, 6)], LIMITS), None);
        assert_eq!(split_of(&[sums(0, 0), sums(6, 9)], LIMITS), None);
    }

    #[test]
    fn a_value_is_a_short_step_that_l2_shortens() {
        // 10 of the class have the gradient -5 and the second derivative 2.5.
        assert_eq!(LIMITS.value(sums(10, 0)), 0.2);
        assert_eq!(Limits { l2: 2.5, ..LIMITS }.value(sums(10, 0)), 0.1);
    }

    #[test]
    fn what_is_left_is_what_was_not_taken_out() {
        let mut histogram = [sums(5, 2), sums(1, 8)];
        subtract(&mut histogram, &[sums(2, 2), sums(0, 3)]);
        assert_eq!(histogram, [sums(3, 0), sums(1, 5)]);
    }
}

//! Thresholds between numbers.

/// The finite numbers of a column in ascending order, each once, and how many rows have it.
#[derive(Debug, Default)]
pub(super) struct Spread(Vec<(f64, u64)>);

impl Spread {
    pub(super) fn of(numbers: impl Iterator<Item = f64>) -> Self {
        // There is one zero.
        let mut numbers: Vec<f64> = numbers.filter(|n| n.is_finite()).map(|n| n + 0.0).collect();
        numbers.sort_by(f64::total_cmp);
        let same = numbers.chunk_by(|a, b| a == b);
        Self(same.filter_map(|same| Some((*same.first()?, same.len() as u64))).collect())
    }

    fn rows(&self) -> u64 {
        self.0.iter().map(|(_, rows)| rows).sum()
    }

    /// The number in this place if all rows are sorted, from 0.
    fn nth(&self, place: u64) -> Option<f64> {
        let mut before = 0u64;
        let mut reached = self.0.iter().filter(|(_, rows)| {
            before += rows;
            before > place
        });
        reached.next().map(|(number, _)| *number)
    }

    /// The number in the middle, the lower one of two.
    pub(super) fn median(&self) -> Option<f64> {
        self.nth(self.rows().checked_sub(1)? / 2)
    }

    /// How far the two numbers are apart that are nearest to each other, if there are two.
    pub(super) fn least_distance(&self) -> Option<f64> {
        let pairs = self.0.iter().zip(self.0.iter().skip(1));
        pairs.map(|((low, _), (high, _))| high - low).min_by(f64::total_cmp)
    }

    /// The smallest and the largest number, 0 twice if there is none.
    pub(super) fn ends(&self) -> (f64, f64) {
        let ends = self.0.first().zip(self.0.last());
        ends.map(|(low, high)| (low.0, high.0)).unwrap_or_default()
    }

    /// The numbers that have at most this share of all others outside of them. If they are one, the
    /// smallest and the largest number.
    pub(super) fn quantiles(&self, tail: f64) -> (f64, f64) {
        let last = self.rows().saturating_sub(1);
        // A tail is below a half, so this is at most half of the number of rows.
        let cut = (last as f64 * tail).floor() as u64;
        let ends = self.nth(cut).zip(self.nth(last.saturating_sub(cut)));
        ends.filter(|(low, high)| low < high).unwrap_or_else(|| self.ends())
    }

    /// At most `max` thresholds between neighbouring numbers, with equally many rows between two of
    /// them as far as possible. If there are no more numbers than levels, each gets its own.
    pub(super) fn thresholds(&self, max: u16) -> Vec<f64> {
        let mut levels = u64::from(max) + 1;
        let each = self.0.len() as u64 <= levels;
        let (mut left, mut taken) = (self.rows(), 0u64);
        let mut at = Vec::new();
        for ((low, rows), (high, _)) in self.0.iter().zip(self.0.iter().skip(1)) {
            taken += rows;
            let is_full = levels > 1 && u128::from(taken) * u128::from(levels) >= u128::from(left);
            if each || is_full {
                at.push(between(*low, *high));
                (left, levels, taken) = (left - taken, levels - 1, 0);
            }
        }
        at
    }

    /// Which share of the information in the numbers is lost if only the thresholds that they reach
    /// are kept.
    pub(super) fn lost(&self, at: &[f64]) -> f64 {
        let level = |number: f64| at.partition_point(|threshold| *threshold <= number);
        let levels = self.0.chunk_by(|(a, _), (b, _)| level(*a) == level(*b));
        let kept = entropy(levels.map(|level| level.iter().map(|(_, rows)| rows).sum::<u64>()));
        lost_share(kept, entropy(self.0.iter().map(|(_, rows)| *rows)))
    }
}

/// Which share of the information of one distribution another one lacks.
pub(super) fn lost_share(kept: f64, all: f64) -> f64 {
    if all > 0.0 {
        (1.0 - kept / all).max(0.0)
    } else {
        0.0
    }
}

/// The information in a row, in bits, if so many rows have each value.
pub(super) fn entropy(rows: impl Iterator<Item = u64>) -> f64 {
    let rows: Vec<f64> = rows.map(|rows| rows as f64).collect();
    let all: f64 = rows.iter().sum();
    rows.iter().map(|rows| rows / all * (all / rows).log2()).sum()
}

/// The shortest decimal that is more than the first number and at most the second.
pub(super) fn between(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    // With 17 digits every number is itself.
    let mut candidates = (0usize..17).flat_map(|digits| {
        let texts = [middle, high].map(|near| format!("{near:.digits$e}"));
        texts.into_iter().filter_map(|text| text.parse::<f64>().ok())
    });
    candidates.find(|candidate| low < *candidate && *candidate <= high).unwrap_or(high)
}

/// Even levels between two numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Linear {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Linear {
    /// Whether its ends are finite and in order, and their distance is finite.
    pub(super) fn is_usable(self) -> bool {
        (self.high - self.low).is_finite() && self.low <= self.high
    }

    /// The level of a number: its share of the way from the lower end to the higher one, rounded,
    /// halves upwards. It never falls with the number.
    pub(super) fn level(self, number: f64, max: u16) -> u16 {
        if self.low >= self.high {
            return 0;
        }
        let share = (number.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        // The product lies between 0 and `max`, so nothing is cut off.
        (share * f64::from(max)).round() as u16
    }

    /// For each level from 1 the least number that has it or a higher one; none if the ends are the
    /// same.
    pub(super) fn thresholds(self, max: u16) -> Vec<f64> {
        if self.low >= self.high {
            return Vec::new();
        }
        let mut from = ordered(self.low);
        let levels = (1..=max).map(|level| {
            from = self.least(level, from, max);
            // There is one zero.
            number(from) + 0.0
        });
        levels.collect()
    }

    /// The least number from this one on that has a level, found by halving what is left.
    fn least(self, level: u16, from: i64, max: u16) -> i64 {
        let (mut low, mut high) = (from, ordered(self.high));
        while low < high {
            // The mean, rounded down without overflow.
            let middle = (low & high) + ((low ^ high) >> 1);
            if self.level(number(middle), max) >= level {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        high
    }
}

/// The place of a number among all numbers of 64 bits.
fn ordered(number: f64) -> i64 {
    flip(number.to_bits().cast_signed())
}

/// The number in this place.
fn number(ordered: i64) -> f64 {
    f64::from_bits(flip(ordered).cast_unsigned())
}

/// Turns the order of negative numbers round. Done twice, it changes nothing.
fn flip(bits: i64) -> i64 {
    if bits < 0 {
        bits ^ i64::MAX
    } else {
        bits
    }
}

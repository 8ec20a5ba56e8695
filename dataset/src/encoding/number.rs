//! Numbers that models answer with, and the whole numbers that stand for them.

use super::levels::{between, Spread};
use crate::value::decimal;
use nocknock_primitives::model::{baseline::baseline, Architecture, Goal};

/// Units of a target that make one tolerance, where an architecture does not say how many.
const UNITS: u32 = 1_024;

/// The largest target.
const MOST: u16 = u16::MAX;

/// How many counts of targets the chain keeps, each of targets with the same upper bits.
const COUNTS: usize = 256;

/// Bits of a target that its count does not tell.
const COUNTED_TOGETHER: u32 = 8;

/// Share of the numbers at either end that do not decide where the targets lie.
const TAIL: f64 = 0.05;

/// Which share of the numbers in the middle an answer may be off by, unless somebody says it.
const USUAL_SHARE: f64 = 0.05;

/// As many units the lowest target may lie below where it could, so that it has a short decimal.
const SLACK: f64 = 64.0;

/// Which numbers the targets of a model stand for: `low` and each `step` above it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberScale {
    low: f64,
    step: f64,
}

impl NumberScale {
    /// A scale, if its thresholds rise and are finite.
    pub fn new(low: f64, step: f64) -> Option<Self> {
        let scale = Self { low, step };
        // A step that is too small beside the numbers is lost, first where they are largest.
        let rises = |target: u16| scale.threshold(target) < scale.threshold(target + 1);
        let is_finite = low.is_finite() && scale.threshold(MOST).is_finite();
        (is_finite && rises(0) && rises(MOST - 1)).then_some(scale)
    }

    /// The scale on which a tolerance is as many units as a goal allows, about the middle of these
    /// numbers. None if there is none.
    pub(super) fn fit(numbers: &[f64], tolerance: f64, goal: Goal) -> Option<Self> {
        let units = match goal {
            Goal::Within { tolerance: 0 } | Goal::AbsoluteError { .. } => UNITS,
            Goal::Within { tolerance } => tolerance,
        };
        let step = tolerance / f64::from(units);
        let width = f64::from(MOST) * step;
        let spread = Spread::of(numbers.iter().copied());
        let (least, most) = spread.ends();
        // A sum of both might be infinite.
        let middle = |(low, high): (f64, f64)| low / 2.0 + high / 2.0 - width / 2.0;
        let low = if most - least <= width {
            middle((least, most))
        } else {
            middle(spread.quantiles(TAIL)).max(least).min(most - width)
        };
        let below = low - SLACK * step;
        Self::new(if below < low { between(below, low) } else { low }, step)
    }

    /// The number that target 0 stands for.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// By how much the numbers of two neighbouring targets differ.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// The target of a number: how many of the thresholds `low + (k − ½)·step`, with `k` from 1 to
    /// 65,535, are at most the number.
    pub fn target(&self, number: f64) -> u16 {
        let (mut least, mut most) = (0, MOST);
        while least < most {
            let middle = most - (most - least) / 2;
            if self.threshold(middle) <= number {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        least
    }

    /// The number that an answer of a model stands for.
    pub fn number(&self, answer: i128) -> f64 {
        self.low + answer as f64 * self.step
    }

    /// The shortest decimal that an answer of a model may stand for, in the units of the column.
    pub fn text(&self, answer: i128) -> String {
        let (number, half) = (self.number(answer), self.step / 2.0);
        let (low, high) = (number - half, number + half);
        let is_between = low < high && low.is_finite() && high.is_finite();
        decimal::of_f64(if is_between { between(low, high) } else { number })
    }

    /// A distance of two targets, in the units of the column.
    pub fn distance(&self, units: f64) -> f64 {
        units * self.step
    }

    /// Whether a number lies where no target is near: the nearest one is half a step away or more.
    pub fn is_beyond(&self, number: f64) -> bool {
        number < self.threshold(0) || number >= self.number(MOST.into()) + self.step / 2.0
    }

    /// The share of all points that the best constant answer gets on these numbers, reckoned as the
    /// chain does for a task of this architecture: a little more than it gets, because the chain
    /// [counts](nocknock_primitives::model::baseline) targets in parts of their range. No model
    /// wins that is not better.
    pub fn best_constant(&self, numbers: &[f64], architecture: &Architecture) -> f64 {
        let mut counts = [0u32; COUNTS];
        for number in numbers {
            let place = usize::from(self.target(*number) >> COUNTED_TOGETHER);
            if let Some(count) = counts.get_mut(place) {
                *count = count.saturating_add(1);
            }
        }
        let rows = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let points = baseline(architecture, &counts, rows);
        points as f64 / architecture.max_score(rows).max(1) as f64
    }

    /// `k − ½` is exact, so a product and a sum are rounded, which every language does alike.
    fn threshold(&self, target: u16) -> f64 {
        self.low + (f64::from(target) - 0.5) * self.step
    }
}

/// A tolerance for numbers of which nobody has said one: a twentieth of where nine tenths of them
/// lie, or half of the smallest distance of two if that is more. It has few digits. None if there
/// are no two different numbers.
pub(crate) fn usual_tolerance(numbers: &[f64]) -> Option<f64> {
    let spread = Spread::of(numbers.iter().copied());
    let (low, high) = spread.quantiles(TAIL);
    let share = USUAL_SHARE * high - USUAL_SHARE * low;
    let exact = spread.least_distance()? / 2.0;
    let tolerance = share.max(exact);
    let (least, most) = (tolerance * 0.95, tolerance * 1.05);
    let is_usable = least > 0.0 && most.is_finite();
    is_usable.then(|| if exact >= share { exact } else { between(least, most) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::{
        limits::List,
        model::{baseline::count_labels, names::named, Block, Label, Sample},
    };
    use proptest::prelude::*;

    const WITHIN: Goal = Goal::Within { tolerance: 1_024 };

    fn scale(low: f64, step: f64) -> NumberScale {
        NumberScale::new(low, step).unwrap()
    }

    #[test]
    fn a_number_has_the_nearest_target_and_halves_go_up() {
        let scale = scale(10.0, 0.5);
        for (number, target) in
            [(9.0, 0), (10.0, 0), (10.24, 0), (10.25, 1), (10.5, 1), (10.75, 2), (1e300, 65_535)]
        {
            assert_eq!(scale.target(number), target, "{number}");
        }
        assert_eq!(scale.target(f64::NEG_INFINITY), 0);
        assert_eq!(scale.number(3), 11.5);
        assert_eq!(scale.number(-2), 9.0);
    }

    #[test]
    fn scales_that_lead_nowhere_are_none() {
        for (low, step) in [
            (f64::NAN, 1.0),
            (f64::INFINITY, 1.0),
            (0.0, 0.0),
            (0.0, -1.0),
            (0.0, f64::NAN),
            (0.0, 1e304),
            (1e9, 1e-9),
            (-1e9, 1e-9),
        ] {
            assert_eq!(NumberScale::new(low, step), None, "{low} {step}");
        }
    }

    #[test]
    fn a_tolerance_is_as_many_units_as_the_goal_allows() {
        let numbers: Vec<f64> = (0..=100).map(f64::from).collect();
        let fitted = NumberScale::fit(&numbers, 5.0, WITHIN).unwrap();
        assert_eq!(fitted.step(), 5.0 / 1_024.0);
        assert_eq!(fitted.distance(1_024.0), 5.0);
        let other = NumberScale::fit(&numbers, 5.0, Goal::Within { tolerance: 50 }).unwrap();
        assert_eq!(other.step(), 0.1);
        let error = NumberScale::fit(&numbers, 5.0, Goal::AbsoluteError { cap: 65_535 }).unwrap();
        assert_eq!(error, fitted);
        assert!(numbers.iter().all(|number| !fitted.is_beyond(*number)));
    }

    #[test]
    fn of_numbers_that_are_far_apart_the_crowded_ones_have_targets() {
        let mut numbers: Vec<f64> = (0..1_000).map(f64::from).collect();
        numbers.push(1e9);
        let fitted = NumberScale::fit(&numbers, 50.0, WITHIN).unwrap();
        let beyond = numbers.iter().filter(|number| fitted.is_beyond(**number));
        assert_eq!(beyond.collect::<Vec<_>>(), [&1e9]);
        assert!(fitted.low() <= 0.0 && fitted.low() > -4.0, "{}", fitted.low());
    }

    #[test]
    fn answers_are_told_in_few_digits() {
        let scale = scale(-3.0, 0.05);
        assert_eq!(scale.text(0), "-3");
        assert_eq!(scale.text(63), "0.15");
        assert_eq!(scale.text(-1), "-3.05");
        let fitted = NumberScale::fit(&[0.0, 1.0, 2.0], 0.1, WITHIN).unwrap();
        assert_eq!(fitted.text(fitted.target(1.0).into()), "1");
    }

    #[test]
    fn the_usual_tolerance_is_a_twentieth_of_the_middle_or_exact() {
        let numbers: Vec<f64> = (0..=100).map(|n| f64::from(n) * 10.0).collect();
        assert_eq!(usual_tolerance(&numbers), Some(45.0));
        assert_eq!(usual_tolerance(&[1.0, 2.0, 3.0, 2.0]), Some(0.5));
        assert_eq!(usual_tolerance(&[7.0, 7.0]), None);
        assert_eq!(usual_tolerance(&[]), None);
        assert_eq!(usual_tolerance(&[f64::MIN, f64::MAX]), None);
    }

    #[test]
    fn the_best_constant_is_that_of_the_chain() {
        let scale = scale(0.0, 1.0);
        // The first two are 200 apart, but in one count; the third is in the next.
        let numbers = [10.0, 210.0, 300.0, 20_000.0, 50_000.0];
        for (shape, expected) in [
            ("tiny-4x3-within", 3.0 / 5.0),
            ("tiny-4x3-error", (200.0 + 200.0 + 199.0) / 1_000.0),
            ("value-128x64-within", 3.0 / 5.0),
        ] {
            let architecture = named(shape).unwrap();
            let found = scale.best_constant(&numbers, &architecture);
            assert_eq!(found, expected, "{shape}");
            let sample = |number: &f64| Sample {
                inputs: vec![0; architecture.inputs.into()],
                label: Label::Number(scale.target(*number)),
            };
            let block = Block::new(&architecture, numbers.iter().map(sample).collect()).unwrap();
            let mut counts = List::default();
            count_labels(&architecture, &block, &mut counts);
            let of_chain = baseline(&architecture, &counts, 5) as f64;
            assert_eq!(found, of_chain / architecture.max_score(5) as f64, "{shape}");
            assert_eq!(scale.best_constant(&[], &architecture), 0.0);
        }
    }

    proptest! {
        #[test]
        fn a_target_counts_the_thresholds_and_never_falls(
            low in -1e9f64..1e9, step in 1e-6f64..1e6, numbers in prop::collection::vec(-1e12f64..1e12, 2),
        ) {
            let scale = scale(low, step);
            for number in &numbers {
                let target = scale.target(*number);
                let reached = |target: u16| scale.threshold(target) <= *number;
                prop_assert!(target == 0 || reached(target));
                prop_assert!(target == MOST || !reached(target + 1));
            }
            let [least, most] = [numbers[0].min(numbers[1]), numbers[0].max(numbers[1])];
            prop_assert!(scale.target(least) <= scale.target(most));
        }
    }
}

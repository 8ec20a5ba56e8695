//! Comparison of runs in pairs.

use crate::world::Outcome;

/// What a strategy earns more than honest work.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gain {
    /// The mean difference, as a part of what honest work earns.
    pub mean: f64,
    /// The standard error of that.
    pub error: f64,
}

impl Gain {
    /// Whether the gain is more than what is tolerated, and more than chance.
    pub fn is_too_large(&self) -> bool {
        self.mean > TOLERATED && self.mean > ERRORS * self.error
    }
}

/// The part of an honest income that a strategy may gain.
const TOLERATED: f64 = 0.03;

/// How many standard errors a gain has to exceed so that it is no chance.
const ERRORS: f64 = 3.0;

/// Where the group earns less than this part of what all others earn when it works honestly, gains
/// are parts of what the others earn.
const LITTLE: f64 = 0.05;

/// Outcomes of honest work and of a strategy, with the same seeds in the same order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    /// Those of honest work.
    pub(crate) honest: Vec<Outcome>,
    /// Those of the strategy.
    pub(crate) strategy: Vec<Outcome>,
}

impl Pairs {
    /// What the strategy gains.
    pub(crate) fn gain(&self) -> Gain {
        gain(&self.honest, &self.strategy)
    }
}

/// The mean of some numbers.
pub(crate) fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = numbers.len().max(1) as f64;
    numbers.sum::<f64>() / count
}

/// The standard error of the mean of some numbers.
pub(crate) fn standard_error(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    if count < 2.0 {
        return f64::INFINITY;
    }
    let mean = mean(numbers.iter().copied());
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (squares / (count - 1.0) / count).sqrt()
}

/// What a gain is a part of: one token at least, so that there are gains where nobody earns
/// anything honestly.
pub(crate) fn scale(honest: &[Outcome]) -> f64 {
    let own = mean(honest.iter().map(|run| run.income));
    let others = mean(honest.iter().map(|run| run.others));
    let scale = if own > LITTLE * others { own } else { others };
    scale.max(1.0)
}

/// Compares runs of a strategy with honest ones of the same seeds.
pub(crate) fn gain(honest: &[Outcome], strategy: &[Outcome]) -> Gain {
    difference(honest, strategy, |run| run.income)
}

/// What others gain when the strategy is played.
pub(crate) fn gain_of_others(honest: &[Outcome], strategy: &[Outcome]) -> Gain {
    difference(honest, strategy, |run| run.others)
}

fn difference(honest: &[Outcome], strategy: &[Outcome], of: impl Fn(&Outcome) -> f64) -> Gain {
    let scale = scale(honest);
    let pairs = honest.iter().zip(strategy);
    let differences: Vec<_> = pairs.map(|(one, other)| (of(other) - of(one)) / scale).collect();
    Gain { mean: mean(differences.iter().copied()), error: standard_error(&differences) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(incomes: [f64; 3]) -> Vec<Outcome> {
        incomes.map(|income| Outcome { income, ..Outcome::default() }).into()
    }

    #[test]
    fn a_gain_is_the_mean_difference_of_pairs() {
        let gain = gain(&runs([100.0, 90.0, 110.0]), &runs([110.0, 100.0, 120.0]));
        assert!((gain.mean - 0.1).abs() < 1e-9 && gain.error < 1e-9);
        assert!(gain.is_too_large());
    }

    #[test]
    fn what_may_be_chance_is_not_too_large() {
        assert!(!Gain { mean: 0.2, error: 0.1 }.is_too_large());
        assert!(!Gain { mean: 0.029, error: 0.001 }.is_too_large());
        assert!(Gain { mean: 0.04, error: 0.01 }.is_too_large());
    }

    #[test]
    fn who_earns_nothing_is_measured_by_what_others_earn() {
        let with = |income, others| vec![Outcome { income, others, ..Outcome::default() }];
        assert!((scale(&with(0.0, 50.0)) - 50.0).abs() < 1e-9);
        assert!((scale(&with(10.0, 50.0)) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn where_nobody_earns_anything_honestly_gains_are_in_tokens() {
        let gain = gain(&runs([0.0; 3]), &runs([2.0; 3]));
        assert!((gain.mean - 2.0).abs() < 1e-9 && gain.error < 1e-9, "{gain:?}");
    }
}

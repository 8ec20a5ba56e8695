//! What a lab makes of its models and accounts.

use crate::random::{mixed, Random};

/// How a lab deviates from honest work, which is the default: its first account commits to the best
/// model, claims the true score if that is paid for, proves it and delivers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tactic {
    /// For this part of all tasks it commits to nothing.
    pub(crate) hold: f64,
    /// If this is not zero, it makes its models worse on purpose, so that each is better than the
    /// champion by so many times what the gate demands.
    pub(crate) drip: f64,
    /// So many other accounts commit to the same model.
    pub(crate) copies: usize,
    /// So many other accounts commit to different models that are as good, and only the one turns
    /// up that does best on the test rows.
    pub(crate) variants: usize,
    /// So many accounts claim that they get every row right, and have no model.
    pub(crate) liars: usize,
    /// How often it claims more than its model reaches.
    pub(crate) lie: f64,
    /// An account commits to the published champion, and always claims.
    pub(crate) copy: bool,
    /// An account repeats the commitment of somebody else, and claims what is claimed most.
    pub(crate) plagiarise: bool,
    /// How often it does not deliver what it has won with.
    pub(crate) withhold: f64,
    /// Its accounts win in turn.
    pub(crate) in_turn: bool,
    /// Its models remember all rows that were ever shown.
    pub(crate) remember: bool,
}

impl Tactic {
    /// A mixture, drawn by a number. More models than the honest lab has are no part of any.
    pub(crate) fn mixture(number: u32) -> Self {
        let mut random = Random::new(mixed(&[0x313c, number.into()]));
        let mut sometimes = |often: f64, most: f64| {
            let (chosen, amount) = (random.unit() < often, random.unit());
            if chosen {
                amount * most
            } else {
                0.0
            }
        };
        let hold = sometimes(0.4, 0.8);
        let drip = sometimes(0.4, 2.0);
        Self {
            hold,
            drip: if drip > 0.0 { 1.0 + drip } else { 0.0 },
            copies: sometimes(0.4, 8.0) as usize,
            variants: 0,
            liars: sometimes(0.3, 6.0) as usize,
            lie: sometimes(0.3, 0.5),
            copy: sometimes(0.3, 1.0) > 0.0,
            plagiarise: sometimes(0.3, 1.0) > 0.0,
            withhold: sometimes(0.3, 0.5),
            in_turn: sometimes(0.3, 1.0) > 0.0,
            remember: false,
        }
    }
}

/// The errors of a model that is better than one with `errors` of them by `margin` times what the
/// gate demands: `(C − W)² = 20·margin·(C + W)`.
pub(crate) fn small_step(errors: f64, margin: f64) -> f64 {
    let half = 10.0 * margin;
    let better = (half * half + 4.0 * half * errors).sqrt() - half;
    (errors - better).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_step_just_passes_the_gate() {
        for errors in [100.0, 450.0, 1_500.0] {
            let next = small_step(errors, 1.0);
            let better: f64 = errors - next;
            assert!((better.powi(2) - 20.0 * (errors + next)).abs() < 1e-6, "{errors}: {next}");
        }
        assert_eq!(small_step(10.0, 1.0), 0.0);
    }

    #[test]
    fn mixtures_differ_and_none_is_honest_for_ever() {
        let all: Vec<_> = (0..100).map(Tactic::mixture).collect();
        assert!(all.iter().filter(|tactic| **tactic == Tactic::default()).count() < 10);
        assert_ne!(all[0], all[1]);
        assert_eq!(all[5], Tactic::mixture(5));
    }
}

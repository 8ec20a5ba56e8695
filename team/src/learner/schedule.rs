//! How the learning rate follows the round.

use super::{require, LearnError};
use std::f64::consts::PI;

/// The learning rate of each moment of a run: it rises evenly, then falls along half a cosine.
///
/// It follows the round and never a count of own steps, so that a member that comes late is at the
/// right rate at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateSchedule {
    /// The highest rate, above 0.
    pub learning_rate: f64,
    /// Share of the run in which it rises, 0 up to but not including 1.
    pub warm_up: f64,
    /// How many rounds the run has, 1 or more.
    pub rounds: u32,
}

impl RateSchedule {
    /// Refuses settings that make no sense.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range.
    pub fn check(&self) -> Result<(), LearnError> {
        let is_rate = self.learning_rate > 0.0 && self.learning_rate.is_finite();
        require("learning_rate", "above 0 and finite", is_rate)?;
        require("warm_up", "0 or more and below 1", (0.0..1.0).contains(&self.warm_up))?;
        require("rounds", "1 or more", self.rounds > 0)
    }

    /// The rate in a round, counted from 0, of which a part has passed, 0 to 1.
    pub fn rate(&self, round: u32, part: f64) -> f64 {
        let passed = (f64::from(round) + part.clamp(0.0, 1.0)) / f64::from(self.rounds.max(1));
        self.learning_rate * factor(passed.min(1.0), self.warm_up)
    }
}

fn factor(passed: f64, warm_up: f64) -> f64 {
    if passed < warm_up {
        return passed / warm_up;
    }
    0.5 * (1.0 + (PI * (passed - warm_up) / (1.0 - warm_up)).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: RateSchedule = RateSchedule { learning_rate: 0.01, warm_up: 0.1, rounds: 20 };

    #[test]
    fn the_rate_rises_to_its_height_and_falls_to_nothing() {
        assert_eq!(SCHEDULE.rate(0, 0.0), 0.0);
        assert!((SCHEDULE.rate(1, 0.0) - 0.005).abs() < 1e-12);
        assert!((SCHEDULE.rate(2, 0.0) - 0.01).abs() < 1e-12);
        assert!((SCHEDULE.rate(11, 0.0) - 0.005).abs() < 1e-12);
        assert!(SCHEDULE.rate(19, 1.0).abs() < 1e-12);
        let falling: Vec<f64> = (2..20).map(|round| SCHEDULE.rate(round, 0.0)).collect();
        assert!(falling.windows(2).all(|pair| pair[1] < pair[0]));
    }

    #[test]
    fn the_end_of_a_round_is_the_start_of_the_next() {
        for round in 0..19 {
            assert_eq!(SCHEDULE.rate(round, 1.0), SCHEDULE.rate(round + 1, 0.0));
        }
        assert_eq!(SCHEDULE.rate(30, 0.5), SCHEDULE.rate(19, 1.0));
    }

    #[test]
    fn schedules_that_make_no_sense_are_refused_by_name() {
        SCHEDULE.check().unwrap();
        let bad = [
            ("learning_rate", RateSchedule { learning_rate: 0.0, ..SCHEDULE }),
            ("warm_up", RateSchedule { warm_up: 1.0, ..SCHEDULE }),
            ("rounds", RateSchedule { rounds: 0, ..SCHEDULE }),
        ];
        for (expected, schedule) in bad {
            let refused = schedule.check().unwrap_err();
            assert!(matches!(refused, LearnError::Setting { name, .. } if name == expected));
        }
    }
}

//! How fast rows are learned, and when the trials must end.

use super::bounded;
use crate::config::TrainConfig;
use std::{
    fmt,
    time::{Duration, Instant},
};

/// How much longer the last training may take than the pace of the trials says.
const MARGIN: f64 = 1.5;

/// Tells the time.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Now. Never falls.
    fn now(&self) -> Instant;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// Rows that a training learns from, synthetic ones included.
pub(super) fn rows_of(settings: &TrainConfig, samples: usize, epochs: u32) -> f64 {
    samples as f64 * f64::from(epochs) / (1.0 - settings.synthetic_share)
}

/// How fast rows are learned.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pace {
    rows: f64,
    seconds: f64,
}

impl Pace {
    pub(super) fn add(&mut self, rows: f64, time: Duration) {
        self.rows += rows;
        self.seconds += time.as_secs_f64();
    }

    /// The time that rows take; none as long as nothing was measured.
    pub(super) fn time_for(&self, rows: f64) -> Duration {
        if self.rows > 0.0 {
            bounded(rows * self.seconds / self.rows)
        } else {
            Duration::ZERO
        }
    }

    /// How many rows can be learned in a time; nothing as long as nothing was measured.
    pub(super) fn rows_in(&self, time: Duration) -> Option<f64> {
        (self.seconds > 0.0).then(|| time.as_secs_f64() * self.rows / self.seconds)
    }
}

/// The time that is kept for the last training.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reserve {
    pub(super) until: Instant,
    pub(super) now: Instant,
    /// Rows of the last training.
    pub(super) rows: f64,
    /// The time that its teacher takes.
    pub(super) teaching: Duration,
}

impl Reserve {
    /// When the last training must begin; now if that lies behind.
    pub(super) fn last_moment(&self, pace: &Pace) -> Instant {
        let needed = (pace.time_for(self.rows) + self.teaching).mul_f64(MARGIN);
        self.until.checked_sub(needed).map_or(self.now, |moment| moment.max(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        let mut pace = Pace::default();
        pace.add(100.0, Duration::from_secs(1));
        pace.add(300.0, Duration::from_secs(1));
        pace
    }

    #[test]
    fn a_pace_is_that_of_all_rows_so_far() {
        assert_eq!(pace().time_for(1000.0), Duration::from_secs(5));
        assert_eq!(pace().rows_in(Duration::from_secs(3)), Some(600.0));
        assert_eq!(Pace::default().time_for(1000.0), Duration::ZERO);
        assert_eq!(Pace::default().rows_in(Duration::from_secs(3)), None);
    }

    #[test]
    fn the_last_training_begins_half_as_early_again_as_it_must_but_not_in_the_past() {
        let now = Instant::now();
        let reserve = |seconds, teaching| {
            let [until, teaching] = [seconds, teaching].map(Duration::from_secs);
            Reserve { until: now + until, now, rows: 400.0, teaching }.last_moment(&pace())
        };
        assert_eq!(reserve(10, 0), now + Duration::from_secs(7));
        assert_eq!(reserve(10, 2), now + Duration::from_secs(4));
        assert_eq!(reserve(2, 0), now);
    }

    #[test]
    fn synthetic_rows_are_rows() {
        let settings = TrainConfig { synthetic_share: 0.75, ..TrainConfig::default() };
        assert_eq!(rows_of(&settings, 10, 3), 120.0);
        assert_eq!(rows_of(&TrainConfig::default(), 10, 3), 30.0);
    }
}

//! How fast rows are learned, and when the trials must end.

use super::{bounded, TrialRecord};
use crate::config::{Dropout, TrainConfig};
use std::{
    collections::BTreeMap,
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
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pace {
    all: Rate,
    /// By what decides most: a row of a small step takes several times as long as one of a large.
    kinds: BTreeMap<Kind, Rate>,
}

/// The rows of a step, and whether something is left out of them.
type Kind = (u64, bool);

/// What was learned in which time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Rate {
    rows: f64,
    seconds: f64,
}

impl Pace {
    /// The pace of trials, each of which has learned from so many samples.
    pub(super) fn of<'t>(trials: impl Iterator<Item = &'t TrialRecord>, samples: usize) -> Self {
        let mut pace = Self::default();
        for TrialRecord { settings, epochs, seconds, .. } in trials {
            pace.add(settings, rows_of(settings, samples, *epochs), bounded(*seconds));
        }
        pace
    }

    /// Adds rows that were learned with some settings.
    pub(super) fn add(&mut self, settings: &TrainConfig, rows: f64, time: Duration) {
        for rate in [&mut self.all, self.kinds.entry(kind_of(settings)).or_default()] {
            rate.rows += rows;
            rate.seconds += time.as_secs_f64();
        }
    }

    /// The time that rows take in the mean; none as long as nothing was measured.
    pub(super) fn mean_time_for(&self, rows: f64) -> Duration {
        self.all.time_for(rows)
    }

    /// The time that rows take with some settings, or in the mean as long as such were not tried.
    pub(super) fn time_for(&self, settings: &TrainConfig, rows: f64) -> Duration {
        self.rate_of(settings).time_for(rows)
    }

    /// How many rows can be learned in a time; nothing as long as nothing was measured.
    pub(super) fn rows_in(&self, settings: &TrainConfig, time: Duration) -> Option<f64> {
        let Rate { rows, seconds } = self.rate_of(settings);
        (seconds > 0.0).then(|| time.as_secs_f64() * rows / seconds)
    }

    fn rate_of(&self, settings: &TrainConfig) -> Rate {
        self.kinds.get(&kind_of(settings)).copied().unwrap_or(self.all)
    }
}

impl Rate {
    fn time_for(self, rows: f64) -> Duration {
        if self.rows > 0.0 {
            bounded(rows * self.seconds / self.rows)
        } else {
            Duration::ZERO
        }
    }
}

fn kind_of(settings: &TrainConfig) -> Kind {
    let rows = settings.batch_size as f64 / (1.0 - settings.synthetic_share);
    (rows.round() as u64, settings.dropout != Dropout::default())
}

/// The time that is kept for the last training.
#[derive(Clone, Debug)]
pub(super) struct Reserve {
    pub(super) until: Instant,
    pub(super) now: Instant,
    /// Settings with which the last training may be, and its rows with them. The slowest counts.
    pub(super) trainings: Vec<(TrainConfig, f64)>,
    /// The time that its teacher takes.
    pub(super) teaching: Duration,
}

impl Reserve {
    /// The time that the last training takes, with its teacher.
    pub(super) fn needed(&self, pace: &Pace) -> Duration {
        let times = self.trainings.iter().map(|(settings, rows)| pace.time_for(settings, *rows));
        times.max().unwrap_or_default() + self.teaching
    }

    /// When the last training must begin; now if that lies behind.
    pub(super) fn last_moment(&self, pace: &Pace) -> Instant {
        let needed = self.needed(pace).mul_f64(MARGIN);
        self.until.checked_sub(needed).map_or(self.now, |moment| moment.max(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Tally;

    /// 200 rows a second.
    fn pace() -> Pace {
        let mut pace = Pace::default();
        pace.add(&plain(), 100.0, Duration::from_secs(1));
        pace.add(&plain(), 300.0, Duration::from_secs(1));
        pace
    }

    fn plain() -> TrainConfig {
        TrainConfig::default()
    }

    #[test]
    fn a_pace_is_that_of_all_rows_so_far() {
        assert_eq!(pace().time_for(&plain(), 1000.0), Duration::from_secs(5));
        assert_eq!(pace().rows_in(&plain(), Duration::from_secs(3)), Some(600.0));
        assert_eq!(Pace::default().time_for(&plain(), 1000.0), Duration::ZERO);
        assert_eq!(Pace::default().rows_in(&plain(), Duration::from_secs(3)), None);
    }

    #[test]
    fn settings_with_other_steps_have_a_pace_of_their_own_once_they_were_tried() {
        let large = TrainConfig { batch_size: 128, ..plain() };
        let mut pace = pace();
        assert_eq!(pace.time_for(&large, 1000.0), Duration::from_secs(5));
        pace.add(&large, 4_000.0, Duration::from_secs(2));
        assert_eq!(pace.time_for(&large, 1000.0), Duration::from_millis(500));
        assert_eq!(pace.time_for(&plain(), 1000.0), Duration::from_secs(5));
        assert_eq!(pace.mean_time_for(1100.0), Duration::from_secs(1));
        // As many rows in a step, of which three quarters are synthetic.
        let mixed = TrainConfig { synthetic_share: 0.75, ..plain() };
        assert_eq!(pace.rows_in(&mixed, Duration::from_secs(1)), Some(2_000.0));
        let dropout = Dropout { inputs: 0.0, hidden: 0.1 };
        let dropped = TrainConfig { dropout, ..plain() };
        assert_eq!(pace.time_for(&dropped, 1100.0), pace.mean_time_for(1100.0));
    }

    #[test]
    fn trials_of_an_earlier_start_have_a_pace() {
        let trial = TrialRecord {
            plan: 0,
            fold: 0,
            epochs: 4,
            settings: plain(),
            score: 0.5,
            tally: Tally::default(),
            seconds: 2.0,
        };
        let pace = Pace::of([&trial, &trial].into_iter(), 100);
        assert_eq!(pace.rows_in(&plain(), Duration::from_secs(3)), Some(600.0));
    }

    #[test]
    fn the_last_training_begins_half_as_early_again_as_it_must_but_not_in_the_past() {
        let now = Instant::now();
        let reserve = |seconds, teaching| {
            let [until, teaching] = [seconds, teaching].map(Duration::from_secs);
            let trainings = vec![(plain(), 100.0), (plain(), 400.0), (plain(), 200.0)];
            Reserve { until: now + until, now, trainings, teaching }.last_moment(&pace())
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

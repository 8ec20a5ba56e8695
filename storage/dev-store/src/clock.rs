//! Time and epochs.

use std::{
    fmt::Debug,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A number of an epoch. The store's first epoch is 1.
pub type Epoch = u64;

/// Where the store takes the time from.
pub trait Clock: Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> SystemTime;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that stands still until it is moved, for tests of expiry.
#[derive(Debug)]
pub struct ManualClock(Mutex<SystemTime>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: SystemTime) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Milliseconds since 1970, the form in which times are stored.
pub(super) fn unix_millis(time: SystemTime) -> u64 {
    let elapsed = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

/// The epoch at `now`, in a store that began at `genesis` (both in milliseconds since 1970).
pub(super) fn epoch_at(now: u64, genesis: u64, epoch_millis: u64) -> Epoch {
    1 + now.saturating_sub(genesis) / epoch_millis.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_counted_from_one() {
        assert_eq!(epoch_at(1000, 1000, 10), 1);
        assert_eq!(epoch_at(1009, 1000, 10), 1);
        assert_eq!(epoch_at(1010, 1000, 10), 2);
    }

    #[test]
    fn a_clock_set_back_behind_the_beginning_stays_in_the_first_epoch() {
        assert_eq!(epoch_at(5, 1000, 10), 1);
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::new(UNIX_EPOCH);
        clock.advance(Duration::from_millis(7));
        assert_eq!(unix_millis(clock.now()), 7);
        assert_eq!(unix_millis(clock.now()), 7);
    }
}

//! When to try again, and when to stop waiting.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::speed::LeastSpeed;

/// How persistent the client is. In a round every endpoint that may be asked is asked once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Rounds that may fail one after another. A round that brought a download forward by a MiB
    /// starts the count anew.
    pub rounds: u32,
    /// Longest pause after the first round. It doubles with each round.
    pub first_pause: Duration,
    /// Longest pause at all, also where an endpoint asks for more.
    pub longest_pause: Duration,
    /// For how long after its certification a blob may be unknown to aggregators. Within it a 404
    /// is asked about again, later it is final.
    pub stale_window: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            rounds: 6,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(20),
            stale_window: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// The pauses after one round and the next: they double, and are random, so that clients that
    /// failed together do not come back together.
    pub(super) fn pauses(&self) -> Pauses {
        // The random part is added to these, and at most as long again.
        let (first, longest) = (self.first_pause / 2, self.longest_pause / 2);
        let pauses = ExponentialBuilder::new()
            .with_min_delay(first.min(longest))
            .with_max_delay(longest)
            .with_jitter()
            .without_max_times();
        Pauses { longest: self.longest_pause, pauses: pauses.build() }
    }
}

/// How long to wait before each further round.
#[derive(Debug)]
pub(super) struct Pauses {
    longest: Duration,
    pauses: ExponentialBackoff,
}

impl Pauses {
    /// The next pause, which is no shorter than what the endpoints asked for, as far as the policy
    /// allows.
    pub(super) fn next(&mut self, asked: Duration) -> Duration {
        let pause = self.pauses.next().unwrap_or(self.longest);
        pause.max(asked).min(self.longest)
    }
}

/// How long the client waits for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For an answer to begin. An aggregator first collects a blob from the storage nodes.
    pub answer: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// For one blob with all retries.
    pub total: Duration,
    /// What a transfer moves at least, in either direction.
    pub least_speed: LeastSpeed,
    /// Bytes a second that an upload makes on average. It adds to the time for an answer.
    pub slowest_upload: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(120),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(3600),
            least_speed: LeastSpeed::default(),
            slowest_upload: 64 << 10,
        }
    }
}

impl Timeouts {
    /// How long one try to upload `size` bytes may take.
    pub(super) fn upload(&self, size: u64) -> Duration {
        let seconds = size / u64::from(self.slowest_upload.max(1));
        self.answer.saturating_add(Duration::from_secs(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_stay_below_the_cap_and_vary() {
        let policy = RetryPolicy::default();
        for _ in 0..50 {
            let mut pauses = policy.pauses();
            for round in 0..40 {
                let top = policy.first_pause.as_secs_f64() * 2f64.powi(round);
                let top = top.min(policy.longest_pause.as_secs_f64());
                let pause = pauses.next(Duration::ZERO).as_secs_f64();
                assert!((0.5 * top - 1e-6..=top + 1e-6).contains(&pause), "{round}: {pause}");
            }
        }
        let first = || policy.pauses().next(Duration::ZERO);
        let pauses: Vec<_> = (0..20).map(|_| first()).collect();
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }

    #[test]
    fn a_policy_may_pause_not_at_all_and_its_cap_holds_for_the_first_pause_too() {
        let policy = RetryPolicy { first_pause: Duration::ZERO, ..RetryPolicy::default() };
        assert_eq!(policy.pauses().next(Duration::ZERO), Duration::ZERO);
        let second = Duration::from_secs(1);
        let policy = RetryPolicy { longest_pause: second, first_pause: 9 * second, ..policy };
        assert!((second / 2..=second).contains(&policy.pauses().next(Duration::ZERO)));
    }

    #[test]
    fn an_endpoint_may_ask_for_a_longer_pause_up_to_the_cap() {
        let policy = RetryPolicy::default();
        let mut pauses = policy.pauses();
        assert_eq!(pauses.next(Duration::from_secs(5)), Duration::from_secs(5));
        assert_eq!(pauses.next(Duration::MAX), policy.longest_pause);
    }

    #[test]
    fn large_uploads_get_more_time() {
        let timeouts = Timeouts::default();
        assert_eq!(timeouts.upload(0), timeouts.answer);
        assert_eq!(timeouts.upload(64 << 20), timeouts.answer + Duration::from_secs(1024));
    }
}

//! When to try again, and when to stop waiting.

use std::time::Duration;

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
    /// The pause after round number `round`, counted from 1: random, so that clients that failed
    /// together do not come back together, and no shorter than what the endpoints asked for.
    pub(super) fn pause(&self, round: u32, asked: Duration) -> Duration {
        let doubled = 1u32.checked_shl(round.saturating_sub(1)).unwrap_or(u32::MAX);
        let longest = self.first_pause.saturating_mul(doubled).min(self.longest_pause);
        let jittered = longest.mul_f64(rand::random_range(0.5..=1.0));
        jittered.max(asked.min(self.longest_pause))
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
    /// Bytes a second that an upload makes at least. It adds to the time for an answer.
    pub slowest_upload: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(120),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(3600),
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
        for round in [1, 2, 3, 6, 40, u32::MAX] {
            let top = policy.first_pause.as_secs_f64() * 2f64.powi(round.min(50) as i32 - 1);
            let top = top.min(policy.longest_pause.as_secs_f64());
            for _ in 0..50 {
                let pause = policy.pause(round, Duration::ZERO).as_secs_f64();
                assert!((0.5 * top - 1e-6..=top + 1e-6).contains(&pause));
            }
        }
        let pauses: Vec<_> = (0..20).map(|_| policy.pause(3, Duration::ZERO)).collect();
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }

    #[test]
    fn an_endpoint_may_ask_for_a_longer_pause_up_to_the_cap() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.pause(1, Duration::from_secs(5)), Duration::from_secs(5));
        assert_eq!(policy.pause(1, Duration::MAX), policy.longest_pause);
    }

    #[test]
    fn large_uploads_get_more_time() {
        let timeouts = Timeouts::default();
        assert_eq!(timeouts.upload(0), timeouts.answer);
        assert_eq!(timeouts.upload(64 << 20), timeouts.answer + Duration::from_secs(1024));
    }
}

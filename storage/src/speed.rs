//! How slow a transfer may be.
//!
//! A bound on silence alone can be kept for ever by a peer that sends a byte now and then. So a
//! transfer has to bring a number of bytes within a time, again and again until it is over.

use std::{future::Future, time::Duration};

use tokio::time::{timeout, Instant};

/// The slowest speed that is put up with, averaged over some time, so that a pause or a burst does
/// no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeastSpeed {
    /// Bytes that have to move, or whatever is left if that is less.
    pub bytes: u64,
    /// Within this time. Then both are counted anew.
    pub within: Duration,
}

impl LeastSpeed {
    /// So many bytes a second, averaged over 30 seconds.
    pub const fn per_second(bytes: u32) -> Self {
        const SECONDS: u64 = 30;
        Self { bytes: bytes as u64 * SECONDS, within: Duration::from_secs(SECONDS) }
    }
}

/// 512 bytes a second: below what a modem does, and far above what keeps a connection alive.
impl Default for LeastSpeed {
    fn default() -> Self {
        Self::per_second(512)
    }
}

/// A transfer was slower than the least speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSlow {
    /// Bytes that had moved.
    pub moved: u64,
    /// Within this time.
    pub within: Duration,
}

/// Watches one transfer. Only the time that is spent waiting for the peer counts: a slow disk on
/// this side is not its fault.
#[derive(Debug)]
pub struct SpeedWatch {
    least: LeastSpeed,
    moved: u64,
    waited: Duration,
}

impl SpeedWatch {
    /// Begins to watch.
    pub const fn new(least: LeastSpeed) -> Self {
        Self { least, moved: 0, waited: Duration::ZERO }
    }

    /// Waits for the peer, as long as its speed allows.
    pub async fn wait<F: Future>(&mut self, peer: F) -> Result<F::Output, TooSlow> {
        let begun = Instant::now();
        let result = timeout(self.left(), peer).await;
        self.waited = self.waited.saturating_add(begun.elapsed());
        result.map_err(|_| TooSlow { moved: self.moved, within: self.least.within })
    }

    /// How long the peer may keep waiting now.
    pub fn left(&self) -> Duration {
        self.least.within.saturating_sub(self.waited)
    }

    /// Counts what the peer has sent or taken.
    pub fn count(&mut self, bytes: u64) {
        self.moved = self.moved.saturating_add(bytes);
        if self.moved >= self.least.bytes {
            (self.moved, self.waited) = (0, Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const LEAST: LeastSpeed = LeastSpeed { bytes: 100, within: Duration::from_secs(10) };

    /// How long a peer is put up with that sends `piece` bytes after each `pause`, up to an hour.
    async fn endured(piece: u64, pause: Duration) -> Duration {
        let (begun, mut watch) = (Instant::now(), SpeedWatch::new(LEAST));
        while begun.elapsed() < Duration::from_secs(3600) {
            if let Err(slow) = watch.wait(sleep(pause)).await {
                assert_eq!(slow.within, LEAST.within);
                break;
            }
            watch.count(piece);
        }
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_at_the_least_speed_is_put_up_with_and_a_slower_one_is_not() {
        let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
        for (piece, pause) in [(11, second), (100, 9 * second), (1, second / 10)] {
            assert!(endured(piece, pause).await >= hour, "{piece} bytes each {pause:?}");
        }
        for (piece, pause) in [(9, second), (1, second / 5), (1000, 11 * second)] {
            let endured = endured(piece, pause).await.as_secs();
            assert_eq!(endured, LEAST.within.as_secs(), "{piece} bytes each {pause:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_that_passes_on_this_side_does_not_count() {
        let mut watch = SpeedWatch::new(LEAST);
        for _ in 0..10 {
            watch.wait(sleep(Duration::from_millis(900))).await.unwrap();
            sleep(Duration::from_secs(60)).await;
            watch.count(9);
        }
        assert_eq!(watch.left(), Duration::from_secs(1));
        let slow = watch.wait(sleep(Duration::from_secs(2))).await.unwrap_err();
        assert_eq!(slow, TooSlow { moved: 90, within: LEAST.within });
    }
}

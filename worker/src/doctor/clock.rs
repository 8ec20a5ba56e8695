//! The clock of this machine against that of the chain.
//!
//! The worker itself goes by blocks alone. A clock that is off makes certificates of stores and
//! nodes look expired, and the times in logs and reports wrong.

use super::Finding;
use crate::chain::{asking, ChainError};
use nocknock_client::Client;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Slots that the newest block may be old.
const SLOTS: u32 = 3;
/// Difference of clocks that is no reason to worry, beside those slots.
const TOLERANCE: Duration = Duration::from_secs(3);

/// A clock that is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockFault {
    /// It shows a later time than the newest block, or no block has come for so long.
    #[error(
        "the clock of this machine is {} s ahead of the newest block: set it (NTP), or wait until \
         the node has caught up",
        .0.as_secs()
    )]
    Ahead(Duration),
    /// It shows an earlier time than the newest block.
    #[error(
        "the clock of this machine is {} s behind the newest block: set it (NTP)",
        .0.as_secs()
    )]
    Behind(Duration),
}

/// Compares the time of this machine with that of the newest block; both since 1970.
pub fn compare_clocks(
    machine: Duration,
    block: Duration,
    slot: Duration,
) -> Result<(), ClockFault> {
    let allowed = slot.saturating_mul(SLOTS).saturating_add(TOLERANCE);
    if machine > block.saturating_add(allowed) {
        return Err(ClockFault::Ahead(machine.saturating_sub(block)));
    }
    if block > machine.saturating_add(allowed) {
        return Err(ClockFault::Behind(block.saturating_sub(machine)));
    }
    Ok(())
}

/// What is wrong with the clock of this machine, if anything is.
pub async fn clock_fault(client: &Client) -> Result<Option<ClockFault>, ChainError> {
    let info = client.chain().await.map_err(asking)?;
    let best = client.best().await.map_err(asking)?;
    let block = Duration::from_millis(best.timestamp().await.map_err(asking)?);
    let machine = SystemTime::now().duration_since(UNIX_EPOCH);
    let slot = Duration::from_millis(info.slot_millis);
    Ok(compare_clocks(machine.unwrap_or(Duration::ZERO), block, slot).err())
}

pub(super) async fn clock(client: &Client) -> Finding {
    const CHECK: &str = "clock";
    match clock_fault(client).await {
        Ok(None) => Finding::good(CHECK, "agrees with the newest block"),
        Ok(Some(fault)) => Finding::warning(CHECK, fault),
        Err(error) => Finding::bad(CHECK, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOT: Duration = Duration::from_secs(2);

    fn compared(machine: u64, block: u64) -> Result<(), ClockFault> {
        compare_clocks(Duration::from_secs(machine), Duration::from_secs(block), SLOT)
    }

    #[test]
    fn a_clock_that_is_off_is_told_from_one_that_is_right() {
        assert_eq!(compared(1000, 1000), Ok(()));
        assert_eq!(compared(1009, 1000), Ok(()));
        assert_eq!(compared(1000, 1009), Ok(()));
        let hour = Duration::from_secs(3600);
        assert_eq!(compared(4600, 1000), Err(ClockFault::Ahead(hour)));
        assert_eq!(compared(1000, 4600), Err(ClockFault::Behind(hour)));
        assert_eq!(compared(0, 3600), Err(ClockFault::Behind(hour)));
    }

    #[test]
    fn it_is_said_by_how_much_and_what_to_do() {
        let text = ClockFault::Behind(Duration::from_millis(3_600_900)).to_string();
        assert!(text.contains("3600 s behind") && text.contains("NTP"), "{text}");
    }
}

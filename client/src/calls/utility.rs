//! Several calls in one transaction.

use super::{Call, TooLong};

/// The most calls of one batch.
pub const MAX_BATCH: u32 = 1000;

/// Makes all calls in one transaction: all take effect, or none.
pub fn batch_all(calls: &[Call]) -> Result<Call, TooLong> {
    let too_long = TooLong { given: calls.len(), limit: MAX_BATCH };
    if u32::try_from(calls.len()).map_or(true, |given| given > MAX_BATCH) {
        return Err(too_long);
    }
    let batch = Call::new("Utility", "batch_all").with_calls("calls", calls);
    let holds = calls.iter().flat_map(Call::holds).copied();
    Ok(holds.fold(batch, Call::holding))
}

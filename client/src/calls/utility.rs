//! Several calls in one transaction.

use super::{Call, TooLong};

/// The most calls of one batch.
pub const MAX_BATCH: u32 = 1000;

/// Makes all calls in one transaction: all take effect, or none.
pub fn batch_all(calls: &[Call]) -> Result<Call, TooLong> {
    let too_long = TooLong {
        given: calls.len(),
        limit: MAX_BATCH,
    };
    if u32::try_from(calls.len()).map_or(true, |given| given > MAX_BATCH) {
        return Err(too_long);
    }
    let deposit = calls
        .iter()
        .map(Call::deposit)
        .fold(0, u128::saturating_add);
    Ok(Call::new("Utility", "batch_all")
        .with_calls("calls", calls)
        .holding(deposit))
}

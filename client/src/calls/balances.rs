//! Calls about tokens.

use super::Call;
use crate::types::{AccountId, Balance};
use codec::Compact;
use subxt::utils::MultiAddress;

/// Sends tokens to another account and keeps the sender's account alive.
pub fn transfer(to: &AccountId, amount: Balance) -> Call {
    Call::new("Balances", "transfer_keep_alive")
        .with("dest", MultiAddress::<AccountId, ()>::Id(*to))
        .with("value", Compact(amount))
}

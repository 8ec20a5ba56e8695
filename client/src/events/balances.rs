//! Events about tokens.

use super::domain::events;
use crate::types::{AccountId, Balance};

events! {
    /// What the pallet `Balances` reports about tokens that move, appear or vanish.
    BalancesEvent in "Balances" {
        /// Tokens were sent.
        Transfer {
            /// Who sent them.
            from: AccountId,
            /// Who received them.
            to: AccountId,
            /// How many.
            amount: Balance,
        },
        /// New tokens came into being.
        Minted {
            /// Who received them.
            who: AccountId,
            /// How many.
            amount: Balance,
        },
        /// Tokens were destroyed.
        Burned {
            /// Whose they were.
            who: AccountId,
            /// How many.
            amount: Balance,
        },
    }
}

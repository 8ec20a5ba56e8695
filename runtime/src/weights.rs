//! Weights of the project's own small pallets.
//!
//! Not measured yet. Each is bounded by the measured weight of a call of the SDK that does the same work and more; the
//! benchmarks beside the pallets replace them.

use crate::Runtime;
use frame_support::weights::Weight;
use frame_system::WeightInfo as _;
use pallet_balances::WeightInfo as _;

type DbWeight = <Runtime as frame_system::Config>::DbWeight;

/// Of `pallet_network`.
#[derive(Debug)]
pub struct Network;

impl pallet_network::WeightInfo for Network {
    /// The call of the system pallet that it wraps, and the write of one more event.
    fn authorize_upgrade() -> Weight {
        frame_system::weights::SubstrateWeight::<Runtime>::authorize_upgrade()
            .saturating_add(DbWeight::get().writes(1))
    }
}

/// Of `pallet_allowance`.
#[derive(Debug)]
pub struct Allowance;

impl pallet_allowance::WeightInfo for Allowance {
    /// A transfer reads and writes one account of another map; a failure is counted apart; the policy reads at most the
    /// session index, a task, its commitment or ranking, and a registration with what ends it.
    fn waive() -> Weight {
        pallet_balances::weights::SubstrateWeight::<Runtime>::transfer_allow_death()
            .saturating_add(DbWeight::get().reads_writes(7, 1))
    }
}

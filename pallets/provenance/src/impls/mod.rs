//! What happens to records: they are added, anchored, read and checked.

mod close;
mod record;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod state_check;
mod views;

use crate::{Config, Pallet, WeightInfo};
use frame_support::dispatch::DispatchClass;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{Get, Zero};

impl<T: Config> Pallet<T> {
    /// The hash of block 0, which identifies the chain. The runtime keeps it for ever.
    pub(crate) fn genesis_hash() -> [u8; 32] {
        let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        <[u8; 32]>::try_from(hash.as_ref()).unwrap_or_default()
    }

    /// Panics if the configuration is unusable. FRAME's integrity test calls it.
    pub(crate) fn check_config() {
        assert!(!T::AnchorPeriod::get().is_zero(), "AnchorPeriod must be positive");
        assert!(T::MaxRecordsPerAnchor::get() > 0, "MaxRecordsPerAnchor must be positive");
        let weights = <T as frame_system::Config>::BlockWeights::get();
        let limit = weights.get(DispatchClass::Mandatory).max_total.unwrap_or(weights.max_block);
        assert!(
            T::WeightInfo::close_anchor().all_lte(limit),
            "closing an anchor must fit into a block"
        );
    }
}

//! Requirements on the configuration by a runtime.

use crate::{Config, Pallet, WeightInfo};
use frame_support::{dispatch::DispatchClass, weights::Weight};
use nocknock_primitives::limits::MAX_MOTION_BYTES;
use sp_runtime::traits::{Get, Zero};

impl<T: Config> Pallet<T> {
    /// Panics if the configuration is unusable. FRAME's integrity test calls it.
    pub(crate) fn check_config() {
        assert!(!T::Deposit::get().is_zero(), "a motion is stored, so Deposit must be positive");
        let periods = [T::VotingPeriod::get(), T::Delay::get(), T::EnactmentPeriod::get()];
        assert!(
            periods.iter().all(|period| !period.is_zero()),
            "VotingPeriod, Delay and EnactmentPeriod must be positive"
        );
        let weights = <T as frame_system::Config>::BlockWeights::get();
        let limit = weights.get(DispatchClass::Normal).max_extrinsic.unwrap_or(weights.max_block);
        let heaviest = [
            T::WeightInfo::propose(MAX_MOTION_BYTES.div_ceil(1_024)),
            T::WeightInfo::close(),
            T::WeightInfo::enact().saturating_add(T::MaxWeight::get()),
            T::WeightInfo::sweep(),
        ];
        let fit = heaviest.iter().all(|weight: &Weight| weight.all_lte(limit));
        assert!(fit, "every call must fit into a block");
    }
}

//! Requirements on the configuration by a runtime.

use crate::{Config, Pallet, WeightInfo};
use frame_support::{dispatch::DispatchClass, weights::Weight};
use nocknock_primitives::traits::TaskExperiments;
use sp_runtime::traits::{Get, Zero};

impl<T: Config> Pallet<T> {
    /// Panics if the configuration is unusable. FRAME's integrity test calls it.
    pub(crate) fn check_config() {
        assert!(
            !T::BaseDeposit::get().is_zero() && !T::ByteDeposit::get().is_zero(),
            "storage must not be free: BaseDeposit and ByteDeposit must be positive"
        );
        let weights = <T as frame_system::Config>::BlockWeights::get();
        let limit = weights.get(DispatchClass::Normal).max_extrinsic.unwrap_or(weights.max_block);
        let heaviest = [
            T::WeightInfo::create_experiment(),
            T::WeightInfo::describe_experiment(),
            T::WeightInfo::accept_transfer(),
            T::WeightInfo::archive_experiment(),
            <Self as TaskExperiments<_, _>>::weight(),
        ];
        let fit = heaviest.iter().all(|weight: &Weight| weight.all_lte(limit));
        assert!(fit, "every call must fit into a block");
    }
}

//! Requirements on the configuration by a runtime.

use crate::{types::MAX_STORED_CHUNKS, Config, Pallet, WeightInfo};
use frame_support::{dispatch::DispatchClass, traits::fungible::Inspect, weights::Weight};
use nocknock_primitives::{
    limits::{CHUNK_ELEMENTS, MAX_BLOCKS, MAX_TEST_BLOCKS},
    traits::Curriculum,
};
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    Permill,
};

impl<T: Config> Pallet<T> {
    /// Panics if the configuration is unusable. FRAME's integrity test calls it.
    pub(crate) fn check_config() {
        let deposit = T::Currency::minimum_balance();
        assert!(T::MinStake::get() >= deposit, "MinStake must reach the existential deposit");
        assert!(
            T::MinReward::get() >= deposit.saturating_add(T::RecordFee::get()),
            "MinReward must reach the existential deposit and RecordFee"
        );
        assert!(!T::MinPeriod::get().is_zero(), "MinPeriod must be positive");
        assert!(T::MinPeriod::get() <= T::MaxPeriod::get(), "MinPeriod must not exceed MaxPeriod");
        assert!(!T::DrawPeriod::get().is_zero(), "DrawPeriod must be positive");
        assert!(T::RecordFee::get() >= deposit, "RecordFee must reach the existential deposit");
        assert!(
            T::ValidatorShare::get() < Permill::one(),
            "ValidatorShare must leave something to pay"
        );
        assert!(T::SweepSteps::get() > 0, "SweepSteps must be positive");
        Self::check_weights();
    }

    /// Checks that the heaviest calls fit into a block: among them the proof of a score on the
    /// largest test block, and the proofs of all scores of a task if their folds cost nothing. What
    /// lies between depends on the task, and its workers may submit a few scores at a time.
    fn check_weights() {
        let weights = <T as frame_system::Config>::BlockWeights::get();
        let limit = weights.get(DispatchClass::Normal).max_extrinsic.unwrap_or(weights.max_block);
        let heaviest = [
            T::WeightInfo::create_task(MAX_BLOCKS),
            Self::largest_reveal_weight(),
            Self::last_claim_weight(),
            T::WeightInfo::ask(),
            Self::largest_submission_weight(),
            Self::proofs_weight(MAX_TEST_BLOCKS),
            Self::settle_weight(),
            T::WeightInfo::upload_chunk(CHUNK_ELEMENTS),
            Self::delivery_weight(),
            Self::close_weight(),
            Self::removal_weight(MAX_STORED_CHUNKS),
            T::WeightInfo::show_equal_rows().saturating_add(T::Curriculum::weight()),
        ];
        let fit = heaviest.iter().all(|weight: &Weight| weight.all_lte(limit));
        assert!(fit, "every call must fit into a block");
    }
}

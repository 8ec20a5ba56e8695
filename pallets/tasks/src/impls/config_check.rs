//! Requirements on the configuration by a runtime.

use crate::{Config, Pallet, WeightInfo};
use frame_support::{dispatch::DispatchClass, traits::fungible::Inspect, weights::Weight};
use nocknock_primitives::{
    limits::{
        MAX_BLOCKS, MAX_BLOCK_BYTES, MAX_BLOCK_ELEMENTS, MAX_CIPHERTEXT_ELEMENTS, MAX_TEST_BLOCKS,
    },
    model::shape::MAX_WIRE_BYTES,
    traits::ProofVerifier,
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
        assert!(T::BurnShare::get() < Permill::one(), "BurnShare must leave something to pay");
        assert!(T::MinCurriculumTestRows::get() > 0, "MinCurriculumTestRows must be positive");
        assert!(T::SweepSteps::get() > 0, "SweepSteps must be positive");
        let bytes = usize::try_from(MAX_BLOCK_BYTES).unwrap_or(0);
        assert!(bytes >= MAX_WIRE_BYTES, "every block of every shape must fit a reveal");
        Self::check_weights();
    }

    /// Checks that the heaviest calls fit into a block.
    fn check_weights() {
        let weights = <T as frame_system::Config>::BlockWeights::get();
        let limit = weights.get(DispatchClass::Normal).max_extrinsic.unwrap_or(weights.max_block);
        let heaviest = [
            T::WeightInfo::create_task(MAX_BLOCKS),
            T::WeightInfo::reveal_block(MAX_BLOCK_ELEMENTS),
            T::WeightInfo::submit_scores(MAX_TEST_BLOCKS)
                .saturating_add(T::Verifier::verify_weight(MAX_TEST_BLOCKS)),
            T::WeightInfo::deliver(MAX_CIPHERTEXT_ELEMENTS)
                .saturating_add(T::Verifier::verify_weight(1)),
            Self::settle_weight(),
            Self::payment_weight(),
            Self::close_weight(),
            T::WeightInfo::remove_task(),
        ];
        let fit = heaviest.iter().all(|weight: &Weight| weight.all_lte(limit));
        assert!(fit, "every call must fit into a block");
    }
}

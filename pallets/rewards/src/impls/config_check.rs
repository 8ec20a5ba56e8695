//! Requirements on the configuration by a runtime.

use crate::{types::BalanceOf, Config, Pallet, WeightInfo};
use frame_support::{dispatch::DispatchClass, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::traits::Curriculum;
use sp_runtime::traits::{Get, Zero};

impl<T: Config> Pallet<T> {
    /// Panics if the configuration is unusable. FRAME's integrity test calls it.
    pub(crate) fn check_config() {
        assert!(!T::InitialRelease::get().is_zero(), "InitialRelease must be positive");
        assert!(
            T::InitialRelease::get() <= T::MaxSupply::get(),
            "InitialRelease must not exceed MaxSupply"
        );
        let periods = [
            T::HalvingSessions::get(),
            T::RegistrationLife::get(),
            T::VestingPeriod::get(),
            T::BondPeriod::get(),
        ];
        assert!(periods.iter().all(|period| *period > 0), "periods must be positive");
        assert!(!T::SeatBond::get().is_zero(), "a seat must have something to lose");
        Self::check_bounds();
        Self::check_weights();
    }

    fn check_bounds() {
        let bounds = [
            T::MaxCurriculum::get(),
            T::MaxCandidates::get(),
            T::MinValidators::get(),
            T::MaxRegistrationsPerSession::get(),
            T::MaxOpenTasks::get(),
            T::MinCurriculumTestRows::get(),
            T::MaxSilentSessions::get(),
        ];
        assert!(bounds.iter().all(|bound| *bound > 0), "bounds must be positive");
        assert!(
            T::MinValidators::get() <= T::MaxValidators::get(),
            "MinValidators must not exceed MaxValidators"
        );
        assert!(
            T::MaxValidators::get() < T::MaxCandidates::get(),
            "there must be candidates without a seat, so that others can take their places"
        );
        assert!(T::MinCandidatePoints::get() > 0, "a candidate must have done some work");
        assert!(T::RegistrationSeeds::get() > 1, "a new seed must not end all registrations");
        assert!(T::PuzzleBits::get() <= 64, "a puzzle must have a solution");
    }

    /// Checks that the heaviest calls fit into a block.
    fn check_weights() {
        let weights = <T as frame_system::Config>::BlockWeights::get();
        let limit = weights.get(DispatchClass::Normal).max_extrinsic.unwrap_or(weights.max_block);
        let heaviest = [
            Self::registration_weight(),
            Self::practice_weight(),
            T::WeightInfo::apply_as_candidate(),
            T::WeightInfo::note_finality(T::MaxValidators::get()),
            T::WeightInfo::elect(T::MaxCandidates::get()),
            T::WeightInfo::on_session_ended(T::MaxValidators::get()),
            <Self as Curriculum<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>>::weight(),
        ];
        let fit = heaviest.iter().all(|weight: &Weight| weight.all_lte(limit));
        assert!(fit, "every call must fit into a block");
    }
}

//! Requirements on the configuration by a runtime.

use crate::{Config, Pallet};
use frame_support::traits::fungible::Inspect;
use sp_runtime::traits::{Get, Saturating, Zero};

impl<T: Config> Pallet<T> {
    /// Panics if the configuration is unusable. FRAME's integrity test calls it.
    ///
    /// Bonds and deposits must reach the existential deposit, because an account that holds a pool
    /// or wins a part of one may own nothing else.
    pub(crate) fn check_config() {
        let deposit = T::Currency::minimum_balance();
        let rest = T::ProposalBond::get().saturating_sub(T::RecordFee::get());
        assert!(
            rest >= deposit && !rest.is_zero(),
            "ProposalBond less RecordFee must reach the existential deposit"
        );
        assert!(T::RecordFee::get() >= deposit, "RecordFee must reach the existential deposit");
        assert!(
            T::AttestBond::get() >= deposit && !T::AttestBond::get().is_zero(),
            "AttestBond must reach the existential deposit"
        );
        assert!(
            T::DisputeBond::get() >= deposit && !T::DisputeBond::get().is_zero(),
            "DisputeBond must reach the existential deposit"
        );
        assert!(
            T::VoteDeposit::get() >= deposit && !T::VoteDeposit::get().is_zero(),
            "VoteDeposit must reach the existential deposit"
        );
        assert!(!T::Quorum::get().is_zero(), "Quorum must be positive");
        let periods = [
            T::DisputeWindow::get(),
            T::VotePeriod::get(),
            T::MaturityPeriod::get(),
            T::Retention::get(),
        ];
        assert!(
            periods.iter().all(|period| !period.is_zero()),
            "DisputeWindow, VotePeriod, MaturityPeriod and Retention must be positive"
        );
    }
}

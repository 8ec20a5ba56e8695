//! The first block's state.

use crate::{
    types::{GenesisPractice, Life},
    Config, GenesisAuthorities, GenesisConfig, GenesisIssuance, Liveness, Pallet, Seats,
};
use alloc::collections::BTreeSet;
use frame_support::{traits::fungible::Inspect, BoundedVec};
use nocknock_primitives::reward::PracticeSpec;
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
    /// Panics if the chain specification is unusable: a chain must not start from a broken one.
    ///
    /// Balances and circuits must be built first, because this reads the issuance and looks up the
    /// circuit of the practice block.
    pub(crate) fn build_genesis(config: &GenesisConfig<T>) {
        GenesisIssuance::<T>::put(T::Currency::total_issuance());
        Self::grow_pot(0, Self::schedule().released_through(0));
        Self::store_authorities(config);
        for entry in &config.curriculum {
            let set = Self::do_set_curriculum(
                entry.experiment,
                entry.custodian.clone(),
                entry.weight,
                entry.rules,
                entry.max_open,
            );
            if let Err(error) = set {
                panic!("rewards.curriculum: {entry:?}: {error:?}");
            }
        }
        if let Some(practice) = &config.practice {
            Self::store_practice(practice);
        }
    }

    fn store_authorities(config: &GenesisConfig<T>) {
        let distinct: BTreeSet<_> = config.authorities.iter().collect();
        if distinct.len() != config.authorities.len() {
            panic!("rewards.authorities: an account is named twice");
        }
        let authorities: Result<BoundedVec<_, T::MaxValidators>, _> =
            config.authorities.clone().try_into();
        match authorities {
            Ok(authorities) => Self::seat_authorities(authorities),
            Err(_) => panic!("rewards.authorities: more than MaxValidators accounts"),
        }
    }

    /// The authorities have the first seats. Whether their nodes run is seen in session 0.
    fn seat_authorities(authorities: BoundedVec<T::AccountId, T::MaxValidators>) {
        for who in &authorities {
            let life = Life { last_sign: Some(0), entered: Some(0), ..Life::default() };
            Liveness::<T>::insert(who, life);
        }
        Seats::<T>::put(&authorities);
        GenesisAuthorities::<T>::put(authorities);
    }

    fn store_practice(practice: &GenesisPractice) {
        let set = PracticeSpec::try_from(practice.clone())
            .map_err(|_| DispatchError::Other("salt or rows have a wrong length"))
            .and_then(|spec| Self::do_set_practice(spec).map_err(|refused| refused.error));
        if let Err(error) = set {
            let circuit = practice.circuit;
            panic!("rewards.practice: block for circuit {circuit}: {error:?}");
        }
    }
}

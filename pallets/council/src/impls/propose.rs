//! New motions.

use crate::{
    types::{BalanceOf, Motion, MotionId, Stage, StageOf, Voices},
    Calls, Config, Error, Event, MotionOfProposer, Motions, NextMotion, Pallet,
};
use codec::Encode;
use frame_support::{
    dispatch::GetDispatchInfo,
    ensure,
    traits::{Contains, SortedMembers},
};
use nocknock_primitives::limits::{List, MAX_MOTION_BYTES};
use sp_runtime::{
    traits::{Get, Hash, Saturating, Zero},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// The length of an encoded call in KiB, rounded up.
    pub(crate) fn kib_of(call: &T::Proposal) -> u32 {
        u32::try_from(call.encoded_size()).unwrap_or(u32::MAX).div_ceil(1_024)
    }

    pub(crate) fn do_propose(who: T::AccountId, call: &T::Proposal) -> DispatchResult {
        ensure!(T::Members::contains(&who), Error::<T>::NotMember);
        ensure!(!MotionOfProposer::<T>::contains_key(&who), Error::<T>::MotionOpen);
        Self::check_call(call)?;
        let bytes: List<u8, MAX_MOTION_BYTES> =
            call.encode().try_into().map_err(|_| Error::<T>::TooLong)?;
        let id = Self::next_number()?;
        let deposit = Self::deposit_of(&who);
        Self::hold(&who, deposit)?;
        let hash = T::Hashing::hash(&bytes);
        let at_once = T::AtOnce::contains(call);
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let stage = Self::new_vote();
        Calls::<T>::insert(id, bytes);
        MotionOfProposer::<T>::insert(&who, id);
        Motions::<T>::insert(id, Motion { proposer: who.clone(), deposit, hash, at_once, stage });
        Self::deposit_event(Event::MotionProposed {
            motion: id,
            proposer: who,
            hash,
            bytes: length,
        });
        Ok(())
    }

    /// Refuses calls that no motion may carry.
    pub(crate) fn check_call(call: &T::Proposal) -> Result<(), Error<T>> {
        ensure!(T::Privileged::contains(call), Error::<T>::NotPrivileged);
        let weight = call.get_dispatch_info().call_weight;
        ensure!(weight.all_lte(T::MaxWeight::get()), Error::<T>::TooHeavy);
        Ok(())
    }

    fn next_number() -> Result<MotionId, Error<T>> {
        let id = NextMotion::<T>::get();
        let next = id.checked_add(1).ok_or(Error::<T>::TooManyMotions)?;
        NextMotion::<T>::put(next);
        Ok(id)
    }

    fn deposit_of(who: &T::AccountId) -> BalanceOf<T> {
        if T::WithoutDeposit::contains(who) {
            Zero::zero()
        } else {
            T::Deposit::get()
        }
    }

    fn new_vote() -> StageOf<T> {
        let until = Self::now().saturating_add(T::VotingPeriod::get());
        Stage::Voting { until, ayes: Voices::default(), nays: Voices::default() }
    }
}

//! What the calls and the sweep do.

mod close;
mod config_check;
mod enact;
mod money;
mod object;
mod propose;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod state_check;
mod sweep;
mod views;
mod vote;

use crate::{
    types::{MotionId, MotionOf, Voices},
    Calls, Config, Error, MotionOfProposer, Motions, Pallet,
};
use alloc::vec::Vec;
use frame_support::{defensive, ensure, traits::SortedMembers};
use frame_system::pallet_prelude::BlockNumberFor;

impl<T: Config> Pallet<T> {
    /// The number of the current block.
    fn now() -> BlockNumberFor<T> {
        frame_system::Pallet::<T>::block_number()
    }

    fn known(id: MotionId) -> Result<MotionOf<T>, Error<T>> {
        Motions::<T>::get(id).ok_or(Error::<T>::UnknownMotion)
    }

    /// The present members, if the account is one of them.
    fn members_with(who: &T::AccountId) -> Result<Vec<T::AccountId>, Error<T>> {
        let members = T::Members::sorted_members();
        ensure!(members.binary_search(who).is_ok(), Error::<T>::NotMember);
        Ok(members)
    }

    /// Removes a motion at its end, and returns what is left of its deposit.
    fn remove(id: MotionId, motion: &MotionOf<T>) {
        Motions::<T>::remove(id);
        Calls::<T>::remove(id);
        MotionOfProposer::<T>::remove(&motion.proposer);
        Self::release(&motion.proposer, motion.deposit);
    }
}

/// Adds the voice of a member, and forgets those of accounts that are no longer members. So there
/// are never more voices than members.
fn speak<AccountId: Ord>(voices: &mut Voices<AccountId>, members: &[AccountId], member: AccountId) {
    voices.retain(|voice| members.binary_search(voice).is_ok());
    if voices.try_push(member).is_err() {
        defensive!("the council has no more than MAX_MEMBERS members");
    }
}

//! Votes.

use super::speak;
use crate::{
    types::{seated, MotionId, Stage},
    Config, Error, Event, Motions, Pallet,
};
use frame_support::ensure;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_vote(who: T::AccountId, id: MotionId, aye: bool) -> DispatchResult {
        let members = Self::members_with(&who)?;
        let mut motion = Self::known(id)?;
        let Stage::Voting { until, ayes, nays } = &mut motion.stage else {
            return Err(Error::<T>::VotingOver.into());
        };
        ensure!(Self::now() < *until, Error::<T>::VotingOver);
        let (chosen, other) = if aye { (&mut *ayes, &mut *nays) } else { (&mut *nays, &mut *ayes) };
        ensure!(!chosen.contains(&who), Error::<T>::AlreadyVoted);
        other.retain(|voice| *voice != who);
        speak(chosen, &members, who.clone());
        let (ayes, nays) = (seated(ayes, &members), seated(nays, &members));
        Motions::<T>::insert(id, motion);
        Self::deposit_event(Event::Voted { motion: id, member: who, aye, ayes, nays });
        Ok(())
    }
}

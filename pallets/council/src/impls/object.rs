//! Objections to motions that were carried.

use super::speak;
use crate::{
    types::{count, MotionId, Stage, Verdict},
    Config, Error, Event, Motions, Pallet,
};
use frame_support::ensure;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_object(who: T::AccountId, id: MotionId) -> DispatchResult {
        let members = Self::members_with(&who)?;
        let mut motion = Self::known(id)?;
        let Stage::Carried { from, objections, .. } = &mut motion.stage else {
            return Err(Error::<T>::NotCarried.into());
        };
        ensure!(Self::now() < *from, Error::<T>::TooLate);
        ensure!(!objections.contains(&who), Error::<T>::AlreadyObjected);
        speak(objections, &members, who.clone());
        let objections = count(objections);
        Self::deposit_event(Event::Objected { motion: id, member: who, objections });
        if motion.stage.verdict(&members, &Self::now()) == Verdict::Stopped {
            Self::stop(id, &motion);
        } else {
            Motions::<T>::insert(id, motion);
        }
        Ok(())
    }
}

//! How votes are closed, and how motions end that do not take effect.

use crate::{
    types::{MotionId, MotionOf, Stage, Verdict, Voices},
    Config, Error, Event, Motions, Pallet,
};
use frame_support::traits::SortedMembers;
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// Nothing is changed unless the motion can be closed.
    pub(crate) fn do_close(id: MotionId) -> DispatchResult {
        let motion = Self::known(id)?;
        let members = T::Members::sorted_members();
        match motion.stage.verdict(&members, &Self::now()) {
            Verdict::Open => return Err(Error::<T>::StillOpen.into()),
            Verdict::Carried => Self::carry(id, motion),
            Verdict::Rejected { by_majority } => Self::reject(id, motion, by_majority),
            Verdict::Stopped => Self::stop(id, &motion),
            Verdict::Lapsed => Self::lapse(id, &motion),
        }
        Ok(())
    }

    fn carry(id: MotionId, mut motion: MotionOf<T>) {
        let delay = if motion.at_once { Zero::zero() } else { T::Delay::get() };
        let from = Self::now().saturating_add(delay);
        let until = from.saturating_add(T::EnactmentPeriod::get());
        motion.stage = Stage::Carried { from, until, objections: Voices::default() };
        Motions::<T>::insert(id, motion);
        Self::deposit_event(Event::MotionCarried { motion: id, from, until });
    }

    fn reject(id: MotionId, mut motion: MotionOf<T>, by_majority: bool) {
        let lost = if by_majority { motion.deposit } else { Zero::zero() };
        let burnt = Self::burn(&motion.proposer, lost);
        motion.deposit = motion.deposit.saturating_sub(burnt);
        Self::remove(id, &motion);
        Self::deposit_event(Event::MotionRejected { motion: id, burnt });
    }

    pub(super) fn stop(id: MotionId, motion: &MotionOf<T>) {
        Self::remove(id, motion);
        Self::deposit_event(Event::MotionStopped { motion: id });
    }

    fn lapse(id: MotionId, motion: &MotionOf<T>) {
        Self::remove(id, motion);
        Self::deposit_event(Event::MotionLapsed { motion: id });
    }
}

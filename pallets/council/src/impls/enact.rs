//! How motions take effect.

use crate::{
    types::{MotionId, Stage, Verdict},
    Calls, Config, Error, Event, Origin, Pallet, WeightInfo,
};
use codec::DecodeLimit;
use frame_support::{
    dispatch::{
        extract_actual_weight, DispatchResultWithPostInfo, GetDispatchInfo, WithPostDispatchInfo,
    },
    ensure,
    traits::SortedMembers,
    MAX_EXTRINSIC_DEPTH,
};
use sp_runtime::traits::Dispatchable;

impl<T: Config> Pallet<T> {
    /// A call that fails takes the whole transaction back, so the motion stays. Otherwise anybody
    /// could spoil a motion by choosing a moment at which its call fails.
    pub(crate) fn do_enact(id: MotionId) -> DispatchResultWithPostInfo {
        let own = T::WeightInfo::enact();
        let (call, origin) = Self::take_enactable(id).map_err(|error| error.with_weight(own))?;
        let info = call.get_dispatch_info();
        let result = call.dispatch(origin.into());
        let weight = own.saturating_add(extract_actual_weight(&result, &info));
        result.map_err(|failed| failed.error.with_weight(weight))?;
        Self::deposit_event(Event::MotionEnacted { motion: id });
        Ok(Some(weight).into())
    }

    /// Removes a motion that can be enacted, and returns its call and the origin for it.
    pub(crate) fn take_enactable(id: MotionId) -> Result<(T::Proposal, Origin), Error<T>> {
        let motion = Self::known(id)?;
        let Stage::Carried { from, .. } = &motion.stage else {
            return Err(Error::<T>::NotCarried);
        };
        let (members, now) = (T::Members::sorted_members(), Self::now());
        match motion.stage.verdict(&members, &now) {
            Verdict::Stopped => return Err(Error::<T>::Stopped),
            Verdict::Lapsed => return Err(Error::<T>::Lapsed),
            _ => ensure!(now >= *from, Error::<T>::StillWaiting),
        }
        let call = Self::stored_call(id)?;
        // The runtime may have changed since the motion was proposed.
        Self::check_call(&call)?;
        let origin = if motion.at_once { Origin::EnactedAtOnce } else { Origin::Enacted };
        Self::remove(id, &motion);
        Ok((call, origin))
    }

    fn stored_call(id: MotionId) -> Result<T::Proposal, Error<T>> {
        let bytes = Calls::<T>::get(id).unwrap_or_default();
        T::Proposal::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut bytes.as_slice())
            .map_err(|_| Error::<T>::Undecodable)
    }
}

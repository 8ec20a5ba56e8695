//! The sweep: closes what nobody has closed, using the weight that a block has left over.

use crate::{types::MotionId, Config, Motions, Pallet, SweepCursor, WeightInfo};
use frame_support::weights::Weight;

impl<T: Config> Pallet<T> {
    /// Looks at the motion after the one that was looked at last, if the weight allows it, and
    /// returns the weight that was used.
    pub(crate) fn sweep(limit: Weight) -> Weight {
        let weight = T::WeightInfo::sweep();
        if weight.any_gt(limit) {
            return Weight::zero();
        }
        Self::visit_next();
        weight
    }

    /// Starts over at the end.
    pub(crate) fn visit_next() {
        let next = Self::motion_after(SweepCursor::<T>::get());
        if let Some(id) = next.or_else(|| Self::motion_after(None)) {
            SweepCursor::<T>::put(id);
            // Refused, without any change, as long as the motion is open.
            let _ = Self::do_close(id);
        }
    }

    fn motion_after(cursor: Option<MotionId>) -> Option<MotionId> {
        match cursor {
            Some(id) => Motions::<T>::iter_keys_from(Motions::<T>::hashed_key_for(id)).next(),
            None => Motions::<T>::iter_keys().next(),
        }
    }
}

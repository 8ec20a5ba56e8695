//! The sweep: removes facts that were voted down when their time is over, using the weight that a
//! block has left over.

use crate::{types::InOrder, Config, Pallet, Rejected, SweepCursor, WeightInfo};
use frame_support::weights::WeightMeter;
use nocknock_primitives::ids::FactId;

/// The most facts that the sweep looks at in a block.
const LOOKS: u32 = 4;

impl<T: Config> Pallet<T> {
    /// Looks at the next facts that were voted down, as many as the weight allows.
    pub(crate) fn sweep(meter: &mut WeightMeter) {
        for _ in 0..LOOKS {
            let afforded = meter.try_consume(T::WeightInfo::sweep_look()).is_ok();
            if !afforded || Self::look_at_next().is_none() {
                return;
            }
        }
    }

    /// Looks at the fact after the cursor, and starts over at the end. Returns nothing if no fact
    /// was voted down.
    pub(crate) fn look_at_next() -> Option<()> {
        let next =
            Self::rejected_after(SweepCursor::<T>::get()).or_else(|| Self::rejected_after(None))?;
        SweepCursor::<T>::put(next);
        // If its time is not over, or somebody has not claimed yet, it is looked at again.
        let _ = Self::do_remove(FactId::from_be_bytes(next));
        Some(())
    }

    fn rejected_after(cursor: Option<InOrder>) -> Option<InOrder> {
        match cursor {
            Some(last) => Rejected::<T>::iter_keys_from(Rejected::<T>::hashed_key_for(last)).next(),
            None => Rejected::<T>::iter_keys().next(),
        }
    }
}

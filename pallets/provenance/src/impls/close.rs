//! Closing pending records into an anchor.

use crate::{Anchors, Config, Event, NextAnchor, NextRecord, Pallet, Pending, WeightInfo};
use frame_support::weights::Weight;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::provenance::{Anchor, Frontier};
use sp_io::hashing::keccak_256;
use sp_runtime::traits::{CheckedDiv, Get, Saturating};

impl<T: Config> Pallet<T> {
    /// Closes the pending records at the end of a period, and returns the weight of that.
    pub(crate) fn close_if_due(now: BlockNumberFor<T>) -> Weight {
        let period = T::AnchorPeriod::get();
        let whole = now.checked_div(&period).map(|past| past.saturating_mul(period));
        if whole != Some(now) {
            // A runtime may keep the period in its storage.
            return T::DbWeight::get().reads(1);
        }
        Self::close(Pending::<T>::get());
        T::WeightInfo::close_anchor()
    }

    /// Writes the anchor of these records, which are the newest. Without records there is no
    /// anchor.
    pub(crate) fn close(pending: Frontier) {
        let Some(root) = pending.root(keccak_256) else {
            return;
        };
        let number = NextAnchor::<T>::get();
        let count = pending.count();
        let first = NextRecord::<T>::get().saturating_sub(count.into());
        let block = frame_system::Pallet::<T>::block_number();
        let anchor = Anchor { number, first, count, root, block };
        Anchors::<T>::insert(number, anchor);
        // Each anchor holds at least one record, and records are counted in 64 bits as well.
        NextAnchor::<T>::put(number.saturating_add(1));
        Pending::<T>::kill();
        Self::deposit_event(Event::AnchorClosed { number, first, count, root });
    }
}

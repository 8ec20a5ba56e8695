//! Recording a delivered model.

use crate::{
    types::newest_first, ByMark, Config, Event, NextAnchor, NextRecord, Pallet, Pending, Records,
    RecordsOfTask, WeightInfo,
};
use frame_support::{defensive, weights::Weight};
use nocknock_primitives::{
    ids::RecordId,
    provenance::{Frontier, Provenance, Recorded, Seal},
    traits::ProvenanceRecorder,
};
use sp_io::hashing::keccak_256;
use sp_runtime::traits::Get;

impl<T: Config> ProvenanceRecorder<T::AccountId> for Pallet<T> {
    fn record(provenance: Provenance<T::AccountId>, seal: Seal) -> Option<RecordId> {
        Self::do_record(provenance, seal)
    }

    fn weight() -> Weight {
        T::WeightInfo::record()
    }
}

impl<T: Config> Pallet<T> {
    /// Stores a record and adds its leaf to the tree of the next anchor. Nothing happens if the
    /// numbers have run out.
    pub fn do_record(provenance: Provenance<T::AccountId>, seal: Seal) -> Option<RecordId> {
        let id = NextRecord::<T>::get();
        let next = id.checked_add(1)?;
        let mut pending = Pending::<T>::get();
        let leaf = provenance.leaf(Self::genesis_hash(), id).hash(keccak_256);
        if !pending.push(leaf, keccak_256) {
            defensive!("an anchor is closed before its tree is full");
            return None;
        }
        NextRecord::<T>::put(next);
        Self::deposit_event(Event::ModelRecorded {
            record: id,
            task: provenance.task,
            model: provenance.model,
            submitter: provenance.submitter.clone(),
        });
        let anchor = NextAnchor::<T>::get();
        Self::store(id, Recorded { provenance, seal, anchor });
        Self::keep_or_close(pending);
        Some(id)
    }

    fn store(id: RecordId, recorded: Recorded<T::AccountId>) {
        for mark in recorded.marks() {
            ByMark::<T>::insert(mark, newest_first(id), ());
        }
        if RecordsOfTask::<T>::try_append(recorded.provenance.task, id).is_err() {
            defensive!("a task pays at most one rank for each share");
        }
        Records::<T>::insert(id, recorded);
    }

    fn keep_or_close(pending: Frontier) {
        if pending.count() < T::MaxRecordsPerAnchor::get() {
            Pending::<T>::put(pending);
        } else {
            Self::close(pending);
        }
    }
}

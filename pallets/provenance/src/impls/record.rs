//! Recording a delivered model.

use crate::{
    Config, Event, LatestOfModel, NextAnchor, NextRecord, Pallet, Pending, Records, RecordsOfTask,
    WeightInfo,
};
use frame_support::{defensive, weights::Weight};
use nocknock_primitives::{
    ids::RecordId,
    provenance::{Frontier, Provenance, Recorded},
    traits::ProvenanceRecorder,
};
use sp_io::hashing::keccak_256;
use sp_runtime::traits::Get;

impl<T: Config> ProvenanceRecorder<T::AccountId> for Pallet<T> {
    fn record(provenance: Provenance<T::AccountId>) -> Option<RecordId> {
        Self::do_record(provenance)
    }

    fn weight() -> Weight {
        T::WeightInfo::record()
    }
}

impl<T: Config> Pallet<T> {
    /// Stores a record and adds its leaf to the tree of the next anchor. Nothing happens if the
    /// numbers have run out.
    pub fn do_record(provenance: Provenance<T::AccountId>) -> Option<RecordId> {
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
        Self::store(id, provenance);
        Self::keep_or_close(pending);
        Some(id)
    }

    fn store(id: RecordId, provenance: Provenance<T::AccountId>) {
        let previous = LatestOfModel::<T>::get(provenance.model);
        LatestOfModel::<T>::insert(provenance.model, id);
        if RecordsOfTask::<T>::try_append(provenance.task, id).is_err() {
            defensive!("a task pays at most one rank for each share");
        }
        let recorded = Recorded { provenance, anchor: NextAnchor::<T>::get(), previous };
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

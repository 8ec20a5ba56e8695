//! Pages of what is stored, and proofs of inclusion, for reads from outside of blocks.

use crate::{
    types::{newest_first, record_of},
    Anchors, ByMark, Config, Pallet, Records, RecordsOfTask,
};
use alloc::vec::Vec;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    ids::{RecordId, TaskId},
    limits::MAX_PAGE,
    provenance::{siblings, Anchor, AnchorNumber, InclusionProof, Mark, Node, Recorded},
};
use sp_io::hashing::keccak_256;

type Numbered<T> = (RecordId, Recorded<<T as frame_system::Config>::AccountId>);

impl<T: Config> Pallet<T> {
    /// The proof that a record is in its anchor; nothing if there is no such record, or if its
    /// anchor is not closed yet.
    ///
    /// Recomputes the leaves of all records of the anchor: for runtime APIs, not for calls.
    pub fn inclusion_proof(id: RecordId) -> Option<InclusionProof> {
        let anchor = Anchors::<T>::get(Records::<T>::get(id)?.anchor)?;
        let position = usize::try_from(id.checked_sub(anchor.first)?).ok()?;
        let siblings = siblings(&Self::leaves(&anchor)?, position, keccak_256)?;
        Some(InclusionProof { record: id, anchor: anchor.number, siblings })
    }

    fn leaves(anchor: &Anchor<BlockNumberFor<T>>) -> Option<Vec<Node>> {
        let genesis_hash = Self::genesis_hash();
        let end = anchor.first.checked_add(anchor.count.into())?;
        (anchor.first..end)
            .map(|id| {
                let recorded = Records::<T>::get(id)?;
                Some(recorded.provenance.leaf(genesis_hash, id).hash(keccak_256))
            })
            .collect()
    }

    pub(crate) fn record_page(start: RecordId, limit: u32) -> Vec<Numbered<T>> {
        (start..=RecordId::MAX).take(page_size(limit)).map_while(numbered::<T>).collect()
    }

    pub(crate) fn task_records(task: TaskId) -> Vec<Numbered<T>> {
        RecordsOfTask::<T>::get(task).into_iter().filter_map(numbered::<T>).collect()
    }

    pub(crate) fn mark_page(mark: Mark, before: Option<RecordId>, limit: u32) -> Vec<Numbered<T>> {
        Self::marked(mark, before).take(page_size(limit)).filter_map(numbered::<T>).collect()
    }

    /// Merges the lists under the three marks of a record, from the newest record back.
    pub(crate) fn earlier_page(
        id: RecordId,
        before: Option<RecordId>,
        limit: u32,
    ) -> Vec<Numbered<T>> {
        let Some(recorded) = Records::<T>::get(id) else {
            return Vec::new();
        };
        let start = before.map_or(id, |before| before.min(id));
        let mut lists = recorded.marks().map(|mark| Self::marked(mark, Some(start)).peekable());
        let earlier = core::iter::from_fn(|| {
            let newest = lists.iter_mut().filter_map(|list| list.peek().copied()).max()?;
            for list in &mut lists {
                list.next_if_eq(&newest);
            }
            Some(newest)
        });
        earlier.take(page_size(limit)).filter_map(numbered::<T>).collect()
    }

    /// The numbers of the records with a mark, from the newest back, or from before a number.
    fn marked(mark: Mark, before: Option<RecordId>) -> impl Iterator<Item = RecordId> {
        let keys = match before {
            Some(id) => {
                let last = ByMark::<T>::hashed_key_for(mark, newest_first(id));
                ByMark::<T>::iter_key_prefix_from(mark, last)
            }
            None => ByMark::<T>::iter_key_prefix(mark),
        };
        keys.map(record_of)
    }

    pub(crate) fn anchor_page(start: AnchorNumber, limit: u32) -> Vec<Anchor<BlockNumberFor<T>>> {
        (start..=AnchorNumber::MAX).take(page_size(limit)).map_while(Anchors::<T>::get).collect()
    }
}

fn numbered<T: Config>(id: RecordId) -> Option<Numbered<T>> {
    Records::<T>::get(id).map(|recorded| (id, recorded))
}

fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_PAGE)).unwrap_or(0)
}

//! The invariants of this pallet's state.

use crate::{
    types::record_of, Anchors, ByMark, Config, NextAnchor, NextRecord, Pallet, Pending, Records,
    RecordsOfTask,
};
use alloc::vec::Vec;
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    ids::RecordId,
    provenance::{Anchor, Frontier, Node, Recorded},
};
use sp_io::hashing::keccak_256;
use sp_runtime::{traits::Get, TryRuntimeError};

impl<T: Config> Pallet<T> {
    /// Checks the invariants, numbered as in the README:
    ///
    /// 1. Records are numbered from 0 without a gap, and so are anchors.
    /// 2. Anchors cover contiguous ranges of records from 0 upwards, each at least one and at most
    ///    `MaxRecordsPerAnchor` records; the records after them are the pending ones, and fewer
    ///    than that.
    /// 3. Each record names the anchor that covers it, or the next one if it is pending.
    /// 4. Roots and pending tree are those of the records' leaves.
    /// 5. Each record is in the index under its commitment, ciphertext and key, and nothing else is
    ///    in it.
    /// 6. A task's list holds exactly its records, in ascending order.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_numbers()?;
        let pending = Self::check_anchors()?;
        Self::check_pending(pending)?;
        Self::check_marks()?;
        Self::check_tasks()
    }

    fn check_numbers() -> Result<(), TryRuntimeError> {
        let records = NextRecord::<T>::get();
        let all = (0..records).all(Records::<T>::contains_key);
        let stored = u64::try_from(Records::<T>::iter_keys().count());
        ensure!(all && stored == Ok(records), "1: records are not numbered without a gap");
        let anchors = NextAnchor::<T>::get();
        let all = (0..anchors).all(Anchors::<T>::contains_key);
        let stored = u64::try_from(Anchors::<T>::iter_keys().count());
        ensure!(all && stored == Ok(anchors), "1: anchors are not numbered without a gap");
        Ok(())
    }

    /// Checks all anchors and returns the first record after them.
    fn check_anchors() -> Result<RecordId, TryRuntimeError> {
        let mut first = 0;
        for number in 0..NextAnchor::<T>::get() {
            let anchor = Anchors::<T>::get(number).ok_or("1: an anchor is missing")?;
            let numbered = anchor.number == number && anchor.first == first;
            let sized = (1..=T::MaxRecordsPerAnchor::get()).contains(&anchor.count);
            ensure!(numbered && sized, "2: an anchor covers a wrong range");
            first = first.saturating_add(anchor.count.into());
            Self::check_root(&anchor, first)?;
        }
        Ok(first)
    }

    fn check_root(
        anchor: &Anchor<BlockNumberFor<T>>,
        end: RecordId,
    ) -> Result<(), TryRuntimeError> {
        let leaves = Self::leaves_of(anchor.number, anchor.first, end)?;
        let root = Frontier::of(&leaves, keccak_256).and_then(|tree| tree.root(keccak_256));
        ensure!(root == Some(anchor.root), "4: a root is not that of the records");
        Ok(())
    }

    fn check_pending(first: RecordId) -> Result<(), TryRuntimeError> {
        let end = NextRecord::<T>::get();
        let pending = Pending::<T>::get();
        ensure!(
            end.checked_sub(first) == Some(pending.count().into())
                && pending.count() < T::MaxRecordsPerAnchor::get(),
            "2: the records after the last anchor are not the pending ones"
        );
        let leaves = Self::leaves_of(NextAnchor::<T>::get(), first, end)?;
        ensure!(
            Frontier::of(&leaves, keccak_256) == Some(pending),
            "4: the pending tree is not that of the records"
        );
        Ok(())
    }

    fn leaves_of(
        anchor: u64,
        first: RecordId,
        end: RecordId,
    ) -> Result<Vec<Node>, TryRuntimeError> {
        let genesis_hash = Self::genesis_hash();
        let leaf = |id| -> Result<Node, TryRuntimeError> {
            let recorded = Records::<T>::get(id).ok_or("1: a record is missing")?;
            ensure!(recorded.anchor == anchor, "3: a record names a wrong anchor");
            Ok(recorded.provenance.leaf(genesis_hash, id).hash(keccak_256))
        };
        (first..end).map(leaf).collect()
    }

    fn check_marks() -> Result<(), TryRuntimeError> {
        let mut entries = 0u64;
        for (mark, key) in ByMark::<T>::iter_keys() {
            let has_it = |recorded: Recorded<T::AccountId>| recorded.marks().contains(&mark);
            let known = Records::<T>::get(record_of(key)).is_some_and(has_it);
            ensure!(known, "5: the index has an entry without its record");
            entries = entries.saturating_add(1);
        }
        // The three marks of a record differ from each other.
        ensure!(
            entries == NextRecord::<T>::get().saturating_mul(3),
            "5: a record is not in the index"
        );
        Ok(())
    }

    fn check_tasks() -> Result<(), TryRuntimeError> {
        let mut listed = 0usize;
        for (task, records) in RecordsOfTask::<T>::iter() {
            let of_task = |recorded: Recorded<T::AccountId>| recorded.provenance.task == task;
            let all = records.iter().all(|id| Records::<T>::get(id).is_some_and(of_task));
            let ascending = records.is_sorted_by(|one, other| one < other);
            ensure!(all && ascending, "6: a task's list is wrong");
            listed = listed.saturating_add(records.len());
        }
        ensure!(
            u64::try_from(listed) == Ok(NextRecord::<T>::get()),
            "6: a record is not in its task's list"
        );
        Ok(())
    }
}

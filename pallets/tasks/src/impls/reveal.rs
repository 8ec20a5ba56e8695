//! The reveal of test blocks.

use crate::{
    types::TaskOf, Config, Error, Event, Pallet, RevealedBlocks, Roots, Tasks, WeightInfo,
};
use frame_support::{
    dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
    ensure,
};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, TaskId},
    limits::List,
    model::{block_root, field, packing::row_elements, rows::Row, wire::decode_rows, MlpShape},
    phase::Phase,
    task::{RevealedBlock, TestBlock},
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_reveal_block(
        who: &T::AccountId,
        id: TaskId,
        block: BlockIndex,
        revealed: RevealedBlock,
    ) -> DispatchResultWithPostInfo {
        let mut task = Self::task_in(id, Phase::Reveal)?;
        Self::ensure_requester(&task, who)?;
        ensure!(Self::hidden_test(&mut task, block)?.rows.is_none(), Error::<T>::AlreadyRevealed);
        let rows = Self::check_block(&task, id, block, &revealed)?;
        let samples = count_samples(&rows);
        Self::hidden_test(&mut task, block)?.rows = Some(samples);
        count_labels(&mut task, &rows);
        let hidden = count_hidden(&task);
        if hidden == 0 {
            task.revealed_at = Some(Self::now());
        }
        let weight = T::WeightInfo::reveal_block(block_elements(&task.shape));
        RevealedBlocks::<T>::insert(id, block, revealed);
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::BlockRevealed { task: id, block, rows: samples, hidden });
        Ok(PostDispatchInfo { actual_weight: Some(weight), ..Default::default() })
    }

    fn hidden_test(task: &mut TaskOf<T>, block: BlockIndex) -> Result<&mut TestBlock, Error<T>> {
        task.tests.iter_mut().find(|test| test.index == block).ok_or(Error::<T>::NotTestBlock)
    }

    /// Recomputes the block's root and returns its rows, padding included.
    fn check_block(
        task: &TaskOf<T>,
        id: TaskId,
        block: BlockIndex,
        revealed: &RevealedBlock,
    ) -> Result<alloc::vec::Vec<Row>, Error<T>> {
        let salt = field::from_bytes(&revealed.salt).map_err(|_| Error::<T>::BadSalt)?;
        let rows =
            decode_rows(&task.shape, &revealed.rows).map_err(|_| Error::<T>::MalformedRows)?;
        let root =
            block_root(&task.shape, salt, block, &rows).map_err(|_| Error::<T>::MalformedRows)?;
        let roots = Roots::<T>::get(id);
        let expected = roots.get(usize::from(block)).ok_or(Error::<T>::NotTestBlock)?;
        ensure!(*expected == BlockRoot(field::to_bytes(&root)), Error::<T>::RootMismatch);
        Ok(rows)
    }
}

fn count_samples(rows: &[Row]) -> u32 {
    let samples = rows.iter().filter(|row| row.real).count();
    u32::try_from(samples).unwrap_or(u32::MAX)
}

fn count_hidden<AccountId, Balance, BlockNumber>(
    task: &nocknock_primitives::task::Task<AccountId, Balance, BlockNumber>,
) -> u32 {
    let hidden = task.tests.iter().filter(|test| test.rows.is_none()).count();
    u32::try_from(hidden).unwrap_or(u32::MAX)
}

/// Adds the classes of a block's samples to the label counts of the task.
fn count_labels<AccountId, Balance, BlockNumber>(
    task: &mut nocknock_primitives::task::Task<AccountId, Balance, BlockNumber>,
    rows: &[Row],
) {
    let mut counts = core::mem::take(&mut task.label_counts).into_inner();
    counts.resize(usize::from(task.shape.classes), 0);
    for class in rows.iter().filter_map(Row::class) {
        if let Some(count) = counts.get_mut(class) {
            *count = count.saturating_add(1);
        }
    }
    task.label_counts = List::truncate_from(counts);
}

fn block_elements(shape: &MlpShape) -> u32 {
    u32::try_from(row_elements(shape)).unwrap_or(u32::MAX)
}

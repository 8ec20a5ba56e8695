//! The reveal of test blocks.

use crate::{types::TaskOf, Config, Error, Event, Pallet, RevealedBlocks, Roots, Tasks};
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, TaskId},
    limits::{List, MAX_CLASSES},
    model::{baseline::count_labels, field, KnownBlock},
    phase::Phase,
    task::{Funding, RevealedBlock, TestBlock},
    traits::Curriculum,
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
        let mut counts = core::mem::take(&mut task.label_counts);
        let rows = Self::check_block(&task, id, block, &revealed, &mut counts)?;
        task.label_counts = counts;
        Self::hidden_test(&mut task, block)?.rows = Some(rows);
        let hidden = count_hidden(&task);
        if hidden == 0 {
            task.revealed_at = Some(Self::now());
            task.baseline = task.count_baseline();
            Self::set_reference(&mut task);
        }
        let weight = Self::reveal_weight(&task.architecture, rows);
        RevealedBlocks::<T>::insert(id, block, revealed);
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::BlockRevealed { task: id, block, rows, hidden });
        Ok(Some(weight).into())
    }

    fn hidden_test(task: &mut TaskOf<T>, block: BlockIndex) -> Result<&mut TestBlock, Error<T>> {
        task.tests.iter_mut().find(|test| test.index == block).ok_or(Error::<T>::NotTestBlock)
    }

    /// Recomputes the block's root, adds its labels to the counts and returns the number of its
    /// rows.
    fn check_block(
        task: &TaskOf<T>,
        id: TaskId,
        block: BlockIndex,
        revealed: &RevealedBlock,
        counts: &mut List<u32, MAX_CLASSES>,
    ) -> Result<u32, Error<T>> {
        let RevealedBlock { salt, rows } = revealed;
        let known = KnownBlock::new(&task.architecture, salt, block, rows)
            .map_err(|_| Error::<T>::MalformedRows)?;
        ensure!(!known.block().is_empty(), Error::<T>::MalformedRows);
        let rows = u32::try_from(known.block().len()).unwrap_or(u32::MAX);
        ensure!(Self::may_have_rows(task, rows), Error::<T>::TooManyRows);
        let roots = Roots::<T>::get(id);
        let expected = roots.get(usize::from(block)).ok_or(Error::<T>::NotTestBlock)?;
        let root = BlockRoot(field::to_bytes(&known.root()));
        ensure!(*expected == root, Error::<T>::RootMismatch);
        count_labels(&task.architecture, known.block(), counts);
        Ok(rows)
    }

    /// Whether models of every architecture that the experiment admits can be judged on a block
    /// with so many rows. Only the curriculum has a limit: there the champion has to be proved on
    /// the same blocks.
    fn may_have_rows(task: &TaskOf<T>, rows: u32) -> bool {
        let most = match task.funding {
            Funding::Sponsored => None,
            Funding::Curriculum => T::Curriculum::most_rows(task.experiment),
        };
        most.is_none_or(|most| rows <= most)
    }
}

fn count_hidden<AccountId, Balance, BlockNumber>(
    task: &nocknock_primitives::task::Task<AccountId, Balance, BlockNumber>,
) -> u32 {
    let hidden = task.tests.iter().filter(|test| test.rows.is_none()).count();
    u32::try_from(hidden).unwrap_or(u32::MAX)
}

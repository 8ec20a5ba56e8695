//! Seeds, the draw of the test blocks, and the opening of a drawn task.
//!
//! A task created while seed `n` is the newest is drawn with seed `n + 2`. Seed `n + 1` gathers
//! randomness of the epoch in which the task is created, of which a block author near the end of
//! that epoch may know all; seed `n + 2` gathers that of the whole epoch after it.

use super::create::hidden_tests;
use crate::{Config, Error, Event, NextSeed, Pallet, SeedEpoch, Seeds, Tasks};
use frame_support::ensure;
use nocknock_primitives::{
    draw::draw_test_blocks,
    ids::{BlobId, TaskId},
    limits::SEED_HISTORY,
    phase::Phase,
    traits::EpochRandomness,
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    /// Stores the seed of the present epoch in the first block of it that this pallet sees.
    pub(crate) fn store_new_seed() {
        let epoch = T::Randomness::epoch();
        if epoch == SeedEpoch::<T>::get() {
            return;
        }
        let number = NextSeed::<T>::get();
        Seeds::<T>::insert(number, T::Randomness::seed());
        if let Some(oldest) = number.checked_sub(SEED_HISTORY) {
            Seeds::<T>::remove(oldest);
        }
        NextSeed::<T>::put(number.saturating_add(1));
        SeedEpoch::<T>::put(epoch);
        Self::deposit_event(Event::SeedStored { number });
    }

    pub(crate) fn do_draw_split(id: TaskId) -> DispatchResult {
        let mut task = Self::task_in(id, Phase::Created)?;
        ensure!(NextSeed::<T>::get() > task.seed, Error::<T>::SeedNotKnown);
        let seed = Seeds::<T>::get(task.seed).ok_or(Error::<T>::SeedForgotten)?;
        let drawn = draw_test_blocks(&seed, id, task.blocks, task.test_blocks)
            .ok_or(Error::<T>::BadSplit)?;
        task.tests = hidden_tests(drawn.iter().copied());
        task.drawn_at = Some(Self::now());
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::SplitDrawn {
            task: id,
            test_blocks: drawn.into_inner(),
        });
        Ok(())
    }

    pub(crate) fn do_publish_training_data(
        who: &T::AccountId,
        id: TaskId,
        train_data: BlobId,
    ) -> DispatchResult {
        let mut task = Self::task_in(id, Phase::Drawn)?;
        Self::ensure_requester(&task, who)?;
        task.train_data = Some(train_data);
        task.opened_at = Some(Self::now());
        Tasks::<T>::insert(id, &task);
        Self::announce_opening(id, &task, train_data);
        Ok(())
    }
}

//! Seeds, the draw of the test blocks, and the opening of a drawn task.
//!
//! Each block adds its author's contribution to the randomness, and what has been gathered by the
//! end of an epoch becomes a seed. A task created while seed `n` is the newest is drawn with seed
//! `n + 2`. Seed `n + 1` gathers the contributions of the epoch in which the task is created, and
//! an author near the end of that epoch may know all of them; seed `n + 2` gathers those of the
//! whole epoch after it.
//!
//! Seeds also date registrations. So that nobody has to wait for the end of the first epoch, the
//! genesis hash is seed 0. No task is drawn with it.

use super::create::hidden_tests;
use crate::{Config, Error, Event, Gathered, NextSeed, Pallet, SeedEpoch, Seeds, Tasks};
use codec::Encode;
use frame_support::ensure;
use nocknock_primitives::{
    draw::draw_test_blocks,
    ids::{BlobId, TaskId},
    limits::SEED_HISTORY,
    phase::Phase,
    traits::{DrawSeeds, EpochRandomness},
};
use sp_io::hashing::blake2_256;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    /// Adds the contribution of the previous block. The first block of an epoch then stores a seed
    /// that includes every block of the epoch before.
    pub(crate) fn gather_randomness() {
        let gathered = (Gathered::<T>::get(), T::Randomness::output()).using_encoded(blake2_256);
        Gathered::<T>::put(gathered);
        let epoch = T::Randomness::epoch();
        if epoch != SeedEpoch::<T>::get() {
            Self::store_seed(epoch, (gathered, epoch).using_encoded(blake2_256));
        }
    }

    fn store_seed(epoch: u64, seed: [u8; 32]) {
        let number = NextSeed::<T>::get();
        Seeds::<T>::insert(number, seed);
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
        Self::deposit_event(Event::SplitDrawn { task: id, test_blocks: drawn.into_inner() });
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

impl<T: Config> DrawSeeds for Pallet<T> {
    fn newest() -> u64 {
        NextSeed::<T>::get().saturating_sub(1)
    }

    fn seed(number: u64) -> Option<[u8; 32]> {
        match number {
            0 => Some(Self::genesis_hash()),
            number => Seeds::<T>::get(number),
        }
    }
}

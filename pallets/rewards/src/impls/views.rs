//! Pages of what is stored.

use crate::{types::EntryOf, Config, Curriculum as Entries, Pallet};
use alloc::vec::Vec;
use nocknock_primitives::{ids::ExperimentId, limits::MAX_PAGE};

impl<T: Config> Pallet<T> {
    pub(crate) fn curriculum_page(
        after: Option<ExperimentId>,
        limit: u32,
    ) -> Vec<(ExperimentId, EntryOf<T>)> {
        let entries = match after {
            Some(experiment) => Entries::<T>::iter_from(Entries::<T>::hashed_key_for(experiment)),
            None => Entries::<T>::iter(),
        };
        entries.take(page_size(limit)).collect()
    }

    pub(crate) fn candidate_page(start: u32, limit: u32) -> Vec<(T::AccountId, u128)> {
        Self::ranked_candidates()
            .into_iter()
            .skip(usize::try_from(start).unwrap_or(usize::MAX))
            .take(page_size(limit))
            .collect()
    }
}

fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_PAGE)).unwrap_or(0)
}

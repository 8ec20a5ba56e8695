//! Pages of what is stored.

use crate::{
    types::{CommitmentOf, TaskOf},
    Commitments, Config, NextTask, Pallet, Tasks,
};
use alloc::vec::Vec;
use nocknock_primitives::{ids::TaskId, limits::MAX_PAGE};

impl<T: Config> Pallet<T> {
    pub(crate) fn task_page(start: TaskId, limit: u32) -> Vec<(TaskId, TaskOf<T>)> {
        (start..NextTask::<T>::get())
            .take(page_size(limit))
            .filter_map(|id| Tasks::<T>::get(id).map(|task| (id, task)))
            .collect()
    }

    pub(crate) fn commitment_page(
        task: TaskId,
        after: Option<T::AccountId>,
        limit: u32,
    ) -> Vec<(T::AccountId, CommitmentOf<T>)> {
        let entries = match after {
            Some(worker) => Commitments::<T>::iter_prefix_from(
                task,
                Commitments::<T>::hashed_key_for(task, worker),
            ),
            None => Commitments::<T>::iter_prefix(task),
        };
        entries.take(page_size(limit)).collect()
    }
}

fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_PAGE)).unwrap_or(0)
}

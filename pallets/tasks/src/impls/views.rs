//! Pages of what is stored.

use crate::{
    types::{CommitmentOf, TaskPage},
    Commitments, Config, NextTask, Pallet, Roots, Tasks,
};
use alloc::vec::Vec;
use nocknock_primitives::{
    claim::ClaimKey,
    ids::{BlockRoot, TaskId},
    limits::MAX_PAGE,
};

/// How many numbers one page looks at, whether or not anything is stored under them.
const MAX_LOOKS: u64 = 1_024;

impl<T: Config> Pallet<T> {
    pub(crate) fn task_page(start: TaskId, limit: u32) -> TaskPage<T> {
        let (end, places) = (NextTask::<T>::get(), page_size(limit));
        let last_look = end.min(start.saturating_add(MAX_LOOKS));
        let (mut page, mut next) = (Vec::new(), start);
        while next < last_look && page.len() < places {
            page.extend(Tasks::<T>::get(next).map(|task| (next, task)));
            next = next.saturating_add(1);
        }
        (page, Some(next).filter(|next| *next < end))
    }

    pub(crate) fn root_page(task: TaskId, start: u32, limit: u32) -> Vec<BlockRoot> {
        Roots::<T>::get(task)
            .into_iter()
            .skip(usize::try_from(start).unwrap_or(usize::MAX))
            .take(page_size(limit))
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

    pub(crate) fn claim_page(task: TaskId, limit: u32) -> Vec<(T::AccountId, ClaimKey)> {
        Self::claims_in_order(task)
            .take(page_size(limit))
            .map(|claim| (claim.worker, claim.key))
            .collect()
    }
}

fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_PAGE)).unwrap_or(0)
}

//! The sweep: takes the steps that nobody has taken, using the weight that a block has left over.

use crate::{
    types::{TaskOf, MAX_STORED_CHUNKS},
    Commitments, Config, NextSeed, Pallet, Seeds, SweepCursor, Tasks, WeightInfo,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame_support::{
    storage::with_storage_layer,
    weights::{Weight, WeightMeter},
};
use nocknock_primitives::{ids::TaskId, phase::Phase, traits::Curriculum};
use sp_io::hashing::blake2_256;
use sp_runtime::{
    traits::{Get, TrailingZeroInput},
    DispatchResult,
};

/// The most commitments of a task that one visit closes.
const CLOSINGS: u8 = 16;

impl<T: Config> Pallet<T> {
    /// Visits the next tasks, as many as the step limit and the weight allow.
    pub(crate) fn sweep(meter: &mut WeightMeter) {
        let step = Self::sweep_step_weight();
        for _ in 0..T::SweepSteps::get() {
            if meter.try_consume(step).is_err() || Self::visit_next().is_none() {
                return;
            }
        }
    }

    /// Weight of visiting a task and taking the heaviest step.
    fn sweep_step_weight() -> Weight {
        let steps = [
            T::WeightInfo::draw_split(),
            T::WeightInfo::ask(),
            Self::settle_weight(),
            Self::close_weight().saturating_mul(u64::from(CLOSINGS)),
            T::WeightInfo::finish_task().saturating_add(T::Curriculum::weight()),
            Self::removal_weight(MAX_STORED_CHUNKS),
        ];
        steps
            .into_iter()
            .fold(Weight::zero(), |heaviest, step| heaviest.max(step))
            .saturating_add(T::WeightInfo::sweep_visit())
    }

    /// Visits the task after the cursor, and starts over at the end. Returns nothing if there is no
    /// task.
    pub(crate) fn visit_next() -> Option<()> {
        let id = Self::task_after(SweepCursor::<T>::get()).or_else(|| Self::task_after(None))?;
        SweepCursor::<T>::put(id);
        let task = Tasks::<T>::get(id)?;
        // A step that fails changes nothing; the next visit tries again.
        let _ = with_storage_layer(|| Self::take_due_step(id, &task));
        Some(())
    }

    fn task_after(cursor: Option<TaskId>) -> Option<TaskId> {
        match cursor {
            Some(id) => Tasks::<T>::iter_keys_from(Tasks::<T>::hashed_key_for(id)).next(),
            None => Tasks::<T>::iter_keys().next(),
        }
    }

    fn take_due_step(id: TaskId, task: &TaskOf<T>) -> DispatchResult {
        match task.phase(Self::now()) {
            Phase::Created if Self::seed_is_known(task) => Self::do_draw_split(id),
            Phase::Ask if !Self::is_void(task) => Self::do_ask(id),
            Phase::Ask | Phase::Settle => Self::do_settle(id),
            Phase::Prove | Phase::Deliver { .. } => {
                Self::close_decided_commitments(id);
                Ok(())
            }
            Phase::Done if Self::is_finishable(task) => Self::do_finish_task(id),
            Phase::Done if task.open_commitments > 0 => Self::close_some_commitments(id),
            Phase::Done if Self::is_removable(id, task) => Self::remove(id).map(drop),
            _ => Ok(()),
        }
    }

    fn seed_is_known(task: &TaskOf<T>) -> bool {
        NextSeed::<T>::get() > task.seed && Seeds::<T>::contains_key(task.seed)
    }

    /// Closes the decided ones among some commitments of a task whose others are still needed.
    /// Which ones it looks at changes with each block, so that none is left out for long.
    fn close_decided_commitments(id: TaskId) {
        let hash = (id, Self::now()).using_encoded(blake2_256);
        let Ok(place) = T::AccountId::decode(&mut TrailingZeroInput::new(&hash)) else {
            return;
        };
        let start = Commitments::<T>::hashed_key_for(id, place);
        let workers: Vec<_> = Commitments::<T>::iter_key_prefix_from(id, start)
            .chain(Commitments::<T>::iter_key_prefix(id))
            .take(usize::from(CLOSINGS))
            .collect();
        for worker in workers {
            // One that is not decided stays as it is.
            let _ = Self::do_close_commitment(id, &worker);
        }
    }

    fn close_some_commitments(id: TaskId) -> DispatchResult {
        let workers: Vec<_> =
            Commitments::<T>::iter_key_prefix(id).take(usize::from(CLOSINGS)).collect();
        workers.iter().try_for_each(|worker| Self::do_close_commitment(id, worker))
    }
}

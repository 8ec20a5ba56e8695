//! Calls about curriculum tasks, for which the runtime may waive the fee.

use crate::{types::TaskOf, Call, Commitments, Config, Pallet, Tasks};
use nocknock_primitives::{
    ids::{BlockIndex, TaskId},
    phase::Phase,
    task::{BlockScore, Funding},
    traits::{Curriculum, WorkerRegistry},
};

impl<T: Config> Pallet<T> {
    /// Whether the call is about a curriculum task, `who` is a registered worker or the task's
    /// custodian and has the right to make it, and the task is in the right phase for it.
    ///
    /// The runtime's fee policy may let a bounded number of such calls pass without a fee. Proofs,
    /// rows and the contents of chunks are not checked here, because checking them is expensive.
    pub fn is_free_call(who: &T::AccountId, call: &Call<T>) -> bool {
        match call {
            Call::create_task { experiment, .. } => T::Curriculum::is_custodian(*experiment, who),
            Call::publish_training_data { task, .. } => {
                Self::custodians_task(*task, who, Phase::Drawn).is_some()
            }
            Call::reveal_block { task, block, .. } => {
                let task = Self::custodians_task(*task, who, Phase::Reveal);
                task.is_some_and(|task| is_hidden::<T>(&task, *block))
            }
            Call::commit_model { task, .. } => Self::is_workers_turn(*task, who, Phase::Open),
            Call::withdraw_commitment { task } => Self::is_members_turn(*task, who, Phase::Open),
            Call::submit_scores { task, scores } => Self::are_due(*task, who, scores),
            Call::upload_chunk { task, index, .. } => Self::is_chunk_due(*task, who, *index),
            Call::deliver { task, .. } => Self::is_delivery_turn(*task, who),
            _ => false,
        }
    }

    fn curriculum_task(id: TaskId) -> Option<TaskOf<T>> {
        Tasks::<T>::get(id).filter(|task| task.funding == Funding::Curriculum)
    }

    fn curriculum_task_in(id: TaskId, phase: Phase) -> Option<TaskOf<T>> {
        Self::curriculum_task(id).filter(|task| task.phase(Self::now()) == phase)
    }

    fn custodians_task(id: TaskId, who: &T::AccountId, phase: Phase) -> Option<TaskOf<T>> {
        Self::curriculum_task_in(id, phase).filter(|task| task.requester == *who)
    }

    fn is_workers_turn(id: TaskId, who: &T::AccountId, phase: Phase) -> bool {
        Self::curriculum_task_in(id, phase).is_some() && T::Workers::may_work(who)
    }

    fn is_members_turn(id: TaskId, who: &T::AccountId, phase: Phase) -> bool {
        Self::curriculum_task_in(id, phase).is_some() && Commitments::<T>::contains_key(id, who)
    }

    /// Whether the scores can be recorded: all are of revealed test blocks, and none has been
    /// proved before.
    fn are_due(id: TaskId, who: &T::AccountId, scores: &[BlockScore]) -> bool {
        let task = Self::curriculum_task_in(id, Phase::Prove);
        task.zip(Commitments::<T>::get(id, who)).is_some_and(|(task, mut commitment)| {
            Self::note_scores(&task, &mut commitment, scores).is_ok()
        })
    }

    fn is_delivery_turn(id: TaskId, who: &T::AccountId) -> bool {
        Self::task_in_turn(id, who).is_some()
    }

    /// Whether it is the turn of this account, and this chunk is missing.
    fn is_chunk_due(id: TaskId, who: &T::AccountId, index: u32) -> bool {
        let task = Self::task_in_turn(id, who);
        task.is_some_and(|task| Self::is_missing(id, &task, who, index))
    }

    fn task_in_turn(id: TaskId, who: &T::AccountId) -> Option<TaskOf<T>> {
        Self::curriculum_task(id).filter(|task| Self::ensure_turn(id, task, who).is_ok())
    }
}

/// Whether this is a test block that has not been revealed yet. A free call that fails costs the
/// custodian all others of the session, and it may well send a reveal twice.
fn is_hidden<T: Config>(task: &TaskOf<T>, block: BlockIndex) -> bool {
    let test = task.test_position(block).and_then(|place| task.tests.get(place));
    test.is_some_and(|test| test.rows.is_none())
}

//! Calls about curriculum tasks, for which the runtime may waive the fee.

use crate::{types::TaskOf, Call, Commitments, Config, Pallet, Tasks};
use nocknock_primitives::{
    claim::ClaimState,
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
            Call::withdraw_commitment { task } => Self::may_withdraw(*task, who),
            Call::claim { task, points } => Self::may_claim(*task, who, *points),
            Call::ask { task } => Self::is_claimants_turn(*task, who, Phase::Ask),
            Call::submit_scores { task, scores, champion } => {
                Self::are_due(*task, who, scores, champion)
            }
            Call::prove_champion { task, scores } => Self::is_champion_due(*task, who, scores),
            Call::settle { task } => Self::is_claimants_turn(*task, who, Phase::Settle),
            Call::upload_chunk { task, index, .. } => Self::is_chunk_due(*task, who, *index),
            Call::deliver { task, last, .. } => match last {
                Some(last) => Self::is_chunk_due(*task, who, last.index),
                None => Self::is_delivery_turn(*task, who),
            },
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

    /// Whether this worker has a commitment that it can still take back, before anybody is asked.
    fn may_withdraw(id: TaskId, who: &T::AccountId) -> bool {
        let phase = Self::curriculum_task(id).map(|task| task.phase(Self::now()));
        let is_silent = || {
            Commitments::<T>::get(id, who)
                .is_some_and(|commitment| commitment.claim == ClaimState::Silent)
        };
        matches!(phase, Some(Phase::Open | Phase::Claim)) && is_silent()
    }

    /// Whether a registered worker may claim this score.
    fn may_claim(id: TaskId, who: &T::AccountId, points: u32) -> bool {
        let task = Self::curriculum_task_in(id, Phase::Claim);
        let can_be_claimed =
            task.zip(Commitments::<T>::get(id, who)).is_some_and(|(task, commitment)| {
                Self::ensure_may_claim(&task, &commitment, points).is_ok()
            });
        can_be_claimed && T::Workers::may_work(who)
    }

    /// Whether this worker has claimed a score, and the task is in this phase.
    fn is_claimants_turn(id: TaskId, who: &T::AccountId, phase: Phase) -> bool {
        let has_claimed = Commitments::<T>::get(id, who)
            .is_some_and(|commitment| commitment.claim != ClaimState::Silent);
        has_claimed && Self::curriculum_task_in(id, phase).is_some()
    }

    /// Whether the scores can be recorded: the worker is asked for its own, all are of revealed
    /// test blocks that it has not proved before, and they agree with its claim. Scores of the
    /// champion alone have to be missing, all of them.
    fn are_due(
        id: TaskId,
        who: &T::AccountId,
        scores: &[BlockScore],
        champion: &[BlockScore],
    ) -> bool {
        let task = Self::curriculum_task_in(id, Phase::Prove);
        let Some((task, mut commitment)) = task.zip(Commitments::<T>::get(id, who)) else {
            return false;
        };
        if scores.is_empty() {
            return commitment.claim == ClaimState::Proved
                && Self::are_missing_of_champion(&task, champion);
        }
        Self::note_scores(&task, &mut commitment, scores).is_ok()
            && (champion.is_empty() || Self::may_note_champion(&task, champion))
    }

    /// Whether these scores of the champion are missing, all of them, and it is up to this account
    /// to prove them: that of the custodian, or of a worker that is asked for its own or has proved
    /// them.
    fn is_champion_due(id: TaskId, who: &T::AccountId, scores: &[BlockScore]) -> bool {
        let task = Self::curriculum_task(id).filter(Self::champion_is_awaited);
        task.is_some_and(|task| {
            let concerns = task.requester == *who || Self::is_at_work(id, who);
            concerns && Self::are_missing_of_champion(&task, scores)
        })
    }

    fn is_at_work(id: TaskId, who: &T::AccountId) -> bool {
        Commitments::<T>::get(id, who).is_some_and(|commitment| commitment.claim.is_at_work())
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

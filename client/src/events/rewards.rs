//! Events about the pot, the curriculum and the workers.

use super::domain::events;
use crate::types::AccountId;
use nocknock_primitives::{
    ids::{BlockRoot, CircuitId, ExperimentId, ModelCommitment, TaskId},
    reward::{Round, Session},
    score::Score,
};
use sp_runtime::Permill;

events! {
    /// What the pallet `Rewards` reports.
    RewardsEvent in "Rewards" {
        /// A session began and the pot grew.
        PotGrew {
            /// The session.
            session: Session,
            /// What was added.
            added: u128,
            /// What new tasks draw on now.
            free_pot: u128,
        },
        /// An experiment was added to the curriculum, or its terms were changed.
        CurriculumSet {
            /// The experiment.
            experiment: ExperimentId,
            /// Who creates its tasks.
            custodian: Option<AccountId>,
            /// The part of the free pot that is set aside for each new task.
            task_share: Permill,
            /// Tasks that may be open at a time.
            max_open: u32,
        },
        /// An experiment was removed from the curriculum. Its open tasks end as agreed.
        CurriculumRemoved {
            /// The experiment.
            experiment: ExperimentId,
            /// Its tasks that are still open.
            open: u32,
        },
        /// A custodian lost its role, because it failed a task or the council decided so.
        CustodianDismissed {
            /// The experiment.
            experiment: ExperimentId,
            /// Who was custodian.
            custodian: AccountId,
        },
        /// A curriculum task was opened and its budget set aside.
        BudgetReserved {
            /// The task.
            task: TaskId,
            /// Its experiment.
            experiment: ExperimentId,
            /// The most that it can mint.
            budget: u128,
        },
        /// The winner of a curriculum task was paid with new tokens.
        Minted {
            /// The task.
            task: TaskId,
            /// The winner.
            winner: AccountId,
            /// What was minted.
            amount: u128,
        },
        /// The winner of a curriculum task could not be paid, because its account cannot hold the
        /// amount: too little to exist, or too much. The amount goes back to the pot.
        NotMinted {
            /// The task.
            task: TaskId,
            /// The winner.
            winner: AccountId,
            /// What was earned.
            amount: u128,
        },
        /// A curriculum task ended and what was left of its budget went back to the pot.
        BudgetReturned {
            /// The task.
            task: TaskId,
            /// What was left.
            amount: u128,
        },
        /// The practice block was set.
        PracticeSet {
            /// The score circuit.
            circuit: CircuitId,
            /// Root of the block.
            root: BlockRoot,
            /// Its real rows.
            rows: u32,
            /// The score that a newcomer has to reach.
            min_score: Score,
        },
        /// A worker registered with a proof of useful work.
        WorkerRegistered {
            /// The worker.
            worker: AccountId,
            /// Commitment to the model that it trained for practice.
            model: ModelCommitment,
            /// Rows of the practice block that the model classifies correctly.
            score: u32,
            /// The round of the registration.
            round: Round,
            /// First session in which it is no longer valid.
            expires: Session,
        },
        /// A worker unregistered itself.
        WorkerUnregistered {
            /// The worker.
            worker: AccountId,
        },
        /// A worker abandoned a curriculum task and may not work until it registers anew.
        WorkerSuspended {
            /// The worker.
            worker: AccountId,
            /// The task.
            task: TaskId,
        },
        /// An expired registration was removed and the account released.
        WorkerRemoved {
            /// The worker.
            worker: AccountId,
        },
        /// Points of an account that has no registration had halved to nothing and were removed.
        SpentPointsRemoved {
            /// The account.
            who: AccountId,
        },
        /// A candidate authored no block in too many sessions in a row and is none any more.
        CandidateSilent {
            /// The candidate.
            who: AccountId,
        },
        /// An account committed an offence: it lost its points and may neither work nor validate.
        AccountBarred {
            /// The account.
            who: AccountId,
            /// The points that it lost.
            points: u128,
        },
        /// An account became candidate for validation.
        CandidateAdded {
            /// The account.
            who: AccountId,
            /// Its points.
            points: u128,
        },
        /// A candidate left.
        CandidateLeft {
            /// The account.
            who: AccountId,
        },
        /// A candidate had to make room for one with more points.
        CandidateDisplaced {
            /// The account.
            who: AccountId,
        },
    }
}

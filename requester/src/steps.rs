//! What a requester does next: a pure function of its private file and the chain.

use crate::private_file::Progress;
use nocknock_client::{BlockNumber, Task};
use nocknock_primitives::{
    ids::{BlockIndex, TaskId},
    phase::Phase,
    task::Outcome,
};

/// Blocks for which a sent transaction can still be included, and one more.
pub const LIFE: BlockNumber = 65;

/// What the chain says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChainView {
    /// The newest block, which may still be abandoned for another one.
    pub now: BlockNumber,
    /// The task of the private file after that block, if its number is known and it exists.
    pub task: Option<Task>,
    /// The newest block that can never be abandoned.
    pub finalised: BlockNumber,
    /// The same task after the finalised block.
    pub final_task: Option<Task>,
    /// A task with the roots of the private file after the finalised block, looked for while its
    /// number is not known.
    pub found: Option<TaskId>,
}

impl ChainView {
    /// Blocks that are left of the phase of the task. None if it has no end, or the task is not
    /// known.
    pub fn left(&self) -> Option<BlockNumber> {
        let end = self.task.as_ref()?.deadline(self.now)?;
        Some(end.saturating_sub(self.now))
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send the creation.
    Create,
    /// A creation was sent and may still be included: wait, or the task could be created twice.
    AwaitCreation {
        /// From this block on it can no longer be included.
        until: BlockNumber,
    },
    /// Note the number of the task that the creation gave.
    Adopt(TaskId),
    /// The node does not know the task, but may only be catching up with the chain.
    AwaitTask,
    /// Draw the test blocks as soon as the chain knows the randomness for it.
    Draw,
    /// Another draw may still take the place of this one, and hide blocks that are training data
    /// now.
    AwaitFinalDraw,
    /// Store the training data and publish where it is.
    Publish,
    /// Workers train and commit.
    AwaitCommitments {
        /// The first block after the phase.
        until: BlockNumber,
    },
    /// Reveal this test block, and others that are hidden.
    Reveal(BlockIndex),
    /// Workers claim their scores.
    AwaitClaims {
        /// The first block after the phase.
        until: BlockNumber,
    },
    /// Ask the best claims for their proofs.
    Ask,
    /// The workers that are asked prove.
    AwaitProofs {
        /// The first block after the phase.
        until: BlockNumber,
    },
    /// Settle.
    Settle,
    /// The worker of this rank delivers.
    AwaitDelivery {
        /// The rank, from 0.
        rank: u32,
        /// The first block after the phase.
        until: BlockNumber,
    },
    /// Get back what is left of the reward.
    Finish,
    /// The task has ended.
    Over(Outcome),
    /// The chain has forgotten the task.
    Gone,
}

/// The next step of a requester.
pub fn next_step(progress: &Progress, view: &ChainView) -> Step {
    match (progress.task, &view.task) {
        (None, _) => before_the_task(progress, view),
        (Some(_), None) => without_the_task(progress, view),
        (Some(_), Some(task)) => with_the_task(task, view),
    }
}

/// Only finalised blocks count here: the number of a task in another block may still become that of
/// another task.
fn before_the_task(progress: &Progress, view: &ChainView) -> Step {
    let expiry = progress.announced_at.map(|sent| sent.saturating_add(LIFE));
    match (view.found, expiry) {
        (Some(task), _) => Step::Adopt(task),
        (None, Some(until)) if view.finalised < until => Step::AwaitCreation { until },
        _ => Step::Create,
    }
}

/// The chain has removed the task only if it is missing for good in a block by which it had been
/// created.
fn without_the_task(progress: &Progress, view: &ChainView) -> Step {
    let sent = progress.announced_at.unwrap_or_default();
    let was_created = view.finalised >= sent.saturating_add(LIFE);
    if view.final_task.is_none() && was_created {
        Step::Gone
    } else {
        Step::AwaitTask
    }
}

fn with_the_task(task: &Task, view: &ChainView) -> Step {
    let now = view.now;
    let until = task.deadline(now).unwrap_or(now);
    match task.phase(now) {
        Phase::Created => Step::Draw,
        Phase::Drawn if is_drawn_for_good(task, view) => Step::Publish,
        Phase::Drawn => Step::AwaitFinalDraw,
        Phase::Open => Step::AwaitCommitments { until },
        Phase::Reveal => {
            let first = hidden_blocks(task).next();
            first.map_or(Step::AwaitClaims { until }, Step::Reveal)
        }
        Phase::Claim => Step::AwaitClaims { until },
        Phase::Ask => Step::Ask,
        Phase::Prove => Step::AwaitProofs { until },
        Phase::Settle => Step::Settle,
        Phase::Deliver { rank } => Step::AwaitDelivery { rank, until },
        Phase::Done => at_the_end(task),
    }
}

fn is_drawn_for_good(task: &Task, view: &ChainView) -> bool {
    let is_same_draw = |known: &Task| known.drawn_at.is_some() && known.tests == task.tests;
    view.final_task.as_ref().is_some_and(is_same_draw)
}

/// Test blocks that are not revealed yet.
pub(crate) fn hidden_blocks(task: &Task) -> impl Iterator<Item = BlockIndex> + '_ {
    let hidden = task.tests.iter().filter(|test| test.rows.is_none());
    hidden.map(|test| test.index)
}

fn at_the_end(task: &Task) -> Step {
    match &task.settlement {
        Some(settlement) if settlement.finished_at.is_some() => Step::Over(settlement.outcome),
        Some(_) => Step::Finish,
        None => Step::Settle,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::private_file::tests::progress;
    use nocknock_client::{AccountId, NNK};
    use nocknock_primitives::{
        claim::{ClaimKey, RoundClock},
        limits::List,
        model::names::named,
        task::{Funding, Held, Settlement, TestBlock},
    };

    /// A sponsored task that was created in block 100.
    pub(crate) fn task() -> Task {
        let spec = progress().spec().unwrap();
        Task {
            experiment: 5,
            requester: AccountId::from([8; 32]),
            funding: Funding::Sponsored,
            terms: spec.terms,
            architecture: named("tiny-4x3x2").unwrap(),
            recipient: spec.recipient,
            encoding: spec.encoding,
            blocks: 2,
            test_blocks: 1,
            tests: List::default(),
            train_data: None,
            created_at: 100,
            seed: 12,
            draw_by: 150,
            drawn_at: None,
            opened_at: None,
            revealed_at: None,
            label_counts: List::default(),
            baseline: 0,
            committed: 0,
            claimed: 0,
            proved: 0,
            waiting: 0,
            next_claim: None,
            last_paid: None,
            round: None,
            reference: None,
            open_commitments: 0,
            next_sequence: 0,
            held: Held { escrow: NNK, bond: NNK, record: NNK },
            settlement: None,
        }
    }

    /// The task was drawn in block 120 and opened in block 125.
    fn open() -> Task {
        Task {
            tests: List::truncate_from(vec![TestBlock { index: 1, rows: None }]),
            drawn_at: Some(120),
            opened_at: Some(125),
            committed: 1,
            ..task()
        }
    }

    fn settled(outcome: Outcome, finished_at: Option<BlockNumber>) -> Task {
        let settlement = Settlement {
            outcome,
            at: 160,
            ranked: u32::from(outcome == Outcome::Ranked),
            turn: 0,
            turn_began: 160,
            paid: 0,
            finished_at,
        };
        Task { settlement: Some(settlement), ..open() }
    }

    /// The creation was announced in block 99, and the task has a number.
    fn known() -> Progress {
        Progress { announced_at: Some(99), task: Some(9), ..progress() }
    }

    /// The step if the newest block is final.
    fn step(task: Task, now: BlockNumber) -> Step {
        let final_task = Some(task.clone());
        step_before_finality(task, now, final_task)
    }

    /// The step if the finalised block before the newest one knows this of the task.
    fn step_before_finality(task: Task, now: BlockNumber, final_task: Option<Task>) -> Step {
        let view = ChainView { now, task: Some(task), finalised: now - 1, final_task, found: None };
        next_step(&known(), &view)
    }

    #[test]
    fn a_task_is_created_once_even_if_the_answer_was_lost() {
        // The newest block is far ahead of the finalised one, which alone counts.
        let at =
            |finalised, found| ChainView { now: 500, finalised, found, ..ChainView::default() };
        assert_eq!(next_step(&progress(), &at(10, None)), Step::Create);
        let sent = Progress { announced_at: Some(10), ..progress() };
        let waiting = Step::AwaitCreation { until: 75 };
        assert_eq!(next_step(&sent, &at(11, None)), waiting);
        assert_eq!(next_step(&sent, &at(74, None)), waiting);
        assert_eq!(next_step(&sent, &at(75, None)), Step::Create);
        assert_eq!(next_step(&sent, &at(75, Some(3))), Step::Adopt(3));
    }

    #[test]
    fn the_requester_draws_publishes_and_reveals_in_their_phases() {
        assert_eq!(step(task(), 110), Step::Draw);
        let drawn = Task { opened_at: None, ..open() };
        assert_eq!(step(drawn, 121), Step::Publish);
        assert_eq!(step(open(), 144), Step::AwaitCommitments { until: 145 });
        assert_eq!(step(open(), 145), Step::Reveal(1));
        assert_eq!(step(open(), 155), Step::Settle);
    }

    #[test]
    fn nothing_is_published_before_the_same_draw_is_final() {
        let drawn = Task { opened_at: None, ..open() };
        let other = Task {
            tests: List::truncate_from(vec![TestBlock { index: 0, rows: None }]),
            ..drawn.clone()
        };
        for known in [None, Some(task()), Some(other)] {
            let step = step_before_finality(drawn.clone(), 121, known);
            assert_eq!(step, Step::AwaitFinalDraw);
        }
        let later = Task { drawn_at: Some(121), ..drawn.clone() };
        assert_eq!(
            step_before_finality(later, 122, Some(drawn)),
            Step::Publish,
            "the same blocks may have been drawn in another block"
        );
    }

    #[test]
    fn what_is_left_of_a_phase_is_counted_from_the_newest_block() {
        let left = |task, now| {
            let view = ChainView { now, task, ..ChainView::default() };
            view.left()
        };
        assert_eq!(left(Some(open()), 140), Some(5));
        assert_eq!(left(Some(open()), 145), Some(10), "the reveal has begun");
        assert_eq!(left(Some(settled(Outcome::NoWinner, Some(162))), 163), None);
        assert_eq!(left(None, 140), None);
    }

    #[test]
    fn a_reveal_does_not_wait_for_finality() {
        let step = step_before_finality(open(), 145, Some(task()));
        assert_eq!(step, Step::Reveal(1));
    }

    #[test]
    fn a_block_is_revealed_with_the_others_that_are_hidden() {
        let test = |(index, rows)| TestBlock { index, rows };
        let tests = [(0, None), (3, Some(4)), (7, None)].map(test);
        let task = Task { tests: List::truncate_from(tests.to_vec()), ..open() };
        assert_eq!(hidden_blocks(&task).collect::<Vec<_>>(), [0, 7]);
        assert_eq!(step(task, 146), Step::Reveal(0));
    }

    #[test]
    fn a_revealed_block_is_not_revealed_again() {
        let mut half = open();
        half.tests = List::truncate_from(vec![
            TestBlock { index: 0, rows: Some(4) },
            TestBlock { index: 1, rows: None },
        ]);
        assert_eq!(step(half, 146), Step::Reveal(1));
        let mut all = open();
        all.tests = List::truncate_from(vec![TestBlock { index: 1, rows: Some(4) }]);
        all.revealed_at = Some(147);
        assert_eq!(step(all, 148), Step::AwaitClaims { until: 157 });
    }

    /// The only test block was revealed in block 147, and the worker has claimed its score.
    fn claimed() -> Task {
        Task {
            tests: List::truncate_from(vec![TestBlock { index: 1, rows: Some(4) }]),
            revealed_at: Some(147),
            claimed: 1,
            waiting: 1,
            next_claim: Some(ClaimKey::new(4, 0)),
            ..open()
        }
    }

    #[test]
    fn claims_are_asked_for_their_proofs_and_those_are_waited_for() {
        assert_eq!(step(claimed(), 148), Step::Ask);
        let round = RoundClock { number: 1, began: 149, open: 1 };
        let asked = Task { waiting: 0, next_claim: None, round: Some(round), ..claimed() };
        assert_eq!(step(asked.clone(), 150), Step::AwaitProofs { until: 159 });
        assert_eq!(step(asked.clone(), 159), Step::Settle, "the proof did not come");
        let round = RoundClock { number: 1, began: 149, open: 0 };
        let proved = Task { proved: 1, round: Some(round), ..asked };
        assert_eq!(step(proved, 151), Step::Settle);
    }

    #[test]
    fn after_settlement_the_requester_waits_for_the_model_and_its_money() {
        let ranked = settled(Outcome::Ranked, None);
        let waiting = Step::AwaitDelivery { rank: 0, until: 170 };
        assert_eq!(step(ranked.clone(), 161), waiting);
        assert_eq!(step(ranked, 170), Step::Finish);
        let ended = settled(Outcome::NoWinner, Some(162));
        assert_eq!(step(ended, 163), Step::Over(Outcome::NoWinner));
    }

    #[test]
    fn a_task_that_lapses_is_settled() {
        assert_eq!(step(task(), 150), Step::Settle);
    }

    #[test]
    fn a_removed_task_is_gone_and_is_not_created_anew() {
        let view = ChainView { now: 170, finalised: 164, ..ChainView::default() };
        assert_eq!(next_step(&known(), &view), Step::Gone);
    }

    #[test]
    fn a_task_that_the_node_does_not_know_yet_is_waited_for() {
        let behind = |finalised, final_task| ChainView {
            now: finalised + 3,
            finalised,
            final_task,
            ..ChainView::default()
        };
        // The node has not come to the block of the creation, whose number is at most 163.
        for finalised in [0, 98, 99, 163] {
            let step = next_step(&known(), &behind(finalised, None));
            assert_eq!(step, Step::AwaitTask, "{finalised}");
        }
        // The newest block has removed the task, and may still be abandoned.
        let step = next_step(&known(), &behind(9_000, Some(task())));
        assert_eq!(step, Step::AwaitTask);
    }
}

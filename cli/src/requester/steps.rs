//! What a requester does next: a pure function of its private file and the chain.

use super::state::Progress;
use nocknock_client::{BlockNumber, Task};
use nocknock_primitives::{
    ids::{BlockIndex, TaskId},
    phase::Phase,
    task::Outcome,
};

/// Blocks for which a sent transaction can still be included, and one more.
pub(crate) const LIFE: BlockNumber = 65;

/// What the chain says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct View {
    /// The newest block.
    pub(crate) now: BlockNumber,
    /// The task of the private file, if its number is known and it exists.
    pub(crate) task: Option<Task>,
    /// A task with the roots of the private file, looked for while its number is not known.
    pub(crate) found: Option<TaskId>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Send the creation.
    Create,
    /// A creation was sent and may still be included: wait, or the task could be created twice.
    AwaitCreation { until: BlockNumber },
    /// Note the number of the task that the creation gave.
    Adopt(TaskId),
    /// Draw the test blocks as soon as the chain knows the randomness for it.
    Draw,
    /// Store the training data and publish where it is.
    Publish,
    /// Workers train and commit.
    AwaitCommitments { until: BlockNumber },
    /// Reveal this test block.
    Reveal(BlockIndex),
    /// Workers prove.
    AwaitProofs { until: BlockNumber },
    /// Settle.
    Settle,
    /// The worker of this rank delivers.
    AwaitDelivery { rank: u32, until: BlockNumber },
    /// Get back what is left of the reward.
    Finish,
    /// The task has ended.
    Over(Outcome),
    /// The chain has forgotten the task.
    Gone,
}

/// The next step of a requester.
pub(crate) fn next_step(progress: &Progress, view: &View) -> Step {
    match (progress.task, &view.task) {
        (None, _) => before_the_task(progress, view),
        (Some(_), None) => Step::Gone,
        (Some(_), Some(task)) => with_the_task(task, view.now),
    }
}

fn before_the_task(progress: &Progress, view: &View) -> Step {
    let expiry = progress.announced_at.map(|sent| sent.saturating_add(LIFE));
    match (view.found, expiry) {
        (Some(task), _) => Step::Adopt(task),
        (None, Some(until)) if view.now < until => Step::AwaitCreation { until },
        _ => Step::Create,
    }
}

fn with_the_task(task: &Task, now: BlockNumber) -> Step {
    let until = task.deadline(now).unwrap_or(now);
    match task.phase(now) {
        Phase::Created => Step::Draw,
        Phase::Drawn => Step::Publish,
        Phase::Open => Step::AwaitCommitments { until },
        Phase::Reveal => hidden_block(task).map_or(Step::AwaitProofs { until }, Step::Reveal),
        Phase::Prove => Step::AwaitProofs { until },
        Phase::Settle => Step::Settle,
        Phase::Deliver { rank } => Step::AwaitDelivery { rank, until },
        Phase::Done => at_the_end(task),
    }
}

fn hidden_block(task: &Task) -> Option<BlockIndex> {
    let hidden = task.tests.iter().find(|test| test.rows.is_none());
    hidden.map(|test| test.index)
}

fn at_the_end(task: &Task) -> Step {
    match &task.settlement {
        Some(settlement) if settlement.finished_at.is_some() => Step::Over(settlement.outcome),
        Some(_) => Step::Finish,
        None => Step::Settle,
    }
}

impl Step {
    /// What a person who looks on should know.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Create => "creating the task".to_owned(),
            Self::AwaitCreation { until } => {
                format!("a creation was sent before; until block {until} it may still be included")
            }
            Self::Adopt(task) => format!("the task is number {task}"),
            Self::Draw => "waiting for the randomness that draws the test blocks".to_owned(),
            Self::Publish => "storing and publishing the training data".to_owned(),
            Self::AwaitCommitments { until } => {
                format!("workers train and commit until block {until}")
            }
            Self::Reveal(block) => format!("revealing test block {block}"),
            Self::AwaitProofs { until } => format!("workers prove until block {until}"),
            Self::Settle => "settling".to_owned(),
            Self::AwaitDelivery { rank, until } => {
                format!("rank {rank} delivers until block {until}")
            }
            Self::Finish => "finishing".to_owned(),
            Self::Over(outcome) => {
                format!(
                    "the task has ended: {}",
                    crate::views::task::outcome(*outcome)
                )
            }
            Self::Gone => "the chain has removed the task".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::state::tests::progress, *};
    use nocknock_client::{AccountId, NNK};
    use nocknock_primitives::{
        limits::List,
        model::shape::TINY_4X3X2,
        task::{Funding, Held, Settlement, TestBlock},
    };

    /// A sponsored task that was created in block 100.
    fn task() -> Task {
        let spec = progress().spec().unwrap();
        Task {
            experiment: 5,
            requester: AccountId::from([8; 32]),
            funding: Funding::Sponsored,
            terms: spec.terms,
            shape: TINY_4X3X2,
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
            committed: 0,
            proved: 0,
            open_commitments: 0,
            next_sequence: 0,
            held: Held {
                escrow: NNK,
                bond: NNK,
            },
            settlement: None,
        }
    }

    /// The task was drawn in block 120 and opened in block 125.
    fn open() -> Task {
        Task {
            tests: List::truncate_from(vec![TestBlock {
                index: 1,
                rows: None,
            }]),
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
        Task {
            settlement: Some(settlement),
            ..open()
        }
    }

    fn step(task: Task, now: BlockNumber) -> Step {
        let known = Progress {
            task: Some(9),
            ..progress()
        };
        let view = View {
            now,
            task: Some(task),
            found: None,
        };
        next_step(&known, &view)
    }

    #[test]
    fn a_task_is_created_once_even_if_the_answer_was_lost() {
        let at = |now, found| View {
            now,
            task: None,
            found,
        };
        assert_eq!(next_step(&progress(), &at(10, None)), Step::Create);
        let sent = Progress {
            announced_at: Some(10),
            ..progress()
        };
        let waiting = Step::AwaitCreation { until: 75 };
        assert_eq!(next_step(&sent, &at(11, None)), waiting);
        assert_eq!(next_step(&sent, &at(74, None)), waiting);
        assert_eq!(next_step(&sent, &at(75, None)), Step::Create);
        assert_eq!(next_step(&sent, &at(75, Some(3))), Step::Adopt(3));
    }

    #[test]
    fn the_requester_draws_publishes_and_reveals_in_their_phases() {
        assert_eq!(step(task(), 110), Step::Draw);
        let drawn = Task {
            opened_at: None,
            ..open()
        };
        assert_eq!(step(drawn, 121), Step::Publish);
        assert_eq!(step(open(), 144), Step::AwaitCommitments { until: 145 });
        assert_eq!(step(open(), 145), Step::Reveal(1));
        assert_eq!(step(open(), 155), Step::Settle);
    }

    #[test]
    fn a_revealed_block_is_not_revealed_again() {
        let mut half = open();
        half.tests = List::truncate_from(vec![
            TestBlock {
                index: 0,
                rows: Some(4),
            },
            TestBlock {
                index: 1,
                rows: None,
            },
        ]);
        assert_eq!(step(half, 146), Step::Reveal(1));
        let mut all = open();
        all.tests = List::truncate_from(vec![TestBlock {
            index: 1,
            rows: Some(4),
        }]);
        all.revealed_at = Some(147);
        assert_eq!(step(all, 148), Step::AwaitProofs { until: 157 });
    }

    #[test]
    fn after_settlement_the_requester_waits_for_the_model_and_its_money() {
        let ranked = settled(Outcome::Ranked, None);
        let waiting = Step::AwaitDelivery {
            rank: 0,
            until: 170,
        };
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
        let known = Progress {
            task: Some(9),
            ..progress()
        };
        assert_eq!(next_step(&known, &View::default()), Step::Gone);
    }
}

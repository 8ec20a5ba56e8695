//! What the loop knows about one task.

use crate::{
    config::Retry,
    plan::{Action, TaskView, Waiting},
    stages::Remedy,
    state::Journal,
};
use nocknock_client::{BlockNumber, Task};
use nocknock_primitives::phase::Phase;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Looks at the chain in a row that need no pause.
const LOOKS_AT_ONCE: u32 = 2;

/// Part of the time left in a phase that a pause may take.
const TRIES_LEFT: u32 = 4;

/// A task that is being worked on.
#[derive(Debug)]
pub(super) struct TaskState {
    pub(super) journal: Journal,
    /// The last block in which the task was looked at.
    pub(super) seen: BlockNumber,
    job: Option<Job>,
    waiting: Option<Waiting>,
    failures: u32,
    /// Failures in a row after which another look at the chain was to help.
    looks: u32,
    /// Blocks until the end of the phase, while a commitment is on the chain; of a phase that time
    /// does not end, those of the next one.
    blocks_left: Option<BlockNumber>,
    not_before: Option<Instant>,
    /// The first block in which a step may be tried again.
    not_before_block: BlockNumber,
}

/// A step under way.
#[derive(Debug)]
struct Job {
    step: &'static str,
    is_work: bool,
    stop: CancellationToken,
}

impl TaskState {
    pub(super) fn new(journal: Journal) -> Self {
        Self {
            journal,
            seen: 0,
            job: None,
            waiting: None,
            failures: 0,
            looks: 0,
            blocks_left: None,
            not_before: None,
            not_before_block: 0,
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Uses the machine, or has a stake that the next steps decide about.
    pub(super) fn is_active(&self) -> bool {
        !matches!(
            self.waiting,
            Some(Waiting::Stake | Waiting::Conceded(_) | Waiting::Disabled | Waiting::LetPass)
        )
    }

    /// The pause after the last failure is over. If the remedy is to look again, the block is new.
    pub(super) fn may_start(&self) -> bool {
        let rested = self.not_before.is_none_or(|then| Instant::now() >= then);
        rested && self.seen >= self.not_before_block
    }

    /// Notes what a block says.
    pub(super) fn see(&mut self, view: &TaskView) {
        self.seen = view.now;
        let at_stake = view.task.as_ref().filter(|_| view.commitment.is_some());
        self.blocks_left = at_stake.and_then(|task| blocks_left(task, view.now));
    }

    /// Notes what is waited for. True if that is new.
    pub(super) fn begin_waiting(&mut self, waiting: Waiting) -> bool {
        self.waiting.replace(waiting) != Some(waiting)
    }

    /// Notes a step that begins, and gives what stops it: alone, or with everything.
    pub(super) fn begin_step(
        &mut self,
        action: &Action,
        all: &CancellationToken,
    ) -> CancellationToken {
        let stop = all.child_token();
        self.waiting = None;
        self.job = Some(Job { step: action.name(), is_work: action.is_work(), stop: stop.clone() });
        stop
    }

    /// Asks a long step to stop if the plan is another one by now. Messages under way are let be.
    pub(super) fn stop_unless(&self, action: &Action) {
        if let Some(job) = &self.job {
            if job.is_work && job.step != action.name() {
                job.stop.cancel();
            }
        }
    }

    pub(super) fn end_step(&mut self) {
        self.job = None;
    }

    pub(super) fn succeed(&mut self) {
        self.failures = 0;
        self.looks = 0;
        self.not_before = None;
        self.not_before_block = 0;
    }

    /// Notes a failure, and gives the pause before the next try.
    pub(super) fn fail(&mut self, remedy: Remedy, retry: &Retry, slot: Duration) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let pause = match remedy {
            Remedy::Look => self.look_again(retry),
            _ => retry.pause(self.failures),
        };
        let pause = pause.min(self.longest_pause(slot));
        self.not_before = Some(Instant::now() + pause);
        pause
    }

    /// Another look at the chain makes sense in a later block only: the present one would answer
    /// the same. If the chain refuses a message again and again, each of them costs a fee.
    fn look_again(&mut self, retry: &Retry) -> Duration {
        self.not_before_block = self.seen.saturating_add(1);
        self.looks = self.looks.saturating_add(1);
        match self.looks.saturating_sub(LOOKS_AT_ONCE) {
            0 => Duration::ZERO,
            further => retry.pause(further),
        }
    }

    /// While a stake depends on the phase, there is time for further tries in it.
    fn longest_pause(&self, slot: Duration) -> Duration {
        let left = self.blocks_left.map(|blocks| slot.saturating_mul(blocks));
        left.map_or(Duration::MAX, |left| left / TRIES_LEFT)
    }

    /// Failures in a row.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// No key was drawn, so the chain can hold no commitment of this journal. A journal that
    /// cannot be read may hold one.
    pub(super) fn has_nothing_at_stake(&self) -> bool {
        let progress = self.journal.progress();
        progress.is_ok_and(|progress| progress.commitment.is_none())
    }
}

/// Blocks until time ends the phase. Time ends neither the asking for proofs nor settlement, but
/// anybody may: then a round of proofs or a turn begins, in which there has to be time as well.
fn blocks_left(task: &Task, now: BlockNumber) -> Option<BlockNumber> {
    match task.phase(now) {
        Phase::Ask => Some(task.terms.periods.prove),
        Phase::Settle => Some(task.terms.periods.deliver),
        _ => task.deadline(now).map(|end| end.saturating_sub(now)),
    }
}

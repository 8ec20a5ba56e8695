//! What the loop knows about one task.

use crate::{
    config::Retry,
    plan::{Action, Waiting},
    stages::Remedy,
    state::Journal,
    stop::Stop,
};
use nocknock_client::BlockNumber;
use std::time::{Duration, Instant};

/// A task that is being worked on.
#[derive(Debug)]
pub(super) struct Crew {
    pub(super) journal: Journal,
    /// The last block in which the task was looked at.
    pub(super) seen: BlockNumber,
    job: Option<Job>,
    waiting: Option<Waiting>,
    failures: u32,
    not_before: Option<Instant>,
    /// The first block in which a step may be tried again.
    not_before_block: BlockNumber,
}

/// A step under way.
#[derive(Debug)]
struct Job {
    step: &'static str,
    is_work: bool,
    stop: Stop,
}

impl Crew {
    pub(super) fn new(journal: Journal) -> Self {
        Self {
            journal,
            seen: 0,
            job: None,
            waiting: None,
            failures: 0,
            not_before: None,
            not_before_block: 0,
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Uses the machine, or has a stake that the next steps decide about.
    pub(super) fn is_active(&self) -> bool {
        self.waiting != Some(Waiting::Stake)
    }

    /// The pause after the last failure is over. If the remedy is to look again, the block is new.
    pub(super) fn may_start(&self) -> bool {
        let rested = self.not_before.is_none_or(|then| Instant::now() >= then);
        rested && self.seen >= self.not_before_block
    }

    /// Notes what is waited for. True if that is new.
    pub(super) fn begin_waiting(&mut self, waiting: Waiting) -> bool {
        self.waiting.replace(waiting) != Some(waiting)
    }

    /// Notes a step that begins, and gives what stops it: alone, or with everything.
    pub(super) fn send_out(&mut self, action: &Action, all: &Stop) -> Stop {
        let stop = all.child();
        self.waiting = None;
        self.job = Some(Job {
            step: action.name(),
            is_work: action.is_work(),
            stop: stop.clone(),
        });
        stop
    }

    /// Asks a long step to stop if the plan is another one by now. Messages under way are let be.
    pub(super) fn recall_unless(&self, action: &Action) {
        if let Some(job) = &self.job {
            if job.is_work && job.step != action.name() {
                job.stop.ask();
            }
        }
    }

    pub(super) fn come_back(&mut self) {
        self.job = None;
    }

    pub(super) fn succeed(&mut self) {
        self.failures = 0;
        self.not_before = None;
        self.not_before_block = 0;
    }

    /// Notes a failure, and gives the pause before the next try. Another look at the chain makes
    /// sense in a later block only: the present one would answer the same.
    pub(super) fn fail(&mut self, remedy: Remedy, retry: &Retry) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let pause = match remedy {
            Remedy::Look => {
                self.not_before_block = self.seen.saturating_add(1);
                Duration::ZERO
            }
            _ => retry.pause(self.failures),
        };
        self.not_before = Some(Instant::now() + pause);
        pause
    }

    /// Failures in a row.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// No salt was drawn, so the chain can hold no commitment of this journal. A journal that cannot be
    /// read may hold one.
    pub(super) fn has_nothing_at_stake(&self) -> bool {
        let progress = self.journal.progress();
        progress.is_ok_and(|progress| progress.commitment.is_none())
    }
}

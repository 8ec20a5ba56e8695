//! Which failures the command outlasts, and how long it pauses after them.

use super::{state::Progress, steps::Step};
use crate::failure::Failure;
use std::time::Duration;

/// Failures in a row before the command gives up, as long as nothing was sent and so nothing can be
/// lost. Before each of them the client itself has waited for its node.
const ATTEMPTS: u32 = 3;

/// By how much each failure in a row makes the pause longer.
const PAUSE: Duration = Duration::from_secs(2);

/// The longest pause, however long the phase is.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Part of what is left of a phase that a pause may take, so that the node or store has come back
/// in time for several tries.
const PAUSE_SHARE: u32 = 8;

/// The shortest pause, however little is left of the phase.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);

/// The step that was tried last, and the failures in a row since.
#[derive(Debug, Default)]
pub(crate) struct Trials {
    step: Option<Step>,
    failures: u32,
}

impl Trials {
    /// Notes what is tried now. True if that is another step than before.
    pub(crate) fn begin(&mut self, step: Step) -> bool {
        let is_new = self.step != Some(step);
        if is_new {
            *self = Self { step: Some(step), failures: 0 };
        }
        is_new
    }

    /// Notes that the step was taken.
    pub(crate) fn succeed(&mut self) {
        self.failures = 0;
    }

    /// Notes a failure. Gives the pause before the next try, or none if there is to be no other.
    /// `phase` is the time that the phase lasts, as far as it is known.
    ///
    /// Once a creation was sent, the bond may be at stake: whatever may pass is then waited for,
    /// however long it lasts.
    pub(crate) fn pause_after(
        &mut self,
        failure: &Failure,
        progress: &Progress,
        phase: Option<Duration>,
    ) -> Option<Duration> {
        self.failures = self.failures.saturating_add(1);
        let is_sent = progress.announced_at.is_some() || progress.task.is_some();
        let may_pass = match failure {
            Failure::Unreachable(_) => is_sent || self.failures < ATTEMPTS,
            // Somebody makes room on the disk, or another node gives an answer that can be read.
            // Where neither comes, the end of the task ends this.
            Failure::File(_) | Failure::Other(_) => is_sent,
            // Somebody else took the step, or sends tokens for the fee. But nobody else creates the
            // task: what the chain refuses of it now it refuses later.
            Failure::Refused(_) => progress.task.is_some(),
            _ => false,
        };
        may_pass.then(|| PAUSE.saturating_mul(self.failures).min(longest_pause(phase)))
    }
}

fn longest_pause(phase: Option<Duration>) -> Duration {
    phase.map_or(LONGEST_PAUSE, |phase| (phase / PAUSE_SHARE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::{super::state::tests::progress, *};

    fn away() -> Failure {
        Failure::Unreachable("the node or store is away".to_owned())
    }

    fn file() -> Failure {
        Failure::File("no space left on device".to_owned())
    }

    fn refused() -> Failure {
        Failure::Refused("the account cannot pay the fee".to_owned())
    }

    /// A creation was sent, and its answer is not known.
    fn sent() -> Progress {
        Progress { announced_at: Some(10), ..progress() }
    }

    fn known() -> Progress {
        Progress { task: Some(9), ..sent() }
    }

    /// The pauses in seconds after as many failures in a row.
    fn pauses(failure: &Failure, progress: &Progress, failures: usize) -> Vec<Option<u64>> {
        let mut trials = Trials::default();
        let pause = || trials.pause_after(failure, progress, None);
        let pauses = std::iter::repeat_with(pause).take(failures);
        pauses.map(|pause| pause.map(|pause| pause.as_secs())).collect()
    }

    fn unreadable() -> Failure {
        Failure::Other("the task cannot be decoded: not enough data".to_owned())
    }

    #[test]
    fn before_anything_was_sent_the_command_gives_up_soon() {
        let after = pauses(&away(), &progress(), 3);
        assert_eq!(after, [Some(2), Some(4), None]);
        for failure in [file(), refused(), unreadable()] {
            assert_eq!(pauses(&failure, &progress(), 1), [None]);
        }
    }

    #[test]
    fn a_task_that_exists_is_never_given_up_and_the_pauses_grow_to_half_a_minute() {
        for failure in [away(), file(), refused(), unreadable()] {
            let after = pauses(&failure, &known(), 1_000);
            assert_eq!(after[..3], [Some(2), Some(4), Some(6)]);
            assert!(after[14..].iter().all(|pause| *pause == Some(30)));
        }
    }

    #[test]
    fn a_creation_that_was_sent_is_not_given_up_unless_the_chain_refuses_it() {
        for failure in [away(), file(), unreadable()] {
            assert_eq!(pauses(&failure, &sent(), 100)[99], Some(30));
        }
        assert_eq!(pauses(&refused(), &sent(), 1), [None]);
    }

    #[test]
    fn what_cannot_pass_ends_the_command_at_once() {
        let keys = Failure::Keys("the keys are those of another account".to_owned());
        let chain = Failure::Usage("the private file belongs to another chain".to_owned());
        for wrong in [keys, chain] {
            assert_eq!(pauses(&wrong, &known(), 1), [None]);
        }
    }

    /// Phases of 60 blocks of one second, or of six.
    #[test]
    fn no_pause_takes_more_than_an_eighth_of_the_phase() {
        let longest = |phase| {
            let phase = Some(Duration::from_secs(phase));
            let mut trials = Trials::default();
            let pause = || trials.pause_after(&away(), &known(), phase);
            std::iter::repeat_with(pause).take(100).max().flatten()
        };
        assert_eq!(longest(60), Some(Duration::from_millis(7_500)));
        assert_eq!(longest(360), Some(LONGEST_PAUSE));
        assert_eq!(longest(8), Some(Duration::from_secs(1)));
        assert_eq!(longest(0), Some(SHORTEST_PAUSE));
    }

    #[test]
    fn a_success_and_another_step_make_the_pauses_short_again() {
        let mut trials = Trials::default();
        assert!(trials.begin(Step::Publish));
        let fail = |trials: &mut Trials| trials.pause_after(&away(), &known(), None);
        fail(&mut trials);
        assert_eq!(fail(&mut trials), Some(2 * PAUSE));
        trials.succeed();
        assert_eq!(fail(&mut trials), Some(PAUSE));
        assert!(!trials.begin(Step::Publish));
        assert_eq!(fail(&mut trials), Some(2 * PAUSE));
        assert!(trials.begin(Step::Draw));
        assert_eq!(fail(&mut trials), Some(PAUSE));
    }
}

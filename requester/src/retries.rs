//! Which failures a follower outlasts, and how long it pauses after them.

use crate::{
    errors::{FollowError, Outlook},
    private_file::Progress,
    steps::Step,
};
use std::time::Duration;

/// Failures in a row before a follower gives up, as long as nothing was sent and so nothing can be
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
pub(crate) struct Retries {
    step: Option<Step>,
    failures: u32,
}

impl Retries {
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
        error: &FollowError,
        progress: &Progress,
        phase: Option<Duration>,
    ) -> Option<Duration> {
        self.failures = self.failures.saturating_add(1);
        let is_sent = progress.announced_at.is_some() || progress.task.is_some();
        let may_pass = match error.outlook() {
            Outlook::Away => is_sent || self.failures < ATTEMPTS,
            // Where nothing changes, the end of the task ends this.
            Outlook::MayPass => is_sent,
            // Nobody else creates the task: what the chain refuses of it now it refuses later.
            Outlook::Refused => progress.task.is_some(),
            Outlook::Lasting => false,
        };
        may_pass.then(|| PAUSE.saturating_mul(self.failures).min(longest_pause(phase)))
    }
}

fn longest_pause(phase: Option<Duration>) -> Duration {
    phase.map_or(LONGEST_PAUSE, |phase| (phase / PAUSE_SHARE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private_file::{tests::progress, PrivateFileError};
    use nocknock_client::{AccountId, Hash, QueryError, SubmitError};
    use nocknock_dataset::StateError;
    use std::io;

    fn away() -> FollowError {
        QueryError::NoSuchBlock("7".to_owned()).into()
    }

    fn file() -> FollowError {
        let error = io::Error::other("no space left on device");
        PrivateFileError::NotSaved(StateError::Write { file: "task.json".into(), error }).into()
    }

    fn refused() -> FollowError {
        SubmitError::CannotPay.into()
    }

    /// A creation was sent, and its answer is not known.
    fn sent() -> Progress {
        Progress { announced_at: Some(10), ..progress() }
    }

    fn known() -> Progress {
        Progress { task: Some(9), ..sent() }
    }

    /// The pauses in seconds after as many failures in a row.
    fn pauses(error: &FollowError, progress: &Progress, failures: usize) -> Vec<Option<u64>> {
        let mut retries = Retries::default();
        let pause = || retries.pause_after(error, progress, None);
        let pauses = std::iter::repeat_with(pause).take(failures);
        pauses.map(|pause| pause.map(|pause| pause.as_secs())).collect()
    }

    fn unreadable() -> FollowError {
        let (what, reason) = ("the task".to_owned(), "not enough data".to_owned());
        QueryError::Undecodable { what, reason }.into()
    }

    #[test]
    fn before_anything_was_sent_a_follower_gives_up_soon() {
        let after = pauses(&away(), &progress(), 3);
        assert_eq!(after, [Some(2), Some(4), None]);
        for error in [file(), refused(), unreadable()] {
            assert_eq!(pauses(&error, &progress(), 1), [None]);
        }
    }

    #[test]
    fn a_task_that_exists_is_never_given_up_and_the_pauses_grow_to_half_a_minute() {
        for error in [away(), file(), refused(), unreadable()] {
            let after = pauses(&error, &known(), 1_000);
            assert_eq!(after[..3], [Some(2), Some(4), Some(6)]);
            assert!(after[14..].iter().all(|pause| *pause == Some(30)));
        }
    }

    #[test]
    fn a_creation_that_was_sent_is_not_given_up_unless_the_chain_refuses_it() {
        for error in [away(), file(), unreadable()] {
            assert_eq!(pauses(&error, &sent(), 100)[99], Some(30));
        }
        assert_eq!(pauses(&refused(), &sent(), 1), [None]);
    }

    #[test]
    fn what_cannot_pass_ends_the_work_at_once() {
        let [owner, signer] = [[1; 32], [2; 32]].map(AccountId::from);
        let keys = FollowError::OtherAccount { owner, signer };
        let chain = FollowError::OtherGenesis { genesis: Hash::repeat_byte(1) };
        for wrong in [keys, chain] {
            assert_eq!(pauses(&wrong, &known(), 1), [None]);
        }
    }

    /// Phases of 60 blocks of one second, or of six.
    #[test]
    fn no_pause_takes_more_than_an_eighth_of_the_phase() {
        let longest = |phase| {
            let phase = Some(Duration::from_secs(phase));
            let mut retries = Retries::default();
            let pause = || retries.pause_after(&away(), &known(), phase);
            std::iter::repeat_with(pause).take(100).max().flatten()
        };
        assert_eq!(longest(60), Some(Duration::from_millis(7_500)));
        assert_eq!(longest(360), Some(LONGEST_PAUSE));
        assert_eq!(longest(8), Some(Duration::from_secs(1)));
        assert_eq!(longest(0), Some(SHORTEST_PAUSE));
    }

    #[test]
    fn a_success_and_another_step_make_the_pauses_short_again() {
        let mut retries = Retries::default();
        assert!(retries.begin(Step::Publish));
        let fail = |retries: &mut Retries| retries.pause_after(&away(), &known(), None);
        fail(&mut retries);
        assert_eq!(fail(&mut retries), Some(2 * PAUSE));
        retries.succeed();
        assert_eq!(fail(&mut retries), Some(PAUSE));
        assert!(!retries.begin(Step::Publish));
        assert_eq!(fail(&mut retries), Some(2 * PAUSE));
        assert!(retries.begin(Step::Draw));
        assert_eq!(fail(&mut retries), Some(PAUSE));
    }
}

//! Exit codes, as `--help` lists them.

use crate::print;
use nocknock_training::{CheckpointError, TrainError};
use nocknock_worker::{
    account::AccountError,
    blobs::BlobError,
    chain::ChainError,
    config::{CheckError, ConfigError},
    machine::Shortage,
    policy::Decline,
    recognise::RecogniseError,
    register::RegisterError,
    stages::{Refusal, StepError, WithdrawError},
    state::StateError,
    unregister::UnregisterError,
};
use std::process::ExitCode;

/// Done, or stopped on request with everything saved.
pub(crate) const DONE: u8 = 0;
/// It did not work.
pub(crate) const FAILED: u8 = 1;
/// The command line or the configuration is wrong.
pub(crate) const USAGE: u8 = 2;
/// What was examined must not be used.
pub(crate) const REFUSED: u8 = 3;
/// No node or store answers.
pub(crate) const UNREACHABLE: u8 = 4;
/// The state directory, or another place that cannot be written.
pub(crate) const STATE: u8 = 5;
/// Keys, tokens or registration.
pub(crate) const ACCOUNT: u8 = 6;
/// Ended without waiting.
pub(crate) const INTERRUPTED: u8 = 130;

/// The command line, the environment and the data do not go together.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// The exit code that an error stands for.
pub(crate) fn code_of(error: &anyhow::Error) -> ExitCode {
    let mut codes = error.chain().filter_map(code_of_cause);
    ExitCode::from(codes.next().unwrap_or(FAILED))
}

/// Prints an error. Only that of a configuration has several lines: it shows the place in the file.
pub(crate) fn tell(error: &anyhow::Error) {
    let text = text_of(error);
    if error.chain().any(|cause| cause.is::<ConfigError>()) {
        print::message_lines(&text);
    } else {
        print::message(&text);
    }
}

/// What is printed of an error. Work that ended early because somebody asked for it has not failed.
fn text_of(error: &anyhow::Error) -> String {
    if error.chain().any(is_stop) {
        format!("{error:#}")
    } else {
        format!("error: {error:#}")
    }
}

fn is_stop(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref::<StepError>(), Some(StepError::Stopped))
}

fn code_of_cause(error: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if error.is::<ConfigError>() || error.is::<CheckError>() || error.is::<UsageError>() {
        return Some(USAGE);
    }
    if error.is::<AccountError>() {
        return Some(ACCOUNT);
    }
    if error.is::<StateError>() {
        return Some(STATE);
    }
    if error.is::<Refusal>() {
        return Some(REFUSED);
    }
    if matches!(error.downcast_ref::<BlobError>(), Some(BlobError::Disk(_))) {
        return Some(STATE);
    }
    let of_chain = error.downcast_ref().map(code_of_chain);
    of_chain
        .or_else(|| error.downcast_ref().map(code_of_decline))
        .or_else(|| error.downcast_ref().map(code_of_step))
        .or_else(|| error.downcast_ref().map(code_of_registration))
        .or_else(|| error.downcast_ref().map(code_of_its_end))
        .or_else(|| error.downcast_ref().map(code_of_recognition))
        .or_else(|| error.downcast_ref().map(code_of_withdrawal))
}

fn code_of_chain(error: &ChainError) -> u8 {
    match error {
        ChainError::Unreachable(_) => UNREACHABLE,
        ChainError::CannotPay => ACCOUNT,
        ChainError::Rejected { error, .. } if error == "NotRegistered" => ACCOUNT,
        ChainError::Rejected { .. } => REFUSED,
        ChainError::TooLarge
        | ChainError::TooLate(_)
        | ChainError::Unsure(_)
        | ChainError::Lasting(_) => FAILED,
    }
}

/// A task that is left alone: because of the account, or because of the task.
fn code_of_decline(why: &Decline) -> u8 {
    match why {
        Decline::Funds { .. } | Decline::NotRegistered => ACCOUNT,
        _ => REFUSED,
    }
}

/// A step's error may speak for its cause without naming it as one.
fn code_of_step(error: &StepError) -> u8 {
    match error {
        StepError::Stopped => DONE,
        StepError::State(_)
        | StepError::PutAside { .. }
        | StepError::Shortage(Shortage::Disk { .. }) => STATE,
        StepError::Chain(error) => code_of_chain(error),
        StepError::Store(_) => UNREACHABLE,
        StepError::Refusal(_) => REFUSED,
        StepError::Train(error) if is_about_a_file(error) => STATE,
        _ => FAILED,
    }
}

fn is_about_a_file(error: &TrainError) -> bool {
    matches!(error, TrainError::Checkpoint(CheckpointError::File { .. }))
}

fn code_of_registration(error: &RegisterError) -> u8 {
    match error {
        RegisterError::Chain(error) => code_of_chain(error),
        RegisterError::Prove(error) => code_of_step(error),
        RegisterError::State(_) => STATE,
        _ => FAILED,
    }
}

fn code_of_its_end(error: &UnregisterError) -> u8 {
    match error {
        UnregisterError::Chain(error) => code_of_chain(error),
        UnregisterError::State(_) => STATE,
        UnregisterError::Recognise(error) => code_of_recognition(error),
        UnregisterError::NotRegistered(_) => ACCOUNT,
        UnregisterError::OpenTasks(_) => REFUSED,
    }
}

fn code_of_recognition(error: &RecogniseError) -> u8 {
    match error {
        RecogniseError::Chain(error) => code_of_chain(error),
        RecogniseError::State(_) => STATE,
        RecogniseError::Behind { .. } => UNREACHABLE,
    }
}

fn code_of_withdrawal(error: &WithdrawError) -> u8 {
    match error {
        WithdrawError::Step(error) => code_of_step(error),
        WithdrawError::NoTask(_) => FAILED,
        WithdrawError::NoCommitment(_) | WithdrawError::TooLate(_) => REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;
    use nocknock_worker::config::Config;

    fn code(error: impl Into<anyhow::Error>) -> String {
        format!("{:?}", code_of(&error.into()))
    }

    fn expected(code: u8) -> String {
        format!("{:?}", ExitCode::from(code))
    }

    #[test]
    fn each_kind_of_failure_has_its_code() {
        let unreachable = || ChainError::Unreachable(String::new());
        assert_eq!(code(unreachable()), expected(UNREACHABLE));
        assert_eq!(code(StepError::Chain(unreachable())), expected(UNREACHABLE));
        assert_eq!(code(RegisterError::Chain(unreachable())), expected(UNREACHABLE));
        assert_eq!(code(ChainError::CannotPay), expected(ACCOUNT));
        assert_eq!(code(AccountError::None), expected(ACCOUNT));
        assert_eq!(code(StateError::NoFolder), expected(STATE));
        assert_eq!(code(Refusal::Data(String::new())), expected(REFUSED));
        assert_eq!(code(BlobError::Disk(StateError::NoFolder)), expected(STATE));
        let (free, needed) = (0, 1);
        let disk = StepError::Shortage(Shortage::Disk { free, needed });
        assert_eq!(code(disk), expected(STATE));
        let memory = StepError::Shortage(Shortage::Memory { free, needed });
        assert_eq!(code(memory), expected(FAILED));
        assert_eq!(code(Decline::NotRegistered), expected(ACCOUNT));
        assert_eq!(code(Decline::Over), expected(REFUSED));
        assert_eq!(code(WithdrawError::TooLate(5)), expected(REFUSED));
        let step = StepError::Chain(unreachable());
        assert_eq!(code(WithdrawError::Step(step)), expected(UNREACHABLE));
        assert_eq!(code(UnregisterError::Chain(unreachable())), expected(UNREACHABLE));
        assert_eq!(code(UnregisterError::State(StateError::NoFolder)), expected(STATE));
        let stranger = UnregisterError::NotRegistered([7; 32].into());
        assert_eq!(code(stranger), expected(ACCOUNT));
        assert_eq!(code(UnregisterError::OpenTasks(vec![5])), expected(REFUSED));
        let behind = || RecogniseError::Behind { finalised: 1, seen: 2 };
        assert_eq!(code(behind()), expected(UNREACHABLE));
        assert_eq!(code(UnregisterError::Recognise(behind())), expected(UNREACHABLE));
        assert_eq!(code(RecogniseError::State(StateError::NoFolder)), expected(STATE));
        assert_eq!(code(anyhow::anyhow!("other")), expected(FAILED));
    }

    #[test]
    fn a_setting_of_the_command_line_is_a_matter_of_usage() {
        let mut config = Config::default();
        config.chain.urls = vec!["http://127.0.0.1:9944".into()];
        let refused = config.check().context("--url").unwrap_err();
        assert_eq!(code(refused), expected(USAGE));
        let unfit = anyhow::Error::from(UsageError("unfit".into())).context("data.csv");
        assert_eq!(code(unfit), expected(USAGE));
    }

    #[test]
    fn who_is_stopped_has_not_failed() {
        let stopped = anyhow::Error::from(StepError::Stopped);
        assert_eq!(text_of(&stopped), StepError::Stopped.to_string());
        assert_eq!(code(stopped), expected(DONE));
        let failed = anyhow::anyhow!("other");
        assert_eq!(text_of(&failed), "error: other");
    }
}

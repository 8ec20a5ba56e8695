//! The difference between "it did not work" and "this must not be used".

use std::fmt;

use nocknock_circuits::ProveError;

/// Marks an error as the outcome of a check: the input was read, and it is not acceptable.
#[derive(Debug)]
pub(crate) struct Refused(anyhow::Error);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: {:#}", self.0)
    }
}

impl std::error::Error for Refused {}

/// Turns a check's verdict into an error with exit code 3.
pub(crate) fn refuse(reason: impl Into<anyhow::Error>) -> anyhow::Error {
    Refused(reason.into()).into()
}

/// An error of a prover: inputs that do not satisfy the statement and keys that do not fit it are
/// refused, the rest is failure.
pub(crate) fn proof_error<R>(error: ProveError<R>) -> anyhow::Error
where
    R: std::error::Error + Send + Sync + 'static,
{
    match error {
        ProveError::Refused(_) | ProveError::Withheld(_) | ProveError::Malformed(_) => {
            refuse(error)
        }
        ProveError::Randomness(_) | ProveError::Synthesis(_) => error.into(),
    }
}

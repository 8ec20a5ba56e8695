//! Why a command did not do what it was asked, and the exit code that says so.

use nocknock_client::{ConnectError, KeyError, QueryError, SubmitError};
use nocknock_dataset::split::SplitError;
use nocknock_requester::{
    EqualRowsError, FollowError, ModelsError, OfferError, PrivateFileError, StoreError,
};
use std::{io, path::Path, process::ExitCode};

/// Why a command failed. The exit code of each kind is part of the interface.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something that has no code of its own.
    #[error("{0}")]
    Other(String),
    /// The arguments or the configuration contradict each other or cannot be used.
    #[error("{0}")]
    Usage(String),
    /// The node or the store does not answer.
    #[error("{0}")]
    Unreachable(String),
    /// The chain refused the transaction.
    #[error("{0}")]
    Refused(String),
    /// What was asked for does not exist.
    #[error("{0}")]
    NotFound(String),
    /// There are no usable keys.
    #[error("{0}")]
    Keys(String),
    /// Something is not what it claims to be.
    #[error("{0}")]
    NotTrue(String),
    /// A file cannot be read or written. It has no exit code of its own.
    #[error("{0}")]
    File(String),
}

impl Failure {
    /// What a program tells the kinds apart by.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Other(_) | Self::File(_) => "failed",
            Self::Usage(_) => "usage",
            Self::Unreachable(_) => "unreachable",
            Self::Refused(_) => "refused",
            Self::NotFound(_) => "not-found",
            Self::Keys(_) => "keys",
            Self::NotTrue(_) => "not-true",
        }
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Other(_) | Self::File(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
            Self::Refused(_) => 4,
            Self::NotFound(_) => 5,
            Self::Keys(_) => 6,
            Self::NotTrue(_) => 7,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code())
    }

    /// A failure of a question about the newest block, which nobody has named: if the node does not
    /// know it, the node was restarted and has forgotten it.
    pub(crate) fn of_newest_block(error: QueryError) -> Self {
        match error {
            QueryError::NoSuchBlock(_) | QueryError::Pruned { .. } => {
                Self::Unreachable(error.to_string())
            }
            other => other.into(),
        }
    }

    /// A failure of a file operation.
    pub(crate) fn file(path: &Path, error: io::Error) -> Self {
        Self::File(format!("{}: {error}", path.display()))
    }
}

/// Wraps any error that has no exit code of its own.
pub(crate) fn other(error: impl std::fmt::Display) -> Failure {
    Failure::Other(error.to_string())
}

/// Wraps an error about what the user gave.
pub(crate) fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Query(error) => error.into(),
            other => Self::Usage(other.to_string()),
        }
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match &error {
            QueryError::Rpc(_) => Self::Unreachable(error.to_string()),
            QueryError::NoSuchBlock(_) => Self::NotFound(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Query(error) => Self::of_newest_block(error),
            refused @ (SubmitError::Rejected(_)
            | SubmitError::Invalid { .. }
            | SubmitError::CannotPay
            | SubmitError::Expired { .. }
            | SubmitError::Contested) => Self::Refused(refused.to_string()),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Keys(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Config(_) | StoreError::Epochs => {
                Self::Usage(format!("[storage] in the configuration: {error}"))
            }
            StoreError::Unavailable(_) => Self::Unreachable(error.to_string()),
            StoreError::Setup(_) => Self::File(error.to_string()),
            StoreError::Unreadable(_) => Self::Other(error.to_string()),
        }
    }
}

impl From<PrivateFileError> for Failure {
    fn from(error: PrivateFileError) -> Self {
        match error {
            PrivateFileError::Missing { .. } => Self::NotFound(error.to_string()),
            PrivateFileError::Io { .. } | PrivateFileError::NotSaved(_) => {
                Self::File(error.to_string())
            }
            PrivateFileError::Locked { .. }
            | PrivateFileError::Unreadable(_)
            | PrivateFileError::Offer { .. } => Self::Other(error.to_string()),
        }
    }
}

impl From<FollowError> for Failure {
    fn from(error: FollowError) -> Self {
        match error {
            FollowError::Query(error) => Self::of_newest_block(error),
            FollowError::Submit(error) => error.into(),
            FollowError::Store(error) => error.into(),
            FollowError::PrivateFile(error) => error.into(),
            FollowError::OtherAccount { .. } => Self::Keys(error.to_string()),
            FollowError::OtherGenesis { .. }
            | FollowError::BegunAnew { .. }
            | FollowError::OtherTask { .. } => Self::Usage(error.to_string()),
            error => Self::Other(error.to_string()),
        }
    }
}

impl From<OfferError> for Failure {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::Query(error) => error.into(),
            OfferError::NoExperiment(_) => Self::NotFound(format!(
                "{error}: `nocknock experiments` lists them, `nocknock create-experiment` makes one"
            )),
            OfferError::NoCircuit(_) => Self::NotFound(error.to_string()),
            OfferError::NotAllowed { .. } => Self::Refused(error.to_string()),
            OfferError::Block { .. } | OfferError::Randomness => Self::Other(error.to_string()),
            OfferError::NoReward => usage("a sponsored task needs --reward"),
            OfferError::TestRows { .. }
            | OfferError::Split(
                SplitError::TestBlocks { .. } | SplitError::TooManyTestBlocks { .. },
            ) => usage(format!("{error} (--test-blocks)")),
            OfferError::CurriculumRanks | OfferError::SharesNotFalling => {
                usage(format!("{error} (--shares)"))
            }
            OfferError::Format { .. }
            | OfferError::NoShape { .. }
            | OfferError::NoNumberShape { .. }
            | OfferError::NoShapeFor { .. } => usage(format!("{error} (--shape)")),
            OfferError::Encoding { .. } => usage(format!("{error} (--range)")),
            OfferError::NamedEncoding { .. } => usage(format!("{error} (--encoding)")),
            OfferError::BlockRows { .. } => usage(format!("{error} (--blocks)")),
            OfferError::Period { period, blocks, allowed } => usage(format!(
                "--{period}-period is {blocks} blocks, but this chain allows {} to {}",
                allowed.start(),
                allowed.end()
            )),
            error => usage(error),
        }
    }
}

impl From<EqualRowsError> for Failure {
    fn from(error: EqualRowsError) -> Self {
        match error {
            EqualRowsError::Query(error) => error.into(),
            EqualRowsError::Data(error) => error.into(),
            EqualRowsError::NoTask(_) | EqualRowsError::NotRevealed { .. } => {
                Self::NotFound(error.to_string())
            }
            EqualRowsError::NotEarlier { .. } => usage(error),
            error => Self::Other(error.to_string()),
        }
    }
}

impl From<ModelsError> for Failure {
    fn from(error: ModelsError) -> Self {
        match error {
            ModelsError::Query(error) => error.into(),
            ModelsError::Store(StoreError::Unavailable(_)) => Self::Unreachable(error.to_string()),
            ModelsError::Store(error) => error.into(),
            ModelsError::NoTask(_)
            | ModelsError::NoModel(_)
            | ModelsError::NoCiphertext
            | ModelsError::NoKey
            | ModelsError::NoData(_) => Self::NotFound(error.to_string()),
            ModelsError::NotForYou(_) => Self::Keys(error.to_string()),
            ModelsError::NotTheModel(_)
            | ModelsError::NotTheData(_)
            | ModelsError::OtherMeaning { .. } => Self::NotTrue(error.to_string()),
            ModelsError::Occupied { .. } => usage(format!("{error} (--out names the folder)")),
            ModelsError::Write { .. } => Self::File(error.to_string()),
            error => Self::Other(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::AccountId;
    use nocknock_requester::Period;

    #[test]
    fn each_kind_has_an_exit_code_of_its_own() {
        let text = String::new;
        let kinds = [
            Failure::Other(text()),
            Failure::Usage(text()),
            Failure::Unreachable(text()),
            Failure::Refused(text()),
            Failure::NotFound(text()),
            Failure::Keys(text()),
            Failure::NotTrue(text()),
        ];
        let codes: Vec<u8> = kinds.iter().map(Failure::code).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_file_error_looks_like_any_failure_without_a_code() {
        let full = Failure::file(Path::new("task.json"), io::Error::other("no space left"));
        assert_eq!(full.to_string(), "task.json: no space left");
        assert!(matches!(full, Failure::File(_)));
        assert_eq!((full.kind(), full.code()), ("failed", 1));
    }

    #[test]
    fn an_offer_is_refused_with_the_names_of_its_arguments() {
        let allowed = 3..=1_000;
        let period = OfferError::Period { period: Period::Reveal, blocks: 2, allowed };
        let refused = Failure::from(period);
        let expected = "--reveal-period is 2 blocks, but this chain allows 3 to 1000";
        assert_eq!((refused.code(), refused.to_string().as_str()), (2, expected));
        for (error, name) in [
            (OfferError::NoReward, "--reward"),
            (OfferError::TestRows { test_blocks: 2, rows: 6, needed: 7 }, "--test-blocks"),
            (SplitError::TestBlocks { blocks: 3 }.into(), "--test-blocks"),
            (OfferError::NoShape { inputs: 5_000, bits: 8, classes: 2 }, "--shape"),
            (OfferError::NoNumberShape { inputs: 5_000, bits: 8 }, "--shape"),
            (OfferError::NoShapeFor { inputs: 77, bits: 8 }, "--shape"),
            (OfferError::SharesNotFalling, "--shares"),
            (OfferError::BlockRows { experiment: 0, rows: 9, most: 8 }, "--blocks"),
        ] {
            let refused = Failure::from(error);
            assert_eq!(refused.code(), 2);
            assert!(refused.to_string().contains(name), "{refused}");
        }
    }

    #[test]
    fn failures_of_a_followed_task_keep_their_codes() {
        let missing = PrivateFileError::Missing { path: "task.json".into() };
        assert_eq!(Failure::from(FollowError::from(missing)).code(), 5);
        let [owner, signer] = [[1; 32], [2; 32]].map(AccountId::from);
        assert_eq!(Failure::from(FollowError::OtherAccount { owner, signer }).code(), 6);
        assert_eq!(Failure::from(FollowError::OtherTask { task: 3 }).code(), 2);
        assert_eq!(Failure::from(ModelsError::NoModel(3)).code(), 5);
        assert_eq!(Failure::from(ModelsError::NotForYou(3)).code(), 6);
        assert_eq!(Failure::from(ModelsError::NotTheModel("it is not".to_owned())).code(), 7);
    }

    #[test]
    fn a_refusal_by_the_chain_is_told_from_a_node_that_does_not_answer() {
        assert_eq!(Failure::from(SubmitError::CannotPay).code(), 4);
        let missing = QueryError::NoSuchBlock("7".to_owned());
        assert_eq!(Failure::from(missing.clone()).code(), 5);
        assert_eq!(Failure::from(SubmitError::Query(missing)).code(), 3);
    }
}

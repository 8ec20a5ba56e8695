//! Why the client could not do what was asked.

use std::{fmt, io, path::PathBuf, time::Duration};

use super::{EndpointError, Fault, Target};
use crate::{blob_id::BlobIdError, cache::CacheError};

/// Which of the two services an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Serves blobs.
    Aggregator,
    /// Stores blobs.
    Publisher,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aggregator => "aggregator",
            Self::Publisher => "publisher",
        })
    }
}

/// How one endpoint failed: its last fault, after all tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The endpoint's name, usually its URL.
    pub endpoint: String,
    /// Whether it was asked to serve or to store.
    pub role: Role,
    /// The last fault.
    pub fault: Fault,
    /// How often it was asked.
    pub tries: u32,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tries = match self.tries {
            1 => "1 try".to_owned(),
            tries => format!("{tries} tries"),
        };
        let (endpoint, fault) = (&self.endpoint, &self.fault);
        let advice = fault.advice(self.role);
        write!(f, "{endpoint} {fault} [{tries}; {advice}]")
    }
}

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// To fetch a blob or a quilt member.
    Fetch,
    /// To ask for a blob's size.
    Head,
    /// To store a blob.
    Put,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fetch => "fetch",
            Self::Head => "ask for",
            Self::Put => "store",
        })
    }
}

/// Why no further try was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaveUp {
    /// Every endpoint gave an answer that is final.
    NobodyLeft,
    /// As many rounds as the retry policy allows brought nothing.
    Rounds,
    /// The time for the whole operation was over.
    Deadline(Duration),
}

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NobodyLeft => f.write_str("no endpoint is left to ask"),
            Self::Rounds => f.write_str("all allowed tries are used up"),
            Self::Deadline(time) => write!(f, "the {} s allowed are over", time.as_secs_f32()),
        }
    }
}

/// Why the client could not do what was asked. Every text names what it is about, where it went
/// wrong and what can be done; none holds a token.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No endpoint did it.
    #[error("cannot {action} {target}, {gave_up}: {}", list(failures))]
    Endpoints {
        /// What was tried.
        action: Action,
        /// With what.
        target: Target,
        /// Why no further try was made.
        gave_up: GaveUp,
        /// How each endpoint that was asked failed, in the order of the configuration.
        failures: Vec<Failure>,
    },
    /// No endpoint of the kind needed is configured.
    #[error("cannot {action} {target}: no {role} is configured, give its URL")]
    NoEndpoint {
        /// What was to be done.
        action: Action,
        /// With what.
        target: Target,
        /// Which kind is missing.
        role: Role,
    },
    /// What is to be stored is too large.
    #[error("cannot store {target}: it has {size} bytes and the limit is {limit}; pack it into a manifest of smaller blobs, or raise the limit if your publisher takes more")]
    TooLarge {
        /// What was to be stored.
        target: Target,
        /// Its bytes.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// A file outside the cache cannot be read.
    #[error("cannot read {}: {reason}", crate::text::path(path))]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// The id of what is to be stored cannot be computed.
    #[error("cannot compute the id of {target}: {reason}")]
    BlobId {
        /// What was to be stored.
        target: Target,
        /// Why not.
        reason: BlobIdError,
    },
    /// The cache failed.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// No quilt member can have this name.
    #[error("{0:?} cannot be the identifier of a quilt member")]
    Identifier(String),
    /// A thread died, or the program is ending.
    #[error("a background thread ended early")]
    Thread(#[from] tokio::task::JoinError),
}

fn list(failures: &[Failure]) -> String {
    let texts: Vec<_> = failures.iter().map(Failure::to_string).collect();
    texts.join("; ")
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// An endpoint's URL is not acceptable.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The cache cannot be opened.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The file of further certificate authorities cannot be used.
    #[error(
        "cannot use the certificates in {}: {reason}; the file must hold certificates in PEM form",
        crate::text::path(path)
    )]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The TLS or HTTP layer refused its settings.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(String),
}

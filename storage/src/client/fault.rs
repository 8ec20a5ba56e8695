//! What can go wrong in one try with one endpoint, and whether another try may help.

use std::time::Duration;

use super::{Role, TokenError};
use crate::{blob_id::BlobId, speed::TooSlow};

/// Why one try with one endpoint failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nobody answers at the address.
    #[error("cannot be connected to ({0})")]
    Connect(String),
    /// The endpoint kept silent for too long.
    #[error("kept silent for {} s", .0.as_secs_f32())]
    Silent(Duration),
    /// The endpoint sent, or took, bytes more slowly than is put up with.
    #[error("moved only {moved} bytes in {} s", within.as_secs_f32())]
    Slow {
        /// Bytes that had moved.
        moved: u64,
        /// Within this time.
        within: Duration,
    },
    /// The time allowed for the try, or for the whole operation, was over.
    #[error("had not finished when its time was over")]
    Unfinished,
    /// The connection ended early.
    #[error("broke the connection off after {received} bytes ({reason})")]
    Broken {
        /// Bytes of this try that had arrived.
        received: u64,
        /// What the network layer says.
        reason: String,
    },
    /// An HTTP status other than success.
    #[error("answered {status}: {message}")]
    Status {
        /// The status.
        status: u16,
        /// What the endpoint says about it, shortened and fit for a terminal.
        message: String,
        /// How long the endpoint asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The endpoint has fewer bytes than the download had already, from it or another one.
    #[error("refused to continue a download at byte {0}")]
    Range(u64),
    /// The answer to a request for the rest of a blob is not that rest.
    #[error("sent something else than the rest of the blob from byte {offset} on ({reason})")]
    WrongRange {
        /// Where the rest begins.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The bytes are not the blob.
    #[error("sent wrong bytes: their blob id is {found}")]
    WrongBytes {
        /// The id of what it sent.
        found: BlobId,
    },
    /// The size is not the blob's.
    #[error("sent or announced {size} bytes for a blob of {expected}")]
    WrongSize {
        /// Bytes sent or announced.
        size: u64,
        /// Bytes of the blob.
        expected: u64,
    },
    /// The blob is larger than wanted.
    #[error("sent or announced {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Bytes sent or announced.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// An answer that no Walrus service gives.
    #[error("gave an answer that is not a Walrus service's ({0})")]
    Protocol(String),
    /// The publisher reports another id.
    #[error("stored the blob under the id {reported}, which is not that of its bytes")]
    WrongId {
        /// The reported id.
        reported: BlobId,
    },
    /// The publisher marks the blob as deletable although a permanent one was asked for.
    #[error("stored the blob as deletable")]
    Deletable,
    /// The network holds the blob's encoding for invalid.
    #[error("says that the network marked the blob invalid")]
    MarkedInvalid,
    /// No token for the try.
    #[error("was not asked: {0}")]
    Token(#[from] TokenError),
    /// The file to upload cannot be read any more.
    #[error("got no bytes, because the file cannot be read ({0})")]
    Source(String),
}

/// What to do after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recovery {
    /// Asking this endpoint again changes nothing.
    Final,
    /// Ask again, though not before this time has passed.
    Retry(Duration),
    /// The blob may become visible any moment: keep asking.
    Stale,
}

impl Fault {
    pub(super) fn broken(received: u64, reason: impl ToString) -> Self {
        let reason = reason.to_string();
        Self::Broken { received, reason }
    }

    /// Whether the same endpoint may be asked again. `fresh` says that the blob was certified so
    /// recently that an aggregator's 404 may be out of date.
    pub(super) fn recovery(&self, fresh: bool) -> Recovery {
        match self {
            Self::Status { status: 404, .. } if fresh => Recovery::Stale,
            Self::Status { status: 429 | 502 | 503 | 504, retry_after, .. } => {
                Recovery::Retry(retry_after.unwrap_or_default())
            }
            Self::Connect(_)
            | Self::Silent(_)
            | Self::Slow { .. }
            | Self::Unfinished
            | Self::Broken { .. }
            | Self::Range(_)
            | Self::WrongRange { .. }
            | Self::WrongBytes { .. } => Recovery::Retry(Duration::ZERO),
            _ => Recovery::Final,
        }
    }

    /// Whether the fault speaks against the endpoint, rather than about the blob or the request.
    pub(super) fn blames_endpoint(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status == 429 || *status >= 500,
            Self::TooLarge { .. } | Self::Token(_) | Self::Source(_) | Self::Range(_) => false,
            Self::MarkedInvalid => false,
            _ => true,
        }
    }

    /// What the user can do about it.
    pub fn advice(&self, role: Role) -> &'static str {
        match self {
            Self::Status { status, .. } => status_advice(*status, role),
            Self::Connect(_) => "check the address and that the service runs",
            Self::Silent(_) | Self::Unfinished | Self::Broken { .. } => {
                "try again later, add another endpoint or raise the time-outs"
            }
            Self::Slow { .. } => {
                "add another endpoint, or lower the least speed if your own link is that slow"
            }
            Self::WrongRange { .. } => "add another endpoint, this one cannot go on with a download",
            Self::Range(_) => "try again",
            Self::WrongBytes { .. } | Self::WrongSize { .. } => {
                "do not use this endpoint, or check that the shard count is that of its network"
            }
            Self::TooLarge { .. } => "raise the size limit if you want the blob",
            Self::Protocol(_) => "check that the address is a Walrus service's",
            Self::WrongId { .. } => {
                "check that the shard count is that of the publisher's network and the file unchanged"
            }
            Self::Deletable => "use a publisher that honours permanent=true",
            Self::MarkedInvalid => "use another publisher, this one encodes wrongly",
            Self::Token(_) => "check the token provider",
            Self::Source(_) => "keep the file in place until the upload is over",
        }
    }
}

fn status_advice(status: u16, role: Role) -> &'static str {
    match (status, role) {
        (300..=399, _) => "configure the address that the service really has",
        (400, _) => "the request was not understood, check the endpoint's version",
        (401 | 403, Role::Publisher) => "give a token that this publisher accepts",
        (404, Role::Aggregator) => {
            "check the id and the network; the blob's epochs may be over, or it was deleted"
        }
        (413, Role::Publisher) => {
            "public publishers take up to 10 MiB: pack the data into a manifest or run your own publisher"
        }
        (429, _) => "wait or add another endpoint",
        (451, _) => "the content is blocked for legal reasons there, asking again does not help",
        (504, Role::Publisher) => "the token had expired or the network was slow, try again",
        (500..=599, _) => "try again later or add another endpoint",
        _ => "check the endpoint and what it is asked for",
    }
}

impl From<TooSlow> for Fault {
    fn from(TooSlow { moved, within }: TooSlow) -> Self {
        if moved == 0 {
            Self::Silent(within)
        } else {
            Self::Slow { moved, within }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Fault {
        Fault::Status { status, message: String::new(), retry_after: None }
    }

    #[test]
    fn only_passing_states_are_tried_again() {
        for passing in [429, 502, 503, 504] {
            assert_eq!(status(passing).recovery(false), Recovery::Retry(Duration::ZERO));
        }
        for lasting in [301, 400, 401, 403, 404, 410, 413, 416, 451, 500, 501] {
            assert_eq!(status(lasting).recovery(false), Recovery::Final);
        }
    }

    #[test]
    fn slowness_and_wrong_ranges_pass_and_speak_against_the_endpoint() {
        let within = Duration::from_secs(1);
        let wrong_range = Fault::WrongRange { offset: 1, reason: "too few bytes" };
        for fault in [Fault::Slow { moved: 1, within }, Fault::Unfinished, wrong_range] {
            assert_eq!(fault.recovery(false), Recovery::Retry(Duration::ZERO), "{fault}");
            assert!(fault.blames_endpoint(), "{fault}");
        }
    }

    #[test]
    fn a_missing_blob_is_waited_for_only_while_it_is_fresh() {
        assert_eq!(status(404).recovery(true), Recovery::Stale);
        assert_eq!(status(404).recovery(false), Recovery::Final);
        assert_eq!(status(451).recovery(true), Recovery::Final);
    }

    #[test]
    fn an_endpoint_is_left_alone_for_as_long_as_it_asks() {
        let fault = Fault::Status {
            status: 429,
            message: String::new(),
            retry_after: Some(Duration::from_secs(7)),
        };
        assert_eq!(fault.recovery(false), Recovery::Retry(Duration::from_secs(7)));
    }
}

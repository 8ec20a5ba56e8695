//! Responses in the shape that Walrus's publisher and aggregator give them.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
    Json,
};
use serde::Serialize;

use super::{
    auth::AuthError, clock::Epoch, folder::Outcome, quilt::QuiltError, record::Term,
    stored::ReadError,
};
use nocknock_storage::{blob_id::BlobIdError, speed::TooSlow, BlobId};

/// Who reports an error, in Walrus's error details.
const DOMAIN: &str = "walrus-dev.nocknock";

/// The answer to a blob that was sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum StoreReply {
    #[serde(rename_all = "camelCase")]
    NewlyCreated { blob_object: BlobObject, cost: u64 },
    #[serde(rename_all = "camelCase")]
    AlreadyCertified { blob_id: BlobId, end_epoch: Epoch },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlobObject {
    blob_id: BlobId,
    size: u64,
    encoding_type: &'static str,
    certified_epoch: Option<Epoch>,
    storage: Term,
    deletable: bool,
}

impl StoreReply {
    pub(super) fn new(blob_id: BlobId, size: u64, permanent: bool, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Known(end_epoch) => Self::AlreadyCertified { blob_id, end_epoch },
            Outcome::New(storage) => Self::NewlyCreated {
                blob_object: BlobObject {
                    blob_id,
                    size,
                    encoding_type: "RS2",
                    certified_epoch: Some(storage.start_epoch),
                    storage,
                    deletable: !permanent,
                },
                cost: 0,
            },
        }
    }
}

/// The answer to a quilt that was sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct QuiltReply {
    pub(super) blob_store_result: StoreReply,
    pub(super) stored_quilt_blobs: Vec<QuiltMember>,
}

#[derive(Debug, Serialize)]
pub(super) struct QuiltMember {
    pub(super) identifier: String,
}

/// An error in the shape `{"error":{"code","status","message","details":[{"reason","domain"}]}}`.
#[derive(Debug)]
pub(super) struct ErrorReply {
    status: StatusCode,
    reason: &'static str,
    message: String,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: ErrorFields<'a>,
}

#[derive(Serialize)]
struct ErrorFields<'a> {
    code: u16,
    status: &'static str,
    message: &'a str,
    details: [ErrorDetail; 1],
}

#[derive(Serialize)]
struct ErrorDetail {
    reason: &'static str,
    domain: &'static str,
}

impl ErrorReply {
    pub(super) fn new(
        status: StatusCode,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { status, reason, message: message.into() }
    }

    pub(super) fn invalid(reason: &'static str, message: impl ToString) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason, message.to_string())
    }

    pub(super) fn not_found(id: &BlobId) -> Self {
        let message = format!("blob {id} does not exist, or is not known here yet");
        Self::new(StatusCode::NOT_FOUND, "BLOB_NOT_FOUND", message)
    }

    pub(super) fn too_large(limit: u64) -> Self {
        let message = format!("this publisher takes at most {limit} bytes at a time");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BLOB_TOO_LARGE", message)
    }

    pub(super) fn too_slow(slow: TooSlow) -> Self {
        let TooSlow { moved, within } = slow;
        let message = format!("only {moved} bytes of the body came in {} s", within.as_secs_f32());
        Self::new(StatusCode::REQUEST_TIMEOUT, "BODY_TOO_SLOW", message)
    }

    pub(super) fn internal(reason: &'static str, message: impl ToString) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, reason, message.to_string())
    }
}

impl From<AuthError> for ErrorReply {
    fn from(error: AuthError) -> Self {
        let (status, reason) = match error {
            AuthError::Missing => (StatusCode::UNAUTHORIZED, "TOKEN_MISSING"),
            AuthError::Invalid => (StatusCode::UNAUTHORIZED, "TOKEN_INVALID"),
            AuthError::Used => (StatusCode::UNAUTHORIZED, "TOKEN_USED"),
            // Walrus's publisher answers an expired token like a timeout.
            AuthError::Expired => (StatusCode::GATEWAY_TIMEOUT, "TOKEN_EXPIRED"),
        };
        Self::new(status, reason, error.to_string())
    }
}

impl From<ReadError> for ErrorReply {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(_) => Self::internal("BLOB_DAMAGED", error),
            ReadError::Io(..) => Self::internal("STORE_FAILED", error),
        }
    }
}

impl From<QuiltError> for ErrorReply {
    fn from(error: QuiltError) -> Self {
        Self::invalid("INVALID_QUILT", error)
    }
}

impl From<BlobIdError> for ErrorReply {
    fn from(error: BlobIdError) -> Self {
        match error {
            BlobIdError::TooLarge(_) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BLOB_TOO_LARGE", error.to_string())
            }
            _ => Self::internal("STORE_FAILED", error),
        }
    }
}

impl From<std::io::Error> for ErrorReply {
    fn from(error: std::io::Error) -> Self {
        Self::internal("STORE_FAILED", format!("the store's folder failed: {error}"))
    }
}

impl From<tokio::task::JoinError> for ErrorReply {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::internal("STORE_FAILED", error)
    }
}

impl IntoResponse for ErrorReply {
    fn into_response(self) -> Response {
        let error = ErrorFields {
            code: self.status.as_u16(),
            status: status_name(self.status),
            message: &self.message,
            details: [ErrorDetail { reason: self.reason, domain: DOMAIN }],
        };
        (self.status, Json(ErrorBody { error })).into_response()
    }
}

/// The name that Walrus, after Google's API guide, gives a status.
fn status_name(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => "INVALID_ARGUMENT",
        StatusCode::RANGE_NOT_SATISFIABLE => "OUT_OF_RANGE",
        StatusCode::UNAUTHORIZED => "UNAUTHENTICATED",
        StatusCode::NOT_FOUND => "NOT_FOUND",
        StatusCode::CONFLICT => "FAILED_PRECONDITION",
        StatusCode::SERVICE_UNAVAILABLE => "UNAVAILABLE",
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => "DEADLINE_EXCEEDED",
        StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => "UNAVAILABLE_FOR_LEGAL_REASONS",
        StatusCode::METHOD_NOT_ALLOWED => "UNIMPLEMENTED",
        _ => "INTERNAL",
    }
}

//! What a post answers to a request that it does not grant.

use super::home::Refused;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
    Json,
};
use serde_json::{json, Value};

/// A status, and why, as JSON.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    body: Value,
}

impl Reply {
    pub(super) fn new(status: StatusCode, error: &str) -> Self {
        Self { status, body: json!({ "error": error }) }
    }

    pub(super) fn invalid(error: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn forbidden(error: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, error)
    }

    pub(super) fn not_found(error: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub(super) fn too_long(most: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, &format!("this post takes at most {most} bytes"))
    }

    pub(super) fn no_room() -> Self {
        let error = "this member has put as much in this round as it may";
        Self::new(StatusCode::INSUFFICIENT_STORAGE, error)
    }

    pub(super) fn other_round(round: u32) -> Self {
        let error = format!("this post is in round {round}");
        Self { status: StatusCode::CONFLICT, body: json!({ "error": error, "round": round }) }
    }

    /// Something went wrong here. What it was is not for others.
    pub(super) fn failed() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "this post has failed: try again later")
    }
}

impl From<Refused> for Reply {
    fn from(refused: Refused) -> Self {
        let error = refused.to_string();
        match refused {
            Refused::NoHome | Refused::NotAMember | Refused::NotInvited | Refused::Signature(_) => {
                Self::forbidden(&error)
            }
            Refused::Stale { head } => {
                let body = json!({ "error": error, "head": head });
                Self { status: StatusCode::CONFLICT, body }
            }
            Refused::Broken(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, &error),
            Refused::Disk(_) => Self::failed(),
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

//! Why a request was not answered, as RFC 9457 writes it.

use super::{AT_A_TIME, MAX_BYTES, MAX_ROWS, PATIENCE};
use axum::{
    http::{
        header::{CONTENT_TYPE, RETRY_AFTER},
        HeaderValue, StatusCode,
    },
    response::{IntoResponse, Response},
};
use serde_json::json;

/// How it is written.
const CONTENT: &str = "application/problem+json";

/// Seconds after which to ask again.
const AGAIN: &str = "1";

/// Why a request was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    /// A body that is not written as its type says.
    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// A body whose rows are none for this model.
    pub(super) fn unusable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    pub(super) fn too_long() -> Self {
        let detail = format!("a request may have {MAX_BYTES} bytes: send the rows in parts");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    pub(super) fn too_many_rows() -> Self {
        let detail = format!("a request may have {MAX_ROWS} rows: send them in parts");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    pub(super) fn too_slow() -> Self {
        let seconds = PATIENCE.as_secs();
        let detail = format!("the body has not come within {seconds} seconds: send it again");
        Self::new(StatusCode::REQUEST_TIMEOUT, detail)
    }

    pub(super) fn busy() -> Self {
        let detail = format!("{AT_A_TIME} requests are being answered: send it again later");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    pub(super) fn failed() -> Self {
        let detail = "the request could not be answered, and the fault is not in it";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// Its status.
    #[cfg(test)]
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// What it says.
    #[cfg(test)]
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let headers = [(CONTENT_TYPE, HeaderValue::from_static(CONTENT))];
        let mut response = (self.status, headers, body.to_string()).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(AGAIN));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_type_and_when_to_ask_again() {
        let busy = Problem::busy().into_response();
        assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(busy.headers()[CONTENT_TYPE], CONTENT);
        assert_eq!(busy.headers()[RETRY_AFTER], AGAIN);
        let long = Problem::too_long().into_response();
        assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert!(long.headers().get(RETRY_AFTER).is_none());
    }
}

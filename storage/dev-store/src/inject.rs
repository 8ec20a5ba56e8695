//! How faults reach a response.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::{to_bytes, Body},
    extract::{Request, State},
    http::{header::CONTENT_LENGTH, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{stream, StreamExt};

use super::{
    faults::{Fault, RequestKind},
    reply::ErrorReply,
    service::{drain, Service},
};

/// Lets a request to the public interface meet the fault that is due.
pub(super) async fn inject(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    let kind = kind_of(request.method());
    let Some((fault, pause)) = service.faults.draw(kind) else {
        return next.run(request).await;
    };
    if let Some(refusal) = refusal(fault) {
        drain(request.into_body().into_data_stream(), service.watch(), u64::MAX).await;
        return refusal;
    }
    let response = next.run(request).await;
    if !response.status().is_success() {
        return response;
    }
    if kind == RequestKind::Head {
        tokio::time::sleep(pause).await;
        return response;
    }
    spoil(fault, pause, response).await
}

fn kind_of(method: &Method) -> RequestKind {
    match *method {
        Method::GET => RequestKind::Get,
        Method::HEAD => RequestKind::Head,
        _ => RequestKind::Write,
    }
}

/// The response to a fault that keeps the store from looking at the request at all.
fn refusal(fault: Fault) -> Option<Response> {
    let (status, reason, message) = match fault {
        Fault::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "INJECTED_UNAVAILABLE",
            "the service is overloaded: try again",
        ),
        Fault::GatewayTimeout => (
            StatusCode::GATEWAY_TIMEOUT,
            "INJECTED_TIMEOUT",
            "the storage nodes did not answer in time",
        ),
        Fault::Blocked => (
            StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
            "INJECTED_BLOCKED",
            "the requested blob is blocked here",
        ),
        Fault::StaleNotFound => (
            StatusCode::NOT_FOUND,
            "BLOB_NOT_FOUND",
            "the requested blob does not exist, or is not known here yet",
        ),
        Fault::TooManyRequests => {
            let text = "Too Many Requests! Wait a moment.";
            return Some((StatusCode::TOO_MANY_REQUESTS, text).into_response());
        }
        Fault::WrongBytes | Fault::Slow | Fault::BrokenConnection => return None,
    };
    Some(ErrorReply::new(status, reason, message).into_response())
}

/// Spoils the body of a response in its middle.
async fn spoil(fault: Fault, pause: Duration, response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(head, broken(Bytes::new()));
    };
    let (first, second) = (body.slice(..body.len() / 2), body.slice(body.len() / 2..));
    let body = match fault {
        Fault::BrokenConnection => broken(first),
        Fault::WrongBytes => {
            let wrong = flip(&second);
            head.headers.insert(CONTENT_LENGTH, (first.len() + wrong.len()).into());
            Body::from([&first[..], &wrong].concat())
        }
        _ => slow(first, pause, second),
    };
    Response::from_parts(head, body)
}

/// Flips a bit of the first byte; where there is none, makes one up.
fn flip(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    match bytes.first_mut() {
        Some(byte) => *byte ^= 1,
        None => bytes.push(0),
    }
    bytes
}

fn slow(first: Bytes, pause: Duration, second: Bytes) -> Body {
    let later = stream::once(async move {
        tokio::time::sleep(pause).await;
        io::Result::Ok(second)
    });
    Body::from_stream(stream::iter([Ok(first)]).chain(later))
}

/// A body that ends in an error. The error waits until what was sent is on its way.
fn broken(first: Bytes) -> Body {
    let error = stream::once(async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    Body::from_stream(stream::iter([io::Result::Ok(first)]).chain(error))
}

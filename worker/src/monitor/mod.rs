//! `/metrics` for Prometheus and `/health`, on this machine alone.

mod metrics;

pub use metrics::{Metrics, MetricsError};

use axum::{
    extract::State,
    http::{header, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
    Json, Router,
};
use serde_json::json;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// Why nothing can be observed.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen at {address} (monitor.listen): {reason}; choose a free loopback port")]
pub struct ListenError {
    address: SocketAddr,
    reason: io::Error,
}

/// A server that has its port.
#[derive(Debug)]
pub struct Monitor {
    listener: TcpListener,
    observed: Observed,
}

#[derive(Clone, Debug)]
struct Observed {
    metrics: Arc<Metrics>,
    stale: Duration,
}

impl Monitor {
    /// Takes the port. `stale` is how old the last block may be.
    pub async fn bind(
        address: SocketAddr,
        metrics: Arc<Metrics>,
        stale: Duration,
    ) -> Result<Self, ListenError> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|reason| ListenError { address, reason })?;
        let observed = Observed { metrics, stale };
        Ok(Self { listener, observed })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until the future is dropped.
    pub async fn serve(self) -> io::Result<()> {
        let router = Router::new()
            .route("/metrics", get(tell_metrics))
            .route("/health", get(tell_health))
            .with_state(self.observed);
        axum::serve(self.listener, router).await
    }
}

async fn tell_metrics(State(observed): State<Observed>) -> Response {
    match observed.metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// 200 while blocks come, 503 otherwise.
async fn tell_health(State(observed): State<Observed>) -> Response {
    let age = observed.metrics.age_of_block();
    let healthy = age.is_some_and(|age| age <= observed.stale);
    let status = match healthy {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = json!({
        "healthy": healthy,
        "seconds_since_block": age.map(|age| age.as_secs()),
        "best_block": observed.metrics.best_block(),
    });
    (status, Json(body)).into_response()
}

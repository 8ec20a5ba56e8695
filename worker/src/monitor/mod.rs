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
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "healthy": healthy,
        "seconds_since_block": age.map(|age| age.as_secs()),
        "best_block": observed.metrics.best_block(),
    });
    (status, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::{Notice, NoticeSink};
    use serde_json::Value;
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    const HOUR: Duration = Duration::from_secs(3600);

    /// What was answered to a request.
    struct Answer {
        /// Status line and headers, in lower case.
        head: String,
        body: String,
    }

    impl Answer {
        fn status(&self) -> &str {
            self.head.split(' ').nth(1).unwrap()
        }

        fn json(&self) -> Value {
            serde_json::from_str(&self.body).unwrap()
        }
    }

    /// Serves on a free port, and gives where.
    async fn served(metrics: &Arc<Metrics>, stale: Duration) -> SocketAddr {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let monitor = Monitor::bind(free, metrics.clone(), stale).await.unwrap();
        let address = monitor.address().unwrap();
        tokio::spawn(monitor.serve());
        address
    }

    fn ask(address: SocketAddr, path: &str) -> Answer {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(HOUR / 60)).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answer { head: head.to_lowercase(), body: body.to_owned() }
    }

    fn metrics_at_block(number: u32) -> Arc<Metrics> {
        let metrics = Arc::new(Metrics::new().unwrap());
        metrics.receive(&Notice::Block { number });
        metrics
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn prometheus_is_told_the_numbers() {
        let address = served(&metrics_at_block(7), HOUR).await;
        let answer = ask(address, "/metrics");
        assert_eq!(answer.status(), "200");
        let form = "content-type: text/plain; version=0.0.4";
        assert!(answer.head.contains(form), "{}", answer.head);
        for line in [
            "nocknock_worker_best_block 7",
            "nocknock_worker_node_up 1",
            "nocknock_worker_stakes_lost_total 0",
            "nocknock_worker_proof_seconds_count 0",
            "nocknock_worker_validation_accuracy 0",
        ] {
            let told = answer.body.lines().any(|told| told == line);
            assert!(told, "{line} is not in:\n{}", answer.body);
        }
        assert_eq!(ask(address, "/").status(), "404");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_worker_that_sees_blocks_is_healthy() {
        let address = served(&metrics_at_block(7), HOUR).await;
        let answer = ask(address, "/health");
        assert_eq!(answer.status(), "200");
        let told = answer.json();
        assert_eq!(told["healthy"], true);
        assert_eq!(told["best_block"], 7);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_worker_that_has_seen_no_block_is_not_healthy() {
        let metrics = Arc::new(Metrics::new().unwrap());
        let answer = ask(served(&metrics, HOUR).await, "/health");
        assert_eq!(answer.status(), "503");
        let told = answer.json();
        assert_eq!(told["healthy"], false);
        assert_eq!(told["seconds_since_block"], Value::Null);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_worker_whose_last_block_is_too_old_is_not_healthy() {
        let address = served(&metrics_at_block(7), Duration::ZERO).await;
        let answer = ask(address, "/health");
        assert_eq!(answer.status(), "503");
        let told = answer.json();
        assert_eq!(told["healthy"], false);
        assert_eq!(told["best_block"], 7);
        assert!(told["seconds_since_block"].is_u64(), "{told}");
    }
}

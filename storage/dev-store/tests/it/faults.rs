//! Injected faults as a client sees them.

use std::time::{Duration, Instant};

use nocknock_dev_store::{
    testing::{http, id_of, TestStore},
    Fault, FaultPlan, Requests,
};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn refusals_have_their_status_and_shape_for_as_many_requests_as_scripted() {
    let store = TestStore::start().await;
    let id = store.keep(b"hello").await;
    for (fault, status) in [
        (Fault::Unavailable, StatusCode::SERVICE_UNAVAILABLE),
        (Fault::GatewayTimeout, StatusCode::GATEWAY_TIMEOUT),
        (Fault::Blocked, StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS),
        (Fault::StaleNotFound, StatusCode::NOT_FOUND),
    ] {
        store.store.faults().next(fault, 2, Requests::All);
        for _ in 0..2 {
            let reply = store.get(&id).await;
            assert_eq!(reply.status, status);
            assert!(!reply.reason().is_empty());
        }
        assert_eq!(store.get(&id).await.body, b"hello", "after {fault:?}");
    }
}

#[tokio::test]
async fn too_many_requests_are_told_in_plain_text() {
    let store = TestStore::start().await;
    store.store.faults().next(Fault::TooManyRequests, 1, Requests::All);
    let reply = store.put("", &[1; 2_000_000]).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(reply.header("content-type").starts_with("text/plain"));
    assert!(reply.body.starts_with(b"Too Many Requests"));
}

#[tokio::test]
async fn wrong_bytes_have_the_right_length_and_another_id() {
    let store = TestStore::start().await;
    let id = store.keep(b"hello").await;
    store.store.faults().next(Fault::WrongBytes, 1, Requests::All);
    let reply = store.get(&id).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.body.len(), 5);
    assert_ne!(reply.body, b"hello");

    let empty = store.keep(b"").await;
    store.store.faults().next(Fault::WrongBytes, 1, Requests::All);
    assert_ne!(store.get(&empty).await.body, b"");
}

#[tokio::test]
async fn wrong_bytes_come_in_the_place_of_a_range_too() {
    let store = TestStore::start().await;
    let id = store.keep(b"hello").await;
    store.store.faults().next(Fault::WrongBytes, 1, Requests::All);
    let reply = store.get_range(&id, "bytes=1-3").await;
    assert_eq!(reply.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(reply.body.len(), 3);
    assert_ne!(reply.body, b"ell");
}

#[tokio::test]
async fn a_broken_connection_ends_in_the_middle_of_the_body() {
    let store = TestStore::start().await;
    let id = store.keep(&[4; 100_000]).await;
    store.store.faults().next(Fault::BrokenConnection, 1, Requests::All);
    let path = format!("/v1/blobs/{id}");
    let url = format!("{}{path}", store.store.url());
    let mut response = http().get(url).send().await.unwrap();
    assert_eq!(response.content_length(), Some(100_000));
    let mut received = 0;
    let error = loop {
        match response.chunk().await {
            Ok(Some(part)) => received += part.len(),
            Ok(None) => panic!("the body ended well after {received} bytes"),
            Err(error) => break error,
        }
    };
    assert_eq!(received, 50_000, "{error}");
    assert_eq!(store.get(&id).await.body, [4; 100_000]);
}

#[tokio::test]
async fn a_blob_sent_over_a_breaking_connection_is_stored_nevertheless() {
    let store = TestStore::start().await;
    store.store.faults().next(Fault::BrokenConnection, 1, Requests::Writes);
    let sent = store.try_send(Method::PUT, "/v1/blobs", &[], b"hello").await;
    assert!(sent.is_err(), "{sent:?}");
    assert_eq!(store.get(&id_of(b"hello")).await.body, b"hello");
}

#[tokio::test]
async fn a_slow_body_pauses_and_is_right() {
    let store = TestStore::with(|config| config.faults.slow_millis = 300).await;
    let id = store.keep(b"hello").await;
    store.store.faults().next(Fault::Slow, 1, Requests::All);
    let start = Instant::now();
    assert_eq!(store.get(&id).await.body, b"hello");
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn faults_are_set_over_http() {
    let store = TestStore::start().await;
    let id = store.keep(b"hello").await;
    let plan = json!({"rates": {"unavailable": 1.0}}).to_string();
    let headers = [("content-type", "application/json")];
    let put = |plan: String| {
        let store = &store;
        let headers = &headers;
        async move {
            let sent = store.try_send(Method::PUT, "/dev/faults", headers, plan.as_bytes());
            sent.await.unwrap()
        }
    };
    assert_eq!(put(plan).await.status, StatusCode::NO_CONTENT);
    assert_eq!(store.get(&id).await.status, StatusCode::SERVICE_UNAVAILABLE);
    let state = store.send(Method::GET, "/dev/faults", b"").await.json();
    assert_eq!(state["injected"], json!({"unavailable": 1}));
    assert_eq!(state["plan"]["rates"], json!({"unavailable": 1.0}));

    for bad in [r#"{"rates":{"unavailable":2}}"#, r#"{"rates":{"sunshine":1}}"#, "x"] {
        assert_eq!(put(bad.into()).await.reason(), "INVALID_FAULTS");
    }
    store.store.faults().clear();
    assert_eq!(store.get(&id).await.body, b"hello");
}

#[tokio::test]
async fn chance_hits_every_kind_of_fault_and_spares_the_rest() {
    let store = TestStore::with(|config| {
        config.faults = FaultPlan { slow_millis: 1, ..FaultPlan::uniform(0.5, 11) };
    })
    .await;
    let bytes = [8; 1000];
    let id = id_of(&bytes);
    while store.put("", &bytes).await.status != StatusCode::OK {}
    let path = format!("/v1/blobs/{id}");
    let mut right = 0;
    for _ in 0..200 {
        let reply = store.try_send(Method::GET, &path, &[], b"").await;
        right += usize::from(reply.is_ok_and(|r| r.status == StatusCode::OK && r.body == bytes));
    }
    assert!((70..170).contains(&right), "{right}");
    let injected = store.store.faults().injected();
    for fault in Fault::ALL {
        assert!(injected.contains_key(&fault), "{fault:?} in {injected:?}");
    }
}

//! The development store over HTTP, when nothing fails.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, SystemTime},
};

use jsonwebtoken::{encode, EncodingKey, Header};
use nocknock_dev_store::{
    testing::{few_shards, http, id_of, settings, Reply, TestStore},
    DevStore, JwtSecret, ManualClock, OpenError, ServeError,
};
use nocknock_storage::{speed::LeastSpeed, BlobId};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_stored_blob_is_read_under_its_real_id() {
    let store = TestStore::start().await;
    for bytes in [&b""[..], b"hello", &[7; 3_000_000]] {
        let id = store.keep(bytes).await;
        let reply = store.get(&id).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.body, bytes);
        assert_eq!(reply.header("content-length"), bytes.len().to_string());
        assert_eq!(reply.header("content-type"), "application/octet-stream");
    }
}

#[tokio::test]
async fn replies_have_the_shape_of_walrus() {
    let store = TestStore::start().await;
    let id = id_of(b"hello");
    let first = store.put("?epochs=3", b"hello").await.json();
    let blob_object = json!({
        "blobId": id.to_string(),
        "size": 5,
        "encodingType": "RS2",
        "certifiedEpoch": 1,
        "storage": {"startEpoch": 1, "endEpoch": 4},
        "deletable": true,
    });
    let created = json!({"newlyCreated": {"blobObject": blob_object, "cost": 0}});
    assert_eq!(first, created);
    let second = store.put("?epochs=2", b"hello").await.json();
    let known = json!({"alreadyCertified": {"blobId": id.to_string(), "endEpoch": 4}});
    assert_eq!(second, known);
}

#[tokio::test]
async fn a_longer_or_firmer_wish_is_newly_created() {
    let store = TestStore::start().await;
    let deletable =
        |reply: serde_json::Value| reply["newlyCreated"]["blobObject"]["deletable"].as_bool();
    assert_eq!(deletable(store.put("?epochs=2", b"x").await.json()), Some(true));
    assert_eq!(deletable(store.put("?epochs=3", b"x").await.json()), Some(true));
    let firm = store.put("?epochs=1&permanent=true", b"x").await.json();
    assert_eq!(deletable(firm), Some(false));
    let known = store.put("?epochs=1&permanent=true", b"x").await.json();
    assert_eq!(known["alreadyCertified"]["endEpoch"], 2);
}

#[tokio::test]
async fn only_deletable_blobs_can_be_deleted() {
    let store = TestStore::start().await;
    let permanent = store.keep(b"stays").await;
    store.put("", b"goes").await;
    let deletable = id_of(b"goes");
    let delete = |id: BlobId| {
        let store = &store;
        async move { store.send(Method::DELETE, &format!("/dev/blobs/{id}"), b"").await }
    };
    assert_eq!(delete(permanent).await.reason(), "BLOB_PERMANENT");
    assert_eq!(delete(deletable).await.status, StatusCode::NO_CONTENT);
    assert_eq!(delete(deletable).await.status, StatusCode::NOT_FOUND);
    assert_eq!(store.get(&deletable).await.reason(), "BLOB_NOT_FOUND");
    assert_eq!(store.get(&permanent).await.body, b"stays");
}

#[tokio::test]
async fn ranges_are_served() {
    let store = TestStore::start().await;
    let bytes: Vec<u8> = (0..2_500_000).map(|i| (i % 251) as u8).collect();
    let id = store.keep(&bytes).await;
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=1048570-1048585", 1_048_570, 1_048_586),
        ("bytes=2000000-", 2_000_000, 2_500_000),
        ("bytes=-10", 2_499_990, 2_500_000),
    ] {
        let reply = store.get_range(&id, range).await;
        assert_eq!(reply.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(reply.body, &bytes[from..to], "{range}");
        let part = format!("bytes {from}-{}/2500000", to - 1);
        assert_eq!(reply.header("content-range"), part);
    }
    let outside = store.get_range(&id, "bytes=2500000-").await;
    assert_eq!(outside.reason(), "INVALID_RANGE");
    assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(outside.header("content-range"), "bytes */2500000");
}

#[tokio::test]
async fn head_tells_the_length_without_a_body() {
    let store = TestStore::start().await;
    let id = store.keep(b"hello").await;
    let reply = store.send(Method::HEAD, &format!("/v1/blobs/{id}"), b"").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-length"), "5");
    assert!(reply.body.is_empty());
    let unknown = id_of(b"unknown");
    let reply = store.send(Method::HEAD, &format!("/v1/blobs/{unknown}"), b"").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_blob_expires_with_its_last_epoch() {
    const EPOCH: Duration = Duration::from_secs(60);
    let clock = Arc::new(ManualClock::new(SystemTime::now()));
    let store = TestStore::with(|config| {
        config.clock = clock.clone();
        config.epoch_length = EPOCH;
    })
    .await;
    let short = store.keep(b"one epoch").await;
    store.put("?epochs=2", b"two epochs").await;
    let long = id_of(b"two epochs");
    clock.advance(EPOCH);
    assert_eq!(store.store.epoch(), 2);
    assert_eq!(store.get(&short).await.reason(), "BLOB_NOT_FOUND");
    assert_eq!(store.get(&long).await.body, b"two epochs");

    store.store.remove_expired().unwrap();
    let file = |id: &BlobId| store.folder.path().join("blobs").join(id.to_string());
    assert!(!file(&short).exists() && file(&long).exists());
    let again = store.put("?epochs=1&permanent=true", b"one epoch").await.json();
    let storage = &again["newlyCreated"]["blobObject"]["storage"];
    assert_eq!(*storage, json!({"startEpoch": 2, "endEpoch": 3}));
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused_with_a_reason() {
    let store = TestStore::start().await;
    for (query, reason) in [
        ("?epochs=0", "INVALID_EPOCHS"),
        ("?epochs=54", "INVALID_EPOCHS"),
        ("?epochs=many", "INVALID_QUERY"),
        ("?permanent=true&deletable=true", "INVALID_QUERY"),
    ] {
        let reply = store.put(query, b"x").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert_eq!(reply.reason(), reason, "{query}");
    }
    let reply = store.send(Method::GET, "/v1/blobs/short", b"").await;
    assert_eq!(reply.reason(), "INVALID_BLOB_ID");
    assert!(reply.json()["error"]["message"].as_str().unwrap().contains("43"));
    let reply = store.send(Method::GET, "/v2/blobs", b"").await;
    assert_eq!(reply.reason(), "UNKNOWN_PATH");
    let reply = store.get(&id_of(b"never stored")).await;
    assert_eq!(reply.reason(), "BLOB_NOT_FOUND");
    assert_eq!(reply.json()["error"]["status"], "NOT_FOUND");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_leaves_nothing() {
    let store = TestStore::with(|config| config.max_blob_len = 1_500_000).await;
    assert_eq!(store.put("", &[1; 1_500_000]).await.status, StatusCode::OK);
    for len in [1_500_001, 20_000_000] {
        let reply = store.put("", &vec![2; len]).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(reply.reason(), "BLOB_TOO_LARGE");
    }
    let incoming = store.folder.path().join("incoming");
    assert_eq!(incoming.read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn many_at_once_can_store_the_same_blob() {
    let store = TestStore::start().await;
    let bytes = vec![9; 300_000];
    let puts = (0..16).map(|_| store.put("?permanent=true", &bytes));
    let replies = futures::future::join_all(puts).await;
    let created = |reply: &Reply| reply.json()["newlyCreated"].is_object();
    assert!(replies.iter().all(|reply| reply.status == StatusCode::OK));
    assert_eq!(replies.iter().filter(|reply| created(reply)).count(), 1);
    assert_eq!(store.get(&id_of(&bytes)).await.body, bytes);
}

#[tokio::test]
async fn blobs_survive_a_restart() {
    let store = TestStore::start().await;
    let id = store.keep(b"hello").await;
    let unfinished = store.folder.path().join("incoming/unfinished");
    std::fs::write(&unfinished, b"half of someth").unwrap();
    let nameless = store.folder.path().join("blobs").join(id_of(b"x").to_string());
    std::fs::write(&nameless, b"x").unwrap();
    let store = store.restart(|_| {}).await;
    assert_eq!(store.get(&id).await.body, b"hello");
    assert!(!unfinished.exists() && !nameless.exists());
    let known = store.put("?epochs=1&permanent=true", b"hello").await.json();
    assert!(known["alreadyCertified"].is_object());
}

#[tokio::test]
async fn a_folder_is_served_by_one_process_with_the_settings_it_was_made_with() {
    let store = TestStore::start().await;
    let second = DevStore::serve(settings(&store.folder)).await.unwrap_err();
    assert!(matches!(second, ServeError::Open(OpenError::InUse(_))), "{second}");
    let folder = store.folder;
    store.store.shutdown().await.unwrap();
    let mut other = settings(&folder);
    other.shards = nocknock_storage::blob_id::ShardCount::WALRUS;
    let error = DevStore::serve(other).await.unwrap_err();
    assert!(error.to_string().contains("made for 16 shards"), "{error}");
}

#[tokio::test]
async fn an_address_that_others_can_reach_needs_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let mut open = settings(&folder);
    open.listen = "0.0.0.0:0".parse().unwrap();
    let error = DevStore::serve(open.clone()).await.unwrap_err();
    assert!(matches!(error, ServeError::NotLoopback(_)), "{error}");

    open.allow_remote = true;
    let store = DevStore::serve(open).await.unwrap();
    let local = format!("http://127.0.0.1:{}", store.address().port());
    let status = |path: &str| http().get(format!("{local}{path}")).send();
    assert_eq!(status("/dev/status").await.unwrap().status(), 200);
    assert_eq!(status("/dev/faults").await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_status_says_what_the_store_is() {
    let store = TestStore::start().await;
    let status = store.send(Method::GET, "/dev/status", b"").await.json();
    let notice = status["notice"].as_str().unwrap();
    assert!(notice.contains("without Walrus's availability guarantees"));
    assert_eq!(status["shards"], few_shards().get());
}

fn bearer(jti: &str, exp: u64) -> String {
    let key = EncodingKey::from_secret(b"key");
    let claims = json!({"jti": jti, "exp": exp});
    format!("Bearer {}", encode(&Header::default(), &claims, &key).unwrap())
}

#[tokio::test]
async fn an_authenticated_store_takes_each_token_once() {
    let store = TestStore::with(|config| {
        config.jwt_secret = Some(JwtSecret::new(&b"key"[..]));
    })
    .await;
    let put = |token: String| {
        let store = &store;
        async move {
            let headers = [("authorization", token.as_str())];
            let reply = store.try_send(Method::PUT, "/v1/blobs", &headers, b"x");
            reply.await.unwrap()
        }
    };
    const FAR: u64 = 1 << 40;
    assert_eq!(store.put("", b"x").await.reason(), "TOKEN_MISSING");
    assert_eq!(put(bearer("a", FAR)).await.status, StatusCode::OK);
    assert_eq!(put(bearer("a", FAR)).await.reason(), "TOKEN_USED");
    assert_eq!(put(bearer("b", FAR)).await.status, StatusCode::OK);
    let expired = put(bearer("c", 1)).await;
    assert_eq!(expired.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(expired.reason(), "TOKEN_EXPIRED");
    assert_eq!(put("Bearer x".into()).await.reason(), "TOKEN_INVALID");
    assert_eq!(store.get(&id_of(b"x")).await.body, b"x");
}

async fn put_quilt(store: &TestStore, files: &[(&str, &[u8])]) -> Reply {
    let mut form = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n"
        );
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--edge--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=edge")];
    let sent = store.try_send(Method::PUT, "/v1/quilts?permanent=true", &headers, &form);
    sent.await.unwrap()
}

#[tokio::test]
async fn files_of_a_quilt_are_read_by_name() {
    let store = TestStore::start().await;
    let long = vec![5; 1_200_000];
    let reply = put_quilt(&store, &[("a.csv", b"1,2"), ("b", &long), ("_metadata", b"[]")]).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let json = reply.json();
    let names = json!([{"identifier": "a.csv"}, {"identifier": "b"}]);
    assert_eq!(json["storedQuiltBlobs"], names);
    let object = &json["blobStoreResult"]["newlyCreated"]["blobObject"];
    let quilt = object["blobId"].as_str().unwrap();
    let member = |name: &str| {
        let path = format!("/v1/blobs/by-quilt-id/{quilt}/{name}");
        let store = &store;
        async move { store.send(Method::GET, &path, b"").await }
    };
    assert_eq!(member("a.csv").await.body, b"1,2");
    assert_eq!(member("b").await.body, long);
    assert_eq!(member("c").await.reason(), "QUILT_PATCH_NOT_FOUND");
    let whole = store.get(&quilt.parse().unwrap()).await.body;
    assert_eq!(id_of(&whole).to_string(), quilt);
}

#[tokio::test]
async fn what_is_no_quilt_is_refused() {
    let store = TestStore::start().await;
    assert_eq!(put_quilt(&store, &[]).await.reason(), "INVALID_QUILT");
    let no_form = store.send(Method::PUT, "/v1/quilts", b"a").await;
    assert_eq!(no_form.reason(), "INVALID_FORM");
    let twice = put_quilt(&store, &[("a", b"1"), ("a", b"2")]).await;
    assert_eq!(twice.reason(), "INVALID_QUILT");
    let plain = store.keep(b"no quilt").await;
    let path = format!("/v1/blobs/by-quilt-id/{plain}/a");
    let reply = store.send(Method::GET, &path, b"").await;
    assert_eq!(reply.reason(), "INVALID_QUILT");
}

/// A sender that stops in its middle would otherwise hold the connection for ever.
#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let within = Duration::from_millis(200);
    let store =
        TestStore::with(|config| config.least_speed = LeastSpeed { bytes: 1 << 20, within }).await;
    let form = "content-type: multipart/form-data; boundary=edge\r\n";
    for (path, header) in [("/v1/blobs", ""), ("/v1/quilts", form)] {
        let address = store.store.address();
        let head = format!("PUT {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 999\r\n{header}\r\n");
        let exchange = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(b"--edge\r\n").unwrap();
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).unwrap();
            answer
        };
        let answer = tokio::task::spawn_blocking(exchange).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 408", "{path}");
    }
    let left = store.folder.path().join("incoming").read_dir().unwrap().count();
    assert_eq!(left, 0, "what had come is dropped");
}

//! The client against the development store.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use nocknock_dev_store::{
    testing::{id_of, pattern, TestStore},
    Fault, JwtSecret, Requests,
};
use nocknock_storage::{
    blob_id::{blob_id, ShardCount},
    cache::ContentHash,
    client::{
        Client, ClientConfig, ClientError, FetchOptions, Payload, Progress, PutOptions, Role,
        SharedSecretTokens, Stage,
    },
};
use reqwest::Method;

use crate::support::{client, config, failures, files_in, keep};

#[tokio::test]
async fn what_was_stored_comes_back_under_its_own_id() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    for content in [vec![], b"hello".to_vec(), pattern(300_000)] {
        let stored = client.put(content.clone(), &keep()).await.unwrap();
        assert_eq!(stored.id, id_of(&content));
        assert_eq!(stored.size, content.len() as u64);
        assert_eq!(stored.receipt.deletable, Some(false), "permanent by default");
        let bytes = client.get(&stored.id, &FetchOptions::default()).await;
        assert!(bytes.unwrap() == content);
    }
}

#[tokio::test]
async fn the_shard_count_of_the_public_networks_works_too() {
    let store = TestStore::with(|config| config.shards = ShardCount::WALRUS).await;
    let url = store.store.url();
    let client =
        Client::new(ClientConfig { shards: ShardCount::WALRUS, ..config(&[&url]) }).unwrap();
    let stored = client.put(b"hello".to_vec(), &keep()).await.unwrap();
    assert_eq!(stored.id, blob_id(b"hello", ShardCount::WALRUS).unwrap());
    let bytes = client.get(&stored.id, &FetchOptions::default()).await;
    assert_eq!(bytes.unwrap(), "hello");
}

#[tokio::test]
async fn files_are_stored_and_fetched_as_files() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let folder = tempfile::tempdir().unwrap();
    let (source, copy) = (folder.path().join("source"), folder.path().join("copy"));
    fs::write(&source, pattern(500_000)).unwrap();
    let stored = client.put_file(&source, &keep()).await.unwrap();
    fs::write(&copy, "something older").unwrap();
    client.get_to_file(&stored.id, &copy, &FetchOptions::default()).await.unwrap();
    assert!(fs::read(&copy).unwrap() == pattern(500_000));
    assert_eq!(files_in(&folder).len(), 2, "nothing is left beside them");
}

#[tokio::test]
async fn a_blob_that_was_stored_before_keeps_its_first_term() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let first = client.put(b"hello".to_vec(), &keep()).await.unwrap();
    let second = client.put(b"hello".to_vec(), &keep()).await.unwrap();
    assert!(!first.receipt.already_certified && second.receipt.already_certified);
    assert_eq!(first.receipt.end_epoch, second.receipt.end_epoch);
}

#[tokio::test]
async fn deletable_storage_has_to_be_asked_for() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let options = PutOptions { permanent: false, ..keep() };
    let stored = client.put(b"hello".to_vec(), &options).await.unwrap();
    assert_eq!(stored.receipt.deletable, Some(true));
}

#[tokio::test]
async fn the_size_of_a_blob_is_asked_for_without_reading_it() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let id = store.keep(b"hello").await;
    assert_eq!(client.head(&id).await.unwrap().size, Some(5));
    let missing = id_of(b"missing");
    let error = client.head(&missing).await.unwrap_err();
    assert_eq!(failures(&error, &missing)[0].tries, 1, "{error}");
}

#[tokio::test]
async fn a_cached_blob_needs_no_service() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let id = store.keep(b"hello").await;
    client.get(&id, &FetchOptions::default()).await.unwrap();
    store.store.shutdown().await.unwrap();
    let bytes = client.get(&id, &FetchOptions::default()).await.unwrap();
    assert_eq!(bytes, "hello");
}

#[tokio::test]
async fn a_cached_blob_that_was_changed_on_disk_is_fetched_again() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let id = store.keep(b"hello").await;
    client.get(&id, &FetchOptions::default()).await.unwrap();
    let blobs = client.cache().root().join("blobs");
    let path = blobs.join(format!("{id}.{}", client.config().shards));
    fs::write(&path, "hellO").unwrap();
    let bytes = client.get(&id, &FetchOptions::default()).await.unwrap();
    assert_eq!(bytes, "hello");
    assert_eq!(fs::read(&path).unwrap(), b"hello");
}

#[tokio::test]
async fn many_tasks_that_want_one_blob_share_one_download() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let id = store.keep(&pattern(100_000)).await;
    let get = || {
        let client = client.clone();
        tokio::spawn(async move { client.get(&id, &FetchOptions::default()).await })
    };
    let tasks: Vec<_> = (0..16).map(|_| get()).collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap() == pattern(100_000));
    }
    let successes = client.health()[0].1.successes;
    assert!(successes >= 1, "{successes}");
    assert_eq!(client.cache().usage().unwrap().blobs, 1);
}

#[tokio::test]
async fn quilt_members_are_checked_by_hash_or_taken_on_trust() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let form =
        "--edge\r\ncontent-disposition: form-data; name=\"a b.csv\"\r\n\r\n1,2\r\n--edge--\r\n";
    let headers = [("content-type", "multipart/form-data; boundary=edge")];
    let path = "/v1/quilts?permanent=true";
    let reply = store.try_send(Method::PUT, path, &headers, form.as_bytes());
    let json = reply.await.unwrap().json();
    let quilt = &json["blobStoreResult"]["newlyCreated"]["blobObject"]["blobId"];
    let quilt = quilt.as_str().unwrap().parse().unwrap();
    let options = FetchOptions::default();

    let member = client.quilt_member(&quilt, "a b.csv", &options).await;
    let member = member.unwrap();
    assert_eq!(member.clone().check(&ContentHash::of(b"1,2")).unwrap(), "1,2");
    let wrong = member.clone().check(&ContentHash::of(b"1,3")).unwrap_err();
    assert_eq!(wrong.found, ContentHash::of(b"1,2"));
    assert_eq!(member.trust_aggregator(), "1,2");

    let missing = client.quilt_member(&quilt, "b", &options).await.unwrap_err();
    assert!(failures(&missing, &quilt)[0].to_string().contains("404"));
    for name in ["", ".", ".."] {
        let refused = client.quilt_member(&quilt, name, &options).await;
        assert!(matches!(refused, Err(ClientError::Identifier(_))), "{name}");
    }
    let limited = FetchOptions { largest: Some(2), ..options };
    let error = client.quilt_member(&quilt, "a b.csv", &limited).await;
    assert!(error.unwrap_err().to_string().contains("limit of 2"));
}

#[tokio::test]
async fn a_publisher_that_asks_for_tokens_gets_a_new_one_for_each_try() {
    let secret = &b"the publisher's secret"[..];
    let store = TestStore::with(|config| config.jwt_secret = Some(JwtSecret::new(secret))).await;
    let url = store.store.url();

    let without = client(&[&url]);
    let error = without.put(b"hello".to_vec(), &keep()).await.unwrap_err();
    let failure = &failures(&error, &id_of(b"hello"))[0];
    assert_eq!((failure.role, failure.tries), (Role::Publisher, 1));
    assert!(error.to_string().contains("give a token"), "{error}");

    let with = Client::new(ClientConfig {
        tokens: Some(Arc::new(SharedSecretTokens::new(secret))),
        ..config(&[&url])
    })
    .unwrap();
    store.store.faults().next(Fault::Unavailable, 1, Requests::Writes);
    with.put(b"hello".to_vec(), &keep()).await.unwrap();
    // The store has used this try's token up when it breaks the connection off.
    store.store.faults().next(Fault::BrokenConnection, 1, Requests::Writes);
    with.put(b"world".to_vec(), &keep()).await.unwrap();
}

#[tokio::test]
async fn a_blob_is_refused_that_a_publisher_of_another_network_stores() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let client =
        Client::new(ClientConfig { shards: ShardCount::new(7).unwrap(), ..config(&[&url]) })
            .unwrap();
    let id = blob_id(b"hello", ShardCount::new(7).unwrap()).unwrap();
    let error = client.put(b"hello".to_vec(), &keep()).await.unwrap_err();
    assert_eq!(failures(&error, &id)[0].tries, 1, "{error}");
    let text = error.to_string();
    assert!(text.contains(&id_of(b"hello").to_string()), "{text}");
    assert!(text.contains("shard count"), "{text}");
}

#[tokio::test]
async fn what_is_too_large_to_store_is_refused_before_anything_is_sent() {
    let client = Client::new(ClientConfig { largest_upload: 4, ..config(&[]) }).unwrap();
    let error = client.put(b"hello".to_vec(), &keep()).await.unwrap_err();
    assert!(matches!(error, ClientError::TooLarge { size: 5, limit: 4, .. }), "{error}");
}

#[tokio::test]
async fn a_publisher_that_takes_less_says_so() {
    let store = TestStore::with(|config| config.max_blob_len = 1000).await;
    let client = client(&[&store.store.url()]);
    let content = pattern(1001);
    let error = client.put(content.clone(), &keep()).await.unwrap_err();
    let failure = &failures(&error, &id_of(&content))[0];
    assert_eq!(failure.tries, 1);
    assert!(failure.to_string().contains("413"), "{failure}");
}

#[tokio::test]
async fn a_client_without_services_says_what_is_missing() {
    let client = client(&[]);
    let id = id_of(b"hello");
    let error = client.get(&id, &FetchOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("no aggregator"), "{error}");
    let error = client.put(b"hello".to_vec(), &keep()).await.unwrap_err();
    assert!(error.to_string().contains("no publisher"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_missing_or_vanishes_is_named() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone");
    let error = client.put_file(&path, &keep()).await.unwrap_err();
    assert!(matches!(error, ClientError::File { .. }), "{error}");

    fs::write(&path, "hello").unwrap();
    let payload = Payload::from_file(&path).unwrap();
    let vanish = path.clone();
    let progress = Progress::to(move |step| {
        if step.stage == Stage::Hashing {
            fs::remove_file(&vanish).unwrap();
        }
    });
    let options = PutOptions { progress, ..keep() };
    let error = client.put(payload, &options).await.unwrap_err();
    assert!(error.to_string().contains("gone"), "{error}");
}

#[tokio::test]
async fn progress_is_told_step_by_step() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let steps = Arc::new(Mutex::new(Vec::new()));
    let log = steps.clone();
    let progress = Progress::to(move |step| log.lock().unwrap().push(step));
    let options = PutOptions { progress: progress.clone(), ..keep() };
    let stored = client.put(pattern(400_000), &options).await.unwrap();
    let options = FetchOptions { progress, ..FetchOptions::default() };
    client.get(&stored.id, &options).await.unwrap();

    let steps = steps.lock().unwrap();
    for stage in [Stage::Hashing, Stage::Uploading, Stage::Downloading, Stage::Checking] {
        let of_stage: Vec<_> = steps.iter().filter(|step| step.stage == stage).collect();
        let done: Vec<u64> = of_stage.iter().map(|step| step.done).collect();
        assert!(done.is_sorted(), "{stage:?} {done:?}");
        assert!(of_stage.iter().all(|step| step.total == Some(400_000)), "{stage:?}");
        if matches!(stage, Stage::Uploading | Stage::Downloading) {
            assert_eq!(done.last(), Some(&400_000));
        }
    }
}

//! Stored files that change behind the store's back.

use std::{fs, path::PathBuf};

use nocknock_dev_store::{
    check_folder,
    testing::{id_of, TestStore},
    Finding,
};
use nocknock_storage::BlobId;
use reqwest::StatusCode;

fn file(store: &TestStore, id: &BlobId) -> PathBuf {
    store.folder.path().join("blobs").join(id.to_string())
}

#[tokio::test]
async fn a_change_of_any_byte_is_detected_and_mended_by_storing_again() {
    let store = TestStore::start().await;
    let bytes: Vec<u8> = (0..97).collect();
    let id = store.keep(&bytes).await;
    for position in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[position] ^= 1 << (position % 8);
        fs::write(file(&store, &id), &changed).unwrap();
        let reply = store.get(&id).await;
        assert_eq!(reply.reason(), "BLOB_DAMAGED", "byte {position}");
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    store.keep(&bytes).await;
    assert_eq!(store.get(&id).await.body, bytes);
}

#[tokio::test]
async fn a_change_of_length_is_detected() {
    let store = TestStore::start().await;
    let id = store.keep(b"12345").await;
    for changed in [&b""[..], b"1234", b"123450"] {
        fs::write(file(&store, &id), changed).unwrap();
        assert_eq!(store.get(&id).await.reason(), "BLOB_DAMAGED");
        let range = store.get_range(&id, "bytes=0-1").await;
        assert_eq!(range.reason(), "BLOB_DAMAGED");
    }
}

#[tokio::test]
async fn damage_anywhere_in_a_long_blob_is_detected_before_its_first_byte() {
    let store = TestStore::start().await;
    let bytes = vec![3; 3_200_000];
    let id = store.keep(&bytes).await;
    for position in [0, 1_048_575, 1_048_576, 2_000_000, 3_199_999] {
        let mut changed = bytes.clone();
        changed[position] ^= 0x80;
        fs::write(file(&store, &id), &changed).unwrap();
        assert_eq!(store.get(&id).await.reason(), "BLOB_DAMAGED");
        let range = format!("bytes={position}-{position}");
        let reply = store.get_range(&id, &range).await;
        assert_eq!(reply.reason(), "BLOB_DAMAGED");
    }
}

#[tokio::test]
async fn a_damaged_record_is_an_error_until_the_blob_is_stored_again() {
    let store = TestStore::start().await;
    let id = store.keep(b"hello").await;
    let record = file(&store, &id).with_extension("json");
    for damaged in [&b""[..], b"{}", b"\xff"] {
        fs::write(&record, damaged).unwrap();
        assert_eq!(store.get(&id).await.reason(), "STORE_FAILED");
    }
    let store = store.restart(|_| {}).await;
    store.keep(b"hello").await;
    assert_eq!(store.get(&id).await.body, b"hello");
}

#[tokio::test]
async fn bytes_that_are_gone_are_not_found() {
    let store = TestStore::start().await;
    let id = store.keep(b"hello").await;
    fs::remove_file(file(&store, &id)).unwrap();
    assert_eq!(store.get(&id).await.reason(), "BLOB_NOT_FOUND");
}

#[tokio::test]
async fn a_check_computes_every_id_again() {
    let store = TestStore::start().await;
    let intact = store.keep(b"intact").await;
    let damaged = store.keep(b"damaged").await;
    let gone = store.keep(b"gone").await;
    fs::write(file(&store, &damaged), b"changed").unwrap();
    fs::remove_file(file(&store, &gone)).unwrap();
    let folder = store.folder;
    store.store.shutdown().await.unwrap();

    let findings = check_folder(folder.path()).unwrap();
    assert_eq!(findings.len(), 3);
    for (id, finding) in findings {
        match finding {
            Finding::Intact => assert_eq!(id, intact),
            Finding::Damaged(actual) => assert_eq!((id, actual), (damaged, id_of(b"changed"))),
            Finding::Unreadable(_) => assert_eq!(id, gone),
        }
    }
}

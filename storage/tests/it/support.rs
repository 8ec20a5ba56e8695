//! A client with short patience, and what a failed operation has to say.

use std::{path::PathBuf, time::Duration};

use nocknock_dev_store::testing::few_shards;
use nocknock_storage::{
    client::{Client, ClientConfig, ClientError, Failure, PutOptions, RetryPolicy, Timeouts},
    BlobId,
};
use tempfile::TempDir;

/// Settings for the services at `urls`, with pauses that tests can wait for.
pub(crate) fn config(urls: &[&str]) -> ClientConfig {
    let urls: Vec<String> = urls.iter().map(ToString::to_string).collect();
    ClientConfig {
        shards: few_shards(),
        aggregators: urls.clone(),
        publishers: urls,
        retry: RetryPolicy {
            rounds: 3,
            first_pause: Duration::from_millis(2),
            longest_pause: Duration::from_millis(20),
            stale_window: Duration::from_secs(20),
        },
        timeouts: Timeouts {
            answer: Duration::from_secs(20),
            idle: Duration::from_secs(20),
            total: Duration::from_secs(60),
            ..Timeouts::default()
        },
        ..ClientConfig::default()
    }
}

pub(crate) fn client(urls: &[&str]) -> Client {
    Client::new(config(urls)).unwrap()
}

pub(crate) fn keep() -> PutOptions {
    PutOptions::new(2.try_into().unwrap())
}

/// The failures of an operation that no endpoint did, after a check that the text tells the user
/// what they need: the blob, each endpoint and some advice.
pub(crate) fn failures(error: &ClientError, id: &BlobId) -> Vec<Failure> {
    let ClientError::Endpoints { failures, .. } = error else {
        panic!("not a failure of endpoints: {error}");
    };
    let text = error.to_string();
    assert!(text.contains(&id.to_string()), "{text}");
    assert!(!failures.is_empty(), "{text}");
    for failure in failures {
        assert!(text.contains(&failure.endpoint), "{text}");
        let advice = failure.fault.advice(failure.role);
        assert!(!advice.is_empty() && text.contains(advice), "{text}");
    }
    failures.clone()
}

/// The files in a folder, hidden ones included.
pub(crate) fn files_in(folder: &TempDir) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

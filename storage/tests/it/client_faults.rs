//! Every fault that the development store injects, in turn.

use std::fs;

use nocknock_dev_store::{
    testing::{id_of, pattern, TestStore},
    Fault, FaultPlan, Requests,
};
use nocknock_storage::client::{self, Client, ClientConfig, ClientError, FetchOptions, GaveUp};

use crate::support::{client, config, failures, files_in, keep};

/// Whether one occurrence of a fault may be followed by success, for a blob that is not fresh.
fn passes(fault: Fault) -> bool {
    !matches!(fault, Fault::Blocked | Fault::StaleNotFound)
}

#[tokio::test]
async fn a_fault_that_passes_costs_a_try_and_one_that_lasts_is_reported_at_once() {
    for fault in Fault::ALL {
        let store = TestStore::start().await;
        let url = store.store.url();
        let client = client(&[&url]);
        let content = pattern(50_000);
        let id = store.keep(&content).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blob");
        store.store.faults().next(fault, 1, Requests::Reads);

        let result = client.get_to_file(&id, &path, &FetchOptions::default()).await;
        assert_eq!(store.store.faults().injected()[&fault], 1, "{fault:?}");
        match result {
            Ok(()) => {
                assert!(passes(fault), "{fault:?}");
                assert!(fs::read(&path).unwrap() == content, "{fault:?}");
            }
            Err(error) => {
                assert!(!passes(fault), "{fault:?}: {error}");
                let failure = &failures(&error, &id)[0];
                assert_eq!((failure.endpoint.as_str(), failure.tries), (url.as_str(), 1));
                assert!(files_in(&folder).is_empty(), "{fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_fault_that_never_ends_gives_an_error_and_no_file() {
    for fault in Fault::ALL {
        let store = TestStore::start().await;
        let url = store.store.url();
        let client = client(&[&url]);
        let content = pattern(50_000);
        let id = store.keep(&content).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blob");
        fs::write(&path, "an older file").unwrap();
        let plan =
            FaultPlan { rates: [(fault, 1.0)].into(), slow_millis: 20, ..FaultPlan::default() };
        store.store.faults().set(plan).unwrap();

        let result = client.get_to_file(&id, &path, &FetchOptions::default()).await;
        match result {
            // A slow body, and one that breaks off further on each time, arrive in the end.
            Ok(()) => {
                assert!(matches!(fault, Fault::Slow | Fault::BrokenConnection), "{fault:?}");
                assert!(fs::read(&path).unwrap() == content, "{fault:?}");
            }
            Err(error) => {
                assert_ne!(fault, Fault::Slow);
                let failure = &failures(&error, &id)[0];
                assert_eq!(failure.endpoint, url);
                assert_eq!(failure.tries, if passes(fault) { 3 } else { 1 }, "{error}");
                assert_eq!(fs::read(&path).unwrap(), b"an older file");
                assert_eq!(files_in(&folder).len(), 1, "{fault:?}");
            }
        }

        store.store.faults().clear();
        client.get_to_file(&id, &path, &FetchOptions::default()).await.unwrap();
        assert!(fs::read(&path).unwrap() == content, "{fault:?}");
    }
}

#[tokio::test]
async fn each_fault_has_its_own_type() {
    for fault in Fault::ALL {
        let store = TestStore::start().await;
        let url = store.store.url();
        let mut config = config(&[&url]);
        config.retry.rounds = 1;
        let client = Client::new(config).unwrap();
        let id = store.keep(&pattern(5000)).await;
        store.store.faults().next(fault, 1, Requests::Reads);
        let result = client.get(&id, &FetchOptions::default()).await;
        if fault == Fault::Slow {
            assert!(result.is_ok());
            continue;
        }
        let error = result.unwrap_err();
        let found = &failures(&error, &id)[0].fault;
        let status = |expected: u16| matches!(found, client::Fault::Status { status, .. } if *status == expected);
        assert!(
            match fault {
                Fault::Unavailable => status(503),
                Fault::GatewayTimeout => status(504),
                Fault::TooManyRequests => status(429),
                Fault::Blocked => status(451),
                Fault::StaleNotFound => status(404),
                Fault::WrongBytes => matches!(found, client::Fault::WrongBytes { .. }),
                Fault::BrokenConnection => matches!(found, client::Fault::Broken { .. }),
                Fault::Slow => false,
            },
            "{fault:?}: {error}"
        );
    }
}

#[tokio::test]
async fn uploads_survive_what_passes_and_report_what_lasts() {
    for fault in [
        Fault::Unavailable,
        Fault::GatewayTimeout,
        Fault::TooManyRequests,
        Fault::Blocked,
        Fault::Slow,
        Fault::BrokenConnection,
    ] {
        let store = TestStore::start().await;
        let url = store.store.url();
        let client = client(&[&url]);
        store.store.faults().next(fault, 1, Requests::Writes);
        let result = client.put(pattern(50_000), &keep()).await;
        let id = id_of(&pattern(50_000));
        match result {
            Ok(stored) => {
                assert!(passes(fault), "{fault:?}");
                assert_eq!(stored.id, id);
                assert!(store.get(&id).await.body == pattern(50_000));
            }
            Err(error) => {
                assert_eq!(fault, Fault::Blocked, "{error}");
                assert_eq!(failures(&error, &id)[0].tries, 1);
            }
        }
    }
}

#[tokio::test]
async fn a_blob_of_ones_own_is_waited_for_while_aggregators_do_not_know_it() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let stored = client.put(pattern(100), &keep()).await.unwrap();
    // More often than a fault is tried again otherwise.
    store.store.faults().next(Fault::StaleNotFound, 8, Requests::Reads);
    let bytes = client.get(&stored.id, &FetchOptions::default()).await;
    assert!(bytes.unwrap() == pattern(100));
}

#[tokio::test]
async fn a_blob_that_others_certified_just_now_is_waited_for_on_request() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let id = store.keep(&pattern(100)).await;
    store.store.faults().next(Fault::StaleNotFound, 8, Requests::Reads);
    let options = FetchOptions { just_certified: true, ..FetchOptions::default() };
    assert!(client.get(&id, &options).await.unwrap() == pattern(100));
}

#[tokio::test]
async fn waiting_for_a_fresh_blob_ends_with_the_window() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let mut config = config(&[&url]);
    // Long enough for a second try on a busy machine.
    config.retry.stale_window = std::time::Duration::from_secs(3);
    let client = Client::new(config).unwrap();
    let id = id_of(b"never stored");
    let options = FetchOptions { just_certified: true, ..FetchOptions::default() };
    let error = client.get(&id, &options).await.unwrap_err();
    assert!(failures(&error, &id)[0].tries > 1, "{error}");
    assert!(matches!(error, ClientError::Endpoints { gave_up: GaveUp::NobodyLeft, .. }), "{error}");
}

#[tokio::test]
async fn a_blob_that_was_damaged_in_the_store_does_not_come_through() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let content = pattern(2000);
    let id = store.keep(&content).await;
    for place in [0, 999, 1999] {
        for file in files_with(store.folder.path(), &content) {
            let mut damaged = content.clone();
            damaged[place] ^= 1;
            fs::write(&file, damaged).unwrap();
            let error = client(&[&url]).get(&id, &FetchOptions::default()).await;
            failures(&error.unwrap_err(), &id);
            fs::write(&file, &content).unwrap();
        }
    }
    assert!(client(&[&url]).get(&id, &FetchOptions::default()).await.is_ok());
}

/// Files below a folder that hold exactly `content`; there is at least one.
fn files_with(folder: &std::path::Path, content: &[u8]) -> Vec<std::path::PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read(&path).unwrap() == content {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "the store keeps blobs as they are");
    found
}

#[tokio::test]
async fn faults_of_one_service_are_made_up_for_by_another() {
    for fault in Fault::ALL {
        let (bad, good) = (TestStore::start().await, TestStore::start().await);
        let content = pattern(3000);
        let id = bad.keep(&content).await;
        good.keep(&content).await;
        bad.store.faults().next(fault, 100, Requests::Reads);
        let mut config: ClientConfig = config(&[&bad.store.url(), &good.store.url()]);
        config.retry.rounds = 1;
        let client = Client::new(config).unwrap();
        let bytes = client.get(&id, &FetchOptions::default()).await.unwrap();
        assert!(bytes == content, "{fault:?}");
    }
}

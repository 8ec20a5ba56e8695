//! Folders to manifests and back, through the development store.

use std::{
    collections::HashSet,
    fs,
    num::NonZeroU64,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use nocknock_dev_store::{
    testing::{few_shards, id_of, pattern, TestStore},
    Fault, FaultPlan, Requests,
};
use nocknock_storage::{
    blob_id::ShardCount,
    client::{Client, ClientConfig, FetchOptions},
    manifest::{
        fetch_folder, fetch_manifest, pack_folder, plan_folder, verify_folder, ContentHash, Entry,
        FetchEntryError, FetchFolderError, FetchFolderOptions, Format, Manifest, PackError,
        PackOptions, Packed, Role, Shard,
    },
};
use tempfile::TempDir;

use crate::support::{client, config, keep};

fn options(shard_size: u64) -> PackOptions {
    PackOptions { shard_size: NonZeroU64::new(shard_size).unwrap(), ..PackOptions::default() }
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A small data set with a file of each kind.
fn data_set() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let array = [&b"\x93NUMPY\x01\x00"[..], &pattern(700)].concat();
    let tensors = [&2u64.to_le_bytes()[..], b"{}", &pattern(90)].concat();
    for (name, content) in [
        ("train/digits.csv", pattern(2500)),
        ("train/more/digits.npy", array),
        ("test/digits.parquet", b"PAR1 data and footer PAR1".to_vec()),
        ("model/weights.safetensors", tensors),
        ("image/worker.qcow2", pattern(1000)),
        ("README.md", b"# Digits".to_vec()),
        ("train/empty.csv", vec![]),
    ] {
        write(folder.path(), name, &content);
    }
    folder
}

async fn pack(client: &Client, folder: &Path, shard_size: u64) -> Packed {
    pack_folder(client, folder, &keep(), &options(shard_size)).await.unwrap()
}

fn incomplete(
    error: &FetchFolderError,
) -> &[(nocknock_storage::manifest::EntryName, FetchEntryError)] {
    match error {
        FetchFolderError::Incomplete { failures, .. } => failures,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_folder_comes_back_as_it_was() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let source = data_set();
    let packed = pack(&client, source.path(), 1000).await;
    // Two shards of the data set are equal: the second is reused if the first is stored by then.
    let report = &packed.report;
    let distinct: HashSet<_> = packed.manifest.shards().map(|shard| shard.blob).collect();
    assert_eq!(distinct.len() + 1, packed.manifest.shards().count());
    assert_eq!(report.stored + report.reused, packed.manifest.shards().count() + 1);
    assert!(report.stored > distinct.len());
    assert_eq!(packed.report.end_epoch, Some(store.store.epoch() + 2));

    let manifest = fetch_manifest(&client, &packed.id, &FetchOptions::default()).await;
    let manifest = manifest.unwrap();
    assert_eq!(manifest, packed.manifest);
    let copy = tempfile::tempdir().unwrap();
    let report = fetch_folder(&client, &manifest, copy.path(), &FetchFolderOptions::default())
        .await
        .unwrap();
    assert_eq!(report.bytes(), manifest.size());
    assert_eq!(report.shards_fetched(), manifest.shards().count());
    for entry in manifest.entries() {
        let (from, to) = (entry.name.below(source.path()), entry.name.below(copy.path()));
        assert!(fs::read(from).unwrap() == fs::read(to).unwrap(), "{}", entry.name);
    }
    let verified = verify_folder(&manifest, copy.path());
    assert!(verified.is_complete() && verified.unlisted.is_empty(), "{verified:?}");
    assert!(!copy.path().join(".nocknock-partial").exists());
}

#[tokio::test]
async fn roles_formats_and_shards_are_listed() {
    let source = data_set();
    let plan = plan_folder(few_shards(), source.path(), &options(1000)).await;
    let manifest = plan.unwrap().manifest;
    let listed: Vec<_> = manifest
        .entries()
        .iter()
        .map(|entry| (entry.name.as_str(), entry.role, entry.format, entry.shards.len()))
        .collect();
    assert_eq!(
        listed,
        [
            ("README.md", Role::Other, Format::Raw, 1),
            ("image/worker.qcow2", Role::Image, Format::Raw, 1),
            ("model/weights.safetensors", Role::Model, Format::Safetensors, 1),
            ("test/digits.parquet", Role::Test, Format::Parquet, 1),
            ("train/digits.csv", Role::Train, Format::Csv, 3),
            ("train/empty.csv", Role::Train, Format::Csv, 0),
            ("train/more/digits.npy", Role::Train, Format::Npy, 1),
        ]
    );
    let digits = &manifest.entries()[4];
    let content = pattern(2500);
    for (shard, piece) in digits.shards.iter().zip(content.chunks(1000)) {
        assert_eq!(shard.blob, id_of(piece));
        assert_eq!(shard.sha256, ContentHash::of(piece));
        assert_eq!(shard.size, piece.len() as u64);
    }
}

#[tokio::test]
async fn planning_and_packing_give_the_same_id() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let source = data_set();
    let plan = plan_folder(few_shards(), source.path(), &options(1000)).await;
    let plan = plan.unwrap();
    assert_eq!(plan.report.stored, 0);
    assert_eq!(pack(&client, source.path(), 1000).await.id, plan.id);
    assert_eq!(plan.id, id_of(&plan.manifest.to_bytes()));
}

#[tokio::test]
async fn hidden_files_are_left_out_and_reported() {
    let source = data_set();
    write(source.path(), ".git/config", b"[core]");
    write(source.path(), "train/.DS_Store", b"x");
    let plan = plan_folder(few_shards(), source.path(), &options(1000)).await;
    let plan = plan.unwrap();
    let names: Vec<PathBuf> =
        [".git", "train/.DS_Store"].iter().map(|name| source.path().join(name)).collect();
    assert_eq!(plan.report.left_out, names);
    assert_eq!(plan.manifest.entries().len(), 7);
}

#[tokio::test]
async fn what_cannot_be_packed_is_named() {
    let pack = |folder: PathBuf| async move {
        plan_folder(few_shards(), &folder, &options(1000)).await.unwrap_err()
    };
    let source = data_set();
    write(source.path(), "train/wrong.npy", b"PK");
    let error = pack(source.path().to_owned()).await;
    assert!(matches!(&error, PackError::Format { .. }), "{error}");
    assert!(error.to_string().contains("wrong.npy"), "{error}");

    let source = data_set();
    symlink("/etc/passwd", source.path().join("train/link")).unwrap();
    let error = pack(source.path().to_owned()).await;
    assert!(matches!(error, PackError::NotAFile(_)), "{error}");

    let error = pack(source.path().join("missing")).await;
    assert!(matches!(error, PackError::Read { .. }), "{error}");

    let empty = tempfile::tempdir().unwrap();
    let error = pack(empty.path().to_owned()).await;
    assert!(matches!(error, PackError::Manifest(_)), "{error}");
}

#[tokio::test]
async fn an_interrupted_upload_goes_on_where_it_stopped() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let source = data_set();
    let journals = tempfile::tempdir().unwrap();
    let options =
        PackOptions { journal: Some(journals.path().join("journal")), parallel: 1, ..options(500) };
    let plan = plan_folder(few_shards(), source.path(), &options).await;
    let plan = plan.unwrap();
    let distinct: HashSet<_> = plan.manifest.shards().map(|shard| shard.blob).collect();
    // The fifth upload finds the publisher closed for legal reasons, which is final.
    store.store.faults().next(Fault::Slow, 4, Requests::Writes);
    store.store.faults().next(Fault::Blocked, 1, Requests::Writes);
    let first = pack_folder(&client(&[&url]), source.path(), &keep(), &options).await;
    assert!(matches!(first, Err(PackError::Client(_))));
    let second = pack_folder(&client(&[&url]), source.path(), &keep(), &options).await;
    let second = second.unwrap();
    assert_eq!(second.id, plan.id);
    assert_eq!(second.report.stored, distinct.len() - 4 + 1);
}

#[tokio::test]
async fn equal_shards_are_stored_once() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let source = tempfile::tempdir().unwrap();
    write(source.path(), "zeros", &[0; 5000]);
    let options = PackOptions { parallel: 1, ..options(1000) };
    let packed = pack_folder(&client, source.path(), &keep(), &options).await;
    let packed = packed.unwrap();
    assert_eq!(packed.manifest.shards().count(), 5);
    assert_eq!((packed.report.stored, packed.report.reused), (2, 4));
}

#[tokio::test]
async fn files_that_are_there_are_checked_and_kept() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let source = data_set();
    let packed = pack(&client, source.path(), 1000).await;
    let copy = tempfile::tempdir().unwrap();
    let fetch = |overwrite| {
        let (client, packed, copy) = (&client, &packed, &copy);
        async move {
            let options = FetchFolderOptions { overwrite, ..FetchFolderOptions::default() };
            fetch_folder(client, &packed.manifest, copy.path(), &options).await
        }
    };
    fetch(false).await.unwrap();
    assert_eq!(fetch(false).await.unwrap().shards_fetched(), 0);

    write(copy.path(), "train/digits.csv", b"mine");
    let error = fetch(false).await.unwrap_err();
    let failures = incomplete(&error);
    assert_eq!(failures.len(), 1);
    assert!(matches!(failures[0].1, FetchEntryError::Occupied(_)), "{error}");
    assert_eq!(fs::read(copy.path().join("train/digits.csv")).unwrap(), b"mine");

    assert_eq!(fetch(true).await.unwrap().shards_fetched(), 3);
    assert!(verify_folder(&packed.manifest, copy.path()).is_complete());
}

#[tokio::test]
async fn one_role_can_be_fetched_alone() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let packed = pack(&client, data_set().path(), 1000).await;
    let copy = tempfile::tempdir().unwrap();
    let options = FetchFolderOptions { roles: vec![Role::Model], ..FetchFolderOptions::default() };
    let report = fetch_folder(&client, &packed.manifest, copy.path(), &options).await.unwrap();
    assert_eq!(report.files.len(), 1);
    let verified = verify_folder(&packed.manifest, copy.path());
    assert_eq!(verified.intact.len(), 1);
    assert_eq!(verified.missing.len(), 6);
}

#[tokio::test]
async fn a_missing_shard_costs_its_file_alone_and_the_next_call_goes_on() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let source = data_set();
    let packed = pack(&client(&[&url]), source.path(), 1000).await;
    let copy = tempfile::tempdir().unwrap();
    // A new client each time, so that nothing comes from a cache.
    let fetch = || async {
        let options = FetchFolderOptions { parallel: 1, ..FetchFolderOptions::default() };
        fetch_folder(&client(&[&url]), &packed.manifest, copy.path(), &options).await
    };
    // Five shards come before the second one of train/digits.csv.
    store.store.faults().next(Fault::Slow, 5, Requests::Reads);
    store.store.faults().next(Fault::Blocked, 1, Requests::Reads);
    let error = fetch().await.unwrap_err();
    let failures = incomplete(&error);
    assert_eq!(failures.len(), 1, "{error}");
    assert_eq!(failures[0].0.as_str(), "train/digits.csv");
    assert!(error.to_string().contains("451") && error.to_string().contains(&url), "{error}");
    assert!(!copy.path().join("train/digits.csv").exists());

    let report = fetch().await.unwrap();
    assert_eq!(report.shards_fetched(), 1, "two of three had been fetched before");
    assert!(verify_folder(&packed.manifest, copy.path()).is_complete());
}

#[tokio::test]
async fn links_in_the_way_are_not_followed() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let packed = pack(&client, data_set().path(), 1000).await;
    let (copy, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    symlink(outside.path(), copy.path().join("train")).unwrap();
    symlink(outside.path().join("file"), copy.path().join("README.md")).unwrap();
    let options = FetchFolderOptions::default();
    let error = fetch_folder(&client, &packed.manifest, copy.path(), &options).await.unwrap_err();
    let names: Vec<_> = incomplete(&error).iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["README.md", "train/digits.csv", "train/empty.csv", "train/more/digits.npy"]
    );
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_manifest_that_lies_about_a_hash_is_found_out() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let (first, second) = (store.keep(b"first").await, store.keep(b"second").await);
    let shard = |blob, content: &[u8]| Shard {
        blob,
        sha256: ContentHash::of(content),
        size: content.len() as u64,
    };
    let entry = |shards: Vec<Shard>, whole: &[u8]| Entry {
        format: Format::Raw,
        name: "file".to_owned().try_into().unwrap(),
        role: Role::Other,
        sha256: ContentHash::of(whole),
        size: shards.iter().map(|shard| shard.size).sum(),
        shards,
    };
    let honest = vec![shard(first, b"first"), shard(second, b"second")];
    let wrong_shard = vec![shard(first, b"firsT"), shard(second, b"second")];
    for (entry, shards_lie) in
        [(entry(honest, b"other"), false), (entry(wrong_shard, b"other"), true)]
    {
        let manifest = Manifest::new(few_shards(), vec![entry]).unwrap();
        let copy = tempfile::tempdir().unwrap();
        let options = FetchFolderOptions::default();
        let error = fetch_folder(&client, &manifest, copy.path(), &options).await.unwrap_err();
        match &incomplete(&error)[0].1 {
            FetchEntryError::WrongShard(blob) => assert!(shards_lie && *blob == first),
            FetchEntryError::WrongFile => assert!(!shards_lie),
            other => panic!("{other}"),
        }
        assert!(!copy.path().join("file").exists());
    }
}

#[tokio::test]
async fn what_is_not_a_manifest_or_for_another_network_is_named() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let client = client(&[&url]);
    let id = store.keep(b"hello").await;
    let error = fetch_manifest(&client, &id, &FetchOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains(&id.to_string()), "{error}");

    let plan = plan_folder(ShardCount::new(7).unwrap(), data_set().path(), &options(1000)).await;
    let copy = tempfile::tempdir().unwrap();
    let options = FetchFolderOptions::default();
    let error = fetch_folder(&client, &plan.unwrap().manifest, copy.path(), &options).await;
    assert!(matches!(error, Err(FetchFolderError::Network { .. })));
}

#[tokio::test]
async fn a_folder_is_written_by_one_fetch_at_a_time() {
    let store = TestStore::start().await;
    let client = client(&[&store.store.url()]);
    let packed = pack(&client, data_set().path(), 1000).await;
    let copy = tempfile::tempdir().unwrap();
    let options = FetchFolderOptions::default();
    let fetch = || fetch_folder(&client, &packed.manifest, copy.path(), &options);
    let (first, second) = tokio::join!(fetch(), fetch());
    let busy = |result: &Result<_, _>| matches!(result, Err(FetchFolderError::Busy(_)));
    assert!(first.is_ok() && busy(&second), "{second:?}");
    assert_eq!(fetch().await.unwrap().shards_fetched(), 0);
}

#[test]
fn verification_tells_what_is_wrong_with_a_folder() {
    let source = data_set();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let plan = runtime.block_on(plan_folder(few_shards(), source.path(), &options(1000)));
    let manifest = plan.unwrap().manifest;
    assert!(verify_folder(&manifest, source.path()).is_complete());

    fs::remove_file(source.path().join("README.md")).unwrap();
    let mut changed = pattern(2500);
    changed[2499] ^= 1;
    write(source.path(), "train/digits.csv", &changed);
    write(source.path(), "train/empty.csv", b"x");
    write(source.path(), "notes.txt", b"mine");
    let report = verify_folder(&manifest, source.path());
    let names = |names: &[nocknock_storage::manifest::EntryName]| {
        names.iter().map(|name| name.to_string()).collect::<Vec<_>>()
    };
    assert!(!report.is_complete());
    assert_eq!(names(&report.missing), ["README.md"]);
    assert_eq!(names(&report.changed), ["train/digits.csv", "train/empty.csv"]);
    assert_eq!(report.unlisted, [source.path().join("notes.txt")]);
    assert_eq!(report.intact.len(), 4);
}

/// Every kind of fault that may pass, each equally likely, `rate` in all.
fn passing_faults(rate: f64) -> FaultPlan {
    let passing = [
        Fault::Unavailable,
        Fault::GatewayTimeout,
        Fault::TooManyRequests,
        Fault::StaleNotFound,
        Fault::WrongBytes,
        Fault::Slow,
        Fault::BrokenConnection,
    ];
    FaultPlan {
        seed: 5,
        rates: passing.map(|fault| (fault, rate / passing.len() as f64)).into(),
        slow_millis: 30,
        ..FaultPlan::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_shards_arrive_complete_through_faults() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let source = tempfile::tempdir().unwrap();
    // 600 shards of one file, the others files of their own.
    write(source.path(), "train/large.csv", &pattern(600 * 1024 - 100));
    for number in 0..400u32 {
        let content: Vec<u8> = number.to_le_bytes().repeat(200 + number as usize % 50);
        write(source.path(), &format!("test/{number:03}.csv"), &content);
    }
    let mut settings = config(&[&url]);
    settings.retry.rounds = 12;
    let client = |settings: &ClientConfig| Client::new(settings.clone()).unwrap();
    store.store.faults().set(passing_faults(0.1)).unwrap();
    let packing = PackOptions { parallel: 16, ..options(1024) };
    let packed = pack_folder(&client(&settings), source.path(), &keep(), &packing).await;
    let manifest = packed.unwrap().manifest;
    assert_eq!(manifest.shards().count(), 1000);

    let before: u64 = store.store.faults().injected().values().sum();
    let copy = tempfile::tempdir().unwrap();
    let fetching =
        FetchFolderOptions { parallel: 32, just_certified: true, ..FetchFolderOptions::default() };
    let report = fetch_folder(&client(&settings), &manifest, copy.path(), &fetching).await.unwrap();
    let met: u64 = store.store.faults().injected().values().sum::<u64>() - before;
    assert!(met > 50, "only {met} faults");
    assert_eq!(report.shards_fetched(), 1000);
    assert_eq!(report.bytes_fetched(), manifest.size());
    let verified = verify_folder(&manifest, copy.path());
    assert!(verified.is_complete() && verified.unlisted.is_empty(), "{verified:?}");
}

//! `kill -9` in the middle: nothing partial ever has its final name, and the next run goes on.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
    time::Duration,
};

use nocknock_dev_store::{
    testing::{few_shards, id_of, pattern, served, Answer, Scripted, TestStore},
    Fault, FaultPlan,
};
use nocknock_storage::{
    client::{Client, ClientConfig, FetchOptions},
    manifest::{fetch_manifest, verify_folder, Manifest},
};
use tempfile::TempDir;

/// The command line with a cache in `folder`, talking to `url`.
fn program(folder: &TempDir, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nocknock-storage"));
    command
        .args(["--aggregator", url, "--publisher", url, "--shards"])
        .arg(few_shards().to_string())
        .arg("--cache")
        .arg(folder.path().join("cache"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn finish(mut command: Command) -> Output {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await;
    let output = output.unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits until something has happened on the disk.
async fn until(mut happened: impl FnMut() -> bool) {
    for _ in 0..24_000 {
        if happened() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing happened within four minutes");
}

fn len_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

#[tokio::test]
async fn a_killed_download_leaves_no_file_and_is_resumed() {
    let content = pattern(1_000_000);
    let id = id_of(&content);
    let (blob, stuck) = (content.clone(), Arc::new(AtomicBool::new(true)));
    let sticks = stuck.clone();
    let service = Scripted::serve(move |request, _| {
        let mut bytes = served(request, &blob);
        if !sticks.load(Ordering::SeqCst) {
            return Answer::Once(bytes);
        }
        bytes.truncate(bytes.len() - 400_000);
        Answer::AndHold(bytes)
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("blob");
    let get = || {
        let mut command = program(&folder, &service.url);
        command.args(["get", &id.to_string(), "--output"]).arg(&target);
        command
    };

    let child = get().spawn().unwrap();
    let part = folder.path().join("cache/partial").join(format!("{id}.{}", few_shards()));
    until(|| len_of(&part) == 600_000).await;
    assert!(!target.exists());
    kill(child);
    assert!(!target.exists());
    assert_eq!(len_of(&part), 600_000);

    stuck.store(false, Ordering::SeqCst);
    finish(get()).await;
    assert!(fs::read(&target).unwrap() == content);
    let starts: Vec<_> = service.seen().iter().map(|seen| seen.range_start()).collect();
    assert_eq!(starts, [None, Some(600_000)]);
}

#[tokio::test]
async fn a_download_killed_at_any_moment_leaves_nothing_or_everything() {
    let store = TestStore::start().await;
    let content = pattern(1_500_000);
    let id = store.keep(&content).await;
    let url = store.store.url();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("blob");
    let get = || {
        let mut command = program(&folder, &url);
        command.args(["get", &id.to_string(), "--output"]).arg(&target);
        command
    };
    for moment in 0..25 {
        let child = get().spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(moment * 3)).await;
        kill(child);
        if target.exists() {
            assert!(fs::read(&target).unwrap() == content);
            fs::remove_file(&target).unwrap();
            fs::remove_dir_all(folder.path().join("cache")).unwrap();
        }
    }
    finish(get()).await;
    assert!(fs::read(&target).unwrap() == content);
}

/// The manifest that a store at `url` keeps.
async fn manifest_at(url: &str, id: &str) -> Manifest {
    let config = ClientConfig {
        shards: few_shards(),
        aggregators: vec![url.to_owned()],
        ..ClientConfig::default()
    };
    let client = Client::new(config).unwrap();
    fetch_manifest(&client, &id.parse().unwrap(), &FetchOptions::default()).await.unwrap()
}

/// A folder of files of one to three shards, with a manifest in the store.
async fn packed(store: &TestStore, folder: &TempDir) -> String {
    let source = source_in(folder);
    let mut command = program(folder, &store.store.url());
    command.args(["pack", "--epochs", "1", "--shard-kib", "16"]).arg(source);
    let output = finish(command).await;
    fs::remove_dir_all(folder.path().join("cache")).unwrap();
    text(&output.stdout).trim().to_owned()
}

fn source_in(folder: &TempDir) -> PathBuf {
    let source = folder.path().join("source");
    fs::create_dir_all(source.join("train")).unwrap();
    for number in 0..40 {
        let content = pattern(1000 + number * 1009);
        fs::write(source.join(format!("train/{number}.csv")), content).unwrap();
    }
    source
}

#[tokio::test]
async fn a_folder_fetch_killed_at_any_moment_has_no_partial_file_and_is_resumed() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let folder = tempfile::tempdir().unwrap();
    let id = packed(&store, &folder).await;
    let manifest = manifest_at(&url, &id).await;
    store
        .store
        .faults()
        .set(FaultPlan {
            rates: [(Fault::Slow, 0.3)].into(),
            slow_millis: 5,
            ..FaultPlan::default()
        })
        .unwrap();
    let copy = folder.path().join("copy");
    let fetch = || {
        let mut command = program(&folder, &url);
        command.args(["fetch", &id]).arg(&copy);
        command
    };
    let mut seen_unfinished = false;
    for moment in 1..12 {
        let child = fetch().spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(moment * 8)).await;
        kill(child);
        let report = verify_folder(&manifest, &copy);
        assert!(report.changed.is_empty() && report.unreadable.is_empty(), "{report:?}");
        seen_unfinished |= !report.is_complete();
    }
    assert!(seen_unfinished, "every run was over before it was killed");
    finish(fetch()).await;
    let report = verify_folder(&manifest, &copy);
    assert!(report.is_complete() && report.unlisted.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_killed_upload_goes_on_where_it_stopped() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let folder = tempfile::tempdir().unwrap();
    let source = source_in(&folder);
    let journal = folder.path().join("journal");
    let pack = || {
        let mut command = program(&folder, &url);
        command
            .args(["pack", "--epochs", "1", "--shard-kib", "16", "--parallel", "1", "--journal"])
            .args([&journal, &source]);
        command
    };
    let slow =
        FaultPlan { rates: [(Fault::Slow, 1.0)].into(), slow_millis: 30, ..FaultPlan::default() };
    store.store.faults().set(slow).unwrap();
    let child = pack().spawn().unwrap();
    let lines = || fs::read_to_string(&journal).map_or(0, |text| text.lines().count());
    until(|| lines() > 5).await;
    kill(child);
    let stored = lines() - 1;
    assert!(stored >= 5);

    store.store.faults().clear();
    let output = finish(pack()).await;
    assert!(!journal.exists(), "a finished upload needs no journal");
    let manifest = manifest_at(&url, text(&output.stdout).trim()).await;
    assert!(verify_folder(&manifest, &source).is_complete());
    // The files share some shards. The manifest's own blob comes on top.
    let distinct: HashSet<_> = manifest.shards().map(|shard| shard.blob).collect();
    let (told, now) = (text(&output.stderr), distinct.len() - stored + 1);
    assert!(told.contains(&format!("stored now: {now} blobs")), "{told}");
}

#[tokio::test]
async fn several_processes_share_a_cache() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let folder = tempfile::tempdir().unwrap();
    let content = pattern(500_000);
    let id = store.keep(&content).await;
    let children: Vec<_> = (0..4)
        .map(|number| {
            let target = folder.path().join(number.to_string());
            let mut command = program(&folder, &url);
            command.args(["get", &id.to_string(), "--output"]).arg(&target);
            (command.spawn().unwrap(), target)
        })
        .collect();
    for (child, target) in children {
        let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await;
        let output = output.unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(fs::read(target).unwrap() == content);
    }
}

//! The command line of `nocknock-storage`.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use nocknock_dev_store::testing::{few_shards, id_of, pattern, whole, Scripted, TestStore};
use nocknock_primitives::text::is_deceptive;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs the program on its own thread, so that the store can answer meanwhile.
async fn run(folder: &Path, url: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nocknock-storage"));
    command
        .args(args)
        .args(["--aggregator", url, "--publisher", url, "--shards"])
        .arg(few_shards().to_string())
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"));
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

async fn succeed(folder: &Path, url: &str, args: &[&str]) -> String {
    let output = run(folder, url, args).await;
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[tokio::test]
async fn files_go_to_the_store_and_back() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a"), pattern(1000)).unwrap();
    fs::write(folder.join("b"), "hello").unwrap();
    let printed = succeed(folder, &url, &["put", "--epochs", "3", "a", "b"]).await;
    let (a, b) = (id_of(&pattern(1000)), id_of(b"hello"));
    assert_eq!(printed, format!("{a}  a\n{b}  b\n"));
    assert_eq!(succeed(folder, &url, &["head", &a.to_string()]).await, "1000\n");
    succeed(folder, &url, &["get", &a.to_string(), "-o", "copy"]).await;
    assert!(fs::read(folder.join("copy")).unwrap() == pattern(1000));
}

#[tokio::test]
async fn a_folder_is_packed_shown_fetched_and_verified() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir_all(folder.join("data/train")).unwrap();
    fs::write(folder.join("data/train/a.csv"), pattern(3000)).unwrap();
    fs::write(folder.join("data/notes"), "hello").unwrap();
    let pack = ["pack", "data", "--epochs", "1", "--shard-kib", "1"];
    let planned = succeed(folder, &url, &[&pack[..], &["--dry-run"]].concat()).await;
    let packed = succeed(folder, &url, &[&pack[..], &["--manifest", "m.json"]].concat()).await;
    assert_eq!(planned, packed);
    let id = packed.trim();
    assert_eq!(id, id_of(&fs::read(folder.join("m.json")).unwrap()).to_string());

    let shown = succeed(folder, &url, &["show", "./m.json"]).await;
    assert_eq!(shown, succeed(folder, &url, &["show", id]).await);
    assert!(shown.lines().nth(1).unwrap().ends_with("train/a.csv"), "{shown}");

    succeed(folder, &url, &["fetch", id, "copy"]).await;
    assert!(fs::read(folder.join("copy/train/a.csv")).unwrap() == pattern(3000));
    succeed(folder, &url, &["verify", id, "copy"]).await;
    fs::write(folder.join("copy/notes"), "hellO").unwrap();
    let output = run(folder, &url, &["verify", id, "copy"]).await;
    assert!(!output.status.success());
    assert_eq!(text(&output.stdout), "changed     notes\n");
}

#[tokio::test]
async fn errors_say_what_where_and_what_to_do() {
    let store = TestStore::start().await;
    let url = store.store.url();
    let folder = tempfile::tempdir().unwrap();
    let missing = id_of(b"missing").to_string();
    let output = run(folder.path(), &url, &["get", &missing, "-o", "copy"]).await;
    let told = text(&output.stderr);
    assert!(!output.status.success());
    for part in [&missing, &url, "404", "check the id"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!folder.path().join("copy").exists());

    let remote = "http://192.0.2.1";
    let output = run(folder.path(), remote, &["head", &missing]).await;
    assert!(text(&output.stderr).contains("use https"), "{output:?}");
}

#[tokio::test]
async fn what_services_and_file_names_say_steers_no_terminal() {
    let body = br#"{"error":{"message":"\u001b[31mred\u0007 \u202e evil"}}"#;
    let service = Scripted::serve(|_, _| whole("451 Blocked", body)).await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let missing = id_of(b"missing").to_string();
    let output = run(folder, &service.url, &["get", &missing, "-o", "copy"]).await;
    let told = text(&output.stderr);
    assert!(told.contains("red") && told.contains("evil"), "{told:?}");
    assert!(!told.trim_end().contains(is_deceptive), "{told:?}");

    let store = TestStore::start().await;
    let url = store.store.url();
    let name = "exe\u{202e}vsc.a";
    fs::write(folder.join(name), "hello").unwrap();
    let printed = succeed(folder, &url, &["put", "--epochs", "1", name]).await;
    assert_eq!(printed, format!("{}  exe\u{fffd}vsc.a\n", id_of(b"hello")));
    fs::create_dir(folder.join("data")).unwrap();
    fs::rename(folder.join(name), folder.join("data").join(name)).unwrap();
    let output = run(folder, &url, &["pack", "--epochs", "1", "data"]).await;
    let told = text(&output.stderr);
    assert!(told.contains("exe") && !told.trim_end().contains(is_deceptive), "{told:?}");
}

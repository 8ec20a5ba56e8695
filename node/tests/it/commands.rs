//! The subcommands that work on a database.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    chain,
    command::{self, Finished},
    gate,
    node::{Launch, TEST_CHAIN},
};

#[test]
fn the_version_names_the_commit_it_was_built_from() {
    let version = command::run(["--version"]).expect_success();
    let version = version.trim();
    let hash = version.strip_prefix(concat!("nocknock-node ", env!("CARGO_PKG_VERSION"), "-"));
    let hash = hash.unwrap_or_else(|| panic!("no hash in {version:?}"));
    assert!(is_commit(hash), "{hash:?} is no commit of this repository");
}

#[test]
fn exported_blocks_can_be_imported_into_an_empty_database() {
    let _gate = gate::shared();
    let source = Database::with_blocks(4, &[]);
    let exported = source.info();
    for format in [&["--binary"][..], &[]] {
        let file = source.folder.path().join("blocks");
        let blocks = [file.as_os_str()];
        source.run("export-blocks", format, blocks).expect_success();

        let target = Database::empty();
        target.run("import-blocks", format, blocks).expect_success();
        let imported = target.info();
        assert_eq!(imported["best_hash"], exported["best_hash"]);
        assert_eq!(imported["genesis_hash"], exported["genesis_hash"]);
    }
}

#[test]
fn a_stored_block_passes_its_check() {
    let _gate = gate::shared();
    let database = Database::with_blocks(2, &[]);
    let output = database.run("check-block", &["1"], []).expect_success();
    assert!(output.contains("Completed in"), "{output}");
    database.run("check-block", &["1000000"], []).expect_error(&["Unknown block"]);
}

#[test]
fn an_exported_state_is_a_chain_spec_with_the_state_of_that_block() {
    let _gate = gate::shared();
    let database = Database::with_blocks(3, &[]);
    let spec = database.run("export-state", &["2"], []).expect_success();
    let spec: Value = serde_json::from_str(&spec).expect("a chain spec is JSON");
    // The key of System::Number, which counts in little-endian order.
    let number = "0x26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac";
    assert_eq!(spec["genesis"]["raw"]["top"][number], "0x02000000");
}

/// Finalised blocks cannot be reverted, so this chain finalises none.
#[test]
fn unfinalised_blocks_can_be_reverted() {
    let _gate = gate::shared();
    let database = Database::with_blocks(4, &["--no-grandpa"]);
    let before = database.info()["best_number"].as_u64().expect("a number");
    database.run("revert", &["2"], []).expect_success();
    assert_eq!(database.info()["best_number"], before - 2);

    let node = Launch::dev(database.folder.path()).start();
    chain::wait_for_finality(&node, before + 1);
}

#[test]
fn purging_removes_the_database_and_keeps_the_keys() {
    let _gate = gate::shared();
    let database = Database::with_blocks(1, &[]);
    let chain = database.chain_folder();
    let keystore = chain.join("keystore");
    fs::create_dir_all(&keystore).expect("a writable folder");
    fs::write(keystore.join("key"), "").expect("a writable folder");

    database.run("purge-chain", &["-y"], []).expect_success();
    assert!(!chain.join("paritydb").exists());
    assert!(keystore.join("key").exists());
}

/// A database of the development chain without a running node.
struct Database {
    folder: TempDir,
}

impl Database {
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn with_blocks(count: u64, args: &[&str]) -> Self {
        let database = Self::empty();
        let node = Launch::dev(database.folder.path()).args(args).start();
        chain::wait_for_best(&node, count);
        let status = node.stop();
        assert!(status.success(), "{status}");
        database
    }

    fn base(&self) -> PathBuf {
        self.folder.path().join("dev")
    }

    fn chain_folder(&self) -> PathBuf {
        only_entry(&self.base().join("chains"))
    }

    fn run<'a>(
        &self,
        command: &str,
        args: &[&str],
        more: impl IntoIterator<Item = &'a OsStr>,
    ) -> Finished {
        let mut all: Vec<OsString> = vec![command.into()];
        all.extend(TEST_CHAIN.map(Into::into));
        all.push("--base-path".into());
        all.push(self.base().into_os_string());
        all.extend(args.iter().map(Into::into));
        all.extend(more.into_iter().map(Into::into));
        command::run(all)
    }

    fn info(&self) -> Value {
        let info = self.run("chain-info", &[], []).expect_success();
        serde_json::from_str(&info).expect("chain-info prints JSON")
    }
}

fn only_entry(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let entry = entries.next().expect("a folder with an entry").path();
    assert!(entries.next().is_none(), "more than one entry in {}", folder.display());
    entry
}

fn is_commit(hash: &str) -> bool {
    let mut git = Command::new("git");
    git.args(["-C", env!("CARGO_MANIFEST_DIR"), "cat-file", "-e", &format!("{hash}^{{commit}}")]);
    command::run_command(git).status.success()
}

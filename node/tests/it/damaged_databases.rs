//! A damaged database is refused with an error that names it.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::support::{chain, gate, node::Launch};

#[test]
fn a_truncated_value_table_is_refused() {
    let database = Database::sound();
    let table = database.largest("table_");
    let half = length(&table) / 2;
    truncate(&table, half);
    database.refuse(&[&file_name(&table), "truncated"]);
}

#[test]
fn a_table_that_lost_its_last_bytes_is_refused() {
    let database = Database::sound();
    let table = database.largest("table_");
    truncate(&table, length(&table) - 1);
    database.refuse(&[&file_name(&table), "truncated"]);
}

#[test]
fn an_emptied_value_table_is_refused() {
    let database = Database::sound();
    let table = database.largest("table_");
    truncate(&table, 0);
    database.refuse(&[&file_name(&table), "truncated"]);
}

/// The database would fill a short index up with zeros and find nothing any more.
#[test]
fn a_truncated_index_is_refused() {
    let database = Database::sound();
    let index = database.largest("index_");
    let half = length(&index) / 2;
    truncate(&index, half);
    database.refuse(&[&file_name(&index), "truncated"]);
}

#[test]
fn truncated_metadata_is_refused() {
    let database = Database::sound();
    let metadata = database.path("metadata");
    for kept in [0, 1, 20, length(&metadata) - 1] {
        let database = Database::sound();
        truncate(&database.path("metadata"), kept);
        database.refuse(&["metadata"]);
    }
}

#[test]
fn a_database_without_metadata_is_refused() {
    let database = Database::sound();
    fs::remove_file(database.path("metadata")).expect("a writable folder");
    database.refuse(&["metadata"]);
}

#[test]
fn a_database_of_another_version_is_refused() {
    for version in ["version=2", "version=99"] {
        let database = Database::sound();
        let metadata = fs::read_to_string(database.path("metadata")).expect("metadata is text");
        let (_, rest) = metadata.split_once('\n').expect("metadata has lines");
        fs::write(database.path("metadata"), format!("{version}\n{rest}")).expect("writable");
        database.refuse(&[version.trim_start_matches("version="), "version"]);
    }
}

/// What a crash may leave behind is no damage: the write-ahead log ends in the middle of a record.
#[test]
fn an_unfinished_log_record_is_dropped_in_silence() {
    let database = Database::sound();
    fs::write(database.path("log9999"), [1, 2, 3]).expect("a writable folder");
    let node = database.launch().start();
    chain::wait_for_finality(&node, 1);
}

/// A database that a development node has left behind in order.
struct Database {
    folder: TempDir,
    _gate: gate::Gate,
}

impl Database {
    fn sound() -> Self {
        let _gate = gate::shared();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Self { folder, _gate };
        let node = database.launch().start();
        chain::wait_for_finality(&node, 1);
        let status = node.stop();
        assert!(status.success(), "{status}");
        database
    }

    fn launch(&self) -> Launch {
        Launch::dev(self.folder.path())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder
            .path()
            .join("dev/chains/nocknock_dev/paritydb/full")
            .join(file)
    }

    fn largest(&self, prefix: &str) -> PathBuf {
        let entries = fs::read_dir(self.path("")).expect("the database folder");
        let files = entries.map(|entry| entry.expect("an entry").path());
        let files = files.filter(|file| file_name(file).starts_with(prefix));
        files
            .max_by_key(|file| length(file))
            .expect("a file of this kind")
    }

    fn refuse(&self, reasons: &[&str]) {
        let hint = ["purge-chain"];
        self.launch()
            .run_to_the_end()
            .expect_error(&[reasons, &hint].concat());
    }
}

fn truncate(file: &Path, length: u64) {
    let file = OpenOptions::new()
        .write(true)
        .open(file)
        .expect("a writable file");
    file.set_len(length).expect("a file that can be cut");
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).expect("a file").len()
}

fn file_name(file: &Path) -> String {
    file.file_name()
        .expect("a file name")
        .to_string_lossy()
        .into_owned()
}

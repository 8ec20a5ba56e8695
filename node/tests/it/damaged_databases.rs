//! A damaged database is refused with an error that names it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::support::{
    chain::{self, Block},
    gate,
    node::{Launch, Node},
};

/// One database for all of these, because making one is the slow part. A refused database is left
/// as it is, so each damage can be undone, and in the end the node goes on from it.
#[test]
fn a_damaged_database_is_refused_and_a_repaired_one_goes_on() {
    let _gate = gate::shared();
    let database = Database::sound();
    // It holds the code of the runtime. The largest table of another column may be as long and hold
    // nothing any more, so that nobody would miss it.
    let table = database.path("table_01_ff");
    let index = database.largest("index_");
    for length in [length(&table) / 2, length(&table) - 1, 0] {
        database.refuse_cut(&table, length);
    }
    // ParityDB would fill a short index up with zeros, and the chain would begin anew.
    for length in [length(&index) / 2, 0] {
        database.refuse_cut(&index, length);
    }
    for length in [0, 1, 20] {
        let metadata = database.path("metadata");
        database.refuse(&metadata, |bytes| bytes[..length].to_vec(), &["metadata"]);
    }
    database.refuse_without(&database.path("metadata"));
    // A bad restore.
    database.refuse_without(&table);
    database.refuse(&table, |bytes| vec![0; bytes.len()], &[file_name(&table)]);
    // A loss of power.
    for column in ["01", "03", "04"] {
        let index = database.path(&format!("index_{column}_16"));
        database.refuse(&index, |bytes| vec![0; bytes.len()], &[file_name(&index)]);
    }
    database.refuse_exchanged(&database.path("index_01_16"), &database.path("index_04_16"));
    database.refuse_metadata_of_another();
    for version in [2, 99] {
        database.refuse_version(version);
    }
    database.expect_to_go_on();
}

/// What a crash may leave behind is no damage: the write-ahead log ends in the middle of a record.
#[test]
fn an_unfinished_log_record_is_dropped() {
    let _gate = gate::shared();
    let database = Database::sound();
    fs::write(database.path("log9999"), [1, 2, 3]).expect("a writable folder");
    database.expect_to_go_on();
}

/// What a crash may leave behind is no damage: a file was made and not yet filled from the log.
#[test]
fn an_empty_file_beside_a_log_is_filled_from_it() {
    let _gate = gate::shared();
    let database = Database::crashed();
    let made = ["index_00_16", "index_01_16", "table_01_ff"]
        .map(|name| database.path(name))
        .into_iter()
        .filter(|file| !file.exists())
        .map(|file| fs::write(file, []).expect("a writable folder"));
    assert_ne!(made.count(), 0, "everything is out of the log already");
    database.expect_to_go_on();
}

/// Nothing of the chain is left in the log, so whoever copies the folder has it all in the tables.
#[test]
fn a_node_that_stops_closes_its_database() {
    let _gate = gate::shared();
    let database = Database::sound();
    for prefix in ["table_", "index_"] {
        assert!(length(&database.largest(prefix)) > 0, "{prefix}");
    }
    assert_eq!(largest_in(&database.path(""), "log"), None);
}

/// Where a development node has its database.
fn database_folder(base: &Path) -> PathBuf {
    base.join("dev/chains/nocknock_test/paritydb/full")
}

fn largest_in(folder: &Path, prefix: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).expect("the database folder");
    let files = entries.map(|entry| entry.expect("an entry").path());
    files.filter(|file| file_name(file).starts_with(prefix)).max_by_key(|file| length(file))
}

/// A database that a development node has left behind.
struct Database {
    folder: TempDir,
    finalised: Block,
}

impl Database {
    /// The node was stopped in order.
    fn sound() -> Self {
        let (database, node) = Self::in_use();
        let status = node.stop();
        assert!(status.success(), "{status}");
        database
    }

    /// The node was killed.
    fn crashed() -> Self {
        let (database, node) = Self::in_use();
        node.kill();
        database
    }

    /// What was finalised a second before the last block is in the log, which a killed node leaves
    /// behind. Four blocks are made in a second.
    fn in_use() -> (Self, Node) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let node = Launch::dev(folder.path()).start();
        let finalised = chain::wait_for_finality(&node, 1);
        chain::wait_for_finality(&node, finalised.number + 4);
        (Self { folder, finalised }, node)
    }

    fn path(&self, file: &str) -> PathBuf {
        database_folder(self.folder.path()).join(file)
    }

    fn largest(&self, prefix: &str) -> PathBuf {
        largest_in(&self.path(""), prefix).expect("a file of this kind")
    }

    fn refuse_cut(&self, file: &Path, length: u64) {
        let length = usize::try_from(length).expect("a small file");
        let reasons = [file_name(file), "truncated".into()];
        self.refuse(file, |bytes| bytes[..length].to_vec(), &reasons);
    }

    fn refuse_version(&self, version: u32) {
        let change = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let (_, rest) = text.split_once('\n').expect("metadata has lines");
            format!("version={version}\n{rest}").into_bytes()
        };
        let reasons = [format!("version {version}")];
        self.refuse(&self.path("metadata"), change, &reasons);
    }

    /// Changes a file, expects the node to give up, and changes the file back.
    fn refuse(
        &self,
        file: &Path,
        change: impl FnOnce(&[u8]) -> Vec<u8>,
        reasons: &[impl AsRef<str>],
    ) {
        let sound = fs::read(file).expect("a readable file");
        fs::write(file, change(&sound)).expect("a writable file");
        self.expect_refusal(reasons);
        fs::write(file, sound).expect("a writable file");
    }

    fn refuse_without(&self, file: &Path) {
        let moved = self.folder.path().join("moved");
        fs::rename(file, &moved).expect("a writable folder");
        self.expect_refusal(&[file_name(file)]);
        fs::rename(&moved, file).expect("a writable folder");
    }

    fn refuse_exchanged(&self, one: &Path, other: &Path) {
        self.exchange(one, other);
        self.expect_refusal(&["the database is damaged", "index_0"]);
        self.exchange(one, other);
    }

    fn exchange(&self, one: &Path, other: &Path) {
        let moved = self.folder.path().join("moved");
        fs::rename(one, &moved).expect("a writable folder");
        fs::rename(other, one).expect("a writable folder");
        fs::rename(&moved, other).expect("a writable folder");
    }

    /// With another salt nothing is found, and the node must not begin the chain anew. It has to
    /// open the database to see that, so this one is a copy.
    fn refuse_metadata_of_another(&self) {
        let copy = tempfile::tempdir().expect("a temporary folder");
        let from = self.path("");
        let to = database_folder(copy.path());
        fs::create_dir_all(&to).expect("a writable folder");
        for entry in fs::read_dir(&from).expect("the database folder") {
            let file = entry.expect("an entry").path();
            fs::copy(&file, to.join(file_name(&file))).expect("a writable folder");
        }
        let metadata = fs::read_to_string(to.join("metadata")).expect("readable");
        let (before, salt) = metadata.split_once("salt=").expect("a salt");
        let other = if salt.starts_with('0') { "1" } else { "0" };
        let changed = format!("{before}salt={other}{}", &salt[1..]);
        fs::write(to.join("metadata"), changed).expect("writable");
        let refused = Launch::dev(copy.path()).run_to_the_end();
        refused.expect_error(&["cannot be used", "damaged", "purge-chain"]);
    }

    fn expect_refusal(&self, reasons: &[impl AsRef<str>]) {
        let reasons = reasons.iter().map(AsRef::<str>::as_ref).chain(["purge-chain"]);
        Launch::dev(self.folder.path()).run_to_the_end().expect_error(&reasons.collect::<Vec<_>>());
    }

    fn expect_to_go_on(&self) {
        let node = Launch::dev(self.folder.path()).start();
        let Block { number, hash } = &self.finalised;
        assert_eq!(&chain::hash_at(&node, *number), hash);
        chain::wait_for_finality(&node, number + 1);
    }
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).expect("a file").len()
}

fn file_name(file: &Path) -> String {
    file.file_name().expect("a file name").to_string_lossy().into_owned()
}

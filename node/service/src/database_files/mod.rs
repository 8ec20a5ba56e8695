//! Refuses a damaged database before it is opened.
//!
//! ParityDB maps its files into memory and trusts their lengths. After a full disk, an interrupted
//! copy or a bad restore that trust ends in a bus error, in a panic, or, where an index was cut, in
//! a chain whose blocks are silently found no more. So this module compares each file with what the
//! format demands first, and the files with each other. It reads a part of each file and writes
//! nothing.
//!
//! What a crash leaves behind is no damage. A cut write-ahead log (`log*`) is one such thing:
//! ParityDB drops the unfinished record. A file without a byte beside a log with records is
//! another: ParityDB makes a file, then gives it its length, and after a crash between the two it
//! fills the file from the log. As long as there is a log the files need not fit each other either.

mod index;

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Versions of the format that ParityDB 0.4 reads.
const VERSIONS: std::ops::RangeInclusive<u32> = 4..=8;

/// Hexadecimal digits of the salt of the hash tables.
const SALT_DIGITS: usize = 64;

/// Value tables grow in steps of this many bytes.
const TABLE_STEP: u64 = 256 * 1024;

/// The tier of the tables for values that span several entries, and the size of such an entry.
const MULTIPART_TIER: u8 = 255;
const MULTIPART_ENTRY: u64 = 4096;

/// The entry sizes of the other tiers rise by a constant factor between these two.
const SMALLEST_ENTRY: f64 = 32.0;
const LARGEST_ENTRY: f64 = 32_760.0;
const LAST_TIER: f64 = 254.0;

/// An index has a header and chunks, whose number is a power of two that the file's name gives.
const INDEX_HEADER: u64 = 16 * 1024;
const INDEX_CHUNK: u64 = 512;

/// Why a database must not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// The operating system does not let the node read a file.
    #[error("cannot read the database file {path}: {source}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file has another length than the format demands.
    #[error(
        "the database is damaged: {path} is truncated, it has {length} bytes. \
         Restore a backup, or remove the database with `purge-chain` and synchronise again."
    )]
    Truncated {
        /// The damaged file.
        path: PathBuf,
        /// How many bytes it has.
        length: u64,
    },
    /// A table is not there.
    #[error(
        "the database is damaged: {table} is missing, and {index} refers to it. \
         Restore a backup, or remove the database with `purge-chain` and synchronise again."
    )]
    Missing {
        /// The file that is there.
        index: PathBuf,
        /// The file that is missing.
        table: PathBuf,
    },
    /// A table is not the one that it was.
    #[error(
        "the database is damaged: {index} and {table} do not belong together, so one of them was \
         exchanged, emptied or restored from another time. \
         Restore a backup, or remove the database with `purge-chain` and synchronise again."
    )]
    Exchanged {
        /// The file that refers to the other.
        index: PathBuf,
        /// The other file.
        table: PathBuf,
    },
    /// An index has lost what it held.
    #[error(
        "the database is damaged: {path} is empty, although there are values that it must refer \
         to. Restore a backup, or remove the database with `purge-chain` and synchronise again."
    )]
    Emptied {
        /// The index.
        path: PathBuf,
    },
    /// There are blocks, and none of them is found.
    #[error(
        "the database is damaged: {path} holds blocks that cannot be found, so some of its files \
         are those of another database. \
         Restore a backup, or remove the database with `purge-chain` and synchronise again."
    )]
    Lost {
        /// The folder.
        path: PathBuf,
    },
    /// The file that describes the others is missing or broken.
    #[error(
        "the database is damaged: {path} {problem}. \
         Restore a backup, or remove the database with `purge-chain` and synchronise again."
    )]
    Metadata {
        /// The file `metadata`.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The database was written by another version of ParityDB.
    #[error(
        "the database {path} has version {version}, and this node reads versions 4 to 8. \
         Start the version of the node that wrote it, or remove the database with `purge-chain` \
         and synchronise again."
    )]
    Version {
        /// The file that gives the version.
        path: PathBuf,
        /// The version it gives.
        version: u32,
    },
}

/// Checks the database in `folder`; a folder that does not exist is a database to be created.
pub(crate) fn check(folder: &Path) -> Result<(), DatabaseError> {
    if !folder.exists() {
        return Ok(());
    }
    let files = files(folder)?;
    let has_log = files.iter().any(|file| is_log(file));
    let mut has_data = false;
    for file in &files {
        has_data |= check_file(file, has_log)?;
    }
    check_metadata(&folder.join("metadata"), has_data)?;
    if !has_log {
        for (name, column) in index::columns(&files) {
            index::check(&name, &column)?;
        }
    }
    Ok(())
}

/// Refuses a database that holds blocks, after it was opened and none of them was found.
pub(crate) fn check_that_it_is_empty(folder: &Path) -> Result<(), DatabaseError> {
    if folder.exists() && index::hold_headers(&index::columns(&files(folder)?)) {
        return Err(DatabaseError::Lost { path: folder.into() });
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, DatabaseError> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    entries.map_err(|source| DatabaseError::Unreadable { path: folder.into(), source })
}

/// Whether the file is a write-ahead log with records.
fn is_log(path: &Path) -> bool {
    name_of(path).starts_with("log") && fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Whether the file is one with data; an error if it is and was cut.
fn check_file(path: &Path, has_log: bool) -> Result<bool, DatabaseError> {
    let Some(demand) = Demand::of(&name_of(path)) else {
        return Ok(false);
    };
    let unreadable = |source| DatabaseError::Unreadable { path: path.into(), source };
    let length = fs::metadata(path).map_err(unreadable)?.len();
    let just_made = length == 0 && has_log;
    if just_made || demand.is_met(path, length).map_err(unreadable)? {
        Ok(true)
    } else {
        Err(DatabaseError::Truncated { path: path.into(), length })
    }
}

/// What the name of a file demands of its length.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Demand {
    /// An index has exactly this many bytes.
    Index(u64),
    /// A value table holds its entries, each of which has at least this many bytes.
    Table(u64),
}

impl Demand {
    /// `None` for files whose length is free.
    fn of(name: &str) -> Option<Self> {
        let mut parts = name.split('_');
        let (kind, _column, last) = (parts.next()?, parts.next()?, parts.next()?);
        match kind {
            "index" => last.parse().ok().and_then(index_length).map(Self::Index),
            "table" => u8::from_str_radix(last, 16).ok().map(entry_size).map(Self::Table),
            _ => None,
        }
    }

    fn is_met(self, path: &Path, length: u64) -> io::Result<bool> {
        match self {
            Self::Index(demanded) => Ok(length == demanded),
            Self::Table(_) if length == 0 || !length.is_multiple_of(TABLE_STEP) => Ok(false),
            Self::Table(entry) => Ok(filled(path)?.saturating_mul(entry) <= length),
        }
    }
}

fn index_length(bits: u32) -> Option<u64> {
    let chunks = 1u64.checked_shl(bits)?;
    chunks.checked_mul(INDEX_CHUNK)?.checked_add(INDEX_HEADER)
}

/// A lower bound, so that no rounding makes a sound table look short.
fn entry_size(tier: u8) -> u64 {
    if tier == MULTIPART_TIER {
        return MULTIPART_ENTRY;
    }
    let factor = (LARGEST_ENTRY / SMALLEST_ENTRY).powf(f64::from(tier) / LAST_TIER);
    (SMALLEST_ENTRY * factor) as u64 - 1
}

/// How many entries a value table says it holds: the second number of its header.
fn filled(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut number = [0; 8];
    file.seek(SeekFrom::Start(8))?;
    file.read_exact(&mut number)?;
    Ok(u64::from_le_bytes(number))
}

fn check_metadata(path: &Path, has_data: bool) -> Result<(), DatabaseError> {
    let broken = |problem| Err(DatabaseError::Metadata { path: path.into(), problem });
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !has_data => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return broken("is missing"),
        Err(source) => return Err(DatabaseError::Unreadable { path: path.into(), source }),
    };
    let field = |name| text.lines().find_map(|line| line.strip_prefix(name));
    match field("version=").and_then(|version| version.parse().ok()) {
        None => return broken("gives no version"),
        Some(version) if !VERSIONS.contains(&version) => {
            return Err(DatabaseError::Version { path: path.into(), version });
        }
        Some(_) => (),
    }
    match field("salt=") {
        Some(salt) if salt.len() == SALT_DIGITS => Ok(()),
        _ => broken("gives no salt or a part of it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = "version=8\nsalt=";

    fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let salt = "ab".repeat(SALT_DIGITS / 2);
        fs::write(folder.path().join("metadata"), format!("{METADATA}{salt}\n")).expect("writable");
        for (name, content) in files {
            fs::write(folder.path().join(name), content).expect("writable");
        }
        folder
    }

    fn table(filled: u64) -> Vec<u8> {
        let mut bytes = vec![0; TABLE_STEP as usize];
        bytes[8..16].copy_from_slice(&filled.to_le_bytes());
        bytes
    }

    #[test]
    fn a_database_that_does_not_exist_yet_is_sound() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(check(&folder.path().join("full")).is_ok());
        assert!(check(folder.path()).is_ok());
    }

    #[test]
    fn whole_files_are_sound() {
        let multipart = table(TABLE_STEP / MULTIPART_ENTRY);
        let files: [(&str, &[u8]); 4] = [
            ("table_00_ff", &multipart),
            ("table_01_00", &table(8_000)),
            ("index_00_2", &vec![0; (INDEX_HEADER + 4 * INDEX_CHUNK) as usize]),
            ("log1", b"cut"),
        ];
        let folder = folder_with(&files);
        assert!(check(folder.path()).is_ok());
    }

    #[test]
    fn cut_files_are_damage() {
        let too_full = table(TABLE_STEP / MULTIPART_ENTRY + 1);
        let cut: [(&str, &[u8]); 5] = [
            ("table_00_ff", &too_full),
            ("table_00_00", b""),
            ("table_00_00", &[0; 1_000]),
            ("index_00_16", b""),
            ("index_00_16", &[0; 1_000]),
        ];
        for (name, content) in cut {
            let folder = folder_with(&[(name, content)]);
            let damage = check(folder.path()).expect_err(name).to_string();
            assert!(damage.contains(name) && damage.contains("truncated"), "{damage}");
        }
    }

    #[test]
    fn empty_files_beside_a_log_with_records_are_what_a_crash_leaves_behind() {
        for name in ["table_00_ff", "table_00_00", "index_00_16"] {
            let folder = folder_with(&[(name, b""), ("log0", b"records")]);
            assert!(check(folder.path()).is_ok(), "{name}");
            let folder = folder_with(&[(name, b""), ("log0", b"")]);
            assert!(check(folder.path()).is_err(), "{name}");
            let folder = folder_with(&[(name, b"cut"), ("log0", b"records")]);
            assert!(check(folder.path()).is_err(), "{name}");
        }
    }

    #[test]
    fn metadata_must_be_whole() {
        for metadata in ["", "version=8", "version=8\nsalt=abcd", "version=\nsalt="] {
            let folder = folder_with(&[("metadata", metadata.as_bytes())]);
            let error = check(folder.path()).expect_err(metadata);
            assert!(matches!(error, DatabaseError::Metadata { .. }), "{error}");
        }
    }

    #[test]
    fn data_without_metadata_is_damage() {
        let folder = folder_with(&[("table_00_00", &table(1))]);
        fs::remove_file(folder.path().join("metadata")).expect("writable");
        assert!(matches!(check(folder.path()), Err(DatabaseError::Metadata { .. })));
    }

    #[test]
    fn another_version_is_named() {
        for version in [0, 3, 9, 99] {
            let folder = folder_with(&[("metadata", format!("version={version}").as_bytes())]);
            let error = check(folder.path()).expect_err("another version").to_string();
            assert!(error.contains(&format!("version {version}")), "{error}");
        }
    }

    /// The sizes that ParityDB lists for some tiers.
    #[test]
    fn entry_sizes_are_just_below_the_real_ones() {
        for (tier, size) in [(0, 32), (1, 33), (100, 490), (200, 7_506), (254, 32_760)] {
            let bound = entry_size(tier);
            assert!(bound < size && bound + 3 > size, "{tier}: {bound}");
        }
    }

    /// An index of column 1 with one entry, for the value at `place` of the table of tier 0.
    fn index(place: u64) -> Vec<u8> {
        let mut bytes = vec![0; index_length(2).expect("a small index") as usize];
        let start = INDEX_HEADER as usize;
        bytes[start..start + 8].copy_from_slice(&((1u64 << 60) | (place << 8)).to_le_bytes());
        bytes
    }

    #[test]
    fn files_that_fit_each_other_are_sound() {
        let folder = folder_with(&[("index_01_2", &index(2)), ("table_01_00", &table(3))]);
        assert!(check(folder.path()).is_ok());
    }

    #[test]
    fn a_missing_table_is_named_with_the_index_that_needs_it() {
        let files: [(&str, &[u8]); 2] = [("index_01_2", &index(2)), ("table_01_01", &table(3))];
        let folder = folder_with(&files);
        let error = check(folder.path()).expect_err("a table is missing").to_string();
        for part in ["table_01_00 is missing", "index_01_2", "purge-chain"] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_table_of_another_time_and_a_zeroed_one_are_named() {
        for filled in [0, 1, 2] {
            let folder = folder_with(&[("index_01_2", &index(2)), ("table_01_00", &table(filled))]);
            let error = check(folder.path()).expect_err("an older table").to_string();
            assert!(error.contains("do not belong together"), "{error}");
            assert!(error.contains("table_01_00") && error.contains("purge-chain"), "{error}");
        }
    }

    #[test]
    fn a_zeroed_index_is_named_unless_its_column_may_be_empty() {
        let zeros = vec![0; index_length(2).expect("a small index") as usize];
        let files: [(&str, &[u8]); 2] = [("index_01_2", &zeros), ("table_01_00", &table(3))];
        let error = check(folder_with(&files).path()).expect_err("a zeroed index").to_string();
        assert!(error.contains("index_01_2 is empty") && error.contains("purge-chain"), "{error}");
        let nothing: [(&str, &[u8]); 2] = [("index_01_2", &zeros), ("table_01_00", &table(1))];
        assert!(check(folder_with(&nothing).path()).is_ok());
        let other: [(&str, &[u8]); 2] = [("index_09_2", &zeros), ("table_09_00", &table(3))];
        assert!(check(folder_with(&other).path()).is_ok());
    }

    #[test]
    fn files_need_not_fit_as_long_as_there_is_a_log() {
        let files: [(&str, &[u8]); 2] = [("index_01_2", &index(2)), ("log0", b"records")];
        assert!(check(folder_with(&files).path()).is_ok());
    }

    #[test]
    fn headers_that_cannot_be_found_are_damage() {
        let folder = folder_with(&[("table_04_00", &table(1))]);
        assert!(check_that_it_is_empty(folder.path()).is_ok());
        assert!(check_that_it_is_empty(&folder.path().join("none")).is_ok());
        let folder = folder_with(&[("table_04_00", &table(2))]);
        let error = check_that_it_is_empty(folder.path()).expect_err("there are headers");
        assert!(error.to_string().contains("purge-chain"), "{error}");
    }
}

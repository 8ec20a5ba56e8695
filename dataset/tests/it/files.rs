//! Files that other programs wrote: `tests/files/make` made them, and `expected.json` says what
//! each one holds.

use nocknock_dataset::{table::TableFault, ReadOptions, Table, TableError, TextRules};
use proptest::prelude::*;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// What a file holds.
#[derive(Debug, PartialEq, serde::Deserialize)]
struct Contents {
    names: Vec<String>,
    named: bool,
    /// The key of each value.
    rows: Vec<Vec<Option<String>>>,
}

impl Contents {
    fn of(table: &Table) -> Self {
        Self {
            names: table.columns().iter().map(|column| column.name().to_owned()).collect(),
            named: table.has_names(),
            rows: (0..table.len()).map(|row| keys(table, row)).collect(),
        }
    }
}

fn keys(table: &Table, row: usize) -> Vec<Option<String>> {
    let values = table.columns().iter().map(|column| column.get(row));
    values.map(|value| value.key().map(Cow::into_owned)).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files"))
}

fn expected() -> BTreeMap<String, Contents> {
    let text = fs::read(folder().join("expected.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn read(file: &Path) -> Result<Table, TableError> {
    let options = ReadOptions { memory: 1 << 24, ..ReadOptions::default() };
    Table::read(file, &options)
}

/// Reads these bytes from a file of this name.
fn read_as(name: &str, bytes: &[u8]) -> Result<Table, TableError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    read(&file)
}

#[test]
fn every_file_of_every_writer_gives_the_expected_values() {
    let mut wrong = Vec::new();
    for (name, expected) in expected() {
        match read(&folder().join(&name)) {
            Ok(table) if Contents::of(&table) == expected => (),
            Ok(table) => wrong.push(format!("{name}: {:?}", Contents::of(&table))),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_expected() {
    let entries = fs::read_dir(folder()).unwrap();
    let files: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "make" && name != "expected.json")
        .collect();
    assert_eq!(files, expected().into_keys().collect());
}

#[test]
fn labels_beyond_two_to_the_53_stay_apart_in_every_format() {
    for name in [
        "pyarrow-int64.parquet",
        "pyarrow-int64.arrow",
        "polars-int64.parquet",
        "numpy-i8-little.npy",
    ] {
        let contents = Contents::of(&read(&folder().join(name)).unwrap());
        for key in ["9007199254740992", "9007199254740993"] {
            let holds = contents.rows.iter().flatten().any(|held| held.as_deref() == Some(key));
            assert!(holds, "{name}: {key}");
        }
    }
}

#[test]
fn words_for_missing_values_hold_for_numbers_in_every_format() {
    let text = TextRules { missing: vec!["-128".to_owned()], ..TextRules::default() };
    let options = ReadOptions { text, ..ReadOptions::default() };
    let holds = |table: &Table| {
        let rows = Contents::of(table).rows;
        rows.iter().flatten().any(|key| key.as_deref() == Some("-128"))
    };
    for name in ["pyarrow-int8.parquet", "pyarrow-int8.arrow", "numpy-i1-byte.npy"] {
        let file = folder().join(name);
        assert!(holds(&read(&file).unwrap()), "{name}");
        assert!(!holds(&Table::read(&file, &options).unwrap()), "{name}");
    }
}

#[test]
fn only_texts_have_a_layout() {
    let layout = read_as("a.tsv", b"a\tk\n1\tx\n").unwrap().layout().unwrap();
    assert_eq!((layout.separator, layout.decimal_comma), (b'\t', false));
    assert_eq!(read(&folder().join("pyarrow-int8.parquet")).unwrap().layout(), None);
}

#[test]
fn the_content_tells_the_format_before_the_name_does() {
    for (file, name) in [
        ("pyarrow-int8.parquet", "a.csv"),
        ("pyarrow-int8.arrow", "a"),
        ("pyarrow-stream.arrows", "a.parquet"),
        ("numpy-i1-byte.npy", "a.npz"),
        ("numpy-one.npz", "a.npy"),
    ] {
        let bytes = fs::read(folder().join(file)).unwrap();
        let table = read_as(name, &bytes).unwrap();
        assert_eq!(Contents::of(&table), Contents::of(&read(&folder().join(file)).unwrap()));
    }
}

#[test]
fn what_is_no_file_of_its_name_is_refused() {
    let fault = |name: &str| read_as(name, b"a,b\n1,2\n").unwrap_err().fault;
    assert!(matches!(fault("a.parquet"), TableFault::Parquet(_)));
    assert!(matches!(fault("a.feather"), TableFault::Feather(_)));
    assert!(matches!(fault("a.npy"), TableFault::Npy(_)));
    assert!(matches!(fault("a.npz"), TableFault::Archive(_)));
}

#[test]
fn a_table_that_says_it_is_too_large_is_refused() {
    let file = folder().join("pyarrow-codec-none.parquet");
    let options = ReadOptions { memory: 64, ..ReadOptions::default() };
    let fault = Table::read(&file, &options).unwrap_err().fault;
    assert!(matches!(fault, TableFault::OutOfMemory { limit: 64 }), "{fault}");
}

/// Names and bytes of all files.
static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let names = expected().into_keys();
    names.map(|name| (name.clone(), fs::read(folder().join(name)).unwrap())).collect()
});

fn any_file() -> impl Strategy<Value = &'static (String, Vec<u8>)> {
    (0..FILES.len()).prop_map(|number| &FILES[number])
}

proptest! {
    #[test]
    fn cut_and_changed_files_never_panic(
        (name, bytes) in any_file(),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<u8>()),
            0..4,
        ),
    ) {
        let mut bytes = bytes.clone();
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        for (place, byte) in changes {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
        }
        if let Ok(table) = read_as(name, &bytes) {
            prop_assert!(!table.is_empty());
        }
    }
}

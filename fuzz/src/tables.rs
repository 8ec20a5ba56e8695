//! Data files that nobody vouches for.

use nocknock_dataset::{Column, Pieces, ReadOptions, Table, TableError};
use std::{
    io::{self, Write},
    panic,
    path::Path,
};
use tempfile::NamedTempFile;

/// Most bytes of values that a table may have.
const MEMORY: u64 = 16 << 20;

/// Bytes that a value takes.
const VALUE_BYTES: u64 = 9;

/// Ends of names. They tell the format where the content does not.
pub const ENDINGS: [&str; 8] = ["csv", "tsv", "jsonl", "parquet", "arrow", "npy", "npz", "csv.gz"];

/// Byte 0: the end of the file's name; then its content. A table is complete and fits in the memory
/// allowed, and reading in pieces gives as many rows.
pub fn tables(data: &[u8]) {
    let Some(file) = file(data) else {
        return;
    };
    let Ok(table) = read(file.path()) else {
        return;
    };
    let (rows, columns) = (table.len(), table.columns().len());
    assert!(rows > 0 && columns > 0, "a table has rows and columns");
    assert!(table.columns().iter().all(|column| column.len() == rows), "columns are equally long");
    let values = u64::try_from(rows * columns).expect("there are not so many values");
    assert!(values * VALUE_BYTES <= MEMORY, "a table fits in the memory allowed");
    let names: Vec<&str> = table.columns().iter().map(Column::name).collect();
    let pieces = Pieces::open(file.path(), &options(), 1 + rows / 3);
    let pieces = pieces.expect("what is read at once is read in pieces");
    let of_piece = |piece: Result<Table, TableError>| {
        let piece = piece.expect("no piece is less readable than all of them");
        assert!(piece.columns().iter().map(Column::name).eq(names.iter().copied()));
        piece.len()
    };
    assert_eq!(pieces.map(of_piece).sum::<usize>(), rows, "pieces have all rows");
}

/// Whether an input is a table.
pub fn is_table(data: &[u8]) -> bool {
    file(data).is_some_and(|file| read(file.path()).is_ok())
}

/// The input that stands for a file whose name ends so.
///
/// # Errors
///
/// If there is no such ending.
pub fn table_input(ending: &str, content: &[u8]) -> io::Result<Vec<u8>> {
    let place = ENDINGS.iter().position(|known| *known == ending);
    let first = place.and_then(|place| u8::try_from(place).ok());
    let first = first.ok_or_else(|| io::Error::other(format!("no target reads .{ending}")))?;
    Ok([&[first][..], content].concat())
}

/// Lets readers panic, as that is told as a fault of the file. Else libFuzzer ends at any panic.
pub fn let_readers_panic() {
    panic::set_hook(Box::new(|info| {
        if info.location().is_some_and(|place| place.file() == file!()) {
            eprintln!("{info}");
        }
    }));
}

fn file(data: &[u8]) -> Option<NamedTempFile> {
    let (first, content) = data.split_first()?;
    let ending = ENDINGS.get(usize::from(*first) % ENDINGS.len())?;
    let file = tempfile::Builder::new().suffix(&format!(".{ending}")).tempfile();
    let mut file = file.expect("there is a folder for files that are thrown away");
    file.write_all(content).expect("the file can be written");
    Some(file)
}

fn read(file: &Path) -> Result<Table, TableError> {
    Table::read(file, &options())
}

fn options() -> ReadOptions {
    ReadOptions { memory: MEMORY, ..ReadOptions::default() }
}

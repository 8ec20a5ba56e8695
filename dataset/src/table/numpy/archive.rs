//! Archives of arrays, and which of them make a table.

use super::{Array, TableFault};
use crate::{names::shown, table::MAX_COLUMNS};
use std::{
    fs::File,
    io::{BufReader, Cursor, Read},
};
use zip::{result::ZipError, ZipArchive};

/// Names of arrays with the columns, if there is one with the classes.
const COLUMNS: [&str; 3] = ["X", "x", "data"];

/// Names of arrays with the classes.
const CLASSES: [&str; 3] = ["y", "Y", "target"];

/// Arrays that a note or a fault lists.
const LISTED: usize = 8;

type Archive = ZipArchive<BufReader<File>>;

/// Arrays that make a table, side by side.
pub(super) struct Contents {
    pub(super) arrays: Vec<Array>,
    /// Names of the columns, if they have some.
    pub(super) names: Option<Vec<String>>,
    /// What was guessed.
    pub(super) note: Option<String>,
}

impl Contents {
    /// The columns of an array, or its fields.
    pub(super) fn of_one(array: Array) -> Self {
        Self { names: array.header.field_names(), arrays: vec![array], note: None }
    }
}

/// An array in an archive.
struct Entry {
    place: usize,
    name: String,
}

/// Reads the arrays that make a table. They take at most this memory.
pub(super) fn read(file: File, memory: u64) -> Result<Contents, TableFault> {
    let mut archive = ZipArchive::new(BufReader::new(file))?;
    let entries = entries(&archive)?;
    match (entries.as_slice(), pair(&entries)) {
        ([], _) => Err(unusable(
            "it holds no array of NumPy; save one with np.savez, and a spreadsheet as CSV",
        )),
        (_, Some(pair)) => read_pair(&mut archive, &entries, pair, memory),
        ([_], _) => {
            let mut arrays = unpack_all(&mut archive, &entries, memory)?;
            arrays.pop().map(Contents::of_one).ok_or(TableFault::NoColumns)
        }
        _ => read_columns(&mut archive, &entries, memory),
    }
}

fn entries(archive: &Archive) -> Result<Vec<Entry>, TableFault> {
    let mut entries = Vec::new();
    for (place, name) in archive.file_names().enumerate() {
        if let Some(name) = name?.strip_suffix(".npy") {
            entries.push(Entry { place, name: name.to_owned() });
        }
        if entries.len() > MAX_COLUMNS {
            let found = u64::try_from(archive.len()).unwrap_or(u64::MAX);
            return Err(TableFault::TooManyColumns { found });
        }
    }
    Ok(entries)
}

/// The array with the columns and the one with the classes.
fn pair(entries: &[Entry]) -> Option<[&Entry; 2]> {
    let named = |names: [&str; 3]| {
        let mut of_names = names.into_iter();
        of_names.find_map(|name| entries.iter().find(|entry| entry.name == name))
    };
    Some([named(COLUMNS)?, named(CLASSES)?])
}

fn read_pair(
    archive: &mut Archive,
    entries: &[Entry],
    pair: [&Entry; 2],
    memory: u64,
) -> Result<Contents, TableFault> {
    let arrays = unpack_all(archive, pair, memory)?;
    let [samples, classes] = arrays.as_slice() else {
        return Err(TableFault::NoColumns);
    };
    if classes.header.columns() != 1 || classes.header.rows() != samples.header.rows() {
        let [samples, classes] = pair.map(|entry| shown(&entry.name));
        return Err(unusable(&format!(
            "`{classes}` must have one class for each row of `{samples}`; save them so, or save \
             one array with all columns"
        )));
    }
    let [_, class] = pair;
    let names = samples.header.field_names().map(|names| with(names, &class.name));
    Ok(Contents { arrays, names, note: Some(pair_note(entries, pair)) })
}

fn with(mut names: Vec<String>, last: &str) -> Vec<String> {
    names.push(last.to_owned());
    names
}

fn pair_note(entries: &[Entry], pair: [&Entry; 2]) -> String {
    let others = entries.iter().filter(|entry| pair.iter().all(|of| of.place != entry.place));
    let left_out = match list(others) {
        Some(names) => format!("; left out: {names}"),
        None => String::new(),
    };
    let [samples, classes] = pair.map(|entry| shown(&entry.name));
    format!(
        "the columns are those of `{samples}`, and the last column is `{classes}`{left_out}; save \
         one array with all columns if that is wrong"
    )
}

/// Arrays that are a column each.
fn read_columns(
    archive: &mut Archive,
    entries: &[Entry],
    memory: u64,
) -> Result<Contents, TableFault> {
    let arrays = unpack_all(archive, entries, memory)?;
    let rows = arrays.first().map(|array| array.header.rows());
    let is_column =
        |array: &Array| array.header.columns() == 1 && Some(array.header.rows()) == rows;
    if !arrays.iter().all(is_column) {
        return Err(unusable(&format!(
            "it is not clear which of its arrays make a table ({}); save one array, or X and y, or \
             a column in each, all equally long",
            list(entries.iter()).unwrap_or_default()
        )));
    }
    let names = entries.iter().map(|entry| entry.name.clone()).collect();
    Ok(Contents { arrays, names: Some(names), note: None })
}

/// Names in a sentence, if there are any.
fn list<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<String> {
    let names: Vec<String> = entries.map(|entry| format!("`{}`", shown(&entry.name))).collect();
    let first = names.get(..LISTED).unwrap_or(&names).join(", ");
    match names.len().saturating_sub(LISTED) {
        0 if names.is_empty() => None,
        0 => Some(first),
        more => Some(format!("{first} and {more} more")),
    }
}

fn unpack_all<'a>(
    archive: &mut Archive,
    entries: impl IntoIterator<Item = &'a Entry>,
    memory: u64,
) -> Result<Vec<Array>, TableFault> {
    let mut left = memory;
    let mut arrays = Vec::new();
    for entry in entries {
        let bytes = unpack(archive, entry.place, left)
            .and_then(|bytes| bytes.ok_or(TableFault::OutOfMemory { limit: memory }))?;
        left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let array = Array::open(Box::new(Cursor::new(bytes)));
        arrays.push(array.map_err(|fault| in_array(&entry.name, fault))?);
    }
    Ok(arrays)
}

/// The bytes of an array, unless they are more than so many, or said to be.
fn unpack(archive: &mut Archive, place: usize, most: u64) -> Result<Option<Vec<u8>>, TableFault> {
    let mut bytes = Vec::new();
    let entry = archive.by_index(place)?;
    if entry.size() > most {
        return Ok(None);
    }
    let read =
        entry.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(ZipError::from)?;
    let fits = u64::try_from(read).is_ok_and(|read| read <= most);
    Ok(fits.then_some(bytes))
}

fn in_array(name: &str, fault: TableFault) -> TableFault {
    match fault {
        TableFault::Npy(reason) => unusable(&format!("array `{}`: {reason}", shown(name))),
        other => other,
    }
}

fn unusable(reason: &str) -> TableFault {
    TableFault::Archive(reason.to_owned())
}

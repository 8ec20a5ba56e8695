//! The footer of a Parquet file, which says what the file holds and where.

use super::{
    compact::{Compact, Fields, Kind, Wire},
    cut, damaged, ends_early, unusable,
};
use crate::table::{ipc, TableFault, MAX_COLUMNS};
use ::parquet::{
    arrow::ARROW_SCHEMA_META_KEY,
    file::metadata::{
        ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetStatisticsPolicy,
    },
};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
};

/// Bytes at a file's end: the footer's length and the magic word.
const END_BYTES: u64 = 8;

const MAGIC: [u8; 4] = *b"PAR1";

/// What a file ends with whose footer is encrypted.
const ENCRYPTED: [u8; 4] = *b"PARE";

/// Most groups of columns in each other.
const NESTING: usize = 64;

/// Bytes, about, that a column or a group takes beside its name.
const ENTRY_BYTES: u64 = 1_024;

/// Bytes that a name takes beside its own where it is part of a path.
const NAME_BYTES: u64 = 24;

/// The number of the field with the schema.
const SCHEMA: i16 = 2;

/// The number of the field with an entry's name.
const NAME: i16 = 4;

/// The number of the field that says how many of the next entries are in this one.
const CHILDREN: i16 = 5;

const NOTHING: Kind = Kind::Structure(&[]);

const TIME: Kind = Kind::Structure(&[
    (1, Kind::Truth),
    (2, Kind::Structure(&[(1, NOTHING), (2, NOTHING), (3, NOTHING)])),
]);

const LOGICAL_TYPE: Kind = Kind::Structure(&[
    (1, NOTHING),
    (2, NOTHING),
    (3, NOTHING),
    (4, NOTHING),
    (5, Kind::Structure(&[(1, Kind::Whole), (2, Kind::Whole)])),
    (6, NOTHING),
    (7, TIME),
    (8, TIME),
    (10, Kind::Structure(&[(1, Kind::Byte), (2, Kind::Truth)])),
    (11, NOTHING),
    (12, NOTHING),
    (13, NOTHING),
    (14, NOTHING),
    (15, NOTHING),
    (16, Kind::Structure(&[(1, Kind::Byte)])),
    (17, Kind::Structure(&[(1, Kind::Bytes)])),
    (18, Kind::Structure(&[(1, Kind::Bytes), (2, Kind::Whole)])),
    (19, NOTHING),
]);

/// A column or a group of columns.
const ENTRY: Fields = &[
    (1, Kind::Whole),
    (2, Kind::Whole),
    (3, Kind::Whole),
    (NAME, Kind::Bytes),
    (CHILDREN, Kind::Whole),
    (6, Kind::Whole),
    (7, Kind::Whole),
    (8, Kind::Whole),
    (9, Kind::Whole),
    (10, LOGICAL_TYPE),
];

const BOX: Kind = Kind::Structure(&[
    (1, Kind::Double),
    (2, Kind::Double),
    (3, Kind::Double),
    (4, Kind::Double),
    (5, Kind::Double),
    (6, Kind::Double),
    (7, Kind::Double),
    (8, Kind::Double),
]);

/// What is known of a column's values in a group of rows. Statistics are not read.
const COLUMN: Kind = Kind::Structure(&[
    (1, Kind::Whole),
    (2, Kind::List(&Kind::Whole)),
    (4, Kind::Whole),
    (5, Kind::Whole),
    (6, Kind::Whole),
    (7, Kind::Whole),
    (9, Kind::Whole),
    (10, Kind::Whole),
    (11, Kind::Whole),
    (14, Kind::Whole),
    (15, Kind::Whole),
    (17, Kind::Structure(&[(1, BOX), (2, Kind::List(&Kind::Whole))])),
]);

const CHUNK: Kind = Kind::Structure(&[
    (1, Kind::Bytes),
    (2, Kind::Whole),
    (3, COLUMN),
    (4, Kind::Whole),
    (5, Kind::Whole),
    (6, Kind::Whole),
    (7, Kind::Whole),
]);

const SORTING: Kind = Kind::Structure(&[(1, Kind::Whole), (2, Kind::Truth), (3, Kind::Truth)]);

const ROWS: Kind = Kind::Structure(&[
    (1, Kind::List(&CHUNK)),
    (2, Kind::Whole),
    (3, Kind::Whole),
    (4, Kind::List(&SORTING)),
    (5, Kind::Whole),
    (7, Kind::Whole),
]);

const PAIR: Kind = Kind::Structure(&[(1, Kind::Bytes), (2, Kind::Bytes)]);

const ORDER: Kind = Kind::Structure(&[(1, NOTHING), (2, NOTHING), (3, NOTHING)]);

const FILE: Fields = &[
    (1, Kind::Whole),
    (3, Kind::Whole),
    (4, Kind::List(&ROWS)),
    (5, Kind::List(&PAIR)),
    (6, Kind::Bytes),
    (7, Kind::List(&ORDER)),
];

/// What a file says about itself, if that fits in memory.
pub(super) fn read(file: &File, memory: u64) -> Result<ParquetMetaData, TableFault> {
    let footer = bytes(file, memory)?;
    check(&footer, memory)?;
    let options = without_statistics();
    let metadata = ParquetMetaDataReader::decode_metadata_with_options(&footer, Some(&options))?;
    check_embedded(&metadata, memory)?;
    Ok(metadata)
}

fn without_statistics() -> ParquetMetaDataOptions {
    let mut options = ParquetMetaDataOptions::new();
    options.set_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll);
    options.set_column_stats_policy(ParquetStatisticsPolicy::SkipAll);
    options.set_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
    options
}

fn bytes(mut file: &File, memory: u64) -> Result<Vec<u8>, TableFault> {
    let length = file.seek(SeekFrom::End(0))?;
    let end = length.checked_sub(END_BYTES).ok_or_else(ends_early)?;
    file.seek(SeekFrom::Start(end))?;
    let mut last = [0; 8];
    file.read_exact(&mut last).map_err(cut)?;
    let [a, b, c, d, magic @ ..] = last;
    match magic {
        MAGIC => (),
        ENCRYPTED => {
            return Err(TableFault::Parquet(
                "its footer is encrypted; write it without encryption".to_owned(),
            ))
        }
        _ => return Err(unusable("it does not end as one")),
    }
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    let start = end.checked_sub(size).ok_or_else(ends_early)?;
    if size > memory {
        return Err(TableFault::OutOfMemory { limit: memory });
    }
    file.seek(SeekFrom::Start(start))?;
    let mut footer = Vec::new();
    let read = file.take(size).read_to_end(&mut footer)?;
    if u64::try_from(read).is_ok_and(|read| read == size) {
        Ok(footer)
    } else {
        Err(ends_early())
    }
}

/// Refuses a footer that takes more than fits in memory when it is kept, or nests too deep.
fn check(footer: &[u8], memory: u64) -> Result<(), TableFault> {
    let length = u64::try_from(footer.len()).unwrap_or(u64::MAX);
    let mut compact = Compact::new(footer, length);
    compact.add_weight(length);
    let mut last = 0;
    while let Some((number, wire)) = compact.field(last)? {
        last = number;
        match number {
            SCHEMA => check_schema(&mut compact, wire)?,
            _ => compact.pass(FILE, number, wire)?,
        }
    }
    if compact.weight() > memory {
        return Err(TableFault::OutOfMemory { limit: memory });
    }
    Ok(())
}

fn check_schema(compact: &mut Compact<&[u8]>, wire: Wire) -> Result<(), TableFault> {
    if wire != Wire::List {
        return Err(damaged());
    }
    let (item, count) = compact.list()?;
    let mut tree = Tree::of(count);
    for _ in 0..count {
        if item != Wire::Structure {
            return Err(damaged());
        }
        let weight = tree.add(Entry::read(compact)?)?;
        compact.add_weight(weight);
    }
    Ok(())
}

/// A column or a group of columns.
struct Entry {
    /// Bytes of its name.
    name: u64,
    /// Entries that are in it.
    children: u64,
}

impl Entry {
    fn read(compact: &mut Compact<&[u8]>) -> Result<Self, TableFault> {
        let mut entry = Self { name: 0, children: 0 };
        let mut last = 0;
        while let Some((number, wire)) = compact.field(last)? {
            last = number;
            match (number, wire) {
                (NAME, Wire::Bytes) => entry.name = compact.bytes()?,
                (CHILDREN, Wire::Whole) => entry.children = children(compact.whole()?)?,
                _ => compact.pass(ENTRY, number, wire)?,
            }
        }
        Ok(entry)
    }
}

/// A count that has 32 bits in the file.
fn children(count: i64) -> Result<u64, TableFault> {
    let count = i32::try_from(count).ok().and_then(|count| u64::try_from(count).ok());
    count.ok_or_else(damaged)
}

/// Columns in groups, which come one after the other, a group in front of what is in it.
struct Tree {
    /// Entries that no group has claimed.
    unclaimed: u64,
    /// The groups that are not complete.
    open: Vec<Group>,
    is_empty: bool,
}

struct Group {
    /// Entries that did not come yet.
    missing: u64,
    /// Bytes of its path.
    path: u64,
}

impl Tree {
    fn of(count: u64) -> Self {
        Self { unclaimed: count.saturating_sub(1), open: Vec::new(), is_empty: true }
    }

    /// Adds the next entry, and says how many bytes it takes.
    fn add(&mut self, entry: Entry) -> Result<u64, TableFault> {
        let above = self.enter(&entry)?;
        let path = above.saturating_add(entry.name).saturating_add(NAME_BYTES);
        if entry.children > 0 {
            self.unclaimed = self.unclaimed.checked_sub(entry.children).ok_or_else(damaged)?;
            if self.open.len() >= NESTING {
                return Err(unusable("its columns are in too many groups of groups"));
            }
            self.open.push(Group { missing: entry.children, path });
        }
        while self.open.last().is_some_and(|group| group.missing == 0) {
            self.open.pop();
        }
        Ok(path.saturating_add(ENTRY_BYTES))
    }

    /// Bytes of the path of the group that the entry is in.
    fn enter(&mut self, entry: &Entry) -> Result<u64, TableFault> {
        if let Some(group) = self.open.last_mut() {
            group.missing = group.missing.saturating_sub(1);
            return Ok(group.path);
        }
        if !self.is_empty {
            return Err(damaged());
        }
        self.is_empty = false;
        if usize::try_from(entry.children).is_ok_and(|columns| columns <= MAX_COLUMNS) {
            Ok(0)
        } else {
            Err(TableFault::TooManyColumns { found: entry.children })
        }
    }
}

/// Refuses what a program that writes Arrow says about the columns, if it takes more than fits in
/// memory.
fn check_embedded(metadata: &ParquetMetaData, memory: u64) -> Result<(), TableFault> {
    let pairs = metadata.file_metadata().key_value_metadata().into_iter().flatten();
    let embedded = pairs.filter(|pair| pair.key == ARROW_SCHEMA_META_KEY);
    let mut texts = embedded.filter_map(|pair| pair.value.as_deref());
    texts.try_for_each(|text| check_text(text, memory))
}

/// What is no text in base 64 or no schema is refused by the crate.
fn check_text(text: &str, memory: u64) -> Result<(), TableFault> {
    let Some(bytes) = from_base_64(text) else {
        return Ok(());
    };
    let message = match bytes.as_slice() {
        [0xff, 0xff, 0xff, 0xff, _, _, _, _, message @ ..] if !message.is_empty() => message,
        other => other,
    };
    match arrow_ipc::root_as_message(message).ok().and_then(|message| message.header_as_schema()) {
        Some(schema) => ipc::check(schema, memory),
        None => Ok(()),
    }
}

/// Three bytes for each four characters.
fn from_base_64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for four in text.trim_end_matches('=').as_bytes().chunks(4) {
        let mut bits = 0u32;
        for character in four {
            bits = (bits << 6) | digit(*character)?;
        }
        let [_, three @ ..] = match four.len() {
            4 => bits.to_be_bytes(),
            3 => (bits << 6).to_be_bytes(),
            2 => (bits << 12).to_be_bytes(),
            _ => return None,
        };
        bytes.extend(three.into_iter().take(four.len().saturating_sub(1)));
    }
    Some(bytes)
}

fn digit(character: u8) -> Option<u32> {
    let (first, digit) = match character {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' => (b'+', 62),
        b'/' => (b'/', 63),
        _ => return None,
    };
    Some(u32::from(character.wrapping_sub(first)).saturating_add(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_read() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("/w==", b"\xff"),
            ("AAE=", b"\x00\x01"),
            ("TWFu", b"Man"),
            ("TWFuTWE", b"ManMa"),
            ("+/+/", b"\xfb\xff\xbf"),
        ] {
            assert_eq!(from_base_64(text).unwrap(), bytes, "{text}");
        }
        for text in ["A", "AAAAA", "A-==", "AA A"] {
            assert_eq!(from_base_64(text), None, "{text}");
        }
    }
}

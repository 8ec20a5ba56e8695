//! Compares each index with the tables that it refers to.
//!
//! An index is a hash table whose entries say in which value table, and where in it, a value is. A
//! table that is not there, or is shorter than an entry says, is of another database, of another
//! column or of another time; and an index without entries beside a full table has lost them.

use super::{name_of, DatabaseError, INDEX_HEADER};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// An entry ends in the tier of the table, before which stands the place in the table.
const TIER_BITS: u32 = 8;
/// A chunk of an index has as many entries as these bits can count.
const CHUNK_BITS: u32 = 6;
const ENTRY_BYTES: usize = 8;

/// How much of an index is read: all of it at the size that a database begins with, 32 MiB, where
/// the only value of a table may be the code of the runtime. Entries are spread evenly, so in a
/// larger one what is missed is rare in the rest.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The columns in which a chain always keeps something: marks, state, lookups, headers, bodies and
/// the notes of consensus. Others may be emptied in order.
const NEVER_EMPTY: [&str; 6] = ["00", "01", "03", "04", "05", "08"];

/// The column of headers.
const HEADERS: &str = "04";

/// The files of one column.
#[derive(Debug, Default)]
pub(super) struct Column {
    indexes: Vec<(PathBuf, u32)>,
    tables: BTreeMap<u8, PathBuf>,
}

/// The files in a folder by their column.
pub(super) fn columns(files: &[PathBuf]) -> BTreeMap<String, Column> {
    let mut columns = BTreeMap::<String, Column>::new();
    for file in files {
        let name = name_of(file);
        let mut parts = name.split('_');
        let (Some(kind), Some(column), Some(last)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        match kind {
            "index" => {
                if let Ok(bits) = last.parse() {
                    columns.entry(column.into()).or_default().indexes.push((file.clone(), bits));
                }
            }
            "table" => {
                if let Ok(tier) = u8::from_str_radix(last, 16) {
                    columns.entry(column.into()).or_default().tables.insert(tier, file.clone());
                }
            }
            _ => (),
        }
    }
    columns
}

/// Whether the database holds a block.
pub(super) fn hold_headers(columns: &BTreeMap<String, Column>) -> bool {
    columns.get(HEADERS).is_some_and(Column::has_values)
}

/// Checks that the indexes and tables of a column belong together.
pub(super) fn check(name: &str, column: &Column) -> Result<(), DatabaseError> {
    let mut has_entries = false;
    for (index, bits) in &column.indexes {
        let ends = ends(index, *bits)
            .map_err(|source| DatabaseError::Unreadable { path: index.clone(), source })?;
        has_entries |= !ends.is_empty();
        for (tier, end) in ends {
            column.check_table(index, name, tier, end)?;
        }
    }
    match column.indexes.first() {
        Some((index, _)) if !has_entries && NEVER_EMPTY.contains(&name) && column.has_values() => {
            Err(DatabaseError::Emptied { path: index.clone() })
        }
        _ => Ok(()),
    }
}

impl Column {
    fn has_values(&self) -> bool {
        self.tables.values().any(|table| super::filled(table).is_ok_and(|filled| filled > 1))
    }

    fn check_table(
        &self,
        index: &Path,
        name: &str,
        tier: u8,
        end: u64,
    ) -> Result<(), DatabaseError> {
        let index = index.to_path_buf();
        let Some(table) = self.tables.get(&tier) else {
            let table = index.with_file_name(format!("table_{name}_{tier:02x}"));
            return Err(DatabaseError::Missing { index, table });
        };
        let filled = super::filled(table)
            .map_err(|source| DatabaseError::Unreadable { path: table.clone(), source })?;
        if end > filled {
            return Err(DatabaseError::Exchanged { index, table: table.clone() });
        }
        Ok(())
    }
}

/// For each tier that an index refers to, how many places its table must have at least.
fn ends(index: &Path, bits: u32) -> io::Result<BTreeMap<u8, u64>> {
    let mut file = File::open(index)?;
    let length = file.metadata()?.len();
    let address = u64::MAX >> (64 - bits.saturating_add(CHUNK_BITS + TIER_BITS).clamp(1, 64));
    let mut ends = BTreeMap::new();
    let mut position = INDEX_HEADER;
    let mut left = MAX_BYTES;
    while let Some((start, end)) = data_after(&file, position, length)? {
        let bytes = read(&mut file, start, (end - start).min(left))?;
        for entry in bytes.chunks_exact(ENTRY_BYTES) {
            let entry = entry.iter().rev().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
            if entry != 0 {
                let end = ends.entry((entry & 0xff) as u8).or_insert(0);
                *end = u64::max(*end, ((entry & address) >> TIER_BITS).saturating_add(1));
            }
        }
        left -= bytes.len() as u64;
        position = end;
        if left == 0 {
            break;
        }
    }
    Ok(ends)
}

fn read(file: &mut File, start: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The next part of a file that is on the disk; the rest of it are zeros.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn data_after(file: &File, position: u64, length: u64) -> io::Result<Option<(u64, u64)>> {
    use rustix::{fs::SeekFrom, io::Errno};
    if position >= length {
        return Ok(None);
    }
    match rustix::fs::seek(file, SeekFrom::Data(position)) {
        Ok(start) => {
            let end = rustix::fs::seek(file, SeekFrom::Hole(start)).unwrap_or(length);
            Ok((start < end).then_some((start, end.min(length))))
        }
        Err(Errno::NXIO) => Ok(None),
        // A file system that does not tell.
        Err(_) => Ok(Some((position, length))),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn data_after(_: &File, position: u64, length: u64) -> io::Result<Option<(u64, u64)>> {
    Ok((position < length).then_some((position, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry for the value at `place` of the table of `tier`.
    fn entry(bits: u32, key: u64, place: u64, tier: u8) -> [u8; 8] {
        let address = (place << TIER_BITS) | u64::from(tier);
        ((key << (bits + CHUNK_BITS + TIER_BITS)) | address).to_le_bytes()
    }

    fn index_with(folder: &Path, bits: u32, entries: &[(u64, [u8; 8])]) -> PathBuf {
        let path = folder.join(format!("index_01_{bits}"));
        let mut bytes =
            vec![0; (super::super::index_length(bits).expect("a small index")) as usize];
        for (place, entry) in entries {
            let start = (INDEX_HEADER + place * 8) as usize;
            bytes[start..start + 8].copy_from_slice(entry);
        }
        std::fs::write(&path, bytes).expect("writable");
        path
    }

    #[test]
    fn the_last_place_of_each_tier_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bits = 4;
        let last = 16 * 64 - 1;
        let entries = [
            (0, entry(bits, 0x1234, 5, 0xff)),
            (77, entry(bits, 1, 9, 0xff)),
            (last, entry(bits, u64::MAX, 2, 0x03)),
        ];
        let index = index_with(folder.path(), bits, &entries);
        let ends = ends(&index, bits).expect("readable");
        assert_eq!(ends.into_iter().collect::<Vec<_>>(), [(0x03, 3), (0xff, 10)]);
    }

    #[test]
    fn what_stands_in_the_header_is_no_entry() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let index = index_with(folder.path(), 2, &[]);
        let mut bytes = std::fs::read(&index).expect("readable");
        bytes[..INDEX_HEADER as usize].fill(7);
        std::fs::write(&index, bytes).expect("writable");
        assert!(ends(&index, 2).expect("readable").is_empty());
    }

    #[test]
    fn holes_are_skipped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let index = folder.path().join("index_01_20");
        let file = File::create(&index).expect("writable");
        file.set_len(super::super::index_length(20).expect("an index")).expect("sparse files");
        assert!(ends(&index, 20).expect("readable").is_empty());
    }

    #[test]
    fn files_are_sorted_by_their_columns() {
        let files =
            ["index_01_16", "index_01_17", "table_01_0a", "table_02_ff", "metadata", "log0"];
        let columns = columns(&files.map(PathBuf::from));
        assert_eq!(columns.keys().collect::<Vec<_>>(), ["01", "02"]);
        assert_eq!(columns["01"].indexes.len(), 2);
        assert_eq!(columns["01"].tables.keys().collect::<Vec<_>>(), [&0x0a]);
    }
}

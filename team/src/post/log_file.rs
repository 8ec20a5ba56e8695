//! The log of a home on the disk.
//!
//! Records follow each other: length of the entry (4 bytes, little endian), the first 8 bytes of
//! the entry's BLAKE3 hash, the entry. An entry is on the disk before anybody sees it, so a record
//! that a kill has cut off was seen by nobody, and is dropped. All other damage is an error: a home
//! that has forgotten an entry would fork the log.

use crate::order::Entry;
use codec::{DecodeAll, Encode};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// The open file, locked against other processes.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    end: u64,
}

impl LogFile {
    /// Opens or makes the file, and gives the entries in it.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<Entry>)> {
        let in_use = || io::Error::new(io::ErrorKind::ResourceBusy, "another home has the log");
        let mut file = nocknock_durable::try_lock(path)?.ok_or_else(in_use)?;
        nocknock_durable::sync_folder_of(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (entries, end) = read(&bytes)?;
        Ok((Self { file, end }, entries))
    }

    /// Adds an entry. If this fails, the entry is not in the log, and the next one takes its place.
    pub(super) fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let record = record(&entry.encode())?;
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&record)?;
        self.file.sync_data()?;
        self.end = self.end.saturating_add(record.len() as u64);
        Ok(())
    }
}

fn record(entry: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(entry.len()).map_err(io::Error::other)?;
    Ok([&length.to_le_bytes()[..], &checksum(entry), entry].concat())
}

fn checksum(entry: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    blake3::Hasher::new().update(entry).finalize_xof().fill(&mut sum);
    sum
}

/// The entries, and where the last whole one ends.
fn read(bytes: &[u8]) -> io::Result<(Vec<Entry>, u64)> {
    let (mut entries, mut rest) = (Vec::new(), bytes);
    while let Some((sum, entry, next)) = whole_record(rest) {
        if checksum(entry) != *sum {
            return Err(damaged());
        }
        entries.push(Entry::decode_all(&mut &*entry).map_err(|_| damaged())?);
        rest = next;
    }
    Ok((entries, bytes.len().saturating_sub(rest.len()) as u64))
}

/// Checksum and bytes of the first entry, and what follows; nothing if it is cut off. No entry is
/// empty: zeros are what a power cut may leave.
fn whole_record(bytes: &[u8]) -> Option<(&[u8; 8], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length > 0)?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    let (entry, rest) = rest.split_at_checked(length)?;
    Some((sum, entry, rest))
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the log is damaged: restore it from a copy")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Author, Body};
    use std::fs;

    fn entry(index: u64) -> Entry {
        Entry {
            epoch: 0,
            index,
            previous: [1; 32],
            at_ms: 2,
            author: Author::Home,
            body: Body::Resumed,
            signature: vec![3],
            home_signature: vec![4],
        }
    }

    /// A file with two entries.
    fn written(path: &Path) -> Vec<u8> {
        let (mut log, entries) = LogFile::open(path).unwrap();
        assert!(entries.is_empty());
        (0..2).for_each(|index| log.append(&entry(index)).unwrap());
        fs::read(path).unwrap()
    }

    #[test]
    fn entries_are_read_back_and_more_are_added() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        written(&path);
        let (mut log, entries) = LogFile::open(&path).unwrap();
        assert_eq!(entries, [entry(0), entry(1)]);
        assert!(LogFile::open(&path).is_err(), "a log has one home");
        log.append(&entry(2)).unwrap();
        drop(log);
        assert_eq!(LogFile::open(&path).unwrap().1.len(), 3);
    }

    #[test]
    fn a_record_that_is_cut_off_is_dropped_and_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let bytes = written(&path);
        for length in bytes.len() / 2..bytes.len() {
            fs::write(&path, &bytes[..length]).unwrap();
            let (mut log, entries) = LogFile::open(&path).unwrap();
            assert_eq!(entries, [entry(0)], "{length} bytes");
            log.append(&entry(7)).unwrap();
            drop(log);
            assert_eq!(LogFile::open(&path).unwrap().1, [entry(0), entry(7)]);
        }
        fs::write(&path, [&bytes[..], &[0; 40]].concat()).unwrap();
        assert_eq!(LogFile::open(&path).unwrap().1, [entry(0), entry(1)]);
    }

    #[test]
    fn an_entry_that_has_changed_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut bytes = written(&path);
        bytes[20] ^= 1;
        fs::write(&path, bytes).unwrap();
        let refused = LogFile::open(&path).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }
}

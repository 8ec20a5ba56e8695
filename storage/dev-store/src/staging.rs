//! Bytes on their way in: a temporary file whose checksums are taken while it is written.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use tempfile::NamedTempFile;

/// Bytes under one checksum.
pub(super) const CHUNK: usize = 1 << 20;

/// A file being written in the store's folder; it vanishes unless it is kept.
#[derive(Debug)]
pub(super) struct Staging {
    file: NamedTempFile,
    pending: Vec<u8>,
    checksums: Vec<String>,
    len: u64,
}

impl Staging {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            file: NamedTempFile::new_in(folder)?,
            pending: Vec::with_capacity(CHUNK),
            checksums: Vec::new(),
            len: 0,
        })
    }

    /// Bytes taken so far.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Appends bytes. Some are held back until their chunk is full.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = CHUNK - self.pending.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
            if self.pending.len() == CHUNK {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.pending)?;
        self.checksums.push(checksum(&self.pending));
        self.pending.clear();
        Ok(())
    }

    /// Writes what is held back and waits until the disk has everything.
    pub(super) fn finish(mut self) -> io::Result<Staged> {
        if !self.pending.is_empty() {
            self.flush()?;
        }
        self.file.as_file().sync_all()?;
        Ok(Staged { file: self.file, checksums: self.checksums, len: self.len })
    }
}

/// A complete temporary file.
#[derive(Debug)]
pub(super) struct Staged {
    file: NamedTempFile,
    pub(super) checksums: Vec<String>,
    pub(super) len: u64,
}

impl Staged {
    pub(super) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Gives the file its name, in place of what had it before.
    pub(super) fn keep_as(self, path: &Path) -> io::Result<()> {
        self.file.persist(path)?;
        Ok(())
    }
}

/// blake2b-256 in hexadecimal.
pub(super) fn checksum(bytes: &[u8]) -> String {
    let mut params = blake2b_simd::Params::new();
    params.hash_length(32).hash(bytes).to_hex().to_string()
}

//! Files that are there whole or not at all.

use nocknock_durable as durable;
use std::{fmt, io, path::Path};

/// Writes the files of the journal.
///
/// The journal goes through this trait so that a test can end a run between any two writes.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Puts a file in its place. When this returns, the file survives a power cut; until then,
    /// whoever reads it finds the old content or none.
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Makes a folder that only its owner can read, if it is not there, with the folders above it.
    /// When this returns, all that were made survive a power cut.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
}

/// The real disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct DurableDisk;

impl Disk for DurableDisk {
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        durable::put(path, bytes)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        durable::make_folder(path)
    }
}

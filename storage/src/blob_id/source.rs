//! Where the bytes of a blob are read from.

use std::{fs::File, io, os::unix::fs::FileExt};

/// Bytes that can be read in any order and from several threads.
pub(super) trait Source: Sync {
    /// Fills `target` with the bytes from `offset` on, all of which exist.
    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<()>;
}

impl Source for &[u8] {
    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<()> {
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|start| self.get(start..)?.get(..target.len()))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        target.copy_from_slice(bytes);
        Ok(())
    }
}

impl Source for &File {
    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<()> {
        self.read_exact_at(target, offset)
    }
}

/// Fills `target` from `offset` on; what lies behind the blob's `len` bytes is zero.
pub(super) fn read_padded(
    source: &impl Source,
    len: u64,
    offset: u64,
    target: &mut [u8],
) -> io::Result<()> {
    let available = len.saturating_sub(offset).min(target.len() as u64) as usize;
    let (bytes, padding) = target.split_at_mut(available);
    padding.fill(0);
    if bytes.is_empty() {
        return Ok(());
    }
    source.read_at(offset, bytes)
}

//! SHA-256 of content, the hash that tells a changed file from an unchanged one.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The SHA-256 of some content, written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash's bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

/// The text is not a SHA-256 hash in the form that this crate writes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 hash has 64 hexadecimal digits (0-9 a-f), this text differs from that")]
pub struct ParseContentHashError;

impl FromStr for ContentHash {
    type Err = ParseContentHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| ParseContentHashError)?;
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().try_fold(0, |value, digit| {
                Ok::<u8, ParseContentHashError>(value << 4 | hex_value(*digit)?)
            })?;
        }
        Ok(Self(hash))
    }
}

fn hex_value(digit: u8) -> Result<u8, ParseContentHashError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(ParseContentHashError),
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for ContentHash {
    type Error = ParseContentHashError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Hashes content that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContentHasher(Sha256);

impl ContentHasher {
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub(crate) fn finish(self) -> ContentHash {
        ContentHash(self.0.finalize().into())
    }
}

/// Reads an open file from a position on, whatever its cursor.
#[derive(Debug)]
pub(crate) struct ReadAt<'a> {
    file: &'a File,
    position: u64,
}

impl<'a> ReadAt<'a> {
    pub(crate) fn new(file: &'a File, position: u64) -> Self {
        Self { file, position }
    }
}

impl Read for ReadAt<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.position)?;
        self.position += read as u64;
        Ok(read)
    }
}

/// Bytes that are read from a file at a time.
const PIECE: usize = 1 << 18;

/// Hands `len` bytes of `file` from `start` on to `consume`, piece by piece. A file that ends
/// earlier gives fewer.
pub(crate) fn for_each_piece(
    file: &File,
    start: u64,
    len: u64,
    mut consume: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut reader = ReadAt::new(file, start).take(len);
    let mut buffer = vec![0; PIECE];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => consume(buffer.get(..read).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The hash of `len` bytes of `file` from `start` on, or of those that are there.
pub(crate) fn hash_range(file: &File, start: u64, len: u64) -> io::Result<ContentHash> {
    let mut hasher = ContentHasher::default();
    for_each_piece(file, start, len, |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(ContentHash::of(b"abc").to_string(), ABC);
    }

    #[test]
    fn text_survives_a_round_trip_and_has_one_form() {
        let hash: ContentHash = ABC.parse().unwrap();
        assert_eq!(hash, ContentHash::of(b"abc"));
        for wrong in ["", &ABC[1..], &ABC.to_uppercase(), &ABC.replace('b', "g")] {
            assert_eq!(wrong.parse::<ContentHash>(), Err(ParseContentHashError));
        }
    }

    #[test]
    fn a_range_of_a_file_is_hashed_alone() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"xxabcyy", 0).unwrap();
        let hash = |start, len| hash_range(&file, start, len).unwrap();
        assert_eq!(hash(2, 3), ContentHash::of(b"abc"));
        assert_eq!(hash(5, 100), ContentHash::of(b"yy"));
    }
}

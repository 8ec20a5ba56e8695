//! Files whose damage is noticed.
//!
//! A file of the state directory is a JSON object. Its first entry, `checksum`, is the BLAKE3 of
//! the object without that entry, byte for byte. So a single byte that a disk or a memory has
//! changed is noticed before anything is done with the file, and the file stays one that people and
//! other programs can read.
//!
//! A file without the entry was written by a version that had none, and is read as it is. An entry
//! that damage has made unreadable does not pass for that: no file has an entry of another name.

use zeroize::Zeroizing;

/// How a file with a checksum begins.
const BEFORE: &[u8] = b"{\n  \"checksum\": \"";
/// What follows the checksum.
const AFTER: &[u8] = b"\",";
/// Hexadecimal digits of a checksum.
const DIGITS: usize = 64;

/// The content of a file is not the one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its content is not the one of its checksum")]
pub(super) struct Mismatch;

/// An object in the form that `serde_json` writes for people, with its checksum as first entry.
pub(super) fn added(content: &[u8]) -> Zeroizing<Vec<u8>> {
    match content.strip_prefix(b"{") {
        Some(rest) => {
            let digest = blake3::hash(content).to_hex();
            Zeroizing::new([BEFORE, digest.as_bytes(), AFTER, rest].concat())
        }
        // No file of this program is anything but an object.
        None => Zeroizing::new(content.to_vec()),
    }
}

/// What was given to [`added`], if it is still that.
pub(super) fn verified(file: &[u8]) -> Result<Zeroizing<Vec<u8>>, Mismatch> {
    let Some(rest) = file.strip_prefix(BEFORE) else {
        return Ok(Zeroizing::new(file.to_vec()));
    };
    let (digits, rest) = rest.split_at_checked(DIGITS).ok_or(Mismatch)?;
    let rest = rest.strip_prefix(AFTER).ok_or(Mismatch)?;
    let content = Zeroizing::new([b"{", rest].concat());
    if blake3::hash(&content).to_hex().as_bytes() == digits {
        Ok(content)
    } else {
        Err(Mismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const CONTENT: &[u8] = b"{\n  \"salt\": \"beef\",\n  \"count\": 7\n}";

    #[test]
    fn what_was_written_is_read_back_and_is_json() {
        let file = added(CONTENT);
        assert_eq!(verified(&file).unwrap().as_slice(), CONTENT);
        let read: Value = serde_json::from_slice(&file).unwrap();
        assert_eq!(read["count"], 7);
        assert_eq!(read["checksum"], blake3::hash(CONTENT).to_hex().as_str());
    }

    #[test]
    fn a_file_of_a_version_without_checksums_is_read_as_it_is() {
        assert_eq!(verified(CONTENT).unwrap().as_slice(), CONTENT);
    }

    /// What the journal reads: types that refuse entries that they do not know.
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fact {
        #[serde(rename = "salt")]
        _salt: String,
        #[serde(rename = "count")]
        _count: u32,
    }

    #[test]
    fn every_flipped_bit_is_noticed_wherever_it_is() {
        let file = added(CONTENT);
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut damaged = file.to_vec();
                damaged[at] ^= 1 << bit;
                let read = verified(&damaged).ok();
                let read = read.and_then(|read| serde_json::from_slice::<Fact>(&read).ok());
                assert!(read.is_none(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_noticed() {
        let file = added(CONTENT);
        for length in BEFORE.len()..file.len() {
            assert!(verified(&file[..length]).is_err(), "{length}");
        }
    }
}

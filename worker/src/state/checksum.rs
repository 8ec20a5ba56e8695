//! Files whose damage is noticed.
//!
//! A file of the state directory is a JSON object. Its first entry, `checksum`, is the BLAKE3 of
//! the object without that entry, byte for byte. So a single byte that a disk or a memory has
//! changed is noticed before anything is done with the file, and the file stays one that people and
//! other programs can read.
//!
//! A file without that entry counts as damaged.

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
    let rest = file.strip_prefix(BEFORE).ok_or(Mismatch)?;
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

    const CONTENT: &[u8] = b"{\n  \"key\": \"beef\",\n  \"count\": 7\n}";

    #[test]
    fn what_was_written_is_read_back_and_is_json() {
        let file = added(CONTENT);
        assert_eq!(verified(&file).unwrap().as_slice(), CONTENT);
        let read: Value = serde_json::from_slice(&file).unwrap();
        assert_eq!(read["count"], 7);
        assert_eq!(read["checksum"], blake3::hash(CONTENT).to_hex().as_str());
    }

    #[test]
    fn a_file_without_a_checksum_is_no_file_of_this_program() {
        for other in [CONTENT, b"{}", b"", &added(CONTENT)[1..]] {
            assert_eq!(verified(other), Err(Mismatch));
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed_wherever_it_is() {
        let file = added(CONTENT);
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut damaged = file.to_vec();
                damaged[at] ^= 1 << bit;
                assert_eq!(verified(&damaged), Err(Mismatch), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_noticed() {
        let file = added(CONTENT);
        for length in 0..file.len() {
            assert!(verified(&file[..length]).is_err(), "{length}");
        }
    }
}

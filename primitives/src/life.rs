//! Signs of life: what the node of an account that may be elected signs in each session.

use crate::reward::Session;
use alloc::vec::Vec;

/// Distinguishes signs of life from everything else that the key may sign.
const TAG: &[u8] = b"nn/life/v1";

/// What the account signs with its BABE key: tag, hash of the first block, number of the session
/// (4 bytes, little endian), account.
pub fn message(genesis_hash: &[u8; 32], session: Session, who: &[u8; 32]) -> Vec<u8> {
    [TAG, genesis_hash, &session.to_le_bytes(), who].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_its_purpose_the_chain_the_session_and_the_account() {
        let expected = [&b"nn/life/v1"[..], &[1; 32], &[7, 1, 0, 0], &[2; 32]].concat();
        assert_eq!(message(&[1; 32], 263, &[2; 32]), expected);
        assert_eq!(expected.len(), 78);
    }

    #[test]
    fn no_two_messages_are_the_same() {
        let first = message(&[1; 32], 3, &[2; 32]);
        for other in [
            message(&[2; 32], 3, &[2; 32]),
            message(&[1; 32], 4, &[2; 32]),
            message(&[1; 32], 3, &[1; 32]),
        ] {
            assert_ne!(first, other);
        }
    }
}

//! `R_block`, the root of a data block.

use super::architecture::Architecture;
use crate::{
    ids::BlockIndex,
    model::field::{from_digest, to_bytes},
};
use nocknock_poseidon::Fr;
use sha3::{Digest, Keccak256};

const TAG: &[u8; 16] = b"nn/block/v2\0\0\0\0\0";

/// The root of block number `index` of a task, from its byte form.
///
/// Keccak-256 over tag, architecture (its digest as 32 bytes, big endian), salt, index (2 bytes,
/// little endian) and byte form, the top three bits cleared, as a big-endian number. It hides the
/// block as long as the salt is secret and uniform, and binds to it.
///
/// A circuit never opens this root: the chain, which has the bytes, folds them. So the hash may be
/// one that is cheap outside circuits. Whoever takes bytes from others checks that they are a
/// block, see [`Block::from_wire`](super::samples::Block::from_wire).
pub fn block_root(
    architecture: &Architecture,
    salt: &[u8; 32],
    index: BlockIndex,
    wire: &[u8],
) -> Fr {
    let hash = Keccak256::new_with_prefix(TAG)
        .chain_update(to_bytes(&architecture.digest()))
        .chain_update(salt)
        .chain_update(index.to_le_bytes())
        .chain_update(wire);
    from_digest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::generate::{seven, small, text, CLASSES, LABELS};
    use alloc::vec::Vec;

    const SALT: [u8; 32] = [7; 32];

    fn wire() -> Vec<u8> {
        seven().to_wire(&small(CLASSES))
    }

    /// The figure comes from a separate program, which also computed the architecture's digest.
    #[test]
    fn the_root_of_seven_samples_is_fixed() {
        let root = block_root(&small(CLASSES), &SALT, 0x0102, &wire());
        let expected = "0x0884709d436d02c2b0f0e9f062eada487608fb3b1c16323a82b6d1cc21ffd504";
        assert_eq!(text(root), expected);
    }

    #[test]
    fn every_part_changes_the_root() {
        let (architecture, wire) = (small(CLASSES), wire());
        let root = block_root(&architecture, &SALT, 1, &wire);
        let mut longer = wire.clone();
        longer.push(0);
        let mut other = wire.clone();
        other[4] ^= 1;
        let changed = [
            block_root(&small(LABELS), &SALT, 1, &wire),
            block_root(&architecture, &[8; 32], 1, &wire),
            block_root(&architecture, &SALT, 257, &wire),
            block_root(&architecture, &SALT, 1, &longer),
            block_root(&architecture, &SALT, 1, &other),
        ];
        assert!(changed.iter().all(|other| *other != root));
    }
}

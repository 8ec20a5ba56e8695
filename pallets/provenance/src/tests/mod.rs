//! One file each for recording, anchoring, inclusion proofs, reads, the
//! configuration and the invariants' check.

mod anchoring;
mod config;
mod inclusion;
mod recording;
mod sequences;
mod state_check;
mod views;

use nocknock_primitives::provenance::{keccak_256, Node};

/// The root by the tree's definition, without anything of the code under test.
fn plain_root(leaves: &[Node]) -> Node {
    if let [leaf] = leaves {
        return *leaf;
    }
    let mut left = 1;
    while left * 2 < leaves.len() {
        left *= 2;
    }
    let mut pair = [plain_root(&leaves[..left]), plain_root(&leaves[left..])];
    pair.sort();
    keccak_256(&pair.concat())
}

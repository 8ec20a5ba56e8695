//! A Merkle tree that grows by one leaf at a time.
//!
//! Its shape is that of RFC 6962: the left subtree holds the largest power of two of leaves that
//! leaves something for the right one. So a tree that grows needs to remember only the roots of its
//! complete subtrees, one for each set bit of the number of leaves. A node hashes its two
//! children in ascending order, so a proof is a plain list of siblings without directions, as
//! OpenZeppelin's `MerkleProof` expects it.

use crate::limits::List;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sha3::{Digest, Keccak256};

/// The most levels that a tree can have above its leaves, whose number has 32 bits.
pub const MAX_DEPTH: u32 = 32;

/// A hash in the tree: a leaf or an inner node.
pub type Node = [u8; 32];

/// A function that computes Keccak-256: [`keccak_256`], or what a runtime gets from its host.
pub type Keccak = fn(&[u8]) -> [u8; 32];

/// Keccak-256 as the EVM computes it.
pub fn keccak_256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// Hashes two nodes into their parent.
pub(super) fn join(one: Node, other: Node, keccak: Keccak) -> Node {
    let pair = if one <= other { [one, other] } else { [other, one] };
    keccak(pair.as_flattened())
}

/// The right edge of a growing tree: all that is needed to add leaves and to compute the root.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Frontier {
    pub(super) count: u32,
    pub(super) peaks: List<Node, MAX_DEPTH>,
}

impl Frontier {
    /// The frontier of a tree of these leaves, or nothing if there are more than 32 bits can count.
    pub fn of(leaves: &[Node], keccak: Keccak) -> Option<Self> {
        let mut frontier = Self::default();
        leaves.iter().all(|leaf| frontier.push(*leaf, keccak)).then_some(frontier)
    }

    /// Number of leaves.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// There is no leaf.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Roots of the complete subtrees, the largest first.
    pub fn peaks(&self) -> &[Node] {
        &self.peaks
    }

    /// Adds a leaf with at most 31 hashes, one on average. False, and nothing changes, if the tree
    /// is full.
    #[must_use]
    pub fn push(&mut self, leaf: Node, keccak: Keccak) -> bool {
        let Some(count) = self.count.checked_add(1) else {
            return false;
        };
        // As in a binary counter, each trailing one is a complete subtree that the leaf doubles.
        let carried = (0..self.count.trailing_ones()).map_while(|_| self.peaks.pop());
        let peak = carried.fold(leaf, |right, left| join(left, right, keccak));
        let pushed = self.peaks.try_push(peak).is_ok();
        self.count = count;
        pushed
    }

    /// The root of the tree, with at most 31 hashes; nothing if there is no leaf.
    pub fn root(&self, keccak: Keccak) -> Option<Node> {
        let mut peaks = self.peaks.iter().rev().copied();
        let smallest = peaks.next()?;
        Some(peaks.fold(smallest, |right, left| join(left, right, keccak)))
    }
}

/// The siblings on the way from the leaf at `index` up to the root of the tree of `leaves`; nothing
/// if there is no such leaf.
///
/// Hashes about as often as there are leaves. For use outside of blocks.
pub fn siblings(
    leaves: &[Node],
    mut index: usize,
    keccak: Keccak,
) -> Option<List<Node, MAX_DEPTH>> {
    let mut rest = leaves;
    rest.get(index)?;
    let mut path = Vec::new();
    while rest.len() > 1 {
        let (left, right) = rest.split_at_checked(rest.len().next_power_of_two() / 2)?;
        let sibling = match index.checked_sub(left.len()) {
            None => {
                rest = left;
                right
            }
            Some(inside) => {
                (rest, index) = (right, inside);
                left
            }
        };
        path.push(Frontier::of(sibling, keccak)?.root(keccak)?);
    }
    path.reverse();
    path.try_into().ok()
}

//! Anchors, and proofs that a record is in one.

use super::{
    merkle::{join, keccak_256},
    Node, Provenance, MAX_DEPTH,
};
use crate::{ids::RecordId, limits::List};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The number of an anchor, counted from 0.
pub type AnchorNumber = u64;

/// A closed range of records and the root of their tree.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Anchor<BlockNumber> {
    /// Its number.
    pub number: AnchorNumber,
    /// Its first record.
    pub first: RecordId,
    /// The number of its records, at least 1.
    pub count: u32,
    /// The root of the tree over their leaves.
    pub root: Node,
    /// The block in which it was closed.
    pub block: BlockNumber,
}

impl<BlockNumber> Anchor<BlockNumber> {
    /// Whether the record belongs to the anchor.
    pub const fn contains(&self, record: RecordId) -> bool {
        match record.checked_sub(self.first) {
            Some(position) => position < self.count as u64,
            None => false,
        }
    }
}

/// Why a proof of inclusion does not show what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InclusionError {
    /// The proof is about another anchor.
    #[error("the proof leads to anchor {expected}, not to anchor {given}")]
    OtherAnchor {
        /// The anchor that the proof names.
        expected: AnchorNumber,
        /// The anchor that it was compared with.
        given: AnchorNumber,
    },
    /// The anchor does not hold the record.
    #[error("record {0} is not one of the anchor's records")]
    OtherRecord(RecordId),
    /// The recomputed root is not the anchor's.
    #[error("the record does not lead to the anchor's root: it, the proof or the genesis hash differs from the chain's")]
    WrongRoot,
}

/// Shows that a record is in an anchor.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct InclusionProof {
    /// The record.
    pub record: RecordId,
    /// The anchor.
    pub anchor: AnchorNumber,
    /// The siblings on the path from the record's leaf up to the root.
    pub siblings: List<Node, MAX_DEPTH>,
}

impl InclusionProof {
    /// The root that follows from this leaf.
    pub fn root(&self, leaf: Node) -> Node {
        self.siblings.iter().fold(leaf, |node, sibling| join(node, *sibling, keccak_256))
    }

    /// Checks that `provenance` is what the chain with this genesis hash has recorded under the
    /// proof's record number and closed into `anchor`.
    ///
    /// The caller has the anchor from where it trusts: from the chain, or from a contract.
    ///
    /// # Errors
    ///
    /// [`InclusionError`] says what does not fit.
    pub fn verify<AccountId, BlockNumber>(
        &self,
        genesis_hash: [u8; 32],
        provenance: &Provenance<AccountId>,
        anchor: &Anchor<BlockNumber>,
    ) -> Result<(), InclusionError>
    where
        AccountId: Clone + Into<[u8; 32]>,
    {
        if self.anchor != anchor.number {
            return Err(InclusionError::OtherAnchor {
                expected: self.anchor,
                given: anchor.number,
            });
        }
        if !anchor.contains(self.record) {
            return Err(InclusionError::OtherRecord(self.record));
        }
        let leaf = provenance.leaf(genesis_hash, self.record).hash(keccak_256);
        if self.root(leaf) == anchor.root {
            Ok(())
        } else {
            Err(InclusionError::WrongRoot)
        }
    }
}

//! The leaf of a record: words of 32 bytes, as Solidity's `abi.encode` lays out a struct of fixed
//! size.

use super::{Keccak, Node, Provenance};
use crate::ids::RecordId;

/// Words of a leaf.
pub const LEAF_WORDS: usize = 17;

/// First word of each leaf: names its purpose and the version of its layout. In Solidity, the
/// literal `bytes32("nocknock.provenance.leaf.1")`.
pub const LEAF_TAG: [u8; 32] = *b"nocknock.provenance.leaf.1\0\0\0\0\0\0";

/// What is hashed into a leaf of an anchor's tree.
///
/// Its 544 bytes can never be mistaken for the 64 bytes that are hashed into an inner node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf(pub [[u8; 32]; LEAF_WORDS]);

impl Leaf {
    /// The words one after the other.
    pub const fn as_bytes(&self) -> &[u8] {
        self.0.as_flattened()
    }

    /// The leaf's hash, as it stands in the tree.
    pub fn hash(&self, keccak: Keccak) -> Node {
        keccak(self.as_bytes())
    }
}

impl<AccountId: Clone + Into<[u8; 32]>> Provenance<AccountId> {
    /// The leaf of this record, number `id` on the chain with this genesis hash.
    ///
    /// Numbers are big endian; what was not given is a word of zeros.
    pub fn leaf(&self, genesis_hash: [u8; 32], id: RecordId) -> Leaf {
        let said = &self.attestation;
        Leaf([
            LEAF_TAG,
            genesis_hash,
            number(id),
            number(self.experiment.into()),
            number(self.task),
            number(self.version.into()),
            self.submitter.clone().into(),
            self.model.0,
            self.circuit.0,
            number(self.score.correct.into()),
            number(self.score.total.into()),
            self.data_roots.0,
            self.train_data.map_or([0; 32], |blob| blob.0),
            said.image.map_or([0; 32], |hash| hash.0),
            said.code.map_or([0; 32], |hash| hash.0),
            said.hyperparameters.map_or([0; 32], |hash| hash.0),
            said.model_blob.map_or([0; 32], |blob| blob.0),
        ])
    }
}

fn number(value: u64) -> [u8; 32] {
    let mut word = [0u8; 32];
    if let Some(low) = word.last_chunk_mut::<8>() {
        *low = value.to_be_bytes();
    }
    word
}

//! Roots, commitments and hashes. Every tag names the shape.

use super::{
    packing::{pack_rows, pack_weights},
    rows::{Row, RowError},
    shape::MlpShape,
    weights::{WeightError, Weights},
};
use crate::ids::BlockIndex;
use alloc::vec::Vec;
use nocknock_poseidon::{sponge_hash, DomainTag, Fr};

/// What a hash or a stream is for. Gives the first character of its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `C_W`, the commitment to a model.
    Model,
    /// `R_i`, the root of a data block.
    Block,
    /// `H_ct`, the hash of a ciphertext.
    Ciphertext,
    /// `h_k`, the hash of a delivery's key.
    Key,
    /// The keystream of a delivery.
    Keystream,
}

impl Purpose {
    /// The tag for a shape: one letter, the shape's name, underscores up to 16 characters.
    pub fn tag(self, shape: &MlpShape) -> DomainTag {
        let letter = match self {
            Self::Model => b'W',
            Self::Block => b'R',
            Self::Ciphertext => b'C',
            Self::Key => b'K',
            Self::Keystream => b'S',
        };
        let mut label = [b'_'; 16];
        let text = core::iter::once(letter).chain(shape.name().bytes());
        label.iter_mut().zip(text).for_each(|(place, byte)| *place = byte);
        DomainTag::new(&label)
    }
}

/// `C_W = Poseidon(tag, salt, packed weights)`: hides the weights as long as the salt is secret
/// and uniform, and binds to them.
pub fn model_commitment(shape: &MlpShape, salt: Fr, weights: &Weights) -> Result<Fr, WeightError> {
    Ok(commit_packed_weights(shape, salt, &pack_weights(shape, weights)?))
}

/// [`model_commitment`] of weights that are already packed.
pub fn commit_packed_weights(shape: &MlpShape, salt: Fr, packed: &[Fr]) -> Fr {
    let inputs: Vec<Fr> = core::iter::once(salt).chain(packed.iter().copied()).collect();
    sponge_hash(Purpose::Model.tag(shape), &inputs)
}

/// `R_i = Poseidon(tag, salt, i, packed rows)`: refuses rows that are not a well-formed block.
pub fn block_root(
    shape: &MlpShape,
    salt: Fr,
    index: BlockIndex,
    rows: &[Row],
) -> Result<Fr, RowError> {
    let packed = pack_rows(shape, rows)?;
    let inputs: Vec<Fr> = [salt, Fr::from(index)].into_iter().chain(packed).collect();
    Ok(sponge_hash(Purpose::Block.tag(shape), &inputs))
}

/// `H_ct`, the hash of a ciphertext.
pub fn ciphertext_hash(shape: &MlpShape, ciphertext: &[Fr]) -> Fr {
    sponge_hash(Purpose::Ciphertext.tag(shape), ciphertext)
}

/// `h_k`, the hash of a delivery's key.
pub fn key_hash(shape: &MlpShape, key: Fr) -> Fr {
    sponge_hash(Purpose::Key.tag(shape), &[key])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::shape::{DIGITS_64X32X10, TABULAR_32X16X2, TINY_4X3X2};

    #[test]
    fn tags_differ_between_purposes_and_shapes() {
        use Purpose::{Block, Ciphertext, Key, Keystream, Model};
        let mut tags = Vec::new();
        for shape in [DIGITS_64X32X10, TABULAR_32X16X2, TINY_4X3X2] {
            tags.extend([Model, Block, Ciphertext, Key, Keystream].map(|use_| use_.tag(&shape)));
        }
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 15);
        assert_eq!(Model.tag(&DIGITS_64X32X10), DomainTag::new(b"Wdigits-64x32x10"));
        assert_eq!(Key.tag(&TINY_4X3X2), DomainTag::new(b"Ktiny-4x3x2_____"));
    }

    #[test]
    fn salt_and_index_change_a_root() {
        let shape = &TINY_4X3X2;
        let rows = crate::model::rows::fill_block(shape, Vec::new()).unwrap();
        let root = |salt: u32, index| block_root(shape, Fr::from(salt), index, &rows).unwrap();
        assert_ne!(root(1, 0), root(2, 0));
        assert_ne!(root(1, 0), root(1, 1));
    }

    #[test]
    fn one_weight_and_the_salt_change_a_commitment() {
        let shape = &TINY_4X3X2;
        let zero = Weights::zero(shape);
        let mut other = zero.clone();
        other.output_bias[1] = 1;
        let commit = |salt: u32, weights| model_commitment(shape, Fr::from(salt), weights).unwrap();
        assert_ne!(commit(1, &zero), commit(2, &zero));
        assert_ne!(commit(1, &zero), commit(1, &other));
    }
}

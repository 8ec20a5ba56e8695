//! The public inputs of each statement, and the order in which a verifier takes them.
//!
//! The order is written here and nowhere else. A prover holds inputs as field elements and the
//! chain as their bytes, so the types are generic over that form.

use super::field;
use crate::ids::FieldBytes;
use nocknock_poseidon::Fr;

/// A form in which public inputs are held: [`Fr`] or [`FieldBytes`].
pub trait InputForm: Copy {
    /// The input that states a count.
    fn from_count(count: u32) -> Self;
}

/// What everybody sees of S1, the score of a model on a data block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreInputs<F = Fr> {
    /// `ctx`: chain, circuit, task, worker and block that the proof is for.
    pub context: F,
    /// `C_W`: commitment to the model.
    pub commitment: F,
    /// `R_block`: root of the block.
    pub block_root: F,
    /// Rows that are claimed to be classified correctly, at most those that are.
    pub score: u32,
    /// Rows that are samples.
    pub n_real: u32,
}

/// What everybody sees of D1, the delivery of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryInputs<F = Fr> {
    /// `ctx`: chain, circuit, task and worker that the delivery is for; part of the keystream.
    pub context: F,
    /// `C_W`: commitment to the model.
    pub commitment: F,
    /// `H_ct`: hash of the ciphertext.
    pub ciphertext_hash: F,
    /// `h_k`: hash of the key.
    pub key_hash: F,
}

/// Places in [`ScoreInputs::in_order`], counted from 0.
pub mod score {
    /// Place of `ctx`.
    pub const CONTEXT: usize = 0;
    /// Place of `C_W`.
    pub const COMMITMENT: usize = 1;
    /// Place of `R_block`.
    pub const BLOCK_ROOT: usize = 2;
    /// Place of the score.
    pub const SCORE: usize = 3;
    /// Place of the number of samples.
    pub const N_REAL: usize = 4;
    /// Number of inputs.
    pub const COUNT: u32 = 5;
}

/// Places in [`DeliveryInputs::in_order`], counted from 0.
pub mod delivery {
    /// Place of `ctx`.
    pub const CONTEXT: usize = 0;
    /// Place of `C_W`.
    pub const COMMITMENT: usize = 1;
    /// Place of `H_ct`.
    pub const CIPHERTEXT_HASH: usize = 2;
    /// Place of `h_k`.
    pub const KEY_HASH: usize = 3;
    /// Number of inputs.
    pub const COUNT: u32 = 4;
}

impl<F: InputForm> ScoreInputs<F> {
    /// The inputs in the order in which a verifier takes them.
    pub fn in_order(&self) -> [F; score::COUNT as usize] {
        let Self { context, commitment, block_root, score, n_real } = *self;
        [context, commitment, block_root, F::from_count(score), F::from_count(n_real)]
    }
}

impl<F: InputForm> DeliveryInputs<F> {
    /// The inputs in the order in which a verifier takes them.
    pub fn in_order(&self) -> [F; delivery::COUNT as usize] {
        let Self { context, commitment, ciphertext_hash, key_hash } = *self;
        [context, commitment, ciphertext_hash, key_hash]
    }
}

impl InputForm for Fr {
    fn from_count(count: u32) -> Self {
        count.into()
    }
}

impl InputForm for FieldBytes {
    fn from_count(count: u32) -> Self {
        field::to_bytes(&Fr::from_count(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<const N: usize>() -> [Fr; N] {
        core::array::from_fn(|place| Fr::from(100 + place as u32))
    }

    #[test]
    fn each_input_of_a_score_is_at_its_place() {
        let [context, commitment, block_root] = fields();
        let inputs = ScoreInputs { context, commitment, block_root, score: 7, n_real: 9 };
        let ordered = inputs.in_order();
        assert_eq!(ordered[score::CONTEXT], context);
        assert_eq!(ordered[score::COMMITMENT], commitment);
        assert_eq!(ordered[score::BLOCK_ROOT], block_root);
        assert_eq!(ordered[score::SCORE], Fr::from(7u32));
        assert_eq!(ordered[score::N_REAL], Fr::from(9u32));
    }

    #[test]
    fn each_input_of_a_delivery_is_at_its_place() {
        let [context, commitment, ciphertext_hash, key_hash] = fields();
        let inputs = DeliveryInputs { context, commitment, ciphertext_hash, key_hash };
        let ordered = inputs.in_order();
        assert_eq!(ordered[delivery::CONTEXT], context);
        assert_eq!(ordered[delivery::COMMITMENT], commitment);
        assert_eq!(ordered[delivery::CIPHERTEXT_HASH], ciphertext_hash);
        assert_eq!(ordered[delivery::KEY_HASH], key_hash);
    }

    /// Circuits under registered keys rely on these very places: they can never change.
    #[test]
    fn the_order_is_the_one_of_the_registered_circuits() {
        let score =
            [score::CONTEXT, score::COMMITMENT, score::BLOCK_ROOT, score::SCORE, score::N_REAL];
        assert_eq!(score, [0, 1, 2, 3, 4]);
        let delivery = [
            delivery::CONTEXT,
            delivery::COMMITMENT,
            delivery::CIPHERTEXT_HASH,
            delivery::KEY_HASH,
        ];
        assert_eq!(delivery, [0, 1, 2, 3]);
    }

    #[test]
    fn the_chain_and_the_prover_put_the_same_inputs_in_the_same_order() {
        let elements: [Fr; 3] = fields();
        let [context, commitment, block_root] = elements;
        let proved = ScoreInputs { context, commitment, block_root, score: 7, n_real: 9 };
        let [context, commitment, block_root] = elements.map(|element| field::to_bytes(&element));
        let verified = ScoreInputs { context, commitment, block_root, score: 7, n_real: 9 };
        assert_eq!(proved.in_order().map(|input| field::to_bytes(&input)), verified.in_order());
    }
}

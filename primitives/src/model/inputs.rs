//! The public inputs of each statement, and the order in which a verifier takes them.
//!
//! The order is written here and nowhere else. A prover holds inputs as field elements and the
//! chain as their bytes, so the types are generic over that form.

use super::{
    field,
    layered::{architecture::Architecture, fold as folding, samples::Block, transcript},
};
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

/// What everybody sees of S3, the score of a layered model on a data block that is known.
///
/// `ρ`, `θ` and `E` are never taken from a prover: [`FoldInputs::derive`] computes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldInputs<F = Fr> {
    /// `ctx`: chain, circuit, task, worker and block that the proof is for.
    pub context: F,
    /// `C_W`: commitment to the model.
    pub commitment: F,
    /// `C_Y`: commitment to the sums of the model on the block.
    pub sums: F,
    /// `C_u`: hash of the folded inputs.
    pub inputs: F,
    /// `ρ`: the challenge that folds the samples.
    pub rho: F,
    /// `θ`: the challenge at which the folded block is evaluated.
    pub theta: F,
    /// `E`: the folded block at `θ`.
    pub evaluation: F,
    /// Score that is claimed, at most the one that the model reaches.
    pub score: u32,
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

/// Places in [`FoldInputs::in_order`], counted from 0.
pub mod fold {
    /// Place of `ctx`.
    pub const CONTEXT: usize = 0;
    /// Place of `C_W`.
    pub const COMMITMENT: usize = 1;
    /// Place of `C_Y`.
    pub const SUMS: usize = 2;
    /// Place of `C_u`.
    pub const INPUTS: usize = 3;
    /// Place of `ρ`.
    pub const RHO: usize = 4;
    /// Place of `θ`.
    pub const THETA: usize = 5;
    /// Place of `E`.
    pub const EVALUATION: usize = 6;
    /// Place of the score.
    pub const SCORE: usize = 7;
    /// Number of inputs.
    pub const COUNT: u32 = 8;
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

impl<F: InputForm> FoldInputs<F> {
    /// The inputs in the order in which a verifier takes them.
    pub fn in_order(&self) -> [F; fold::COUNT as usize] {
        let Self { context, commitment, sums, inputs, rho, theta, evaluation, score } = *self;
        let score = F::from_count(score);
        [context, commitment, sums, inputs, rho, theta, evaluation, score]
    }
}

impl FoldInputs<Fr> {
    /// The inputs of a claim about a block.
    ///
    /// `sums`, `inputs` and `score` come from the prover; everything else is what the verifier
    /// knows by itself. `block` must be the well-formed block whose root is `block_root`: a proof
    /// says nothing about any other.
    #[allow(
        clippy::too_many_arguments,
        reason = "six are what is public of a claim, two are the block that it is about"
    )]
    pub fn derive(
        context: Fr,
        commitment: Fr,
        block_root: Fr,
        sums: Fr,
        inputs: Fr,
        score: u32,
        architecture: &Architecture,
        block: &Block,
    ) -> Self {
        let rho = transcript::rho(context, commitment, block_root, sums);
        let theta = transcript::theta(rho, inputs);
        let folded = folding::fold_inputs(architecture, block, rho);
        let evaluation = folding::evaluate(theta, &folded, &block.label_elements(architecture));
        Self { context, commitment, sums, inputs, rho, theta, evaluation, score }
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
    use crate::model::layered::{
        root::block_root,
        samples::{
            generate::{seven, small, text, CLASSES},
            Label,
        },
    };

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

    #[test]
    fn each_input_of_a_fold_is_at_its_place() {
        let [context, commitment, sums, inputs, rho, theta, evaluation] = fields();
        let claim =
            FoldInputs { context, commitment, sums, inputs, rho, theta, evaluation, score: 7 };
        let ordered = claim.in_order();
        assert_eq!(ordered[fold::CONTEXT], context);
        assert_eq!(ordered[fold::COMMITMENT], commitment);
        assert_eq!(ordered[fold::SUMS], sums);
        assert_eq!(ordered[fold::INPUTS], inputs);
        assert_eq!(ordered[fold::RHO], rho);
        assert_eq!(ordered[fold::THETA], theta);
        assert_eq!(ordered[fold::EVALUATION], evaluation);
        assert_eq!(ordered[fold::SCORE], Fr::from(7u32));
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
        let fold = [
            fold::CONTEXT,
            fold::COMMITMENT,
            fold::SUMS,
            fold::INPUTS,
            fold::RHO,
            fold::THETA,
            fold::EVALUATION,
            fold::SCORE,
        ];
        assert_eq!(fold, [0, 1, 2, 3, 4, 5, 6, 7]);
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

    /// The inputs of a claim about seven samples, from `ctx`, `C_W`, `R_block`, `C_Y` and `C_u`.
    fn claim([context, commitment, root, sums, inputs]: [Fr; 5]) -> FoldInputs {
        let (architecture, block) = (small(CLASSES), seven());
        FoldInputs::derive(context, commitment, root, sums, inputs, 3, &architecture, &block)
    }

    /// The figures come from a separate program.
    #[test]
    fn the_inputs_of_seven_samples_are_fixed() {
        let architecture = small(CLASSES);
        let root = block_root(&architecture, &[7; 32], 0x0102, &seven().to_wire(&architecture));
        let [context, commitment, sums, inputs] = [1u8, 2, 4, 5].map(Fr::from);
        let claim = claim([context, commitment, root, sums, inputs]);
        let given = [claim.context, claim.commitment, claim.sums, claim.inputs];
        assert_eq!((given, claim.score), ([context, commitment, sums, inputs], 3));
        let expected = [
            "0x08b5122c1f4cdc85690c9391120c420cb82c9420d9940af300851c5c3c2c1352",
            "0x12e7846ff5c4373216db8dc910d5de1c724ac484764ae1ff5cbd49c154339710",
            "0x0dc9b9e24ff576a4ca227a9f030860b16e381bb73a40d86f13eb4d0e0e6cc91c",
        ];
        assert_eq!([claim.rho, claim.theta, claim.evaluation].map(text), expected);
    }

    #[test]
    fn all_that_is_fixed_before_a_challenge_changes_it() {
        let parts: [Fr; 5] = fields();
        let before = claim(parts);
        for place in 0..5 {
            let mut parts = parts;
            parts[place] += Fr::from(1u8);
            let after = claim(parts);
            // C_u comes after ρ.
            assert_eq!(before.rho != after.rho, place < 4, "{place}");
            assert_ne!(before.theta, after.theta, "{place}");
            assert_ne!(before.evaluation, after.evaluation, "{place}");
        }
    }

    #[test]
    fn the_evaluation_sees_every_input_and_label() {
        let architecture = small(CLASSES);
        let [context, commitment, root, sums, inputs] = fields();
        let evaluation = |block: &Block| {
            FoldInputs::derive(context, commitment, root, sums, inputs, 3, &architecture, block)
                .evaluation
        };
        let block = seven();
        for (sample, place) in (0..28usize).map(|number| (number / 4, number % 4)) {
            let mut samples = block.samples().to_vec();
            match samples[sample].inputs.get_mut(place) {
                Some(input) => *input ^= 1,
                None => samples[sample].label = Label::Class((sample as u8 + 1) % 3),
            }
            let other = Block::new(&architecture, samples).unwrap();
            assert_ne!(evaluation(&other), evaluation(&block), "{sample} {place}");
        }
    }
}

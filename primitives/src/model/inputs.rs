//! The public inputs of S3, and the order in which a verifier takes them. Those of D2 are
//! [`SealInputs`](super::SealInputs).
//!
//! The order is written here and nowhere else. A prover holds inputs as field elements and the
//! chain as their bytes, so the type is generic over that form.

use super::field;
use crate::ids::FieldBytes;
use nocknock_poseidon::Fr;

/// A form in which public inputs are held: [`Fr`] or [`FieldBytes`].
pub trait InputForm: Copy {
    /// The input that states a count.
    fn from_count(count: u32) -> Self;
}

/// What everybody sees of S3, the score of a model on a data block that is known.
///
/// `ρ`, `θ` and `E` are never taken from a prover:
/// [`KnownBlock::inputs`](super::KnownBlock::inputs) computes them.
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
    /// Score of the model; or one that it reaches or exceeds, if its head is not
    /// [scored exactly](super::Head::is_scored_exactly).
    pub score: u32,
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

impl<F: InputForm> FoldInputs<F> {
    /// The inputs in the order in which a verifier takes them.
    pub fn in_order(&self) -> [F; fold::COUNT as usize] {
        let Self { context, commitment, sums, inputs, rho, theta, evaluation, score } = *self;
        let score = F::from_count(score);
        [context, commitment, sums, inputs, rho, theta, evaluation, score]
    }
}

impl FoldInputs<Fr> {
    /// The same inputs as bytes.
    pub fn to_bytes(&self) -> FoldInputs<FieldBytes> {
        let Self { context, commitment, sums, inputs, rho, theta, evaluation, score } = self;
        FoldInputs {
            context: field::to_bytes(context),
            commitment: field::to_bytes(commitment),
            sums: field::to_bytes(sums),
            inputs: field::to_bytes(inputs),
            rho: field::to_bytes(rho),
            theta: field::to_bytes(theta),
            evaluation: field::to_bytes(evaluation),
            score: *score,
        }
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

    fn claim() -> FoldInputs {
        let [context, commitment, sums, inputs, rho, theta, evaluation] =
            core::array::from_fn(|place| Fr::from(100 + place as u32));
        FoldInputs { context, commitment, sums, inputs, rho, theta, evaluation, score: 7 }
    }

    #[test]
    fn each_input_of_a_fold_is_at_its_place() {
        let (claim, ordered) = (claim(), claim().in_order());
        assert_eq!(ordered[fold::CONTEXT], claim.context);
        assert_eq!(ordered[fold::COMMITMENT], claim.commitment);
        assert_eq!(ordered[fold::SUMS], claim.sums);
        assert_eq!(ordered[fold::INPUTS], claim.inputs);
        assert_eq!(ordered[fold::RHO], claim.rho);
        assert_eq!(ordered[fold::THETA], claim.theta);
        assert_eq!(ordered[fold::EVALUATION], claim.evaluation);
        assert_eq!(ordered[fold::SCORE], Fr::from(7u32));
    }

    /// Circuits under registered keys rely on these very places: they can never change.
    #[test]
    fn the_order_is_the_one_of_the_registered_circuits() {
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
        let proved = claim().in_order().map(|input| field::to_bytes(&input));
        assert_eq!(proved, claim().to_bytes().in_order());
    }
}

//! S3: the score of a layered model on a data block that the verifier knows.
//!
//! "The model behind `C_W` scores exactly `score` on the block that `E` is made from." The public
//! inputs are [`FoldInputs`]; the chain derives `ρ`, `θ` and `E` itself, as
//! [`KnownBlock::inputs`](nocknock_primitives::model::KnownBlock::inputs) does.
//!
//! One head is an exception: where one of the best few classes will do, a proof says that the model
//! scores at least `score`. See
//! [`Head::is_scored_exactly`](nocknock_primitives::model::architecture::Head::is_scored_exactly).
//!
//! # What the circuit says
//!
//! There are a model, sums, distances, labels and elements `u` such that
//!
//! 1. the weights are in range by bits, and `C_W` commits to their ciphertext (`commitment`);
//! 2. the sums of all hidden layers on all samples are in range by bits, an activation follows from
//!    the bits of its sum (`sums`), labels are bits (`labels`), and so is what the head adds
//!    (`classes`, `best_classes`, `labels_head`, `number`); `C_Y` commits to all of these that
//!    stand in an equation of item 4 (`transcript`);
//! 3. `C_u` is the hash of `u`, and `E` is the value at `θ` of the polynomial whose coefficients
//!    are `u` and the packed labels (`transcript`);
//! 4. folded with `ρ`, the sums of each layer are what the weights make of the folded activations
//!    of the layer before; those of the first layer, of `u` (`layers`). The same for the head;
//! 5. the score is the sum of what the samples that are no padding are worth, which follows from
//!    what the head says of each (the head's file).
//!
//! # Why that is enough
//!
//! `ρ` is a hash over `ctx, C_W, R_block, C_Y`. What `C_W` and `C_Y` commit to, all that the
//! equations of item 4 speak of but `u` and what follows from it, is therefore fixed before `ρ` is
//! known. `C_u` fixes `u` before `θ`. So item 3 says, but for a negligible part of all `θ`, that
//! `u` is the fold of the block's inputs and that the labels are the block's. And item 4 says, by
//! the lemma of `gadgets::fold` and with the wide bits of the architecture, that the sums of the
//! first layer are right for each sample, thus its activations, thus their fold, thus the sums of
//! the next layer, and so on. Each head's file shows what follows for the score.
//!
//! What is chosen after `ρ` is `u`, which `E` determines, and what `C_Y` does not commit to: which
//! class is selected where several have the largest output, signs and magnitudes of what errors
//! leave of a cap, claims to be one of the best. These stand in rows without `ρ`, `θ` or anything
//! that was chosen with knowledge of them, so the score is no other for them; for the last, it is
//! no higher than the true one.
//!
//! The block's root is not opened: the chain has the block, and folds it. A proof says nothing
//! about a block that was not checked to be well formed before `E` was computed from it.
//!
//! # Why an honest prover can always prove
//!
//! The weights of a safe model (`Weights::is_safe`) leave no sum, distance or output out of its
//! range, whatever the sample. So each sample has an assignment, whether its answer is right or
//! not, and padding too.

mod best_classes;
mod circuit;
mod classes;
mod commitment;
mod head;
mod labels;
mod labels_head;
mod layers;
mod number;
mod parameters;
mod sums;
mod transcript;
mod witness;

pub use circuit::{synthesize, Digests};

use crate::{
    r1cs::Synthesizer,
    reference::{score_block, ScoreError},
    statement::{OnChain, PublicInputs, Statement},
};
use ark_bn254::Fr;
use nocknock_primitives::{
    circuit::CircuitKind,
    model::{
        architecture::{Architecture, Head},
        fold::{evaluate, fold_inputs, inputs_hash},
        inputs::FoldInputs,
        samples::{Block, SampleError},
        sealed, transcript as challenges,
        weights::{WeightError, Weights},
    },
};
use std::fmt;
use witness::Witness;
use zeroize::Zeroize;

/// The statement S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldedScore;

/// The circuit of S3 for one architecture.
pub type Circuit = crate::statement::Circuit<FoldedScore>;

/// A proof of S3.
pub type Proof = crate::proof::Proof<FoldedScore>;

/// Makes proofs of S3.
pub type Prover = crate::prover::Prover<FoldedScore>;

/// What everybody sees of S3.
pub type Public = FoldInputs;

/// What goes into a proof of S3. Model, key and salt are hidden; `Debug` shows nothing of them.
#[derive(Clone)]
pub struct Private {
    /// The model.
    pub weights: Weights,
    /// `k`, the key that seals the model.
    pub key: Fr,
    /// `bind`, whose model it is and for what.
    pub bind: Fr,
    /// Salt of `C_Y`, uniform and fresh for each proof.
    pub sums_salt: Fr,
    /// The block. The chain knows it too.
    pub block: Block,
}

/// Why inputs do not satisfy S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The weights do not belong to the architecture.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The block does not belong to the architecture.
    #[error(transparent)]
    Samples(#[from] SampleError),
    /// A sum, an output or a distance of a sample is out of range.
    #[error(
        "on this block a sum or an output of the model leaves the bits of its architecture: \
         commit to safe models only"
    )]
    OutOfRange,
    /// Weights, key and bind do not give the commitment.
    #[error("weights, key and owner do not open the commitment C_W: use those it was made from")]
    Commitment,
    /// The sums on this block, with the salt, do not give `C_Y`.
    #[error("C_Y does not commit to the model's sums on this block under this salt")]
    Sums,
    /// The block, folded at `ρ`, does not give `C_u`.
    #[error("C_u is not the hash of this block folded at rho")]
    Inputs,
    /// The folded block does not evaluate to `E`.
    #[error("E is not the value of this folded block at theta: it was made from another block")]
    Evaluation,
    /// The score is not the model's; where less may be claimed, it is above what the model reaches.
    #[error("the model does not score {claimed} on this block")]
    Score {
        /// Score that was claimed.
        claimed: u32,
    },
}

impl PublicInputs for Public {
    fn to_fields(&self) -> Vec<Fr> {
        self.in_order().into()
    }
}

impl Private {
    /// The public inputs that state the model's true score on the block with this root: what
    /// whoever verifies derives from the block and the three numbers that a prover sends.
    pub fn public_inputs(
        &self,
        architecture: &Architecture,
        context: Fr,
        block_root: Fr,
    ) -> Result<Public, Refusal> {
        let score = score_block(architecture, &self.weights, &self.block)?.score;
        let commitment = self.commitment(architecture)?;
        let witness = Witness::new(architecture, self, score);
        let sums = witness.commitment(architecture, self.sums_salt);
        let rho = challenges::rho(context, commitment, block_root, sums);
        let folded = fold_inputs(architecture, &self.block, rho);
        let inputs = inputs_hash(architecture, &folded);
        let theta = challenges::theta(rho, inputs);
        let evaluation = evaluate(theta, &folded, &self.block.label_elements(architecture));
        Ok(FoldInputs { context, commitment, sums, inputs, rho, theta, evaluation, score })
    }

    /// `C_W`.
    fn commitment(&self, architecture: &Architecture) -> Result<Fr, WeightError> {
        let sealed = sealed::seal(architecture, self.key, &self.weights)?;
        let ciphertext = sealed::ciphertext_hash(architecture, &sealed.ciphertext);
        Ok(sealed::commitment(architecture, self.bind, sealed::key_hash(self.key), ciphertext))
    }
}

impl From<ScoreError> for Refusal {
    fn from(error: ScoreError) -> Self {
        match error {
            ScoreError::Weights(error) => error.into(),
            ScoreError::Samples(error) => error.into(),
        }
    }
}

impl OnChain for FoldedScore {
    fn kind(architecture: &Architecture) -> CircuitKind {
        CircuitKind::Score(architecture.clone())
    }
}

impl Statement for FoldedScore {
    type Shape = Architecture;
    type Public = Public;
    type Private = Private;
    type Refusal = Refusal;
    const NAME: &'static str = "s3";

    /// `ρ` and `θ` are taken as they are: only who knows the block's root can derive them.
    fn check(
        architecture: &Architecture,
        public: &Public,
        private: &Private,
    ) -> Result<(), Refusal> {
        let truth = score_block(architecture, &private.weights, &private.block)?.score;
        let witness = Witness::new(architecture, private, public.score);
        let folded = fold_inputs(architecture, &private.block, public.rho);
        let labels = private.block.label_elements(architecture);
        let commitment = private.commitment(architecture)?;
        let sums = witness.commitment(architecture, private.sums_salt);
        let rules = [
            (witness.is_in_range(architecture), Refusal::OutOfRange),
            (commitment == public.commitment, Refusal::Commitment),
            (sums == public.sums, Refusal::Sums),
            (inputs_hash(architecture, &folded) == public.inputs, Refusal::Inputs),
            (evaluate(public.theta, &folded, &labels) == public.evaluation, Refusal::Evaluation),
            (
                can_state(&architecture.head, public.score, truth),
                Refusal::Score { claimed: public.score },
            ),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, refusal)) => Err(refusal),
            None => Ok(()),
        }
    }

    fn synthesize(
        cs: &mut Synthesizer,
        architecture: &Architecture,
        public: &Public,
        private: &Private,
    ) {
        circuit::synthesize(cs, architecture, public, private);
    }

    fn blank(architecture: &Architecture) -> (Public, Private) {
        let zero = Fr::from(0u8);
        let public = FoldInputs {
            context: zero,
            commitment: zero,
            sums: zero,
            inputs: zero,
            rho: zero,
            theta: zero,
            evaluation: zero,
            score: 0,
        };
        let block = Block::new(architecture, Vec::new());
        let private = Private {
            weights: Weights::zero(architecture),
            key: zero,
            bind: zero,
            sums_salt: zero,
            block: block.unwrap_or_else(|error| unreachable!("no sample is at fault: {error}")),
        };
        (public, private)
    }
}

/// Whether a score can be stated when the true one is `truth`.
fn can_state(head: &Head, score: u32, truth: u32) -> bool {
    score == truth || (score < truth && !head.is_scored_exactly())
}

impl Drop for Private {
    fn drop(&mut self) {
        self.key.zeroize();
        self.sums_salt.zeroize();
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(hidden)")
    }
}

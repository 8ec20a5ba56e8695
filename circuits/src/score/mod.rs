//! S1: the score of a model on one data block.
//!
//! "The model behind `C_W` classifies `score` of the `n_real` samples of the block behind `R_block`
//! correctly." The public inputs are [`ScoreInputs`].

mod circuit;

use crate::{
    r1cs::Synthesizer,
    reference::{score_block, BlockScore, ScoreError},
    statement::{OnChain, PublicInputs, Statement},
};
use ark_bn254::Fr;
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::BlockIndex,
    model::{
        block_root, model_commitment, rows::fill_block, MlpShape, Row, RowError, ScoreInputs,
        WeightError, Weights,
    },
};
use std::fmt;
use zeroize::Zeroize;

/// The statement S1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreBlock;

/// The circuit of S1 for one shape.
pub type Circuit = crate::statement::Circuit<ScoreBlock>;

/// A proof of S1.
pub type Proof = crate::proof::Proof<ScoreBlock>;

/// Makes proofs of S1.
pub type Prover = crate::prover::Prover<ScoreBlock>;

/// What everybody sees of S1.
pub type Public = ScoreInputs;

/// What a proof of S1 hides. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Private {
    /// The model.
    pub weights: Weights,
    /// Salt of `C_W`.
    pub weights_salt: Fr,
    /// Salt of `R_block`.
    pub block_salt: Fr,
    /// Number of the block in its task.
    pub block_index: BlockIndex,
    /// The block, padding included.
    pub rows: Vec<Row>,
}

/// Why inputs do not satisfy S1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The weights do not belong to the shape.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The rows are not a well-formed block.
    #[error(transparent)]
    Rows(#[from] RowError),
    /// Weights and salt do not give the commitment.
    #[error("weights and salt do not open the commitment C_W: use those it was made from")]
    Commitment,
    /// Rows, salt and index do not give the root.
    #[error("rows, salt and index do not open the block's root: use those of this very block")]
    BlockRoot,
    /// The number of samples is wrong.
    #[error("the block has {n_real} samples, not {claimed}")]
    Samples {
        /// Samples of the block.
        n_real: u32,
        /// Samples that were claimed.
        claimed: u32,
    },
    /// The score is above what the model reaches.
    #[error("the model classifies fewer rows of the block correctly than the {claimed} claimed")]
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
    /// The public inputs that state the model's full score.
    pub fn public_inputs(&self, shape: &MlpShape, context: Fr) -> Result<Public, Refusal> {
        let BlockScore { score, n_real } = score_block(shape, &self.weights, &self.rows)?;
        Ok(Public {
            context,
            commitment: model_commitment(shape, self.weights_salt, &self.weights)?,
            block_root: block_root(shape, self.block_salt, self.block_index, &self.rows)?,
            score,
            n_real,
        })
    }
}

impl From<ScoreError> for Refusal {
    fn from(error: ScoreError) -> Self {
        match error {
            ScoreError::Weights(error) => error.into(),
            ScoreError::Rows(error) => error.into(),
        }
    }
}

impl OnChain for ScoreBlock {
    const KIND: CircuitKind = CircuitKind::Score;
}

impl Statement for ScoreBlock {
    type Shape = MlpShape;
    type Public = Public;
    type Private = Private;
    type Refusal = Refusal;
    const NAME: &'static str = "s1";

    fn check(shape: &MlpShape, public: &Public, private: &Private) -> Result<(), Refusal> {
        let truth = private.public_inputs(shape, public.context)?;
        if truth.commitment != public.commitment {
            return Err(Refusal::Commitment);
        }
        if truth.block_root != public.block_root {
            return Err(Refusal::BlockRoot);
        }
        if truth.n_real != public.n_real {
            return Err(Refusal::Samples { n_real: truth.n_real, claimed: public.n_real });
        }
        if truth.score < public.score {
            return Err(Refusal::Score { claimed: public.score });
        }
        Ok(())
    }

    fn synthesize(cs: &mut Synthesizer, shape: &MlpShape, public: &Public, private: &Private) {
        circuit::synthesize(cs, shape, public.score, private);
    }

    fn blank(shape: &MlpShape) -> (Public, Private) {
        let zero = Fr::from(0u8);
        let public =
            Public { context: zero, commitment: zero, block_root: zero, score: 0, n_real: 0 };
        let private = Private {
            weights: Weights::zero(shape),
            weights_salt: zero,
            block_salt: zero,
            block_index: 0,
            rows: fill_block(shape, Vec::new()).unwrap_or_default(),
        };
        (public, private)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.weights_salt.zeroize();
        self.block_salt.zeroize();
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(hidden)")
    }
}

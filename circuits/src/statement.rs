//! What every statement has in common.

use crate::{
    keys,
    r1cs::{Matrices, Synthesizer},
};
use ark_bn254::Fr;
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitKind},
    ids::{ContentHash, KeyId},
};
use std::fmt;
use zeroize::Zeroizing;

/// A statement about models, its native predicate and its circuit.
///
/// The predicate [`check`](Self::check) and the rows of [`synthesize`](Self::synthesize) refuse the
/// same inputs; the tests of this crate hold them against each other.
pub trait Statement: Clone + Copy + fmt::Debug + Send + Sync + 'static {
    /// What fixes the sizes of a circuit: an architecture, or nothing.
    type Shape: Clone + fmt::Debug + Send + Sync;
    /// What everybody sees.
    type Public: PublicInputs;
    /// What the proof hides.
    type Private: fmt::Debug;
    /// Why inputs do not satisfy the statement.
    type Refusal: std::error::Error + Send + Sync + 'static;
    /// Short name, part of file names: `s3`, `d2`.
    const NAME: &'static str;

    /// Whether the statement holds, computed with plain integers and hashes.
    fn check(
        shape: &Self::Shape,
        public: &Self::Public,
        private: &Self::Private,
    ) -> Result<(), Self::Refusal>;

    /// Allocates the private wires and writes the rows. Every input leads to an assignment; one
    /// that the predicate refuses leads to an assignment that violates a row.
    fn synthesize(
        cs: &mut Synthesizer,
        shape: &Self::Shape,
        public: &Self::Public,
        private: &Self::Private,
    );

    /// Inputs of the right sizes, from which the matrices are recorded.
    fn blank(shape: &Self::Shape) -> (Self::Public, Self::Private);
}

/// A statement whose circuits the chain registers.
pub trait OnChain: Statement {
    /// What the chain knows the circuit of a shape as.
    fn kind(shape: &Self::Shape) -> CircuitKind;

    /// What the files of a circuit are called, and what it is called in messages:
    /// [`keys::file_name`] of its kind.
    fn file_name(shape: &Self::Shape) -> String {
        keys::file_name(&Self::kind(shape))
    }
}

/// Public inputs in the order in which the verifier takes them.
pub trait PublicInputs: fmt::Debug {
    /// The field elements.
    fn to_fields(&self) -> Vec<Fr>;
}

/// A statement's circuit for one shape: the matrices, recorded once, and the way to assignments.
#[derive(Clone, Debug)]
pub struct Circuit<S: Statement> {
    shape: S::Shape,
    matrices: Matrices,
    statement: std::marker::PhantomData<S>,
}

impl<S: Statement> Circuit<S> {
    /// Records the circuit of a shape, once for all proofs.
    pub fn compile(shape: &S::Shape) -> Self {
        let (public, private) = S::blank(shape);
        let mut cs = Synthesizer::recording(&public.to_fields());
        S::synthesize(&mut cs, shape, &public, &private);
        Self {
            shape: shape.clone(),
            matrices: cs.into_matrices().unwrap_or_default(),
            statement: std::marker::PhantomData,
        }
    }

    /// The shape.
    pub fn shape(&self) -> &S::Shape {
        &self.shape
    }

    /// The constraint system, for keys, exports and audits.
    pub fn matrices(&self) -> &Matrices {
        &self.matrices
    }

    /// The values of all wires, `(1, public inputs, private wires)`. They hold the private inputs.
    ///
    /// Nothing is checked here: inputs that do not satisfy the statement give an assignment that
    /// violates the constraints.
    pub fn assign(&self, public: &S::Public, private: &S::Private) -> Zeroizing<Vec<Fr>> {
        let mut cs = Synthesizer::assigning(&public.to_fields(), self.matrices.wires());
        S::synthesize(&mut cs, &self.shape, public, private);
        cs.into_assignment()
    }
}

impl<S: OnChain> Circuit<S> {
    /// What the circuit's id binds, for a verifying key.
    pub fn info(&self, key: KeyId) -> CircuitInfo {
        CircuitInfo {
            kind: S::kind(&self.shape),
            // A system of more rows than 2^28 has no evaluation domain in this field.
            constraints: u32::try_from(self.matrices.constraints()).unwrap_or(u32::MAX),
            matrix_hash: ContentHash(self.matrices.hash()),
            key,
        }
    }
}

//! A proof of one statement.

use crate::statement::{PublicInputs, Statement};
use nocknock_groth16::{
    verify, PreparedVerifyingKey, Proof as Points, ProofDecodeError, VerifyError, PROOF_BYTES,
};
use std::marker::PhantomData;

/// A Groth16 proof of the statement `S`.
///
/// Anyone can turn a proof into another proof of the same statement: its bytes identify nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof<S> {
    points: Points,
    statement: PhantomData<S>,
}

impl<S: Statement> Proof<S> {
    pub(crate) fn new(points: Points) -> Self {
        Self { points, statement: PhantomData }
    }

    /// Reads the 256 bytes that the chain and the EVM take. Only the one canonical form is
    /// accepted.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofDecodeError> {
        Points::from_evm_bytes(bytes).map(Self::new)
    }

    /// The 256 bytes that the chain and the EVM take.
    pub fn to_bytes(&self) -> [u8; PROOF_BYTES] {
        self.points.to_evm_bytes()
    }

    /// The points.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// Accepts exactly if the proof holds for these public inputs under this key.
    pub fn verify(
        &self,
        key: &PreparedVerifyingKey,
        public: &S::Public,
    ) -> Result<(), VerifyError> {
        verify(key, &public.to_fields(), &self.points)
    }
}

//! Keys: what they belong to, how they are made, stored and loaded.
//!
//! A verifying key's id is the hash of its canonical bytes. A circuit's id binds the statement, for
//! S3 the architecture, the number of constraints, the hash of the matrices and the key's id.
//!
//! **Development keys are insecure: they come from a public seed, so anyone can forge proofs under
//! them.** They exist so that tests and development chains need no ceremony. Keys for a chain that
//! holds value come from a ceremony; `docs/ceremony.md` describes it.

mod check;
mod development;
mod file;
mod pinned;
mod points;
mod store;

pub use check::KeyFault;
pub use development::{generate, SEED_TEXT};
pub use file::{load, read_key, store, write_key, KeyFileError};
pub use pinned::{pinned, Pinned};
pub use store::{file_name, KeyStore, KeyStoreError};

use crate::{
    r1cs::Matrices,
    statement::{Circuit, OnChain},
};
use ark_bn254::Bn254;
use codec::{Decode, Encode};
use nocknock_groth16::VerifyingKey;
use nocknock_primitives::{
    circuit::{CircuitInfo, KeyOrigin},
    ids::KeyId,
};
use std::fmt;

/// What is said wherever a development key shows up.
pub const DEVELOPMENT_WARNING: &str =
    "insecure development key: anyone can forge proofs under this key";

/// How the quotient polynomial is computed, which a proving key is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Reduction {
    /// arkworks' way, that of libsnark: the coefficients of the quotient.
    Libsnark,
    /// The way of snarkjs: values of `A·B − C` on the odd roots of unity.
    Circom,
}

/// A proving key and what it belongs to.
#[derive(Clone)]
pub struct ProvingKey {
    header: Header,
    verifying_key: VerifyingKey,
    points: ark_groth16::ProvingKey<Bn254>,
}

/// The start of a key file.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Header {
    info: CircuitInfo,
    origin: KeyOrigin,
    reduction: Reduction,
}

impl ProvingKey {
    /// Takes over a key in arkworks' form that was made for this circuit.
    pub fn new<S: OnChain>(
        circuit: &Circuit<S>,
        origin: KeyOrigin,
        reduction: Reduction,
        points: ark_groth16::ProvingKey<Bn254>,
    ) -> Self {
        let verifying_key = verifying_key(&points.vk);
        let info = circuit.info(KeyId(verifying_key.id().0));
        Self { header: Header { info, origin, reduction }, verifying_key, points }
    }

    /// Checks the points against the verifying key as loading a file does: those that proofs are
    /// blinded with, and that the points B are the same in both groups.
    pub fn check(&self) -> Result<(), KeyFault> {
        check::check_blinding(&self.points)?;
        check::check_twins(&self.points)
    }

    /// Checks that the key has as many points as a circuit needs.
    pub(crate) fn check_counts(&self, matrices: &Matrices) -> Result<(), KeyFault> {
        check::check_counts(&self.points, self.reduction(), matrices)
    }

    /// Checks the points against the circuit, as far as the key alone shows.
    pub(crate) fn check_derived(&self, matrices: &Matrices) -> Result<(), KeyFault> {
        check::check_derived(&self.points, matrices)
    }

    /// What the key says that it is for. [`Prover::new`](crate::Prover::new) compares it with the
    /// circuit.
    pub fn info(&self) -> &CircuitInfo {
        &self.header.info
    }

    /// Where the key says that it comes from. A published development key cannot say otherwise:
    /// it is recognised by its id when it is loaded.
    pub fn origin(&self) -> &KeyOrigin {
        &self.header.origin
    }

    /// The warning to print beside everything made with this key, if one is due.
    pub fn warning(&self) -> Option<&'static str> {
        match self.header.origin {
            KeyOrigin::Development => Some(DEVELOPMENT_WARNING),
            KeyOrigin::Ceremony(_) => None,
        }
    }

    /// How the quotient polynomial is computed.
    pub fn reduction(&self) -> Reduction {
        self.header.reduction
    }

    /// The id of the verifying key.
    pub fn id(&self) -> KeyId {
        self.header.info.key
    }

    /// The verifying key.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying_key
    }

    /// The key in arkworks' form.
    pub fn points(&self) -> &ark_groth16::ProvingKey<Bn254> {
        &self.points
    }
}

impl fmt::Debug for ProvingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProvingKey").field("header", &self.header).finish_non_exhaustive()
    }
}

/// A verifying key in this project's form.
pub fn verifying_key(key: &ark_groth16::VerifyingKey<Bn254>) -> VerifyingKey {
    VerifyingKey {
        alpha_g1: key.alpha_g1,
        beta_g2: key.beta_g2,
        gamma_g2: key.gamma_g2,
        delta_g2: key.delta_g2,
        ic: key.gamma_abc_g1.clone(),
    }
}

/// A verifying key in arkworks' form.
pub fn ark_verifying_key(key: &VerifyingKey) -> ark_groth16::VerifyingKey<Bn254> {
    ark_groth16::VerifyingKey {
        alpha_g1: key.alpha_g1,
        beta_g2: key.beta_g2,
        gamma_g2: key.gamma_g2,
        delta_g2: key.delta_g2,
        gamma_abc_g1: key.ic.clone(),
    }
}

#[cfg(test)]
mod tests;

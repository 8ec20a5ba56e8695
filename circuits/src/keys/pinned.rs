//! What this repository has pinned: counts, hashes and ids of every named circuit.
//!
//! `circuits/keys/development.json` is written by `cargo run --release -p nocknock-circuits
//! --example pin-keys`, and the verifying keys lie beside it in canonical form. A test makes every
//! key anew and compares, so neither a circuit nor a key changes silently.

use crate::statement::OnChain;
use nocknock_groth16::{KeyDecodeError, VerifyingKey};
use nocknock_primitives::{
    circuit::CircuitInfo,
    ids::{ContentHash, KeyId},
    model::MlpShape,
};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

const JSON: &str = include_str!("../../keys/development.json");

/// A named circuit under its development key.
///
/// **Anyone can forge proofs under this key.**
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// Name of the shape.
    pub shape: String,
    /// Name of the statement: `s1` or `d1`.
    pub statement: String,
    /// Number of constraints.
    pub constraints: u32,
    /// Hash of the matrices.
    pub matrix_hash: ContentHash,
    /// Id of the development key.
    pub key: KeyId,
    /// The development key's verifying half in canonical form, hexadecimal.
    pub verifying_key: String,
    /// Digest of the development key's proving half as a file.
    pub proving_key_digest: ContentHash,
}

/// What is pinned for a statement and a shape; nothing for shapes that have no name here.
pub fn pinned<S: OnChain>(shape: &MlpShape) -> Option<&'static Pinned> {
    all().iter().find(|pinned| pinned.shape == shape.name() && pinned.statement == S::NAME)
}

/// Whether this is the id of a development key that everybody can make.
pub(super) fn is_development_key(id: &KeyId) -> bool {
    all().iter().any(|pinned| pinned.key == *id)
}

/// Whether a key file with this digest is one that this repository has pinned, byte by byte.
pub(super) fn is_pinned_file(digest: &[u8; 32]) -> bool {
    all().iter().any(|pinned| pinned.proving_key_digest.as_bytes() == digest)
}

fn all() -> &'static [Pinned] {
    static ALL: OnceLock<Vec<Pinned>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(JSON).unwrap_or_default())
}

impl Pinned {
    /// What the circuit's id binds.
    pub fn info<S: OnChain>(&self, shape: &MlpShape) -> CircuitInfo {
        CircuitInfo {
            kind: S::KIND,
            shape: *shape,
            constraints: self.constraints,
            matrix_hash: self.matrix_hash,
            key: self.key,
        }
    }

    /// The development key's verifying half.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyDecodeError> {
        VerifyingKey::from_bytes(&hex::decode(&self.verifying_key).unwrap_or_default())
    }
}

//! What this repository has pinned: counts, hashes and ids of the circuits of all architectures
//! that have a name, and of D2.
//!
//! `circuits/keys/development.json` is written by `cargo run --release -p nocknock-circuits
//! --example pin-keys`. Tests make every key anew and compare, so neither a circuit nor a key
//! changes silently.

use nocknock_groth16::{KeyDecodeError, VerifyingKey};
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitKind},
    ids::{ContentHash, KeyId},
    model::Architecture,
};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

const JSON: &str = include_str!("../../keys/development.json");

/// A circuit under its development key.
///
/// **Anyone can forge proofs under this key.**
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// Name of the architecture; `seal` for D2.
    pub name: String,
    /// Name of the statement: `s3` or `d2`.
    pub statement: String,
    /// The architecture that S3 is about; nothing for D2, which is about all.
    pub architecture: Option<Architecture>,
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

/// What is pinned for a circuit; nothing for architectures that have no name here.
pub fn pinned(kind: &CircuitKind) -> Option<&'static Pinned> {
    all().iter().find(|pinned| pinned.architecture.as_ref() == kind.architecture())
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
    /// What the chain knows the circuit as.
    pub fn kind(&self) -> CircuitKind {
        self.architecture.clone().map_or(CircuitKind::Delivery, CircuitKind::Score)
    }

    /// What the circuit's id binds.
    pub fn info(&self) -> CircuitInfo {
        CircuitInfo {
            kind: self.kind(),
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

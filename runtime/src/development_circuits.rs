//! The circuits under development keys that networks without value start with.
//!
//! **Anybody can forge proofs under these keys.** `circuits/keys/development.json` pins them; the
//! verifier pallet refuses them on every network where value is at stake.

use alloc::{string::String, vec::Vec};
use frame_support::traits::Contains;
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitKind, KeyOrigin},
    ids::{ContentHash, KeyId},
    model::Architecture,
};
use pallet_verifier::GenesisCircuit;
use serde::Deserialize;

const PINNED: &str = include_str!("../../circuits/keys/development.json");

/// Recognises the published development keys, no matter what is stated about them.
#[derive(Debug)]
pub struct DevelopmentKeys;

impl Contains<KeyId> for DevelopmentKeys {
    /// Looks for the id in the text of the file. Parsing all of it for each circuit would be slow,
    /// and a file that cannot be parsed would hold no keys.
    fn contains(id: &KeyId) -> bool {
        PINNED.contains(&hex::encode(id.0))
    }
}

/// An entry of `circuits/keys/development.json`.
#[derive(Deserialize)]
struct Pinned {
    statement: String,
    architecture: Option<Architecture>,
    constraints: u32,
    matrix_hash: ContentHash,
    key: KeyId,
    verifying_key: String,
}

impl Pinned {
    fn into_genesis(self) -> Option<GenesisCircuit> {
        let Self { statement, architecture, constraints, matrix_hash, key, verifying_key } = self;
        let kind = match (statement.as_str(), architecture) {
            ("s3", Some(architecture)) => CircuitKind::Score(architecture),
            ("d2", None) => CircuitKind::Delivery,
            _ => return None,
        };
        Some(GenesisCircuit {
            info: CircuitInfo { kind, constraints, matrix_hash, key },
            origin: KeyOrigin::Development,
            key: hex::decode(verifying_key).ok()?,
        })
    }
}

/// What the file holds. Tests compare it with what the circuits' own crate makes of it.
fn pinned() -> Vec<Pinned> {
    serde_json::from_str(PINNED).unwrap_or_default()
}

/// The circuits of all named architectures, and the one of delivery, under development keys.
pub(crate) fn all() -> Vec<GenesisCircuit> {
    pinned().into_iter().filter_map(Pinned::into_genesis).collect()
}

/// The score circuit of an architecture under its development key.
pub(crate) fn score_circuit(architecture: &Architecture) -> Option<CircuitInfo> {
    all()
        .into_iter()
        .map(|circuit| circuit.info)
        .find(|info| info.kind.architecture() == Some(architecture))
}

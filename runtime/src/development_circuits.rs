//! The circuits under development keys that networks without value start with.
//!
//! **Anybody can forge proofs under these keys.** `circuits/keys/development.json` pins them; the
//! verifier pallet refuses them on every network where value is at stake.

use alloc::vec::Vec;
use frame_support::traits::Contains;
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitKind, KeyOrigin},
    ids::{ContentHash, KeyId},
    model::MlpShape,
};
use pallet_verifier::GenesisCircuit;
use serde::Deserialize;
use sp_core::hex2array;

const PINNED: &str = include_str!("../../circuits/keys/development.json");

/// The ids of the published development keys, in the order of `circuits/keys/development.json`.
pub const DEVELOPMENT_KEYS: [KeyId; 6] = [
    KeyId(hex2array!("d49b47d2e065bd97dd7fd780ca61c22d2e4421ebec840b1b9070fc43681b0be7")),
    KeyId(hex2array!("93499317d2d6ff25462b6be77bc73ef2e37a02ae6e3f5ec958d4757f43356f3e")),
    KeyId(hex2array!("a84ce73a10e191fb1632c638edfa656365a28411f6c4ba720eccfb772b293c23")),
    KeyId(hex2array!("cc04508f32ccc3854bd85976e4728f867f5cfffbec8046b30f955a73f249c75a")),
    KeyId(hex2array!("ca9ca9dd31580b0408d0547a28cafcc946bd4b839a01819054c7876f41d5f982")),
    KeyId(hex2array!("e16bd2def3f4897976071a78af75fcc6318ff5f20e632aca8962aa96a3b45543")),
];

/// Recognises the published development keys, no matter what is stated about them.
#[derive(Debug)]
pub struct DevelopmentKeys;

impl Contains<KeyId> for DevelopmentKeys {
    fn contains(id: &KeyId) -> bool {
        DEVELOPMENT_KEYS.contains(id)
    }
}

/// An entry of `circuits/keys/development.json`.
#[derive(Deserialize)]
struct Pinned {
    shape: alloc::string::String,
    statement: alloc::string::String,
    constraints: u32,
    matrix_hash: ContentHash,
    key: KeyId,
    verifying_key: alloc::string::String,
}

impl Pinned {
    fn kind(&self) -> Option<CircuitKind> {
        match self.statement.as_str() {
            "s1" => Some(CircuitKind::Score),
            "d1" => Some(CircuitKind::Delivery),
            _ => None,
        }
    }

    fn into_genesis(self) -> Option<GenesisCircuit> {
        Some(GenesisCircuit {
            info: CircuitInfo {
                kind: self.kind()?,
                shape: MlpShape::named(&self.shape)?,
                constraints: self.constraints,
                matrix_hash: self.matrix_hash,
                key: self.key,
            },
            origin: KeyOrigin::Development,
            key: hex::decode(&self.verifying_key).ok()?,
        })
    }
}

/// The circuits of all named shapes under development keys.
pub(crate) fn all() -> Vec<GenesisCircuit> {
    serde_json::from_str::<Vec<Pinned>>(PINNED)
        .unwrap_or_default()
        .into_iter()
        .filter_map(Pinned::into_genesis)
        .collect()
}

/// The score circuit of a named shape under its development key.
pub(crate) fn score_circuit(shape: &str) -> Option<CircuitInfo> {
    all()
        .into_iter()
        .map(|circuit| circuit.info)
        .find(|info| info.kind == CircuitKind::Score && info.shape.name() == shape)
}

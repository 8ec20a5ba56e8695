//! Circuits as the chain knows them.

use crate::{
    ids::{CircuitId, ContentHash, FieldBytes, KeyId},
    model::{inputs, recipient, Architecture},
};
use blake2::{digest::consts::U32, Blake2b, Digest};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// What a circuit states, and so what its public inputs mean.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum CircuitKind {
    /// S3, the score of a model of this architecture on a block. Inputs:
    /// [`FoldInputs`](crate::model::FoldInputs).
    Score(Architecture),
    /// D2, the delivery of a model's key, for models of every architecture. Inputs:
    /// [`SealInputs`](crate::model::SealInputs).
    Delivery,
}

impl CircuitKind {
    /// Number of public inputs of the statement.
    pub const fn public_inputs(&self) -> u32 {
        match self {
            Self::Score(_) => inputs::fold::COUNT,
            Self::Delivery => recipient::places::COUNT,
        }
    }

    /// The models that a score circuit is about.
    pub const fn architecture(&self) -> Option<&Architecture> {
        match self {
            Self::Score(architecture) => Some(architecture),
            Self::Delivery => None,
        }
    }

    /// Whether this is a delivery circuit.
    pub const fn is_delivery(&self) -> bool {
        matches!(self, Self::Delivery)
    }
}

/// Everything that the id of a circuit binds.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CircuitInfo {
    /// What the circuit states.
    pub kind: CircuitKind,
    /// The number of constraints.
    pub constraints: u32,
    /// The hash of the constraint matrices.
    pub matrix_hash: ContentHash,
    /// The verifying key.
    pub key: KeyId,
}

impl CircuitInfo {
    /// `blake2b-256("nocknock/circuit/v2" ‖ SCALE(self))`.
    pub fn id(&self) -> CircuitId {
        let mut hash = Blake2b::<U32>::new_with_prefix(b"nocknock/circuit/v2");
        hash.update(self.encode());
        CircuitId(hash.finalize().into())
    }
}

/// Where a verifying key comes from.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum KeyOrigin {
    /// Made from a public seed. **Anybody can forge proofs under this key**: for development only.
    Development,
    /// Made in a ceremony whose transcript has this hash.
    Ceremony(ContentHash),
}

/// What a circuit may be used for. A status only ever moves down this list.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum CircuitStatus {
    /// New tasks may use it.
    Active,
    /// Replaced: tasks that already use it run to their end, new ones use the successor.
    Retired {
        /// The circuit that replaces it.
        successor: CircuitId,
    },
    /// Found to be unsound or forgeable: none of its proofs is accepted. Tasks that rely on it end
    /// with neither winners nor losers.
    Disabled,
}

/// A registered circuit.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct CircuitRecord<BlockNumber> {
    /// What its id binds.
    pub info: CircuitInfo,
    /// Where its key comes from.
    pub origin: KeyOrigin,
    /// What it may be used for.
    pub status: CircuitStatus,
    /// When it was registered.
    pub registered_at: BlockNumber,
}

impl<BlockNumber> CircuitRecord<BlockNumber> {
    /// Whether new tasks may use it.
    pub fn is_active(&self) -> bool {
        self.status == CircuitStatus::Active
    }

    /// Whether its proofs are accepted.
    pub fn is_usable(&self) -> bool {
        self.status != CircuitStatus::Disabled
    }
}

/// A Groth16 proof in the byte format of the EVM precompiles: `A ‖ B ‖ C`, 256 bytes.
///
/// Anybody can re-randomise a proof, so its bytes never identify anything.
#[derive(
    Clone, Copy, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ProofBytes(pub [u8; 256]);

impl fmt::Debug for ProofBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofBytes(256)")
    }
}

/// A claim to verify: the public inputs, computed by the runtime, and the proof that somebody sent.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Public inputs in the order of the circuit's kind: `in_order` of its type gives them.
    pub inputs: &'a [FieldBytes],
    /// The proof.
    pub proof: &'a ProofBytes,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::named;
    use alloc::format;

    fn score(name: &str) -> CircuitKind {
        CircuitKind::Score(named(name).expect("the architecture has this name"))
    }

    fn info() -> CircuitInfo {
        CircuitInfo {
            kind: score("tiny-4x3x2"),
            constraints: 7,
            matrix_hash: ContentHash([1; 32]),
            key: KeyId([2; 32]),
        }
    }

    #[test]
    fn every_part_changes_the_id() {
        let changed = [
            CircuitInfo { kind: CircuitKind::Delivery, ..info() },
            CircuitInfo { kind: score("digits-64x32x10"), ..info() },
            CircuitInfo { constraints: 8, ..info() },
            CircuitInfo { matrix_hash: ContentHash([9; 32]), ..info() },
            CircuitInfo { key: KeyId([9; 32]), ..info() },
        ];
        for other in changed {
            assert_ne!(other.id(), info().id(), "{other:?}");
        }
    }

    #[test]
    fn a_circuit_is_read_back_as_it_was_written() {
        for kind in [score("tiny-4x3x2"), CircuitKind::Delivery] {
            let info = CircuitInfo { kind, ..info() };
            assert_eq!(CircuitInfo::decode(&mut &info.encode()[..]), Ok(info));
        }
    }

    #[test]
    fn a_proof_is_not_spelt_out_in_logs() {
        assert_eq!(format!("{:?}", ProofBytes([0xab; 256])), "ProofBytes(256)");
    }
}

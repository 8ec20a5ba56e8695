//! What is given to register a circuit.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use nocknock_primitives::{
    circuit::{CircuitInfo, KeyOrigin},
    limits::{List, MAX_KEY_BYTES},
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// A circuit that is to be registered.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Candidate {
    /// What its id binds.
    pub info: CircuitInfo,
    /// Where its key comes from.
    pub origin: KeyOrigin,
    /// The verifying key in canonical form.
    pub key: List<u8, MAX_KEY_BYTES>,
}

/// A circuit in a chain specification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GenesisCircuit {
    /// What its id binds.
    pub info: CircuitInfo,
    /// Where its key comes from.
    pub origin: KeyOrigin,
    /// The verifying key in canonical form, in hexadecimal.
    #[serde(with = "sp_core::bytes")]
    pub key: Vec<u8>,
}

impl TryFrom<GenesisCircuit> for Candidate {
    type Error = KeyTooLong;

    fn try_from(circuit: GenesisCircuit) -> Result<Self, KeyTooLong> {
        let key = circuit.key.try_into().map_err(|_| KeyTooLong)?;
        Ok(Self { info: circuit.info, origin: circuit.origin, key })
    }
}

/// A verifying key in a chain specification has more bytes than the chain stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTooLong;

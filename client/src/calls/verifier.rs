//! Calls about circuits. They need the approval of the council: propose them there.

use super::Call;
use nocknock_primitives::{
    circuit::{CircuitInfo, KeyOrigin},
    ids::CircuitId,
    limits::{List, MAX_KEY_BYTES},
};

const PALLET: &str = "Verifier";

/// Registers a circuit by its verifying key.
pub fn register(info: &CircuitInfo, origin: KeyOrigin, key: &List<u8, MAX_KEY_BYTES>) -> Call {
    Call::new(PALLET, "register_circuit").with("candidate", (info, origin, key))
}

/// Registers a circuit in place of another one.
pub fn replace(
    circuit: CircuitId,
    info: &CircuitInfo,
    origin: KeyOrigin,
    key: &List<u8, MAX_KEY_BYTES>,
) -> Call {
    Call::new(PALLET, "replace_circuit")
        .with("circuit", circuit)
        .with("candidate", (info, origin, key))
}

/// Disables a circuit for ever.
pub fn disable(circuit: CircuitId) -> Call {
    Call::new(PALLET, "disable_circuit").with("circuit", circuit)
}

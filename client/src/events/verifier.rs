//! Events about circuits.

use super::domain::events;
use nocknock_primitives::{
    circuit::{CircuitKind, KeyOrigin},
    ids::CircuitId,
};

events! {
    /// What the pallet `Verifier` reports.
    VerifierEvent in "Verifier" {
        /// A circuit was registered: proofs of it are accepted from now on.
        CircuitRegistered {
            /// The circuit.
            circuit: CircuitId,
            /// What it states.
            kind: CircuitKind,
            /// Where its key comes from.
            origin: KeyOrigin,
        },
        /// A circuit was replaced: new tasks use its successor.
        CircuitReplaced {
            /// The circuit that was replaced.
            circuit: CircuitId,
            /// The circuit that takes its place.
            successor: CircuitId,
        },
        /// A circuit was disabled: no proof of it is accepted any more.
        CircuitDisabled {
            /// The circuit.
            circuit: CircuitId,
        },
    }
}

//! Circuits.

use super::Snapshot;
use crate::{errors::QueryError, types::CircuitRecord};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{CircuitId, FieldBytes},
    limits::{List, MAX_PAGE, MAX_PUBLIC_INPUTS},
};

const PALLET: &str = "Verifier";

/// Each of these fails as [`QueryError`] says.
impl Snapshot {
    /// A registered circuit.
    pub async fn circuit(&self, circuit: &CircuitId) -> Result<Option<CircuitRecord>, QueryError> {
        self.view(PALLET, "circuit", circuit).await
    }

    /// All registered circuits, in the order of their ids.
    pub async fn circuits(&self) -> Result<Vec<(CircuitId, CircuitRecord)>, QueryError> {
        let page = |after: Option<CircuitId>| self.view(PALLET, "circuits", (after, MAX_PAGE));
        self.pages(page).await
    }

    /// The verifying key of a circuit in canonical form.
    pub async fn verifying_key(&self, circuit: &CircuitId) -> Result<Option<Vec<u8>>, QueryError> {
        self.view(PALLET, "verifying_key", circuit).await
    }

    /// Whether the chain accepts this proof of these public inputs, at most 8 of them.
    pub async fn is_proved(
        &self,
        circuit: &CircuitId,
        inputs: &[FieldBytes],
        proof: &ProofBytes,
    ) -> Result<bool, QueryError> {
        let inputs = List::<FieldBytes, MAX_PUBLIC_INPUTS>::try_from(inputs.to_vec());
        match inputs {
            Ok(inputs) => self.view(PALLET, "is_proved", (circuit, inputs, proof)).await,
            Err(_) => Ok(false),
        }
    }
}

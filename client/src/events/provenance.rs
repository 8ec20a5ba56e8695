//! Events about provenance records.

use super::domain::events;
use crate::types::AccountId;
use nocknock_primitives::{
    ids::{ModelCommitment, RecordId, TaskId},
    provenance::{AnchorNumber, Node},
};

events! {
    /// What the pallet `Provenance` reports.
    ProvenanceEvent in "Provenance" {
        /// A delivered model's provenance was recorded.
        ModelRecorded {
            /// The record.
            record: RecordId,
            /// The task in which the model was delivered.
            task: TaskId,
            /// The model.
            model: ModelCommitment,
            /// Who delivered it.
            submitter: AccountId,
        },
        /// Records were closed into an anchor: proofs of their inclusion can be made now.
        AnchorClosed {
            /// The anchor.
            number: AnchorNumber,
            /// Its first record.
            first: RecordId,
            /// Its number of records.
            count: u32,
            /// Root of the Keccak-256 tree over their leaves.
            root: Node,
        },
    }
}

//! Provenance records and anchors.

use super::{perhaps, score, shown};
use nocknock_client::{AccountId, Anchor, Recorded};
use nocknock_primitives::{
    ids::RecordId,
    provenance::{Assurance, Provenance, ProvenanceField},
};
use serde_json::{json, Value};

/// A record.
pub(crate) fn record(id: RecordId, recorded: &Recorded) -> Value {
    let from = &recorded.provenance;
    json!({
        "record": id,
        "experiment": from.experiment,
        "task": from.task,
        "version": from.version,
        "submitter": shown(from.submitter),
        "model": shown(from.model),
        "circuit": shown(from.circuit),
        "score": score(&from.score),
        "data_roots": shown(from.data_roots),
        "train_data": from.train_data.as_ref().map(ToString::to_string),
        "image": perhaps(from.attestation.image),
        "code": perhaps(from.attestation.code),
        "hyperparameters": perhaps(from.attestation.hyperparameters),
        "model_blob": from.attestation.model_blob.as_ref().map(ToString::to_string),
        "key_commitment": shown(recorded.seal.key),
        "ciphertext": shown(recorded.seal.ciphertext),
        "anchor": recorded.anchor,
    })
}

/// An anchor.
pub(crate) fn anchor(anchor: &Anchor) -> Value {
    json!({
        "anchor": anchor.number,
        "first": anchor.first,
        "count": anchor.count,
        "root": format!("0x{}", hex::encode(anchor.root)),
        "block": anchor.block,
    })
}

/// How far something can be trusted.
pub(crate) fn assurance(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Proved => "proved",
        Assurance::Checked => "checked",
        Assurance::Attested => "attested",
    }
}

/// What a field is called, and what the record says in it; none if it says nothing.
pub(crate) fn field(
    from: &Provenance<AccountId>,
    field: ProvenanceField,
) -> (&'static str, Option<String>) {
    let attested = &from.attestation;
    match field {
        ProvenanceField::Task => ("task", Some(place(from))),
        ProvenanceField::Submitter => ("submitter", Some(from.submitter.to_string())),
        ProvenanceField::Model => ("model", Some(from.model.to_string())),
        ProvenanceField::Circuit => ("circuit", Some(from.circuit.to_string())),
        ProvenanceField::Score => ("score", Some(from.score.to_string())),
        ProvenanceField::DataRoots => ("data roots", Some(from.data_roots.to_string())),
        ProvenanceField::TrainData => {
            ("training data", from.train_data.as_ref().map(ToString::to_string))
        }
        ProvenanceField::Image => ("image", attested.image.map(|hash| hash.to_string())),
        ProvenanceField::Code => ("code", attested.code.map(|hash| hash.to_string())),
        ProvenanceField::Hyperparameters => {
            ("hyper-parameters", attested.hyperparameters.map(|hash| hash.to_string()))
        }
        ProvenanceField::ModelBlob => {
            ("model copy", attested.model_blob.as_ref().map(ToString::to_string))
        }
    }
}

fn place(from: &Provenance<AccountId>) -> String {
    format!("experiment {}, task {}, version {}", from.experiment, from.task, from.version)
}

//! Experiments, their leaderboards and models.

use super::{perhaps, score, shown, words};
use nocknock_client::{Experiment, LeaderboardEntry, ModelVersion};
use nocknock_primitives::{
    experiment::Stage,
    ids::{ExperimentId, ModelVersionNumber},
};
use serde_json::{json, Value};

/// An experiment.
pub(crate) fn experiment(id: ExperimentId, experiment: &Experiment) -> Value {
    let description = &experiment.description;
    let tags: Vec<String> = description.tags.iter().map(|tag| words(tag)).collect();
    let champion = experiment.champion.as_ref();
    json!({
        "experiment": id,
        "owner": shown(experiment.owner),
        "name": words(&description.name),
        "description": words(&description.text),
        "tags": tags,
        "metadata": perhaps(description.metadata),
        "encoding": perhaps(experiment.encoding),
        "created_at": experiment.created_at,
        "archived": experiment.archived,
        "champion": champion.map(|best| json!({ "version": best.version, "score": score(&best.score) })),
        "versions": experiment.versions,
    })
}

/// A line of a leaderboard.
pub(crate) fn entry(place: usize, entry: &LeaderboardEntry) -> Value {
    json!({
        "place": place,
        "worker": shown(entry.worker),
        "task": entry.task,
        "model": shown(entry.model),
        "score": score(&entry.score),
        "at": entry.at,
    })
}

/// A model version.
pub(crate) fn model(version: ModelVersionNumber, model: &ModelVersion) -> Value {
    let delivered = &model.delivered;
    json!({
        "version": version,
        "experiment": delivered.experiment,
        "task": delivered.task,
        "worker": shown(delivered.worker),
        "requester": shown(delivered.requester),
        "model": shown(delivered.model),
        "score": score(&delivered.score),
        "circuit": shown(delivered.circuit),
        "key_commitment": shown(delivered.key_commitment),
        "blob": delivered.blob.as_ref().map(ToString::to_string),
        "stage": stage(model.stage),
        "owner": shown(model.owner),
        "at": model.at,
    })
}

/// What a model is used for.
pub(crate) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Candidate => "candidate",
        Stage::Champion => "champion",
        Stage::Archived => "archived",
    }
}

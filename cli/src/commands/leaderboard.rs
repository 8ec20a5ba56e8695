//! `nocknock leaderboard`.

use crate::{
    failure::Failure,
    node::Node,
    output::{number, table, text},
    views::{self, percent, short, who},
};
use clap::Args;
use nocknock_client::{Experiment, Snapshot};
use nocknock_primitives::ids::ExperimentId;
use serde_json::Value;

/// Show the best proved scores of an experiment.
#[derive(Debug, Args)]
pub(crate) struct ShowLeaderboard {
    /// The experiment.
    experiment: ExperimentId,
}

impl ShowLeaderboard {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        known_experiment(&best, self.experiment).await?;
        let board = best.leaderboard(self.experiment).await?;
        let places = || (1..).zip(board.iter());
        let value: Vec<Value> =
            places().map(|(place, entry)| views::experiment::entry(place, entry)).collect();
        node.output.show(&value, || {
            let rows = places().map(|(place, entry)| {
                vec![
                    number(place),
                    number(percent(&entry.score)),
                    number(entry.score),
                    text(who(&entry.worker)),
                    number(entry.task),
                    text(short(entry.model)),
                    number(entry.at),
                ]
            });
            table(&["place", "score", "points", "worker", "task", "model", "block"], rows)
        })
    }
}

/// An experiment that must exist.
pub(crate) async fn known_experiment(
    snapshot: &Snapshot,
    id: ExperimentId,
) -> Result<Experiment, Failure> {
    let experiment = snapshot.experiment(id).await?;
    experiment.ok_or_else(|| {
        Failure::NotFound(format!("there is no experiment {id}; `nocknock experiments` lists them"))
    })
}

//! `nocknock experiments`.

use crate::{
    failure::Failure,
    node::Node,
    output::{number, table, text, Shown},
    questions::ask_all,
    views::{self, halved, halvings, percent, perhaps, who, with, words},
};
use clap::Args;
use nocknock_client::{AccountId, Experiment, QueryError, Snapshot};
use nocknock_primitives::{ids::ExperimentId, level::Bits};
use serde_json::Value;
use std::collections::BTreeMap;

/// List experiments.
///
/// For those of the curriculum the level is shown: how many halvings of the error the chain has
/// paid for in them. One that names its encoding takes no tasks with another.
#[derive(Debug, Args)]
pub(crate) struct ListExperiments {
    /// Only experiments with this tag.
    #[arg(long)]
    tag: Option<String>,
}

/// An experiment, who may take it over, and its level if it is in the curriculum.
#[derive(Debug)]
struct Listed {
    id: ExperimentId,
    experiment: Experiment,
    offered_to: Option<AccountId>,
    level: Option<Bits>,
}

impl ListExperiments {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let mut experiments = best.all_experiments().await?;
        experiments.retain(|(_, experiment)| self.wants(experiment));
        let listed = with_offers_and_levels(&best, experiments).await?;
        let value: Vec<Value> = listed.iter().map(Listed::json).collect();
        node.output.show(&value, || {
            let rows = listed.iter().map(Listed::row);
            table(&["experiment", "name", "owner", "best", "models", "level", ""], rows)
        })
    }

    fn wants(&self, experiment: &Experiment) -> bool {
        let Some(wanted) = &self.tag else {
            return true;
        };
        let tags = &experiment.description.tags;
        tags.iter().any(|tag| words(tag) == *wanted)
    }
}

async fn with_offers_and_levels(
    best: &Snapshot,
    experiments: Vec<(ExperimentId, Experiment)>,
) -> Result<Vec<Listed>, Failure> {
    let ids = experiments.iter().map(|(id, _)| *id);
    let offers = ask_all(ids.map(|id| offer(best.clone(), id))).await?;
    let curriculum = best.curriculum().await?;
    let levels: BTreeMap<ExperimentId, Bits> =
        curriculum.into_iter().map(|(id, entry)| (id, entry.level)).collect();
    let listed = experiments.into_iter().zip(offers);
    let listed = listed.map(|((id, experiment), offered_to)| {
        let level = levels.get(&id).copied();
        Listed { id, experiment, offered_to, level }
    });
    Ok(listed.collect())
}

async fn offer(best: Snapshot, id: ExperimentId) -> Result<Option<AccountId>, QueryError> {
    best.pending_transfer(id).await
}

impl Listed {
    fn json(&self) -> Value {
        let value = views::experiment::experiment(self.id, &self.experiment);
        let value = with(value, "offered_to", perhaps(self.offered_to));
        with(value, "level", self.level.map(halvings))
    }

    fn row(&self) -> Vec<Shown> {
        let experiment = &self.experiment;
        let best = experiment.champion.map(|best| percent(&best.score));
        let remark = match &self.offered_to {
            Some(account) => format!("offered to {}", who(account)),
            None if experiment.archived => "archived".to_owned(),
            None if experiment.encoding.is_some() => "names its encoding".to_owned(),
            None => String::new(),
        };
        vec![
            number(self.id),
            text(words(&experiment.description.name)),
            text(who(&experiment.owner)),
            number(best.unwrap_or_default()),
            number(experiment.versions),
            number(self.level.map(halved).unwrap_or_default()),
            text(remark),
        ]
    }
}

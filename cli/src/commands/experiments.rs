//! `nocknock experiments`.

use crate::{
    failure::Failure,
    node::Node,
    output::{number, table, text, Shown},
    views::{self, percent, perhaps, who, with, words},
};
use clap::Args;
use nocknock_client::{AccountId, Experiment};
use nocknock_primitives::ids::ExperimentId;
use serde_json::Value;

/// List experiments.
#[derive(Debug, Args)]
pub(crate) struct ListExperiments {
    /// Only those with this tag.
    #[arg(long)]
    tag: Option<String>,
}

/// An experiment, and who may take it over.
#[derive(Debug)]
struct Listed {
    id: ExperimentId,
    experiment: Experiment,
    offered_to: Option<AccountId>,
}

impl ListExperiments {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let mut listed = Vec::new();
        for (id, experiment) in best.all_experiments().await? {
            if self.wants(&experiment) {
                let offered_to = best.pending_transfer(id).await?;
                listed.push(Listed {
                    id,
                    experiment,
                    offered_to,
                });
            }
        }
        let value: Vec<Value> = listed.iter().map(Listed::json).collect();
        node.output.show(&value, || {
            let rows = listed.iter().map(Listed::row);
            table(&["experiment", "name", "owner", "best", "models", ""], rows)
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

impl Listed {
    fn json(&self) -> Value {
        let value = views::experiment::experiment(self.id, &self.experiment);
        with(value, "offered_to", perhaps(self.offered_to))
    }

    fn row(&self) -> Vec<Shown> {
        let experiment = &self.experiment;
        let best = experiment.champion.map(|best| percent(&best.score));
        let remark = match &self.offered_to {
            Some(account) => format!("offered to {}", who(account)),
            None if experiment.archived => "archived".to_owned(),
            None => String::new(),
        };
        vec![
            number(self.id),
            text(words(&experiment.description.name)),
            text(who(&experiment.owner)),
            number(best.unwrap_or_default()),
            number(experiment.versions),
            text(remark),
        ]
    }
}

//! `nocknock experiments`.

use crate::{
    failure::Failure,
    node::Node,
    output::{number, table, text},
    views::{self, percent, who, words},
};
use clap::Args;
use nocknock_primitives::limits::{Text, MAX_TAG};
use serde_json::Value;

/// List experiments.
#[derive(Debug, Args)]
pub(crate) struct ListExperiments {
    /// Only those with this tag.
    #[arg(long)]
    tag: Option<String>,
}

impl ListExperiments {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let mut experiments = node.best().await?.all_experiments().await?;
        if let Some(tag) = &self.tag {
            let is = |known: &Text<MAX_TAG>| words(known) == *tag;
            experiments.retain(|(_, experiment)| experiment.description.tags.iter().any(is));
        }
        let value: Vec<Value> = experiments
            .iter()
            .map(|(id, experiment)| views::experiment::experiment(*id, experiment))
            .collect();
        node.output.show(&value, || {
            let rows = experiments.iter().map(|(id, experiment)| {
                let best = experiment.champion.map(|best| percent(&best.score));
                vec![
                    number(id),
                    text(words(&experiment.description.name)),
                    text(who(&experiment.owner)),
                    number(best.unwrap_or_default()),
                    number(experiment.versions),
                    text(if experiment.archived { "archived" } else { "" }),
                ]
            });
            table(&["experiment", "name", "owner", "best", "models", ""], rows)
        })
    }
}

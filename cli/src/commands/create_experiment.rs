//! `nocknock create-experiment`.

use crate::{
    failure::{usage, Failure},
    node::Node,
};
use clap::Args;
use nocknock_client::{calls, Wait};
use nocknock_primitives::{experiment::Description, ids::ContentHash};
use serde_json::json;

/// Create an experiment, to which tasks and models belong.
///
/// You own it and create its tasks. A deposit that grows with the description is held.
#[derive(Debug, Args)]
pub(crate) struct CreateExperiment {
    /// Name for people, in one line.
    #[arg(long)]
    name: String,

    /// What is to be learnt from what.
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,

    /// Words to find it by: lower-case letters, digits and hyphens.
    #[arg(long = "tag", value_delimiter = ',', value_name = "TAG")]
    tags: Vec<String>,

    /// Hash of a longer document elsewhere, 64 hexadecimal digits.
    #[arg(long, value_name = "HASH")]
    metadata: Option<ContentHash>,

    /// Only say what it costs and whether the chain would take it.
    #[arg(long)]
    dry_run: bool,
}

impl CreateExperiment {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let description =
            Description::new(&self.name, &self.description, &self.tags, self.metadata);
        let call = calls::experiments::create(&description.map_err(usage)?);
        if self.dry_run {
            let cost = node.rehearse(&call).await?;
            return node.output.show(&cost, || format!("{cost:#}"));
        }
        let included = node.send(&call, Wait::Finalised).await?;
        let experiment = included.experiment();
        let value = json!({
            "experiment": experiment,
            "block": included.block.map(|block| block.number),
            "fee": crate::amount::Amount(included.fee),
        });
        node.output.show(&value, || match experiment {
            Some(experiment) => format!("Experiment {experiment} is created."),
            None => "The experiment is created.".to_owned(),
        })
    }
}

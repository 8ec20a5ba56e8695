//! `nocknock create-experiment`.

use crate::{
    commands::send::{report, Sending},
    failure::{usage, Failure},
    node::Node,
};
use clap::Args;
use nocknock_client::calls;
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

    /// What a model is to predict, and from what.
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,

    /// Tags to find it by: lower-case letters, digits and hyphens.
    #[arg(long = "tag", value_delimiter = ',', value_name = "TAG")]
    tags: Vec<String>,

    /// Hash of a longer document elsewhere, 64 hexadecimal digits.
    #[arg(long, value_name = "HASH")]
    metadata: Option<ContentHash>,

    #[command(flatten)]
    sending: Sending,
}

impl CreateExperiment {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let description =
            Description::new(&self.name, &self.description, &self.tags, self.metadata);
        let description = description.map_err(usage)?;
        let call = calls::Experiments::create_experiment { description }.into();
        let Some(included) = self.sending.send(node, &call).await? else {
            return Ok(());
        };
        let experiment = included.experiment();
        let value = report(json!({ "experiment": experiment }), &included);
        node.output.show(&value, || match experiment {
            Some(experiment) => format!("Experiment {experiment} is created."),
            None => "The experiment is created.".to_owned(),
        })
    }
}

//! `nocknock create-experiment`.

use crate::{
    commands::send::{report, Sending},
    encodings,
    failure::{usage, Failure},
    node::Node,
    views::{perhaps, with},
};
use clap::Args;
use nocknock_client::calls;
use nocknock_dataset::Encoding;
use nocknock_primitives::{experiment::Description, ids::ContentHash};
use serde_json::json;
use std::path::PathBuf;

/// Create an experiment, to which tasks and models belong.
///
/// You own it and create its tasks. A deposit that grows with the description is held.
///
/// With --encoding all of its tasks must have the same columns and classes, written as numbers in
/// the same way, so that its leaderboard never mixes tables. The chain stores the hash, which can
/// never be changed; a copy of the file is kept in the data folder, where `propose-task` finds it.
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

    /// File with the encoding of all of its tasks, as `check-data --write-encoding` writes it
    /// [default: each task has its own].
    #[arg(long, value_name = "FILE")]
    encoding: Option<PathBuf>,

    #[command(flatten)]
    sending: Sending,
}

impl CreateExperiment {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let description =
            Description::new(&self.name, &self.description, &self.tags, self.metadata);
        let description = description.map_err(usage)?;
        let encoding = self.encoding.as_deref().map(encodings::read).transpose()?;
        if let Some(encoding) = &encoding {
            encodings::check_usable(encoding)?;
        }
        // It is kept before anything is held, so that nobody pays for an encoding that is lost.
        if let Some(encoding) = encoding.as_ref().filter(|_| !self.sending.is_rehearsal()) {
            encodings::keep(&node.config.data_dir()?, encoding)?;
        }
        let encoding = encoding.as_ref().map(Encoding::hash);
        let call = calls::Experiments::create_experiment { description, encoding }.into();
        let Some(included) = self.sending.send(node, &call).await? else {
            return Ok(());
        };
        let experiment = included.experiment();
        let subject = with(json!({ "experiment": experiment }), "encoding", perhaps(encoding));
        let value = report(subject, &included);
        node.output.show(&value, || match experiment {
            Some(experiment) => format!("Experiment {experiment} is created."),
            None => "The experiment is created.".to_owned(),
        })
    }
}

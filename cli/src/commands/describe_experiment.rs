//! `nocknock describe-experiment`.

use crate::{
    commands::{leaderboard::known_experiment, send::Sending},
    failure::{usage, Failure},
    node::Node,
    views::words,
};
use clap::Args;
use nocknock_client::{calls, Call};
use nocknock_primitives::{
    experiment::Description,
    ids::{ContentHash, ExperimentId},
};
use serde_json::json;

/// Change the description of one of your experiments.
///
/// What you do not name stays as it is. The deposit follows the length of the description.
#[derive(Debug, Args)]
pub(crate) struct DescribeExperiment {
    /// The experiment.
    experiment: ExperimentId,

    #[command(flatten)]
    changes: Changes,

    #[command(flatten)]
    sending: Sending,
}

// What becomes different: at least one of these.
#[derive(Debug, Default, Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Name for people, in one line.
    #[arg(long)]
    name: Option<String>,

    /// What a model is to predict, and from what; an empty text removes what is there.
    #[arg(long)]
    description: Option<String>,

    /// Tags to find it by, instead of those it has now; an empty tag removes them all.
    #[arg(long = "tag", value_delimiter = ',', value_name = "TAG")]
    tags: Option<Vec<String>>,

    /// Hash of a longer document elsewhere, 64 hexadecimal digits.
    #[arg(long, value_name = "HASH", conflicts_with = "no_metadata")]
    metadata: Option<ContentHash>,

    /// Remove the hash of the longer document.
    #[arg(long)]
    no_metadata: bool,
}

impl DescribeExperiment {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let experiment = known_experiment(&node.best().await?, self.experiment).await?;
        let description = self.changes.applied_to(&experiment.description)?;
        let call = Call::from(calls::Experiments::describe_experiment {
            experiment: self.experiment,
            description,
        });
        let subject = json!({ "experiment": self.experiment });
        self.sending.carry_out(node, subject, &call).await
    }
}

impl Changes {
    fn applied_to(self, old: &Description) -> Result<Description, Failure> {
        let name = self.name.unwrap_or_else(|| words(&old.name));
        let text = self.description.unwrap_or_else(|| words(&old.text));
        let mut tags = match self.tags {
            Some(tags) => tags,
            None => old.tags.iter().map(|tag| words(tag)).collect(),
        };
        tags.retain(|tag| !tag.is_empty());
        let metadata = if self.no_metadata { None } else { self.metadata.or(old.metadata) };
        Description::new(&name, &text, &tags, metadata).map_err(usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old() -> Description {
        let metadata = Some(ContentHash([1; 32]));
        Description::new("Wine", "Which cultivar?", &["wine", "tabular"], metadata).unwrap()
    }

    #[test]
    fn what_is_not_named_stays_as_it_is() {
        let changes = Changes { name: Some("Red wine".to_owned()), ..Changes::default() };
        let new = changes.applied_to(&old()).unwrap();
        let expected = Description {
            name: Description::new::<&str>("Red wine", "", &[], None).unwrap().name,
            ..old()
        };
        assert_eq!(new, expected);
    }

    #[test]
    fn texts_tags_and_metadata_can_be_removed() {
        let changes = Changes {
            description: Some(String::new()),
            tags: Some(vec![String::new()]),
            no_metadata: true,
            ..Changes::default()
        };
        let new = changes.applied_to(&old()).unwrap();
        let expected = Description::new::<&str>("Wine", "", &[], None).unwrap();
        assert_eq!(new, expected);
    }

    #[test]
    fn what_the_chain_would_refuse_is_refused_before() {
        let changes = Changes { name: Some(" ".to_owned()), ..Changes::default() };
        assert_eq!(changes.applied_to(&old()).unwrap_err().code(), 2);
    }
}

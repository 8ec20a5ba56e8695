//! `nocknock fetch-model`.

use crate::{
    commands::follow,
    failure::Failure,
    model_card::{model_card, Beside, TestResults},
    node::Node,
    views::{self, percent},
};
use clap::Args;
use nocknock_client::{Snapshot, Task};
use nocknock_dataset::{Encoding, RequesterState};
use nocknock_durable as durable;
use nocknock_primitives::{ids::TaskId, model::RecipientSecret};
use nocknock_requester::{
    chain_folder_name, open_models, published_data, write_model, DeliveredModel, ModelFile,
    ModelsError, PrivateFile, Progress,
};
use serde_json::{json, Value};
use std::path::{Path, PathBuf};

/// Open the delivered models of a task, check them and write them to files.
///
/// Ciphertext and sealed key are read from the chain. The secret that opens the key is in the
/// private file of the task, so only its requester can do this; models of the curriculum open for
/// everybody. Weights are written only if they lead to the very commitment whose score was proved,
/// and, where the private file is at hand, reach that score, and the least that was asked for, on
/// its test blocks.
///
/// Beside the safetensors file stands a model card in Markdown. A file that holds another model,
/// for instance one of another chain, is never replaced.
///
/// The encoding, which names columns and classes and says how values become inputs, comes from the
/// private file as well, or from the published training data. It is compared with what the chain
/// stores of the task.
#[derive(Debug, Args)]
pub(crate) struct FetchModel {
    /// The task.
    task: TaskId,

    /// Folder for the files [default: the chain's folder of models in the data folder].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write the weights without the encoding, for instance because the training data is no longer
    /// stored; `predict` then expects integers of the shape's width.
    #[arg(long)]
    raw: bool,
}

/// A model that was written to files.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    model: ModelFile,
    path: PathBuf,
    card: PathBuf,
}

impl FetchModel {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let own = own_file(node, self.task).await?;
        let encoding = match &own {
            _ if self.raw => None,
            Some(own) => Some(own.prepared.encoding().clone()),
            None => Some(published_encoding(node, self.task).await?),
        };
        let fetched = fetch(node, self.task, encoding.as_ref(), own.as_ref(), self.out).await?;
        let value: Vec<Value> = fetched.iter().map(Fetched::json).collect();
        node.output.show(&value, || {
            let lines: Vec<String> = fetched.iter().map(Fetched::sentence).collect();
            lines.join("\n")
        })
    }
}

impl Fetched {
    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let origin = &self.model.about.origin;
        json!({
            "task": origin.task,
            "experiment": origin.experiment,
            "version": origin.version,
            "worker": views::shown(origin.worker),
            "model": views::shown(self.model.about.commitment),
            "score": views::score(&origin.score),
            "metric": self.model.about.encoding.as_ref().map(Encoding::metric),
            "file": self.path.display().to_string(),
            "card": self.card.display().to_string(),
        })
    }

    /// What follows a percentage that is none of different rows.
    fn balanced(&self) -> &'static str {
        let encoding = self.model.about.encoding.as_ref();
        if encoding.is_some_and(|encoding| encoding.metric().is_balanced()) {
            " balanced accuracy (copies of rows counted)"
        } else {
            ""
        }
    }

    /// For people.
    pub(crate) fn sentence(&self) -> String {
        let origin = &self.model.about.origin;
        format!(
            "Model {} of experiment {}, {}{} by {}: decrypted, it is the one whose score was proved. \
             Written to {}",
            origin.version,
            origin.experiment,
            percent(&origin.score),
            self.balanced(),
            views::who(&origin.worker),
            self.path.display()
        )
    }
}

/// Fetches every delivered model of a task for its requester.
pub(crate) async fn fetch_all(
    node: &Node,
    task: TaskId,
    file: &PrivateFile,
    out: Option<PathBuf>,
) -> Result<Vec<Fetched>, Failure> {
    // A ranked task of which nobody delivered has ended as well.
    if node.best().await?.records_of_task(task).await?.is_empty() {
        return Ok(Vec::new());
    }
    fetch(node, task, Some(file.prepared().encoding()), Some(file.state()), out).await
}

/// The same numbers stand for other models on another chain.
fn default_folder(node: &Node) -> Result<PathBuf, Failure> {
    let models = node.config.data_dir()?.join("models");
    Ok(models.join(chain_folder_name(node.client.genesis_hash())))
}

async fn fetch(
    node: &Node,
    id: TaskId,
    encoding: Option<&Encoding>,
    own: Option<&RequesterState<Progress>>,
    out: Option<PathBuf>,
) -> Result<Vec<Fetched>, Failure> {
    let models = open_models(&node.client, id, encoding, own).await?;
    let folder = match out {
        Some(folder) => folder,
        None => default_folder(node)?,
    };
    let best = node.best().await?;
    let task = known_task(&best, id).await?;
    let mut fetched = Vec::new();
    for model in models {
        let experiment = best.experiment(model.file.about.origin.experiment).await?;
        let tests = task.tests.iter().map(|test| test.index);
        let tests = own.and_then(|own| TestResults::of(&model.file, &own.prepared, tests));
        fetched.push(write(&folder, model, &Beside { experiment, tests })?);
    }
    Ok(fetched)
}

pub(crate) async fn known_task(snapshot: &Snapshot, id: TaskId) -> Result<Task, Failure> {
    let task = snapshot.task(id).await?;
    task.ok_or_else(|| {
        Failure::NotFound(format!("there is no task {id}, or the chain has removed it"))
    })
}

/// The private file of a task, if it is here. Without it nobody opens the models of a sponsored
/// task, and nothing needs to be fetched.
async fn own_file(node: &Node, id: TaskId) -> Result<Option<RequesterState<Progress>>, Failure> {
    let path = follow::private_file(node, id).await?;
    if path.exists() {
        return Ok(Some(PrivateFile::read(&path)?));
    }
    let task = known_task(&node.best().await?, id).await?;
    if task.recipient.0 == RecipientSecret::curriculum().key().to_bytes() {
        Ok(None)
    } else {
        let reason = ModelsError::NotForYou(id);
        Err(Failure::Keys(format!("{reason}; if you have a copy, put it at {}", path.display())))
    }
}

/// The encoding of the published training data.
async fn published_encoding(node: &Node, id: TaskId) -> Result<Encoding, Failure> {
    let store = node.config.storage.store()?;
    let published = published_data(&node.best().await?, id, &store).await;
    let published = published.map_err(|error| match error.into() {
        Failure::Unreachable(reason) => Failure::Unreachable(format!(
            "{reason}\nWith --raw the weights are written without class names and encoding."
        )),
        other => other,
    })?;
    Ok(published.data.encoding().clone())
}

/// Writes model and card. When this returns, they survive a power cut.
fn write(folder: &Path, delivered: DeliveredModel, beside: &Beside) -> Result<Fetched, Failure> {
    let DeliveredModel { record_id, record, file: model } = delivered;
    let origin = &model.about.origin;
    let folder = folder.join(format!("experiment-{}-v{}", origin.experiment, origin.version));
    let path = folder.join("model.safetensors");
    let card = folder.join("README.md");
    write_model(&path, &model)?;
    write_file(&card, model_card(&model, record_id, &record, beside).as_bytes())?;
    Ok(Fetched { model, path, card })
}

/// Writes a file as a whole or not at all, for its owner alone.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    durable::put(path, bytes).map_err(|error| Failure::file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_card::tests::{delivered, encoded, encoding_of, rows, with_encoding};
    use nocknock_client::Hash;
    use nocknock_dataset::Metric;
    use std::fs;

    #[test]
    fn model_and_card_lie_in_a_folder_of_their_version() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let fetched = write(folder.path(), delivered(), &Beside::default()).unwrap();
            let expected = folder.path().join("experiment-2-v4").join("model.safetensors");
            assert_eq!(fetched.path, expected);
            assert_eq!(ModelFile::read(&fetched.path).unwrap(), encoded());
            let card = fs::read_to_string(&fetched.card).unwrap();
            assert!(card.contains("# Model 4 of experiment 2"), "{card}");
        }
    }

    #[test]
    fn balanced_accuracy_is_called_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let plain = write(folder.path(), delivered(), &Beside::default()).unwrap();
        assert!(plain.sentence().contains("2, 90.00 % by "), "{}", plain.sentence());
        assert_eq!(plain.json()["metric"], "accuracy");
        let mut delivered = delivered();
        let encoding = encoding_of(&rows()).measured_by(Metric::BalancedAccuracy).unwrap();
        delivered.file = with_encoding(encoding);
        let folder = tempfile::tempdir().unwrap();
        let balanced = write(folder.path(), delivered, &Beside::default()).unwrap();
        let told = balanced.sentence();
        assert!(told.contains("90.00 % balanced accuracy (copies of rows counted) by "), "{told}");
        assert_eq!(balanced.json()["metric"], "balanced-accuracy");
    }

    #[test]
    fn a_model_that_is_not_written_has_no_card_either() {
        let folder = tempfile::tempdir().unwrap();
        let first = write(folder.path(), delivered(), &Beside::default()).unwrap();
        fs::write(&first.card, "first").unwrap();
        let mut other = delivered();
        other.file.about.origin.genesis = Hash::from([9; 32]);
        let failure = write(folder.path(), other, &Beside::default()).unwrap_err();
        assert_eq!(failure.code(), 2);
        assert!(failure.to_string().contains("--out"), "{failure}");
        assert_eq!(fs::read_to_string(&first.card).unwrap(), "first");
    }
}

//! `nocknock fetch-model`.

use crate::{
    commands::follow,
    failure::{other, Failure},
    model_card::model_card,
    model_file::{ModelFile, NewAbout, Origin},
    node::Node,
    requester::state,
    store::Store,
    views::{self, percent},
};
use clap::Args;
use nocknock_client::{Delivery, Recorded, Snapshot, Task};
use nocknock_dataset::{PreparedTask, Quantiser};
use nocknock_durable as durable;
use nocknock_primitives::{
    ids::{FieldBytes, TaskId},
    model::{delivery::decrypt, delivery::Opened, field, Context, ContextDomain, Fr},
};
use serde_json::{json, Value};
use std::path::{Path, PathBuf};

/// Decrypt the delivered model of a task, check it and write it to files.
///
/// Ciphertext and key are read from the chain. The decrypted weights are written only if they lead
/// to the very commitment whose score was proved. Beside the safetensors file stands a model card
/// in Markdown. A file that holds another model, for instance one of another chain, is never
/// replaced.
///
/// Class names and the scaling of inputs come from your private file of the task, or from the
/// published training data, which is compared with the roots on the chain.
#[derive(Debug, Args)]
pub(crate) struct FetchModel {
    /// The task.
    task: TaskId,

    /// Folder for the files [default: the chain's folder of models in the data folder].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write the weights even if class names and scaling cannot be had; `predict` then takes
    /// integers of the shape's width.
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

/// What the numbers and classes of a task's data are called.
#[derive(Clone, Debug)]
struct Meaning {
    classes: Vec<String>,
    quantiser: Option<Quantiser>,
}

impl FetchModel {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let meaning = match self.raw {
            true => Meaning { classes: Vec::new(), quantiser: None },
            false => meaning(node, self.task).await?,
        };
        let fetched = fetch(node, self.task, &meaning, self.out).await?;
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
            "file": self.path.display().to_string(),
            "card": self.card.display().to_string(),
        })
    }

    /// For people.
    pub(crate) fn sentence(&self) -> String {
        let origin = &self.model.about.origin;
        format!(
            "Model {} of experiment {}, {} by {}: decrypted, it is the one whose score was proved. \
             Written to {}",
            origin.version,
            origin.experiment,
            percent(&origin.score),
            views::who(&origin.worker),
            self.path.display()
        )
    }
}

/// Fetches every delivered model of a task whose data the requester knows.
pub(crate) async fn fetch_all(
    node: &Node,
    task: TaskId,
    prepared: &PreparedTask,
    out: Option<PathBuf>,
) -> Result<Vec<Fetched>, Failure> {
    let meaning = of_prepared(prepared);
    // A ranked task of which nobody delivered has ended as well.
    match node.best().await?.records_of_task(task).await?.is_empty() {
        true => Ok(Vec::new()),
        false => fetch(node, task, &meaning, out).await,
    }
}

/// The same numbers stand for other models on another chain.
fn default_folder(node: &Node) -> Result<PathBuf, Failure> {
    let models = node.config.data_dir()?.join("models");
    Ok(models.join(state::of_chain(node.client.genesis_hash())))
}

async fn fetch(
    node: &Node,
    id: TaskId,
    meaning: &Meaning,
    out: Option<PathBuf>,
) -> Result<Vec<Fetched>, Failure> {
    let best = node.best().await?;
    let task = known_task(&best, id).await?;
    let records = best.records_of_task(id).await?;
    if records.is_empty() {
        return Err(Failure::NotFound(format!(
            "no model of task {id} was delivered and paid for; `nocknock task {id}` shows where it stands"
        )));
    }
    let folder = match out {
        Some(folder) => folder,
        None => default_folder(node)?,
    };
    let mut fetched = Vec::new();
    for (record_id, record) in records {
        let model = open(node, &best, &task, &record, meaning).await?;
        let card = model_card(&model, record_id, &record);
        fetched.push(write(&folder, model, &card)?);
    }
    Ok(fetched)
}

pub(crate) async fn known_task(snapshot: &Snapshot, id: TaskId) -> Result<Task, Failure> {
    let task = snapshot.task(id).await?;
    task.ok_or_else(|| {
        Failure::NotFound(format!("there is no task {id}, or the chain has removed it"))
    })
}

/// Decrypts the model that a record is about.
async fn open(
    node: &Node,
    best: &Snapshot,
    task: &Task,
    record: &Recorded,
    meaning: &Meaning,
) -> Result<ModelFile, Failure> {
    let from = &record.provenance;
    let delivery = best.delivery(from.task, &from.submitter).await?;
    let delivery = delivery.ok_or_else(|| {
        Failure::NotFound("the chain has removed the ciphertext of the model".to_owned())
    })?;
    let genesis = node.client.genesis_hash();
    let context = Context {
        domain: ContextDomain::Delivery,
        genesis_hash: genesis.0,
        circuit: task.terms.delivery_circuit,
        task: from.task,
        worker: from.submitter.0,
        block: 0,
    };
    let commitment = element(&from.model.0)?;
    let opened = decrypted(task, &delivery, context.to_field(), commitment)?;
    let about = NewAbout {
        commitment: from.model,
        classes: meaning.classes.clone(),
        quantiser: meaning.quantiser.clone(),
        origin: Origin {
            genesis,
            experiment: from.experiment,
            task: from.task,
            version: from.version,
            worker: from.submitter,
            score: from.score,
        },
    };
    Ok(ModelFile::new(task.shape, opened.weights, &opened.salt, about))
}

/// Opens the delivery that a record is about once more. Fails if it does not lead to the model of
/// the record.
pub(crate) async fn reopen(node: &Node, best: &Snapshot, record: &Recorded) -> Result<(), Failure> {
    let task = known_task(best, record.provenance.task).await?;
    let unnamed = Meaning { classes: Vec::new(), quantiser: None };
    open(node, best, &task, record, &unnamed).await.map(|_| ())
}

fn decrypted(
    task: &Task,
    delivery: &Delivery,
    context: Fr,
    commitment: Fr,
) -> Result<Opened, Failure> {
    let key = delivery.key.ok_or_else(|| {
        Failure::NotFound("the worker has not revealed the key of its model yet".to_owned())
    })?;
    let ciphertext: Vec<Fr> = delivery.ciphertext.iter().map(element).collect::<Result<_, _>>()?;
    decrypt(&task.shape, element(&key)?, context, commitment, &ciphertext)
        .map_err(|error| Failure::NotTrue(error.to_string()))
}

fn element(bytes: &FieldBytes) -> Result<Fr, Failure> {
    field::from_bytes(bytes).map_err(|error| Failure::NotTrue(error.to_string()))
}

/// Class names and scaling, from the requester's own file or from the published training data.
async fn meaning(node: &Node, id: TaskId) -> Result<Meaning, Failure> {
    let path = follow::private_file(node, id).await?;
    if path.exists() {
        return Ok(of_prepared(&state::peek(&path)?));
    }
    let best = node.best().await?;
    let task = known_task(&best, id).await?;
    let blob = task.train_data.ok_or_else(|| {
        Failure::NotFound(format!("the training data of task {id} was never published"))
    })?;
    let data = Store::new(&node.config.storage)?.train_blob(&blob).await;
    let data = data.map_err(|failure| {
        Failure::Unreachable(format!(
            "{failure}\nWith --raw the weights are written without class names and scaling."
        ))
    })?;
    data.check_against_roots(&best.roots(id).await?)
        .map_err(|error| Failure::NotTrue(error.to_string()))?;
    Ok(Meaning { classes: data.classes().to_vec(), quantiser: Some(data.quantiser().clone()) })
}

fn of_prepared(prepared: &PreparedTask) -> Meaning {
    Meaning { classes: prepared.classes().to_vec(), quantiser: Some(prepared.quantiser().clone()) }
}

/// Writes model and card. When this returns, they survive a power cut.
fn write(folder: &Path, model: ModelFile, text: &str) -> Result<Fetched, Failure> {
    let origin = &model.about.origin;
    let folder = folder.join(format!("experiment-{}-v{}", origin.experiment, origin.version));
    let path = folder.join("model.safetensors");
    let card = folder.join("README.md");
    check_place(&path, &model)?;
    durable::make_folder(&folder).map_err(|error| Failure::file(&folder, error))?;
    write_file(&path, &model.encode().map_err(other)?)?;
    write_file(&card, text.as_bytes())?;
    Ok(Fetched { model, path, card })
}

/// Only the same model is replaced: on another chain the same numbers stand for another one, and
/// its chain may be gone.
fn check_place(path: &Path, model: &ModelFile) -> Result<(), Failure> {
    if !path.exists() {
        return Ok(());
    }
    let file = path.display();
    let hint = "nothing was replaced: name another folder with --out, or move that file away";
    let old = ModelFile::read(path);
    let old =
        old.map_err(|error| Failure::Usage(format!("{file} is there and {error}; {hint}")))?;
    let (old, new) = (&old.about, &model.about);
    if old.origin.genesis != new.origin.genesis {
        let genesis = old.origin.genesis;
        return Err(Failure::Usage(format!(
            "{file} is a model of another chain, whose first block is {genesis:?}; {hint}"
        )));
    }
    if old.commitment != new.commitment {
        let commitment = &old.commitment;
        return Err(Failure::Usage(format!(
            "{file} is another model, whose commitment is {commitment}; {hint}"
        )));
    }
    Ok(())
}

/// Writes a file as a whole or not at all, for its owner alone.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    durable::put(path, bytes).map_err(|error| Failure::file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_file::tests::model;
    use nocknock_client::Hash;
    use nocknock_primitives::ids::ModelCommitment;
    use std::fs;

    /// The file of [`model`] in this folder.
    fn place(folder: &Path) -> PathBuf {
        folder.join("experiment-2-v4").join("model.safetensors")
    }

    #[test]
    fn a_model_that_is_fetched_again_takes_its_own_place() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["first", "second"] {
            let fetched = write(folder.path(), model(), text).unwrap();
            assert_eq!(fetched.path, place(folder.path()));
            assert_eq!(ModelFile::read(&fetched.path).unwrap(), model());
            assert_eq!(fs::read_to_string(&fetched.card).unwrap(), text);
        }
    }

    #[test]
    fn a_model_of_another_chain_or_another_commitment_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let first = write(folder.path(), model(), "first").unwrap();
        let (mut of_other_chain, mut other) = (model(), model());
        of_other_chain.about.origin.genesis = Hash::from([9; 32]);
        other.about.commitment = ModelCommitment([9; 32]);
        let cases = [(of_other_chain, "another chain"), (other, "another model")];
        for (new, words) in cases {
            let failure = write(folder.path(), new, "second").unwrap_err();
            let text = failure.to_string();
            assert!(text.contains(words) && text.contains("--out"), "{text}");
            assert_eq!(ModelFile::read(&first.path).unwrap(), model());
            assert_eq!(fs::read_to_string(&first.card).unwrap(), "first");
        }
    }

    #[test]
    fn a_file_that_is_no_model_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = place(folder.path());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "somebody's own file").unwrap();
        let failure = write(folder.path(), model(), "card").unwrap_err();
        assert!(failure.to_string().contains("--out"), "{failure}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's own file");
    }
}

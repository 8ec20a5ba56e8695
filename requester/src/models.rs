//! Receiving models: what the chain holds is decrypted, checked and given names and scaling.

use crate::{
    model_file::{ModelFile, ModelFileError, NewAbout, Origin},
    store::{Store, StoreError},
};
use nocknock_client::{Client, Delivery, Hash, QueryError, Recorded, Snapshot, Task};
use nocknock_dataset::{train_blob::MismatchError, PreparedTask, Quantiser, TrainBlob};
use nocknock_durable as durable;
use nocknock_primitives::{
    ids::{BlobId, FieldBytes, ModelCommitment, RecordId, TaskId},
    model::{
        delivery::{decrypt, Opened},
        field, Context, ContextDomain, Fr,
    },
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// What the inputs and classes of a task's data mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataMeaning {
    /// Names of the classes, in the order of the outputs. Empty if they are not known.
    pub classes: Vec<String>,
    /// How numbers become inputs. None if that is not known.
    pub quantiser: Option<Quantiser>,
}

/// A model that the chain has a record of, decrypted.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveredModel {
    /// Number of the record.
    pub record_id: RecordId,
    /// What the chain records about the model.
    pub record: Recorded,
    /// The model.
    pub file: ModelFile,
}

/// Training data as it was published, and where it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedData {
    /// Its id on the chain.
    pub id: BlobId,
    /// The data. Its bytes belong to the id.
    pub data: TrainBlob,
}

/// Why models are not received, or are not what they should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelsError {
    /// The chain could not be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// There is no such task any more, or not yet.
    #[error("there is no task {0}, or the chain has removed it")]
    NoTask(TaskId),
    /// Nobody has delivered.
    #[error(
        "no model of task {0} was delivered and paid for; `nocknock task {0}` shows where it stands"
    )]
    NoModel(TaskId),
    /// The chain has no ciphertext.
    #[error("the chain has removed the ciphertext of the model")]
    NoCiphertext,
    /// The chain has no key.
    #[error("the worker has not revealed the key of its model yet")]
    NoKey,
    /// What was delivered is not the model that was proved.
    #[error("{0}")]
    NotTheModel(String),
    /// The training data was not published.
    #[error("the training data of task {0} was never published")]
    NoData(TaskId),
    /// The training data cannot be had.
    #[error("the training data cannot be fetched: {0}")]
    Store(#[from] StoreError),
    /// The training data is not that of the task.
    #[error(transparent)]
    NotTheData(#[from] MismatchError),
    /// Something else lies where the model is to be written.
    #[error(
        "{} is there and {reason}; nothing was replaced: name another folder, or move that file away",
        path.display()
    )]
    Occupied {
        /// The file.
        path: PathBuf,
        /// What it is.
        reason: String,
    },
    /// A file cannot be written.
    #[error("{}: {error}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// A model cannot be written in its form.
    #[error("the model {0}")]
    Encoding(ModelFileError),
}

impl From<&PreparedTask> for DataMeaning {
    fn from(prepared: &PreparedTask) -> Self {
        Self { classes: prepared.classes().to_vec(), quantiser: Some(prepared.quantiser().clone()) }
    }
}

impl From<&TrainBlob> for DataMeaning {
    fn from(data: &TrainBlob) -> Self {
        Self { classes: data.classes().to_vec(), quantiser: Some(data.quantiser().clone()) }
    }
}

/// The training data of a task as it was published, compared with the roots on the chain.
///
/// # Errors
///
/// It was not published, cannot be fetched, or is not that of the task.
pub async fn published_data(
    snapshot: &Snapshot,
    id: TaskId,
    store: &Store,
) -> Result<PublishedData, ModelsError> {
    let task = known_task(snapshot, id).await?;
    let blob = task.train_data.ok_or(ModelsError::NoData(id))?;
    let data = store.train_blob(&blob).await?;
    data.check_against_roots(&snapshot.roots(id).await?)?;
    Ok(PublishedData { id: blob, data })
}

/// Decrypts every model of a task that was delivered and paid for. Only what leads to the very
/// commitment whose score was proved is given.
///
/// # Errors
///
/// There is none, or one of them is not the model that was proved.
pub async fn open_models(
    client: &Client,
    id: TaskId,
    meaning: &DataMeaning,
) -> Result<Vec<DeliveredModel>, ModelsError> {
    let best = client.best().await?;
    let task = known_task(&best, id).await?;
    let records = best.records_of_task(id).await?;
    if records.is_empty() {
        return Err(ModelsError::NoModel(id));
    }
    let mut models = Vec::new();
    for (record_id, record) in records {
        let file = open(client.genesis_hash(), &best, &task, &record, meaning).await?;
        models.push(DeliveredModel { record_id, record, file });
    }
    Ok(models)
}

/// Opens the delivery that a record is about once more.
///
/// # Errors
///
/// It cannot be opened now, or does not lead to the model of the record.
pub async fn check_delivery(
    client: &Client,
    snapshot: &Snapshot,
    record: &Recorded,
) -> Result<(), ModelsError> {
    let task = known_task(snapshot, record.provenance.task).await?;
    let meaning = DataMeaning::default();
    open(client.genesis_hash(), snapshot, &task, record, &meaning).await.map(|_| ())
}

async fn known_task(snapshot: &Snapshot, id: TaskId) -> Result<Task, ModelsError> {
    snapshot.task(id).await?.ok_or(ModelsError::NoTask(id))
}

/// Decrypts the model that a record is about.
async fn open(
    genesis: Hash,
    snapshot: &Snapshot,
    task: &Task,
    record: &Recorded,
    meaning: &DataMeaning,
) -> Result<ModelFile, ModelsError> {
    let from = &record.provenance;
    let delivery = snapshot.delivery(from.task, &from.submitter).await?;
    let delivery = delivery.ok_or(ModelsError::NoCiphertext)?;
    let context = Context {
        domain: ContextDomain::Delivery,
        genesis_hash: genesis.0,
        circuit: task.terms.delivery_circuit,
        task: from.task,
        worker: from.submitter.0,
        block: 0,
    };
    let opened = decrypted(task, &delivery, context.to_field(), &from.model)?;
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

fn decrypted(
    task: &Task,
    delivery: &Delivery,
    context: Fr,
    model: &ModelCommitment,
) -> Result<Opened, ModelsError> {
    let key = element(&delivery.key.ok_or(ModelsError::NoKey)?)?;
    let ciphertext: Vec<Fr> = delivery.ciphertext.iter().map(element).collect::<Result<_, _>>()?;
    decrypt(&task.shape, key, context, element(&model.0)?, &ciphertext)
        .map_err(|error| ModelsError::NotTheModel(error.to_string()))
}

fn element(bytes: &FieldBytes) -> Result<Fr, ModelsError> {
    field::from_bytes(bytes).map_err(|error| ModelsError::NotTheModel(error.to_string()))
}

/// Writes a model to a file. When this returns, it survives a power cut. The same model is
/// replaced, and nothing else: on another chain the same numbers stand for another model, and its
/// chain may be gone.
///
/// # Errors
///
/// Something else lies there, or the file cannot be written.
pub fn write_model(path: &Path, model: &ModelFile) -> Result<(), ModelsError> {
    check_place(path, model)?;
    let bytes = model.encode().map_err(ModelsError::Encoding)?;
    if let Some(folder) = path.parent() {
        durable::make_folder(folder)
            .map_err(|error| ModelsError::Write { path: folder.to_owned(), error })?;
    }
    durable::put(path, &bytes).map_err(|error| ModelsError::Write { path: path.to_owned(), error })
}

fn check_place(path: &Path, model: &ModelFile) -> Result<(), ModelsError> {
    if !path.exists() {
        return Ok(());
    }
    let occupied = |reason| ModelsError::Occupied { path: path.to_owned(), reason };
    let old = ModelFile::read(path).map_err(|error| occupied(error.to_string()))?;
    let (old, new) = (&old.about, &model.about);
    if old.origin.genesis != new.origin.genesis {
        let genesis = old.origin.genesis;
        let reason = format!("is a model of another chain, whose first block is {genesis:?}");
        return Err(occupied(reason));
    }
    if old.commitment != new.commitment {
        let reason = format!("is another model, whose commitment is {}", old.commitment);
        return Err(occupied(reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_file::tests::model;
    use std::fs;

    #[test]
    fn a_model_that_is_fetched_again_takes_its_own_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("experiment-2-v4").join("model.safetensors");
        let mut renamed = model();
        renamed.about.classes = vec!["a".to_owned(), "b".to_owned()];
        for model in [model(), renamed] {
            write_model(&path, &model).unwrap();
            assert_eq!(ModelFile::read(&path).unwrap(), model);
        }
    }

    #[test]
    fn a_model_of_another_chain_or_another_commitment_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        write_model(&path, &model()).unwrap();
        let (mut of_other_chain, mut other) = (model(), model());
        of_other_chain.about.origin.genesis = Hash::from([9; 32]);
        other.about.commitment = ModelCommitment([9; 32]);
        let cases = [(of_other_chain, "another chain"), (other, "another model")];
        for (new, words) in cases {
            let text = write_model(&path, &new).unwrap_err().to_string();
            assert!(text.contains(words) && text.contains("another folder"), "{text}");
            assert_eq!(ModelFile::read(&path).unwrap(), model());
        }
    }

    #[test]
    fn a_file_that_is_no_model_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        fs::write(&path, "somebody's own file").unwrap();
        let error = write_model(&path, &model()).unwrap_err();
        assert!(matches!(error, ModelsError::Occupied { .. }), "{error:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's own file");
    }
}

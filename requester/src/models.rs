//! Receiving models: what the chain holds is opened, checked and given its encoding.

use crate::{
    model_file::{ModelFile, ModelFileError, NewAbout, Origin},
    private_file::Progress,
    store::{Store, StoreError},
};
use nocknock_circuits::reference::{score_block, BlockScore};
use nocknock_client::{Client, Delivery, Hash, ModelVersion, QueryError, Recorded, Snapshot, Task};
use nocknock_dataset::{train_blob::MismatchError, Encoding, RequesterState, TrainBlob};
use nocknock_durable as durable;
use nocknock_primitives::{
    ids::{BlobId, CiphertextHash, ContentHash, FieldBytes, ModelCommitment, RecordId, TaskId},
    model::{
        field,
        recipient::open_key,
        sealed::{self, ciphertext_hash},
        Architecture, Context, ContextDomain, Fr, RecipientSecret, SealedKey, Weights,
    },
    provenance::Seal,
    score::Score,
};
use std::{
    io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// A model that the chain has a record of, opened.
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
    #[error("the worker has not delivered the key of its model yet")]
    NoKey,
    /// The model is sealed for somebody else.
    #[error(
        "only the requester of task {0} can open its models, whose keys are sealed for it: the secret \
         that opens them is in the private file of the task, which is not here"
    )]
    NotForYou(TaskId),
    /// What was delivered is not the model that was proved.
    #[error("{0}")]
    NotTheModel(String),
    /// Names and scaling are not those that the task was created with.
    #[error(
        "the names of classes and the scaling that are known here have the hash {found}, but those \
         of the task have {expected}: they belong to another task"
    )]
    OtherMeaning {
        /// Hash of what is known here.
        found: ContentHash,
        /// Hash that the chain stores.
        expected: ContentHash,
    },
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

/// What is known is what the task was created with.
fn check_meaning(meaning: Option<&Encoding>, expected: ContentHash) -> Result<(), ModelsError> {
    match meaning.map(Encoding::hash) {
        Some(found) if found != expected => Err(ModelsError::OtherMeaning { found, expected }),
        _ => Ok(()),
    }
}

/// The training data of a task as it was published, compared with the roots and the encoding on the
/// chain.
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
    data.check_encoding(task.encoding)?;
    Ok(PublishedData { id: blob, data })
}

/// Opens every model of a task that was delivered and paid for. Only what leads to the very
/// commitment whose score was proved is given.
///
/// `meaning` is the encoding of the task's data, if it is at hand: the models are given it.
///
/// `own` is what the task's private file holds: the secret that opens the models, and the test
/// blocks, on which they are scored once more. Models of the curriculum are opened without it.
///
/// # Errors
///
/// There is none, it is sealed for somebody else, or one of them is not the model that was proved.
pub async fn open_models(
    client: &Client,
    id: TaskId,
    meaning: Option<&Encoding>,
    own: Option<&RequesterState<Progress>>,
) -> Result<Vec<DeliveredModel>, ModelsError> {
    let best = client.best().await?;
    let task = known_task(&best, id).await?;
    let records = best.records_of_task(id).await?;
    if records.is_empty() {
        return Err(ModelsError::NoModel(id));
    }
    let opener = Opener::new(id, &task, meaning, own)?;
    let mut models = Vec::new();
    for (record_id, record) in records {
        let sealed = SealedDelivery::read(client.genesis_hash(), &best, &task, &record).await?;
        let from = &record.provenance;
        let version = best.model(from.experiment, from.version).await?;
        let file = opener.open(sealed, version.as_ref())?;
        models.push(DeliveredModel { record_id, record, file });
    }
    Ok(models)
}

/// Checks once more that the ciphertext on the chain is what the model of a record is committed to.
/// A model that everybody may open is opened too.
///
/// # Errors
///
/// The chain has no ciphertext any more, or it is not that of the record's model.
pub async fn check_delivery(
    client: &Client,
    snapshot: &Snapshot,
    record: &Recorded,
) -> Result<(), ModelsError> {
    let task = known_task(snapshot, record.provenance.task).await?;
    let sealed = SealedDelivery::read(client.genesis_hash(), snapshot, &task, record).await?;
    match secret_for(&task, None) {
        Some(secret) => sealed.weights(&task.architecture, &secret).map(|_| ()),
        None => Ok(()),
    }
}

/// Whoever opens the models of a task.
#[derive(Debug)]
struct Opener<'a> {
    task: &'a Task,
    secret: RecipientSecret,
    meaning: Option<&'a Encoding>,
    own: Option<&'a RequesterState<Progress>>,
}

impl<'a> Opener<'a> {
    fn new(
        id: TaskId,
        task: &'a Task,
        meaning: Option<&'a Encoding>,
        own: Option<&'a RequesterState<Progress>>,
    ) -> Result<Self, ModelsError> {
        check_meaning(meaning, task.encoding)?;
        let secret = secret_for(task, own.map(|own| &own.recipient));
        Ok(Self { task, secret: secret.ok_or(ModelsError::NotForYou(id))?, meaning, own })
    }

    /// The model, if the registry names it in this version, and it is as good as it is said to be.
    fn open(
        &self,
        sealed: SealedDelivery,
        version: Option<&ModelVersion>,
    ) -> Result<ModelFile, ModelsError> {
        if version.is_none_or(|version| version.delivered.model != sealed.model) {
            let reason = "the registry does not name the model of the provenance record";
            return Err(not_the_model(reason));
        }
        let file = sealed.open(self.task, &self.secret, self.meaning)?;
        if let Some(own) = self.own {
            check_score(self.task, own, &file)?;
        }
        Ok(file)
    }
}

/// On the test blocks of the private file, the model has the score that the chain records, or one
/// above it where a proof says no more; and it reaches the least score that was asked for.
///
/// A node can make up a delivery in which everything fits together: anybody can seal a key for the
/// recipient, and the commitment is whatever follows. It cannot make up a model that is good, and
/// how good a model has to be is in the private file.
fn check_score(
    task: &Task,
    own: &RequesterState<Progress>,
    model: &ModelFile,
) -> Result<(), ModelsError> {
    let (mut points, mut rows) = (0u32, 0u32);
    for test in task.tests.iter() {
        let block = own.prepared.block(test.index).ok_or_else(|| {
            not_the_model("the private file does not have all test blocks of the task")
        })?;
        let block = block.decode(&model.architecture).map_err(not_the_model)?;
        let score = score_block(&model.architecture, &model.weights, &block);
        let BlockScore { score, n_real } = score.map_err(not_the_model)?;
        (points, rows) = (points.saturating_add(score), rows.saturating_add(n_real));
    }
    let total = u32::try_from(model.architecture.max_score(rows)).unwrap_or(u32::MAX);
    let (reached, recorded) = (Score::new(points, total), model.about.origin.score);
    let least = own.progress.spec().map_err(not_the_model)?.terms.min_score;
    let head = &model.architecture.head;
    let is_proved =
        reached == recorded || (!head.is_scored_exactly() && reached.at_least(&recorded));
    // Without a row, a score of zero would be reached.
    if reached.is_valid() && is_proved && reached.at_least(&least) {
        Ok(())
    } else {
        Err(not_the_model(format!(
            "the model reaches {reached} on your test blocks, and a score of {recorded} is \
             recorded; you asked for at least {least}. It is not the model whose score was proved. \
             The node is likely to be lying: ask another one, preferably your own"
        )))
    }
}

async fn known_task(snapshot: &Snapshot, id: TaskId) -> Result<Task, ModelsError> {
    snapshot.task(id).await?.ok_or(ModelsError::NoTask(id))
}

/// The secret that opens what is sealed for the recipient of a task: the own one, or that of the
/// curriculum, which everybody knows.
fn secret_for(task: &Task, own: Option<&RecipientSecret>) -> Option<RecipientSecret> {
    let mut known = own.cloned().into_iter().chain([RecipientSecret::curriculum()]);
    known.find(|secret| secret.key().to_bytes() == task.recipient.0)
}

/// The delivery that a record is about. Its ciphertext is what the model's commitment is to.
#[derive(Debug)]
struct SealedDelivery {
    origin: Origin,
    model: ModelCommitment,
    context: Fr,
    key_hash: Fr,
    key: SealedKey,
    ciphertext: Vec<Fr>,
}

impl SealedDelivery {
    /// Reads key and ciphertext from the chain and checks them.
    async fn read(
        genesis: Hash,
        snapshot: &Snapshot,
        task: &Task,
        record: &Recorded,
    ) -> Result<Self, ModelsError> {
        let from = &record.provenance;
        let delivery = snapshot.delivery(from.task, &from.submitter).await?;
        let delivery = delivery.ok_or(ModelsError::NoCiphertext)?;
        let ciphertext = ciphertext(snapshot, &task.architecture, record).await?;
        Self::of(genesis, task, record, &delivery, ciphertext)
    }

    /// A delivery of these parts, if they belong together and to the record.
    fn of(
        genesis: Hash,
        task: &Task,
        record: &Recorded,
        delivery: &Delivery,
        ciphertext: Vec<Fr>,
    ) -> Result<Self, ModelsError> {
        let from = &record.provenance;
        let origin = Origin {
            genesis,
            experiment: from.experiment,
            task: from.task,
            version: from.version,
            worker: from.submitter,
            score: from.score,
        };
        let seal = Seal { key: delivery.key, ciphertext: delivery.ciphertext };
        if record.seal != seal {
            return Err(not_the_model("what was delivered is not what the record was sealed with"));
        }
        let key_hash = element(&delivery.key.0)?;
        let sealed = delivery.sealed.ok_or(ModelsError::NoKey)?;
        check_ciphertext(task, &origin, &from.model, delivery, &ciphertext)?;
        Ok(Self {
            origin,
            model: from.model,
            context: context(genesis, task, &origin),
            key_hash,
            key: SealedKey::try_from(&sealed.key).map_err(not_the_model)?,
            ciphertext,
        })
    }

    fn open(
        self,
        task: &Task,
        secret: &RecipientSecret,
        meaning: Option<&Encoding>,
    ) -> Result<ModelFile, ModelsError> {
        let architecture = &task.architecture;
        let (key, weights) = self.weights(architecture, secret)?;
        let about = NewAbout {
            commitment: self.model,
            encoding: meaning.cloned(),
            encoding_hash: task.encoding,
            origin: self.origin,
        };
        Ok(ModelFile::new(architecture.clone(), weights, &key, about))
    }

    /// The key and what it opens.
    fn weights(
        &self,
        architecture: &Architecture,
        secret: &RecipientSecret,
    ) -> Result<(Zeroizing<Fr>, Weights), ModelsError> {
        let key = open_key(secret, self.context, self.key_hash, &self.key);
        let key = Zeroizing::new(key.map_err(not_the_model)?);
        let weights = sealed::open(architecture, *key, self.key_hash, &self.ciphertext);
        Ok((key, weights.map_err(not_the_model)?))
    }
}

/// The context in which the key of a model is sealed.
fn context(genesis: Hash, task: &Task, origin: &Origin) -> Fr {
    let context = Context {
        domain: ContextDomain::Delivery,
        genesis_hash: genesis.0,
        circuit: task.terms.delivery_circuit,
        task: origin.task,
        worker: origin.worker.0,
        block: 0,
    };
    context.to_field()
}

/// The chunks of a ciphertext, joined.
async fn ciphertext(
    snapshot: &Snapshot,
    architecture: &Architecture,
    record: &Recorded,
) -> Result<Vec<Fr>, ModelsError> {
    let from = &record.provenance;
    let mut elements = Vec::with_capacity(architecture.weight_elements());
    for index in 0..architecture.chunks() {
        let chunk = snapshot.chunk(from.task, &from.submitter, index).await?;
        for bytes in chunk.ok_or(ModelsError::NoCiphertext)? {
            elements.push(element(&bytes)?);
        }
    }
    Ok(elements)
}

/// The ciphertext is what was delivered, and leads to the model of the record together with whoever
/// trained it, for this task and its encoding.
fn check_ciphertext(
    task: &Task,
    origin: &Origin,
    model: &ModelCommitment,
    delivery: &Delivery,
    ciphertext: &[Fr],
) -> Result<(), ModelsError> {
    let architecture = &task.architecture;
    let hash = ciphertext_hash(architecture, ciphertext);
    if CiphertextHash(field::to_bytes(&hash)) != delivery.ciphertext {
        return Err(not_the_model("the ciphertext on the chain is not what was committed to"));
    }
    let (bind, key) = (origin.owner(&task.encoding).to_field(), element(&delivery.key.0)?);
    let commitment = sealed::commitment(architecture, bind, key, hash);
    let commitment = ModelCommitment(field::to_bytes(&commitment));
    if commitment != *model || delivery.model != *model {
        return Err(not_the_model(
            "what was delivered does not lead to the commitment whose score was proved",
        ));
    }
    Ok(())
}

fn element(bytes: &FieldBytes) -> Result<Fr, ModelsError> {
    field::from_bytes(bytes).map_err(not_the_model)
}

fn not_the_model(reason: impl ToString) -> ModelsError {
    ModelsError::NotTheModel(reason.to_string())
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
    use crate::{
        model_file::{
            tests::{encoding, model, tiny},
            About,
        },
        private_file::tests::{progress, secret, spec},
        steps::tests::task,
    };
    use nocknock_client::AccountId;
    use nocknock_dataset::{
        prepare, PreparedTask, Range, ReadOptions, SplitOptions, SplitSeed, Table, Wanted,
    };
    use nocknock_primitives::{
        experiment::{self, Stage},
        ids::{CircuitId, KeyCommitment, PointBytes},
        limits::{List, MAX_TEST_BLOCKS},
        model::{
            recipient::{seal_key, Scalar},
            sealed::{key_hash, seal},
        },
        provenance::Provenance,
        task::{Attestation, Funding, SealedKeyBytes, SealedModelKey, TestBlock},
    };
    use std::fs;

    /// The key of [`model`].
    const KEY: u64 = 42;

    /// Everything that the chain has of a delivery.
    struct OnChain {
        task: Task,
        record: Recorded,
        delivery: Delivery,
        ciphertext: Vec<Fr>,
        version: Option<ModelVersion>,
    }

    impl OnChain {
        fn read(&self) -> Result<SealedDelivery, ModelsError> {
            let Self { task, record, delivery, ciphertext, .. } = self;
            let genesis = model().about.origin.genesis;
            SealedDelivery::of(genesis, task, record, delivery, ciphertext.clone())
        }

        fn open(&self, secret: &RecipientSecret) -> Result<ModelFile, ModelsError> {
            self.read()?.open(&self.task, secret, None)
        }

        /// Everything that is checked before a model is given.
        fn give(
            &self,
            meaning: Option<&Encoding>,
            own: Option<&RequesterState<Progress>>,
        ) -> Result<ModelFile, ModelsError> {
            let opener = Opener::new(3, &self.task, meaning, own)?;
            opener.open(self.read()?, self.version.as_ref())
        }
    }

    /// A worker has delivered the model to whoever has the secret.
    fn delivered(secret: &RecipientSecret) -> OnChain {
        let file = model();
        let About { origin, commitment, encoding_hash, .. } = file.about;
        let recipient = PointBytes(secret.key().to_bytes());
        let task = Task { recipient, encoding: encoding_hash, ..task() };
        let key = Fr::from(KEY);
        let ciphertext = seal(&tiny(), key, &file.weights).unwrap().ciphertext.clone();
        let context = context(origin.genesis, &task, &origin);
        let r = Scalar::from_uniform_bytes([7; 32]);
        let delivery = Delivery {
            model: commitment,
            key: KeyCommitment(field::to_bytes(&key_hash(key))),
            ciphertext: CiphertextHash(field::to_bytes(&ciphertext_hash(&tiny(), &ciphertext))),
            chunks: 1,
            begun_at: 161,
            sealed: Some(SealedModelKey {
                key: SealedKeyBytes::from(&seal_key(&secret.key(), context, key, &r)),
                attestation: Attestation::default(),
                at: 162,
            }),
        };
        let record = record(&origin, &delivery);
        let version = Some(version(&record, &delivery));
        OnChain { task, record, delivery, ciphertext, version }
    }

    /// What the registry says of the model of a record.
    fn version(record: &Recorded, delivery: &Delivery) -> ModelVersion {
        let from = &record.provenance;
        let requester = AccountId::from([8; 32]);
        ModelVersion {
            delivered: experiment::DeliveredModel {
                experiment: from.experiment,
                task: from.task,
                worker: from.submitter,
                requester,
                model: from.model,
                score: from.score,
                circuit: from.circuit,
                key_commitment: delivery.key,
                blob: None,
                funding: Funding::Sponsored,
            },
            stage: Stage::Champion,
            owner: requester,
            at: 162,
        }
    }

    fn record(origin: &Origin, delivery: &Delivery) -> Recorded {
        Recorded {
            provenance: Provenance {
                experiment: origin.experiment,
                task: origin.task,
                version: origin.version,
                submitter: origin.worker,
                model: delivery.model,
                circuit: CircuitId([1; 32]),
                score: origin.score,
                data_roots: ContentHash([7; 32]),
                train_data: None,
                attestation: Attestation::default(),
            },
            seal: Seal { key: delivery.key, ciphertext: delivery.ciphertext },
            anchor: 0,
        }
    }

    #[test]
    fn a_delivered_model_opens_to_what_was_committed_to() {
        let opened = delivered(&secret()).open(&secret()).unwrap();
        assert_eq!(opened.commitment().unwrap(), model().about.commitment);
        let about = About { encoding: None, ..model().about };
        assert_eq!(opened, ModelFile { about, ..model() });
    }

    /// Class 1 exactly if the first column is 2 or 3, in five blocks of 32 rows.
    fn prepared() -> PreparedTask {
        let line = |n: u32| format!("{},{},{},{},{}\n", n % 4, n / 4 % 4, n % 3, 3, n % 4 / 2);
        let lines: String = (0..160).map(line).collect();
        let text = format!("a,b,c,d,kind\n{lines}");
        let table = Table::read_csv(text.as_bytes(), Path::new("t"), &ReadOptions::default());
        let range = Range::Fixed { low: 0.0, high: 3.0 };
        let options = SplitOptions { blocks: Some(5), seed: SplitSeed::from_bytes([1; 32]) };
        prepare(&table.unwrap(), &Wanted::default(), &tiny(), range, &options).unwrap()
    }

    /// The private file of a requester who asks for this score at least.
    fn own(least: Score) -> RequesterState<Progress> {
        let mut spec = spec();
        spec.terms.min_score = least;
        let Progress { genesis, account, experiment, .. } = progress();
        let progress = Progress::new(genesis, account, experiment, &spec);
        RequesterState { prepared: prepared(), recipient: secret(), progress }
    }

    /// Test blocks of these indices.
    fn test_blocks(indices: &[u16]) -> List<TestBlock, MAX_TEST_BLOCKS> {
        let blocks = indices.iter().map(|index| TestBlock { index: *index, rows: Some(32) });
        List::truncate_from(blocks.collect())
    }

    /// Right about every row: output 0 is always 1, and output 1 is larger from 2 in the first
    /// column on.
    fn perfect() -> Weights {
        let mut weights = Weights::zero(&tiny());
        weights.layers[0].weights[0] = 3;
        weights.layers[0].biases[0] = -3;
        weights.layers[1].weights[3] = 3;
        weights.layers[1].biases[0] = 1;
        weights
    }

    /// Scores a model on these blocks, for which the chain records so many points of 64. Half of
    /// them were asked for.
    fn scored(weights: Weights, correct: u32, blocks: &[u16]) -> Result<(), ModelsError> {
        scored_for(Score::new(1, 2), weights, correct, blocks)
    }

    fn scored_for(
        least: Score,
        weights: Weights,
        correct: u32,
        blocks: &[u16],
    ) -> Result<(), ModelsError> {
        let task = Task { tests: test_blocks(blocks), ..task() };
        let mut model = ModelFile { weights, ..model() };
        model.about.origin.score = Score::new(correct, 64);
        check_score(&task, &own(least), &model)
    }

    #[test]
    fn a_model_that_does_not_have_its_recorded_score_is_refused_and_the_node_suspected() {
        assert!(scored(perfect(), 64, &[1, 4]).is_ok());
        // A proof said "at least", so this was accepted once.
        let error = scored(perfect(), 63, &[1, 4]).unwrap_err();
        assert!(error.to_string().contains("reaches 64/64"), "{error}");
        assert!(scored(model().weights, 32, &[1, 4]).is_ok(), "it says yes to every row");
        let error = scored(model().weights, 33, &[1, 4]).unwrap_err();
        assert!(matches!(error, ModelsError::NotTheModel(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("reaches 32/64") && text.contains("likely to be lying"), "{text}");
        let error = scored(perfect(), 64, &[1, 5]).unwrap_err();
        assert!(error.to_string().contains("all test blocks"), "{error}");
    }

    /// Whoever makes up a model can record any score for it, and any test blocks.
    #[test]
    fn a_model_that_is_worse_than_was_asked_for_or_is_not_tested_at_all_is_refused() {
        let zero = || Weights::zero(&tiny());
        assert!(scored_for(Score::ZERO, zero(), 0, &[1, 4]).is_ok(), "nothing was asked for");
        let refused = [
            (scored(zero(), 0, &[1, 4]), "reaches 0/64", "at least 1/2"),
            (scored_for(Score::ZERO, zero(), 0, &[]), "reaches 0/0", "at least 0/1"),
        ];
        for (scored, reached, least) in refused {
            let error = scored.unwrap_err();
            assert!(matches!(error, ModelsError::NotTheModel(_)), "{error:?}");
            let text = error.to_string();
            assert!(text.contains(reached) && text.contains(least), "{text}");
        }
    }

    /// The model says yes to every row, so half of them are right.
    #[test]
    fn a_requester_gets_a_model_only_if_it_reaches_its_score_once_more() {
        let mut on_chain = delivered(&secret());
        on_chain.task.tests = test_blocks(&[1, 4]);
        let own = own(Score::new(1, 2));
        let error = on_chain.give(None, Some(&own)).unwrap_err();
        assert!(error.to_string().contains("reaches 32/64"), "{error}");
        on_chain.record.provenance.score = Score::new(32, 64);
        let given = on_chain.give(Some(&encoding()), Some(&own)).unwrap();
        assert_eq!(given.weights, model().weights);
        assert_eq!(given.classes(), ["no", "yes"]);
    }

    #[test]
    fn a_model_is_given_only_to_whom_it_is_sealed_for_with_its_own_names_and_scaling() {
        let on_chain = delivered(&secret());
        let error = on_chain.give(None, None).unwrap_err();
        assert!(matches!(error, ModelsError::NotForYou(3)), "{error:?}");
        let own = own(Score::new(1, 2));
        let error = on_chain.give(Some(own.prepared.encoding()), Some(&own)).unwrap_err();
        assert!(matches!(error, ModelsError::OtherMeaning { .. }), "{error:?}");
    }

    #[test]
    fn a_model_that_the_registry_does_not_name_is_not_given() {
        let mut on_chain = delivered(&RecipientSecret::curriculum());
        let given = |on_chain: &OnChain| on_chain.give(None, None);
        assert!(given(&on_chain).is_ok());
        on_chain.version.as_mut().unwrap().delivered.model.0[31] ^= 1;
        for version in [on_chain.version.clone(), None] {
            on_chain.version = version;
            let error = given(&on_chain).unwrap_err();
            assert!(error.to_string().contains("the registry"), "{error}");
        }
    }

    #[test]
    fn only_the_recipient_has_the_secret_of_a_task() {
        let on_chain = delivered(&secret());
        let other = RecipientSecret::from_bytes([8; 32]);
        let known = |own: Option<&RecipientSecret>| {
            secret_for(&on_chain.task, own).map(|secret| secret.key())
        };
        assert_eq!(known(Some(&secret())), Some(secret().key()));
        assert_eq!(known(Some(&other)), None);
        assert_eq!(known(None), None);
        let error = on_chain.open(&other).unwrap_err();
        assert!(matches!(error, ModelsError::NotTheModel(_)), "{error:?}");
    }

    #[test]
    fn models_of_the_curriculum_are_opened_by_everybody() {
        let on_chain = delivered(&RecipientSecret::curriculum());
        for own in [None, Some(&secret())] {
            let secret = secret_for(&on_chain.task, own).expect("everybody knows it");
            let opened = on_chain.open(&secret).unwrap();
            assert_eq!(opened.weights, model().weights);
        }
    }

    /// A copier who delivers somebody else's ciphertext has no key for it, and another commitment.
    #[test]
    fn what_does_not_belong_together_is_not_opened() {
        let changes: [fn(&mut OnChain); 10] = [
            |chain| chain.ciphertext[0] += Fr::from(1u64),
            |chain| chain.ciphertext.clear(),
            |chain| chain.delivery.ciphertext.0[31] ^= 1,
            |chain| chain.delivery.key.0[31] ^= 1,
            |chain| chain.delivery.model.0[31] ^= 1,
            |chain| chain.record.provenance.model.0[31] ^= 1,
            |chain| chain.record.seal.key.0[31] ^= 1,
            |chain| chain.record.seal.ciphertext.0[31] ^= 1,
            |chain| chain.record.provenance.submitter = AccountId::from([9; 32]),
            |chain| chain.task.encoding.0[0] ^= 1,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut on_chain = delivered(&secret());
            change(&mut on_chain);
            let error = on_chain.read().expect_err("something was changed");
            assert!(matches!(error, ModelsError::NotTheModel(_)), "{number}: {error:?}");
        }
    }

    #[test]
    fn a_key_of_another_task_or_circuit_does_not_open() {
        let changes: [fn(&mut OnChain); 2] = [
            |chain| chain.task.terms.delivery_circuit = CircuitId([9; 32]),
            |chain| {
                let sealed = chain.delivery.sealed.as_mut().unwrap();
                sealed.key.masked_key = field::to_bytes(&Fr::from(5u64));
            },
        ];
        for change in changes {
            let mut on_chain = delivered(&secret());
            change(&mut on_chain);
            let error = on_chain.open(&secret()).unwrap_err();
            assert!(matches!(error, ModelsError::NotTheModel(_)), "{error:?}");
        }
    }

    #[test]
    fn a_model_without_its_key_is_not_delivered_yet() {
        let mut on_chain = delivered(&secret());
        on_chain.delivery.sealed = None;
        assert!(matches!(on_chain.read(), Err(ModelsError::NoKey)));
    }

    #[test]
    fn names_and_scaling_that_are_not_those_of_the_task_are_refused() {
        let known = encoding();
        assert!(check_meaning(Some(&known), known.hash()).is_ok());
        let of_the_task = prepared().encoding_hash();
        let error = check_meaning(Some(&known), of_the_task).unwrap_err();
        assert!(matches!(error, ModelsError::OtherMeaning { .. }), "{error:?}");
        assert!(check_meaning(None, of_the_task).is_ok(), "nothing is known");
    }

    #[test]
    fn a_model_that_is_fetched_again_takes_its_own_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("experiment-2-v4").join("model.safetensors");
        let mut raw = model();
        raw.about.encoding = None;
        for model in [raw, model()] {
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

//! The files of a journal, one type each.

use super::{checksum, error::StateError, Disk, DurableDisk};
use crate::{config::Tokens, secret::Secret};
use nocknock_client::{AccountId, Balance, BlockNumber, Hash, Task};
use nocknock_durable as durable;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{
        BlobId, BlockIndex, BlockRoot, CiphertextHash, CircuitId, ContentHash, ExperimentId,
        FieldBytes, KeyCommitment, ModelCommitment, PointBytes, TaskId,
    },
    model::{field, sealed, Architecture, Fr, LayerWeights, RecipientKey, WeightError, Weights},
    reward::Round,
    task::{Outcome, ProvedScore, SealedKeyBytes},
};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, fs, io, mem, path::Path};
use zeroize::Zeroizing;

/// The task's terms as they were when it was chosen. They never change on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The task.
    pub task: TaskId,
    /// Its experiment.
    pub experiment: ExperimentId,
    /// The architecture of its models.
    pub architecture: Architecture,
    /// Hash of how columns and classes are written as numbers.
    pub encoding: ContentHash,
    /// Whom the key of a delivered model is sealed for.
    pub recipient: RecipientKey,
    /// Circuit of scores.
    pub score_circuit: CircuitId,
    /// Rows of that circuit.
    pub score_rows: u32,
    /// Circuit of the delivery.
    pub delivery_circuit: CircuitId,
    /// The training data.
    pub train_data: BlobId,
    /// What is held from the worker when it commits.
    #[serde(with = "amount")]
    pub stake: Balance,
    /// What is paid in all; zero in the curriculum.
    #[serde(with = "amount")]
    pub reward: Balance,
    /// Block in which it was chosen.
    pub at: BlockNumber,
    /// Its test blocks.
    pub test_blocks: u16,
    /// It belongs to the curriculum, so the champion has to be proved on its test blocks too.
    pub curriculum: bool,
    /// Length of a round of proofs in blocks of the chain.
    pub prove_period: BlockNumber,
}

/// The training data is there and belongs to the task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFact {
    /// Blocks whose roots were recomputed.
    pub blocks: usize,
    /// Samples in them.
    pub samples: usize,
    /// BLAKE3 of the data, in hexadecimal digits.
    pub digest: String,
}

/// Something was seen on the chain. That the file is there says all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenFact {
    /// Always true.
    pub(super) seen: bool,
}

/// A trained model. It is what the worker sells.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFact {
    /// The weights.
    #[serde(with = "weights")]
    pub weights: Weights,
    /// Share of the best score that the integer model reaches on the samples it was trained on.
    pub training_accuracy: f64,
    /// The same on the samples kept for validation, if any were kept. Of a search for settings it
    /// is what they have come to on samples that were not learned from.
    pub validation_accuracy: Option<f64>,
    /// Hash of the settings it was trained with, as the worker attests it.
    pub hyperparameters: ContentHash,
}

/// A commitment that may be on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitmentFact {
    /// `k`, the key that seals the model, and no other.
    pub key: Secret,
    /// `h_k`.
    pub key_commitment: KeyCommitment,
    /// `q`, the hash of the ciphertext.
    pub ciphertext: CiphertextHash,
    /// `C_W`, which the chain computes from the two hashes.
    pub model: ModelCommitment,
}

/// What the committed model scores on the revealed test blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreFact {
    /// Its points on each of them.
    pub blocks: BTreeMap<BlockIndex, u32>,
    /// The champion that it is measured against, in the curriculum, if there is one.
    pub champion: Option<ChampionFact>,
}

/// What the champion of an experiment scores on the test blocks of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChampionFact {
    /// Its commitment, which tells it from any other model.
    pub model: ModelCommitment,
    /// The circuit of its score.
    pub circuit: CircuitId,
    /// Its points on all test blocks together.
    pub points: u32,
}

/// How far a worker has come with the claim of its score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimStage {
    /// It has said nothing.
    #[default]
    Silent,
    /// A claim may be on the chain.
    Claimed,
    /// The chain has asked for the proofs of it.
    Asked,
    /// The chain has all proofs of it.
    Proved,
}

/// The proof of a test block's score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFact {
    /// The test block.
    pub block: BlockIndex,
    /// Samples in the block.
    pub rows: u32,
    /// The score, and the proof of S3.
    #[serde(with = "WrittenScore")]
    pub score: ProvedScore,
}

/// A proof of registration, and everything that it is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationFact {
    /// The account that registers.
    pub account: AccountId,
    /// Hash of the chain's first block.
    pub genesis: Hash,
    /// The round of the account.
    pub round: Round,
    /// The circuit of the practice block.
    pub circuit: CircuitId,
    /// The root of the practice block.
    pub root: BlockRoot,
    /// The number of the seed of the draw.
    pub seed_number: u64,
    /// That seed.
    #[serde(with = "digits")]
    pub seed: [u8; 32],
    /// Commitment to the model.
    pub model: ModelCommitment,
    /// The proved score.
    #[serde(with = "WrittenScore")]
    pub score: ProvedScore,
    /// What solves the puzzle, if it is solved.
    pub nonce: Option<u64>,
}

/// The sealed key, ready to be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedFact {
    /// The key of the model, sealed for the recipient of the task.
    #[serde(with = "WrittenKey")]
    pub key: SealedKeyBytes,
    /// The proof of D2.
    #[serde(with = "WrittenProof")]
    pub proof: ProofBytes,
}

/// What became of the copy of the ciphertext outside the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyFact {
    /// Where it is stored, unless that did not work or was not wanted.
    pub blob: Option<BlobId>,
}

/// How a task ended for this worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ending {
    /// The model was delivered and paid for.
    Paid,
    /// Refused before anything was at stake.
    Refused {
        /// Why.
        reason: String,
    },
    /// The commit phase ended before this worker had committed. Nothing was at stake.
    TooLate,
    /// The account has a commitment that this state directory did not make.
    ForeignCommitment,
    /// The account has a delivery that this state directory did not make.
    ForeignDelivery,
    /// The commitment was taken back on request.
    Withdrawn,
    /// The task is over, and this committed worker was not paid.
    Over {
        /// How the task ended.
        #[serde(with = "outcome")]
        outcome: Outcome,
        /// How far this worker had come with its claim.
        claim: ClaimStage,
    },
    /// No score was claimed, so nothing was owed.
    Conceded,
    /// The turn to deliver passed.
    TurnPassed,
    /// The turn to deliver was let pass, because less was left to pay for it than was asked for.
    LetPass,
    /// The chain does not know the task any more, or does not know it yet after a reorganisation.
    Gone,
}

/// The last file of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndingFact {
    /// How it ended.
    pub ending: Ending,
    /// Block in which the worker saw it.
    pub at: BlockNumber,
    /// What was paid to the worker, if it was paid and the node could tell how much.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_amount")]
    pub earned: Option<Balance>,
}

impl fmt::Display for EndingFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ending.fmt(f)?;
        self.earned.map_or(Ok(()), |earned| write!(f, ", {} NNK earned", Tokens(earned)))
    }
}

impl CommitmentFact {
    /// The commitment to a model under a key, and the ciphertext. `bind` says whose model it is and
    /// for what: [`ModelOwner::to_field`](nocknock_primitives::model::ModelOwner::to_field).
    pub fn seal(
        architecture: &Architecture,
        bind: Fr,
        key: Secret,
        weights: &Weights,
    ) -> Result<(Self, Vec<Fr>), WeightError> {
        let mut model = sealed::seal(architecture, key.expose(), weights)?;
        let ciphertext = mem::take(&mut model.ciphertext);
        let key_hash = sealed::key_hash(key.expose());
        let hash = sealed::ciphertext_hash(architecture, &ciphertext);
        let commitment = sealed::commitment(architecture, bind, key_hash, hash);
        let fact = Self {
            key,
            key_commitment: KeyCommitment(field::to_bytes(&key_hash)),
            ciphertext: CiphertextHash(field::to_bytes(&hash)),
            model: ModelCommitment(field::to_bytes(&commitment)),
        };
        Ok((fact, ciphertext))
    }
}

impl ScoreFact {
    /// The points on all test blocks together: what is claimed.
    pub fn points(&self) -> u32 {
        self.blocks.values().copied().fold(0, u32::saturating_add)
    }

    /// Whether this is about the test blocks of a task and the champion that it names. A block that
    /// the chain has abandoned may have named others.
    pub fn is_about(&self, task: &Task) -> bool {
        let champion = self.champion.as_ref().map(|champion| champion.model);
        let blocks = task.tests.iter().map(|test| &test.index);
        self.blocks.keys().eq(blocks)
            && champion == task.reference.as_ref().map(|reference| reference.model)
    }
}

impl ModelFact {
    /// Reads a file that [`ModelFact::write`] wrote.
    pub fn read(path: &Path) -> Result<Self, StateError> {
        let missing = || StateError::io("read", path, io::ErrorKind::NotFound.into());
        read(path)?.ok_or_else(missing)
    }

    /// Writes the model to a file that only its owner can read.
    pub fn write(&self, path: &Path) -> Result<(), StateError> {
        write(&DurableDisk, path, self)
    }
}

impl Ending {
    /// A word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Refused { .. } => "refused",
            Self::TooLate => "too-late",
            Self::ForeignCommitment => "foreign-commitment",
            Self::ForeignDelivery => "foreign-delivery",
            Self::Withdrawn => "withdrawn",
            Self::Over { .. } => "over",
            Self::Conceded => "conceded",
            Self::TurnPassed => "turn-passed",
            Self::LetPass => "let-pass",
            Self::Gone => "gone",
        }
    }

    /// The worker lost its stake, or may lose it.
    pub fn costs_the_stake(&self) -> bool {
        match self {
            Self::TurnPassed | Self::ForeignCommitment | Self::ForeignDelivery => true,
            Self::Over { outcome, claim } => *claim == ClaimStage::Asked && is_judged(outcome),
            Self::Paid
            | Self::Refused { .. }
            | Self::TooLate
            | Self::Withdrawn
            | Self::Conceded
            | Self::LetPass
            | Self::Gone => false,
        }
    }
}

/// Whether claims that were not proved cost their stakes.
fn is_judged(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::NoWinner | Outcome::Ranked)
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paid => f.write_str("delivered and paid"),
            Self::Refused { reason } => write!(f, "refused, nothing is at stake: {reason}"),
            Self::TooLate => f.write_str("the commit phase ended first; nothing is at stake"),
            Self::ForeignCommitment => f.write_str(
                "the account has a commitment in this task that was not made from this state \
                 directory: run the worker with the directory it was made from, or withdraw it \
                 with `nocknock-worker submit TASK --withdraw` before a score is claimed",
            ),
            Self::ForeignDelivery => f.write_str(
                "the account delivers a model in this task that is not in this state directory: run \
                 the worker with the directory it was made from before the turn ends",
            ),
            Self::Over { outcome, .. } if self.costs_the_stake() => write!(
                f,
                "over ({outcome:?}); the claimed score was not proved in time, so the stake was \
                 burnt (in the curriculum the registration is lost)"
            ),
            Self::Over { outcome, claim: ClaimStage::Claimed } if is_judged(outcome) => write!(
                f,
                "over ({outcome:?}); the stake came back, unless the chain asked for the proofs of \
                 the claimed score while this program did not run"
            ),
            Self::Over { outcome, .. } => write!(f, "over ({outcome:?}); the stake came back"),
            Self::Conceded => f.write_str("no score was claimed; the stake came back"),
            Self::Withdrawn => f.write_str("the commitment was taken back; the stake came back"),
            Self::TurnPassed => f.write_str(
                "the turn to deliver passed without a delivery, so the stake was burnt (in the \
                 curriculum the registration is lost)",
            ),
            Self::LetPass => f.write_str(
                "a better model was delivered, and less than policy.least was left for this one: \
                 it was not delivered, and nothing is lost",
            ),
            Self::Gone => f.write_str("the chain does not know the task"),
        }
    }
}

impl fmt::Debug for ModelFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelFact")
            .field("validation_accuracy", &self.validation_accuracy)
            .finish_non_exhaustive()
    }
}

/// Reads a file, if it is there.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, StateError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StateError::io("read", path, error)),
    };
    let content = checksum::verified(&bytes).map_err(|error| StateError::damaged(path, error))?;
    // The position is named, the content never: the file may hold a secret.
    let damaged = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        StateError::damaged(path, format!("line {line}, column {column}"))
    };
    serde_json::from_slice(&content).map(Some).map_err(damaged)
}

/// Writes a file. It may hold a secret, of which no copy is left in memory.
pub(super) fn write<T: Serialize>(
    disk: &dyn Disk,
    path: &Path,
    fact: &T,
) -> Result<(), StateError> {
    let content = durable::secret_bytes(|out| Ok(serde_json::to_writer_pretty(out, fact)?));
    let content = content.map_err(|error| StateError::damaged(path, error))?;
    let put = disk.put(path, &checksum::added(&content));
    put.map_err(|reason| StateError::io("write", path, reason))
}

/// Amounts as texts: JSON numbers end at 2^53 for many readers.
mod amount {
    use super::*;

    pub(super) fn serialize<S: serde::Serializer>(
        amount: &Balance,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(amount)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Balance, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount that may be missing.
mod optional_amount {
    use super::*;

    pub(super) fn serialize<S: serde::Serializer>(
        amount: &Option<Balance>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match amount {
            Some(amount) => amount::serialize(amount, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Balance>, D::Error> {
        amount::deserialize(deserializer).map(Some)
    }
}

/// The layers of a model, the head last.
mod weights {
    use super::*;

    #[derive(Serialize)]
    struct Borrowed<'a> {
        weights: &'a [i32],
        biases: &'a [i32],
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Owned {
        weights: Vec<i32>,
        biases: Vec<i32>,
    }

    pub(super) fn serialize<S: serde::Serializer>(
        model: &Weights,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(model.layers.iter().map(|layer| {
            let LayerWeights { weights, biases } = layer;
            Borrowed { weights, biases }
        }))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Weights, D::Error> {
        let layers = Vec::<Owned>::deserialize(deserializer)?.into_iter();
        let layers = layers.map(|Owned { weights, biases }| LayerWeights { weights, biases });
        Ok(Weights { layers: layers.collect() })
    }
}

/// [`ProvedScore`] has no serde form in the primitives, nor have the types below.
#[derive(Serialize, Deserialize)]
#[serde(remote = "ProvedScore", deny_unknown_fields)]
struct WrittenScore {
    points: u32,
    #[serde(with = "digits")]
    sums: FieldBytes,
    #[serde(with = "digits")]
    inputs: FieldBytes,
    #[serde(with = "WrittenProof")]
    proof: ProofBytes,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SealedKeyBytes", deny_unknown_fields)]
struct WrittenKey {
    #[serde(with = "WrittenPoint")]
    ephemeral: PointBytes,
    #[serde(with = "digits")]
    masked_key: FieldBytes,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ProofBytes")]
struct WrittenProof(#[serde(with = "digits")] [u8; 256]);

#[derive(Serialize, Deserialize)]
#[serde(remote = "PointBytes")]
struct WrittenPoint(#[serde(with = "digits")] [u8; 64]);

/// Bytes as hexadecimal digits.
mod digits {
    use super::*;

    pub(super) fn serialize<S: serde::Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; N];
        hex::decode_to_slice(text, &mut bytes).map_err(serde::de::Error::custom)?;
        Ok(bytes)
    }
}

/// [`Outcome`] has no serde form in the primitives: here it is its number on the chain's list.
mod outcome {
    use super::*;
    use codec::{DecodeAll, Encode};

    pub(super) fn serialize<S: serde::Serializer>(
        outcome: &Outcome,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(outcome.encode()))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Outcome, D::Error> {
        let bytes = hex::decode(String::deserialize(deserializer)?);
        let bytes = bytes.map_err(serde::de::Error::custom)?;
        Outcome::decode_all(&mut &bytes[..]).map_err(serde::de::Error::custom)
    }
}

//! Everything that a training needs to go on, in one file.
//!
//! The file is in safetensors form: the states of all layers, the means of their parameters where
//! they are kept, the running loss, the best integers so far, and one metadata entry, `state`: a
//! checksum and the counters as JSON. One entry, because the order of several is not fixed. Random
//! generators need no entry: each stream follows from the seed and the counters. The file holds
//! weights, so only its owner may read it.
//!
//! The checksum is the BLAKE3 of the counters and all arrays. A number that a disk has changed is
//! still a number: without the checksum the training would go on to another model.

use super::{learner::Learner, observer::EpochMetrics};
use candle_core::{Device, Tensor};
use nocknock_durable as durable;
use nocknock_primitives::model::weights::{LayerWeights, Weights};
use safetensors::{
    tensor::{serialize, TensorView},
    Dtype, SafeTensors,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

/// Name of the file in the folder for checkpoints.
pub const CHECKPOINT_FILE: &str = "checkpoint.safetensors";

const STATE: &str = "state";
/// What the checksum is for, so that it is no other hash.
const CHECKSUM: &str = "NockNock 2026 checksum of a checkpoint";
/// Hexadecimal digits of the checksum.
const CHECKSUM_DIGITS: usize = 64;
const LOSS: &str = "loss";

/// Why a checkpoint cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system refuses.
    #[error("cannot {action} the checkpoint {}: {}", .path.display(), durable::explain(.source))]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The state of the training cannot be read from its device.
    #[error("cannot gather the state of the training: {0}")]
    State(String),
    /// The file is no checkpoint of this version.
    #[error("{} is damaged ({reason}): delete it to train from the start", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file belongs to another training. It is left as it is.
    #[error(
        "{} belongs to a training with other data, settings, strategy or device, or to another \
         version of the trainer: use another folder, or move it away to train from the start",
        .path.display()
    )]
    OtherTraining {
        /// The file.
        path: PathBuf,
    },
}

/// The counters of a training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Progress {
    /// Digest of the trainer's version, data, settings, strategy and device, in hexadecimal digits.
    pub(crate) training: String,
    /// Steps that are done.
    pub(crate) step: u64,
    /// Epochs that are done.
    pub(crate) history: Vec<EpochMetrics>,
    /// Epoch and validation score of the best integers.
    pub(crate) best: Option<BestEpoch>,
    /// Epochs since the validation result last grew.
    pub(crate) stale_epochs: u32,
}

/// Where the best integers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BestEpoch {
    pub(crate) epoch: u32,
    pub(crate) score: u64,
}

/// The folder's checkpoint.
#[derive(Clone, Debug)]
pub(crate) struct CheckpointFile {
    path: PathBuf,
}

impl CheckpointFile {
    /// The checkpoint of a folder, which is made if it is missing.
    pub(crate) fn in_folder(folder: &Path) -> Result<Self, CheckpointError> {
        let file = Self { path: folder.join(CHECKPOINT_FILE) };
        fs::create_dir_all(folder).map_err(file.failed("make the folder of"))?;
        Ok(file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a checkpoint so that, whenever the power fails, the old or the new one is whole.
    pub(crate) fn save(
        &self,
        progress: &Progress,
        learner: &Learner,
        best: &Weights,
    ) -> Result<(), CheckpointError> {
        let bytes = encode(progress, learner, best).map_err(CheckpointError::State)?;
        durable::put(&self.path, &bytes).map_err(self.failed("write"))
    }

    /// Reads the checkpoint of a training into a learner, if there is one.
    pub(crate) fn load(
        &self,
        training: &str,
        learner: &mut Learner,
        device: &Device,
    ) -> Result<Option<(Progress, Weights)>, CheckpointError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed("read")(error)),
        };
        let (progress, file) = opened(&bytes).map_err(|reason| self.damaged(reason))?;
        if progress.training != training {
            let path = self.path.clone();
            return Err(CheckpointError::OtherTraining { path });
        }
        let best = restore(&file, learner, device)
            .and_then(|best| checked(best, learner))
            .map_err(|reason| self.damaged(reason))?;
        Ok(Some((progress, best)))
    }

    fn failed(&self, action: &'static str) -> impl FnOnce(io::Error) -> CheckpointError {
        let path = self.path.clone();
        move |source| CheckpointError::File { action, path, source }
    }

    fn damaged(&self, reason: String) -> CheckpointError {
        CheckpointError::Damaged { path: self.path.clone(), reason }
    }
}

fn encode(progress: &Progress, learner: &Learner, best: &Weights) -> Result<Vec<u8>, String> {
    let counters = serde_json::to_string(progress).map_err(text)?;
    let mut parts = Vec::new();
    for (place, layer) in learner.layers().iter().enumerate() {
        parts.push(Part::of_tensor(state_of(place), layer.state()).map_err(text)?);
    }
    for (place, average) in averages(learner) {
        parts.push(Part::of_tensor(average_of(place), average).map_err(text)?);
    }
    parts.push(Part::of_tensor(LOSS.to_owned(), learner.loss_sum()).map_err(text)?);
    for (place, layer) in best.layers.iter().enumerate() {
        let [weights, biases] = best_of(place);
        parts.push(Part::of_list(weights, &layer.weights));
        parts.push(Part::of_list(biases, &layer.biases));
    }
    let views = parts.iter().map(Part::view).collect::<Result<Vec<_>, _>>();
    let views = views.map_err(text)?;
    let hash = checksum(&counters, views.iter().map(|(name, view)| (*name, view)));
    let state = hash.to_hex().to_string() + &counters;
    serialize(views, Some(HashMap::from([(STATE.to_owned(), state)]))).map_err(text)
}

/// Name of the array with the state of a layer.
fn state_of(layer: usize) -> String {
    format!("layer.{layer}")
}

/// The layers that keep a mean of their parameters.
fn averages(learner: &Learner) -> impl Iterator<Item = (usize, &Tensor)> {
    let layers = learner.layers().iter().enumerate();
    layers.filter_map(|(place, layer)| layer.average().map(|average| (place, average)))
}

/// Name of the array with the mean of a layer's parameters.
fn average_of(layer: usize) -> String {
    format!("average.{layer}")
}

/// Names of the arrays with the best weights and biases of a layer.
fn best_of(layer: usize) -> [String; 2] {
    [format!("best.{layer}.weights"), format!("best.{layer}.biases")]
}

/// The checksum of counters and arrays, each with its length, so that nothing moves from one to the
/// next. The arrays are in the order of their names.
fn checksum<'a>(
    counters: &str,
    arrays: impl Iterator<Item = (&'a str, &'a TensorView<'a>)>,
) -> blake3::Hash {
    let arrays: BTreeMap<&str, &TensorView<'_>> = arrays.collect();
    let mut hasher = blake3::Hasher::new_derive_key(CHECKSUM);
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(counters.as_bytes());
    for (name, array) in arrays {
        add(name.as_bytes());
        add(format!("{:?} {:?}", array.dtype(), array.shape()).as_bytes());
        add(array.data());
    }
    hasher.finalize()
}

/// A named array of the file.
struct Part {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Part {
    fn of_tensor(name: String, tensor: &Tensor) -> candle_core::Result<Self> {
        let values = tensor.flatten_all()?.to_vec1::<f32>()?;
        Ok(Self {
            name,
            dtype: Dtype::F32,
            shape: tensor.dims().to_vec(),
            bytes: values.into_iter().flat_map(f32::to_le_bytes).collect(),
        })
    }

    fn of_list(name: String, values: &[i32]) -> Self {
        Self {
            name,
            dtype: Dtype::I32,
            shape: vec![values.len()],
            bytes: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }

    fn view(&self) -> Result<(&str, TensorView<'_>), safetensors::SafeTensorError> {
        let view = TensorView::new(self.dtype, self.shape.clone(), &self.bytes)?;
        Ok((self.name.as_str(), view))
    }
}

/// The counters and arrays of a file, if they are those that were written.
fn opened(bytes: &[u8]) -> Result<(Progress, SafeTensors<'_>), String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(text)?;
    let entries = metadata.metadata().as_ref();
    let state = entries.and_then(|entries| entries.get(STATE));
    let state = state.ok_or("it has no entry 'state'")?;
    let parts = state.split_at_checked(CHECKSUM_DIGITS);
    let (digits, counters) = parts.ok_or("its entry 'state' is too short")?;
    let file = SafeTensors::deserialize(bytes).map_err(text)?;
    let arrays = file.tensors();
    let hash = checksum(counters, arrays.iter().map(|(name, view)| (name.as_str(), view)));
    if hash.to_hex().as_str() != digits {
        return Err("its content is not the one of its checksum".to_owned());
    }
    Ok((serde_json::from_str(counters).map_err(text)?, file))
}

/// Restores the learner, and gives the best integers.
fn restore(
    file: &SafeTensors<'_>,
    learner: &mut Learner,
    device: &Device,
) -> Result<Weights, String> {
    let tensor = |name: &str| -> Result<Tensor, String> {
        let (shape, words) = words(file, name, Dtype::F32)?;
        let values: Vec<f32> = words.into_iter().map(f32::from_le_bytes).collect();
        Tensor::from_vec(values, shape, device).map_err(text)
    };
    let list = |name: &str| -> Result<Vec<i32>, String> {
        let (_, words) = words(file, name, Dtype::I32)?;
        Ok(words.into_iter().map(i32::from_le_bytes).collect())
    };
    let layers = learner.layers().len();
    let states = (0..layers).map(|layer| tensor(&state_of(layer)));
    let states = states.collect::<Result<Vec<_>, _>>()?;
    let means = averages(learner).map(|(place, _)| tensor(&average_of(place)));
    let means = means.collect::<Result<Vec<_>, _>>()?;
    learner.restore(states, means, tensor(LOSS)?).map_err(text)?;
    let best = (0..layers).map(|layer| -> Result<_, String> {
        let [weights, biases] = best_of(layer);
        Ok(LayerWeights { weights: list(&weights)?, biases: list(&biases)? })
    });
    Ok(Weights { layers: best.collect::<Result<Vec<_>, _>>()? })
}

/// The shape of an array and its values as little-endian bytes.
fn words(
    file: &SafeTensors<'_>,
    name: &str,
    dtype: Dtype,
) -> Result<(Vec<usize>, Vec<[u8; 4]>), String> {
    let view = file.tensor(name).map_err(text)?;
    if view.dtype() != dtype {
        return Err(format!("'{name}' is not of type {dtype:?}"));
    }
    let words = view.data().chunks_exact(4);
    let words = words.filter_map(|word| word.try_into().ok()).collect();
    Ok((view.shape().to_vec(), words))
}

fn checked(weights: Weights, learner: &Learner) -> Result<Weights, String> {
    weights.check(learner.architecture()).map_err(text)?;
    Ok(weights)
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

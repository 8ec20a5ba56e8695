//! Everything that a training needs to go on, in one file.
//!
//! The file is in safetensors form: the states of both layers, the running loss, the best integers
//! so far, and one metadata entry, `state`: a checksum and the counters as JSON. One entry, because
//! the order of several is not fixed. Random generators need no entry: each stream follows from the
//! seed and the counters. The file holds weights, so only its owner may read it.
//!
//! The checksum is the BLAKE3 of the counters and all arrays. A number that a disk has changed is
//! still a number: without the checksum the training would go on to another model.

use super::{network::Network, observer::EpochMetrics};
use crate::state::explain;
use candle_core::{Device, Tensor};
use nocknock_durable as durable;
use nocknock_primitives::model::{MlpShape, Weights};
use safetensors::{
    tensor::{serialize, TensorView},
    Dtype, SafeTensors,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
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
const HIDDEN: &str = "hidden";
const OUTPUT: &str = "output";
const LOSS: &str = "loss";
const BEST: [&str; 4] = ["best.hidden", "best.hidden_bias", "best.output", "best.output_bias"];

/// Why a checkpoint cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system refuses.
    #[error("cannot {action} the checkpoint {}: {}", .path.display(), explain(.source))]
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
    /// The file belongs to another training.
    #[error(
        "{} belongs to a training with other data, settings or device: use another folder, or \
         delete it to train from the start",
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
pub(super) struct Progress {
    /// Digest of data, settings and device, in hexadecimal digits.
    pub(super) training: String,
    /// Steps that are done.
    pub(super) step: u64,
    /// Epochs that are done.
    pub(super) history: Vec<EpochMetrics>,
    /// Epoch and correct validation rows of the best integers.
    pub(super) best: Option<BestEpoch>,
    /// Epochs since the validation result last grew.
    pub(super) stale_epochs: u32,
}

/// Where the best integers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BestEpoch {
    pub(super) epoch: u32,
    pub(super) correct: u64,
}

/// The folder's checkpoint.
#[derive(Clone, Debug)]
pub(super) struct CheckpointFile {
    path: PathBuf,
}

impl CheckpointFile {
    /// The checkpoint of a folder, which is made if it is missing.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, CheckpointError> {
        let file = Self { path: folder.join(CHECKPOINT_FILE) };
        fs::create_dir_all(folder).map_err(file.failed("make the folder of"))?;
        Ok(file)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a checkpoint so that, whenever the power fails, the old or the new one is whole.
    pub(super) fn save(
        &self,
        progress: &Progress,
        network: &Network,
        best: &Weights,
    ) -> Result<(), CheckpointError> {
        let bytes = encode(progress, network, best).map_err(CheckpointError::State)?;
        durable::put(&self.path, &bytes).map_err(self.failed("write"))
    }

    /// Reads the checkpoint of a training into a network, if there is one.
    pub(super) fn load(
        &self,
        training: &str,
        shape: &MlpShape,
        network: &mut Network,
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
        let best = restore(&file, network, device)
            .and_then(|best| checked(best, shape))
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

fn encode(progress: &Progress, network: &Network, best: &Weights) -> Result<Vec<u8>, String> {
    let counters = serde_json::to_string(progress).map_err(text)?;
    let mut parts = vec![
        Part::of_tensor(HIDDEN, network.hidden.state()).map_err(text)?,
        Part::of_tensor(OUTPUT, network.output.state()).map_err(text)?,
        Part::of_tensor(LOSS, &network.loss_sum).map_err(text)?,
    ];
    let lists = [&best.hidden, &best.hidden_bias, &best.output, &best.output_bias];
    parts.extend(BEST.into_iter().zip(lists).map(|(name, list)| Part::of_list(name, list)));
    let views = parts.iter().map(Part::view).collect::<Result<Vec<_>, _>>();
    let views = views.map_err(text)?;
    let state = checksum(&counters, &views).to_hex().to_string() + &counters;
    serialize(views, Some(HashMap::from([(STATE.to_owned(), state)]))).map_err(text)
}

/// The checksum of counters and arrays, each with its length, so that nothing moves from one to the
/// next.
fn checksum(counters: &str, arrays: &[(&str, TensorView<'_>)]) -> blake3::Hash {
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
    name: &'static str,
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Part {
    fn of_tensor(name: &'static str, tensor: &Tensor) -> candle_core::Result<Self> {
        let values = tensor.flatten_all()?.to_vec1::<f32>()?;
        Ok(Self {
            name,
            dtype: Dtype::F32,
            shape: tensor.dims().to_vec(),
            bytes: values.into_iter().flat_map(f32::to_le_bytes).collect(),
        })
    }

    fn of_list(name: &'static str, values: &[i32]) -> Self {
        Self {
            name,
            dtype: Dtype::I32,
            shape: vec![values.len()],
            bytes: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }

    fn view(&self) -> Result<(&str, TensorView<'_>), safetensors::SafeTensorError> {
        let view = TensorView::new(self.dtype, self.shape.clone(), &self.bytes)?;
        Ok((self.name, view))
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
    let array =
        |name: &'static str| -> Result<_, String> { Ok((name, file.tensor(name).map_err(text)?)) };
    let names = [HIDDEN, OUTPUT, LOSS].into_iter().chain(BEST);
    let arrays = names.map(array).collect::<Result<Vec<_>, _>>()?;
    if checksum(counters, &arrays).to_hex().as_str() != digits {
        return Err("its content is not the one of its checksum".to_owned());
    }
    Ok((serde_json::from_str(counters).map_err(text)?, file))
}

fn restore(
    file: &SafeTensors<'_>,
    network: &mut Network,
    device: &Device,
) -> Result<Weights, String> {
    let tensor = |name| -> Result<Tensor, String> {
        let (shape, words) = words(file, name, Dtype::F32)?;
        let values: Vec<f32> = words.into_iter().map(f32::from_le_bytes).collect();
        Tensor::from_vec(values, shape, device).map_err(text)
    };
    let list = |name| -> Result<Vec<i32>, String> {
        let (_, words) = words(file, name, Dtype::I32)?;
        Ok(words.into_iter().map(i32::from_le_bytes).collect())
    };
    network.hidden.restore(tensor(HIDDEN)?).map_err(text)?;
    network.output.restore(tensor(OUTPUT)?).map_err(text)?;
    network.loss_sum = tensor(LOSS)?.reshape(()).map_err(text)?;
    let [hidden, hidden_bias, output, output_bias] = BEST;
    Ok(Weights {
        hidden: list(hidden)?,
        hidden_bias: list(hidden_bias)?,
        output: list(output)?,
        output_bias: list(output_bias)?,
    })
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

fn checked(weights: Weights, shape: &MlpShape) -> Result<Weights, String> {
    weights.check(shape).map_err(text)?;
    Ok(weights)
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

//! The files that a program reads, and the one that it writes.

use super::TrainingJob;
use crate::{stages::learn::ColumnInputs, state::StateError};
use nocknock_primitives::model::{Architecture, LayerWeights, UnsafeModel, Weights};
use nocknock_training::{Labels, TrainingSet};
use safetensors::{tensor::TensorView, Dtype, SafeTensorError, SafeTensors};
use serde::Serialize;
use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The longest file of weights: several times what the largest model needs.
const MOST_BYTES: u64 = 64 << 20;

/// Where everything is.
#[derive(Debug)]
pub(super) struct Files {
    /// Where the program runs.
    pub(super) folder: PathBuf,
    /// The samples.
    data: PathBuf,
    /// The architecture, and which inputs belong together.
    architecture: PathBuf,
    /// Where the model has to be in the end.
    pub(super) weights: PathBuf,
    /// What the program prints.
    pub(super) log: PathBuf,
}

/// What is wrong with the model of a program.
#[derive(Debug, thiserror::Error)]
pub enum ModelFault {
    /// There is none.
    #[error("there is no such file")]
    Missing,
    /// There is something else, such as a pipe or a folder.
    #[error("it is no ordinary file")]
    NoFile,
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Read(io::Error),
    /// The file is longer than any model.
    #[error("it has more than {MOST_BYTES} bytes")]
    TooLong,
    /// The file has another form.
    #[error("it is not a safetensors file: {0}")]
    Form(SafeTensorError),
    /// A tensor of the architecture is not there, or of another type or shape.
    #[error("it must hold a tensor {name} of type I32 and shape {shape:?}")]
    Tensor {
        /// Its name.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// There are tensors that do not belong to the architecture.
    #[error("it holds {found} tensors, but a model of this architecture has {expected}")]
    Tensors {
        /// Tensors that the architecture asks for.
        expected: usize,
        /// Tensors that are there.
        found: usize,
    },
    /// A number is out of its range, or some sample could take a sum out of its width.
    #[error(transparent)]
    Unsafe(#[from] UnsafeModel),
}

/// What a program is told about the model to make.
#[derive(Serialize)]
struct WrittenTask<'a> {
    architecture: &'a Architecture,
    columns: Vec<WrittenColumn<'a>>,
}

/// Which inputs a column of the table has become.
#[derive(Serialize)]
struct WrittenColumn<'a> {
    name: &'a str,
    first: usize,
    inputs: usize,
}

impl Files {
    /// Writes what the program reads, and removes the model that an earlier start has left: it may
    /// be that of other data.
    pub(super) fn prepare(folder: &Path, job: &TrainingJob) -> Result<Self, StateError> {
        let files = Self {
            folder: folder.to_owned(),
            data: folder.join("data.safetensors"),
            architecture: folder.join("architecture.json"),
            weights: folder.join("weights.safetensors"),
            log: folder.join("trainer.log"),
        };
        remove(&files.weights)
            .map_err(|reason| StateError::io("remove", &files.weights, reason))?;
        let written = write_data(&files.data, &job.data);
        written.map_err(|reason| StateError::io("write", &files.data, reason))?;
        let written = write_task(&files.architecture, &job.data.architecture, &job.columns);
        written.map_err(|reason| StateError::io("write", &files.architecture, reason))?;
        Ok(files)
    }

    /// The names by which the program knows them.
    pub(super) fn named(&self) -> [(&'static str, &Path); 3] {
        [
            ("NOCKNOCK_DATA", self.data.as_path()),
            ("NOCKNOCK_ARCHITECTURE", self.architecture.as_path()),
            ("NOCKNOCK_WEIGHTS", self.weights.as_path()),
        ]
    }

    /// The model, if it is one of the architecture and nothing can keep the worker from proving its
    /// score.
    pub(super) fn read_weights(&self, architecture: &Architecture) -> Result<Weights, ModelFault> {
        let bytes = read_within(&self.weights)?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(ModelFault::Form)?;
        let weights = weights_of(&tensors, architecture)?;
        weights.is_safe(architecture)?;
        Ok(weights)
    }
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// The samples as arrays, under names that say what is known of them.
fn write_data(file: &Path, data: &TrainingSet) -> io::Result<()> {
    let (samples, architecture) = (data.samples(), &data.architecture);
    let inputs = little_endian(&data.inputs);
    let (name, dtype, shape, known) = match &data.labels {
        Labels::Classes(classes) => ("classes", Dtype::U8, vec![samples], classes.clone()),
        Labels::Sets(sets) => {
            let holds = sets.iter().map(|holds| u8::from(*holds)).collect();
            ("labels", Dtype::U8, vec![samples, architecture.outputs()], holds)
        }
        Labels::Numbers(numbers) => ("numbers", Dtype::U16, vec![samples], little_endian(numbers)),
    };
    let shape_of_inputs = vec![samples, usize::from(architecture.inputs)];
    let inputs = TensorView::new(Dtype::U16, shape_of_inputs, &inputs);
    let known = TensorView::new(dtype, shape, &known);
    let arrays = [("inputs", inputs.map_err(reason)?), (name, known.map_err(reason)?)];
    safetensors::serialize_to_file(arrays, None, file).map_err(reason)
}

/// What the system says, if it was the system that failed.
fn reason(error: SafeTensorError) -> io::Error {
    match error {
        SafeTensorError::IoError(error) => error,
        other => io::Error::other(other),
    }
}

fn little_endian(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn write_task(
    file: &Path,
    architecture: &Architecture,
    columns: &[ColumnInputs],
) -> io::Result<()> {
    let columns = columns.iter().map(|column| WrittenColumn {
        name: &column.name,
        first: column.inputs.start,
        inputs: column.inputs.len(),
    });
    let task = WrittenTask { architecture, columns: columns.collect() };
    fs::write(file, serde_json::to_vec(&task)?)
}

/// The file, which is what the worker will sell.
fn read_within(path: &Path) -> Result<Zeroizing<Vec<u8>>, ModelFault> {
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ModelFault::Missing,
        _ => ModelFault::Read(error),
    };
    // To open a pipe would take until somebody writes into it.
    if !fs::metadata(path).map_err(fault)?.is_file() {
        return Err(ModelFault::NoFile);
    }
    let file = File::open(path).map_err(fault)?;
    let length = file.metadata().map_err(ModelFault::Read)?.len();
    if length > MOST_BYTES {
        return Err(ModelFault::TooLong);
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or_default()));
    file.take(length).read_to_end(&mut bytes).map_err(ModelFault::Read)?;
    Ok(bytes)
}

fn weights_of(
    tensors: &SafeTensors<'_>,
    architecture: &Architecture,
) -> Result<Weights, ModelFault> {
    let layers = architecture.layers().enumerate().map(|(number, layer)| {
        let [weights, biases] = ["weight", "bias"].map(|part| format!("layers.{number}.{part}"));
        Ok(LayerWeights {
            weights: numbers(tensors, weights, vec![layer.units, layer.inputs])?,
            biases: numbers(tensors, biases, vec![layer.units])?,
        })
    });
    let layers = layers.collect::<Result<Vec<_>, ModelFault>>()?;
    let (expected, found) = (layers.len().saturating_mul(2), tensors.len());
    if found == expected {
        Ok(Weights { layers })
    } else {
        Err(ModelFault::Tensors { expected, found })
    }
}

fn numbers(
    tensors: &SafeTensors<'_>,
    name: String,
    shape: Vec<usize>,
) -> Result<Vec<i32>, ModelFault> {
    match tensors.tensor(&name) {
        Ok(tensor) if tensor.dtype() == Dtype::I32 && tensor.shape() == shape => {
            let (words, _) = tensor.data().as_chunks::<4>();
            Ok(words.iter().copied().map(i32::from_le_bytes).collect())
        }
        Ok(_) | Err(_) => Err(ModelFault::Tensor { name, shape }),
    }
}

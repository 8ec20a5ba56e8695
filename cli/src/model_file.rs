//! A fetched model as a safetensors file.
//!
//! | tensor | type and shape |
//! | --- | --- |
//! | `hidden` | i32, hidden units × inputs |
//! | `hidden_bias` | i32, hidden units |
//! | `output` | i32, classes × hidden units |
//! | `output_bias` | i32, classes |
//!
//! The metadata has one entry, `nocknock`, with [`About`] as JSON: what the integers mean, and the
//! salt with which anybody can recompute the commitment to the model. Neither is a secret any more
//! once the key was revealed on the chain.

use nocknock_client::{AccountId, Hash};
use nocknock_dataset::Quantiser;
use nocknock_primitives::{
    ids::{ExperimentId, FieldBytes, ModelCommitment, ModelVersionNumber, TaskId},
    model::{field, model_commitment, Fr, MlpShape, WeightError, Weights},
    score::Score,
};
use safetensors::{tensor::TensorView, Dtype, SafeTensorError, SafeTensors};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, fs, io, path::Path};

/// Version of the metadata.
const VERSION: u32 = 1;

/// Name of the one metadata entry. Two would come out in any order, and the file would not be
/// reproducible.
const ENTRY: &str = "nocknock";

/// The largest file that is read: many times what the largest shape needs.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// What stands beside the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    pub(crate) version: u32,
    /// Name of the shape.
    pub(crate) shape: String,
    /// `C_W`.
    pub(crate) commitment: ModelCommitment,
    /// Salt of `C_W`, 64 hexadecimal digits.
    pub(crate) salt: String,
    /// Names of the classes, in the order of the outputs. Empty if the training data was not at
    /// hand.
    pub(crate) classes: Vec<String>,
    /// How numbers become inputs. None if the training data was not at hand.
    pub(crate) quantiser: Option<Quantiser>,
    /// Where the model comes from.
    pub(crate) origin: Origin,
}

/// Where a model comes from. The file alone proves none of it; `nocknock verify` compares it with
/// the chain.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Origin {
    /// Hash of the chain's first block.
    pub(crate) genesis: Hash,
    pub(crate) experiment: ExperimentId,
    pub(crate) task: TaskId,
    /// Version in the experiment's registry.
    pub(crate) version: ModelVersionNumber,
    pub(crate) worker: AccountId,
    pub(crate) score: Score,
}

/// A model and what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ModelFile {
    pub(crate) shape: MlpShape,
    pub(crate) weights: Weights,
    pub(crate) about: About,
}

/// Why a file is no model. Who reads the file names it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ModelFileError {
    #[error("cannot be read: {0}")]
    File(#[from] io::Error),
    #[error("has more than {MAX_BYTES} bytes, so it is no model of this program")]
    TooLarge,
    #[error("is not a safetensors file: {0}")]
    Tensors(#[from] SafeTensorError),
    #[error("was not written by `nocknock fetch-model`: it has no metadata of it")]
    Foreign,
    #[error("its metadata cannot be read: {0}")]
    About(#[from] serde_json::Error),
    #[error("has version {0}, but this program reads version {VERSION}")]
    Version(u32),
    #[error("is of shape {0:?}, which this program does not know")]
    Shape(String),
    #[error("its tensor {0} is missing, or does not have the type or shape that the model needs")]
    Tensor(&'static str),
    #[error(transparent)]
    Weights(#[from] WeightError),
    #[error("its salt is not a field element of 64 hexadecimal digits")]
    Salt,
}

impl ModelFile {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, ModelFileError> {
        if fs::metadata(path)?.len() > MAX_BYTES {
            return Err(ModelFileError::TooLarge);
        }
        Self::decode(&fs::read(path)?)
    }

    /// Reads the bytes of a file.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let about = header.metadata().as_ref().and_then(|all| all.get(ENTRY));
        let about: About = serde_json::from_str(about.ok_or(ModelFileError::Foreign)?)?;
        if about.version != VERSION {
            return Err(ModelFileError::Version(about.version));
        }
        let shape = MlpShape::named(&about.shape)
            .ok_or_else(|| ModelFileError::Shape(about.shape.clone()))?;
        let weights = read_weights(&SafeTensors::deserialize(bytes)?, &shape)?;
        weights.check(&shape)?;
        Ok(Self { shape, weights, about })
    }

    /// A model that was decrypted.
    pub(crate) fn new(shape: MlpShape, weights: Weights, salt: &Fr, about: NewAbout) -> Self {
        Self {
            about: About {
                version: VERSION,
                shape: shape.name().to_owned(),
                commitment: about.commitment,
                salt: hex::encode(field::to_bytes(salt)),
                classes: about.classes,
                quantiser: about.quantiser,
                origin: about.origin,
            },
            shape,
            weights,
        }
    }

    /// The bytes of the file.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, ModelFileError> {
        let [inputs, hidden, classes] = sizes(&self.shape);
        let parts = [
            ("hidden", vec![hidden, inputs], bytes(&self.weights.hidden)),
            ("hidden_bias", vec![hidden], bytes(&self.weights.hidden_bias)),
            ("output", vec![classes, hidden], bytes(&self.weights.output)),
            ("output_bias", vec![classes], bytes(&self.weights.output_bias)),
        ];
        let views = parts
            .iter()
            .map(|(name, shape, bytes)| {
                Ok((*name, TensorView::new(Dtype::I32, shape.clone(), bytes)?))
            })
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        let about = serde_json::to_string(&self.about)?;
        let metadata = HashMap::from([(ENTRY.to_owned(), about)]);
        Ok(safetensors::serialize(views, Some(metadata))?)
    }

    /// `C_W`, recomputed from the weights and the salt in the file.
    pub(crate) fn commitment(&self) -> Result<ModelCommitment, ModelFileError> {
        let mut salt: FieldBytes = [0; 32];
        hex::decode_to_slice(&self.about.salt, &mut salt).map_err(|_| ModelFileError::Salt)?;
        let salt = field::from_bytes(&salt).map_err(|_| ModelFileError::Salt)?;
        let commitment = model_commitment(&self.shape, salt, &self.weights)?;
        Ok(ModelCommitment(field::to_bytes(&commitment)))
    }

    /// What a class is called.
    pub(crate) fn class_name(&self, class: usize) -> String {
        let named = self.about.classes.get(class).cloned();
        named.unwrap_or_else(|| class.to_string())
    }
}

/// What stands beside a new model.
#[derive(Clone, Debug)]
pub(crate) struct NewAbout {
    pub(crate) commitment: ModelCommitment,
    pub(crate) classes: Vec<String>,
    pub(crate) quantiser: Option<Quantiser>,
    pub(crate) origin: Origin,
}

fn sizes(shape: &MlpShape) -> [usize; 3] {
    [shape.inputs, shape.hidden, shape.classes].map(usize::from)
}

fn bytes(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn read_weights(tensors: &SafeTensors<'_>, shape: &MlpShape) -> Result<Weights, ModelFileError> {
    let [inputs, hidden, classes] = sizes(shape);
    Ok(Weights {
        hidden: values(tensors, "hidden", &[hidden, inputs])?,
        hidden_bias: values(tensors, "hidden_bias", &[hidden])?,
        output: values(tensors, "output", &[classes, hidden])?,
        output_bias: values(tensors, "output_bias", &[classes])?,
    })
}

fn values(
    tensors: &SafeTensors<'_>,
    name: &'static str,
    shape: &[usize],
) -> Result<Vec<i32>, ModelFileError> {
    let wrong = || ModelFileError::Tensor(name);
    let tensor = tensors.tensor(name).map_err(|_| wrong())?;
    if tensor.dtype() != Dtype::I32 || tensor.shape() != shape {
        return Err(wrong());
    }
    let words = tensor.data().chunks_exact(4);
    words
        .map(|word| <[u8; 4]>::try_from(word).map(i32::from_le_bytes).map_err(|_| wrong()))
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use nocknock_primitives::model::shape::TINY_4X3X2;

    pub(crate) fn origin() -> Origin {
        Origin {
            genesis: Hash::from([1; 32]),
            experiment: 2,
            task: 3,
            version: 4,
            worker: AccountId::from([5; 32]),
            score: Score::new(9, 10),
        }
    }

    pub(crate) fn model() -> ModelFile {
        let mut weights = Weights::zero(&TINY_4X3X2);
        weights.hidden[1] = -4;
        weights.output_bias[1] = 7;
        let salt = Fr::from(42u64);
        let commitment = model_commitment(&TINY_4X3X2, salt, &weights).unwrap();
        let about = NewAbout {
            commitment: ModelCommitment(field::to_bytes(&commitment)),
            classes: vec!["no".to_owned(), "yes".to_owned()],
            quantiser: None,
            origin: origin(),
        };
        ModelFile::new(TINY_4X3X2, weights, &salt, about)
    }

    #[test]
    fn a_model_survives_its_file_and_leads_to_its_commitment() {
        let model = model();
        let read = ModelFile::decode(&model.encode().unwrap()).unwrap();
        assert_eq!(read, model);
        assert_eq!(read.commitment().unwrap(), model.about.commitment);
        assert_eq!(read.class_name(1), "yes");
        assert_eq!(read.class_name(2), "2");
    }

    #[test]
    fn the_same_model_gives_the_same_bytes() {
        assert_eq!(model().encode().unwrap(), model().encode().unwrap());
    }

    #[test]
    fn a_changed_weight_leads_to_another_commitment() {
        let mut changed = model();
        changed.weights.hidden[0] = 1;
        let read = ModelFile::decode(&changed.encode().unwrap()).unwrap();
        assert_ne!(read.commitment().unwrap(), read.about.commitment);
    }

    #[test]
    fn damaged_and_foreign_files_are_refused() {
        let bytes = model().encode().unwrap();
        for length in [0, 7, 20, bytes.len() - 1] {
            assert!(ModelFile::decode(&bytes[..length]).is_err(), "{length}");
        }
        let data = [0u8; 4];
        let view = TensorView::new(Dtype::I32, vec![1], &data).unwrap();
        let foreign = safetensors::serialize([("x", view)], None).unwrap();
        assert!(matches!(ModelFile::decode(&foreign), Err(ModelFileError::Foreign)));
    }

    #[test]
    fn weights_outside_of_their_width_are_refused() {
        let mut wide = model();
        wide.weights.hidden[0] = 4;
        let bytes = wide.encode().unwrap();
        assert!(matches!(ModelFile::decode(&bytes), Err(ModelFileError::Weights(_))));
    }
}

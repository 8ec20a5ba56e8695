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
//!
//! A file may come from anybody. One that was read is well formed: each part fits the shape, and
//! the scaling, the names of the classes and the score could be those of published data. That they
//! *are* is what only a comparison with the chain and with the published data tells.

use nocknock_client::{AccountId, Hash};
use nocknock_dataset::{names::MAX_NAME_BYTES, QuantiseError, Quantiser};
use nocknock_primitives::{
    ids::{ExperimentId, FieldBytes, ModelCommitment, ModelVersionNumber, TaskId},
    model::{field, model_commitment, Fr, MlpShape, WeightError, Weights},
    score::Score,
    text::printable,
};
use safetensors::{tensor::TensorView, Dtype, SafeTensorError, SafeTensors};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeSet, HashMap},
    fs::File,
    io::{self, Read},
    path::Path,
};

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
pub struct About {
    /// Version of this form.
    pub version: u32,
    /// Name of the shape.
    pub shape: String,
    /// `C_W`.
    pub commitment: ModelCommitment,
    /// Salt of `C_W`, 64 hexadecimal digits.
    pub salt: String,
    /// Names of the classes, in the order of the outputs. Empty if the training data was not at
    /// hand.
    pub classes: Vec<String>,
    /// How numbers become inputs. None if the training data was not at hand.
    pub quantiser: Option<Quantiser>,
    /// Where the model comes from.
    pub origin: Origin,
}

/// Where a model comes from. The file alone proves none of it; `nocknock verify` compares it with
/// the chain.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Hash of the chain's first block.
    pub genesis: Hash,
    /// The experiment.
    pub experiment: ExperimentId,
    /// The task.
    pub task: TaskId,
    /// Version in the experiment's registry.
    pub version: ModelVersionNumber,
    /// Whoever trained the model.
    pub worker: AccountId,
    /// The proved score.
    pub score: Score,
}

/// A model and what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    /// Its shape.
    pub shape: MlpShape,
    /// Its weights.
    pub weights: Weights,
    /// What stands beside them.
    pub about: About,
}

/// Why a file is no model. Whoever reads the file names it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// The operating system says so.
    #[error("cannot be read: {0}")]
    File(#[from] io::Error),
    /// No model is that large.
    #[error("has more than {MAX_BYTES} bytes, so it is no model of this program")]
    TooLarge,
    /// Another kind of file.
    #[error("is not a safetensors file: {}", printable(&.0.to_string()))]
    Tensors(#[from] SafeTensorError),
    /// A safetensors file of another program.
    #[error("was not written by `nocknock fetch-model`: it has no metadata of it")]
    Foreign,
    /// The metadata is damaged, or says what no model can be.
    #[error("its metadata cannot be read: {}", printable(&.0.to_string()))]
    About(#[from] serde_json::Error),
    /// A version of the file that this program does not know.
    #[error("has version {0}, but this program reads version {VERSION}")]
    Version(u32),
    /// A shape that this program does not know.
    #[error("is of shape {}, which this program does not know", quoted(.0))]
    Shape(String),
    /// A tensor is not that of the shape.
    #[error("its tensor {0} is missing, or does not have the type or shape that the model needs")]
    Tensor(&'static str),
    /// There are other tensors than those of a model.
    #[error("has {0} tensors, but a model has 4")]
    TensorCount(usize),
    /// A weight is too large.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The salt is not one.
    #[error("its salt is not a field element of 64 hexadecimal digits")]
    Salt,
    /// More or fewer classes than the shape tells apart.
    #[error("names {found} classes, but shape {} tells 2 to {} apart", shape.name(), shape.classes)]
    ClassCount {
        /// Classes that are named.
        found: usize,
        /// The shape.
        shape: MlpShape,
    },
    /// A class that no published data can have.
    #[error("names class {index} {}, but such a name is {reason}", quoted(name))]
    ClassName {
        /// Number of the class, from 0.
        index: usize,
        /// What it is called.
        name: String,
        /// What is wrong with that.
        reason: &'static str,
    },
    /// The scaling makes inputs for another shape.
    #[error("its scaling is not that of its shape: {0}")]
    Scaling(QuantiseError),
    /// A score that no proof can have.
    #[error("its score of {0} is not possible")]
    Score(Score),
}

/// A text of the file, in which nothing is hidden.
fn quoted(text: &str) -> String {
    format!("`{}`", printable(text))
}

impl ModelFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It is no model, or its parts do not fit its shape.
    pub fn read(path: &Path) -> Result<Self, ModelFileError> {
        // A file may grow while it is read, and a pipe does not say how much will come.
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|read| read > MAX_BYTES) {
            return Err(ModelFileError::TooLarge);
        }
        Self::decode(&bytes)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    ///
    /// They are no model, or its parts do not fit its shape.
    pub fn decode(bytes: &[u8]) -> Result<Self, ModelFileError> {
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
        about.check(&shape)?;
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
    ///
    /// # Errors
    ///
    /// The weights are not those of the shape.
    pub fn encode(&self) -> Result<Vec<u8>, ModelFileError> {
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
    ///
    /// # Errors
    ///
    /// The parts do not fit the shape. Those of a file that was read do.
    pub fn commitment(&self) -> Result<ModelCommitment, ModelFileError> {
        let commitment = model_commitment(&self.shape, self.about.salt()?, &self.weights)?;
        Ok(ModelCommitment(field::to_bytes(&commitment)))
    }

    /// What a class is called: its name, or its number if the names are not known.
    pub fn class_name(&self, class: usize) -> String {
        let named = self.about.classes.get(class).cloned();
        named.unwrap_or_else(|| class.to_string())
    }
}

impl About {
    /// Everything that the shape can tell of it.
    fn check(&self, shape: &MlpShape) -> Result<(), ModelFileError> {
        self.salt()?;
        check_classes(&self.classes, shape)?;
        if let Some(quantiser) = &self.quantiser {
            quantiser.check_shape(shape).map_err(ModelFileError::Scaling)?;
        }
        let score = self.origin.score;
        if score.is_valid() {
            Ok(())
        } else {
            Err(ModelFileError::Score(score))
        }
    }

    fn salt(&self) -> Result<Fr, ModelFileError> {
        let mut salt: FieldBytes = [0; 32];
        hex::decode_to_slice(&self.salt, &mut salt).map_err(|_| ModelFileError::Salt)?;
        field::from_bytes(&salt).map_err(|_| ModelFileError::Salt)
    }
}

/// There are as many names as the shape can tell classes apart, or none, and no two are the same.
/// What they look like is a matter of whoever shows them.
fn check_classes(classes: &[String], shape: &MlpShape) -> Result<(), ModelFileError> {
    if classes.is_empty() {
        return Ok(());
    }
    if !(2..=usize::from(shape.classes)).contains(&classes.len()) {
        return Err(ModelFileError::ClassCount { found: classes.len(), shape: *shape });
    }
    let mut seen = BTreeSet::new();
    for (index, name) in classes.iter().enumerate() {
        let wrong = |reason| ModelFileError::ClassName { index, name: name.clone(), reason };
        if name.is_empty() {
            return Err(wrong("empty"));
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(wrong("too long"));
        }
        // What differs only in what is not shown is the same to a reader.
        if !seen.insert(printable(name)) {
            return Err(wrong("that of another class"));
        }
    }
    Ok(())
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
    if tensors.len() != 4 {
        return Err(ModelFileError::TensorCount(tensors.len()));
    }
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
    use nocknock_primitives::{model::shape::TINY_4X3X2, text::is_deceptive};
    use serde_json::json;

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

    /// The scaling of two columns to so many inputs of so many bits.
    fn quantiser(inputs: u16, input_bits: u8) -> Quantiser {
        let column = |name| json!({ "name": name, "low": "0", "high": "3" });
        let value = json!({
            "inputs": inputs, "inputBits": input_bits, "named": true,
            "columns": [column("a"), column("b")],
        });
        serde_json::from_value(value).unwrap()
    }

    /// Why the file is refused, if what stands beside the weights is changed.
    fn refusal(change: impl FnOnce(&mut About)) -> Option<ModelFileError> {
        let mut model = model();
        change(&mut model.about);
        ModelFile::decode(&model.encode().unwrap()).err()
    }

    #[test]
    fn a_scaling_that_is_not_of_the_shape_is_refused() {
        let with = |inputs, bits| refusal(|about| about.quantiser = Some(quantiser(inputs, bits)));
        assert!(with(4, 2).is_none());
        for (inputs, bits) in [(4, 16), (100, 2), (3, 2), (4, 1)] {
            let error = with(inputs, bits).expect("it is another shape");
            assert!(matches!(error, ModelFileError::Scaling(_)), "{error:?}");
            assert!(error.to_string().contains("not that of its shape"), "{error}");
        }
    }

    #[test]
    fn names_of_classes_fit_the_shape_or_there_are_none() {
        let named = |names: &[&str]| {
            refusal(|about| about.classes = names.iter().map(|name| (*name).to_owned()).collect())
        };
        assert!(named(&[]).is_none());
        assert!(named(&["no", "yes"]).is_none());
        for names in [&["one"][..], &["one", "two", "three"]] {
            let error = named(names).expect("it is another number of classes");
            assert!(matches!(error, ModelFileError::ClassCount { .. }), "{error:?}");
        }
        let long = "x".repeat(65);
        for names in [["same", "same"], ["a\u{202e}", "a\u{202d}"], ["", "b"], ["a", &long]] {
            let error = named(&names).expect("no published data has such names");
            assert!(matches!(error, ModelFileError::ClassName { .. }), "{error:?}");
            assert!(!error.to_string().chars().any(is_deceptive), "{error}");
        }
    }

    #[test]
    fn a_score_and_a_salt_that_cannot_be_are_refused() {
        for score in [Score::new(11, 10), Score::new(0, 0)] {
            let error = refusal(|about| about.origin.score = score);
            assert!(matches!(error, Some(ModelFileError::Score(_))), "{error:?}");
        }
        for salt in [String::new(), "zz".repeat(32), "ff".repeat(32)] {
            let error = refusal(|about| about.salt = salt);
            assert!(matches!(error, Some(ModelFileError::Salt)), "{error:?}");
        }
    }

    #[test]
    fn a_file_with_further_tensors_is_refused() {
        let data = [0u8; 4];
        let bytes = model().encode().unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let more = ("more".to_owned(), TensorView::new(Dtype::I32, vec![1], &data).unwrap());
        let views = tensors.tensors().into_iter().chain([more]);
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let bytes = safetensors::serialize(views, header.metadata().clone()).unwrap();
        let error = ModelFile::decode(&bytes).unwrap_err();
        assert!(matches!(error, ModelFileError::TensorCount(5)), "{error:?}");
    }

    #[test]
    fn no_text_of_the_file_reaches_an_error_as_it_is() {
        let shape = refusal(|about| about.shape = "\u{1b}[2J\u{202e}".to_owned()).unwrap();
        assert!(!shape.to_string().chars().any(is_deceptive), "{shape}");
    }
}

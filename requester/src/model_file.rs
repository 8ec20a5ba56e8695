//! A fetched model as a safetensors file.
//!
//! Layers are counted from 0; the head is the last.
//!
//! | tensor | type and shape |
//! | --- | --- |
//! | `layers.<n>.weight` | i32, units × inputs of layer n |
//! | `layers.<n>.bias` | i32, units of layer n |
//!
//! The metadata has one entry, `nocknock`, with [`About`] as JSON: what the integers mean, and the
//! key with which anybody who has the file can recompute the commitment to the model.
//!
//! A file may come from anybody. One that was read is well formed: each part fits the architecture,
//! and the encoding and the score could be those of published data. That they *are* is what only a
//! comparison with the chain tells: the commitment binds weights, key, task, worker and the hash of
//! the encoding, in which the classes have their names.

use nocknock_client::{AccountId, Hash};
use nocknock_dataset::{
    names::{self, shown, MAX_NAME_BYTES},
    shape_name, Encoding, EncodingError,
};
use nocknock_primitives::{
    ids::{ContentHash, ExperimentId, FieldBytes, ModelCommitment, ModelVersionNumber, TaskId},
    model::{
        field,
        sealed::{ciphertext_hash, commitment, key_hash, seal},
        Architecture, ArchitectureError, Description, Fr, Head, Layer, LayerWeights, ModelOwner,
        WeightError, Weights,
    },
    score::Score,
    text::printable,
};
use safetensors::{tensor::TensorView, Dtype, SafeTensorError, SafeTensors};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// Version of the metadata.
const VERSION: u32 = 3;

/// Name of the one metadata entry. Two would come out in any order, and the file would not be
/// reproducible.
const ENTRY: &str = "nocknock";

/// The largest file that is read: many times what the largest model needs.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// What stands beside the weights. Printing it does not show the key.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Version of this form.
    pub version: u32,
    /// The architecture.
    pub architecture: Description,
    /// `C_W`.
    pub commitment: ModelCommitment,
    /// `k`, 64 hexadecimal digits. It opens the ciphertext, and so is worth as much as the weights.
    /// They are wiped on drop.
    pub key: Zeroizing<String>,
    /// How values become inputs, and what the classes are called. None if that was not at hand.
    pub encoding: Option<Encoding>,
    /// Hash of the encoding, to which the task and the model are bound.
    pub encoding_hash: ContentHash,
    /// Where the model comes from.
    pub origin: Origin,
}

/// The version alone, which says what else there is.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
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
    /// Its architecture.
    pub architecture: Architecture,
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
    #[error(
        "has version {0}, but this program reads version {VERSION}: use the release that wrote it"
    )]
    Version(u32),
    /// The architecture is not usable.
    #[error("is of an architecture that is not usable: {0}")]
    Architecture(#[from] ArchitectureError),
    /// A tensor is not that of the architecture.
    #[error("its tensor {0} is missing, or does not have the type or shape that the model needs")]
    Tensor(String),
    /// There are other tensors than those of a model.
    #[error("has {found} tensors, but a model of its architecture has {expected}")]
    TensorCount {
        /// Tensors of the architecture.
        expected: usize,
        /// Tensors of the file.
        found: usize,
    },
    /// A weight is too large.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The key is not one.
    #[error("its key is not a field element of 64 hexadecimal digits")]
    Key,
    /// A shape of an earlier release that has no such name any more.
    #[error(
        "is of shape {}, which this program does not know: use the release that wrote it",
        quoted(.0)
    )]
    Shape(String),
    /// Names and scaling do not have the hash that the model is bound to.
    #[error("its names of classes and its scaling are not those that the model was made for")]
    Encoding,
    /// More or fewer classes than the architecture tells apart.
    #[error("names {found} classes, which models of shape {shape} do not tell apart")]
    ClassCount {
        /// Classes that are named.
        found: usize,
        /// What the architecture is called.
        shape: String,
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
    /// The scaling makes inputs for another architecture.
    #[error("its scaling is not that of its architecture: {0}")]
    Scaling(EncodingError),
    /// A score that no proof can have.
    #[error("its score of {0} is not possible")]
    Score(Score),
}

/// A text of the file, in which nothing is hidden.
fn quoted(text: &str) -> String {
    format!("`{}`", shown(text))
}

impl ModelFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It is no model, or its parts do not fit its architecture.
    pub fn read(path: &Path) -> Result<Self, ModelFileError> {
        Self::decode(&read_bytes(path)?)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    ///
    /// They are no model, or its parts do not fit its architecture.
    pub fn decode(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let about = metadata(bytes)?;
        let version = version(&about)?;
        if version != VERSION {
            return Err(ModelFileError::Version(version));
        }
        let about: About = serde_json::from_str(&about)?;
        let architecture = Architecture::new(about.architecture.clone())?;
        let weights = read_weights(bytes, &architecture, tensor_names)?;
        about.check(&architecture)?;
        Ok(Self { architecture, weights, about })
    }

    /// A model that was opened.
    pub(crate) fn new(
        architecture: Architecture,
        weights: Weights,
        key: &Fr,
        about: NewAbout,
    ) -> Self {
        Self {
            about: About {
                version: VERSION,
                architecture: Description::clone(&architecture),
                commitment: about.commitment,
                key: Zeroizing::new(hex::encode(field::to_bytes(key))),
                encoding: about.encoding,
                encoding_hash: about.encoding_hash,
                origin: about.origin,
            },
            architecture,
            weights,
        }
    }

    /// The bytes of the file.
    ///
    /// # Errors
    ///
    /// The weights are not those of the architecture.
    pub fn encode(&self) -> Result<Vec<u8>, ModelFileError> {
        let mut parts = Vec::new();
        let layers = self.architecture.layers().zip(&self.weights.layers);
        for (number, (layer, values)) in layers.enumerate() {
            let [weights, biases] = tensor_names(number);
            parts.push((weights, vec![layer.units, layer.inputs], bytes(&values.weights)));
            parts.push((biases, vec![layer.units], bytes(&values.biases)));
        }
        let views = parts
            .iter()
            .map(|(name, shape, bytes)| {
                Ok((name.as_str(), TensorView::new(Dtype::I32, shape.clone(), bytes)?))
            })
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        let about = serde_json::to_string(&self.about)?;
        let metadata = HashMap::from([(ENTRY.to_owned(), about)]);
        Ok(safetensors::serialize(views, Some(metadata))?)
    }

    /// `C_W`, recomputed from weights, key, origin and encoding in the file.
    ///
    /// # Errors
    ///
    /// The parts do not fit the architecture. Those of a file that was read do.
    pub fn commitment(&self) -> Result<ModelCommitment, ModelFileError> {
        let (architecture, key) = (&self.architecture, self.about.key()?);
        let sealed = seal(architecture, key, &self.weights)?;
        let ciphertext = ciphertext_hash(architecture, &sealed.ciphertext);
        let bind = self.about.owner().to_field();
        let commitment = commitment(architecture, bind, key_hash(key), ciphertext);
        Ok(ModelCommitment(field::to_bytes(&commitment)))
    }

    /// Names of the classes, in the order of the outputs. Empty without an encoding.
    pub fn classes(&self) -> &[String] {
        self.about.encoding.as_ref().map_or(&[], Encoding::classes)
    }

    /// What a class is called: its name, or its number if the names are not known.
    pub fn class_name(&self, class: usize) -> String {
        class_name(self.about.encoding.as_ref(), class)
    }
}

/// The name of a class, or its number if the names are not known.
pub(crate) fn class_name(encoding: Option<&Encoding>, class: usize) -> String {
    let named = encoding.and_then(|encoding| encoding.classes().get(class)).cloned();
    named.unwrap_or_else(|| class.to_string())
}

impl About {
    /// Everything that the architecture can tell of it.
    fn check(&self, architecture: &Architecture) -> Result<(), ModelFileError> {
        self.key()?;
        if let Some(encoding) = &self.encoding {
            check_encoding(encoding, architecture)?;
            if encoding.hash() != self.encoding_hash {
                return Err(ModelFileError::Encoding);
            }
        }
        let score = self.origin.score;
        if score.is_valid() {
            Ok(())
        } else {
            Err(ModelFileError::Score(score))
        }
    }

    fn key(&self) -> Result<Fr, ModelFileError> {
        let mut key: Zeroizing<FieldBytes> = Zeroizing::new([0; 32]);
        hex::decode_to_slice(self.key.as_bytes(), &mut key[..]).map_err(|_| ModelFileError::Key)?;
        field::from_bytes(&key).map_err(|_| ModelFileError::Key)
    }

    fn owner(&self) -> ModelOwner {
        self.origin.owner(&self.encoding_hash)
    }
}

impl Origin {
    /// Whose model it is, as the commitment says it.
    pub(crate) fn owner(&self, encoding_hash: &ContentHash) -> ModelOwner {
        ModelOwner {
            genesis_hash: self.genesis.0,
            task: self.task,
            worker: self.worker.0,
            encoding: encoding_hash.0,
        }
    }
}

impl fmt::Debug for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("About")
            .field("version", &self.version)
            .field("architecture", &self.architecture)
            .field("commitment", &self.commitment)
            .field("encoding", &self.encoding)
            .field("encoding_hash", &self.encoding_hash)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

/// The file as a whole, if it is not larger than any model.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, ModelFileError> {
    // A file may grow while it is read, and a pipe does not say how much will come.
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|read| read > MAX_BYTES) {
        return Err(ModelFileError::TooLarge);
    }
    Ok(bytes)
}

/// The metadata of this program.
pub(crate) fn metadata(bytes: &[u8]) -> Result<String, ModelFileError> {
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let about = header.metadata().as_ref().and_then(|all| all.get(ENTRY));
    about.cloned().ok_or(ModelFileError::Foreign)
}

/// The version of the metadata.
pub(crate) fn version(metadata: &str) -> Result<u32, ModelFileError> {
    Ok(serde_json::from_str::<Versioned>(metadata)?.version)
}

/// The encoding makes inputs for the architecture, and names as many classes as it may.
pub(crate) fn check_encoding(
    encoding: &Encoding,
    architecture: &Architecture,
) -> Result<(), ModelFileError> {
    check_classes(encoding.classes(), architecture)?;
    encoding.check_architecture(architecture).map_err(ModelFileError::Scaling)
}

/// There are as many names as the architecture can tell classes apart, or none, and no two are the
/// same.
pub(crate) fn check_classes(
    classes: &[String],
    architecture: &Architecture,
) -> Result<(), ModelFileError> {
    if classes.is_empty() {
        return Ok(());
    }
    let most = match architecture.head {
        Head::Classes { classes, .. } => usize::from(classes),
        Head::Labels { .. } | Head::Number { .. } => 0,
    };
    if !(2..=most).contains(&classes.len()) {
        let shape = shape_name(architecture);
        return Err(ModelFileError::ClassCount { found: classes.len(), shape });
    }
    let mut seen = BTreeSet::new();
    for (index, name) in classes.iter().enumerate() {
        let wrong = |reason| ModelFileError::ClassName { index, name: name.clone(), reason };
        if let Some(reason) = fault_of(name) {
            return Err(wrong(reason));
        }
        if !seen.insert(name) {
            return Err(wrong("that of another class"));
        }
    }
    Ok(())
}

/// Why no published data has this name.
fn fault_of(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("empty")
    } else if name.len() > MAX_NAME_BYTES {
        Some("too long")
    } else {
        names::check(name).err().map(|_| "one with characters that nobody sees")
    }
}

/// What stands beside a new model.
#[derive(Clone, Debug)]
pub(crate) struct NewAbout {
    pub(crate) commitment: ModelCommitment,
    pub(crate) encoding: Option<Encoding>,
    pub(crate) encoding_hash: ContentHash,
    pub(crate) origin: Origin,
}

/// The tensors of a layer: weights and biases.
pub(crate) fn tensor_names(layer: usize) -> [String; 2] {
    ["weight", "bias"].map(|part| format!("layers.{layer}.{part}"))
}

fn bytes(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The weights of an architecture, whose tensors have these names: those of a layer's weights and
/// biases. They keep the widths that the architecture declares.
pub(crate) fn read_weights(
    bytes: &[u8],
    architecture: &Architecture,
    names: fn(usize) -> [String; 2],
) -> Result<Weights, ModelFileError> {
    let tensors = SafeTensors::deserialize(bytes)?;
    let layers = architecture.layers();
    let (expected, found) = (2 * layers.len(), tensors.len());
    if found != expected {
        return Err(ModelFileError::TensorCount { expected, found });
    }
    let layers = (0..).map(names).zip(layers);
    let layers = layers.map(|(names, layer)| read_layer(&tensors, names, &layer));
    let weights = Weights { layers: layers.collect::<Result<_, _>>()? };
    weights.check(architecture)?;
    Ok(weights)
}

fn read_layer(
    tensors: &SafeTensors<'_>,
    [weights, biases]: [String; 2],
    layer: &Layer,
) -> Result<LayerWeights, ModelFileError> {
    Ok(LayerWeights {
        weights: values(tensors, &weights, &[layer.units, layer.inputs])?,
        biases: values(tensors, &biases, &[layer.units])?,
    })
}

fn values(
    tensors: &SafeTensors<'_>,
    name: &str,
    shape: &[usize],
) -> Result<Vec<i32>, ModelFileError> {
    let wrong = || ModelFileError::Tensor(name.to_owned());
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
    use nocknock_primitives::{
        model::names::{for_tests, named, offered},
        text::is_deceptive,
    };
    use serde_json::{json, Value};

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

    /// A model of the tiny shape, its parts as they belong together.
    pub(crate) fn model() -> ModelFile {
        let mut weights = Weights::zero(&tiny());
        weights.layers[0].weights[1] = -4;
        weights.layers[1].biases[1] = 7;
        let about = NewAbout {
            commitment: ModelCommitment::default(),
            encoding: Some(encoding()),
            encoding_hash: encoding().hash(),
            origin: origin(),
        };
        let mut model = ModelFile::new(tiny(), weights, &Fr::from(42u64), about);
        model.about.commitment = model.commitment().unwrap();
        model
    }

    pub(crate) fn tiny() -> Architecture {
        named("tiny-4x3x2").unwrap()
    }

    /// The encoding of two columns from 0 to 3, for the tiny shape.
    pub(crate) fn encoding() -> Encoding {
        encoding_of(4, 2, &["no", "yes"])
    }

    /// The encoding of two columns to so many inputs of so many bits.
    fn encoding_of(inputs: u16, bits: u8, classes: &[&str]) -> Encoding {
        let ranges = ["a", "b"].map(|name| (name.to_owned(), 0.0, 3.0));
        let classes = classes.iter().map(|name| (*name).to_owned()).collect();
        Encoding::from_ranges(inputs, bits, true, &ranges, classes).unwrap()
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
    fn models_of_every_architecture_survive_their_files() {
        for (name, architecture) in offered().into_iter().chain(for_tests()) {
            let mut weights = Weights::zero(&architecture);
            for (number, layer) in weights.layers.iter_mut().enumerate() {
                layer.weights[number] = -1;
                layer.biases[0] = 1;
            }
            let about = NewAbout {
                commitment: ModelCommitment::default(),
                encoding: None,
                encoding_hash: ContentHash::default(),
                origin: origin(),
            };
            let model = ModelFile::new(architecture, weights, &Fr::from(1u64), about);
            assert_eq!(ModelFile::decode(&model.encode().unwrap()).unwrap(), model, "{name}");
        }
    }

    #[test]
    fn the_same_model_gives_the_same_bytes() {
        assert_eq!(model().encode().unwrap(), model().encode().unwrap());
    }

    /// What a commitment says is the model, the key, whose it is and what it was made for.
    #[test]
    fn whatever_is_changed_leads_to_another_commitment() {
        let changes: [fn(&mut ModelFile); 7] = [
            |model| model.weights.layers[0].weights[0] = 1,
            |model| model.weights.layers[1].biases[0] = 1,
            |model| model.about.key.replace_range(62.., "2b"),
            |model| set_encoding(model, encoding_of(4, 2, &["yes", "no"])),
            |model| model.about.origin.genesis.0[31] ^= 1,
            |model| model.about.origin.task += 1,
            |model| model.about.origin.worker.0[31] ^= 1,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = model();
            change(&mut changed);
            let read = ModelFile::decode(&changed.encode().unwrap()).unwrap();
            assert_ne!(read.commitment().unwrap(), read.about.commitment, "{number}");
        }
    }

    fn set_encoding(model: &mut ModelFile, encoding: Encoding) {
        model.about.encoding_hash = encoding.hash();
        model.about.encoding = Some(encoding);
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
        wide.weights.layers[0].weights[0] = 4;
        let bytes = wide.encode().unwrap();
        assert!(matches!(ModelFile::decode(&bytes), Err(ModelFileError::Weights(_))));
    }

    /// Why the file is refused, if what stands beside the weights is changed.
    fn refusal(change: impl FnOnce(&mut About)) -> Option<ModelFileError> {
        let mut model = model();
        change(&mut model.about);
        ModelFile::decode(&model.encode().unwrap()).err()
    }

    /// Why the file is refused, if the JSON of what stands beside the weights is changed.
    fn refusal_of_json(change: impl FnOnce(&mut Value)) -> Option<ModelFileError> {
        let model = model();
        let bytes = model.encode().unwrap();
        let mut about = serde_json::to_value(&model.about).unwrap();
        change(&mut about);
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let metadata = HashMap::from([(ENTRY.to_owned(), about.to_string())]);
        let bytes = safetensors::serialize(tensors.tensors(), Some(metadata)).unwrap();
        ModelFile::decode(&bytes).err()
    }

    /// Why the file is refused, if it has another encoding, with its hash.
    fn refusal_of_encoding(encoding: &Encoding) -> Option<ModelFileError> {
        refusal(|about| {
            about.encoding_hash = encoding.hash();
            about.encoding = Some(encoding.clone());
        })
    }

    #[test]
    fn a_scaling_that_is_not_of_the_architecture_is_refused() {
        let with = |inputs, bits| refusal_of_encoding(&encoding_of(inputs, bits, &["no", "yes"]));
        assert!(with(4, 2).is_none());
        for (inputs, bits) in [(4, 16), (100, 2), (3, 2), (4, 1)] {
            let error = with(inputs, bits).expect("it is another architecture");
            assert!(matches!(error, ModelFileError::Scaling(_)), "{error:?}");
            assert!(error.to_string().contains("not that of its architecture"), "{error}");
        }
    }

    #[test]
    fn names_and_scaling_are_those_of_the_hash() {
        assert!(refusal(|about| about.encoding = None).is_none(), "they were not at hand");
        let error = refusal(|about| about.encoding = Some(encoding_of(4, 2, &["yes", "no"])));
        assert!(matches!(error, Some(ModelFileError::Encoding)), "{error:?}");
        let error = refusal(|about| about.encoding_hash.0[31] ^= 1);
        assert!(matches!(error, Some(ModelFileError::Encoding)), "{error:?}");
    }

    #[test]
    fn more_classes_than_the_architecture_tells_apart_are_refused() {
        let error = refusal_of_encoding(&encoding_of(4, 2, &["one", "two", "three"]));
        assert!(matches!(error, Some(ModelFileError::ClassCount { found: 3, .. })), "{error:?}");
    }

    #[test]
    fn names_that_no_published_data_has_make_the_file_unusable_and_are_shown_without_harm() {
        let long = "x".repeat(65);
        let steering = [["a\u{202e}", "b"], ["\u{1b}[31m", "b"]];
        for names in steering.into_iter().chain([["same", "same"], ["", "b"], ["a", &long]]) {
            let change = |about: &mut Value| about["encoding"]["target"]["names"] = json!(names);
            let error = refusal_of_json(change).expect("no published data has such names");
            assert!(matches!(error, ModelFileError::About(_)), "{error:?}");
            assert!(!error.to_string().chars().any(is_deceptive), "{error}");
        }
        let further = refusal_of_json(|about| about["encoding"]["more"] = json!(1));
        assert!(matches!(further, Some(ModelFileError::About(_))), "{further:?}");
    }

    #[test]
    fn a_score_and_a_key_that_cannot_be_are_refused() {
        for score in [Score::new(11, 10), Score::new(0, 0)] {
            let error = refusal(|about| about.origin.score = score);
            assert!(matches!(error, Some(ModelFileError::Score(_))), "{error:?}");
        }
        for key in [String::new(), "zz".repeat(32), "ff".repeat(32)] {
            let error = refusal(|about| about.key = Zeroizing::new(key));
            assert!(matches!(error, Some(ModelFileError::Key)), "{error:?}");
        }
    }

    #[test]
    fn an_architecture_that_cannot_be_or_is_another_is_refused() {
        let error = refusal(|about| about.architecture.samples = 0);
        assert!(matches!(error, Some(ModelFileError::Architecture(_))), "{error:?}");
        let error = refusal(|about| about.architecture.inputs = 5);
        let tensor = ModelFileError::Tensor("layers.0.weight".to_owned());
        assert_eq!(error.map(|error| error.to_string()), Some(tensor.to_string()));
        let deep = Description::clone(&named("tiny-5x4x3x3").unwrap());
        let error = refusal(|about| about.architecture = deep);
        let count = ModelFileError::TensorCount { expected: 6, found: 4 };
        assert_eq!(error.map(|error| error.to_string()), Some(count.to_string()));
    }

    #[test]
    fn a_file_of_another_release_is_refused_for_its_version() {
        for version in [1, 2, 4] {
            let error = refusal_of_json(|about| about["version"] = json!(version)).unwrap();
            assert!(matches!(error, ModelFileError::Version(found) if found == version), "{error}");
            assert!(error.to_string().contains("use the release that wrote it"), "{error}");
        }
    }

    #[test]
    fn printing_a_model_does_not_show_its_key() {
        let text = format!("{:?}", model());
        assert!(text.contains("commitment"), "{text}");
        assert!(!text.contains(&"0".repeat(60)), "{text}");
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
        let is_one_more = matches!(error, ModelFileError::TensorCount { expected: 4, found: 5 });
        assert!(is_one_more, "{error:?}");
    }

    #[test]
    fn no_text_of_the_file_reaches_an_error_as_it_is() {
        let mut bytes = model().encode().unwrap();
        // The kind of head is replaced by as many bytes.
        let place = bytes.windows(7).position(|text| text == b"classes").unwrap();
        bytes[place..place + 7].copy_from_slice("\u{202e}abcd".as_bytes());
        let error = ModelFile::decode(&bytes).unwrap_err().to_string();
        assert!(error.contains("\u{fffd}abcd"), "{error}");
        assert!(!error.chars().any(is_deceptive), "{error}");
    }
}

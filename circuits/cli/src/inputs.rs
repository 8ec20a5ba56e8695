//! Files of private inputs: what a proof hides, as JSON that the user alone keeps.
//!
//! Errors name a line, a field or a row, never a value.

use std::path::Path;

use anyhow::{anyhow, bail, Context, Result};
use ark_bn254::Fr;
use nocknock_circuits::{fold, seal};
use nocknock_primitives::{
    ids::BlockIndex,
    model::{
        self, block_root, field, Architecture, Description, LayerWeights, RecipientKey, Weights,
    },
};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

use crate::{files, refusal::refuse};

/// Private inputs of either statement: `{"s3": {…}}` or `{"d2": {…}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Inputs {
    /// S3, the score of a model on a block.
    S3(PrivateScore),
    /// D2, the sealing of a model's key.
    D2(PrivateSealing),
}

/// A field element, written as 64 hexadecimal digits.
#[derive(Clone, Copy)]
pub(crate) struct Number(pub(crate) Fr);

/// 32 bytes of any value, written as 64 hexadecimal digits.
#[derive(Clone, Copy)]
pub(crate) struct Salt(pub(crate) [u8; 32]);

/// Private inputs of S3, and the block, which is none.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivateScore {
    /// The architecture of the model.
    pub(crate) architecture: Architecture,
    /// `ctx`, which ties the proof to a chain, a task and a worker.
    pub(crate) context: Number,
    /// The model.
    pub(crate) model: Model,
    /// Salt of `C_Y`, never used before.
    pub(crate) sums_salt: Number,
    /// The data block.
    pub(crate) block: Block,
}

/// Private inputs of D2, and for whom the key is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivateSealing {
    /// `ctx`, which ties the proof to a chain, a task and a worker.
    pub(crate) context: Number,
    /// The recipient's public key, 128 hexadecimal digits.
    pub(crate) recipient: String,
    /// `k`, the key of the model.
    pub(crate) key: Number,
    /// `r`, the number that is drawn for this sealing.
    pub(crate) ephemeral: Number,
}

/// A model with what its commitment is made from.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    /// The hidden layers, then the head.
    pub(crate) layers: Vec<Layer>,
    /// `k`, the key that the model is encrypted under.
    pub(crate) key: Number,
    /// `bind`, whose model it is and for what.
    pub(crate) bind: Number,
}

/// One layer of a model.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layer {
    /// Weights, unit by unit.
    pub(crate) weights: Vec<i32>,
    /// Biases.
    pub(crate) biases: Vec<i32>,
}

/// A data block without its padding.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Block {
    /// Number of the block in its task.
    pub(crate) index: BlockIndex,
    /// Salt of `R_block`.
    pub(crate) salt: Salt,
    /// The samples.
    pub(crate) samples: Vec<Sample>,
}

/// A sample of a data block.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    /// The inputs.
    pub(crate) inputs: Vec<u16>,
    /// What is known of it.
    pub(crate) label: Label,
}

/// The label of a sample, of the kind that the head of the architecture takes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Label {
    /// The class, counted from 0.
    Class(u8),
    /// For each label whether it holds.
    Labels(Vec<bool>),
    /// The number that the output is compared with.
    Number(u16),
}

impl Inputs {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = files::read_secret(path)?;
        // serde's own message would quote the value that it did not expect.
        serde_json::from_str(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            anyhow!(
                "{} is not a file of private inputs: see line {line}, column {column}, \
                 and compare with what `nocknock-circuits sample` writes",
                path.display()
            )
        })
    }
}

/// Reads a file that describes an architecture.
pub(crate) fn read_architecture(path: &Path) -> Result<Architecture> {
    let cannot = || format!("cannot use {}", path.display());
    let description: Description =
        serde_json::from_slice(&files::read(path)?).with_context(cannot)?;
    Architecture::new(description).map_err(refuse).with_context(cannot)
}

impl PrivateScore {
    /// The statement's inputs: the full score of the model on the block.
    pub(crate) fn open(mut self) -> Result<(Architecture, fold::Public, fold::Private)> {
        let Block { index, salt, samples } = self.block;
        let samples = samples.into_iter().map(Sample::into_model).collect();
        let block = model::Block::new(&self.architecture, samples).map_err(refuse)?;
        let wire = block.to_wire(&self.architecture);
        let root = block_root(&self.architecture, &salt.0, index, &wire);
        let private = fold::Private {
            weights: self.model.take_weights(),
            key: self.model.key.0,
            bind: self.model.bind.0,
            sums_salt: self.sums_salt.0,
            block,
        };
        self.sums_salt.0.zeroize();
        let public = private.public_inputs(&self.architecture, self.context.0, root);
        Ok((self.architecture, public.map_err(refuse)?, private))
    }
}

impl PrivateSealing {
    /// The statement's inputs.
    pub(crate) fn open(mut self) -> Result<(seal::Public, seal::Private)> {
        let recipient: RecipientKey = self.recipient.parse().map_err(refuse)?;
        let private = seal::Private { key: self.key.0, ephemeral: self.ephemeral.0 };
        self.key.0.zeroize();
        self.ephemeral.0.zeroize();
        let public = private.public_inputs(&recipient, self.context.0).map_err(refuse)?;
        Ok((public, private))
    }
}

impl Model {
    fn take_weights(&mut self) -> Weights {
        let layers = self.layers.iter_mut().map(|layer| LayerWeights {
            weights: std::mem::take(&mut layer.weights),
            biases: std::mem::take(&mut layer.biases),
        });
        Weights { layers: layers.collect() }
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        for layer in &mut self.layers {
            layer.weights.zeroize();
            layer.biases.zeroize();
        }
        self.key.0.zeroize();
    }
}

impl Sample {
    fn into_model(self) -> model::Sample {
        let label = match self.label {
            Label::Class(class) => model::Label::Class(class),
            Label::Labels(labels) => model::Label::Labels(labels),
            Label::Number(target) => model::Label::Number(target),
        };
        model::Sample { inputs: self.inputs, label }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Salt(field::to_bytes(&self.0)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Zeroizing::new(Salt::deserialize(deserializer)?.0);
        let number = field::from_bytes(&bytes).map(Self);
        number.map_err(|_| D::Error::custom("not a field element"))
    }
}

impl Serialize for Salt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(hex::encode(self.0)))
    }
}

impl<'de> Deserialize<'de> for Salt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        let mut bytes = [0; 32];
        let read = hex::decode_to_slice(digits, &mut bytes);
        read.map_err(|_| D::Error::custom("not 64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

/// Public inputs as bytes, 32 for each.
pub(crate) fn public_bytes(inputs: &[Fr]) -> Vec<u8> {
    inputs.iter().flat_map(field::to_bytes).collect()
}

/// Public inputs from bytes, 32 for each.
pub(crate) fn public_from_bytes(bytes: &[u8]) -> Result<Vec<Fr>> {
    let (chunks, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() {
        bail!("the public inputs have {} bytes, not a multiple of 32", bytes.len());
    }
    let read = |(index, chunk)| field::from_bytes(chunk).with_context(|| format!("input {index}"));
    chunks.iter().enumerate().map(read).collect()
}

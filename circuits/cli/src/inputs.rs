//! Files of private inputs: what a proof hides, as JSON that the user alone keeps.
//!
//! Errors name a line, a field or a row, never a value.

use std::path::Path;

use anyhow::{anyhow, bail, Context, Result};
use ark_bn254::Fr;
use nocknock_circuits::{delivery, score};
use nocknock_primitives::{
    ids::BlockIndex,
    model::{field, rows::fill_block, MlpShape, Row, Weights},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

use crate::{files, refusal::refuse};

/// Private inputs of either statement: `{"s1": {…}}` or `{"d1": {…}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Inputs {
    /// S1, the score of a model on a block.
    S1(PrivateScore),
    /// D1, the delivery of a model.
    D1(PrivateDelivery),
}

/// A field element, written as 64 hexadecimal digits.
#[derive(Clone, Copy)]
pub(crate) struct Number(pub(crate) Fr);

/// Private inputs of S1.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivateScore {
    /// Name of the model shape.
    pub(crate) shape: String,
    /// `ctx`, which ties the proof to a chain, a task and a worker.
    pub(crate) context: Number,
    /// The model.
    pub(crate) model: Model,
    /// The data block.
    pub(crate) block: Block,
}

/// Private inputs of D1.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivateDelivery {
    /// Name of the model shape.
    pub(crate) shape: String,
    /// `ctx`, which ties the proof to a chain, a task and a worker.
    pub(crate) context: Number,
    /// The model.
    pub(crate) model: Model,
    /// The key that the model is encrypted under, never used before.
    pub(crate) key: Number,
}

/// A model with the salt of its commitment.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    /// Weights of the hidden layer, unit by unit.
    pub(crate) hidden: Vec<i32>,
    /// Biases of the hidden layer.
    pub(crate) hidden_bias: Vec<i32>,
    /// Weights of the output layer, class by class.
    pub(crate) output: Vec<i32>,
    /// Biases of the output layer.
    pub(crate) output_bias: Vec<i32>,
    /// Salt of `C_W`.
    pub(crate) salt: Number,
}

/// A data block without its padding.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Block {
    /// Number of the block in its task.
    pub(crate) index: BlockIndex,
    /// Salt of `R_block`.
    pub(crate) salt: Number,
    /// The samples.
    pub(crate) samples: Vec<Sample>,
}

/// A sample of a data block.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    /// The inputs.
    pub(crate) inputs: Vec<u16>,
    /// The class, counted from 0.
    pub(crate) class: u8,
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

impl PrivateScore {
    /// The statement's inputs: the full score of the model on the block.
    pub(crate) fn open(mut self) -> Result<(MlpShape, score::Public, score::Private)> {
        let shape = named(&self.shape)?;
        let samples = std::mem::take(&mut self.block.samples);
        let rows = samples.into_iter().map(|sample| sample.row(&shape));
        let private = score::Private {
            weights: self.model.take_weights(),
            weights_salt: self.model.salt.0,
            block_salt: self.block.salt.0,
            block_index: self.block.index,
            rows: fill_block(&shape, rows.collect()).map_err(refuse)?,
        };
        let public = private.public_inputs(&shape, self.context.0).map_err(refuse)?;
        Ok((shape, public, private))
    }
}

impl PrivateDelivery {
    /// The statement's inputs.
    pub(crate) fn open(mut self) -> Result<(MlpShape, delivery::Public, delivery::Private)> {
        let shape = named(&self.shape)?;
        let weights = self.model.take_weights();
        let private = delivery::Private::new(&shape, self.key.0, self.model.salt.0, &weights);
        let private = private.map_err(refuse)?;
        let public = private.public_inputs(&shape, self.context.0);
        self.key.0.zeroize();
        Ok((shape, public, private))
    }
}

impl Model {
    fn take_weights(&mut self) -> Weights {
        Weights {
            hidden: std::mem::take(&mut self.hidden),
            hidden_bias: std::mem::take(&mut self.hidden_bias),
            output: std::mem::take(&mut self.output),
            output_bias: std::mem::take(&mut self.output_bias),
        }
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.hidden.zeroize();
        self.hidden_bias.zeroize();
        self.output.zeroize();
        self.output_bias.zeroize();
        self.salt.0.zeroize();
    }
}

impl Sample {
    fn row(self, shape: &MlpShape) -> Row {
        Row::sample(shape, self.inputs, self.class)
    }
}

fn named(name: &str) -> Result<MlpShape> {
    match MlpShape::named(name) {
        Some(shape) => Ok(shape),
        None => bail!("there is no shape {name:?}: `nocknock-circuits shapes` lists them"),
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(field::to_bytes(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = zeroize::Zeroizing::new(String::deserialize(deserializer)?);
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        let mut bytes = [0; 32];
        let number = hex::decode_to_slice(digits, &mut bytes)
            .ok()
            .and_then(|()| field::from_bytes(&bytes).ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not a field element"));
        bytes.zeroize();
        number
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

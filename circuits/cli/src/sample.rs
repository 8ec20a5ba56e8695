//! Random private inputs, for trial proofs and measurements.

use anyhow::Result;
use ark_bn254::Fr;
use ark_std::{
    rand::{rngs::OsRng, Rng, RngCore, SeedableRng},
    UniformRand,
};
use nocknock_circuits::{delivery::DeliverModel, score::ScoreBlock, OnChain};
use nocknock_primitives::model::{shape::Dimensions, MlpShape};
use rand_chacha::ChaCha20Rng;
use zeroize::Zeroizing;

use crate::{
    arguments::{self, SampleArguments},
    files::{self, Readers},
    inputs::{Block, Inputs, Model, Number, PrivateDelivery, PrivateScore, Sample},
};

/// Writes a file of random private inputs.
pub(crate) fn run(arguments: &SampleArguments) -> Result<()> {
    let shape = &arguments.circuit.shape;
    let rng = &mut fresh_rng()?;
    let inputs = match arguments.circuit.statement {
        arguments::Statement::S1 => Inputs::S1(score_inputs(shape, rng)),
        arguments::Statement::D1 => Inputs::D1(delivery_inputs(shape, rng)),
    };
    files::create(&arguments.out, Readers::Owner, |out| serde_json::to_writer(out, &inputs))
}

/// Randomness that nobody else knows.
pub(crate) fn fresh_rng() -> Result<ChaCha20Rng> {
    let mut seed = Zeroizing::new([0; 32]);
    OsRng.try_fill_bytes(&mut seed[..])?;
    Ok(ChaCha20Rng::from_seed(*seed))
}

/// A statement that random inputs can be drawn for.
pub(crate) trait Sampled: OnChain {
    /// Rows of data that a proof covers, if any.
    fn rows(shape: &MlpShape) -> Option<u32>;

    /// Random inputs that satisfy the statement.
    fn sample(shape: &MlpShape, rng: &mut ChaCha20Rng) -> Result<(Self::Public, Self::Private)>;
}

impl Sampled for ScoreBlock {
    fn rows(shape: &MlpShape) -> Option<u32> {
        Some(shape.block_rows.into())
    }

    fn sample(shape: &MlpShape, rng: &mut ChaCha20Rng) -> Result<(Self::Public, Self::Private)> {
        let (_, public, private) = score_inputs(shape, rng).open()?;
        Ok((public, private))
    }
}

impl Sampled for DeliverModel {
    fn rows(_: &MlpShape) -> Option<u32> {
        None
    }

    fn sample(shape: &MlpShape, rng: &mut ChaCha20Rng) -> Result<(Self::Public, Self::Private)> {
        let (_, public, private) = delivery_inputs(shape, rng).open()?;
        Ok((public, private))
    }
}

fn score_inputs(shape: &MlpShape, rng: &mut ChaCha20Rng) -> PrivateScore {
    PrivateScore {
        shape: shape.name().into(),
        context: number(rng),
        model: model(shape, rng),
        block: Block {
            index: 0,
            salt: number(rng),
            samples: (0..shape.block_rows).map(|_| sample(shape, rng)).collect(),
        },
    }
}

fn delivery_inputs(shape: &MlpShape, rng: &mut ChaCha20Rng) -> PrivateDelivery {
    PrivateDelivery {
        shape: shape.name().into(),
        context: number(rng),
        model: model(shape, rng),
        key: number(rng),
    }
}

fn number(rng: &mut ChaCha20Rng) -> Number {
    Number(Fr::rand(rng))
}

fn model(shape: &MlpShape, rng: &mut ChaCha20Rng) -> Model {
    let [inputs, hidden, classes] = [shape.inputs, shape.hidden, shape.classes].map(usize::from);
    Model {
        hidden: integers(inputs * hidden, shape.weight_bits, rng),
        hidden_bias: integers(hidden, shape.hidden_bias_bits, rng),
        output: integers(hidden * classes, shape.weight_bits, rng),
        output_bias: integers(classes, shape.output_bias_bits, rng),
        salt: number(rng),
    }
}

/// Signed integers of the given width.
fn integers(count: usize, bits: u8, rng: &mut ChaCha20Rng) -> Vec<i32> {
    let range = Dimensions::min_signed(bits)..=Dimensions::max_signed(bits);
    let draw = |_| rng.gen_range(range.clone());
    // No shape has parameters of more than 32 bits.
    (0..count).map(draw).map(|value| i32::try_from(value).unwrap_or_default()).collect()
}

fn sample(shape: &MlpShape, rng: &mut ChaCha20Rng) -> Sample {
    let largest = u16::try_from(shape.max_input()).unwrap_or(u16::MAX);
    let classes = u8::try_from(shape.classes).unwrap_or(u8::MAX);
    Sample {
        inputs: (0..shape.inputs).map(|_| rng.gen_range(0..=largest)).collect(),
        class: rng.gen_range(0..classes),
    }
}

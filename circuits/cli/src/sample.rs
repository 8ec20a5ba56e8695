//! Random private inputs, for trial proofs and measurements.

use anyhow::{bail, Result};
use ark_bn254::Fr;
use ark_std::{
    rand::{rngs::OsRng, Rng, RngCore, SeedableRng},
    UniformRand,
};
use nocknock_circuits::{fold::FoldedScore, seal::SealKey, OnChain};
use nocknock_primitives::{
    circuit::CircuitKind,
    model::{recipient::Scalar, Architecture, Head, LayerWeights, RecipientSecret, Weights},
};
use rand_chacha::ChaCha20Rng;
use zeroize::Zeroizing;

use crate::{
    arguments::SampleArguments,
    files::{self, Readers},
    inputs::{
        Block, Inputs, Label, Layer, Model, Number, PrivateScore, PrivateSealing, Salt, Sample,
    },
};

/// Writes a file of random private inputs.
pub(crate) fn run(arguments: &SampleArguments) -> Result<()> {
    let rng = &mut fresh_rng()?;
    let inputs = match arguments.circuit.kind()? {
        CircuitKind::Score(architecture) => Inputs::S3(score_inputs(&architecture, rng)?),
        CircuitKind::Delivery => Inputs::D2(sealing_inputs(rng)),
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
    fn rows(shape: &Self::Shape) -> Option<u32>;

    /// Random inputs that satisfy the statement.
    fn sample(shape: &Self::Shape, rng: &mut ChaCha20Rng) -> Result<(Self::Public, Self::Private)>;
}

impl Sampled for FoldedScore {
    fn rows(architecture: &Architecture) -> Option<u32> {
        Some(architecture.samples.into())
    }

    fn sample(
        architecture: &Architecture,
        rng: &mut ChaCha20Rng,
    ) -> Result<(Self::Public, Self::Private)> {
        let (_, public, private) = score_inputs(architecture, rng)?.open()?;
        Ok((public, private))
    }
}

impl Sampled for SealKey {
    fn rows(_: &()) -> Option<u32> {
        None
    }

    fn sample(_: &(), rng: &mut ChaCha20Rng) -> Result<(Self::Public, Self::Private)> {
        sealing_inputs(rng).open()
    }
}

fn score_inputs(architecture: &Architecture, rng: &mut ChaCha20Rng) -> Result<PrivateScore> {
    Ok(PrivateScore {
        architecture: architecture.clone(),
        context: number(rng),
        model: model(architecture, rng)?,
        sums_salt: number(rng),
        block: Block {
            index: 0,
            salt: Salt(rng.gen()),
            samples: (0..architecture.samples).map(|_| sample(architecture, rng)).collect(),
        },
    })
}

fn sealing_inputs(rng: &mut ChaCha20Rng) -> PrivateSealing {
    PrivateSealing {
        context: number(rng),
        recipient: RecipientSecret::from_bytes(rng.gen()).key().to_string(),
        key: number(rng),
        ephemeral: Number(Scalar::from_uniform_bytes(rng.gen()).element()),
    }
}

fn number(rng: &mut ChaCha20Rng) -> Number {
    Number(Fr::rand(rng))
}

fn model(architecture: &Architecture, rng: &mut ChaCha20Rng) -> Result<Model> {
    let mut weights = safe_weights(architecture, rng)?;
    let layers = weights.layers.iter_mut().map(|layer| Layer {
        weights: std::mem::take(&mut layer.weights),
        biases: std::mem::take(&mut layer.biases),
    });
    Ok(Model { layers: layers.collect(), key: number(rng), bind: number(rng) })
}

/// Random parameters, halved until no block can take a value of the model out of its bits.
fn safe_weights(architecture: &Architecture, rng: &mut ChaCha20Rng) -> Result<Weights> {
    let layers = architecture.layers().map(|layer| LayerWeights {
        weights: integers(layer.weight_count(), layer.weight_bits, rng),
        biases: integers(layer.units, layer.bias_bits, rng),
    });
    let mut weights = Weights { layers: layers.collect() };
    // No parameter has more bits, so all are zero in the end.
    for _ in 0..=i32::BITS {
        if weights.is_safe(architecture).is_ok() {
            return Ok(weights);
        }
        for layer in &mut weights.layers {
            layer.weights.iter_mut().chain(&mut layer.biases).for_each(|value| *value /= 2);
        }
    }
    bail!("no model of this architecture can be proved on every block: declare more bits")
}

/// Signed integers of the given width.
fn integers(count: usize, bits: u32, rng: &mut ChaCha20Rng) -> Vec<i32> {
    let half = 1i64 << (bits - 1);
    // No architecture has parameters of more than 32 bits.
    let draw = |_| i32::try_from(rng.gen_range(-half..half)).unwrap_or_default();
    (0..count).map(draw).collect()
}

fn sample(architecture: &Architecture, rng: &mut ChaCha20Rng) -> Sample {
    let largest = u16::try_from(architecture.max_input()).unwrap_or(u16::MAX);
    Sample {
        inputs: (0..architecture.inputs).map(|_| rng.gen_range(0..=largest)).collect(),
        label: label(&architecture.head, rng),
    }
}

fn label(head: &Head, rng: &mut ChaCha20Rng) -> Label {
    match head {
        Head::Classes { classes, .. } => {
            let class = rng.gen_range(0..*classes);
            Label::Class(u8::try_from(class).unwrap_or(u8::MAX))
        }
        Head::Labels { labels, .. } => Label::Labels((0..*labels).map(|_| rng.gen()).collect()),
        Head::Number { .. } => Label::Number(rng.gen()),
    }
}

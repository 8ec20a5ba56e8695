//! Random architectures, safe models and blocks.

use ark_bn254::Fr;
use ark_ff::UniformRand;
use ark_std::rand::{rngs::StdRng, Rng};
use nocknock_circuits::{
    fold::{Private, Public},
    reference::outputs,
};
use nocknock_primitives::model::{
    architecture::{Architecture, Dense, Description, Goal, Head},
    samples::{Block, Label, Sample},
    weights::{LayerWeights, Weights},
};

/// Kinds of heads.
pub(crate) const HEADS: usize = 5;

/// An architecture of random sizes and widths with a head of one of the kinds, and with none to
/// three hidden layers.
pub(crate) fn architecture(kind: usize, rng: &mut StdRng) -> Architecture {
    let hidden: Vec<Dense> = (0..rng.gen_range(0..=3)).map(|_| dense(rng)).collect();
    let description = Description {
        inputs: rng.gen_range(1..8),
        input_bits: rng.gen_range(1..6),
        hidden: hidden.try_into().unwrap(),
        head: head(kind, rng),
        samples: rng.gen_range(1..40),
    };
    Architecture::new(description).unwrap()
}

fn dense(rng: &mut StdRng) -> Dense {
    let sum_bits = rng.gen_range(9..17);
    Dense {
        units: rng.gen_range(1..6),
        weight_bits: rng.gen_range(2..7),
        bias_bits: rng.gen_range(2..9),
        sum_bits,
        shift: rng.gen_range(sum_bits - 8..sum_bits - 1),
    }
}

fn head(kind: usize, rng: &mut StdRng) -> Head {
    let (weight_bits, bias_bits) = (rng.gen_range(2..7), rng.gen_range(2..9));
    match kind {
        0 | 1 => {
            let classes = rng.gen_range(2..6) + kind as u16;
            let best = if kind == 0 { 1 } else { rng.gen_range(2..classes) as u8 };
            let distance_bits = rng.gen_range(8..18);
            Head::Classes { classes, best, weight_bits, bias_bits, distance_bits }
        }
        2 => {
            let (labels, sum_bits) = (rng.gen_range(1..5), rng.gen_range(8..18));
            Head::Labels { labels, weight_bits, bias_bits, sum_bits }
        }
        _ => {
            let goal = if kind == 3 {
                Goal::AbsoluteError { cap: rng.gen_range(1..65_536) }
            } else {
                Goal::Within { tolerance: rng.gen_range(0..65_536) }
            };
            Head::Number { weight_bits, bias_bits, distance_bits: rng.gen_range(18..23), goal }
        }
    }
}

/// A safe model: random parameters, halved until no sample can take a sum out of its bits.
pub(crate) fn weights(architecture: &Architecture, rng: &mut StdRng) -> Weights {
    let mut number = |bits: u32| rng.gen_range(-(1i64 << (bits - 1))..1 << (bits - 1)) as i32;
    let layers = architecture.layers().map(|layer| LayerWeights {
        weights: (0..layer.weight_count()).map(|_| number(layer.weight_bits)).collect(),
        biases: (0..layer.units).map(|_| number(layer.bias_bits)).collect(),
    });
    let mut weights = Weights { layers: layers.collect() };
    while weights.is_safe(architecture).is_err() {
        for layer in &mut weights.layers {
            layer.weights.iter_mut().chain(&mut layer.biases).for_each(|value| *value /= 2);
        }
    }
    weights
}

/// A sample with random inputs. The model is right about it in half of the cases or more.
pub(crate) fn sample(architecture: &Architecture, weights: &Weights, rng: &mut StdRng) -> Sample {
    let largest = architecture.max_input() as u16;
    let inputs: Vec<u16> = (0..architecture.inputs).map(|_| rng.gen_range(0..=largest)).collect();
    let label = label(&architecture.head, &outputs(architecture, weights, &inputs), rng);
    Sample { inputs, label }
}

fn label(head: &Head, outputs: &[i128], rng: &mut StdRng) -> Label {
    let right = rng.gen_bool(0.5);
    match head {
        Head::Classes { classes, .. } => {
            let best = (0..outputs.len()).max_by_key(|class| outputs[*class]).unwrap();
            let class = if right { best } else { rng.gen_range(0..*classes).into() };
            Label::Class(class as u8)
        }
        Head::Labels { .. } => {
            let answer = |output: &i128| (*output >= 0) == (right || rng.gen::<bool>());
            Label::Labels(outputs.iter().map(answer).collect())
        }
        Head::Number { .. } => {
            let near = outputs[0] + rng.gen_range(-100..100);
            Label::Number(if right { near.clamp(0, 65_535) as u16 } else { rng.gen() })
        }
    }
}

/// A block of this many samples.
pub(crate) fn block(
    architecture: &Architecture,
    weights: &Weights,
    samples: usize,
    rng: &mut StdRng,
) -> Block {
    let samples = (0..samples).map(|_| sample(architecture, weights, rng)).collect();
    Block::new(architecture, samples).unwrap()
}

/// Everything that goes into a proof, for a block of this many samples.
pub(crate) fn private(architecture: &Architecture, samples: usize, rng: &mut StdRng) -> Private {
    let weights = weights(architecture, rng);
    let block = block(architecture, &weights, samples, rng);
    let [key, bind, sums_salt] = [0; 3].map(|_| Fr::rand(rng));
    Private { weights, key, bind, sums_salt, block }
}

/// The same for a block that is full in half of the cases.
pub(crate) fn any_private(architecture: &Architecture, rng: &mut StdRng) -> Private {
    let capacity = usize::from(architecture.samples);
    let samples = if rng.gen() { capacity } else { rng.gen_range(0..=capacity) };
    private(architecture, samples, rng)
}

/// The true public inputs under some context and root.
pub(crate) fn public(architecture: &Architecture, private: &Private, rng: &mut StdRng) -> Public {
    private.public_inputs(architecture, Fr::rand(rng), Fr::rand(rng)).unwrap()
}

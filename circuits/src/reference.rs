//! The integer model in plain code: what the circuits are compared with.
//!
//! ```text
//! y_l = W_l·h_(l−1) + b_l        h_l = max(y_l, 0) >> shift_l        h_0 = x        z = W·h_L + b
//! ```

use nocknock_primitives::model::{
    architecture::{Architecture, Goal, Head, Layer},
    samples::{Block, Label, SampleError},
    weights::{LayerWeights, WeightError, Weights},
};
use std::{fmt, mem};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Where sums of hidden layers are cut off, in both directions. No architecture has sums of so many
/// bits, so one that is cut was out of range already.
const LIMIT: i128 = 1 << 60;

/// What a model gets right on a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockScore {
    /// The score.
    pub score: u32,
    /// Samples of the block, padding not counted.
    pub n_real: u32,
}

/// What a model computes of one sample. It is wiped on drop, and `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Trace {
    /// The sums `y` of each hidden layer. They are cut off at `±2^60`.
    pub sums: Vec<Vec<i64>>,
    /// The outputs `z`.
    pub outputs: Vec<i128>,
}

/// Why a block has no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    /// The weights do not belong to the architecture.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The block does not belong to the architecture.
    #[error(transparent)]
    Samples(#[from] SampleError),
}

/// Scores a block. Whether the sums fit the widths of the architecture does not matter here.
pub fn score_block(
    architecture: &Architecture,
    weights: &Weights,
    block: &Block,
) -> Result<BlockScore, ScoreError> {
    weights.check(architecture)?;
    let block = Block::new(architecture, block.samples().to_vec())?;
    let gains = block.samples().iter().flat_map(|sample| {
        gains(&architecture.head, &outputs(architecture, weights, &sample.inputs), &sample.label)
    });
    Ok(BlockScore { score: gains.sum(), n_real: count(block.samples().iter()) })
}

/// The outputs `z` of a model for one sample. Missing weights and inputs count as zero.
pub fn outputs(architecture: &Architecture, weights: &Weights, inputs: &[u16]) -> Vec<i128> {
    mem::take(&mut trace(architecture, weights, inputs).outputs)
}

/// Everything that a model computes of one sample. Missing weights and inputs count as zero.
pub fn trace(architecture: &Architecture, weights: &Weights, inputs: &[u16]) -> Trace {
    let inputs = inputs.iter().map(|input| i64::from(*input));
    let mut values: Zeroizing<Vec<i64>> = Zeroizing::new(inputs.collect());
    let mut trace = Trace { sums: Vec::new(), outputs: Vec::new() };
    let missing = LayerWeights { weights: Vec::new(), biases: Vec::new() };
    let parameters = weights.layers.iter().chain(std::iter::repeat(&missing));
    for (layer, parameters) in architecture.layers().zip(parameters) {
        let sums = sums(&layer, parameters, &values);
        if let Some(activation) = layer.activation {
            let sums: Vec<i64> = sums.map(cut).collect();
            let activations = sums.iter().map(|sum| *sum.max(&0) >> activation.shift);
            values = Zeroizing::new(activations.collect());
            trace.sums.push(sums);
        } else {
            trace.outputs = sums.collect();
        }
    }
    trace
}

/// What each claim about a sample is worth: one claim for each label of a head of labels, and one
/// in all for any other head. The true score of a block is the sum over its samples.
pub fn gains(head: &Head, outputs: &[i128], label: &Label) -> Vec<u32> {
    match (head, label) {
        (Head::Classes { best, .. }, Label::Class(class)) => {
            vec![is_among(usize::from(*best), outputs, usize::from(*class)).into()]
        }
        (Head::Labels { .. }, Label::Labels(labels)) => {
            let answers = outputs.iter().zip(labels);
            answers.map(|(output, label)| u32::from((*output >= 0) == *label)).collect()
        }
        (Head::Number { goal, .. }, Label::Number(target)) => {
            let output = outputs.first().copied().unwrap_or_default();
            vec![gain(goal, (output - i128::from(*target)).unsigned_abs())]
        }
        _ => Vec::new(),
    }
}

/// Whether the output of a class is strictly above all others but at most `best − 1`.
pub fn is_among(best: usize, outputs: &[i128], class: usize) -> bool {
    let Some(own) = outputs.get(class) else {
        return false;
    };
    let others = outputs.iter().enumerate().filter(|(other, _)| *other != class);
    others.filter(|(_, output)| *output >= own).count() < best
}

/// What a number is worth at a distance from its target.
fn gain(goal: &Goal, distance: u128) -> u32 {
    match goal {
        Goal::AbsoluteError { cap } => {
            u32::try_from(distance).map_or(0, |distance| cap.saturating_sub(distance))
        }
        Goal::Within { tolerance } => u32::from(distance <= u128::from(*tolerance)),
    }
}

/// `W·h + b`, unit by unit. Values are at most `2^60` and weights have 32 bits, so nothing
/// overflows.
fn sums<'a>(
    layer: &Layer,
    parameters: &'a LayerWeights,
    values: &'a [i64],
) -> impl Iterator<Item = i128> + 'a {
    let inputs = layer.inputs;
    (0..layer.units).map(move |unit| {
        let weights = parameters.weights.iter().skip(unit * inputs).take(inputs);
        let products = weights.zip(values);
        let products = products.map(|(weight, value)| i128::from(*weight) * i128::from(*value));
        i128::from(parameters.biases.get(unit).copied().unwrap_or_default())
            + products.sum::<i128>()
    })
}

fn cut(sum: i128) -> i64 {
    i64::try_from(sum.clamp(-LIMIT, LIMIT)).unwrap_or_default()
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    items.fold(0, |count, _| count + 1)
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trace(hidden)")
    }
}

#[cfg(test)]
mod tests;

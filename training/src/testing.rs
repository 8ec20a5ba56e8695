//! Architectures and data for the tests of this crate.

use super::{
    data::{Labels, TrainingSet},
    rng::below,
};
use nocknock_primitives::{
    limits::List,
    model::{
        architecture::{Architecture, Dense, Description, Goal, Head},
        weights::Weights,
    },
};
use rand_chacha::ChaCha20Rng;

pub(crate) fn architecture(
    (inputs, input_bits): (u16, u8),
    hidden: &[Dense],
    head: Head,
) -> Architecture {
    let hidden = List::truncate_from(hidden.to_vec());
    let description = Description { inputs, input_bits, hidden, head, samples: 8 };
    Architecture::new(description).unwrap()
}

/// Four inputs of 2 bits, three units, two classes. Every model is safe.
pub(crate) fn tiny() -> Architecture {
    tiny_with(classes_head(2, 10))
}

/// The same with another head.
pub(crate) fn tiny_with(head: Head) -> Architecture {
    let hidden = Dense { units: 3, weight_bits: 3, bias_bits: 4, sum_bits: 7, shift: 1 };
    architecture((4, 2), &[hidden], head)
}

/// Two hidden layers of which neither is wide enough for every model, and so is the head.
pub(crate) fn narrow(head: Head) -> Architecture {
    let hidden = [
        Dense { units: 12, weight_bits: 5, bias_bits: 9, sum_bits: 9, shift: 2 },
        Dense { units: 7, weight_bits: 6, bias_bits: 12, sum_bits: 11, shift: 3 },
    ];
    architecture((10, 6), &hidden, head)
}

/// Eight by eight pixels, as the handwritten digits have them. Every model is safe.
pub(crate) fn digits() -> Architecture {
    let hidden = Dense { units: 32, weight_bits: 6, bias_bits: 12, sum_bits: 16, shift: 6 };
    architecture((64, 4), &[hidden], classes_head(10, 20))
}

pub(crate) fn classes_head(classes: u16, distance_bits: u8) -> Head {
    let (weight_bits, bias_bits) = if classes == 2 { (3, 4) } else { (6, 14) };
    Head::Classes { classes, best: 1, weight_bits, bias_bits, distance_bits }
}

pub(crate) fn labels_head(labels: u16) -> Head {
    Head::Labels { labels, weight_bits: 6, bias_bits: 9, sum_bits: 11 }
}

pub(crate) fn number_head(distance_bits: u8) -> Head {
    let goal = Goal::AbsoluteError { cap: 20_000 };
    Head::Number { weight_bits: 8, bias_bits: 17, distance_bits, goal }
}

/// One of each kind of head, narrow enough that not every model of [`narrow`] is safe.
pub(crate) fn narrow_heads() -> [Head; 5] {
    let goal = Goal::Within { tolerance: 300 };
    [
        classes_head(5, 9),
        Head::Classes { classes: 5, best: 2, weight_bits: 6, bias_bits: 9, distance_bits: 8 },
        labels_head(4),
        number_head(17),
        Head::Number { weight_bits: 8, bias_bits: 17, distance_bits: 18, goal },
    ]
}

/// Samples drawn evenly, inputs and labels alike.
pub(crate) fn random_set(
    architecture: &Architecture,
    samples: usize,
    rng: &mut ChaCha20Rng,
) -> TrainingSet {
    let bound = architecture.max_input() as u32 + 1;
    let inputs = samples * usize::from(architecture.inputs);
    TrainingSet {
        architecture: architecture.clone(),
        inputs: (0..inputs).map(|_| below(rng, bound) as u16).collect(),
        labels: random_labels(&architecture.head, samples, rng),
    }
}

fn random_labels(head: &Head, samples: usize, rng: &mut ChaCha20Rng) -> Labels {
    let mut draw =
        |bound: u32, count: usize| -> Vec<u32> { (0..count).map(|_| below(rng, bound)).collect() };
    match *head {
        Head::Classes { classes, .. } => {
            let drawn = draw(classes.into(), samples);
            Labels::Classes(drawn.into_iter().map(|class| class as u8).collect())
        }
        Head::Labels { labels, .. } => {
            let drawn = draw(2, samples * usize::from(labels));
            Labels::Sets(drawn.into_iter().map(|label| label == 1).collect())
        }
        Head::Number { .. } => {
            let drawn = draw(1 << 16, samples);
            Labels::Numbers(drawn.into_iter().map(|number| number as u16).collect())
        }
    }
}

/// Output 0 grows with the first input, output 1, if there is one, with the last.
pub(crate) fn ends_count(architecture: &Architecture) -> Weights {
    let mut weights = Weights::zero(architecture);
    weights.layers[0].weights[0] = 3;
    weights.layers[0].weights[7] = 3;
    weights.layers[1].weights[0] = 1;
    if let Some(weight) = weights.layers[1].weights.get_mut(4) {
        *weight = 1;
    }
    weights
}

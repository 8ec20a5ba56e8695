//! The trainer judges a model as the proof does, whatever the architecture.

use nocknock_circuits::reference;
use nocknock_primitives::model::{
    names::{for_tests, offered},
    Architecture, Block, Head, Label, Sample, Weights,
};
use nocknock_training::{
    evaluate, outputs,
    rng::{below, stream, Purpose},
    TrainingSet,
};

/// Samples of a block.
const SAMPLES: usize = 20;

fn signed(bits: u32, random: &mut impl FnMut(u32) -> u32) -> i32 {
    (i64::from(random(1 << bits)) - (1 << (bits - 1))) as i32
}

/// A model with weights and biases from their whole ranges, so rarely a safe one.
fn random_model(architecture: &Architecture, random: &mut impl FnMut(u32) -> u32) -> Weights {
    let mut model = Weights::zero(architecture);
    for (layer, values) in architecture.layers().zip(&mut model.layers) {
        values.weights.iter_mut().for_each(|weight| *weight = signed(layer.weight_bits, random));
        values.biases.iter_mut().for_each(|bias| *bias = signed(layer.bias_bits, random));
    }
    model
}

fn random_block(architecture: &Architecture, random: &mut impl FnMut(u32) -> u32) -> Block {
    let bound = architecture.max_input() as u32 + 1;
    let sample = |_| Sample {
        inputs: (0..architecture.inputs).map(|_| random(bound) as u16).collect(),
        label: match architecture.head {
            Head::Classes { classes, .. } => Label::Class(random(classes.into()) as u8),
            Head::Labels { labels, .. } => {
                Label::Labels((0..labels).map(|_| random(2) == 1).collect())
            }
            Head::Number { .. } => Label::Number(random(1 << 16) as u16),
        },
    };
    let samples = (0..SAMPLES).map(sample).collect();
    Block::new(architecture, samples).expect("the samples are well formed")
}

#[test]
fn a_score_is_the_one_that_is_proved() {
    let mut rng = stream(1, Purpose::Split);
    let mut random = |bound| below(&mut rng, bound);
    let mut scored = 0;
    for (name, architecture) in offered().into_iter().chain(for_tests()) {
        for _ in 0..5 {
            let model = random_model(&architecture, &mut random);
            let block = random_block(&architecture, &mut random);
            let proved = reference::score_block(&architecture, &model, &block).unwrap();
            let set = TrainingSet::from_samples(&architecture, block.samples()).unwrap();
            let all: Vec<u32> = (0..).take(SAMPLES).collect();
            let found = evaluate(&model, &set, &all);
            assert_eq!(found.score, u64::from(proved.score), "{name}");
            assert_eq!(found.samples, u64::from(proved.n_real), "{name}");
            assert!(found.score <= architecture.max_score(proved.n_real), "{name}");
            scored += usize::from(found.score > 0);
            for sample in block.samples() {
                let expected = reference::outputs(&architecture, &model, &sample.inputs);
                let found = outputs(&architecture, &model, &sample.inputs).into_iter();
                assert!(found.map(i128::from).eq(expected), "{name}");
            }
        }
    }
    assert!(scored > 30, "only {scored} models got anything right");
}

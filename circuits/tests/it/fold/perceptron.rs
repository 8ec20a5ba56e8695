//! S3 and S1 are about the same integers: a perceptron has the same outputs and scores in both.

use super::{judge, named};
use crate::support::{random_private, rng};
use ark_bn254::Fr;
use ark_ff::UniformRand;
use nocknock_circuits::{
    fold::{Circuit, Private},
    reference::{self, layered},
    score,
};
use nocknock_primitives::model::{
    layered::{
        architecture::Architecture,
        samples::{Block, Label, Sample},
        weights::{LayerWeights, Weights},
    },
    shape::DIGITS_64X32X10,
    Row,
};

const NAME: &str = "digits-64x32x10";

/// The same model.
fn weights(perceptron: &score::Private) -> Weights {
    let weights = &perceptron.weights;
    let layers = [(&weights.hidden, &weights.hidden_bias), (&weights.output, &weights.output_bias)];
    let layers = layers
        .map(|(weights, biases)| LayerWeights { weights: weights.clone(), biases: biases.clone() });
    Weights { layers: layers.into() }
}

/// The same samples.
fn block(architecture: &Architecture, rows: &[Row]) -> Block {
    let samples = rows.iter().filter(|row| row.real).map(|row| Sample {
        inputs: row.inputs.clone(),
        label: Label::Class(row.class().unwrap() as u8),
    });
    Block::new(architecture, samples.collect()).unwrap()
}

#[test]
fn a_perceptron_has_the_same_outputs_and_score_as_a_layered_model() {
    let (shape, architecture) = (&DIGITS_64X32X10, named(NAME));
    let mut rng = rng(111);
    for _ in 0..30 {
        let perceptron = random_private(shape, &mut rng);
        let weights = weights(&perceptron);
        assert_eq!(weights.is_safe(&architecture), Ok(()));
        for row in &perceptron.rows {
            let outputs = reference::outputs(shape, &perceptron.weights, &row.inputs);
            let outputs: Vec<i128> = outputs.into_iter().map(i128::from).collect();
            assert_eq!(layered::outputs(&architecture, &weights, &row.inputs), outputs);
        }
        let score = reference::score_block(shape, &perceptron.weights, &perceptron.rows).unwrap();
        let block = block(&architecture, &perceptron.rows);
        assert_eq!(layered::score_block(&architecture, &weights, &block), Ok(score));
    }
}

#[test]
fn the_score_that_s1_proves_is_the_one_that_s3_proves() {
    let (shape, architecture) = (&DIGITS_64X32X10, named(NAME));
    let mut rng = rng(112);
    let perceptron = random_private(shape, &mut rng);
    let expected = perceptron.public_inputs(shape, Fr::rand(&mut rng)).unwrap().score;
    let [key, bind, sums_salt] = [0; 3].map(|_| Fr::rand(&mut rng));
    let (weights, block) = (weights(&perceptron), block(&architecture, &perceptron.rows));
    let private = Private { weights, key, bind, sums_salt, block };
    let [context, root] = [0; 2].map(|_| Fr::rand(&mut rng));
    let public = private.public_inputs(&architecture, context, root).unwrap();
    assert_eq!(public.score, expected);
    let circuit = Circuit::compile(&architecture);
    assert_eq!(judge(&circuit, &public, &private), (Ok(()), vec![]));
}

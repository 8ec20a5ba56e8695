//! The integer reference and the circuit agree on random models and rows. The worker's tests hold
//! the same reference against that of the trainer, whose tests hold it against candle.

use crate::support::{random_private, random_shape, rng, TINY};
use ark_bn254::Fr;
use ark_ff::UniformRand;
use nocknock_circuits::{
    score::{Circuit, Private, Public, ScoreBlock},
    Statement,
};
use nocknock_primitives::model::MlpShape;

/// The circuit accepts the reference's score and every lower one that is tried, and nothing above.
fn circuit_and_reference_agree(
    circuit: &Circuit,
    shape: &MlpShape,
    context: Fr,
    private: &Private,
) -> Public {
    let truth = private.public_inputs(shape, context).unwrap();
    for (score, holds) in [(truth.score, true), (truth.score / 2, true), (truth.score + 1, false)] {
        let public = Public { score, ..truth };
        assert_eq!(ScoreBlock::check(shape, &public, private).is_ok(), holds);
        let assignment = circuit.assign(&public, private);
        let satisfied = circuit.matrices().is_satisfied_by(&assignment);
        assert_eq!(satisfied, holds, "score {score} of {truth:?}");
    }
    truth
}

#[test]
fn thousands_of_random_models_score_alike_in_reference_and_circuit() {
    let circuit = Circuit::compile(TINY);
    let mut rng = rng(1);
    let mut scores = Vec::new();
    for _ in 0..2000 {
        let private = random_private(TINY, &mut rng);
        let context = Fr::rand(&mut rng);
        let truth = circuit_and_reference_agree(&circuit, TINY, context, &private);
        scores.push(truth.score);
    }
    // Blocks without a correct row and blocks full of them both occur, and much in between.
    scores.sort_unstable();
    scores.dedup();
    assert!(scores.first() == Some(&0) && scores.len() > 20, "{scores:?}");
}

#[test]
fn random_shapes_with_tight_widths_score_alike_in_reference_and_circuit() {
    let mut rng = rng(2);
    for _ in 0..60 {
        let shape = random_shape(&mut rng);
        let circuit = Circuit::compile(&shape);
        for _ in 0..20 {
            let private = random_private(&shape, &mut rng);
            let context = Fr::rand(&mut rng);
            circuit_and_reference_agree(&circuit, &shape, context, &private);
        }
    }
}

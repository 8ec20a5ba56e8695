//! Pairs: for each rule an input that breaks this rule alone. The predicate refuses it, and of the
//! circuit's sections the one that states the rule is violated and no other.

use super::{
    forgeries::{cheat, Choices},
    judge, named, sample,
};
use crate::support::rng;
use ark_bn254::Fr;
use ark_ff::Field;
use nocknock_circuits::{
    fold::{Circuit, FoldedScore, Private, Public, Refusal},
    reference::{gains, outputs},
    Statement,
};
use nocknock_primitives::model::{
    samples::{Block, Label, Sample, SampleError},
    weights::{WeightError, Weights},
};
use std::sync::OnceLock;

fn circuit() -> &'static Circuit {
    static CIRCUIT: OnceLock<Circuit> = OnceLock::new();
    CIRCUIT.get_or_init(|| Circuit::compile(&named("tiny-5x4x3x3")))
}

/// A model that is right in some samples, and samples in two groups of the first layer.
fn example() -> (Public, Private) {
    let examples = (161..).map(|seed| {
        let mut rng = rng(seed);
        let private = sample::private(circuit().shape(), 32, &mut rng);
        (sample::public(circuit().shape(), &private, &mut rng), private)
    });
    examples.into_iter().find(|(public, _)| public.score > 0).unwrap()
}

/// Changes the public inputs.
fn claim(change: impl FnOnce(&mut Public)) -> (Result<(), Refusal>, Vec<&'static str>) {
    let (mut public, private) = example();
    change(&mut public);
    judge(circuit(), &public, &private)
}

/// Changes the private inputs.
fn open(change: impl FnOnce(&mut Private)) -> (Result<(), Refusal>, Vec<&'static str>) {
    let (public, mut private) = example();
    change(&mut private);
    judge(circuit(), &public, &private)
}

/// Replaces the model, states its score and lets the circuit compute its own digests, so that
/// nothing but the change can be what is refused.
fn with_model(weights: Weights) -> (Result<(), Refusal>, Vec<&'static str>) {
    let (_, mut private) = example();
    private.weights = weights;
    let (block, score) = (&private.block, score(&private));
    let (public, assignment) = cheat(circuit().shape(), &private, block, score, &Choices::new());
    let sections = circuit().matrices().violated_sections(&assignment);
    (FoldedScore::check(circuit().shape(), &public, &private), sections)
}

/// The score of a model whose parameters may be out of range.
fn score(private: &Private) -> u32 {
    let gains = private.block.samples().iter().flat_map(|sample| {
        let outputs = outputs(circuit().shape(), &private.weights, &sample.inputs);
        gains(&circuit().shape().head, &outputs, &sample.label)
    });
    gains.sum()
}

#[test]
fn the_example_breaks_no_rule() {
    let (public, private) = example();
    assert!(public.score > 0);
    assert_eq!(judge(circuit(), &public, &private), (Ok(()), vec![]));
}

#[test]
fn rule_weights_and_biases_fit_their_widths() {
    for (layer, part, bad) in [(0, "weights", 4), (1, "weights", -5), (2, "biases", 16)] {
        let mut weights = Weights::zero(circuit().shape());
        match part {
            "weights" => weights.layers[layer].weights[1] = bad,
            _ => weights.layers[layer].biases[1] = bad,
        }
        let (refused, sections) = with_model(weights);
        let bits = if part == "weights" { 3 } else { 5 };
        let range = WeightError::Range { layer, part, index: 1, bits };
        assert_eq!(refused, Err(Refusal::Weights(range)));
        assert_eq!(sections, ["weight bits"]);
    }
}

/// A model that is not safe, on a block with a sample that takes a sum out of its bits.
#[test]
fn rule_sums_fit_their_widths() {
    let mut weights = Weights::zero(circuit().shape());
    weights.layers[0].biases.fill(7);
    weights.layers[0].weights.fill(3);
    weights.layers[1].weights.fill(3);
    assert!(weights.is_safe(circuit().shape()).is_err());
    let (_, mut private) = example();
    let poison = Sample { inputs: vec![3; 5], label: Label::Class(0) };
    private.block = Block::new(circuit().shape(), vec![poison]).unwrap();
    private.weights = weights;
    let block = &private.block;
    let (public, assignment) = cheat(circuit().shape(), &private, block, 0, &Choices::new());
    let refused = FoldedScore::check(circuit().shape(), &public, &private);
    assert_eq!(refused, Err(Refusal::OutOfRange));
    assert_eq!(circuit().matrices().violated_sections(&assignment), ["sum bits"]);
}

#[test]
fn rule_the_block_is_one_of_the_architecture() {
    let (public, mut private) = example();
    let sample = Sample { inputs: vec![0; 4], label: Label::Class(0) };
    private.block = Block::new(&named("tiny-4x3x2"), vec![sample]).unwrap();
    let refused = FoldedScore::check(circuit().shape(), &public, &private);
    assert!(matches!(refused, Err(Refusal::Samples(SampleError::Sample { sample: 0, .. }))));
}

#[test]
fn rule_weights_key_and_owner_open_the_commitment() {
    let expected = (Err(Refusal::Commitment), vec!["model commitment"]);
    assert_eq!(claim(|public| public.commitment += Fr::ONE), expected);
    assert_eq!(open(|private| private.key += Fr::ONE), expected);
    assert_eq!(open(|private| private.bind += Fr::ONE), expected);
}

#[test]
fn rule_the_model_is_the_committed_one() {
    let (refused, sections) = open(|private| {
        let weight = &mut private.weights.layers[2].weights[0];
        *weight += if *weight < 3 { 1 } else { -1 };
    });
    assert_eq!(refused, Err(Refusal::Commitment));
    assert!(sections.contains(&"model commitment"), "{sections:?}");
}

#[test]
fn rule_the_sums_are_committed_to() {
    let expected = (Err(Refusal::Sums), vec!["sums commitment"]);
    assert_eq!(claim(|public| public.sums += Fr::ONE), expected);
    assert_eq!(open(|private| private.sums_salt += Fr::ONE), expected);
}

#[test]
fn rule_the_folded_inputs_have_their_hash() {
    let expected = (Err(Refusal::Inputs), vec!["inputs commitment"]);
    assert_eq!(claim(|public| public.inputs += Fr::ONE), expected);
}

#[test]
fn rule_the_folded_block_has_its_value() {
    let expected = (Err(Refusal::Evaluation), vec!["evaluation"]);
    assert_eq!(claim(|public| public.evaluation += Fr::ONE), expected);
    assert_eq!(claim(|public| public.theta += Fr::ONE), expected);
}

#[test]
fn rule_the_block_is_folded_at_the_challenge() {
    let expected = (Err(Refusal::Inputs), vec!["inputs commitment", "evaluation"]);
    assert_eq!(claim(|public| public.rho += Fr::ONE), expected);
}

#[test]
fn rule_the_score_is_that_of_the_model() {
    let (truth, _) = example();
    for claimed in [truth.score + 1, truth.score - 1, 0] {
        let expected = (Err(Refusal::Score { claimed }), vec!["score"]);
        assert_eq!(claim(|public| public.score = claimed), expected);
    }
}

#[test]
fn rule_the_context_is_bound() {
    let (public, private) = example();
    let mut assignment = circuit().assign(&public, &private);
    assignment[1] += Fr::ONE;
    assert_eq!(circuit().matrices().violated_sections(&assignment), ["context"]);
}

#[test]
fn lists_of_wrong_length_are_refused_and_violate_the_circuit() {
    let changes: [fn(&mut Weights); 4] = [
        |weights| weights.layers.truncate(2),
        |weights| weights.layers.clear(),
        |weights| weights.layers[0].weights.truncate(7),
        |weights| weights.layers[1].biases.clear(),
    ];
    for change in changes {
        let (refused, sections) = {
            let (_, mut private) = example();
            private.weights.layers.iter_mut().for_each(|layer| {
                layer.weights.fill(1);
                layer.biases.fill(1);
            });
            let (context, root) = (Fr::from(1u8), Fr::from(2u8));
            let public = private.public_inputs(circuit().shape(), context, root).unwrap();
            change(&mut private.weights);
            judge(circuit(), &public, &private)
        };
        assert!(matches!(refused, Err(Refusal::Weights(_))), "{refused:?}");
        assert!(!sections.is_empty());
    }
}

use super::*;
use nocknock_primitives::model::{names::named, samples::Sample};

fn architecture() -> Architecture {
    named("tiny-4x3x2").unwrap()
}

fn layer(weights: &[i32], biases: &[i32]) -> LayerWeights {
    LayerWeights { weights: weights.to_vec(), biases: biases.to_vec() }
}

fn model() -> Weights {
    let hidden = layer(&[1, 2, 3, -4, -1, -1, -1, -1, 3, 0, 0, 0], &[0, 2, -8]);
    Weights { layers: vec![hidden, layer(&[1, 2, 3, -1, -2, -3], &[-5, 7])] }
}

#[test]
fn outputs_follow_the_definition() {
    let architecture = architecture();
    // y = (1 + 4 + 9 - 0, 2 - 6, 3 - 8) = (14, -4, -5), h = (7, 0, 0), z = (2, 0).
    let trace = trace(&architecture, &model(), &[1, 2, 3, 0]);
    assert_eq!(trace.sums, [[14, -4, -5]]);
    assert_eq!(trace.outputs, [2, 0]);
    // y = (0, 2, -8), h = (0, 1, 0), z = (-3, 5).
    assert_eq!(outputs(&architecture, &model(), &[0; 4]), [-3, 5]);
}

#[test]
fn layers_follow_each_other() {
    let architecture = named("tiny-5x4x3x3").unwrap();
    let first =
        layer(&[3, 3, 3, 3, 3, 1, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0], &[7, 2, 0, 4]);
    let second = layer(&[1, 2, 0, 0, 0, -1, 3, 0, 0, 0, 0, 2], &[3, 0, 5]);
    let head = layer(&[1, 1, 1, -1, 0, 0, 0, 0, 2], &[0, 1, -3]);
    let model = Weights { layers: vec![first, second, head] };
    let trace = trace(&architecture, &model, &[3, 3, 0, 1, 0]);
    // y1 = (28, 5, -3, 4), h1 = (7, 1, 0, 1), y2 = (12, -1, 7), h2 = (3, 0, 1).
    assert_eq!(trace.sums, [vec![28, 5, -3, 4], vec![12, -1, 7]]);
    assert_eq!(trace.outputs, [4, -2, -1]);
}

#[test]
fn what_is_missing_counts_as_zero() {
    let weights = Weights { layers: vec![layer(&[1], &[])] };
    let trace = trace(&architecture(), &weights, &[3]);
    assert_eq!(trace.sums, [[3, 0, 0]]);
    assert_eq!(trace.outputs, [0, 0]);
}

#[test]
fn the_best_are_strictly_above_the_rest() {
    assert!(is_among(1, &[1, 2, 0], 1));
    assert!(!is_among(1, &[2, 2, 0], 1));
    assert!(!is_among(1, &[1, 2, 0], 3));
    assert!(is_among(2, &[1, 2, 0], 0));
    assert!(!is_among(2, &[1, 2, 1], 0));
    assert!(is_among(3, &[1, 2, 1, 0], 0));
}

fn gains_of(name: &str, outputs: &[i128], label: Label) -> Vec<u32> {
    gains(&named(name).unwrap().head, outputs, &label)
}

#[test]
fn each_head_has_its_own_idea_of_a_right_answer() {
    assert_eq!(gains_of("tiny-4x3x2", &[1, 0], Label::Class(0)), [1]);
    assert_eq!(gains_of("tiny-4x3x2", &[1, 1], Label::Class(0)), [0]);
    assert_eq!(gains_of("tiny-4x3x4-best2", &[1, 2, 0, 0], Label::Class(0)), [1]);
    let labels = Label::Labels(vec![true, true, false]);
    assert_eq!(gains_of("tiny-4x3x3-labels", &[0, -1, -1], labels), [1, 0, 1]);
    for (output, gain) in [(1000, 200), (990, 190), (1199, 1), (1200, 0), (800, 0), (0, 0)] {
        assert_eq!(gains_of("tiny-4x3-error", &[output], Label::Number(1000)), [gain]);
    }
    for (output, gain) in [(1000, 1), (950, 1), (1050, 1), (1051, 0), (949, 0)] {
        assert_eq!(gains_of("tiny-4x3-within", &[output], Label::Number(1000)), [gain]);
    }
}

#[test]
fn a_label_of_another_kind_is_worth_nothing() {
    assert_eq!(gains_of("tiny-4x3x2", &[1, 0], Label::Number(0)), [0; 0]);
}

#[test]
fn a_block_counts_right_answers_and_samples() {
    let architecture = architecture();
    let sample =
        |inputs: [u16; 4], class| Sample { inputs: inputs.to_vec(), label: Label::Class(class) };
    let samples = vec![sample([1, 2, 3, 0], 0), sample([0; 4], 1), sample([0; 4], 0)];
    let block = Block::new(&architecture, samples).unwrap();
    let score = score_block(&architecture, &model(), &block);
    assert_eq!(score, Ok(BlockScore { score: 2, n_real: 3 }));
    let zero = score_block(&architecture, &Weights::zero(&architecture), &block);
    assert_eq!(zero, Ok(BlockScore { score: 0, n_real: 3 }));
}

#[test]
fn models_and_blocks_of_another_architecture_have_no_score() {
    let architecture = architecture();
    let empty = Block::new(&architecture, Vec::new()).unwrap();
    let mut weights = model();
    weights.layers[0].weights[0] = 4;
    let refused = score_block(&architecture, &weights, &empty);
    assert!(matches!(refused, Err(ScoreError::Weights(_))));
    let other = named("tiny-5x4x3x3").unwrap();
    let sample = Sample { inputs: vec![0; 5], label: Label::Class(0) };
    let block = Block::new(&other, vec![sample]).unwrap();
    let refused = score_block(&architecture, &model(), &block);
    assert!(matches!(refused, Err(ScoreError::Samples(_))));
}

#[test]
fn secrets_do_not_reach_debug_output() {
    let trace = trace(&architecture(), &model(), &[1; 4]);
    assert_eq!(format!("{trace:?}"), "Trace(hidden)");
}

use super::*;
use nocknock_primitives::model::{rows::fill_block, shape::TINY_4X3X2, RowFault};

const SHAPE: &MlpShape = &TINY_4X3X2;

fn model() -> Weights {
    let mut weights = Weights::zero(SHAPE);
    weights.hidden = vec![1, 2, 3, -4, -1, -1, -1, -1, 3, 0, 0, 0];
    weights.hidden_bias = vec![0, 2, -8];
    weights.output = vec![1, 2, 3, -1, -2, -3];
    weights.output_bias = vec![-5, 7];
    weights
}

#[test]
fn outputs_follow_the_definition() {
    // y = (1 + 4 + 9 - 0, 2 - 6, 3 - 8) = (14, -4, -5), h = (7, 0, 0), z = (2, 0).
    assert_eq!(outputs(SHAPE, &model(), &[1, 2, 3, 0]), [2, 0]);
    // y = (0, 2, -8), h = (0, 1, 0), z = (-3, 5).
    assert_eq!(outputs(SHAPE, &model(), &[0; 4]), [-3, 5]);
}

#[test]
fn a_row_is_correct_only_if_its_class_is_strictly_above() {
    let row = Row::sample(SHAPE, vec![0; 4], 1);
    assert!(is_correct(&[1, 2], &row));
    assert!(!is_correct(&[2, 2], &row));
    assert!(!is_correct(&[3, 2], &row));
    assert!(!is_correct(&[-9, 0], &Row::padding(SHAPE)));
}

#[test]
fn a_block_counts_correct_rows_and_samples() {
    let sample = |inputs: [u16; 4], class| Row::sample(SHAPE, inputs.to_vec(), class);
    let samples = vec![sample([1, 2, 3, 0], 0), sample([0; 4], 1), sample([0; 4], 0)];
    let rows = fill_block(SHAPE, samples).unwrap();
    assert_eq!(score_block(SHAPE, &model(), &rows), Ok(BlockScore { score: 2, n_real: 3 }));
}

#[test]
fn malformed_models_and_blocks_have_no_score() {
    let mut rows = fill_block(SHAPE, Vec::new()).unwrap();
    let mut weights = model();
    weights.hidden[0] = 4;
    assert!(matches!(score_block(SHAPE, &weights, &rows), Err(ScoreError::Weights(_))));
    rows[0].inputs[0] = 1;
    let fault = RowError::Row { row: 0, fault: RowFault::PaddingNotZero };
    assert_eq!(score_block(SHAPE, &model(), &rows), Err(ScoreError::Rows(fault)));
}

//! What the trainer reaches on real data, by the rule that is proved.

use super::samples::{breast_cancer, digits, split_off};
use nocknock_circuits::reference::score_block;
use nocknock_primitives::model::{rows::Row, Weights};
use nocknock_worker::train::{evaluate, train, DeviceChoice, ImageShift, TrainConfig, TrainingSet};

/// Strict scores of whole blocks, as circuits and chain count them.
fn block_scores(weights: &Weights, data: &TrainingSet) -> Vec<(u32, u32)> {
    let block_rows = usize::from(data.shape.block_rows);
    let rows: Vec<Row> = (0..data.rows())
        .filter_map(|row| data.row(row))
        .map(|(inputs, label)| Row::sample(&data.shape, inputs.to_vec(), label))
        .collect();
    rows.chunks_exact(block_rows)
        .map(|block| score_block(&data.shape, weights, block).unwrap())
        .map(|score| (score.score, score.n_real))
        .collect()
}

fn trained(data: &TrainingSet, config: &TrainConfig) -> Weights {
    train(data, config, DeviceChoice::Cpu, None, &mut ()).unwrap().weights
}

#[test]
fn digits_reach_97_percent_on_held_out_blocks() {
    let mut data = digits(3);
    let held_out = split_off(&mut data, 1407);
    let config = TrainConfig {
        image_shift: Some(ImageShift { width: 8, height: 8, chance: 0.1 }),
        ..TrainConfig::default()
    };
    let scores = block_scores(&trained(&data, &config), &held_out);
    assert_eq!(scores.len(), 2);
    let correct: u32 = scores.iter().map(|(score, _)| score).sum();
    assert!(correct * 100 >= 97 * 390, "{correct} of 390 rows are correct");
}

#[test]
fn a_table_of_thirty_columns_reaches_94_percent() {
    let mut data = breast_cancer(3);
    let held_out = split_off(&mut data, 400);
    let weights = trained(&data, &TrainConfig::default());
    let rows: Vec<u32> = (0..169).collect();
    let found = evaluate(&weights, &held_out, &rows);
    assert!(found.accuracy() >= 0.94, "{} of 169 rows are correct", found.correct);
}

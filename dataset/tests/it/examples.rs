use crate::example;
use nocknock_dataset::{
    PreparedTask, Quantiser, Range, ReadOptions, RequesterState, SplitOptions, Table, TrainBlob,
};
use nocknock_primitives::{
    draw::draw_test_blocks,
    model::{
        shape::{DIGITS_64X32X10, TABULAR_32X16X2},
        MlpShape,
    },
};
use proptest::prelude::*;

fn read(name: &str) -> Table {
    Table::read(&example(name), &ReadOptions::default()).unwrap()
}

fn prepare(table: &Table, shape: &MlpShape, range: Range) -> PreparedTask {
    let quantiser = Quantiser::fit(table, shape, range).unwrap();
    PreparedTask::from_table(table, quantiser, shape, &SplitOptions::random().unwrap()).unwrap()
}

#[test]
fn digits_go_from_file_to_training_matrix() {
    let table = read("data/digits.csv");
    let description = table.describe();
    assert_eq!((description.rows, description.columns), (1797, 64));
    let counts: Vec<_> = description.classes.iter().map(|class| class.rows).collect();
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let range = Range::Fixed { low: 0.0, high: 15.0 };
    let task = prepare(&table, &DIGITS_64X32X10, range);
    assert_eq!(task.roots().len(), 10);
    let drawn = draw_test_blocks(&[3; 32], 1, 10, 2).unwrap();
    let bytes = task.train_blob(&drawn).encode().unwrap();
    let blob = TrainBlob::decode(&bytes).unwrap();
    blob.check_against_roots(task.roots()).unwrap();
    blob.check_complete(10, &drawn).unwrap();
    let samples = blob.samples().unwrap();
    assert!((1436..=1440).contains(&samples.len()), "{}", samples.len());
    assert!(samples.features().iter().all(|value| *value <= 15));
    assert!(samples.features().contains(&15));
}

#[test]
fn a_table_of_30_columns_fills_a_shape_of_32_inputs_up_with_zeros() {
    let table = read("data/breast_cancer.csv");
    let labels = table.labels().unwrap();
    assert_eq!(labels.column, "diagnosis");
    assert_eq!(labels.classes, ["benign", "malignant"]);
    let task = prepare(&table, &TABULAR_32X16X2, Range::MinMax);
    assert_eq!(task.roots().len(), 4);
    let samples = task.train_blob(&[]).samples().unwrap();
    assert_eq!(samples.len(), 569);
    for row in samples.features().chunks(32) {
        assert_eq!(row[30..], [0, 0]);
    }
    assert!(samples.features().contains(&255));
    let malignant = samples.labels().iter().filter(|label| **label == 1);
    assert_eq!(malignant.count(), 212);
}

#[test]
fn a_requester_resumes_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("task.json");
    let state = RequesterState {
        prepared: prepare(
            &read("data/breast_cancer.csv"),
            &TABULAR_32X16X2,
            Range::Quantiles { tail: 0.01 },
        ),
        progress: "created".to_owned(),
    };
    state.save(&file).unwrap();
    assert_eq!(RequesterState::<String>::load(&file).unwrap(), state);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_table_that_fits_comes_back_from_its_training_data(
        rows in proptest::collection::vec((0..1000u32, 0..1000u32, 0..2u32), 4..200),
        blocks in 2..4u16,
    ) {
        let lines: String = rows.iter().map(|(a, b, k)| format!("{a},{b},{k}\n")).collect();
        let text = format!("a,b,k\n0,0,0\n0,0,1\n{lines}");
        let table = Table::read_csv(text.as_bytes(), "x".as_ref(), &ReadOptions::default()).unwrap();
        let quantiser = Quantiser::fit(&table, &TABULAR_32X16X2, Range::MinMax).unwrap();
        let options = SplitOptions { blocks: Some(blocks), ..SplitOptions::random().unwrap() };
        let task =
            PreparedTask::from_table(&table, quantiser.clone(), &TABULAR_32X16X2, &options).unwrap();
        let blob = TrainBlob::decode(&task.train_blob(&[]).encode().unwrap()).unwrap();
        prop_assert_eq!(blob.check_against_roots(task.roots()), Ok(()));
        let samples = blob.samples().unwrap();
        let pairs = samples.features().chunks(32).zip(samples.labels());
        let mut found: Vec<_> = pairs.map(|(row, label)| (row.to_vec(), *label)).collect();
        let inputs = quantiser.table(&table).unwrap();
        let mut expected: Vec<_> =
            inputs.into_iter().zip(table.labels().unwrap().of_row.clone()).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}

use crate::{example, named};
use nocknock_dataset::{
    curriculum::DIGITS_ENCODING, prepare, PreparedTask, Profile, Range, ReadOptions,
    RequesterState, SplitOptions, Table, TrainBlob, Value, Wanted,
};
use nocknock_primitives::{
    draw::draw_test_blocks,
    model::{Label, RecipientSecret},
};
use proptest::prelude::*;

fn read(name: &str) -> Table {
    Table::read(&example(name), &ReadOptions::default()).unwrap()
}

fn read_text(text: &str) -> Table {
    Table::read_csv(text.as_bytes(), "x".as_ref(), &ReadOptions::default()).unwrap()
}

fn task(table: &Table, shape: &str, range: Range) -> PreparedTask {
    let options = SplitOptions::random().unwrap();
    prepare(table, &Wanted::default(), &named(shape), range, &options).unwrap()
}

fn profile(table: &Table) -> Profile {
    Profile::of(table, &Wanted::default()).unwrap()
}

/// The class of each row.
fn classes(table: &Table) -> Vec<u8> {
    let labels = profile(table).labels.unwrap();
    labels.of_row.into_iter().map(Option::unwrap).collect()
}

/// The samples of several blocks.
#[derive(Default)]
struct Samples {
    inputs: Vec<u16>,
    classes: Vec<u8>,
}

impl Samples {
    fn len(&self) -> usize {
        self.classes.len()
    }
}

fn samples_of(blob: &TrainBlob) -> Samples {
    let mut all = Samples::default();
    for block in blob.blocks() {
        for sample in block.decode(blob.architecture()).unwrap().samples() {
            let Label::Class(class) = sample.label else { panic!("{:?}", sample.label) };
            all.inputs.extend(&sample.inputs);
            all.classes.push(class);
        }
    }
    all
}

/// What workers get if none of the blocks is hidden, from the bytes that are published.
fn all_samples(task: &PreparedTask) -> Samples {
    let blob = TrainBlob::decode(&task.train_blob(&[]).encode().unwrap()).unwrap();
    blob.check_against_roots(task.roots()).unwrap();
    blob.check_encoding(task.encoding_hash()).unwrap();
    samples_of(&blob)
}

#[test]
fn digits_go_from_file_to_training_matrix() {
    let table = read("data/digits.csv");
    let profile = profile(&table);
    assert_eq!((profile.rows, profile.columns.len()), (1797, 64));
    let counts = profile.labels.unwrap().counts();
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let range = Range::Fixed { low: 0.0, high: 15.0 };
    let task = task(&table, "digits-64x32x10", range);
    assert_eq!(task.roots().len(), 10);
    assert_eq!(task.encoding_hash(), DIGITS_ENCODING);
    let drawn = draw_test_blocks(&[3; 32], 1, 10, 2).unwrap();
    let bytes = task.train_blob(&drawn).encode().unwrap();
    let blob = TrainBlob::decode(&bytes).unwrap();
    blob.check_against_roots(task.roots()).unwrap();
    blob.check_complete(10, &drawn).unwrap();
    let samples = samples_of(&blob);
    assert!((1436..=1440).contains(&samples.len()), "{}", samples.len());
    assert!(samples.inputs.iter().all(|value| *value <= 15));
    assert!(samples.inputs.contains(&15));
}

#[test]
fn a_table_of_30_columns_fills_a_shape_of_128_inputs_up_with_zeros() {
    let table = read("data/breast_cancer.csv");
    let labels = profile(&table).labels.unwrap();
    assert_eq!(labels.column, "diagnosis");
    assert_eq!(labels.classes, ["benign", "malignant"]);
    let task = task(&table, "table-128x64x2", Range::Auto);
    assert_eq!(task.roots().len(), 5);
    let samples = all_samples(&task);
    assert_eq!(samples.len(), 569);
    for row in samples.inputs.chunks(128) {
        assert_eq!(row[30..], [0; 98]);
    }
    assert!(samples.inputs.contains(&255));
    let malignant = samples.classes.iter().filter(|class| **class == 1);
    assert_eq!(malignant.count(), 212);
}

#[test]
fn an_array_of_bytes_goes_into_blocks_as_it_is() {
    let table = read("embeddings/digits-384.npy");
    assert_eq!((table.len(), table.columns().len()), (1797, 385));
    let task = task(&table, "embed-384x64x10", Range::Fixed { low: 0.0, high: 255.0 });
    assert_eq!(task.roots().len(), 5);
    let samples = all_samples(&task);
    let mut found: Vec<_> = samples.inputs.chunks(384).zip(samples.classes).collect();
    let rows: Vec<Vec<u16>> = (0..table.len()).map(|row| whole_numbers(&table, row)).collect();
    let mut expected: Vec<_> = rows.iter().map(Vec::as_slice).zip(classes(&table)).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert!(found == expected, "a row was changed on its way");
}

/// The cells of a row, all but the label's.
fn whole_numbers(table: &Table, row: usize) -> Vec<u16> {
    let cells = table.columns().split_last().unwrap().1.iter().map(|column| column.get(row));
    let whole = |value: Value<'_>| match value {
        Value::Integer(number) => u16::try_from(number).unwrap(),
        other => panic!("{other:?}"),
    };
    cells.map(whole).collect()
}

/// Blocks of 28 x 28 pixels and of 512 features, as many rows as the example images have.
#[test]
fn images_and_their_features_fit_into_few_blocks() {
    for (shape, columns, high, blocks) in
        [("mnist-784x128x10", 784, 15, 35), ("embed-512x10", 512, 255, 10)]
    {
        let rows = (0..5000).map(|row| {
            let cells = (0..columns).map(|column| ((row * column) % (high + 1)).to_string() + ",");
            format!("{}{}\n", cells.collect::<String>(), row % 10)
        });
        let range = Range::Fixed { low: 0.0, high: f64::from(high) };
        let task = task(&read_text(&rows.collect::<String>()), shape, range);
        assert_eq!(task.roots().len(), blocks, "{shape}");
        assert_eq!(all_samples(&task).len(), 5000, "{shape}");
    }
}

#[test]
fn a_requester_resumes_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("task.json");
    let range = Range::Quantiles { tail: 0.01 };
    let state = RequesterState {
        prepared: task(&read("data/breast_cancer.csv"), "table-128x64x2", range),
        recipient: RecipientSecret::from_bytes([1; 32]),
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
        let table = read_text(&format!("a,b,k\n0,0,0\n0,0,1\n{lines}"));
        let options = SplitOptions { blocks: Some(blocks), ..SplitOptions::random().unwrap() };
        let shape = named("table-128x64x2");
        let task = prepare(&table, &Wanted::default(), &shape, Range::Auto, &options).unwrap();
        let samples = all_samples(&task);
        let pairs = samples.inputs.chunks(128).zip(&samples.classes);
        let mut found: Vec<_> = pairs.map(|(row, label)| (row.to_vec(), *label)).collect();
        let inputs = task.encoding().rows(&table).unwrap();
        let mut expected: Vec<_> = inputs.into_iter().zip(classes(&table)).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}

use super::*;
use crate::{metric::Metric, profile::LabelColumn, split::SplitSeed, table::ReadOptions};
use nocknock_primitives::model::names::named;
use std::path::Path;

pub(crate) fn tiny() -> Architecture {
    named("tiny-4x3x2").unwrap()
}

fn read(text: &str) -> Table {
    Table::read_csv(text.as_bytes(), Path::new("t"), &ReadOptions::default()).unwrap()
}

pub(crate) fn table(rows: u32) -> Table {
    let rows: String = (0..rows).map(|n| format!("{},{},{}\n", n % 7, n % 5, n % 2)).collect();
    read(&format!("a,b,kind\n{rows}"))
}

fn prepared_from(table: &Table) -> PreparedTask {
    let options = SplitOptions { blocks: None, seed: SplitSeed::from_bytes([1; 32]) };
    prepare(table, &Wanted::default(), &tiny(), Range::MinMax, &options).unwrap()
}

pub(crate) fn prepared(rows: u32) -> PreparedTask {
    prepared_from(&table(rows))
}

/// A task of 30 rows of one class and ten of another one, each of which counts the same.
pub(crate) fn balanced() -> PreparedTask {
    let kind = |n: u32| if n.is_multiple_of(4) { "y" } else { "x" };
    let rows: String = (0..40).map(|n| format!("{n},{},{}\n", n % 5, kind(n))).collect();
    let table = read(&format!("a,b,kind\n{rows}"));
    let profile = Profile::of(&table, &Wanted::default()).unwrap();
    let labels = usable_labels(&profile, &tiny()).unwrap();
    let range = Range::Fixed { low: 0.0, high: 3.0 };
    let encoding = Encoding::fit(&table, &profile, &tiny(), range).unwrap().encoding;
    let encoding = encoding.measured_by(Metric::BalancedAccuracy).unwrap();
    let options = SplitOptions { blocks: None, seed: SplitSeed::from_bytes([1; 32]) };
    PreparedTask::from_table(&table, labels, encoding, &tiny(), &options).unwrap()
}

/// The samples of all blocks, sorted.
fn held(task: &PreparedTask) -> Vec<Sample> {
    let blocks = task.blocks.iter().map(|block| block.decode(&tiny()).unwrap());
    let mut held: Vec<Sample> = blocks.flat_map(|block| block.samples().to_vec()).collect();
    held.sort_by_key(key);
    held
}

fn key(sample: &Sample) -> (Vec<u16>, String) {
    (sample.inputs.clone(), format!("{:?}", sample.label))
}

#[test]
fn every_row_of_the_table_is_in_one_block() {
    let task = prepared(100);
    assert_eq!(task.roots().len(), 5);
    for index in 0..5 {
        let rows = task.block(index).unwrap().decode(&tiny()).unwrap();
        assert_eq!(rows.len(), 20);
    }
    assert!(task.block(5).is_none());
    let table = table(100);
    let profile = Profile::of(&table, &Wanted::default()).unwrap();
    let labels = usable_labels(&profile, &tiny()).unwrap();
    let mut expected = samples(&table, labels, task.encoding()).unwrap();
    expected.sort_by_key(key);
    assert_eq!(held(&task), expected);
}

#[test]
fn blocks_of_balanced_accuracy_hold_as_many_samples_of_each_class() {
    let task = balanced();
    assert_eq!(task.roots().len(), 5);
    for index in 0..5 {
        let block = task.block(index).unwrap().decode(&tiny()).unwrap();
        let ones = block.samples().iter().filter(|sample| sample.label == Label::Class(1));
        assert_eq!((block.len(), ones.count()), (12, 6), "block {index}");
    }
}

#[test]
fn what_points_say_is_part_of_the_encoding() {
    let encoding = balanced().encoding().clone();
    let text = String::from_utf8(encoding.to_json()).unwrap();
    let read = |text: &str| serde_json::from_str::<Encoding>(text);
    assert_eq!(read(&text).unwrap(), encoding);
    let plain = encoding.clone().measured_by(Metric::Accuracy).unwrap();
    assert_ne!(plain.hash(), encoding.hash());
    assert!(!String::from_utf8(plain.to_json()).unwrap().contains("metric"));
    let said = text.replace("balanced-accuracy", "accuracy");
    assert_eq!(read(&said).unwrap().hash(), plain.hash());
    assert!(read(&text.replace("balanced-accuracy", "recall")).is_err());
}

#[test]
fn rows_without_a_class_are_in_no_block() {
    let known = "0,1,x\n1,0,y\n2,2,x\n3,1,y\n";
    let with_unknown = read(&format!("a,b,kind\n9,9,\n{known}8,8,NA\n"));
    let profile = Profile::of(&with_unknown, &Wanted::default()).unwrap();
    let labels = usable_labels(&profile, &tiny()).unwrap();
    let range = Range::Fixed { low: 0.0, high: 3.0 };
    let encoding = Encoding::fit(&with_unknown, &profile, &tiny(), range).unwrap().encoding;
    let options = SplitOptions::random().unwrap();
    let task =
        PreparedTask::from_table(&with_unknown, labels, encoding, &tiny(), &options).unwrap();
    let inputs: Vec<Vec<u16>> = held(&task).into_iter().map(|sample| sample.inputs).collect();
    assert_eq!(inputs, [[0, 1, 0, 0], [1, 0, 0, 0], [2, 2, 0, 0], [3, 1, 0, 0]]);
}

#[test]
fn the_same_rows_have_other_salts_and_roots_each_time() {
    let (a, b) = (prepared(100), prepared(100));
    for index in 0..5 {
        let (one, other) = (a.block(index).unwrap(), b.block(index).unwrap());
        assert_eq!(one.rows(), other.rows());
        assert_ne!(one.salt(), other.salt());
        assert_ne!(a.roots()[usize::from(index)], b.roots()[usize::from(index)]);
    }
}

#[test]
fn printing_a_task_shows_neither_salts_nor_rows() {
    let task = prepared(100);
    let text = format!("{task:?}");
    let block = task.block(0).unwrap();
    assert!(!text.contains(&hex::encode(block.salt().as_bytes())));
    assert!(!text.contains(&format!("{:?}", block.rows())));
    assert!(!text.contains(&format!("{:?}", block.salt().as_bytes())));
    assert!(text.contains("Block { index: 0, bytes: "));
}

#[test]
fn tables_without_classes_or_with_too_many_are_refused() {
    let unlabelled = Wanted { label: LabelColumn::None, ..Wanted::default() };
    assert_eq!(refused("a,b\n1,2\n3,4\n", &unlabelled, &tiny()), PrepareError::NoLabels);
    assert_eq!(
        refused("a,k\n1,x\n2,y\n3,z\n", &Wanted::default(), &tiny()),
        PrepareError::TooManyClasses { found: 3, shape: "tiny-4x3x2".into(), classes: 2 }
    );
}

#[test]
fn what_is_wrong_with_a_table_is_told_before_anything_is_made_of_it() {
    let none = Wanted { label: LabelColumn::Named("none".into()), ..Wanted::default() };
    let error = refused("a,k\n1,x\n2,y\n", &none, &tiny());
    assert!(matches!(error, PrepareError::Problems(_)), "{error}");
}

#[test]
fn architectures_without_classes_or_too_large_for_a_chain_are_refused() {
    let refused = |architecture: &Architecture| {
        refused("a,k\n1,x\n2,y\n3,x\n", &Wanted::default(), architecture)
    };
    for name in ["tiny-4x3x3-labels", "tiny-4x3-error", "tiny-4x3-within", "price-64x32"] {
        let error = refused(&named(name).unwrap());
        assert_eq!(error, PrepareError::Head { shape: name.into() });
    }
    let mut wide = Description::clone(&tiny());
    (wide.inputs, wide.input_bits, wide.samples) = (1024, 1, 513);
    let error = refused(&Architecture::new(wide).unwrap());
    assert!(matches!(error, PrepareError::TooLarge(_)), "{error}");
}

#[test]
fn an_encoding_of_other_classes_or_another_shape_is_refused() {
    let (table, other) = (table(20), read("a,b,kind\n0,1,x\n1,0,y\n2,2,x\n3,1,y\n"));
    let profile = Profile::of(&table, &Wanted::default()).unwrap();
    let labels = usable_labels(&profile, &tiny()).unwrap();
    let from = |encoding: &Encoding, shape: &str| {
        let (shape, options) = (named(shape).unwrap(), SplitOptions::random().unwrap());
        PreparedTask::from_table(&table, labels, encoding.clone(), &shape, &options).unwrap_err()
    };
    let foreign = prepared_from(&other);
    assert_eq!(from(foreign.encoding(), "tiny-4x3x2"), PrepareError::OtherClasses);
    let shape = from(prepared(20).encoding(), "digits-64x32x10");
    assert!(matches!(shape, PrepareError::Encoding(EncodingError::Shape { .. })), "{shape}");
}

/// 65,535 thresholds a column.
#[test]
fn an_encoding_that_no_training_data_has_room_for_is_refused_before_anything_is_offered() {
    let mut wide = Description::clone(&tiny());
    wide.input_bits = 16;
    let wide = Architecture::new(wide).unwrap();
    let text = "a,b,c,d,k\n0.1,0.1,0.1,0.1,x\n1.7,1.7,1.7,1.7,y\n";
    let error = refused(text, &Wanted::default(), &wide);
    assert!(matches!(error, PrepareError::EncodingTooLong { .. }), "{error}");
}

fn refused(text: &str, wanted: &Wanted, architecture: &Architecture) -> PrepareError {
    let split = SplitOptions::random().unwrap();
    prepare(&read(text), wanted, architecture, Range::MinMax, &split).unwrap_err()
}

use super::*;
use crate::{
    quantise::Range,
    split::SplitSeed,
    table::{LabelColumn, ReadOptions},
};
use nocknock_primitives::model::names::named;
use std::path::Path;

pub(crate) fn tiny() -> Architecture {
    named("tiny-4x3x2").unwrap()
}

pub(crate) fn table(rows: u32) -> Table {
    let rows: String = (0..rows).map(|n| format!("{},{},{}\n", n % 7, n % 5, n % 2)).collect();
    let text = format!("a,b,kind\n{rows}");
    Table::read_csv(text.as_bytes(), Path::new("t"), &ReadOptions::default()).unwrap()
}

pub(crate) fn prepared(rows: u32) -> PreparedTask {
    let table = table(rows);
    let quantiser = Quantiser::fit(&table, &tiny(), Range::MinMax).unwrap();
    let options = SplitOptions { blocks: None, seed: SplitSeed::from_bytes([1; 32]) };
    PreparedTask::from_table(&table, quantiser, &tiny(), &options).unwrap()
}

#[test]
fn every_row_of_the_table_is_in_one_block() {
    let task = prepared(100);
    assert_eq!(task.roots().len(), 3);
    let mut found = Vec::new();
    for index in 0..3 {
        let rows = task.block(index).unwrap().decode(&tiny()).unwrap();
        assert!((33..=34).contains(&rows.len()));
        found.extend_from_slice(rows.samples());
    }
    let table = table(100);
    let labels = table.labels().unwrap();
    let mut expected = samples(&table, labels, task.quantiser()).unwrap();
    let key = |sample: &Sample| (sample.inputs.clone(), format!("{:?}", sample.label));
    found.sort_by_key(key);
    expected.sort_by_key(key);
    assert_eq!(found, expected);
    assert!(task.block(3).is_none());
}

#[test]
fn the_same_rows_have_other_salts_and_roots_each_time() {
    let (a, b) = (prepared(100), prepared(100));
    for index in 0..3 {
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
    let unlabelled = ReadOptions { label: LabelColumn::None, ..ReadOptions::default() };
    assert_eq!(refused("a,b\n1,2\n3,4\n", &unlabelled, &tiny()), PrepareError::NoLabels);
    assert_eq!(
        refused("a,k\n1,x\n2,y\n3,z\n", &ReadOptions::default(), &tiny()),
        PrepareError::TooManyClasses { found: 3, shape: "tiny-4x3x2".into(), classes: 2 }
    );
}

#[test]
fn architectures_without_classes_or_too_large_for_a_chain_are_refused() {
    let refused = |architecture: &Architecture| {
        refused("a,k\n1,x\n2,y\n3,x\n", &ReadOptions::default(), architecture)
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

fn refused(text: &str, options: &ReadOptions, architecture: &Architecture) -> PrepareError {
    let table = Table::read_csv(text.as_bytes(), Path::new("t"), options).unwrap();
    let quantiser = Quantiser::fit(&table, architecture, Range::MinMax).unwrap();
    let split = SplitOptions::random().unwrap();
    PreparedTask::from_table(&table, quantiser, architecture, &split).unwrap_err()
}

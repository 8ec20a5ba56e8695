use super::*;
use crate::{
    quantise::Range,
    split::SplitSeed,
    table::{LabelColumn, ReadOptions},
};
use nocknock_primitives::model::{rows::count_real, shape::TINY_4X3X2};
use std::path::Path;

pub(crate) fn table(rows: u32) -> Table {
    let rows: String = (0..rows).map(|n| format!("{},{},{}\n", n % 7, n % 5, n % 2)).collect();
    let text = format!("a,b,kind\n{rows}");
    Table::read_csv(text.as_bytes(), Path::new("t"), &ReadOptions::default()).unwrap()
}

pub(crate) fn prepared(rows: u32) -> PreparedTask {
    let table = table(rows);
    let quantiser = Quantiser::fit(&table, &TINY_4X3X2, Range::MinMax).unwrap();
    let options = SplitOptions { blocks: None, seed: SplitSeed::from_bytes([1; 32]) };
    PreparedTask::from_table(&table, quantiser, &TINY_4X3X2, &options).unwrap()
}

#[test]
fn every_row_of_the_table_is_in_one_block() {
    let task = prepared(100);
    assert_eq!(task.roots().len(), 3);
    let mut found = Vec::new();
    for index in 0..3 {
        let rows = task.block(index).unwrap().decode(&TINY_4X3X2).unwrap();
        assert_eq!(rows.len(), 40);
        assert!((33..=34).contains(&count_real(&rows)));
        found.extend(rows.into_iter().filter(|row| row.real));
    }
    let table = table(100);
    let labels = table.labels().unwrap();
    let mut expected = samples(&table, labels, task.quantiser(), &TINY_4X3X2).unwrap();
    let key = |row: &Row| (row.inputs.clone(), row.one_hot.clone());
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
    let attempt = |text: &str, options: &ReadOptions| {
        let table = Table::read_csv(text.as_bytes(), Path::new("t"), options).unwrap();
        let quantiser = Quantiser::fit(&table, &TINY_4X3X2, Range::MinMax).unwrap();
        let split = SplitOptions::random().unwrap();
        PreparedTask::from_table(&table, quantiser, &TINY_4X3X2, &split).unwrap_err()
    };
    assert_eq!(attempt("a,b\n1,2\n3,4\n", &unlabelled), PrepareError::NoLabels);
    assert_eq!(
        attempt("a,k\n1,x\n2,y\n3,z\n", &ReadOptions::default()),
        PrepareError::TooManyClasses { found: 3, shape: TINY_4X3X2, classes: 2 }
    );
}

use crate::example;
use nocknock_dataset::{
    practice::{practice_rows, PRACTICE_INDEX, PRACTICE_SALT},
    practice_block, ReadOptions, Table,
};
use nocknock_primitives::model::{
    rows::count_real,
    shape::{DIGITS_64X32X10, TABULAR_32X16X2},
};

#[test]
fn the_practice_block_is_what_the_example_digits_give() {
    let table = Table::read(&example("data/digits.csv"), &ReadOptions::default()).unwrap();
    let rows = practice_rows(&table, &DIGITS_64X32X10).unwrap();
    let file = std::fs::read(example("practice/digits-64x32x10.rows")).unwrap();
    assert_eq!(rows, file);
    let block = practice_block(&DIGITS_64X32X10).unwrap();
    assert_eq!(block.rows(), file);
    assert_eq!(block.index(), PRACTICE_INDEX);
    assert_eq!(block.salt().as_bytes(), &PRACTICE_SALT);
    let decoded = block.decode(&DIGITS_64X32X10).unwrap();
    assert_eq!(count_real(&decoded), 195);
}

#[test]
fn the_root_of_the_practice_block_does_not_change() {
    let block = practice_block(&DIGITS_64X32X10).unwrap();
    let root = block.root(&DIGITS_64X32X10).unwrap().to_string();
    // Computed with a second implementation of Poseidon that shares no code with this one.
    assert_eq!(root, "0x23b20814721d9a81a572605aefedf31c00575fad8c0726f238d6d3f38135c4db");
    let text = std::fs::read_to_string(example("practice/README.md")).unwrap();
    assert!(text.contains(&root));
}

#[test]
fn the_documented_salt_is_the_one_in_use() {
    let text = std::fs::read_to_string(example("practice/README.md")).unwrap();
    let salt: String = PRACTICE_SALT.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(text.contains(&salt));
}

#[test]
fn other_shapes_have_no_practice_block() {
    assert!(practice_block(&TABULAR_32X16X2).is_none());
}

use crate::{example, named};
use nocknock_dataset::{
    practice::{practice_rows, PRACTICE_INDEX, PRACTICE_SALT, PRACTICE_SHAPE},
    practice_block, ReadOptions, Table,
};

#[test]
fn the_practice_block_is_what_the_example_digits_give() {
    let architecture = named(PRACTICE_SHAPE);
    let table = Table::read(&example("data/digits.csv"), &ReadOptions::default()).unwrap();
    let rows = practice_rows(&table, &architecture).unwrap();
    let file = std::fs::read(example("practice/digits-64x32x10.rows")).unwrap();
    assert_eq!(rows, file);
    let block = practice_block(&architecture).unwrap();
    assert_eq!(block.rows(), file);
    assert_eq!(block.index(), PRACTICE_INDEX);
    assert_eq!(block.salt().as_bytes(), &PRACTICE_SALT);
    assert_eq!(block.decode(&architecture).unwrap().len(), 195);
}

#[test]
fn the_root_of_the_practice_block_does_not_change() {
    let architecture = named(PRACTICE_SHAPE);
    let root = practice_block(&architecture).unwrap().root(&architecture).to_string();
    // Computed by a separate program.
    assert_eq!(root, "0x1f663bf3738719da4a129aa94fd79ef78ae4ab86bccc9afd6ef59ddb7697fd53");
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
    assert!(practice_block(&named("table-128x64x2")).is_none());
}

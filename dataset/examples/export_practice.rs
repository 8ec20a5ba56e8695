//! Writes `examples/practice/digits-64x32x10.rows` from `examples/data/digits.csv` and prints its
//! root. Run it in the root of the repository.

use nocknock_dataset::{
    practice::{practice_rows, PRACTICE_INDEX, PRACTICE_SALT, PRACTICE_SHAPE},
    Block, BlockSalt, ReadOptions, Table,
};
use nocknock_primitives::model::names::named;
use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let architecture = named(PRACTICE_SHAPE).ok_or("there is no such shape")?;
    let table = Table::read(Path::new("examples/data/digits.csv"), &ReadOptions::default())?;
    let rows = practice_rows(&table, &architecture)?;
    let file = format!("examples/practice/{PRACTICE_SHAPE}.rows");
    fs::write(&file, &rows)?;
    let block = Block::new(PRACTICE_INDEX, BlockSalt::from_bytes(PRACTICE_SALT), rows);
    println!("{file}: {} bytes", block.rows().len());
    println!("root {}", block.root(&architecture));
    Ok(())
}

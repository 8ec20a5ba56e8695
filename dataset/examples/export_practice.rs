//! Writes `examples/practice/digits-64x32x10.rows` from `examples/data/digits.csv` and prints its
//! salt and root. Run it in the root of the repository.

use nocknock_dataset::{
    practice::{practice_rows, PRACTICE_INDEX, PRACTICE_SALT},
    Block, BlockSalt, ReadOptions, Table,
};
use nocknock_primitives::model::shape::DIGITS_64X32X10;
use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let shape = &DIGITS_64X32X10;
    let table = Table::read(Path::new("examples/data/digits.csv"), &ReadOptions::default())?;
    let rows = practice_rows(&table, shape)?;
    let file = format!("examples/practice/{shape}.rows");
    fs::write(&file, &rows)?;
    let block = Block::new(PRACTICE_INDEX, BlockSalt::from_bytes(&PRACTICE_SALT)?, rows);
    println!("{file}: {} bytes", block.rows().len());
    println!("root {}", block.root(shape)?);
    Ok(())
}

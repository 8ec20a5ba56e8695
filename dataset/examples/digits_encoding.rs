//! Writes `dataset/curriculum/digits.encoding`, the hash of the encoding of the digits, from
//! `examples/data/digits.csv`, and prints it.

use nocknock_dataset::{Encoding, Profile, Range, ReadOptions, Table, Wanted};
use nocknock_primitives::model::names::named;
use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let architecture = named("digits-64x32x10").ok_or("there is no such shape")?;
    let digits = folder.join("../examples/data/digits.csv");
    let table = Table::read(&digits, &ReadOptions::default())?;
    let profile = Profile::of(&table, &Wanted::default())?;
    let range = Range::Fixed { low: 0.0, high: 15.0 };
    let encoding = Encoding::fit(&table, &profile, &architecture, range)?.encoding;
    let (file, hash) = (folder.join("curriculum/digits.encoding"), encoding.hash());
    fs::write(&file, hash.0)?;
    println!("{}: {hash}", file.display());
    Ok(())
}

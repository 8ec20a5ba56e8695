//! Derives the tables of the fast permutation for every width and writes them as Rust source.
//!
//! Nothing is taken on trust: the constants come from the Grain generator of the Poseidon paper,
//! and the tests compare the permutation with the plain definition and with another implementation.

#[path = "../src/grain.rs"]
mod grain;
#[path = "../src/rounds.rs"]
#[allow(unreachable_pub)] // The library exports them.
mod rounds;

mod element;
mod matrix;
mod plain;
mod recurrence;
mod source;

use std::{env, fs, path::PathBuf};

fn main() {
    for path in ["build", "src/grain.rs", "src/rounds.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let source: String = (rounds::MIN_WIDTH..=rounds::MAX_WIDTH).map(tables_of).collect();
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(folder.join("tables.rs"), source).expect("OUT_DIR can be written");
}

fn tables_of(width: usize) -> String {
    let plain = plain::Plain::derive(width);
    let fast = recurrence::Recurrence::derive(&plain);
    source::tables(&plain, &fast)
}

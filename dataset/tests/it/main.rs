//! The crate as its users see it, on the example data of the repository.

mod examples;
mod files;
mod practice;
mod python;

use nocknock_primitives::model::{names, Architecture};
use std::path::PathBuf;

/// A file below `examples/` of the repository.
fn example(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).join(path)
}

/// The architecture of this name.
fn named(name: &str) -> Architecture {
    names::named(name).expect("the architecture has this name")
}

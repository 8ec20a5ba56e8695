//! The crate as its users see it, on the example data of the repository.

mod examples;
#[cfg(feature = "parquet")]
mod parquet;
mod practice;

use std::path::PathBuf;

/// A file below `examples/` of the repository.
fn example(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples")).join(path)
}

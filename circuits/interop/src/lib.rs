#![doc = include_str!("../README.md")]

mod binfile;
pub mod r1cs;
pub mod snarkjs;
pub mod wtns;
pub mod zkey;

pub use binfile::BinFileError;

#[cfg(test)]
mod tests;

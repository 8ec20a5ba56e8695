//! Files that the field's own tools read and write.
//!
//! Nobody has to trust this crate's prover: [`r1cs`] and [`wtns`] export a statement and its
//! witness in the formats of iden3's circom and snarkjs, [`snarkjs`] writes and reads the JSON
//! forms of verifying keys, proofs and public inputs, and [`zkey`] reads the proving key that a
//! snarkjs ceremony ends with. [`reduction`] is the polynomial arithmetic that such keys need.
//!
//! Everything here works on plain data: matrices as rows of `(coefficient, wire)`, an assignment
//! `(1, public, private)`, and arkworks' key and proof types over BN254. Readers take foreign
//! bytes and answer with typed errors, never with a panic, and allocate in proportion to what
//! the file really holds.

mod binfile;
pub mod r1cs;
pub mod reduction;
pub mod snarkjs;
pub mod wtns;
pub mod zkey;

pub use binfile::BinFileError;

#[cfg(test)]
mod tests;

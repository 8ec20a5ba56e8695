#![doc = include_str!("../README.md")]

pub mod fold;
mod gadgets;
pub mod groth16;
pub mod keys;
mod proof;
mod prover;
pub mod r1cs;
pub mod reduction;
pub mod reference;
pub mod seal;
mod statement;

pub use proof::Proof;
pub use prover::{ProveError, Prover, ProverError, Stage};
pub use statement::{Circuit, OnChain, PublicInputs, Statement};

/// Makes proofs of S3, the score of a block.
pub type FoldProver = fold::Prover;

/// Makes proofs of D2, the sealing of a model's key.
pub type SealProver = seal::Prover;

#![doc = include_str!("../README.md")]

pub mod delivery;
pub mod fold;
mod gadgets;
pub mod groth16;
pub mod keys;
mod proof;
mod prover;
pub mod r1cs;
pub mod reduction;
pub mod reference;
pub mod score;
pub mod seal;
mod statement;

pub use proof::Proof;
pub use prover::{ProveError, Prover, ProverError, Stage};
pub use statement::{Circuit, OnChain, PublicInputs, Statement};

/// Makes proofs of S1, the score of a block.
pub type S1Prover = score::Prover;

/// Makes proofs of D1, the delivery of a model.
pub type D1Prover = delivery::Prover;

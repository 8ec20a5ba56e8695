//! One file for each call, and one each for verification, genesis and reads.

mod disable_circuit;
mod genesis;
mod real_proofs;
mod register_circuit;
mod replace_circuit;
mod verification;
mod views;

//! One file for each call, and one each for verification, genesis, reads and the invariants.

mod disable_circuit;
mod genesis;
mod real_proofs;
mod register_circuit;
mod replace_circuit;
mod state_check;
mod verification;
mod views;

//! Tests of the crate from outside.

mod delivery;
mod fold;
mod groth16;
mod marathon;
mod proving;
mod score;
mod seal;
mod snapshot;
mod support;

//! Tests of the crate from outside.

mod fold;
mod groth16;
mod marathon;
mod proving;
mod seal;
mod snapshot;
mod support;

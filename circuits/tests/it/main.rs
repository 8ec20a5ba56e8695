//! Tests of the crate from outside.

mod delivery;
mod proving;
mod score;
mod snapshot;
mod support;

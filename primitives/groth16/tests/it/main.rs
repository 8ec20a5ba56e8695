//! The verifier against keys whose secrets are known, so that proofs of anything can be made.

mod batch;
mod key;
mod proof;
mod trapdoor;
mod verify;

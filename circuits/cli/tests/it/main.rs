//! The commands of `nocknock-circuits`, and what npm's snarkjs says about the files they write.

mod commands;
mod formats;
mod import;
mod keys;
mod powers;
mod program;
#[path = "../../../interop/tests/it/snarkjs.rs"]
mod snarkjs;

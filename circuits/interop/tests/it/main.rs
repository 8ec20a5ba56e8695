//! Agreement with npm's snarkjs, run as a program.

mod ceremony;
mod snarkjs;

//! Agreement with npm's snarkjs, run as a program, and the commands of `nocknock-circuits`.

mod ceremony;
mod commands;
mod formats;
mod import;
mod powers;
mod program;
mod snarkjs;

//! What a node of the NockNock chain does, from its command line to its end.
//!
//! The program `nocknock-node` is this and a version. It is a package of its own, because its
//! version names the commit, and this takes minutes to compile.

#![allow(
    clippy::result_large_err,
    reason = "the SDK's error types are large and pass once, when the node starts"
)]

mod background_tasks;
mod chain_spec;
mod cli;
mod command;
mod database;
mod database_files;
mod database_lock;
mod database_panics;
mod disk_space;
mod genesis;
mod genesis_check;
mod inherents;
mod pool_tasks;
mod ports;
mod rpc;
mod rpc_server;
mod runtime_cache;
mod service;
mod validator_keys;

use std::process::ExitCode;

/// Does what the command line says, to the end, and prints the error if there is one.
///
/// `version` is what `--version` prints and what the node tells its peers and telemetry.
pub fn run(version: &'static str) -> ExitCode {
    match command::run(version) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}

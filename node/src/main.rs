//! A node of the NockNock chain.

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

fn main() -> ExitCode {
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::FAILURE
        }
    }
}

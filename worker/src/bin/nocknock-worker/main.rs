//! The program of an ML worker.

mod arguments;
mod commands;
mod exit;
mod print;
mod session;

use crate::arguments::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // The environment may change only while there is a single thread.
    nocknock_training::set_compute_threads(threads);
    let arguments = Arguments::parse();
    match start(arguments) {
        Ok(code) => code,
        Err(error) => {
            exit::tell(&error);
            exit::code_of(&error)
        }
    }
}

fn start(arguments: Arguments) -> anyhow::Result<ExitCode> {
    session::start_log(&arguments.common)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(arguments))
}

async fn dispatch(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let common = &arguments.common;
    match arguments.command {
        Command::Run(options) => commands::run::run(common, &options).await,
        Command::Train(options) => commands::train::train(common, &options).await,
        Command::Prove(options) => commands::steps::prove(common, options.task).await,
        Command::Submit(options) => commands::steps::submit(common, &options).await,
        Command::Register => commands::account::register(common).await,
        Command::Unregister => commands::account::unregister(common).await,
        Command::Doctor(options) => commands::doctor::doctor(common, &options).await,
        Command::Status => commands::status::status(common).await,
        Command::Config(command) => commands::config::config(common, &command),
        Command::Keys(command) => commands::account::keys(common, &command),
        Command::Completions { shell } => {
            commands::config::completions(shell)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

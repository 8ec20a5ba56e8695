#![doc = include_str!("../README.md")]

mod account;
mod amount;
mod arguments;
mod commands;
mod config;
mod data;
mod dev;
mod encodings;
mod failure;
mod model_card;
mod node;
mod output;
mod questions;
mod share;
mod stop;
mod terms;
mod views;

use arguments::Cli;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = output::Output::new(cli.global.output);
    match commands::run(cli, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.error(&failure);
            failure.exit_code()
        }
    }
}

//! `nocknock-storage`: files, folders and manifests on Walrus, from the command line.

mod args;
mod commands;
mod progress;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use nocknock_primitives::text::printable;

use args::{Cli, Command};

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", printable(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let network = cli.network;
    tokio::runtime::Runtime::new()?.block_on(async {
        match cli.command {
            Command::Put(args) => commands::put(&network, &args).await,
            Command::Get(args) => commands::get(&network, &args).await,
            Command::Head(args) => commands::head(&network, &args).await,
            Command::Pack(args) => commands::pack(&network, &args).await,
            Command::Fetch(args) => commands::fetch(&network, &args).await,
            Command::Show(args) => commands::show(&network, &args).await,
            Command::Verify(args) => return commands::verify(&network, &args).await,
        }?;
        Ok(ExitCode::SUCCESS)
    })
}

//! `config` and `completions`.

use crate::{
    arguments::{Arguments, Common, ConfigCommand, Output},
    session::Session,
};
use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;
use nocknock_worker::config::Config;
use std::{io::stdout, process::ExitCode};

pub(crate) fn config(common: &Common, command: &ConfigCommand) -> Result<ExitCode> {
    let config = match command {
        ConfigCommand::Show => Session::open(common)?.config,
        ConfigCommand::Default => Config::default(),
    };
    match common.output {
        Output::Json => println!("{}", serde_json::to_string_pretty(&config)?),
        Output::Text => print!("{}", config.to_toml()?),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn completions(shell: Shell) {
    let mut command = Arguments::command();
    clap_complete::generate(shell, &mut command, "nocknock-worker", &mut stdout());
}

//! `config` and `completions`.

use crate::{
    arguments::{Arguments, Common, ConfigCommand, Output},
    print,
    session::Session,
};
use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;
use nocknock_worker::config::Config;
use std::process::ExitCode;

pub(crate) fn config(common: &Common, command: &ConfigCommand) -> Result<ExitCode> {
    let config = match command {
        ConfigCommand::Show => Session::open(common)?.config,
        ConfigCommand::Default => Config::default(),
    };
    match common.output {
        Output::Json => print::pretty_json(&config)?,
        Output::Text => print::lines(&config.to_toml()?)?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn completions(shell: Shell) -> Result<()> {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "nocknock-worker", &mut script);
    print::script(&String::from_utf8(script)?)
}

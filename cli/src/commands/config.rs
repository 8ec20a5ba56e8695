//! `nocknock config`.

use crate::{
    arguments::Global,
    config::{self, Config, TEMPLATE},
    failure::{other, Failure},
    output::Output,
};
use clap::Subcommand;
use serde_json::json;
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
};

/// Show or create the configuration file.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the settings in effect: those of the file, changed by environment and arguments
    Show,
    /// Print the path of the file that is read
    Path,
    /// Write a file that explains all settings; an existing file stays as it is
    Init,
}

impl ConfigCommand {
    pub(crate) fn run(self, global: &Global, output: Output) -> Result<(), Failure> {
        match self {
            Self::Show => {
                let config = Config::load(global)?;
                let text = toml::to_string(&config).map_err(other)?;
                output.show(&config, || text)
            }
            Self::Path => {
                let path = config::path(global)?;
                output.show(&json!({ "path": path.display().to_string() }), || {
                    path.display().to_string()
                })
            }
            Self::Init => init(global, output),
        }
    }
}

fn init(global: &Global, output: Output) -> Result<(), Failure> {
    let path = config::path(global)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::File(format!(
            "{}: this configuration is there already, and stays as it is: edit it, or name another file with --config",
            path.display()
        )),
        _ => Failure::file(&path, error),
    })?;
    output.show(&json!({ "path": path.display().to_string() }), || {
        format!("Written: {}", path.display())
    })
}

//! `nocknock completions`.

use crate::{arguments::Cli, failure::Failure, output::Output};
use clap::{Args, CommandFactory};
use clap_complete::{generate, Shell};

/// Print a completion script for a shell.
///
/// For bash: `nocknock completions bash > ~/.local/share/bash-completion/completions/nocknock`
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::command(), "nocknock", &mut script);
        output.raw(&script)
    }
}

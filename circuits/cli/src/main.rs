//! Keys, exports and measurements of the circuits, from the command line.

mod arguments;
mod bench;
mod export;
mod files;
mod inputs;
mod keys;
mod machine;
mod prove;
mod refusal;
mod sample;
mod shapes;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use nocknock_primitives::text::printable;

use crate::{
    arguments::{Arguments, Command},
    refusal::Refused,
};

/// Exit code of a command that could not do its work.
const FAILED: u8 = 1;
/// Exit code of a command line that says too little.
const MISUSED: u8 = 2;
/// Exit code of a command that examined its input and refuses it.
const REFUSED: u8 = 3;

fn main() -> ExitCode {
    let Err(error) = run(Arguments::parse()) else {
        return ExitCode::SUCCESS;
    };
    if let Some(misuse) = error.downcast_ref::<clap::Error>() {
        // Where the message cannot be shown, the exit code says the same.
        let _ = misuse.print();
        return ExitCode::from(MISUSED);
    }
    // A message may quote what a file says.
    eprintln!("error: {}", printable(&format!("{error:#}")));
    let refused = error.chain().any(|cause| cause.is::<Refused>());
    ExitCode::from(if refused { REFUSED } else { FAILED })
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Shapes(arguments) => shapes::run(&arguments),
        Command::Keys(command) => keys::run(&command),
        Command::Sample(arguments) => sample::run(&arguments),
        Command::Prove(arguments) => prove::run(&arguments),
        Command::Export(command) => export::run(&command),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}

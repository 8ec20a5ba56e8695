//! Plays strategies against honest work, and fails if one of them pays.

use anyhow::Result;
use clap::Parser;
use nocknock_simulation::{names, run, Options};
use std::{path::PathBuf, process::ExitCode};

/// Exit code if a strategy pays, or nothing could be played.
const FAILED: u8 = 1;

/// Plays strategies against honest work with the same models, rows and accounts, on the real
/// pallets. Prints what each gains, and fails if one gains more than 3 % and three standard errors,
/// or if accounts of one custodian, or dead ones, have a third of the seats.
#[derive(Debug, Parser)]
#[command(name = "nocknock-simulate", version)]
struct Arguments {
    /// Tasks of each run.
    #[arg(long, default_value_t = Options::default().tasks)]
    tasks: u32,

    /// Runs of each strategy.
    #[arg(long, default_value_t = Options::default().seeds)]
    seeds: u32,

    /// Test rows of a task, at most 3,000.
    #[arg(long, default_value_t = Options::default().rows)]
    rows: u32,

    /// Mixtures of strategies, drawn at random.
    #[arg(long, default_value_t = Options::default().mixtures)]
    mixtures: u32,

    /// Only this strategy; may be given several times.
    #[arg(long)]
    only: Vec<String>,

    /// Few tasks and seeds, whatever else is said about their number.
    #[arg(long)]
    quick: bool,

    /// Writes table.md, runs.csv and plots into this folder.
    #[arg(long)]
    out: Option<PathBuf>,

    /// Prints the names of all strategies.
    #[arg(long)]
    list: bool,
}

impl Arguments {
    fn options(&self) -> Options {
        let only = self.only.clone();
        if self.quick {
            return Options { only, rows: self.rows, ..Options::quick() };
        }
        let &Self { tasks, seeds, rows, mixtures, .. } = self;
        Options { tasks, seeds, rows, mixtures, only }
    }
}

fn main() -> ExitCode {
    match play(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

/// Returns whether nothing pays that must not.
fn play(arguments: &Arguments) -> Result<bool> {
    if arguments.list {
        names().into_iter().for_each(|name| println!("{name}"));
        return Ok(true);
    }
    let report = run(&arguments.options())?;
    print!("{}", report.table());
    if let Some(folder) = &arguments.out {
        report.write(folder)?;
    }
    Ok(report.complaints().is_empty())
}

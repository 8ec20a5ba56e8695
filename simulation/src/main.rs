//! Plays strategies against honest work, and fails if one of them pays.

use anyhow::Result;
use clap::Parser;
use nocknock_simulation::{names, run, Options};
use std::{path::PathBuf, process::ExitCode};

/// Exit code if a strategy pays, or something could not be played.
const FAILED: u8 = 1;

/// Plays strategies against honest work with the same models, rows and accounts, on the real
/// pallets. Prints what each gains, and fails if one gains more than 3 % and three standard errors,
/// if accounts of one custodian, or dead ones, have a third of the seats, or if a run breaks off or
/// comes to a standstill: it says which.
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

    /// A look of some minutes: all strategies with all tasks, but with 4 seeds in place of 20, and
    /// with 6 mixtures in place of 100. It leaves out certainty: standard errors are more than
    /// twice as large, so it misses gains that a whole run finds.
    #[arg(long, conflicts_with_all = ["tasks", "seeds", "mixtures"])]
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

/// Returns whether nothing pays that must not, and everything was played.
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_help_says_what_a_quick_look_leaves_out() {
        let help = Arguments::command().render_long_help().to_string();
        let words: Vec<_> = help.split_whitespace().collect();
        let (whole, quick) = (Options::default(), Options::quick());
        assert_eq!((quick.tasks, quick.rows), (whole.tasks, whole.rows));
        for (few, all, what) in
            [(quick.seeds, whole.seeds, "seeds"), (quick.mixtures, whole.mixtures, "mixtures")]
        {
            let said = format!("with {few} {what} in place of {all}");
            assert!(words.join(" ").contains(&said), "{said}: {help}");
        }
    }

    #[test]
    fn a_quick_look_has_its_own_numbers() {
        let parse = |more: &[&str]| {
            Arguments::try_parse_from([&["nocknock-simulate", "--quick"][..], more].concat())
        };
        assert!(parse(&["--rows", "600"]).is_ok_and(|given| given.options().rows == 600));
        for option in ["--tasks", "--seeds", "--mixtures"] {
            assert!(parse(&[option, "5"]).is_err(), "{option}");
        }
    }
}

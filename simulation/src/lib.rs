//! Plays strategies against honest work: what does whoever bends the rules earn more than with the
//! same models, the same accounts and no tricks?
//!
//! The pallets are the real ones; only proofs are replaced by an oracle that knows every model and
//! signs true scores alone. Each strategy is played in the same world as honest work, with the same
//! models, rows and accounts, so their difference is the strategy.

mod agents;
mod cases;
mod chain;
mod model;
mod oracle;
mod plots;
mod random;
mod report;
mod scenes;
mod stats;
mod world;

pub use cases::names;
pub use report::{Mixtures, Report, Row};
pub use stats::Gain;
pub use world::{Costs, Outcome};

use anyhow::{ensure, Result};
use model::MOST_ROWS;

/// How much is simulated.
#[derive(Clone, Debug)]
pub struct Options {
    /// Tasks of each run.
    pub tasks: u32,
    /// Runs of each strategy, with and without it.
    pub seeds: u32,
    /// Test rows of a task.
    pub rows: u32,
    /// Mixtures of strategies, drawn at random.
    pub mixtures: u32,
    /// Only the strategies with these names; all if there are none.
    pub only: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { tasks: 120, seeds: 20, rows: 3_000, mixtures: 100, only: Vec::new() }
    }
}

impl Options {
    /// A look at everything in some minutes, with fewer seeds and mixtures: standard errors are
    /// more than twice as large.
    pub fn quick() -> Self {
        Self { seeds: 4, mixtures: 6, ..Self::default() }
    }

    fn check(&self) -> Result<()> {
        ensure!(self.tasks > 0, "there must be at least one task");
        ensure!(self.seeds > 1, "a standard error needs at least two seeds");
        let rows = MOST_ROWS / 10..=MOST_ROWS;
        ensure!(rows.contains(&self.rows), "a task has {} to {MOST_ROWS} test rows", rows.start());
        let unknown = self.only.iter().find(|name| !names().contains(&name.as_str()));
        ensure!(unknown.is_none(), "there is no strategy {unknown:?}: there are {:?}", names());
        Ok(())
    }
}

/// Plays all strategies and compares each with honest work. What could not be played is among the
/// complaints of the report.
pub fn run(options: &Options) -> Result<Report> {
    options.check()?;
    Ok(cases::play_all(options))
}

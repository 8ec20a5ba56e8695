//! What is printed and written: a table, all runs, plots, and whether something must not be.

use crate::{
    cases::{Case, Run},
    plots,
    stats::{gain, gain_of_others, mean, standard_error, Gain},
    world::{Costs, Outcome},
    Options,
};
use anyhow::{Context, Result};
use std::{fmt::Write, fs, path::Path};

/// Nobody may have this part of the seats, be it accounts of one custodian or dead ones.
const THIRD: f64 = 1.0 / 3.0;

/// How one strategy compares with honest work.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What is compared.
    pub what: String,
    /// Whether a gain is a failure.
    pub is_judged: bool,
    /// What honest work earns, in tokens.
    pub honest: f64,
    /// What the strategy earns.
    pub income: f64,
    /// What it gains.
    pub gain: Gain,
    /// What others gain by it.
    pub others: Gain,
    /// What its calls cost for each task.
    pub costs: Costs,
    /// What those of honest work cost.
    pub honest_costs: Costs,
    /// The most seats that it had in a session, and all seats then.
    pub seats: (usize, usize),
    /// The largest part of the seats that it had.
    pub part: f64,
    /// What honest work had earned when each task was over, in the mean of all seeds.
    pub(crate) honest_path: Vec<f64>,
    /// What the strategy had.
    pub(crate) path: Vec<f64>,
    /// The parts of the seats in each session, of the first seed.
    pub(crate) seats_path: Vec<f64>,
}

impl Row {
    pub(crate) fn new(case: &Case, honest: &[Outcome], strategy: &[Outcome]) -> Self {
        let most = strategy
            .iter()
            .max_by(|one, other| one.largest_part().total_cmp(&other.largest_part()));
        let seats_path = strategy.first().map(|run| run.seats.clone()).unwrap_or_default();
        Self {
            name: case.name.into(),
            what: case.what.into(),
            is_judged: case.is_judged,
            honest: mean(honest.iter().map(|run| run.income)),
            income: mean(strategy.iter().map(|run| run.income)),
            gain: gain(honest, strategy),
            others: gain_of_others(honest, strategy),
            costs: costs(strategy),
            honest_costs: costs(honest),
            seats: most.map(Outcome::most_seats).unwrap_or_default(),
            part: most.map(Outcome::largest_part).unwrap_or_default(),
            honest_path: path(honest),
            path: path(strategy),
            seats_path: seats_path
                .iter()
                .map(|(group, all)| *group as f64 / (*all).max(1) as f64)
                .collect(),
        }
    }

    fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.is_judged && self.gain.is_too_large() {
            complaints.push(format!("{} gains {}", self.name, percent(&self.gain)));
        }
        if self.part >= THIRD {
            let (group, all) = self.seats;
            complaints.push(format!("{} has {group} of {all} seats", self.name));
        }
        complaints
    }
}

/// The mean costs of a task.
fn costs(runs: &[Outcome]) -> Costs {
    let tasks: u64 = runs.iter().map(|run| run.tasks).sum();
    let tasks = tasks.max(1) as f64;
    let each = |of: fn(&Costs) -> f64| runs.iter().map(|run| of(&run.costs)).sum::<f64>() / tasks;
    Costs {
        calls: each(|costs| costs.calls),
        free: each(|costs| costs.free),
        failed: each(|costs| costs.failed),
        milliseconds: each(|costs| costs.milliseconds),
    }
}

/// The mean of what runs had earned when each task was over.
fn path(runs: &[Outcome]) -> Vec<f64> {
    let length = runs.iter().map(|run| run.path.len()).min().unwrap_or_default();
    let at = |place: usize| mean(runs.iter().map(|run| run.path[place]));
    (0..length).map(at).collect()
}

/// How mixtures compare with honest work.
#[derive(Clone, Debug)]
pub struct Mixtures {
    /// What each gains.
    pub gains: Vec<f64>,
    /// What they gain in the mean.
    pub mean: Gain,
    /// The number of the one that gained most.
    pub best: u32,
    /// What that one gains with other seeds.
    pub again: Gain,
}

impl Mixtures {
    /// The number of the mixture that gains most.
    pub(crate) fn best_of(honest: &[Outcome], mixtures: &[Vec<Outcome>]) -> u32 {
        let gains = mixtures.iter().map(|runs| gain(honest, runs).mean);
        let best = (0u32..).zip(gains).max_by(|one, other| one.1.total_cmp(&other.1));
        best.map_or(0, |(number, _)| number)
    }

    pub(crate) fn new(
        honest: &[Outcome],
        mixtures: &[Vec<Outcome>],
        best: u32,
        honest_again: &[Outcome],
        again: &[Outcome],
    ) -> Self {
        let gains: Vec<_> = mixtures.iter().map(|runs| gain(honest, runs).mean).collect();
        let of_all = Gain { mean: mean(gains.iter().copied()), error: standard_error(&gains) };
        Self { gains, mean: of_all, best, again: gain(honest_again, again) }
    }

    fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.mean.is_too_large() {
            complaints.push(format!("mixtures gain {}", percent(&self.mean)));
        }
        if self.again.is_too_large() {
            complaints.push(format!("mixture {} gains {}", self.best, percent(&self.again)));
        }
        complaints
    }
}

/// All that was found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The strategies.
    pub rows: Vec<Row>,
    /// The mixtures, if they were played.
    pub mixtures: Option<Mixtures>,
    /// How many tasks were played in all.
    pub tasks: u64,
    options: Options,
    runs: Vec<Run>,
}

impl Report {
    pub(crate) fn new(
        options: &Options,
        rows: Vec<Row>,
        mixtures: Option<Mixtures>,
        runs: Vec<Run>,
    ) -> Self {
        let tasks = runs.iter().map(|run| run.outcome.tasks).sum();
        Self { rows, mixtures, tasks, options: options.clone(), runs }
    }

    /// The comparison of a strategy.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// What must not be: gains that are too large, and seats that are too many.
    pub fn complaints(&self) -> Vec<String> {
        let rows = self.rows.iter().flat_map(Row::complaints);
        rows.chain(self.mixtures.iter().flat_map(Mixtures::complaints)).collect()
    }

    /// The table, in Markdown.
    pub fn table(&self) -> String {
        let Options { tasks, seeds, rows, .. } = self.options;
        let mut text = format!(
            "{seeds} seeds; {tasks} tasks a run, fewer where it says so; {rows} test rows a task; \
             {} tasks in all.\n\n{HEAD}",
            self.tasks
        );
        for row in self.rows.iter().filter(|row| row.is_judged) {
            text.push_str(&line(row));
        }
        if let Some(mixtures) = &self.mixtures {
            text.push_str(&mixture_lines(mixtures));
        }
        let limits: String = self.rows.iter().filter(|row| !row.is_judged).map(line).collect();
        if !limits.is_empty() {
            text.push_str("\nKnown limits, which are no failures:\n\n");
            text.push_str(HEAD);
            text.push_str(&limits);
        }
        text.push_str(&self.verdict());
        text
    }

    fn verdict(&self) -> String {
        let complaints = self.complaints();
        if complaints.is_empty() {
            return "\nNo strategy gains more than 3 % and three standard errors, and nobody has a \
                    third of the seats.\n"
                .into();
        }
        format!("\nFAILED: {}.\n", complaints.join("; "))
    }

    /// All runs, as a table for programs.
    pub fn csv(&self) -> String {
        let mut text = format!("{}\n", COLUMNS.join(","));
        for Run { world, strategy, seed, outcome } in &self.runs {
            let strategy = strategy.as_deref().unwrap_or("honest");
            let Outcome { income, others, costs, tasks, blocks, .. } = outcome;
            let Costs { calls, free, failed, milliseconds } = costs;
            let (seats, all) = outcome.most_seats();
            // Writing to a string does not fail.
            let _ = write!(text, "\"{world}\",\"{strategy}\",{seed},{income:.3},{others:.3}");
            let _ = write!(text, ",{calls:.0},{free:.0},{failed:.0},{milliseconds:.1}");
            let _ = writeln!(text, ",{seats},{all},{tasks},{blocks}");
        }
        text
    }

    /// Writes table, runs and plots into a folder, which is made if it is not there.
    pub fn write(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut files = vec![
            ("table.md", self.table()),
            ("runs.csv", self.csv()),
            ("gains.svg", plots::gains(&self.rows)),
            ("income.svg", plots::incomes(&self.rows)),
            ("seats.svg", plots::seats(&self.rows)),
        ];
        if let Some(mixtures) = &self.mixtures {
            files.push(("mixtures.svg", plots::mixtures(&mixtures.gains)));
        }
        for (name, text) in files {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

const COLUMNS: [&str; 13] = [
    "world",
    "strategy",
    "seed",
    "income",
    "others",
    "calls",
    "free",
    "failed",
    "milliseconds",
    "seats",
    "all_seats",
    "tasks",
    "blocks",
];

const HEAD: &str = "\
| strategy | honest, NNK | strategy, NNK | gain | others | calls a task, honest → strategy \
| of these free | failed | weight a task, ms | most seats |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
";

fn line(row: &Row) -> String {
    let Row { name, what, honest, income, gain, others, costs, honest_costs, .. } = row;
    let (group, all) = row.seats;
    let seats = if group == 0 { "–".into() } else { format!("{group} of {all}") };
    format!(
        "| *{name}*: {what} | {honest:.0} | {income:.0} | {} | {} | {:.1} → {:.1} | {:.1} | {:.1} \
         | {:.1} → {:.1} | {seats} |\n",
        percent(gain),
        percent(others),
        honest_costs.calls,
        costs.calls,
        costs.free,
        costs.failed,
        honest_costs.milliseconds,
        costs.milliseconds,
    )
}

fn mixture_lines(mixtures: &Mixtures) -> String {
    let Mixtures { gains, mean, best, again } = mixtures;
    let empty = "| | | | | | |";
    let count = gains.len();
    format!(
        "| *{count} mixtures*, in the mean | | | {} {empty}\n\
         | *the best of them* (number {best}), with other seeds | | | {} {empty}\n",
        percent(mean),
        percent(again),
    )
}

fn percent(gain: &Gain) -> String {
    format!("{:+.1} % ± {:.1}", gain.mean * 100.0, gain.error * 100.0)
}

//! What is printed and written: a table, all runs, plots, and whether something must not be.

use crate::{
    cases::{Case, Run},
    plots,
    stats::{gain_of_others, mean, standard_error, Gain, Pairs},
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
    pub(crate) fn new(case: &Case, pairs: &Pairs) -> Self {
        let Pairs { honest, strategy } = pairs;
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
            gain: pairs.gain(),
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
    pub(crate) fn best_of(mixtures: &[Pairs]) -> u32 {
        let gains = mixtures.iter().map(|pairs| pairs.gain().mean);
        let best = (0u32..).zip(gains).max_by(|one, other| one.1.total_cmp(&other.1));
        best.map_or(0, |(number, _)| number)
    }

    pub(crate) fn new(mixtures: &[Pairs], best: u32, again: &Pairs) -> Self {
        let gains: Vec<_> = mixtures.iter().map(|pairs| pairs.gain().mean).collect();
        let of_all = Gain { mean: mean(gains.iter().copied()), error: standard_error(&gains) };
        Self { gains, mean: of_all, best, again: again.gain() }
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
    /// Runs that failed, and comparisons that lack them.
    pub failures: Vec<String>,
    options: Options,
    runs: Vec<Run>,
}

impl Report {
    pub(crate) fn new(
        options: &Options,
        rows: Vec<Row>,
        mixtures: Option<Mixtures>,
        (runs, failures): (Vec<Run>, Vec<String>),
    ) -> Self {
        let tasks = runs.iter().map(|run| run.outcome.tasks).sum();
        Self { rows, mixtures, tasks, failures, options: options.clone(), runs }
    }

    /// The comparison of a strategy.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// What must not be: runs that failed, gains that are too large, and seats that are too many.
    pub fn complaints(&self) -> Vec<String> {
        let rows = self.rows.iter().flat_map(Row::complaints);
        let mixtures = self.mixtures.iter().flat_map(Mixtures::complaints);
        self.failures.iter().cloned().chain(rows).chain(mixtures).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::CASES;

    fn case(name: &str) -> &'static Case {
        CASES.iter().find(|case| case.name == name).expect("there is such a case")
    }

    /// Two runs of a strategy that gains this part of an honest income in the mean, with this
    /// standard error.
    fn pairs(mean: f64, error: f64) -> Pairs {
        let earning = |income| Outcome { income, ..Outcome::default() };
        let honest = vec![earning(1_000.0), earning(1_000.0)];
        let gains = [mean - error, mean + error];
        Pairs { honest, strategy: gains.map(|gain| earning(1_000.0 * (1.0 + gain))).into() }
    }

    fn row(name: &str, mean: f64, error: f64) -> Row {
        Row::new(case(name), &pairs(mean, error))
    }

    /// A strategy that gains nothing, and has these seats in a session of its second run.
    fn row_with_seats(name: &str, seats: (usize, usize)) -> Row {
        let mut pairs = pairs(0.0, 0.0);
        pairs.strategy[0].seats = vec![(0, 20)];
        pairs.strategy[1].seats = vec![(0, 20), seats, (1, 20)];
        Row::new(case(name), &pairs)
    }

    fn is_sound(row: &Row) -> bool {
        row.complaints().is_empty()
    }

    #[test]
    fn a_gain_is_too_large_above_three_percent() {
        assert!(is_sound(&row("hoarder", 0.029, 0.001)));
        assert_eq!(row("hoarder", 0.031, 0.001).complaints(), ["hoarder gains +3.1 % ± 0.1"]);
    }

    #[test]
    fn a_gain_is_too_large_above_three_standard_errors() {
        assert!(is_sound(&row("hoarder", 0.06, 0.021)));
        assert_eq!(row("hoarder", 0.06, 0.019).complaints(), ["hoarder gains +6.0 % ± 1.9"]);
    }

    #[test]
    fn a_loss_is_no_complaint_and_neither_is_the_gain_of_a_known_limit() {
        assert!(is_sound(&row("hoarder", -0.5, 0.001)));
        assert!(is_sound(&row("insider", 0.5, 0.001)));
    }

    #[test]
    fn a_third_of_the_seats_is_too_many_in_any_session_of_any_run() {
        for name in ["absent validators", "insider"] {
            assert!(is_sound(&row_with_seats(name, (5, 16))));
            let complaints = row_with_seats(name, (5, 15)).complaints();
            assert_eq!(complaints, [format!("{name} has 5 of 15 seats")]);
        }
    }

    #[test]
    fn the_limits_hold_for_mixtures_and_for_the_best_of_them() {
        let complaints = |mean: Gain, again: Gain| {
            Mixtures { gains: Vec::new(), mean, best: 7, again }.complaints()
        };
        let gain = |mean, error| Gain { mean, error };
        let (small, unsure) = (gain(0.029, 0.001), gain(0.06, 0.021));
        assert!(complaints(small, unsure).is_empty() && complaints(unsure, small).is_empty());
        let (large, sure) = (gain(0.031, 0.001), gain(0.06, 0.019));
        assert_eq!(complaints(large, small), ["mixtures gain +3.1 % ± 0.1"]);
        assert_eq!(complaints(unsure, sure), ["mixture 7 gains +6.0 % ± 1.9"]);
    }

    #[test]
    fn the_best_mixture_is_the_one_that_gains_most() {
        let mixtures = [-0.2, 0.1, 0.05].map(|mean| pairs(mean, 0.01));
        assert_eq!(Mixtures::best_of(&mixtures), 1);
        let found = Mixtures::new(&mixtures, 1, &pairs(0.02, 0.01));
        assert!((found.again.mean - 0.02).abs() < 1e-9, "{found:?}");
        assert!((found.mean.mean + 0.05 / 3.0).abs() < 1e-9, "{found:?}");
    }

    fn report(rows: Vec<Row>, failures: Vec<String>) -> Report {
        Report::new(&Options::quick(), rows, None, (Vec::new(), failures))
    }

    #[test]
    fn a_report_fails_with_each_complaint() {
        let sound = report(vec![row("hoarder", 0.0, 0.01)], Vec::new());
        assert!(sound.complaints().is_empty() && !sound.table().contains("FAILED"));
        let rows = vec![row("hoarder", 0.5, 0.01), row_with_seats("insider", (1, 3))];
        let bad = report(rows, vec!["seed 3 broke off".into()]);
        assert_eq!(bad.complaints().len(), 3);
        let table = bad.table();
        for complaint in bad.complaints() {
            assert!(table.contains(&complaint), "{complaint}");
        }
        let lacks_a_run = report(vec![row("hoarder", 0.0, 0.01)], vec!["seed 3 broke off".into()]);
        assert!(lacks_a_run.table().contains("FAILED: seed 3 broke off."));
    }
}

//! What a search has tried, for people.

use super::ReportError;
use nocknock_training::{Found, TrainConfig, TrialRecord, TRIALS_FILE};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

/// Name of the summary.
const SUMMARY: &str = "trials.md";

const COLUMNS: [&str; 13] = [
    "Plan",
    "Epochs",
    "Folds",
    "Result",
    "Learning rate",
    "Weight decay",
    "Dropout of inputs / units",
    "Label smoothing",
    "Batch",
    "Average",
    "Weight range",
    "Teacher",
    "Synthetic",
];

/// A line of the file of trials. Others tell of something else.
#[derive(Deserialize)]
struct WrittenLine {
    line: Told,
}

#[derive(Deserialize)]
struct Told {
    trial: Option<TrialRecord>,
}

/// The trials of a plan with so many epochs.
struct Tried<'a> {
    plan: u32,
    epochs: u32,
    folds: u32,
    score: f64,
    settings: &'a TrainConfig,
}

/// Writes a summary of the trials in a folder, beside the file that has each of them.
pub fn write_trials(folder: &Path, found: &Found) -> Result<(), ReportError> {
    let path = folder.join(TRIALS_FILE);
    let read = fs::read_to_string(&path);
    let text = read.map_err(|source| ReportError::File { path, source })?;
    let path = folder.join(SUMMARY);
    let written = fs::write(&path, summary(&trials(&text)?, found));
    written.map_err(|source| ReportError::File { path, source })
}

fn trials(text: &str) -> Result<Vec<TrialRecord>, ReportError> {
    let mut trials = Vec::new();
    for line in text.lines() {
        let WrittenLine { line } = serde_json::from_str(line)?;
        trials.extend(line.trial);
    }
    Ok(trials)
}

fn summary(trials: &[TrialRecord], found: &Found) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut out, trials, found);
    out
}

fn write_all(out: &mut String, trials: &[TrialRecord], found: &Found) -> std::fmt::Result {
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    writeln!(out, "# Search for settings\n")?;
    writeln!(
        out,
        "After {} trials a model was trained on all rows with the settings of plan {}. On rows \
         that they had not learned from, models with these settings have come to {}; that is \
         the best of several results, and so a little too high.",
        found.trials,
        found.plan.number,
        percent(found.expected)
    )?;
    if let Some(teacher) = found.teacher {
        writeln!(out, "\nA teacher of boosted trees has come to {}.", percent(teacher))?;
    }
    writeln!(out, "\n| {} |", COLUMNS.join(" | "))?;
    writeln!(out, "|{}", " --- |".repeat(COLUMNS.len()))?;
    tried(trials).iter().try_for_each(|tried| write_tried(out, tried))
}

fn write_tried(out: &mut String, tried: &Tried<'_>) -> std::fmt::Result {
    let Tried { plan, epochs, folds, score, settings } = tried;
    let average = settings.average.map_or("-".to_owned(), |average| average.to_string());
    writeln!(
        out,
        "| {plan} | {epochs} | {folds} | {:.2} % | {} | {} | {} / {} | {} | {} | {average} | {} | {} \
         | {} |",
        score * 100.0,
        settings.learning_rate,
        settings.weight_decay,
        settings.dropout.inputs,
        settings.dropout.hidden,
        settings.label_smoothing,
        settings.batch_size,
        settings.weight_range,
        settings.teacher_share,
        settings.synthetic_share,
    )
}

/// The plans, those with the most epochs and folds first, and of these the best.
fn tried(trials: &[TrialRecord]) -> Vec<Tried<'_>> {
    let mut plans: BTreeMap<(u32, u32), Tried<'_>> = BTreeMap::new();
    for trial in trials {
        let TrialRecord { plan, epochs, settings, score, .. } = trial;
        let (plan, epochs) = (*plan, *epochs);
        let tried = plans.entry((plan, epochs)).or_insert(Tried {
            plan,
            epochs,
            folds: 0,
            score: 0.0,
            settings,
        });
        tried.folds += 1;
        tried.score += (score - tried.score) / f64::from(tried.folds);
    }
    let mut plans: Vec<_> = plans.into_values().collect();
    plans.sort_by(|one, other| {
        let depth = |tried: &Tried<'_>| (tried.epochs, tried.folds);
        depth(other).cmp(&depth(one)).then(other.score.total_cmp(&one.score))
    });
    plans
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_training::Tally;

    fn record(plan: u32, fold: u8, epochs: u32, score: f64) -> TrialRecord {
        let settings = TrainConfig { batch_size: 100 + plan as usize, ..TrainConfig::default() };
        let tally = Tally::default();
        TrialRecord { plan, fold, epochs, settings, score, tally, seconds: 0.5 }
    }

    #[test]
    fn plans_are_listed_by_how_far_they_came_and_then_by_their_mean() {
        let trials = [
            record(0, 0, 10, 0.9),
            record(1, 0, 10, 0.5),
            record(1, 1, 10, 0.7),
            record(2, 0, 30, 0.4),
            record(3, 0, 10, 0.95),
        ];
        let tried = tried(&trials);
        let listed: Vec<_> = tried.iter().map(|tried| (tried.plan, tried.folds)).collect();
        assert_eq!(listed, [(2, 1), (1, 2), (3, 1), (0, 1)]);
        assert!((tried[1].score - 0.6).abs() < 1e-9, "{}", tried[1].score);
        let mut line = String::new();
        write_tried(&mut line, &tried[1]).unwrap();
        assert!(
            line.starts_with("| 1 | 10 | 2 | 60.00 % | 0.02 | 0.1 | 0 / 0 | 0.1 | 101 |"),
            "{line}"
        );
    }

    #[test]
    fn lines_about_something_else_are_passed_over() {
        let trial = serde_json::to_string(&record(4, 0, 10, 0.5)).unwrap();
        let text = format!(
            "{{\"sum\":\"0\",\"line\":{{\"search\":\"x\"}}}}\n\
             {{\"sum\":\"0\",\"line\":{{\"trial\":{trial}}}}}\n\
             {{\"sum\":\"0\",\"line\":{{\"teacher\":null}}}}\n"
        );
        assert_eq!(trials(&text).unwrap(), [record(4, 0, 10, 0.5)]);
        assert!(trials("no\n").is_err());
    }
}

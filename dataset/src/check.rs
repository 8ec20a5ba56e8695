//! What somebody should know about a table before it becomes a task: what is wrong with it, how
//! exactly a score on it can be measured, and what models reach that hardly learn anything.

use crate::{
    blocks::{usable_labels, PrepareError},
    encoding::{Encoding, EncodingError, Fitted},
    problem::{Problem, Severity},
    profile::{Labels, Profile},
    shape::check_size,
    split::{plan, SplitPlan},
    table::Table,
    train_blob::MAX_ENCODING_BYTES,
};
use nocknock_primitives::model::Architecture;
use serde::{ser::SerializeStruct, Serialize, Serializer};
use std::collections::{hash_map::Entry, HashMap};

mod classes;
mod columns;
pub mod interval;
mod logistic;
mod lookup;
mod rows;

/// Fewer test rows say little about a model.
const FEW_TEST_ROWS: u32 = 100;

/// What was found out about a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// What is wrong with it, the worst first.
    pub problems: Vec<Problem>,
    /// Into how many blocks its rows go.
    #[serde(serialize_with = "plan_form")]
    pub plan: SplitPlan,
    /// By how much the score of a model on the test rows differs from what it scores in general, in
    /// 19 of 20 cases at most, if the model is as good as the logistic baseline.
    pub interval: f64,
    /// What simple models reach.
    pub baselines: Baselines,
}

/// Shares of rows that simple models are right about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Baselines {
    /// One that always answers the most frequent class.
    pub majority: f64,
    /// A logistic regression on the inputs, on a fifth of the rows that it was not trained with.
    pub logistic: f64,
}

/// Looks for everything that makes a table a bad task, or no task at all.
///
/// The same table gives the same result on the same machine: what is drawn has a fixed seed.
pub fn check(
    table: &Table,
    profile: &Profile,
    fitted: &Fitted,
    architecture: &Architecture,
) -> Result<Check, PrepareError> {
    let labels = usable_labels(profile, architecture)?;
    check_encoding(&fitted.encoding, architecture)?;
    let plan = plan(labels.known_rows().len(), architecture, None, None)?;
    let rows = encoded(table, labels, &fitted.encoding)?;
    let majority = labels.majority();
    let logistic = logistic::accuracy(&rows, labels.classes.len());
    let interval = half_width(logistic, plan.least_test_rows);
    let mut problems = columns::problems(profile, fitted, &rows, majority);
    problems.extend(rows::problems(&rows));
    problems.extend(classes::problems(labels));
    problems.extend(few_test_rows(&plan, interval));
    problems.sort_by_key(|problem| problem.severity);
    Ok(Check { problems, plan, interval, baselines: Baselines { majority, logistic } })
}

/// What would be refused when a task is made.
fn check_encoding(encoding: &Encoding, architecture: &Architecture) -> Result<(), PrepareError> {
    check_size(architecture)?;
    encoding.check_architecture(architecture)?;
    let found = encoding.to_json().len();
    if found > MAX_ENCODING_BYTES {
        return Err(PrepareError::EncodingTooLong { found });
    }
    Ok(())
}

/// A row with a class, as a model gets it.
#[derive(Debug)]
struct Row {
    /// Its place in the table, from 0.
    place: usize,
    inputs: Vec<u16>,
    class: u8,
}

/// The rows that have a class, without the inputs that no column has.
fn encoded(table: &Table, labels: &Labels, encoding: &Encoding) -> Result<Vec<Row>, EncodingError> {
    let used = encoding.used_inputs();
    let mut encoder = encoding.for_table(table)?;
    let classes = labels.of_row.iter().enumerate();
    let known = classes.filter_map(|(place, class)| Some((place, (*class)?)));
    let rows = known.map(|(place, class)| {
        let mut inputs = encoder.row(place);
        inputs.truncate(used);
        Row { place, inputs, class }
    });
    Ok(rows.collect())
}

/// Half of the interval around a share of so many rows.
fn half_width(share: f64, rows: u32) -> f64 {
    let (low, high) = interval::around(share, rows);
    (high - low) / 2.0
}

fn few_test_rows(plan: &SplitPlan, interval: f64) -> Option<Problem> {
    let rows = plan.least_test_rows;
    (rows < FEW_TEST_ROWS).then(|| {
        harms(
            "the test data",
            format!(
                "it has {rows} rows, so that the score of a good model may be {:.1} points off",
                100.0 * interval
            ),
            "bring more rows, or hide more of them with --blocks and --test-blocks",
        )
    })
}

fn harms(place: impl Into<String>, what: String, remedy: &str) -> Problem {
    problem(Severity::Harms, place, what, remedy)
}

fn informs(place: impl Into<String>, what: String, remedy: &str) -> Problem {
    problem(Severity::Informs, place, what, remedy)
}

fn problem(severity: Severity, place: impl Into<String>, what: String, remedy: &str) -> Problem {
    Problem { severity, place: place.into(), what, remedy: remedy.to_owned() }
}

fn column(name: &str) -> String {
    format!("column `{name}`")
}

/// The first two texts that differ in nothing but small and capital letters.
fn same_but_for_case<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    let mut seen = HashMap::new();
    texts.into_iter().find_map(|text| match seen.entry(text.to_lowercase()) {
        Entry::Occupied(first) => Some((*first.get(), text)),
        Entry::Vacant(entry) => {
            entry.insert(text);
            None
        }
    })
}

fn plan_form<S: Serializer>(plan: &SplitPlan, serializer: S) -> Result<S::Ok, S::Error> {
    let mut form = serializer.serialize_struct("SplitPlan", 3)?;
    form.serialize_field("blocks", &plan.blocks)?;
    form.serialize_field("test_blocks", &plan.test_blocks)?;
    form.serialize_field("least_test_rows", &plan.least_test_rows)?;
    form.end()
}

#[cfg(test)]
mod tests;

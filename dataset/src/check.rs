//! What somebody should know about a table before it becomes a task: what is wrong with it, how
//! exactly a score on it can be measured, and what models reach that are made in seconds.

use crate::{
    blocks::{usable_labels, PrepareError},
    encoding::{Encoding, EncodingError, Fitted},
    problem::{Problem, Severity},
    profile::{Labels, Profile},
    shape::check_size,
    split::SplitPlan,
    table::Table,
    train_blob::MAX_ENCODING_BYTES,
};
use nocknock_primitives::model::Architecture;
use serde::{ser::SerializeStruct, Serialize, Serializer};
use std::collections::{hash_map::Entry, HashMap};

mod classes;
mod columns;
pub mod interval;
mod linear;
mod logistic;
mod lookup;
mod measured;
mod numbers;
mod quick;
mod rank;
mod rows;

pub use measured::{Baselines, Measured, Reached};
pub use numbers::{check_numbers, NumberBaseline, NumberCheck};

/// Fewer test rows say little about a model.
const FEW_TEST_ROWS: u32 = 100;

/// Fewer of a class say little about a model of which each class counts the same.
const FEW_OF_A_CLASS: u32 = 50;

/// What was found out about a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// What is wrong with it, the worst first.
    pub problems: Vec<Problem>,
    /// What the metric of the encoding makes of it.
    #[serde(flatten)]
    pub measured: Measured,
    /// What another metric would make of it, where one class has most of the rows.
    pub other: Option<Measured>,
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
    let rows = encoded(table, labels, &fitted.encoding)?;
    let metric = fitted.encoding.metric();
    let by = |metric| Measured::of(metric, &rows, labels, architecture);
    let measured = by(metric)?;
    // It is only shown beside the other: there may be too few rows for it.
    let other = classes::are_uneven(labels).then(|| by(metric.other()).ok()).flatten();
    let mut problems = columns::problems(profile, fitted, &rows, labels.majority());
    problems.extend(rows::problems(&rows));
    problems.extend(classes::problems(labels, metric));
    problems.extend(match &measured.weighted {
        None => few_test_rows(&measured.plan, measured.interval),
        Some(weighted) => few_of_a_class(weighted.rarest_test_rows(), measured.interval),
    });
    problems.sort_by_key(|problem| problem.severity);
    Ok(Check { problems, measured, other })
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
    let encoder = encoding.for_table(table)?;
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

/// Copies of the rows of a class make no score on them more exact.
fn few_of_a_class(rows: u32, interval: f64) -> Option<Problem> {
    (rows < FEW_OF_A_CLASS).then(|| {
        harms(
            "the test data",
            format!(
                "it has {rows} different rows of the rarest class, so that the score of a good \
                 model may be {:.1} points off",
                100.0 * interval
            ),
            "bring more rows of it, or hide more of them with --blocks and --test-blocks",
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

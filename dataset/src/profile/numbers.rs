//! The column of the numbers that models learn to answer with.

use super::tally;
use crate::{encoding::usual_tolerance, problem::Problem, table::Column, value::decimal};
use nocknock_primitives::limits::MAX_CLASSES;
use serde::Serialize;

/// As many different numbers may be classes, however few rows each of them has.
const FEW: usize = 32;

/// With fewer rows for each different number, these are hardly learnt as classes.
const CLASS_ROWS: usize = 10;

/// The numbers of a table's rows that models learn to answer with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Numbers {
    /// Name of the column.
    pub column: String,
    /// Its place in the file, from 0.
    pub place: usize,
    /// For each row its number, if it has one that is finite.
    pub of_row: Vec<Option<f64>>,
    /// How far an answer may be off where answers are right or wrong.
    pub tolerance: f64,
}

impl Numbers {
    pub(super) fn of(
        place: usize,
        column: &Column,
        tolerance: Option<f64>,
    ) -> Result<Self, Problem> {
        let finite = |number: &f64| number.is_finite();
        let of_row = column.values().map(|value| value.number().filter(finite)).collect();
        let numbers = Self { column: column.name().to_owned(), place, of_row, tolerance: 0.0 };
        let usual = usual_tolerance(&numbers.known());
        let usual = usual.ok_or_else(|| nothing_to_learn(column.name()))?;
        Ok(Self { tolerance: tolerance.unwrap_or(usual), ..numbers })
    }

    /// The numbers of the rows that have one, in their order.
    pub fn known(&self) -> Vec<f64> {
        self.of_row.iter().copied().flatten().collect()
    }

    /// The rows that have a number, from 0.
    pub fn known_rows(&self) -> Vec<usize> {
        let rows = self.of_row.iter().enumerate();
        rows.filter(|(_, number)| number.is_some()).map(|(row, _)| row).collect()
    }

    /// The smallest number, the one in the middle, and the largest.
    pub fn spread(&self) -> [f64; 3] {
        let mut known = self.known();
        known.sort_by(f64::total_cmp);
        let at = |place: usize| known.get(place).copied().unwrap_or_default();
        [0, known.len() / 2, known.len().saturating_sub(1)].map(at)
    }

    /// What is to be told about rows that are left out.
    pub(super) fn note(&self) -> Option<String> {
        let unknown = self.of_row.iter().filter(|number| number.is_none()).count();
        (unknown > 0).then(|| {
            format!(
                "rows without a finite number in `{}`, which are left out: {unknown}",
                self.column
            )
        })
    }

    /// That numbers are learnt was a guess.
    pub(super) fn guess(&self) -> String {
        format!(
            "`{}` holds so many different numbers that models learn to answer with a number: say \
             `target = \"class\"` in a schema (--table) if each of them is a class",
            self.column
        )
    }

    /// Nobody has said how far an answer may be off.
    pub(super) fn guessed_tolerance(&self) -> String {
        let tolerance = decimal::of_f64(self.tolerance);
        format!(
            "an answer counts as right if it is off by {tolerance} at most: say more or less \
             with --tolerance"
        )
    }
}

/// Whether a column of labels holds numbers to be learnt, and no classes: all of its values are
/// numbers, and too many of them differ.
pub(super) fn are_in(column: &Column) -> bool {
    let mut rows = 0usize;
    let found = tally::count(column, |place| rows += usize::from(place.is_some()));
    let most = usize::try_from(MAX_CLASSES).unwrap_or(usize::MAX);
    let few_rows = rows < found.len().saturating_mul(CLASS_ROWS);
    let many = found.len() > most || (found.len() > FEW && few_rows);
    many && found.iter().all(|found| found.value.is_number())
}

fn nothing_to_learn(column: &str) -> Problem {
    Problem::refuses(
        format!("column `{column}`"),
        "it does not hold two different finite numbers that are less than 1.7e308 apart, so there \
         is nothing to learn",
        "bring rows with other numbers, or name another column with --label",
    )
}

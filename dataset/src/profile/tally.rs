//! How often each value of a column occurs.

use crate::{table::Column, value::Value};
use std::{
    collections::{hash_map::Entry, HashMap},
    hash::{Hash, Hasher},
    mem,
};

/// A value and its rows.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) value: Value<'a>,
    pub(super) rows: usize,
    /// Its first row, from 0.
    pub(super) first: usize,
}

/// The different values of a column, in the order in which they appear.
#[derive(Debug)]
pub(super) struct Tally<'a> {
    pub(super) found: Vec<Found<'a>>,
    /// Rows without a value.
    pub(super) missing: usize,
}

impl<'a> Tally<'a> {
    pub(super) fn of(column: &'a Column) -> Self {
        let mut missing = 0;
        let found = count(column, |place| missing += usize::from(place.is_none()));
        Self { found, missing }
    }

    /// Counts the rows of all other values as missing, and returns these values.
    pub(super) fn keep(&mut self, takes: impl Fn(&Value<'a>) -> bool) -> Vec<Found<'a>> {
        let all = mem::take(&mut self.found).into_iter();
        let (kept, others): (Vec<_>, Vec<_>) = all.partition(|found| takes(&found.value));
        self.found = kept;
        self.missing += rows(&others);
        others
    }

    pub(super) fn all(&self, is: impl Fn(&Value<'a>) -> bool) -> bool {
        self.found.iter().all(|found| is(&found.value))
    }
}

/// How many rows have one of these values.
pub(super) fn rows(found: &[Found<'_>]) -> usize {
    found.iter().map(|found| found.rows).sum()
}

/// The different values of a column. `met` is told the place of each row's value among them.
pub(super) fn count<'a>(column: &'a Column, mut met: impl FnMut(Option<usize>)) -> Vec<Found<'a>> {
    let mut places = HashMap::new();
    let mut found: Vec<Found<'a>> = Vec::new();
    for (row, value) in column.values().enumerate() {
        if value.is_missing() {
            met(None);
            continue;
        }
        let place = match places.entry(Same(value)) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let value = entry.key().0.clone();
                let place = *entry.insert(found.len());
                found.push(Found { value, rows: 0, first: row });
                place
            }
        };
        if let Some(found) = found.get_mut(place) {
            found.rows += 1;
        }
        met(Some(place));
    }
    found
}

/// A value that can be looked up. No value is NaN or a negative zero.
#[derive(Debug, PartialEq)]
struct Same<'a>(Value<'a>);

impl Eq for Same<'_> {}

impl Hash for Same<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        mem::discriminant(&self.0).hash(state);
        match &self.0 {
            Value::Missing => {}
            Value::Truth(truth) => truth.hash(state),
            Value::Integer(number) | Value::Moment(number) => number.hash(state),
            Value::Number(number) => number.to_bits().hash(state),
            Value::Decimal(text) | Value::Text(text) => text.hash(state),
        }
    }
}

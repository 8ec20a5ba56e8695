//! What is wrong with the columns that models learn from, and why others are left out.

use super::{column, harms, informs, lookup::share_told, same_but_for_case, Row};
use crate::{
    encoding::{EncodedColumn, Fitted, FittedColumn},
    problem::{list, shown, Problem},
    profile::{ColumnProfile, Kind, Profile},
};
use std::collections::HashSet;

/// A column that alone tells the class in so many rows is too good.
const TELLING: f64 = 0.995;

/// With fewer rows that happens by chance.
pub(super) const TELLING_ROWS: usize = 50;

/// As many rows are enough to find out.
pub(super) const MOST_ROWS: usize = 20_000;

/// A share of what a column tells that is worth a word if it is lost.
const MUCH_LOST: f64 = 0.2;

/// Everything that is wrong with the columns.
pub(super) fn problems(
    profile: &Profile,
    fitted: &Fitted,
    rows: &[Row],
    majority: f64,
) -> Vec<Problem> {
    let mut problems = telling(fitted.encoding.columns(), rows, majority);
    problems.extend(fitted.told.iter().filter_map(lossy));
    problems.extend(profile.used().filter_map(|column| mostly_missing(column, profile.rows)));
    problems.extend(profile.used().filter_map(spelled));
    let others = others(profile, fitted);
    problems.extend(LEFT_OUT.iter().filter_map(|(kind, why, remedy)| {
        left_out(&others, *kind).map(|place| informs(place, (*why).to_owned(), remedy))
    }));
    problems
}

/// Columns from which alone the class follows.
fn telling(columns: &[EncodedColumn], rows: &[Row], majority: f64) -> Vec<Problem> {
    if rows.len() < TELLING_ROWS {
        return Vec::new();
    }
    let step = rows.len().div_ceil(MOST_ROWS);
    let sample: Vec<&Row> = rows.iter().step_by(step).collect();
    let mut problems = Vec::new();
    let mut begin = 0usize;
    for column in columns {
        let end = begin.saturating_add(column.inputs());
        let share = share_told(&sample, begin..end);
        if is_too_good(share, majority) {
            problems.push(tells(column, share));
        }
        begin = end;
    }
    problems
}

/// Where nearly all rows are of one class, the others have to be told as well.
fn is_too_good(share: f64, majority: f64) -> bool {
    share >= TELLING && 4.0 * (1.0 - share) <= 1.0 - majority
}

fn tells(told: &EncodedColumn, share: f64) -> Problem {
    harms(
        column(&told.name),
        format!("it alone tells the class in {:.1} % of the rows", 100.0 * share),
        "leave it out with `kind = \"ignore\"` in a schema (--table) if it is known only after the \
         class",
    )
}

fn lossy(told: &FittedColumn) -> Option<Problem> {
    (told.lost > MUCH_LOST).then(|| {
        harms(
            column(&told.name),
            format!("its inputs lose {:.0} % of what its values tell apart", 100.0 * told.lost),
            "try --range levels, or a shape with more inputs or more bits (--shape)",
        )
    })
}

fn mostly_missing(profile: &ColumnProfile, rows: usize) -> Option<Problem> {
    (profile.missing > rows / 2).then(|| {
        let share = 100.0 * profile.missing as f64 / rows.max(1) as f64;
        informs(
            column(&profile.name),
            format!("{share:.1} % of its values are missing"),
            "fill them, or leave it out with `kind = \"ignore\"` in a schema (--table)",
        )
    })
}

fn spelled(profile: &ColumnProfile) -> Option<Problem> {
    let names = profile.categories.iter().filter_map(|category| category.texts.first());
    let (one, other) = same_but_for_case(names.map(String::as_str))?;
    Some(informs(
        column(&profile.name),
        format!("the categories {} and {} differ only in their case", shown(one), shown(other)),
        "write them alike if they are one category",
    ))
}

/// Why columns are left out of which models learn nothing, and what can be done.
const LEFT_OUT: [(Kind, &str, &str); 4] = [
    (
        Kind::Identifier,
        "left out, because values that differ in all rows tell nothing about new ones",
        "say `kind = \"category\"` or `\"number\"` in a schema (--table) if they do",
    ),
    (
        Kind::Prose,
        "left out, because models cannot read long texts",
        "replace the texts by numbers or categories to use them",
    ),
    (
        Kind::Constant,
        "left out, because one value in all rows tells nothing",
        "bring rows with other values to use it",
    ),
    (Kind::Empty, "left out, because there are no values", "fill in values to use it"),
];

/// The columns that the encoding does not have. A fixed range takes constant ones, too.
fn others<'a>(profile: &'a Profile, fitted: &Fitted) -> Vec<&'a ColumnProfile> {
    let encoded = fitted.encoding.columns().iter().map(|column| column.name.as_str());
    let encoded: HashSet<&str> = encoded.collect();
    profile.columns.iter().filter(|column| !encoded.contains(column.name.as_str())).collect()
}

/// The names of those that are of a kind.
fn left_out(others: &[&ColumnProfile], kind: Kind) -> Option<String> {
    let columns = others.iter().filter(|column| column.kind == kind);
    let names: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
    match names.as_slice() {
        [] => None,
        [name] => Some(column(name)),
        names => Some(format!("columns {}", list(names.iter().copied()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_too_good_only_if_it_tells_rare_classes_too() {
        assert!(is_too_good(0.996, 0.5));
        assert!(!is_too_good(0.99, 0.5));
        assert!(!is_too_good(0.997, 0.997));
        assert!(is_too_good(1.0, 0.997));
    }

    #[test]
    fn a_column_that_loses_much_is_told() {
        let told = |lost| {
            let (name, how) = ("age".to_owned(), "a number".to_owned());
            lossy(&FittedColumn { name, inputs: 1, how, lost })
        };
        assert_eq!(told(0.2), None);
        assert!(told(0.256).unwrap().to_string().contains("column `age`: its inputs lose 26 %"));
    }
}

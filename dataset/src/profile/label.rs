//! The column of the classes.

use super::{
    columns_of,
    group::{composed, groups, Group},
    tally, LabelColumn, Wanted,
};
use crate::{
    names,
    problem::{list, shown, Problem, LISTED},
    table::{Column, Table},
    value::{TextRules, Value},
};
use nocknock_primitives::limits::MAX_CLASSES;
use serde::Serialize;
use std::{borrow::Cow, cmp::Ordering};

/// The classes of a table's rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Labels {
    /// Name of the column.
    pub column: String,
    /// Its place in the file, from 0.
    pub place: usize,
    /// Names of the classes in ascending order, by number if all of them are numbers.
    pub classes: Vec<String>,
    /// For each row the place of its class among `classes`, if it has one.
    pub of_row: Vec<Option<u8>>,
}

impl Labels {
    pub(super) fn of(place: usize, column: &Column) -> Result<Self, Vec<Problem>> {
        let mut of_row = Vec::with_capacity(column.len());
        let found = tally::count(column, |place| of_row.push(place));
        let numbers = found.iter().all(|found| found.value.is_number());
        let mut groups = groups(&found);
        groups.sort_by(|a, b| if numbers { by_number(a, b) } else { a.name().cmp(b.name()) });
        let problems = problems(column.name(), &groups, numbers);
        if !problems.is_empty() {
            return Err(problems);
        }
        let classes = class_of_each(&groups, found.len());
        let class = |found: Option<usize>| classes.get(found?).copied().flatten();
        Ok(Self {
            column: column.name().to_owned(),
            place,
            classes: groups.iter().map(|group| group.name().to_owned()).collect(),
            of_row: of_row.into_iter().map(class).collect(),
        })
    }

    /// The same rows, whose classes are among these: by their places there, whichever of them the
    /// table has.
    ///
    /// # Errors
    ///
    /// The table has others.
    pub fn among(&self, classes: &[String]) -> Result<Self, Problem> {
        let place = |class: &String| class_of(&Value::Text(class.as_str().into()), classes);
        let places: Vec<Option<usize>> = self.classes.iter().map(place).collect();
        let pairs = self.classes.iter().zip(&places);
        let others = pairs.filter(|(_, place)| place.is_none()).map(|(class, _)| class.as_str());
        let others: Vec<&str> = others.collect();
        if !others.is_empty() {
            return Err(other_classes(&self.column, &others, classes));
        }
        let place = |class: u8| u8::try_from((*places.get(usize::from(class))?)?).ok();
        Ok(Self {
            column: self.column.clone(),
            place: self.place,
            classes: classes.to_vec(),
            of_row: self.of_row.iter().map(|class| class.and_then(place)).collect(),
        })
    }

    /// How many rows each class has, in the order of the classes.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for class in self.of_row.iter().flatten() {
            if let Some(count) = counts.get_mut(usize::from(*class)) {
                *count += 1;
            }
        }
        counts
    }

    /// Share of the most frequent class among the rows that have one: what a model reaches that
    /// always answers the same.
    pub fn majority(&self) -> f64 {
        let counts = self.counts();
        let most = counts.iter().max().copied().unwrap_or_default();
        most as f64 / counts.iter().sum::<usize>().max(1) as f64
    }

    /// The rows that have a class, from 0.
    pub fn known_rows(&self) -> Vec<usize> {
        let rows = self.of_row.iter().enumerate();
        rows.filter(|(_, class)| class.is_some()).map(|(row, _)| row).collect()
    }

    /// What is to be told about rows that are left out.
    pub(super) fn note(&self) -> Option<String> {
        let unknown = self.of_row.iter().filter(|class| class.is_none()).count();
        (unknown > 0).then(|| {
            format!("rows without a class in `{}`, which are left out: {unknown}", self.column)
        })
    }
}

/// The place among these classes of the one that a value names. Numbers and truth values are the
/// same however they are written, and so are texts that differ only in their Unicode form.
pub fn class_of(value: &Value<'_>, classes: &[String]) -> Option<usize> {
    let key = value.key()?;
    let same = classes.iter().position(|class| *class == *key);
    same.or_else(|| {
        let wanted = composed(&key);
        classes.iter().position(|class| composed(&class_key(class)) == wanted)
    })
}

/// The key of a class. A class that is called as a missing value is stays what it is.
fn class_key(class: &str) -> String {
    let value = Value::from_text(class, &TextRules::default());
    let key = value.key().map(Cow::into_owned);
    key.unwrap_or_else(|| class.to_owned())
}

/// Which column says what models are to say, and whether that is a guess.
#[derive(Debug, Default)]
pub(super) struct FoundLabel {
    pub(super) place: Option<usize>,
    pub(super) is_guess: bool,
}

/// Finds the label's column.
pub(super) fn find(table: &Table, wanted: &Wanted) -> Result<FoundLabel, Problem> {
    let name = match (&wanted.label, &wanted.schema.label) {
        (LabelColumn::None, _) => return Ok(FoundLabel::default()),
        (LabelColumn::Last, None) => {
            let place = table.columns().len().checked_sub(1);
            return Ok(FoundLabel { place, is_guess: true });
        }
        (LabelColumn::Named(name), _) | (LabelColumn::Last, Some(name)) => name,
    };
    match table.column(name) {
        Some((place, _)) => Ok(FoundLabel { place: Some(place), is_guess: false }),
        None => Err(no_such_label(name, table)),
    }
}

/// That the last column was taken.
pub(super) fn guess(column: &Column, what: &str) -> String {
    let name = column.name();
    format!("the last column, `{name}`, holds {what}: name another one with --label")
}

fn no_such_label(name: &str, table: &Table) -> Problem {
    Problem::refuses(
        "the label",
        format!("the table has no column {} to take the classes from", shown(name)),
        format!("name one of its columns with --label: {}", columns_of(table)),
    )
}

/// By size. Numbers that are one as floating-point numbers are told apart by their digits.
fn by_number(a: &Group, b: &Group) -> Ordering {
    let (a, b) = (a.name(), b.name());
    let number = |text: &str| text.parse::<f64>().unwrap_or_default();
    let integer = |text: &str| text.parse::<i64>().ok();
    let sizes = number(a).total_cmp(&number(b));
    sizes.then_with(|| integer(a).cmp(&integer(b))).then_with(|| a.cmp(b))
}

/// For each value that was found its class.
fn class_of_each(groups: &[Group], values: usize) -> Vec<Option<u8>> {
    let mut classes = vec![None; values];
    for (class, group) in (0..=u8::MAX).zip(groups) {
        for member in &group.members {
            if let Some(place) = classes.get_mut(*member) {
                *place = Some(class);
            }
        }
    }
    classes
}

/// Everything that makes these groups no classes.
fn problems(column: &str, groups: &[Group], numbers: bool) -> Vec<Problem> {
    if groups.len() > usize::try_from(MAX_CLASSES).unwrap_or(usize::MAX) {
        return vec![too_many(column, groups.len(), numbers)];
    }
    let mut problems = unpublishable(column, groups);
    if groups.len() < 2 {
        problems.push(too_few(column, groups));
    }
    problems
}

fn other_classes(column: &str, others: &[&str], classes: &[String]) -> Problem {
    Problem::refuses(
        format!("column `{column}`"),
        format!("its encoding does not have the classes {}", list(others.iter().copied())),
        format!(
            "leave those rows out, or correct the names: the classes are {}",
            list(classes.iter().map(String::as_str))
        ),
    )
}

fn too_few(column: &str, groups: &[Group]) -> Problem {
    let what = match groups.first() {
        Some(group) => {
            let name = shown(group.name());
            format!("all rows with a class are of the class {name}, so there is nothing to learn")
        }
        None => "no row has a class".to_owned(),
    };
    let remedy = "add rows of at least two classes, or name the label's column with --label";
    Problem::refuses(format!("column `{column}`"), what, remedy)
}

fn too_many(column: &str, count: usize, numbers: bool) -> Problem {
    let what = if numbers {
        format!(
            "it holds {count} different numbers, but a task has at most {MAX_CLASSES} classes; with \
             `target = \"number\"` in a schema (--table), models learn to answer with a number"
        )
    } else {
        format!("it holds {count} different values, but a task has at most {MAX_CLASSES} classes")
    };
    let remedy = "name the label's column with --label, or put its values together into classes";
    Problem::refuses(format!("column `{column}`"), what, remedy)
}

/// The first few classes whose names cannot be published.
fn unpublishable(column: &str, groups: &[Group]) -> Vec<Problem> {
    let refused = |group: &Group| {
        let fault = names::check(group.name()).err()?;
        Some(Problem::refuses(
            format!("column `{column}`, row {}", group.first.saturating_add(1)),
            format!("the class {} cannot be published: {fault}", shown(group.name())),
            "give the class another name",
        ))
    };
    groups.iter().filter_map(refused).take(LISTED).collect()
}

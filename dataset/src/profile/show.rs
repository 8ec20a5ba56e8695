//! A profile as people see it.

use super::{ColumnProfile, Kind, Labels, Numbers, Profile};
use crate::value::decimal;
use std::{collections::BTreeMap, fmt};

/// Most columns that are shown one by one.
const COLUMNS: usize = 40;

/// Most classes that are shown.
const CLASSES: usize = 32;

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows, {} columns", self.rows, self.columns.len())?;
        if let Some(labels) = &self.labels {
            write!(f, ", {} classes in `{}`", labels.classes.len(), labels.column)?;
        }
        if let Some(numbers) = &self.numbers {
            write!(f, ", numbers to be learnt in `{}`", numbers.column)?;
        }
        show_columns(&self.columns, f)?;
        if let Some(labels) = &self.labels {
            show_classes(labels, f)?;
        }
        if let Some(numbers) = &self.numbers {
            show_numbers(numbers, f)?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "\n{note}"))
    }
}

/// All columns, or those with something to tell if there are many.
fn show_columns(columns: &[ColumnProfile], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let few = columns.len() <= COLUMNS;
    let worth_it = columns.iter().filter(|column| few || !column.told.is_empty());
    let shown: Vec<&ColumnProfile> = worth_it.take(COLUMNS).collect();
    let name = width(shown.iter().map(|column| column.name.as_str()).chain(["column"]));
    if !shown.is_empty() {
        write!(f, "\n  {:<name$}  {:<10}  {:>9}  {:>9}", "column", "kind", "missing", "different")?;
    }
    for column in &shown {
        let ColumnProfile { kind, missing, distinct, .. } = column;
        write!(f, "\n  {:<name$}  {kind:<10}  {missing:>9}  {distinct:>9}", column.name)?;
        if !column.told.is_empty() {
            write!(f, "  {}", column.told)?;
        }
    }
    show_rest(columns, shown.len(), f)
}

/// How many columns of each kind there are, if not all of them were shown.
fn show_rest(columns: &[ColumnProfile], shown: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let more = columns.len().saturating_sub(shown);
    if more == 0 {
        return Ok(());
    }
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for column in columns {
        *kinds.entry(column.kind).or_default() += 1;
    }
    let kinds = kinds.iter().map(|(kind, count)| format!("{kind} {count}"));
    write!(f, "\n  … and {more} more; all by kind: {}", kinds.collect::<Vec<_>>().join(", "))
}

fn show_classes(labels: &Labels, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let name = width(labels.classes.iter().map(String::as_str).chain(["class"]));
    write!(f, "\n  {:<name$}  {:>9}", "class", "rows")?;
    for (class, rows) in labels.classes.iter().zip(labels.counts()).take(CLASSES) {
        write!(f, "\n  {class:<name$}  {rows:>9}")?;
    }
    let more = labels.classes.len().saturating_sub(CLASSES);
    if more > 0 {
        write!(f, "\n  … and {more} more")?;
    }
    let percent = labels.majority() * 100.0;
    write!(f, "\nAlways answering the most frequent class is right in {percent:.1} % of rows.")
}

fn show_numbers(numbers: &Numbers, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [least, middle, most] = numbers.spread().map(decimal::of_f64);
    write!(
        f,
        "\nThe numbers in `{}` lie between {least} and {most}, and the one in the middle is \
         {middle}.",
        numbers.column
    )
}

/// The longest of these texts in characters.
fn width<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or_default()
}

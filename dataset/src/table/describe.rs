//! A few lines about a table for the person who is about to publish it.

use super::{Labels, Table};
use serde::Serialize;
use std::{cmp::Ordering, fmt};

/// Size of a table, and how many rows each class has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Rows.
    pub rows: usize,
    /// Columns, the label's left out.
    pub columns: usize,
    /// Name of the label's column, if there is one.
    pub label: Option<String>,
    /// Rows of each class, in the order of the classes.
    pub classes: Vec<ClassCount>,
    /// Columns that hold one number in all rows.
    pub constant_columns: usize,
    /// Rows that repeat another one in all columns, the label's included. Their number is that of
    /// all rows less that of the different ones.
    pub repeated_rows: usize,
}

/// How many rows a class has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    /// Name of the class.
    pub name: String,
    /// Its rows.
    pub rows: usize,
}

impl Description {
    pub(super) fn of(table: &Table) -> Self {
        Self {
            rows: table.len(),
            columns: table.columns().len(),
            label: table.labels().map(|labels| labels.column.clone()),
            classes: table.labels().map(count).unwrap_or_default(),
            constant_columns: constant_columns(table),
            repeated_rows: repeated_rows(table),
        }
    }

    /// Share of the most frequent class: what a model reaches that always answers the same. `None`
    /// without labels.
    pub fn majority(&self) -> Option<f64> {
        let most = self.classes.iter().map(|class| class.rows).max()?;
        Some(most as f64 / self.rows.max(1) as f64)
    }

    fn warn(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.constant_columns == self.columns {
            f.write_str(
                "\nwarning: every column holds the same number in all rows: there is nothing to learn",
            )?;
        }
        if self.repeated_rows > 0 {
            write!(
                f,
                "\nwarning: rows that repeat another one: {}. A model may meet them in training and \
                 again in a test block, and then scores better than it would on new data.",
                self.repeated_rows
            )?;
        }
        Ok(())
    }
}

fn constant_columns(table: &Table) -> usize {
    let is_constant = |column: &usize| {
        let mut values = table.column(*column);
        let first = values.next();
        values.all(|value| Some(value) == first)
    };
    (0..table.columns().len()).filter(is_constant).count()
}

fn repeated_rows(table: &Table) -> usize {
    let classes = table.labels().map(|labels| labels.of_row.as_slice());
    let classes = classes.unwrap_or_default();
    let numbered = table.rows().enumerate();
    let mut rows: Vec<_> = numbered.map(|(number, row)| (row, classes.get(number))).collect();
    rows.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    let pairs = rows.iter().zip(rows.iter().skip(1));
    pairs.filter(|(a, b)| a == b).count()
}

fn count(labels: &Labels) -> Vec<ClassCount> {
    let mut counts = vec![0; labels.classes.len()];
    for class in &labels.of_row {
        if let Some(count) = counts.get_mut(usize::from(*class)) {
            *count += 1;
        }
    }
    let named = labels.classes.iter().cloned().zip(counts);
    named.map(|(name, rows)| ClassCount { name, rows }).collect()
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows, {} columns", self.rows, self.columns)?;
        let (Some(label), Some(majority)) = (&self.label, self.majority()) else {
            return Ok(());
        };
        writeln!(f, ", {} classes in `{label}`:", self.classes.len())?;
        let width = self.classes.iter().map(|class| class.name.chars().count());
        let width = width.max().unwrap_or_default();
        for class in &self.classes {
            writeln!(f, "  {:<width$}  {:>7}", class.name, class.rows)?;
        }
        let percent = majority * 100.0;
        write!(f, "Always answering the most frequent class is right in {percent:.1} % of rows.")?;
        self.warn(f)
    }
}

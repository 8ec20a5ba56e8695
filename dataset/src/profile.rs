//! What the columns of a table are: which ones models learn from, which one holds the classes, and
//! what is left out.

use crate::{
    names,
    problem::{list, shown, Problem, Problems},
    schema::{ColumnRule, KindRule, Schema, TargetRule},
    table::{Column, Table},
    value::moment::DateForm,
};
use serde::Serialize;
use std::{borrow::Cow, collections::HashMap, fmt};

mod column;
mod group;
mod label;
mod numbers;
mod show;
mod tally;

use label::FoundLabel;
pub use label::{class_of, Labels};
pub use numbers::Numbers;

/// What is used if nothing better is there, the better kinds first.
const LAST_CHOICES: [&[Kind]; 2] = [&[Kind::Identifier, Kind::Prose], &[Kind::Constant]];

/// Which column holds the class of each row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LabelColumn {
    /// The one that the schema names, else the last one.
    #[default]
    Last,
    /// The one of this name. Columns without names are `c0`, `c1` and so on.
    Named(String),
    /// None: the table holds rows to predict.
    None,
}

/// What is said about a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Which column holds the classes.
    pub label: LabelColumn,
    /// What the columns are.
    pub schema: Schema,
}

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Numbers.
    Number,
    /// Truth values, some of them perhaps written as 0 and 1.
    Truth,
    /// Values that only differ.
    Category,
    /// Dates, or moments.
    Date,
    /// Each row has another value, which tells nothing about a new row.
    Identifier,
    /// One value in all rows.
    Constant,
    /// Long texts, nearly all of them different, or texts that cannot be published.
    Prose,
    /// No value at all.
    Empty,
}

impl Kind {
    /// Whether models can learn from it.
    fn is_of_use(self) -> bool {
        matches!(self, Self::Number | Self::Truth | Self::Category | Self::Date)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Number => "number",
            Self::Truth => "truth",
            Self::Category => "category",
            Self::Date => "date",
            Self::Identifier => "identifier",
            Self::Constant => "constant",
            Self::Prose => "prose",
            Self::Empty => "empty",
        })
    }
}

/// One value of a category column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Category {
    /// Its spellings, which differ only in their Unicode form. The first is shown.
    pub texts: Vec<String>,
    /// How many rows hold it.
    pub rows: usize,
}

/// What is known of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Its place in the file, from 0.
    pub place: usize,
    /// What it is.
    pub kind: Kind,
    /// Whether models learn from it.
    pub used: bool,
    /// Rows without a value, or with one that the kind has no use for.
    pub missing: usize,
    /// How many different values there are.
    pub distinct: usize,
    /// The values, those with most rows first. Empty unless the kind is [`Kind::Category`].
    pub categories: Vec<Category>,
    /// The order of the values, if the schema gives one, the lowest first.
    pub order: Vec<String>,
    /// How dates are written.
    pub date: DateForm,
    /// Lowest and highest number, if the schema gives them.
    pub range: Option<[f64; 2]>,
    /// What somebody should know about it. Empty if there is nothing special.
    pub told: String,
}

/// What the columns of a table are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Rows.
    pub rows: usize,
    /// Columns of the file, that of the label included.
    pub width: usize,
    /// Whether the file names its columns.
    pub named: bool,
    /// The columns, without that of the label.
    pub columns: Vec<ColumnProfile>,
    /// The classes, if there is a label that holds classes.
    pub labels: Option<Labels>,
    /// The numbers that models learn to answer with, if there is a label that holds numbers.
    pub numbers: Option<Numbers>,
    /// What was guessed and left out here, in sentences. What was guessed while the file was read
    /// is told by [`Table::notes`].
    pub notes: Vec<String>,
}

impl Profile {
    /// Finds out what the columns of a table are, or all reasons why nothing can be learnt from it.
    pub fn of(table: &Table, wanted: &Wanted) -> Result<Self, Problems> {
        let mut search = Search::new(table, wanted);
        let label = search.label();
        let (labels, numbers) = search.answers(&label);
        search.check_rules(label.place);
        let columns = search.columns(label.place);
        if !search.problems.is_empty() {
            return Err(Problems(search.problems));
        }
        Ok(Self {
            rows: table.len(),
            width: table.columns().len(),
            named: table.has_names(),
            columns,
            labels,
            numbers,
            notes: search.notes,
        })
    }

    /// The columns that models learn from.
    pub fn used(&self) -> impl Iterator<Item = &ColumnProfile> + '_ {
        self.columns.iter().filter(|column| column.used)
    }
}

/// A profile that is being made.
struct Search<'a> {
    table: &'a Table,
    wanted: &'a Wanted,
    /// What the schema says about columns, by the names by which these are known.
    rules: HashMap<Cow<'a, str>, &'a ColumnRule>,
    problems: Vec<Problem>,
    notes: Vec<String>,
}

impl<'a> Search<'a> {
    fn new(table: &'a Table, wanted: &'a Wanted) -> Self {
        let rules = wanted.schema.columns.iter();
        let rules = rules.map(|(name, rule)| (names::published(name), rule)).collect();
        Self { table, wanted, rules, problems: Vec::new(), notes: Vec::new() }
    }

    fn label(&mut self) -> FoundLabel {
        let found = label::find(self.table, self.wanted);
        found.unwrap_or_else(|problem| {
            self.problems.push(problem);
            FoundLabel::default()
        })
    }

    /// What models are to say, if there is a label: a class or a number.
    fn answers(&mut self, label: &FoundLabel) -> (Option<Labels>, Option<Numbers>) {
        let table = self.table;
        let column = label.place.and_then(|place| Some((place, table.columns().get(place)?)));
        let Some((place, column)) = column else {
            return (None, None);
        };
        let holds_numbers = self.holds_numbers(column);
        if label.is_guess {
            let what = if holds_numbers { "the numbers to be learnt" } else { "the classes" };
            self.notes.push(label::guess(column, what));
        }
        if holds_numbers {
            (None, self.numbers(place, column))
        } else {
            (self.labels(place, column), None)
        }
    }

    /// Whether the label holds numbers: somebody says so, or it looks like it.
    fn holds_numbers(&self, column: &Column) -> bool {
        let schema = &self.wanted.schema;
        match schema.target {
            Some(TargetRule::Number) => true,
            Some(TargetRule::Class) => false,
            None => schema.tolerance.is_some() || numbers::are_in(column),
        }
    }

    fn numbers(&mut self, place: usize, column: &Column) -> Option<Numbers> {
        let Schema { target, tolerance, .. } = self.wanted.schema;
        match Numbers::of(place, column, tolerance) {
            Ok(numbers) => {
                let is_guess = target.is_none() && tolerance.is_none();
                self.notes.extend(is_guess.then(|| numbers.guess()));
                self.notes.extend(tolerance.is_none().then(|| numbers.guessed_tolerance()));
                self.notes.extend(numbers.note());
                Some(numbers)
            }
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn labels(&mut self, place: usize, column: &Column) -> Option<Labels> {
        match Labels::of(place, column) {
            Ok(labels) => {
                self.notes.extend(labels.note());
                Some(labels)
            }
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    /// Rules about columns that do not exist are mistakes; those about the label change nothing.
    fn check_rules(&mut self, label: Option<usize>) {
        for name in self.wanted.schema.columns.keys() {
            match self.table.column(name) {
                None => self.problems.push(no_such_rule(name, self.table)),
                Some((place, _)) if Some(place) == label => self.notes.push(format!(
                    "the column `{name}` is the label, so its rules in the schema change nothing"
                )),
                Some(_) => {}
            }
        }
    }

    fn columns(&mut self, label: Option<usize>) -> Vec<ColumnProfile> {
        let before = self.problems.len();
        let mut columns = Vec::new();
        for (place, column) in self.table.columns().iter().enumerate() {
            if Some(place) == label {
                continue;
            }
            match column::profile(place, column, &self.rule(column), false) {
                Ok(profile) => columns.push(profile),
                Err(problem) => self.problems.push(problem),
            }
        }
        if self.problems.len() == before {
            self.use_what_is_left(&mut columns);
        }
        columns
    }

    fn rule(&self, column: &Column) -> ColumnRule {
        self.rules.get(column.name()).copied().cloned().unwrap_or_default()
    }

    /// Takes columns that are usually left out if there are no others.
    fn use_what_is_left(&mut self, columns: &mut [ColumnProfile]) {
        for kinds in LAST_CHOICES {
            if columns.iter().any(|column| column.used) {
                return;
            }
            let some = columns.iter_mut().filter(|column| kinds.contains(&column.kind));
            some.for_each(|column| self.use_anyway(column));
        }
        if !columns.iter().any(|column| column.used) {
            self.problems.push(nothing_to_learn_from());
        }
    }

    fn use_anyway(&self, profile: &mut ColumnProfile) {
        let Some(column) = self.table.columns().get(profile.place) else { return };
        let rule = self.rule(column);
        if rule.kind == Some(KindRule::Ignore) {
            return;
        }
        if let Ok(used) = column::profile(profile.place, column, &rule, true) {
            if used.used {
                let kind = profile.kind;
                let told = format!("{kind}, but used because nothing else is left");
                *profile = ColumnProfile { told, ..used };
            }
        }
    }
}

fn no_such_rule(name: &str, table: &Table) -> Problem {
    Problem::refuses(
        "the schema",
        format!("it has rules for a column {}, which the table does not have", shown(name)),
        format!("correct the name: the columns are {}", columns_of(table)),
    )
}

fn nothing_to_learn_from() -> Problem {
    Problem::refuses(
        "the table",
        "it has no column to learn from besides the label",
        "add columns with values; in text files, commas, semicolons, tabs or bars separate them",
    )
}

/// The names of the columns, for somebody who looks for one of them.
fn columns_of(table: &Table) -> String {
    list(table.columns().iter().map(Column::name))
}

#[cfg(test)]
mod tests;

//! What was found in a file, in the form in which a person can correct it.

use crate::data::Prepared;
use nocknock_dataset::{
    names,
    profile::{ColumnProfile, Kind},
    schema::{ColumnRule, KindRule, ReadRules, TargetRule},
    Header, ReadOptions, Schema, Table,
};
use std::collections::HashSet;

/// What is said about the file, and what was found where nothing is said.
pub(super) fn schema(prepared: &Prepared, options: &ReadOptions, told: Schema) -> Schema {
    let mut columns = told.columns;
    // Rules may be about columns whose names are too long to be published.
    let ruled: HashSet<String> =
        columns.keys().map(|name| names::published(name).into_owned()).collect();
    let encoded = prepared.fitted.encoding.columns();
    for column in &prepared.profile.columns {
        let is_encoded = encoded.iter().any(|encoded| encoded.name == column.name);
        let rule = rule(column, is_encoded).filter(|_| !ruled.contains(&column.name));
        columns.extend(rule.map(|rule| (column.name.clone(), rule)));
    }
    let label = Some(prepared.fitted.encoding.label().to_owned());
    let numbers = prepared.profile.numbers.as_ref();
    let target = Some(numbers.map_or(TargetRule::Class, |_| TargetRule::Number));
    let tolerance = numbers.map(|numbers| numbers.tolerance);
    let read = read_rules(&prepared.table, options);
    Schema { label, target, tolerance, read, columns }
}

fn read_rules(table: &Table, options: &ReadOptions) -> ReadRules {
    let layout = table.layout();
    let mark = |comma| if comma { ',' } else { '.' };
    let told = options.decimal_told.then_some(options.text.decimal_comma);
    ReadRules {
        header: Some(if table.has_names() { Header::Present } else { Header::Absent }),
        separator: layout.map(|layout| layout.separator).or(options.separator).map(char::from),
        decimal: layout.map(|layout| layout.decimal_comma).or(told).map(mark),
        missing: options.text.missing.clone(),
    }
}

/// What a column was found to be, if that can be said. A fixed range also takes columns that tell
/// nothing.
fn rule(column: &ColumnProfile, is_encoded: bool) -> Option<ColumnRule> {
    let kind = match column.kind {
        _ if !column.used && is_encoded => return None,
        _ if !column.used => KindRule::Ignore,
        Kind::Number => KindRule::Number,
        Kind::Category => KindRule::Category,
        Kind::Date => {
            return Some(ColumnRule { date: Some(column.date), ..ColumnRule::default() });
        }
        _ => return None,
    };
    Some(ColumnRule { kind: Some(kind), ..ColumnRule::default() })
}

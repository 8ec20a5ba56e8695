//! Rows that no model can tell apart.

use super::{problem, Row};
use crate::problem::{Problem, Severity};
use std::collections::{hash_map::Entry, BTreeMap, HashMap};

/// Two rows, each by its place in the table: a later one and the earlier one that it equals.
type Pair = (usize, usize);

/// Rows with the same inputs.
struct Group {
    /// The place of the first one.
    first: usize,
    /// How many of them have each class.
    classes: BTreeMap<u8, usize>,
}

impl Group {
    /// Rows of another class than most of them.
    fn minority(&self) -> usize {
        let most = self.classes.values().max().copied().unwrap_or_default();
        self.classes.values().sum::<usize>().saturating_sub(most)
    }
}

/// What is to be told about rows with the same inputs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Equal {
    /// Rows that equal an earlier one.
    repeats: usize,
    repeat: Option<Pair>,
    /// Rows that no model is right about that is right about those that equal them.
    lost: usize,
    contradiction: Option<Pair>,
}

impl Equal {
    fn of(rows: &[Row]) -> Self {
        let mut equal = Self::default();
        let mut groups: HashMap<&[u16], Group> = HashMap::new();
        for row in rows {
            match groups.entry(&row.inputs) {
                Entry::Vacant(entry) => {
                    let classes = BTreeMap::from([(row.class, 1)]);
                    entry.insert(Group { first: row.place, classes });
                }
                Entry::Occupied(mut entry) => equal.add(row, entry.get_mut()),
            }
        }
        equal.lost = groups.values().map(Group::minority).sum();
        equal
    }

    /// Adds a row to those that have the same inputs.
    fn add(&mut self, row: &Row, group: &mut Group) {
        let pair = (row.place, group.first);
        self.repeats += 1;
        self.repeat.get_or_insert(pair);
        if !group.classes.contains_key(&row.class) {
            self.contradiction.get_or_insert(pair);
        }
        *group.classes.entry(row.class).or_default() += 1;
    }
}

/// Everything that is wrong with rows that become the same inputs.
pub(super) fn problems(rows: &[Row]) -> Vec<Problem> {
    let equal = Equal::of(rows);
    let repeated = equal.repeat.map(|pair| repeated(equal.repeats, pair, rows.len()));
    let contradiction = equal.contradiction;
    let contradicting = contradiction.map(|pair| contradicting(equal.lost, pair, rows.len()));
    contradicting.into_iter().chain(repeated).collect()
}

fn repeated(count: usize, pair: Pair, rows: usize) -> Problem {
    let what = format!(
        "rows that have the same inputs as an earlier one, so that a model may learn test rows by \
         heart: {count}, such as {}",
        numbers(pair)
    );
    told(count, rows, what, "keep one of each, unless they were measured one by one")
}

fn contradicting(lost: usize, pair: Pair, rows: usize) -> Problem {
    let best = 100.0 * rows.saturating_sub(lost) as f64 / rows.max(1) as f64;
    let what = format!(
        "rows have the same inputs but different classes, such as {}, so that no model is right \
         about more than {best:.1} % of all rows",
        numbers(pair)
    );
    told(lost, rows, what, "correct their classes, or add columns that tell such rows apart")
}

/// From a hundredth of all rows on it is bad.
fn told(count: usize, rows: usize, what: String, remedy: &str) -> Problem {
    let is_bad = count.saturating_mul(100) >= rows;
    let severity = if is_bad { Severity::Harms } else { Severity::Informs };
    problem(severity, "the table", what, remedy)
}

fn numbers((later, earlier): Pair) -> String {
    format!("row {} and row {}", earlier.saturating_add(1), later.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::rows;

    #[test]
    fn rows_that_all_differ_are_no_problem() {
        let rows = rows(&[(&[1, 2], 0), (&[2, 1], 1), (&[1, 1], 0)]);
        assert!(problems(&rows).is_empty());
    }

    #[test]
    fn repeated_rows_are_told_with_the_first_pair() {
        let rows = rows(&[(&[1], 0), (&[2], 1), (&[1], 0), (&[1], 0)]);
        let [problem] = <[Problem; 1]>::try_from(problems(&rows)).unwrap();
        assert!(problem.what.contains("2, such as row 1 and row 3"), "{problem}");
        assert_eq!(problem.severity, Severity::Harms);
    }

    #[test]
    fn equal_rows_of_different_classes_bound_what_models_reach() {
        let rows = rows(&[(&[1], 0), (&[2], 1), (&[1], 0), (&[1], 1)]);
        let [problem, _] = <[Problem; 2]>::try_from(problems(&rows)).unwrap();
        assert!(problem.what.contains("row 1 and row 4"), "{problem}");
        assert!(problem.what.contains("more than 75.0 %"), "{problem}");
    }

    #[test]
    fn a_few_repeated_rows_among_many_are_only_told() {
        let mut cells: Vec<(Vec<u16>, u8)> = (0..200).map(|row| (vec![row], 0)).collect();
        cells.push((vec![7], 0));
        let cells: Vec<(&[u16], u8)> =
            cells.iter().map(|(inputs, class)| (inputs.as_slice(), *class)).collect();
        let [problem] = <[Problem; 1]>::try_from(problems(&rows(&cells))).unwrap();
        assert_eq!(problem.severity, Severity::Informs);
    }
}

//! How much of the classes follows from a few inputs alone.

use super::Row;
use std::{collections::BTreeMap, ops::Range};

/// How many rows have each class.
type Classes = BTreeMap<u8, usize>;

/// The share of rows whose class follows from these inputs of the *other* rows: it is the most
/// frequent one among those with the same inputs, or, where no other row has them, that of the
/// next smaller or larger ones.
///
/// So a value that only one row has does not tell the class of that row, and inputs that have
/// nothing to do with the classes stay far from 1.
pub(super) fn share_told(rows: &[&Row], inputs: Range<usize>) -> f64 {
    let mut groups: BTreeMap<&[u16], Classes> = BTreeMap::new();
    for row in rows {
        let key = row.inputs.get(inputs.clone()).unwrap_or_default();
        *groups.entry(key).or_default().entry(row.class).or_default() += 1;
    }
    let groups: Vec<Classes> = groups.into_values().collect();
    let right: usize = (0..groups.len()).map(|place| told_rows(&groups, place)).sum();
    right as f64 / rows.len().max(1) as f64
}

/// Rows of a group whose class follows from the other rows.
fn told_rows(groups: &[Classes], place: usize) -> usize {
    let Some(group) = groups.get(place) else { return 0 };
    if group.values().sum::<usize>() == 1 {
        let class = most_frequent(group);
        let neighbours = [place.checked_sub(1), place.checked_add(1)];
        let mut near = neighbours.into_iter().flatten().filter_map(|place| groups.get(place));
        return usize::from(near.any(|near| most_frequent(near) == class));
    }
    let is_told = |class: u8, rows: usize| {
        let others = group.iter().filter(|(other, _)| **other != class);
        rows > 1 && others.map(|(_, rows)| *rows).max().unwrap_or_default() < rows
    };
    group.iter().filter(|(class, rows)| is_told(**class, **rows)).map(|(_, rows)| *rows).sum()
}

fn most_frequent(classes: &Classes) -> Option<u8> {
    classes.iter().max_by_key(|(_, rows)| **rows).map(|(class, _)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::rows;

    fn share(cells: &[(&[u16], u8)]) -> f64 {
        let rows = rows(cells);
        share_told(&rows.iter().collect::<Vec<_>>(), 0..1)
    }

    #[test]
    fn a_copy_of_the_class_tells_all_of_it() {
        assert_eq!(share(&[(&[0, 5], 0), (&[9, 6], 1), (&[0, 7], 0), (&[9, 8], 1)]), 1.0);
    }

    #[test]
    fn different_values_in_the_order_of_the_classes_tell_them() {
        let cells: Vec<([u16; 1], u8)> = (0..100).map(|row| ([row], u8::from(row >= 50))).collect();
        let cells: Vec<(&[u16], u8)> =
            cells.iter().map(|(inputs, class)| (inputs.as_slice(), *class)).collect();
        assert_eq!(share(&cells), 1.0);
    }

    #[test]
    fn a_value_of_one_row_tells_nothing_by_itself() {
        assert_eq!(share(&[(&[0], 0), (&[1], 1), (&[2], 0), (&[3], 1)]), 0.0);
        assert_eq!(share(&[(&[0], 0), (&[0], 1)]), 0.0);
    }

    #[test]
    fn a_constant_tells_the_most_frequent_class() {
        assert_eq!(share(&[(&[7], 0), (&[7], 0), (&[7], 0), (&[7], 1)]), 0.75);
    }
}

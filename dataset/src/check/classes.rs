//! What is wrong with the classes.

use super::{column, harms, same_but_for_case};
use crate::{
    metric::Metric,
    problem::{list, shown, Problem},
    profile::Labels,
};

/// Classes with fewer rows are hardly learnt, and their rows are in few test blocks.
const FEW_ROWS: usize = 10;

/// A class with more of the rows leaves a model little to be better at.
const LARGE_SHARE: f64 = 0.8;

/// Everything that is wrong with the classes.
pub(super) fn problems(labels: &Labels, metric: Metric) -> Vec<Problem> {
    let large = match metric {
        Metric::Accuracy => large(labels),
        Metric::BalancedAccuracy => None,
    };
    [rare(labels), large, spelled(labels)].into_iter().flatten().collect()
}

/// Whether one class has most of the rows.
pub(super) fn are_uneven(labels: &Labels) -> bool {
    labels.majority() > LARGE_SHARE
}

fn rare(labels: &Labels) -> Option<Problem> {
    let classes = labels.classes.iter().zip(labels.counts());
    let rare: Vec<String> = classes
        .filter(|(_, rows)| *rows < FEW_ROWS)
        .map(|(class, rows)| format!("{} ({rows})", shown(class)))
        .collect();
    (!rare.is_empty()).then(|| {
        let names = list(rare.iter().map(String::as_str));
        harms(
            column(&labels.column),
            format!("classes with fewer than {FEW_ROWS} rows are hardly learnt: {names}"),
            "bring more rows of them, or put classes together",
        )
    })
}

fn large(labels: &Labels) -> Option<Problem> {
    let share = labels.majority();
    let classes = labels.classes.iter().zip(labels.counts());
    let (class, _) = classes.max_by_key(|(_, rows)| *rows)?;
    are_uneven(labels).then(|| {
        harms(
            column(&labels.column),
            format!(
                "{:.1} % of the rows are of the class {}, so that a model which always answers it \
                 looks good",
                100.0 * share,
                shown(class)
            ),
            "let each class count the same with --metric balanced-accuracy, or bring more rows of \
             the other classes",
        )
    })
}

fn spelled(labels: &Labels) -> Option<Problem> {
    let (one, other) = same_but_for_case(labels.classes.iter().map(String::as_str))?;
    Some(harms(
        column(&labels.column),
        format!("the classes {} and {} differ only in their case", shown(one), shown(other)),
        "write them alike if they are one class",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Classes of so many rows.
    fn labels(classes: &[(&str, usize)]) -> Labels {
        let rows = (0..).zip(classes);
        Labels {
            column: "class".to_owned(),
            place: 0,
            classes: classes.iter().map(|(name, _)| (*name).to_owned()).collect(),
            of_row: rows.flat_map(|(class, (_, rows))| vec![Some(class); *rows]).collect(),
        }
    }

    fn told(classes: &[(&str, usize)]) -> Vec<String> {
        let problems = problems(&labels(classes), Metric::Accuracy);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn classes_of_like_size_are_no_problem() {
        assert!(told(&[("a", 20), ("b", 80)]).is_empty());
    }

    #[test]
    fn rare_classes_are_told_in_one_sentence() {
        let [rare] = <[String; 1]>::try_from(told(&[("a", 9), ("b", 30), ("c", 1)])).unwrap();
        assert!(rare.contains("\"a\" (9), \"c\" (1)"), "{rare}");
    }

    #[test]
    fn a_class_of_most_rows_is_told_where_rows_count_the_same() {
        let [large] = <[String; 1]>::try_from(told(&[("a", 10), ("b", 91)])).unwrap();
        assert!(large.contains("90.1 % of the rows are of the class \"b\""), "{large}");
        assert!(large.contains("--metric balanced-accuracy"), "{large}");
        let labels = labels(&[("a", 10), ("b", 91)]);
        assert!(problems(&labels, Metric::BalancedAccuracy).is_empty());
    }

    #[test]
    fn classes_that_differ_only_in_case_are_told() {
        let [spelled] =
            <[String; 1]>::try_from(told(&[("No", 20), ("Yes", 20), ("no", 20)])).unwrap();
        assert!(spelled.contains("\"No\" and \"no\""), "{spelled}");
    }
}

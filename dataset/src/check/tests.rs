use super::*;
use crate::{
    encoding::Range,
    metric::Metric,
    profile::{LabelColumn, Wanted},
    table::ReadOptions,
};
use nocknock_primitives::model::names::named;
use std::path::Path;

/// Rows of these inputs and classes.
pub(super) fn rows(cells: &[(&[u16], u8)]) -> Vec<Row> {
    let cells = cells.iter().enumerate();
    let row = |(place, (inputs, class)): (usize, &(&[u16], u8))| Row {
        place,
        inputs: inputs.to_vec(),
        class: *class,
    };
    cells.map(row).collect()
}

fn checked(text: &str) -> Check {
    checked_by(text, Metric::Accuracy)
}

fn checked_by(text: &str, metric: Metric) -> Check {
    let options = ReadOptions::default();
    let table = Table::read_csv(text.as_bytes(), Path::new("data.csv"), &options).unwrap();
    let label = LabelColumn::Named("class".to_owned());
    let profile = Profile::of(&table, &Wanted { label, ..Wanted::default() }).unwrap();
    let architecture = named("table-128x64x10").unwrap();
    let fitted = Encoding::fit(&table, &profile, &architecture, Range::Auto).unwrap();
    let encoding = fitted.encoding.measured_by(metric).unwrap();
    check(&table, &profile, &Fitted { encoding, ..fitted }, &architecture).unwrap()
}

/// Two numbers that look random, and whether their sum is large.
fn plain_row(row: usize) -> (usize, usize, &'static str) {
    let (a, b) = (row * 37 % 101, row * 53 % 97);
    (a, b, if a + b > 98 { "large" } else { "small" })
}

fn plain_table(rows: usize) -> String {
    let lines = (0..rows).map(plain_row).map(|(a, b, class)| format!("{a},{b},{class}\n"));
    format!("a,b,class\n{}", lines.collect::<String>())
}

/// A table with nearly everything that is wrong with tables.
fn bad_table() -> String {
    let line = |row: usize| {
        let (a, b, class) = plain_row(row);
        let class = if row < 5 { "rare" } else { class };
        let gap = if row.is_multiple_of(4) { (row % 7).to_string() } else { String::new() };
        let colour = ["red", "Red", "blue"][row % 3];
        format!("{row},1,{a},{b},{gap},{colour},x{class},{class}\n")
    };
    let lines: String = (0..400).map(line).collect();
    format!("id,same,a,b,gap,colour,copy,class\n{lines}")
}

#[test]
fn a_good_table_has_no_problems() {
    let check = checked(&plain_table(1_000));
    assert!(check.problems.is_empty(), "{:#?}", check.problems);
    let Measured { plan, baselines, interval, .. } = check.measured;
    assert_eq!((plan.blocks, plan.least_test_rows), (5, 200));
    let [majority, logistic] = [baselines.majority, baselines.logistic];
    assert!(majority.right < 0.6 && logistic.right > 0.9, "{baselines:?}");
    assert!(baselines.quick.right > 0.9, "{baselines:?}");
    assert!(logistic.low < logistic.right && logistic.right <= logistic.high, "{baselines:?}");
    assert!((0.0..0.05).contains(&interval), "{interval}");
    assert_eq!(check.other, None, "both classes have many rows");
}

/// Two hundred rows, each tenth of which is rare.
fn uneven_table() -> String {
    let line = |row: usize| {
        let (a, b, _) = plain_row(row);
        let class = if row.is_multiple_of(10) { "rare" } else { "usual" };
        let a = if class == "rare" { a + 40 } else { a };
        format!("{a},{b},{class}\n")
    };
    format!("a,b,class\n{}", (0..200).map(line).collect::<String>())
}

#[test]
fn a_table_of_which_one_class_has_most_rows_is_measured_by_both_metrics() {
    let check = checked(&uneven_table());
    let told: Vec<String> = check.problems.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|told| told.contains("--metric balanced-accuracy")), "{told:#?}");
    let (plain, balanced) = (check.measured, check.other.unwrap());
    assert_eq!((plain.metric, balanced.metric), (Metric::Accuracy, Metric::BalancedAccuracy));
    assert_eq!((plain.plan.least_test_rows, balanced.plan.least_test_rows), (40, 72));
    assert!((plain.baselines.majority.right - 0.9).abs() < 1e-9);
    let constant = balanced.baselines.majority;
    assert_eq!([constant.right, constant.low, constant.high], [0.5; 3]);
    // Four different rows of the rare class are tested, however often each of them is there.
    assert!(balanced.interval > 0.1, "{}", balanced.interval);
}

#[test]
fn a_table_of_which_each_class_counts_the_same_is_told_how_many_rows_really_differ() {
    let check = checked_by(&uneven_table(), Metric::BalancedAccuracy);
    assert_eq!(check.measured.metric, Metric::BalancedAccuracy);
    assert_eq!(check.other.unwrap().metric, Metric::Accuracy);
    let told: Vec<String> = check.problems.iter().map(ToString::to_string).collect();
    let few = "the test data: it has 4 different rows of the rarest class";
    assert!(told.iter().any(|told| told.starts_with(few)), "{told:#?}");
    assert!(!told.iter().any(|told| told.contains("--metric")), "{told:#?}");
}

#[test]
fn a_quick_model_learns_what_no_line_tells() {
    let line = |row: usize| {
        let (a, b) = (row * 37 % 101, row * 53 % 97);
        let class = if (a > 50) == (b > 48) { "alike" } else { "unlike" };
        format!("{a},{b},{class}\n")
    };
    let text = format!("a,b,class\n{}", (0..1_000).map(line).collect::<String>());
    for metric in [Metric::Accuracy, Metric::BalancedAccuracy] {
        let baselines = checked_by(&text, metric).measured.baselines;
        assert!(baselines.logistic.right < 0.7, "{baselines:?}");
        assert!(baselines.quick.right > 0.9, "{baselines:?}");
        assert!(baselines.quick.low < baselines.quick.right, "{baselines:?}");
    }
}

#[test]
fn all_problems_of_a_table_are_told_at_once() {
    let check = checked(&bad_table());
    let told: Vec<String> = check.problems.iter().map(ToString::to_string).collect();
    let expected = [
        "column `copy`: it alone tells the class in 100.0 % of the rows",
        "column `class`: classes with fewer than 10 rows are hardly learnt: \"rare\" (5)",
        "the test data: it has 80 rows",
        "column `gap`: 75.0 % of its values are missing",
        "column `colour`: the categories ",
        "column `id`: left out",
        "column `same`: left out",
    ];
    for start in expected {
        assert!(told.iter().any(|told| told.starts_with(start)), "{start}: {told:#?}");
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    assert!(check.problems.is_sorted_by_key(|problem| problem.severity));
}

#[test]
fn what_makes_no_task_is_refused() {
    let options = ReadOptions::default();
    let text = plain_table(50);
    let table = Table::read_csv(text.as_bytes(), Path::new("data.csv"), &options).unwrap();
    let profile = Profile::of(&table, &Wanted::default()).unwrap();
    let architecture = named("table-128x64x10").unwrap();
    let fitted = Encoding::fit(&table, &profile, &architecture, Range::Auto).unwrap();
    let other = named("table-128x64x2").unwrap();
    assert!(check(&table, &profile, &fitted, &other).is_ok());
    let other = named("digits-64x32x10").unwrap();
    let refused = check(&table, &profile, &fitted, &other).unwrap_err();
    assert!(matches!(refused, PrepareError::Encoding(_)), "{refused}");
    let profile = Profile { labels: None, ..profile };
    let refused = check(&table, &profile, &fitted, &architecture).unwrap_err();
    assert_eq!(refused, PrepareError::NoLabels);
}

#[test]
fn the_result_is_written_for_programs() {
    let value = serde_json::to_value(checked(&plain_table(100))).unwrap();
    assert_eq!(value["plan"]["blocks"], 5);
    assert_eq!(value["plan"]["least_test_rows"], 20);
    assert_eq!(value["problems"][0]["severity"], "harms");
    assert!(value["baselines"]["logistic"]["right"].is_number());
    assert!(value["baselines"]["quick"]["right"].is_number());
    assert_eq!(value["metric"], "accuracy");
    assert!(value["other"].is_null());
}

#[test]
fn texts_that_differ_only_in_case_are_found() {
    assert_eq!(same_but_for_case(["b", "Äa", "äA", "B"]), Some(("Äa", "äA")));
    assert_eq!(same_but_for_case(["a", "b"]), None);
}

//! What somebody should know about a table whose numbers are to be learnt.

use super::{
    check_encoding, column,
    columns::{self, MOST_ROWS, TELLING_ROWS},
    few_test_rows, half_width, harms, informs, linear, plan_form, quick, rank, rows, Row,
};
use crate::{
    blocks::PrepareError,
    encoding::{EncodingError, Fitted, How, NumberScale},
    problem::{Problem, Problems},
    profile::{Numbers, Profile},
    shape::shape_name,
    split::{plan, SplitPlan},
    table::Table,
};
use nocknock_primitives::model::{Architecture, Goal, Head};
use serde::Serialize;

/// A column whose numbers are in the order of those to be learnt to this degree, or in the opposite
/// one, is too good.
const TELLING_ORDER: f64 = 0.999;

/// A tolerance within which the same answer is right about more of the rows leaves a model little
/// to be better at.
const LARGE_SHARE: f64 = 0.8;

/// What was found out about a table whose numbers are to be learnt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NumberCheck {
    /// What is wrong with it, the worst first.
    pub problems: Vec<Problem>,
    /// Into how many blocks its rows go.
    #[serde(serialize_with = "plan_form")]
    pub plan: SplitPlan,
    /// By how much the share of test rows that a model is right about differs from what it is right
    /// about in general, in 19 of 20 cases at most, if the model is as good as the linear one.
    pub interval: f64,
    /// Which numbers the targets of models stand for.
    #[serde(skip)]
    pub scale: NumberScale,
    /// One that always gives the best answer. Its share of the points is what the chain reckons,
    /// which may be a little more than it gets.
    pub constant: NumberBaseline,
    /// A linear regression on the inputs, on a fifth of the rows that it was not trained with.
    pub linear: NumberBaseline,
    /// A network with the hidden layers of the architecture, on the same rows after a few passes
    /// over the others. What a worker searches for is usually better.
    pub quick: NumberBaseline,
}

/// What a simple model reaches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NumberBaseline {
    /// Its share of all points, as proofs count them.
    pub points: f64,
    /// The mean distance of its answers from the numbers, in the units of the column.
    pub error: f64,
}

/// Looks for everything that makes a table whose numbers are to be learnt a bad task, or no task at
/// all.
///
/// The same table gives the same result on the same machine: what is drawn has a fixed seed.
pub fn check_numbers(
    table: &Table,
    profile: &Profile,
    fitted: &Fitted,
    architecture: &Architecture,
) -> Result<NumberCheck, PrepareError> {
    let numbers = profile.numbers.as_ref().ok_or(PrepareError::NoLabels)?;
    check_encoding(&fitted.encoding, architecture)?;
    let (scale, goal) = scale_and_goal(fitted, architecture)?;
    let known = numbers.known();
    let plan = plan(known.len(), architecture, None, None)?;
    let constant = constant(&known, &scale, goal, architecture);
    check_constant(numbers, &constant)?;
    let encoded = encoded(table, numbers, fitted)?;
    let inputs: Vec<&[u16]> = encoded.iter().map(|row| row.inputs.as_slice()).collect();
    let linear = baseline(&linear::answers(&inputs, &known), &scale, goal);
    let quick = baseline(&quick::answers(&inputs, &known, architecture), &scale, goal);
    let interval = half_width(linear.points, plan.least_test_rows);
    // That a column alone tells the class is a rule for classes.
    let mut problems = columns::problems(profile, fitted, &[], 1.0);
    problems.extend(telling(table, fitted, numbers));
    problems.extend(rows::problems(&encoded));
    problems.extend(loose(numbers, &constant, goal));
    problems.extend(clipped(numbers, &scale));
    problems.extend(few_test_rows(&plan, interval));
    problems.sort_by_key(|problem| problem.severity);
    Ok(NumberCheck { problems, plan, interval, scale, constant, linear, quick })
}

fn scale_and_goal(
    fitted: &Fitted,
    architecture: &Architecture,
) -> Result<(NumberScale, Goal), EncodingError> {
    match (fitted.encoding.scale(), architecture.head) {
        (Some(scale), Head::Number { goal, .. }) => Ok((scale, goal)),
        _ => {
            let shape = shape_name(architecture);
            Err(EncodingError::Answer { answer: "a number", shape })
        }
    }
}

/// The rows that have a number, without the inputs that no column has. They are all of one class.
fn encoded(table: &Table, numbers: &Numbers, fitted: &Fitted) -> Result<Vec<Row>, EncodingError> {
    let used = fitted.encoding.used_inputs();
    let encoder = fitted.encoding.for_table(table)?;
    let rows = numbers.known_rows().into_iter().map(|place| {
        let mut inputs = encoder.row(place);
        inputs.truncate(used);
        Row { place, inputs, class: 0 }
    });
    Ok(rows.collect())
}

/// What always giving the best answer reaches.
fn constant(
    numbers: &[f64],
    scale: &NumberScale,
    goal: Goal,
    architecture: &Architecture,
) -> NumberBaseline {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    let pairs: Vec<(f64, f64)> = numbers.iter().map(|number| (*number, middle)).collect();
    let points = scale.best_constant(numbers, architecture);
    NumberBaseline { points, ..baseline(&pairs, scale, goal) }
}

/// What answers reach that stand beside the true numbers.
fn baseline(pairs: &[(f64, f64)], scale: &NumberScale, goal: Goal) -> NumberBaseline {
    let count = pairs.len().max(1) as f64;
    let points = pairs.iter().map(|(number, answer)| {
        let distance = u32::from(scale.target(*number).abs_diff(scale.target(*answer)));
        match goal {
            Goal::Within { tolerance } => f64::from(distance <= tolerance),
            Goal::AbsoluteError { cap } => {
                f64::from(cap.saturating_sub(distance)) / f64::from(cap.max(1))
            }
        }
    });
    let errors = pairs.iter().map(|(number, answer)| (number - answer).abs());
    let (points, error): (f64, f64) = (points.sum(), errors.sum());
    NumberBaseline { points: points / count, error: error / count }
}

/// A model has to be better than the best answer that is always the same.
fn check_constant(numbers: &Numbers, constant: &NumberBaseline) -> Result<(), Problems> {
    if constant.points < 1.0 {
        return Ok(());
    }
    Err(Problems(vec![Problem::refuses(
        column(&numbers.column),
        "an answer that is always the same gets all points, as far as the chain can tell, so no \
         model can be better",
        "choose a smaller --tolerance",
    )]))
}

/// Columns of numbers that are almost those to be learnt.
fn telling(table: &Table, fitted: &Fitted, numbers: &Numbers) -> Vec<Problem> {
    let known = numbers.of_row.iter().enumerate();
    let known: Vec<(usize, f64)> =
        known.filter_map(|(row, number)| Some((row, (*number)?))).collect();
    let step = known.len().div_ceil(MOST_ROWS).max(1);
    let columns = fitted.encoding.columns().iter();
    let columns = columns.filter(|column| matches!(column.how, How::Steps { .. }));
    let told = columns.filter_map(|told| {
        let values = table.columns().get(usize::from(told.place))?;
        let sample = known.iter().step_by(step);
        let pairs = sample.filter_map(|(row, number)| Some((values.get(*row).number()?, *number)));
        let pairs: Vec<(f64, f64)> = pairs.collect();
        let order = rank::correlation(&pairs).filter(|_| pairs.len() >= TELLING_ROWS)?;
        (order.abs() > TELLING_ORDER).then(|| tells(&told.name, order))
    });
    told.collect()
}

fn tells(name: &str, order: f64) -> Problem {
    harms(
        column(name),
        format!(
            "it alone almost tells the number: both have the same order, or the opposite one (rank \
             correlation {order:.4})"
        ),
        "leave it out with `kind = \"ignore\"` in a schema (--table) if it is known only after the \
         number",
    )
}

/// A tolerance that is so large that the same answer does for most rows.
fn loose(numbers: &Numbers, constant: &NumberBaseline, goal: Goal) -> Option<Problem> {
    let is_loose = match goal {
        Goal::Within { .. } => constant.points > LARGE_SHARE,
        // Points are counted up to many tolerances, so nearly all answers get most of them.
        Goal::AbsoluteError { .. } => constant.error < numbers.tolerance,
    };
    is_loose.then(|| {
        harms(
            column(&numbers.column),
            format!(
                "an answer that is always the same gets {:.1} % of the points, so that a model \
                 which always gives it looks good",
                100.0 * constant.points
            ),
            "choose a smaller --tolerance, or bring more rows with other numbers",
        )
    })
}

/// Numbers so far from most others that no target stands for them.
fn clipped(numbers: &Numbers, scale: &NumberScale) -> Option<Problem> {
    let known = numbers.known();
    let count = known.iter().filter(|number| scale.is_beyond(**number)).count();
    (count > 0).then(|| {
        let ends = [scale.text(0), scale.text(u16::MAX.into())];
        informs(
            column(&numbers.column),
            format!(
                "rows whose number is not between {} and {}, and is learnt as the nearer of the \
                 two: {count}",
                ends[0], ends[1]
            ),
            "choose a larger --tolerance if they matter, or leave them out",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        encoding::{Encoding, Range},
        profile::Wanted,
        schema::Schema,
        table::ReadOptions,
    };
    use nocknock_primitives::model::names::named;
    use std::path::Path;

    fn checked(text: &str, shape: &str) -> Result<NumberCheck, PrepareError> {
        checked_within(None, text, shape)
    }

    fn checked_within(
        tolerance: Option<f64>,
        text: &str,
        shape: &str,
    ) -> Result<NumberCheck, PrepareError> {
        let options = ReadOptions::default();
        let table = Table::read_csv(text.as_bytes(), Path::new("data.csv"), &options).unwrap();
        let schema = Schema { tolerance, ..Schema::default() };
        let profile = Profile::of(&table, &Wanted { schema, ..Wanted::default() }).unwrap();
        let fitted_for = named("value-128x64-within").unwrap();
        let fitted = Encoding::fit(&table, &profile, &fitted_for, Range::Auto).unwrap();
        check_numbers(&table, &profile, &fitted, &named(shape).unwrap())
    }

    /// A price that nearly follows from two numbers.
    fn priced(rows: usize) -> String {
        let line = |row: usize| {
            let (a, b, noise) = (row * 37 % 101, row * 53 % 97, row * 31 % 7);
            format!("{a},{b},{}.5\n", 20 * a + 10 * b + noise)
        };
        format!("a,b,price\n{}", (0..rows).map(line).collect::<String>())
    }

    #[test]
    fn a_linear_model_beats_the_constant_where_the_numbers_follow_from_the_columns() {
        let check = checked(&priced(1_000), "value-128x64-within").unwrap();
        assert!(check.problems.is_empty(), "{:#?}", check.problems);
        assert_eq!((check.plan.blocks, check.plan.least_test_rows), (5, 200));
        assert!(check.linear.points > 0.95, "{:?}", check.linear);
        assert!((0.05..0.3).contains(&check.constant.points), "{:?}", check.constant);
        assert!(check.linear.error < 20.0 && check.constant.error > 300.0, "{check:?}");
        assert!(check.quick.error < 100.0, "{:?}", check.quick);
        assert!((0.0..0.05).contains(&check.interval), "{}", check.interval);
    }

    #[test]
    fn with_absolute_errors_points_are_shares_of_the_cap() {
        let check = checked(&priced(1_000), "value-128x64").unwrap();
        assert!(check.constant.points > 0.8 && check.constant.points < 0.95, "{check:?}");
        assert!(check.linear.points > 0.99, "{check:?}");
    }

    #[test]
    fn numbers_far_from_all_others_are_told() {
        let text = priced(200) + "7,1,1000000\n8,2,-1000000\n";
        let check = checked(&text, "value-128x64-within").unwrap();
        let clipped = check.problems.iter().find(|problem| problem.place == "column `price`");
        assert!(clipped.unwrap().what.ends_with("the nearer of the two: 2"), "{clipped:?}");
    }

    #[test]
    fn a_tolerance_with_which_one_answer_does_for_most_rows_is_told() {
        let loose = |tolerance, shape| {
            let check = checked_within(Some(tolerance), &priced(1_000), shape).unwrap();
            check.problems.iter().any(|problem| problem.what.contains("always the same"))
        };
        // Within 1,000 the same answer is right about 93 % of the rows, within 500 about 56 %. That
        // in the middle is off by 543 on average.
        for shape in ["value-128x64-within", "value-128x64"] {
            assert!(loose(1_000.0, shape), "{shape}");
            assert!(!loose(500.0, shape), "{shape}");
        }
    }

    #[test]
    fn a_tolerance_that_leaves_no_model_to_be_better_is_refused() {
        // The numbers lie 2,925 apart: within 1,460 one answer is not right about all of them, but
        // the chain takes it for such.
        for tolerance in [1_500.0, 1_460.0] {
            let refused = checked_within(Some(tolerance), &priced(1_000), "value-128x64-within");
            let refused = refused.unwrap_err();
            assert!(matches!(refused, PrepareError::Problems(_)), "{refused}");
            assert!(refused.to_string().contains("a smaller --tolerance"), "{refused}");
        }
    }

    #[test]
    fn a_column_that_is_almost_the_number_is_told() {
        // The square of the price and the missing value are no hindrance, another order is.
        let table = |rows: usize, sign: &str, swapped: bool| {
            let line = |row: usize| {
                let price = row * 37 % 1_009;
                let copy = if swapped && row.is_multiple_of(5) { 1_009 - price } else { price };
                let copy = if row == 3 { String::new() } else { format!("{sign}{}", copy * copy) };
                format!("{},{copy},{price}.5\n", row * 53 % 97)
            };
            format!("a,b,price\n{}", (0..rows).map(line).collect::<String>())
        };
        let told = |text: &str| {
            let tolerance = Some(20.0);
            let check = checked_within(tolerance, text, "value-128x64-within").unwrap();
            let problems = check.problems.into_iter();
            let leaks = problems.filter(|problem| problem.what.starts_with("it alone almost"));
            leaks.map(|leak| leak.place).collect::<Vec<_>>()
        };
        assert_eq!(told(&table(400, "", false)), ["column `b`"]);
        assert_eq!(told(&table(400, "-", false)), ["column `b`"]);
        assert_eq!(told(&table(400, "", true)), [""; 0]);
        assert_eq!(told(&table(TELLING_ROWS, "", false)), [""; 0], "one has no value");
        assert_eq!(told(&table(TELLING_ROWS + 1, "", false)), ["column `b`"]);
    }

    #[test]
    fn few_rows_and_equal_rows_are_told() {
        let text = priced(40) + "0,0,12\n0,0,700\n";
        let problems = checked(&text, "value-128x64-within").unwrap().problems;
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|told| told.starts_with("the test data: it has")), "{told:?}");
        assert!(told.iter().any(|told| told.contains("same inputs as an earlier one")), "{told:?}");
    }

    #[test]
    fn another_head_is_refused() {
        let refused = checked(&priced(100), "table-128x64x2").unwrap_err();
        assert!(matches!(refused, PrepareError::Encoding(EncodingError::Answer { .. })));
    }
}

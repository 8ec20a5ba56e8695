//! How exactly a score can be measured, and what models reach that are made in seconds.

use crate::{
    data::Prepared,
    output::{number, table, text, Shown},
};
use nocknock_dataset::{
    check,
    check::{interval::around, Measured, NumberBaseline, Reached},
    check_numbers, Check, Metric, NumberCheck, PrepareError, Problem, SplitPlan, WeightedPlan,
};
use serde_json::{json, Value};

/// What was found out about the rows of a file, by what models are to say.
#[derive(Debug)]
pub(super) enum Findings {
    /// A class.
    Classes(Box<Check>),
    /// A number.
    Numbers(NumberCheck),
}

/// What is to be known about the last of the models.
const ABOUT_THE_QUICK_MODEL: &str = "\
The quick model has the layers of the chosen shape and is trained within seconds. The search of \
a worker usually does better, so a --min-score of about what the quick model reaches is one that \
workers can meet, and one far above it may leave no winner.";

/// What a model reaches that is made in seconds.
struct Simple {
    /// For programs.
    name: &'static str,
    /// For people.
    title: &'static str,
    /// Its share of all points, and what it scores on the test rows in 95 % of all cases.
    reached: Reached,
    /// How far its answers are off, if they are numbers.
    error: Option<f64>,
}

impl Findings {
    pub(super) fn of(prepared: &Prepared) -> Result<Self, PrepareError> {
        let Prepared { table, profile, fitted, architecture } = prepared;
        if profile.numbers.is_some() {
            check_numbers(table, profile, fitted, architecture).map(Self::Numbers)
        } else {
            check(table, profile, fitted, architecture).map(|check| Self::Classes(Box::new(check)))
        }
    }

    /// What is wrong with the file, the worst first.
    pub(super) fn problems(&self) -> &[Problem] {
        match self {
            Self::Classes(check) => &check.problems,
            Self::Numbers(check) => &check.problems,
        }
    }

    /// Into how many blocks the rows go.
    pub(super) fn plan(&self) -> &SplitPlan {
        match self {
            Self::Classes(check) => &check.measured.plan,
            Self::Numbers(check) => &check.plan,
        }
    }

    /// How exactly a score can be measured.
    pub(super) fn interval(&self) -> f64 {
        match self {
            Self::Classes(check) => check.measured.interval,
            Self::Numbers(check) => check.interval,
        }
    }

    /// How copies of rows make each class count the same, if they do.
    pub(super) fn weighted(&self) -> Option<&WeightedPlan> {
        self.measured()?.weighted.as_ref()
    }

    /// What the metric makes of the rows, if models tell classes apart.
    fn measured(&self) -> Option<&Measured> {
        match self {
            Self::Classes(check) => Some(&check.measured),
            Self::Numbers(_) => None,
        }
    }

    /// What another metric makes of the rows, where one class has most of them.
    fn other(&self) -> Option<&Measured> {
        match self {
            Self::Classes(check) => check.other.as_ref(),
            Self::Numbers(_) => None,
        }
    }

    /// How exact a score by the other metric would be, where that is worth a word.
    pub(super) fn told_of_the_other(&self) -> Option<String> {
        let Measured { metric, interval, .. } = self.other()?;
        Some(format!("By {metric} it would be exact to {:.1} points.", 100.0 * interval))
    }

    /// Which regression the better simple model is.
    pub(super) fn regression(&self) -> &'static str {
        match self {
            Self::Classes(_) => "logistic",
            Self::Numbers(_) => "linear",
        }
    }

    /// What simple models reach, and what they score on the test rows in 95 % of all cases.
    pub(super) fn baselines(&self) -> String {
        let mut others = self.other().map(by_metric).into_iter().flatten();
        let rows = self.simple().map(|simple| {
            let mut row = vec![text(simple.title)];
            row.extend(simple.cells());
            row.extend(others.next().iter().flat_map(Simple::cells));
            row.extend(simple.error.map(|error| number(format!("{error:.4}"))));
            row
        });
        format!("{}\n{ABOUT_THE_QUICK_MODEL}", table(&self.titles(), rows))
    }

    /// What stands above the columns of that table.
    fn titles(&self) -> Vec<&'static str> {
        const TESTED: &str = "on the test rows";
        let metrics = [self.measured(), self.other()].into_iter().flatten();
        let names = metrics.map(|measured| match measured.metric {
            Metric::Accuracy => "right",
            Metric::BalancedAccuracy => "balanced accuracy",
        });
        let of_metrics = names.flat_map(|name| [name, TESTED]);
        let of_numbers = ["points", TESTED, "mean error"];
        let first = std::iter::once("model");
        match self {
            Self::Classes(_) => first.chain(of_metrics).collect(),
            Self::Numbers(_) => first.chain(of_numbers).collect(),
        }
    }

    /// The same for programs.
    pub(super) fn values(&self) -> Vec<Value> {
        self.simple().iter().map(Simple::value).collect()
    }

    /// What the points of models are, for programs. None if models answer with a number.
    pub(super) fn metric(&self) -> Option<Metric> {
        self.measured().map(|measured| measured.metric)
    }

    /// How copies of rows make each class count the same, for programs.
    pub(super) fn weighted_value(&self) -> Option<Value> {
        self.weighted().map(weighted)
    }

    /// What the other metric makes of the rows, for programs.
    pub(super) fn other_value(&self) -> Option<Value> {
        let other = self.other()?;
        let baselines: Vec<Value> = by_metric(other).iter().map(Simple::value).collect();
        Some(json!({
            "metric": other.metric,
            "least_test_rows": other.plan.least_test_rows,
            "weighted": other.weighted.as_ref().map(weighted),
            "interval": other.interval,
            "baselines": baselines,
        }))
    }

    fn simple(&self) -> [Simple; 3] {
        match self {
            Self::Classes(check) => by_metric(&check.measured),
            Self::Numbers(check) => {
                let rows = check.plan.least_test_rows;
                [
                    Simple::number("constant", "always the best number", check.constant, rows),
                    Simple::number("linear", "linear regression", check.linear, rows),
                    Simple::number("quick", "quick model", check.quick, rows),
                ]
            }
        }
    }
}

impl Simple {
    /// A model that answers with a number, on so many test rows.
    fn number(name: &'static str, title: &'static str, of: NumberBaseline, rows: u32) -> Self {
        let (low, high) = around(of.points, rows);
        let reached = Reached { right: of.points, low, high };
        Self { name, title, reached, error: Some(of.error) }
    }

    fn cells(&self) -> [Shown; 2] {
        let Reached { right, low, high } = self.reached;
        let [right, low, high] = [right, low, high].map(|share| 100.0 * share);
        [number(format!("{right:.1} %")), number(format!("{low:.1} to {high:.1} %"))]
    }

    fn value(&self) -> Value {
        let Reached { right, low, high } = self.reached;
        let (name, error) = (self.name, self.error);
        json!({ "model": name, "right": right, "low": low, "high": high, "error": error })
    }
}

/// Models of classes, measured in some way.
fn by_metric(measured: &Measured) -> [Simple; 3] {
    let class = |name, title, reached| Simple { name, title, reached, error: None };
    let baselines = measured.baselines;
    [
        class("majority", "always the most frequent class", baselines.majority),
        class("logistic", "logistic regression", baselines.logistic),
        class("quick", "quick model", baselines.quick),
    ]
}

fn weighted(plan: &WeightedPlan) -> Value {
    json!({
        "copies": plan.copies,
        "different_test_rows": plan.different_test_rows,
        "left_out": plan.left_out,
    })
}

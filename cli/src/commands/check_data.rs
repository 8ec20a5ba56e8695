//! `nocknock check-data`.

mod cost;
mod findings;
mod found;
mod given;

use crate::{
    data::{self, DataArgs, MetricArg, Prepared, RangeArg, Tolerance},
    failure::{other, usage, Failure},
    output::{number, table, text, Output, Shown},
};
use clap::Args;
use cost::Cost;
use findings::Findings;
use given::Given;
use nocknock_dataset::{plan, shape_name, Encoding, Metric, Needs, Severity, WeightedPlan};
use nocknock_primitives::model::{names::offered, Architecture, Head};
use serde_json::{json, Value};
use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

const ABOUT_TABLES: &str = "\
What is guessed wrongly can be said in a file of this form, all of it optional but the version, and
given with --table to `check-data`, `propose-task` and `predict`. --write-table begins one.

  version = 1
  label = \"income\"
  target = \"class\"              # or \"number\"
  # tolerance = 0.5             # how far an answer may be off, if it is a number
  [read]
  header = \"present\"            # or \"absent\", \"detect\"
  separator = \";\"
  decimal = \",\"
  missing = [\"-999\"]
  [columns.education]
  order = [\"HS-grad\", \"Bachelors\", \"Masters\"]
  [columns.zip]
  kind = \"category\"             # or \"number\", \"date\", \"ignore\"
  [columns.joined]
  date = \"day-first\"            # or \"month-first\", \"iso\"
  [columns.pixel]
  range = [0, 15]

Exit code 2 says that no task can be made of the file.";

/// Say what a file with data becomes as a task, and what is wrong with it.
///
/// It asks no node, and sends nothing. All of it is told in one run: what was guessed, what each
/// column is and how it becomes inputs, which problems there are and what to do about them, which
/// shapes take the data, how many rows are hidden and how exactly a score on them is measured, what
/// simple models and a quick one reach, what the task costs, and the line that offers it.
#[derive(Debug, Args)]
#[command(after_long_help = ABOUT_TABLES)]
pub(crate) struct CheckData {
    #[command(flatten)]
    given: Given,

    /// File with the data: CSV or TSV, JSON lines, NPY, NPZ, Parquet or Arrow.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Column with the classes, or with the numbers to be learnt [default: the last one].
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,

    /// How far the answer of a model may be off, in the units of that column. It holds numbers to
    /// be learnt then, and no classes [default: a twentieth of where nine tenths of them lie].
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    tolerance: Option<Tolerance>,

    /// Shape of the models [default: the smallest that takes the columns and classes].
    #[arg(long)]
    shape: Option<String>,

    /// How numbers become integers: `auto`, `levels`, `min-max`, `quantiles:TAIL` or
    /// `fixed:LOW:HIGH`, as for `propose-task`.
    #[arg(long, default_value = "auto", value_name = "RANGE")]
    range: RangeArg,

    /// What the points of models are, as for `propose-task`. Where one class has most of the rows,
    /// both are told.
    #[arg(long, value_enum, default_value_t, value_name = "METRIC")]
    metric: MetricArg,

    /// Write what was found to this new file, to be corrected and given with --table.
    #[arg(long, value_name = "FILE")]
    write_table: Option<PathBuf>,

    /// Write how columns and classes become numbers to this new file, to be given with --encoding
    /// to `create-experiment`, and to `propose-task` for more data of the same kind.
    #[arg(long, value_name = "FILE")]
    write_encoding: Option<PathBuf>,

    #[command(flatten)]
    reading: DataArgs,
}

/// Everything that is told about a file.
#[derive(Debug)]
struct Report {
    file: PathBuf,
    prepared: Prepared,
    needs: Needs,
    shapes: Vec<(&'static str, Architecture)>,
    findings: Findings,
    /// The command that offers the task.
    command: String,
}

impl CheckData {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let report = self.report()?;
        if let Some(path) = &self.write_table {
            write_new(path, self.table(&report.prepared)?.as_bytes())?;
            output.say(format!("written: {}", path.display()));
        }
        if let Some(path) = &self.write_encoding {
            write_new(path, &report.prepared.fitted.encoding.to_json())?;
            output.say(format!("written: {}", path.display()));
        }
        output.show(&report.value(), || report.text())
    }

    fn report(&self) -> Result<Report, Failure> {
        let (label, shape) = (self.label.as_deref(), self.shape.as_deref());
        let (range, tolerance) = (self.range.0, self.tolerance);
        let prepared = data::prepare(&self.reading, &self.file, label, shape, range, tolerance)?;
        let prepared = prepared.measured_by(self.metric)?;
        let findings = Findings::of(&prepared)
            .map_err(|error| usage(format!("{}: {error}", self.file.display())))?;
        let needs = Encoding::needs(&prepared.table, &prepared.profile, range);
        let shapes = shapes(&prepared, &needs);
        let command = self.given.offer(&self.file, prepared.fitted.encoding.label());
        Ok(Report { file: self.file.clone(), prepared, needs, shapes, findings, command })
    }

    /// What was found, as `--table` takes it.
    fn table(&self, prepared: &Prepared) -> Result<String, Failure> {
        let (options, schema) = self.reading.options()?;
        toml::to_string(&found::schema(prepared, &options, schema)).map_err(other)
    }
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            usage(format!("{} is there already: name a new file", path.display()))
        }
        _ => Failure::file(path, error),
    })?;
    file.write_all(bytes).map_err(|error| Failure::file(path, error))
}

/// The shapes that take the columns, classes or numbers, and rows.
fn shapes(prepared: &Prepared, needs: &Needs) -> Vec<(&'static str, Architecture)> {
    let (labels, numbers) = (&prepared.profile.labels, &prepared.profile.numbers);
    let classes = labels.as_ref().map_or(0, |labels| labels.classes.len());
    let known = labels.as_ref().map(|labels| labels.known_rows().len());
    let known = known.or_else(|| numbers.as_ref().map(|numbers| numbers.known_rows().len()));
    let rows = known.unwrap_or_default();
    let answers = |head: &Head| match head {
        Head::Classes { best, .. } => labels.is_some() && *best == 1,
        Head::Number { .. } => numbers.is_some(),
        Head::Labels { .. } => false,
    };
    let fits = |architecture: &Architecture| {
        answers(&architecture.head)
            && usize::from(architecture.inputs) >= needs.least_inputs
            && architecture.outputs() >= classes
            && match (labels, prepared.fitted.encoding.metric()) {
                (Some(labels), Metric::BalancedAccuracy) => {
                    WeightedPlan::of(labels, architecture, None, None).is_ok()
                }
                _ => plan(rows, architecture, None, None).is_ok(),
            }
    };
    offered().into_iter().filter(|(_, architecture)| fits(architecture)).collect()
}

/// How many classes models tell apart, unless they answer with a number.
fn answer(architecture: &Architecture) -> Shown {
    match architecture.head {
        Head::Classes { .. } | Head::Labels { .. } => number(architecture.outputs()),
        Head::Number { .. } => text("a number"),
    }
}

impl Report {
    fn text(&self) -> String {
        let parts = [
            self.prepared.text(),
            self.problems(),
            self.shapes(),
            self.plan(),
            self.findings.baselines(),
            self.cost().text(),
            format!(
                "To offer the task, with the number of your experiment and your reward:\n  {}",
                self.command
            ),
        ];
        parts.join("\n\n")
    }

    fn cost(&self) -> Cost {
        let Prepared { fitted, architecture, .. } = &self.prepared;
        Cost::of(architecture, &fitted.encoding, self.findings.plan())
    }

    fn problems(&self) -> String {
        let lines = self.findings.problems().iter().map(|problem| {
            let severity = match problem.severity {
                Severity::Refuses => "refused",
                Severity::Harms => "bad",
                Severity::Informs => "note",
            };
            format!("\n  {severity:<7}  {problem}")
        });
        let lines: String = lines.collect();
        if lines.is_empty() {
            "No problems were found.".to_owned()
        } else {
            format!("What is to be known, the worst first:{lines}")
        }
    }

    fn shapes(&self) -> String {
        let rows = self.shapes.iter().map(|(name, architecture)| {
            vec![
                text(name),
                number(architecture.inputs),
                number(architecture.input_bits),
                answer(architecture),
                number(architecture.samples),
                text(self.remark(architecture)),
            ]
        });
        table(&["shape that fits", "inputs", "bits", "classes", "rows of a block", ""], rows)
    }

    fn remark(&self, architecture: &Architecture) -> &'static str {
        let is_narrow = usize::from(architecture.inputs) < self.needs.inputs;
        if *architecture == self.prepared.architecture {
            "chosen"
        } else if is_narrow || architecture.input_bits < self.needs.bits {
            "loses part of the columns"
        } else {
            ""
        }
    }

    fn plan(&self) -> String {
        let plan = self.findings.plan();
        let told = format!(
            "The rows go into {} blocks. Of these {} are drawn as hidden test data, {} rows at \
             least, on which the score of a model as good as {} regression is exact to {:.1} \
             points.",
            plan.blocks,
            plan.test_blocks,
            plan.least_test_rows,
            self.findings.regression(),
            100.0 * self.findings.interval()
        );
        let weighted = self.findings.weighted().map(ToString::to_string);
        let more = [self.findings.told_of_the_other(), weighted];
        std::iter::once(told).chain(more.into_iter().flatten()).collect::<Vec<_>>().join(" ")
    }

    fn value(&self) -> Value {
        let Prepared { table, profile, fitted, architecture } = &self.prepared;
        let encoding = &fitted.encoding;
        let counts = profile.labels.as_ref().map(|labels| labels.counts()).unwrap_or_default();
        let classes = encoding.classes().iter().zip(counts);
        let classes = classes.map(|(name, rows)| json!({ "name": name, "rows": rows }));
        let notes: Vec<&String> = table.notes().iter().chain(&profile.notes).collect();
        let plan = self.findings.plan();
        json!({
            "file": self.file.display().to_string(),
            "notes": notes,
            "rows": profile.rows,
            "columns": profile.columns,
            "label": encoding.label(),
            "classes": classes.collect::<Vec<_>>(),
            "shape": shape_name(architecture),
            "shapes": self.shapes.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "inputs": fitted.told,
            "encoding_hash": encoding.hash().to_string(),
            "tolerance": profile.numbers.as_ref().map(|numbers| numbers.tolerance),
            "problems": self.findings.problems(),
            "metric": self.findings.metric(),
            "weighted": self.findings.weighted_value(),
            "other_metric": self.findings.other_value(),
            "blocks": plan.blocks,
            "test_blocks": plan.test_blocks,
            "least_test_rows": plan.least_test_rows,
            "interval": self.findings.interval(),
            "baselines": self.findings.values(),
            "cost": self.cost(),
            "command": self.command,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use nocknock_dataset::Schema;
    use std::fs;

    #[derive(Parser)]
    struct Parsed {
        #[command(flatten)]
        command: CheckData,
    }

    fn parse(arguments: &[&str]) -> CheckData {
        Parsed::parse_from(["test"].iter().chain(arguments)).command
    }

    #[test]
    fn the_file_that_the_help_shows_is_one() {
        let shown = ABOUT_TABLES.lines().filter(|line| line.starts_with("  "));
        let file: String = shown.map(|line| format!("{}\n", line.trim_start())).collect();
        assert_eq!(Schema::parse(&file).unwrap().label.as_deref(), Some("income"));
        let numbers = file.replace("= \"class\"", "= \"number\"");
        let numbers = numbers.replace("# tolerance", "tolerance");
        assert_eq!(Schema::parse(&numbers).unwrap().tolerance, Some(0.5));
    }

    /// A file with numbers, categories and dates.
    fn example(folder: &Path) -> String {
        let line = |row: usize| {
            let (age, town) = (row * 37 % 101, ["Bonn", "Köln"][row % 2]);
            let class = if age > 50 { "old" } else { "young" };
            format!("{age};{town};{}.2.2024;{class}\n", 1 + row % 28)
        };
        let lines: String = (0..60).map(line).collect();
        let file = folder.join("some people.csv");
        fs::write(&file, format!("age;town;joined;class\n{lines}")).unwrap();
        file.to_str().unwrap().to_owned()
    }

    #[test]
    fn everything_about_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let report = parse(&[&example(folder.path())]).report().unwrap();
        let text = report.text();
        for words in [
            "town",
            "column `age`: it alone tells the class",
            "the test data: it has 12 rows",
            "table-128x64x2",
            "chosen",
            "5 blocks",
            "logistic regression",
            "quick model",
            "a sponsored task costs",
            "nocknock propose-task --experiment NUMBER --data '",
        ] {
            assert!(text.contains(words), "no {words} in {text}");
        }
        let value = report.value();
        assert_eq!(value["label"], "class");
        assert_eq!(value["classes"][0]["name"], "old");
        assert_eq!(value["least_test_rows"], 12);
        let models = value["baselines"].as_array().unwrap().iter().map(|one| &one["model"]);
        assert_eq!(models.collect::<Vec<_>>(), ["majority", "logistic", "quick"]);
        assert_eq!(value["cost"]["transactions"], 3);
        assert_eq!(value["command"], report.command);
        assert!(text.ends_with(&report.command), "{text}");
    }

    #[test]
    fn a_file_with_numbers_to_be_learnt_is_told_in_their_units() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("prices.csv");
        let line = |row: usize| format!("{},{}.5\n", row * 37 % 101, row * 37 % 101 * 10);
        let lines: String = (0..200).map(line).collect();
        fs::write(&file, format!("size,price\n{lines}")).unwrap();
        let report = parse(&[file.to_str().unwrap(), "--tolerance", "50"]).report().unwrap();
        let text = report.text();
        for words in [
            "numbers to be learnt in `price`",
            "value-128x64-within",
            "always the best number",
            "linear regression",
            "--tolerance 50 --reward",
        ] {
            assert!(text.contains(words), "no {words} in {text}");
        }
        assert!(!text.contains("table-128x64x2"), "{text}");
        let chosen = text.lines().find(|line| line.trim_end().ends_with("chosen")).unwrap();
        assert!(chosen.contains("a number"), "{chosen}");
        let value = report.value();
        assert_eq!((&value["label"], &value["tolerance"]), (&json!("price"), &json!(50.0)));
        assert_eq!(value["classes"], json!([]));
        assert_eq!(value["baselines"][1]["model"], "linear");
        assert_eq!(value["baselines"][2]["model"], "quick");
        assert!(value["baselines"][1]["error"].as_f64().unwrap() < 10.0, "{value}");
    }

    /// A file with 27 rows of one class for three of the other.
    fn uneven(folder: &Path) -> String {
        let line = |row: usize| {
            let class = if row.is_multiple_of(10) { "rare" } else { "usual" };
            format!("{},{},{class}\n", row * 37 % 101, row * 53 % 97)
        };
        let lines: String = (0..300).map(line).collect();
        let file = folder.join("uneven.csv");
        fs::write(&file, format!("a,b,class\n{lines}")).unwrap();
        file.to_str().unwrap().to_owned()
    }

    #[test]
    fn both_metrics_are_told_where_one_class_has_most_of_the_rows() {
        let folder = tempfile::tempdir().unwrap();
        let report = parse(&[&uneven(folder.path())]).report().unwrap();
        let text = report.text();
        for words in ["--metric balanced-accuracy", "By balanced accuracy it would be exact"] {
            assert!(text.contains(words), "no {words} in {text}");
        }
        let value = report.value();
        assert_eq!((&value["metric"], &value["weighted"]), (&json!("accuracy"), &Value::Null));
        assert_eq!(value["other_metric"]["metric"], "balanced-accuracy");
        assert_eq!(value["other_metric"]["baselines"][0]["right"], 0.5);
    }

    #[test]
    fn copies_are_told_where_each_class_counts_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = uneven(folder.path());
        let report = parse(&[&file, "--metric", "balanced-accuracy"]).report().unwrap();
        let text = report.text();
        for words in ["up to 9 of a row", "6 different rows of the rarest class"] {
            assert!(text.contains(words), "no {words} in {text}");
        }
        assert!(report.command.contains("--metric balanced-accuracy"), "{}", report.command);
        let value = report.value();
        assert_eq!(value["metric"], "balanced-accuracy");
        assert_eq!(value["weighted"]["different_test_rows"], json!([6, 54]));
        let plain = parse(&[&file]).report().unwrap().value();
        assert_ne!(value["encoding_hash"], plain["encoding_hash"]);
    }

    #[test]
    fn numbers_have_no_classes_that_count_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = uneven(folder.path());
        let arguments =
            [file.as_str(), "--label", "a", "--tolerance", "5", "--metric", "balanced-accuracy"];
        let refused = parse(&arguments).report().unwrap_err();
        assert_eq!(refused.code(), 2);
        assert!(refused.to_string().contains("leave out --metric"), "{refused}");
    }

    #[test]
    fn a_file_that_makes_no_task_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one.csv");
        fs::write(&file, "a,class\n1,x\n2,x\n").unwrap();
        let refused = parse(&[file.to_str().unwrap()]).report().unwrap_err();
        assert_eq!(refused.code(), 2);
    }

    #[test]
    fn what_was_found_is_written_and_means_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (data, told) = (example(folder.path()), folder.path().join("table.toml"));
        let command = parse(&[&data]);
        let first = command.report().unwrap();
        let table = command.table(&first.prepared).unwrap();
        write_new(&told, table.as_bytes()).unwrap();
        let again = parse(&[&data, "--table", told.to_str().unwrap()]).report().unwrap();
        let encodings = [&first, &again].map(|report| report.prepared.fitted.encoding.hash());
        assert_eq!(encodings[0], encodings[1]);
        let refused = write_new(&told, table.as_bytes()).unwrap_err();
        assert!(refused.to_string().contains("name a new file"), "{refused}");
    }
}

//! `nocknock check-data`.

mod found;
mod given;

use crate::{
    data::{self, DataArgs, Prepared, RangeArg},
    failure::{other, usage, Failure},
    output::{number, table, text, Output},
};
use clap::Args;
use given::Given;
use nocknock_dataset::{
    check, check::interval::around, plan, shape_name, Check, Encoding, Needs, Severity,
};
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
/// simple models reach, and the line that offers the task.
#[derive(Debug, Args)]
#[command(after_long_help = ABOUT_TABLES)]
pub(crate) struct CheckData {
    #[command(flatten)]
    given: Given,

    /// File with the data: CSV or TSV, JSON lines, NPY, NPZ, Parquet or Arrow.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Column with the classes [default: the last one].
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,

    /// Shape of the models [default: the smallest that takes the columns and classes].
    #[arg(long)]
    shape: Option<String>,

    /// How numbers become integers: `auto`, `levels`, `min-max`, `quantiles:TAIL` or
    /// `fixed:LOW:HIGH`, as for `propose-task`.
    #[arg(long, default_value = "auto", value_name = "RANGE")]
    range: RangeArg,

    /// Write what was found to this new file, to be corrected and given with --table.
    #[arg(long, value_name = "FILE")]
    write_table: Option<PathBuf>,

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
    check: Check,
    /// The command that offers the task.
    command: String,
}

impl CheckData {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let report = self.report()?;
        if let Some(path) = &self.write_table {
            self.write(path, &report.prepared)?;
            output.say(format!("written: {}", path.display()));
        }
        output.show(&report.value(), || report.text())
    }

    fn report(&self) -> Result<Report, Failure> {
        let (label, shape) = (self.label.as_deref(), self.shape.as_deref());
        let prepared = data::prepare(&self.reading, &self.file, label, shape, self.range.0)?;
        let Prepared { table, profile, fitted, architecture } = &prepared;
        let check = check(table, profile, fitted, architecture)
            .map_err(|error| usage(format!("{}: {error}", self.file.display())))?;
        let needs = Encoding::needs(table, profile, self.range.0);
        let shapes = shapes(&prepared, &needs);
        let command = self.given.offer(&self.file, prepared.fitted.encoding.label());
        Ok(Report { file: self.file.clone(), prepared, needs, shapes, check, command })
    }

    fn write(&self, path: &Path, prepared: &Prepared) -> Result<(), Failure> {
        let (options, schema) = self.reading.options()?;
        let schema = found::schema(prepared, &options, schema);
        let text = toml::to_string(&schema).map_err(other)?;
        let mut file = File::create_new(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                usage(format!("{} is there already: name a new file", path.display()))
            }
            _ => Failure::file(path, error),
        })?;
        file.write_all(text.as_bytes()).map_err(|error| Failure::file(path, error))
    }
}

/// The shapes that take the columns, classes and rows.
fn shapes(prepared: &Prepared, needs: &Needs) -> Vec<(&'static str, Architecture)> {
    let labels = prepared.profile.labels.as_ref();
    let classes = labels.map_or(0, |labels| labels.classes.len());
    let rows = labels.map_or(0, |labels| labels.known_rows().len());
    let fits = |architecture: &Architecture| {
        matches!(architecture.head, Head::Classes { best: 1, .. })
            && usize::from(architecture.inputs) >= needs.least_inputs
            && architecture.outputs() >= classes
            && plan(rows, architecture, None, None).is_ok()
    };
    offered().into_iter().filter(|(_, architecture)| fits(architecture)).collect()
}

impl Report {
    fn text(&self) -> String {
        let parts = [
            self.prepared.text(),
            self.problems(),
            self.shapes(),
            self.plan(),
            self.baselines(),
            format!(
                "To offer the task, with the number of your experiment and your reward:\n  {}",
                self.command
            ),
        ];
        parts.join("\n\n")
    }

    fn problems(&self) -> String {
        let lines = self.check.problems.iter().map(|problem| {
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
                number(architecture.outputs()),
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
        let plan = &self.check.plan;
        format!(
            "The rows go into {} blocks. Of these {} are drawn as hidden test data, {} rows at \
             least, on which the score of a model as good as logistic regression is exact to {:.1} \
             points.",
            plan.blocks,
            plan.test_blocks,
            plan.least_test_rows,
            100.0 * self.check.interval
        )
    }

    /// For each simple model its name, its share of right answers, and what such a model scores on
    /// the test rows in 95 % of all cases.
    fn simple_models(&self) -> [(&'static str, f64, (f64, f64)); 2] {
        let baselines = &self.check.baselines;
        let models = [("majority", baselines.majority), ("logistic", baselines.logistic)];
        models.map(|(name, share)| (name, share, around(share, self.check.plan.least_test_rows)))
    }

    fn baselines(&self) -> String {
        let rows = self.simple_models().map(|(name, share, (low, high))| {
            let name = match name {
                "majority" => "always the most frequent class",
                _ => "logistic regression",
            };
            let interval = format!("{:.1} to {:.1} %", 100.0 * low, 100.0 * high);
            vec![text(name), number(format!("{:.1} %", 100.0 * share)), number(interval)]
        });
        table(&["simple model", "right", "on the test rows"], rows)
    }

    fn value(&self) -> Value {
        let Prepared { table, profile, fitted, architecture } = &self.prepared;
        let encoding = &fitted.encoding;
        let counts = profile.labels.as_ref().map(|labels| labels.counts()).unwrap_or_default();
        let classes = encoding.classes().iter().zip(counts);
        let classes = classes.map(|(name, rows)| json!({ "name": name, "rows": rows }));
        let notes: Vec<&String> = table.notes().iter().chain(&profile.notes).collect();
        let baselines = self.simple_models().map(|(name, share, (low, high))| {
            json!({ "model": name, "right": share, "low": low, "high": high })
        });
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
            "problems": self.check.problems,
            "blocks": self.check.plan.blocks,
            "test_blocks": self.check.plan.test_blocks,
            "least_test_rows": self.check.plan.least_test_rows,
            "interval": self.check.interval,
            "baselines": baselines,
            "command": self.command,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::fs;

    #[derive(Parser)]
    struct Parsed {
        #[command(flatten)]
        command: CheckData,
    }

    fn parse(arguments: &[&str]) -> CheckData {
        Parsed::parse_from(["test"].iter().chain(arguments)).command
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
            "nocknock propose-task --experiment NUMBER --data '",
        ] {
            assert!(text.contains(words), "no {words} in {text}");
        }
        let value = report.value();
        assert_eq!(value["label"], "class");
        assert_eq!(value["classes"][0]["name"], "old");
        assert_eq!(value["least_test_rows"], 12);
        assert_eq!(value["baselines"][0]["model"], "majority");
        assert_eq!(value["command"], report.command);
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
        command.write(&told, &first.prepared).unwrap();
        let again = parse(&[&data, "--table", told.to_str().unwrap()]).report().unwrap();
        let encodings = [&first, &again].map(|report| report.prepared.fitted.encoding.hash());
        assert_eq!(encodings[0], encodings[1]);
        let refused = command.write(&told, &first.prepared).unwrap_err();
        assert!(refused.to_string().contains("name a new file"), "{refused}");
    }
}

//! `nocknock predict`.

mod classifier;
mod results;
mod rows;
mod scores;
mod serve;
mod tally;

use super::wait_for;
use crate::{
    data::DataArgs,
    failure::{usage, Failure},
    output::Output,
};
use clap::{Args, ValueEnum};
use classifier::{Classifier, Truth};
use nocknock_dataset::{Pieces, ReadOptions, PIECE_ROWS};
use nocknock_requester::UsableModel;
use results::Results;
use rows::{Columns, Form, Target};
use serve::Listen;
use std::{
    fmt::Display,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tally::Tally;

/// Let a fetched model answer for the rows of a file, or over HTTP, with classes or numbers.
///
/// The rows are read as they are, as `propose-task` reads them: the model file says which columns
/// it needs, by name, and how their values become integers. The arithmetic is exactly that of the
/// proofs: integers throughout, and a class wins only if its output is strictly the largest. If the
/// file has the classes too, the accuracy is printed, as the proofs count it: for some shapes the
/// true class need only be among the best few. Numbers are in the units of their column, and the
/// share of those within the tolerance is printed, and how far they are off on average.
///
/// Values that are unlike those of the training data are counted, column by column: numbers far
/// outside of them, categories that are new, values that are missing where the model has no input
/// for that.
///
/// With `--serve 127.0.0.1:8080` the model answers POST /predict, where rows are JSON or CSV, and
/// GET /model, /health and /openapi.json, until Ctrl-C.
///
/// Model files of earlier releases are read too. Nothing of them is compared with a chain: that is
/// what `verify` does, with files of this release.
#[derive(Debug, Args)]
pub(crate) struct Predict {
    /// The model that `fetch-model` wrote.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// File with the rows: CSV or TSV, JSON lines, NPY, NPZ, Parquet or Arrow. It may be larger
    /// than the memory.
    #[arg(long, value_name = "FILE", required_unless_present = "serve", conflicts_with = "serve")]
    data: Option<PathBuf>,

    /// Column with the true classes or numbers [default: that of the training data, if the file has
    /// it].
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["no_label", "serve"])]
    label: Option<String>,

    /// The file has no column with true classes or numbers.
    #[arg(long, conflicts_with = "serve")]
    no_label: bool,

    /// Write the answer of every row to this file: .csv, .tsv, .jsonl or .parquet.
    #[arg(long, value_name = "FILE", conflicts_with = "serve")]
    to: Option<PathBuf>,

    /// How rows are written [default: what the name of the file says, and a table of the first rows
    /// without one]. Without `--to` they go to the standard output.
    #[arg(long, value_enum, conflicts_with = "serve")]
    format: Option<FormatArg>,

    /// Add a score for each class: the softmax of the outputs. Scores are not proved, and not
    /// calibrated: 0.9 does not mean that nine of ten such rows are right.
    #[arg(long)]
    scores: bool,

    /// Add a column with the names of the columns whose value is unlike those of the training data.
    #[arg(long, conflicts_with = "serve")]
    flag_outside: bool,

    /// Answer over HTTP at this address; port 0 takes a free port.
    #[arg(long, value_name = "HOST:PORT")]
    serve: Option<SocketAddr>,

    /// Accept an address that other machines can reach. Everybody there can ask the model, without
    /// a password or encryption.
    #[arg(long, requires = "serve", conflicts_with = "data")]
    allow_remote: bool,

    #[command(flatten)]
    reading: DataArgs,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    /// A table of the first rows, for people.
    Table,
    /// A line for each row, with commas.
    Csv,
    /// A line for each row, with tabs.
    Tsv,
    /// A JSON object for each row.
    Jsonl,
    /// Parquet, with `--to`.
    Parquet,
}

impl FormatArg {
    /// How every row is written, if all are.
    fn form(self) -> Option<Form> {
        match self {
            Self::Table => None,
            Self::Csv => Some(Form::Csv),
            Self::Tsv => Some(Form::Tsv),
            Self::Jsonl => Some(Form::JsonLines),
            Self::Parquet => Some(Form::Parquet),
        }
    }
}

impl Predict {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let model = UsableModel::read(&self.model).map_err(|error| about(&self.model, error))?;
        let classifier = Classifier::new(model, self.truth(), self.scores)?;
        let (options, _) = self.reading.options()?;
        match (self.serve, &self.data) {
            (Some(address), _) => {
                let listen = Listen { address, allow_remote: self.allow_remote };
                wait_for(serve::serve(classifier, options, listen, output))
            }
            (None, Some(data)) => self.predict(&classifier, data, &options, output),
            (None, None) => Err(usage("name the file with the rows with --data")),
        }
    }

    /// A model that answers over HTTP is told no true classes.
    fn truth(&self) -> Truth {
        match (&self.label, self.no_label || self.serve.is_some()) {
            (Some(name), _) => Truth::Column(name.clone()),
            (None, true) => Truth::Nowhere,
            (None, false) => Truth::Usual,
        }
    }

    fn predict(
        &self,
        classifier: &Classifier,
        data: &Path,
        options: &ReadOptions,
        output: Output,
    ) -> Result<(), Failure> {
        self.spare_what_is_read(data)?;
        let scores = if self.scores { classifier.classes().to_vec() } else { Vec::new() };
        let numbers = classifier.says_numbers();
        let columns = Columns { numbers, scores, outside: self.flag_outside };
        let mut results = Results::new(self.target()?, columns)?;
        let tally = answer(classifier, data, options, &mut results)?;
        for warning in tally.warnings() {
            output.say(format!("warning: {warning}"));
        }
        results.finish()?.show(output, classifier, &tally)
    }

    /// A slip of the pen must not replace the rows or the model by answers.
    fn spare_what_is_read(&self, data: &Path) -> Result<(), Failure> {
        // A file that is not there yet is none of those.
        let Some(to) = self.to.as_ref().and_then(|path| fs::canonicalize(path).ok()) else {
            return Ok(());
        };
        let read = [data, self.model.as_path()];
        if read.into_iter().any(|path| fs::canonicalize(path).is_ok_and(|path| path == to)) {
            return Err(usage(format!(
                "{} is read, and would be replaced: give --to another file",
                to.display()
            )));
        }
        Ok(())
    }

    /// Where every row is written, and how; nowhere if the first rows are shown.
    fn target(&self) -> Result<Option<(Target, Form)>, Failure> {
        let told = self.format.map(FormatArg::form);
        match (&self.to, told) {
            (None, None | Some(None)) => Ok(None),
            (None, Some(Some(Form::Parquet))) => {
                Err(usage("Parquet is no text: name a file for it with --to"))
            }
            (None, Some(Some(form))) => Ok(Some((Target::Screen, form))),
            (Some(_), Some(None)) => Err(usage(
                "a table shows the first rows and is not written to a file: leave out --to, or \
                 choose another --format",
            )),
            (Some(path), Some(Some(form))) => Ok(Some((Target::File(path.clone()), form))),
            (Some(path), None) => Ok(Some((Target::File(path.clone()), Form::of_name(path)?))),
        }
    }
}

/// Answers for a file piece by piece, so that its size does not matter.
fn answer(
    classifier: &Classifier,
    data: &Path,
    options: &ReadOptions,
    results: &mut Results,
) -> Result<Tally, Failure> {
    let mut tally = Tally::new(classifier);
    for table in Pieces::open(data, options, PIECE_ROWS).map_err(usage)? {
        let table = table.map_err(usage)?;
        let piece = classifier.read(&table).map_err(|error| about(data, error))?;
        table.notes().iter().chain(&piece.notes).for_each(|note| tally.note(note));
        for prediction in classifier.predictions(&piece) {
            tally.add(&prediction);
            results.add(prediction, classifier)?;
        }
        if results.is_closed() {
            break;
        }
    }
    Ok(tally)
}

/// What is wrong with a file.
fn about(path: &Path, error: impl Display) -> Failure {
    usage(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Parsed {
        #[command(flatten)]
        predict: Predict,
    }

    fn parse(arguments: &[&str]) -> Result<Predict, clap::Error> {
        let all = ["test", "--model", "m.safetensors"].iter().chain(arguments);
        Parsed::try_parse_from(all).map(|parsed| parsed.predict)
    }

    fn target(arguments: &[&str]) -> Result<Option<(Target, Form)>, Failure> {
        parse(&[["--data", "d.csv"].as_slice(), arguments].concat()).unwrap().target()
    }

    #[test]
    fn the_name_of_a_file_says_how_rows_are_written_unless_that_is_told() {
        let file = |name: &str, form| Some((Target::File(name.into()), form));
        assert_eq!(target(&["--to", "p.csv"]).unwrap(), file("p.csv", Form::Csv));
        assert_eq!(target(&["--to", "p.TSV"]).unwrap(), file("p.TSV", Form::Tsv));
        assert_eq!(target(&["--to", "p.jsonl"]).unwrap(), file("p.jsonl", Form::JsonLines));
        assert_eq!(target(&["--to", "p.parquet"]).unwrap(), file("p.parquet", Form::Parquet));
        let told = target(&["--to", "p.txt", "--format", "csv"]).unwrap();
        assert_eq!(told, file("p.txt", Form::Csv));
        assert_eq!(target(&["--to", "p.txt"]).unwrap_err().code(), 2);
    }

    #[test]
    fn without_a_file_rows_are_printed_in_the_form_that_is_told() {
        assert_eq!(target(&[]).unwrap(), None);
        assert_eq!(target(&["--format", "table"]).unwrap(), None);
        let printed = target(&["--format", "jsonl"]).unwrap();
        assert_eq!(printed, Some((Target::Screen, Form::JsonLines)));
        let refused = target(&["--format", "parquet"]).unwrap_err();
        assert!(refused.to_string().contains("--to"), "{refused}");
        assert_eq!(target(&["--to", "p.csv", "--format", "table"]).unwrap_err().code(), 2);
    }

    #[test]
    fn what_is_read_is_not_replaced_by_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let [data, model] = ["d.csv", "m.safetensors"].map(path);
        fs::write(&data, "a\n1\n").unwrap();
        fs::write(&model, "").unwrap();
        let spares = |to: &Path| {
            let given = parse(&["--data", "d.csv"]).unwrap();
            let predict = Predict { model: model.clone(), to: Some(to.to_owned()), ..given };
            predict.spare_what_is_read(&data)
        };
        for read in [data.clone(), model.clone(), folder.path().join(".").join("d.csv")] {
            let refused = spares(&read).unwrap_err();
            assert_eq!(refused.code(), 2, "{refused}");
        }
        fs::write(path("there.csv"), "").unwrap();
        assert!(spares(&path("there.csv")).is_ok() && spares(&path("new.csv")).is_ok());
    }

    #[test]
    fn rows_come_from_a_file_or_over_http() {
        assert!(parse(&[]).is_err());
        assert!(parse(&["--serve", "127.0.0.1:0"]).is_ok());
        let with = |more: &[&str]| parse(&[["--serve", "127.0.0.1:0"].as_slice(), more].concat());
        for refused in [
            ["--data", "d.csv"].as_slice(),
            &["--label", "class"],
            &["--no-label"],
            &["--to", "p.csv"],
            &["--format", "csv"],
            &["--flag-outside"],
        ] {
            assert!(with(refused).is_err(), "{refused:?}");
        }
        assert!(with(&["--scores", "--allow-remote", "--missing", "none"]).is_ok());
        assert!(parse(&["--data", "d.csv", "--allow-remote"]).is_err());
        assert_eq!(with(&[]).unwrap().truth(), Truth::Nowhere);
    }
}

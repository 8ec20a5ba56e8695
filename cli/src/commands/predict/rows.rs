//! Predictions with a line for each row, in a file or on the standard output.

mod columnar;
mod text;

use super::classifier::Word;
use crate::failure::{other, usage, Failure};
use columnar::Parquet;
use std::{
    io::{self, BufWriter, Stdout, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use text::{Style, Text};

/// How a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Cells between commas.
    Csv,
    /// Cells between tabs.
    Tsv,
    /// An object.
    JsonLines,
    /// In columns.
    Parquet,
}

impl Form {
    /// The form that the name of a file says.
    pub(super) fn of_name(path: &Path) -> Result<Self, Failure> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("tsv") => Ok(Self::Tsv),
            Some("jsonl") => Ok(Self::JsonLines),
            Some("parquet") => Ok(Self::Parquet),
            _ => Err(usage(format!(
                "{}: the name does not say how predictions are written: let it end in .parquet, \
                 .tsv, .csv or .jsonl, or give --format",
                path.display()
            ))),
        }
    }
}

/// Where rows go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Into a file, which is there as a whole once it is finished, or not at all.
    File(PathBuf),
    /// To the standard output.
    Screen,
}

/// What is written of each row.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// Whether its answer is a number, and no class.
    pub(super) numbers: bool,
    /// The classes that have a score.
    pub(super) scores: Vec<String>,
    /// Whether columns with values unlike the training data are named.
    pub(super) outside: bool,
}

impl Columns {
    /// What the column of the answers is called.
    pub(super) fn answer(&self) -> &'static str {
        if self.numbers {
            "number"
        } else {
            "class"
        }
    }
}

/// What is said about a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its class, if one has won, or its number.
    pub(super) answer: Option<Word<'a>>,
    /// The true one, if the file names it.
    pub(super) known: Option<Word<'a>>,
    /// Columns with values unlike the training data.
    pub(super) outside: &'a [&'a str],
    /// A score for each class.
    pub(super) scores: &'a [f64],
}

/// Rows that are written one by one.
#[derive(Debug)]
pub(super) struct Rows {
    lines: Lines,
    path: Option<PathBuf>,
    written: usize,
    is_closed: bool,
}

/// What writes them.
#[derive(Debug)]
enum Lines {
    Text(Text),
    Parquet(Box<Parquet>),
}

/// What the bytes go to.
#[derive(Debug)]
enum Sink {
    File(NamedTempFile),
    Screen(Stdout),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Screen(screen) => screen.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Screen(screen) => screen.flush(),
        }
    }
}

impl Lines {
    fn create(sink: Sink, form: Form, columns: Columns) -> io::Result<Self> {
        let out = BufWriter::new(sink);
        let style = match form {
            Form::Csv => Style::Cells { separator: ',' },
            Form::Tsv => Style::Cells { separator: '\t' },
            Form::JsonLines => Style::Objects,
            Form::Parquet => {
                return Ok(Self::Parquet(Box::new(Parquet::create(out, &columns)?)));
            }
        };
        Text::create(out, style, columns).map(Self::Text)
    }

    fn add(&mut self, row: usize, line: &Line<'_>) -> io::Result<()> {
        match self {
            Self::Text(text) => text.add(row, line),
            Self::Parquet(parquet) => parquet.add(row, line),
        }
    }

    fn finish(self) -> io::Result<Sink> {
        let out = match self {
            Self::Text(text) => text.finish(),
            Self::Parquet(parquet) => parquet.finish()?,
        };
        let mut sink = out.into_inner().map_err(|error| error.into_error())?;
        sink.flush()?;
        Ok(sink)
    }
}

impl Rows {
    /// Begins.
    pub(super) fn create(target: Target, form: Form, columns: Columns) -> Result<Self, Failure> {
        let (sink, path) = match target {
            Target::File(path) => (Sink::File(beside(&path)?), Some(path)),
            Target::Screen => (Sink::Screen(io::stdout()), None),
        };
        let created = Lines::create(sink, form, columns);
        let lines = created.map_err(|error| failed(path.as_deref(), error))?;
        Ok(Self { lines, path, written: 0, is_closed: false })
    }

    /// Writes a row.
    pub(super) fn add(&mut self, line: &Line<'_>) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        self.written += 1;
        match self.lines.add(self.written, line) {
            Ok(()) => Ok(()),
            Err(error) if self.is_unread(&error) => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => Err(failed(self.path.as_deref(), error)),
        }
    }

    /// Whether nobody reads the rows any more.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Ends the rows. A file is put in its place, which is told.
    pub(super) fn finish(self) -> Result<Option<PathBuf>, Failure> {
        if self.is_closed {
            return Ok(None);
        }
        let Self { lines, path, .. } = self;
        match (lines.finish(), path) {
            (Ok(Sink::File(file)), Some(path)) => match file.persist(&path) {
                Ok(_) => Ok(Some(path)),
                Err(error) => Err(failed(Some(&path), error.error)),
            },
            (Ok(_), _) => Ok(None),
            (Err(error), None) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
            (Err(error), path) => Err(failed(path.as_deref(), error)),
        }
    }

    /// A reader that has seen enough, such as `head`, is no failure.
    fn is_unread(&self, error: &io::Error) -> bool {
        self.path.is_none() && error.kind() == io::ErrorKind::BrokenPipe
    }
}

/// A file in the folder of another one, which it can replace at once. A device or a pipe would not
/// be written to, but be gone.
fn beside(path: &Path) -> Result<NamedTempFile, Failure> {
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        return Err(usage(format!(
            "{} is there and no file: give --to another name, or leave it out to print the rows",
            path.display()
        )));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| Failure::file(path, error))
}

fn failed(path: Option<&Path>, error: io::Error) -> Failure {
    match path {
        Some(path) => Failure::file(path, error),
        None => other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_dataset::{Column, ReadOptions, Table, Value};
    use std::{fs, os::unix::net::UnixListener};

    fn everything() -> Columns {
        Columns {
            scores: ["no", "a, b"].map(str::to_owned).into(),
            outside: true,
            ..Columns::default()
        }
    }

    /// Writes two rows, the second of which is a tie.
    fn write(path: &Path, columns: Columns) {
        let form = Form::of_name(path).unwrap();
        let (first, second): (&[f64], &[f64]) =
            if columns.scores.is_empty() { (&[], &[]) } else { (&[0.25, 0.75], &[0.5, 0.5]) };
        let mut rows = Rows::create(Target::File(path.to_owned()), form, columns).unwrap();
        rows.add(&Line {
            answer: Some(Word::Class("a, \"b\"")),
            known: Some(Word::Class("c")),
            outside: &["x", "y\tz"],
            scores: first,
        })
        .unwrap();
        rows.add(&Line { answer: None, known: None, outside: &[], scores: second }).unwrap();
        assert!(!path.exists(), "half a file is there");
        assert_eq!(rows.finish().unwrap().as_deref(), Some(path));
    }

    fn written(name: &str, columns: Columns) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        write(&path, columns);
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn cells_of_a_csv_file_keep_commas_and_quotes() {
        let expected = "row,class,true class\n1,\"a, \"\"b\"\"\",c\n2,,\n";
        assert_eq!(written("p.csv", Columns::default()), expected);
        let expected = "row,class,true class,outside,score of no,\"score of a, b\"\n\
                        1,\"a, \"\"b\"\"\",c,x; y\tz,0.25,0.75\n2,,,,0.5,0.5\n";
        assert_eq!(written("p.csv", everything()), expected);
    }

    #[test]
    fn cells_of_a_tsv_file_keep_tabs() {
        let expected = "row\tclass\ttrue class\toutside\tscore of no\tscore of a, b\n\
                        1\t\"a, \"\"b\"\"\"\tc\t\"x; y\tz\"\t0.25\t0.75\n2\t\t\t\t0.5\t0.5\n";
        assert_eq!(written("p.TSV", everything()), expected);
    }

    #[test]
    fn a_line_of_json_is_written_for_each_row() {
        let expected = "{\"row\":1,\"class\":\"a, \\\"b\\\"\",\"true_class\":\"c\"}\n\
                        {\"row\":2,\"class\":null,\"true_class\":null}\n";
        assert_eq!(written("p.jsonl", Columns::default()), expected);
        let expected = "{\"row\":1,\"class\":\"a, \\\"b\\\"\",\"true_class\":\"c\",\
                        \"outside\":[\"x\",\"y\\tz\"],\"scores\":{\"no\":0.25,\"a, b\":0.75}}\n\
                        {\"row\":2,\"class\":null,\"true_class\":null,\
                        \"outside\":[],\"scores\":{\"no\":0.5,\"a, b\":0.5}}\n";
        assert_eq!(written("p.jsonl", everything()), expected);
    }

    #[test]
    fn columns_of_a_parquet_file_have_their_types() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.parquet");
        write(&path, everything());
        let table = Table::read(&path, &ReadOptions::default()).unwrap();
        let names: Vec<&str> = table.columns().iter().map(Column::name).collect();
        let expected = ["row", "class", "true_class", "outside", "score of no", "score of a, b"];
        assert_eq!(names, expected);
        let row = |row: usize| -> Vec<Value<'_>> {
            table.columns().iter().map(|column| column.get(row)).collect()
        };
        let text = |text: &'static str| Value::Text(text.into());
        let (number, missing) = (Value::Number, Value::Missing);
        let first = [
            Value::Integer(1),
            text("a, \"b\""),
            text("c"),
            text("x; y\tz"),
            number(0.25),
            number(0.75),
        ];
        assert_eq!(row(0), first);
        let second = [
            Value::Integer(2),
            missing.clone(),
            missing.clone(),
            missing,
            number(0.5),
            number(0.5),
        ];
        assert_eq!(row(1), second);
    }

    #[test]
    fn numbers_are_written_as_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = folder.path().join(name);
            let columns = Columns { numbers: true, ..Columns::default() };
            let form = Form::of_name(&path).unwrap();
            let mut rows = Rows::create(Target::File(path.clone()), form, columns).unwrap();
            let known = Some(Word::Number(1e-7));
            rows.add(&Line { answer: Some(Word::Number(2.5)), known, outside: &[], scores: &[] })
                .unwrap();
            rows.finish().unwrap();
            path
        };
        let text = |name: &str| fs::read_to_string(write(name)).unwrap();
        assert_eq!(text("p.csv"), "row,number,true number\n1,2.5,0.0000001\n");
        assert_eq!(text("p.jsonl"), "{\"row\":1,\"number\":2.5,\"true_number\":1e-7}\n");
        let table = Table::read(&write("p.parquet"), &ReadOptions::default()).unwrap();
        let (_, numbers) = table.column("number").unwrap();
        assert_eq!(numbers.get(0), Value::Number(2.5));
        let (_, numbers) = table.column("true_number").unwrap();
        assert_eq!(numbers.get(0), Value::Number(1e-7));
    }

    #[test]
    fn a_parquet_file_has_more_rows_than_are_written_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.parquet");
        let target = Target::File(path.clone());
        let mut rows = Rows::create(target, Form::Parquet, Columns::default()).unwrap();
        let line = Line { answer: Some(Word::Class("a")), known: None, outside: &[], scores: &[] };
        (0..10_000).for_each(|_| rows.add(&line).unwrap());
        rows.finish().unwrap();
        let table = Table::read(&path, &ReadOptions::default()).unwrap();
        let (_, numbers) = table.column("row").unwrap();
        assert!(numbers.values().eq((1..=10_000).map(Value::Integer)));
    }

    #[test]
    fn a_name_that_says_no_form_is_refused() {
        let refused = Form::of_name(Path::new("p.xlsx")).unwrap_err();
        assert_eq!(refused.code(), 2);
        let told = refused.to_string();
        assert!(told.contains(".csv or .jsonl") && told.contains("--format"), "{told}");
    }

    #[test]
    fn what_is_no_file_is_not_replaced_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("p.csv");
        let _listener = UnixListener::bind(&socket).unwrap();
        for path in [socket, folder.path().to_owned()] {
            let refused = Rows::create(Target::File(path), Form::Csv, Columns::default());
            assert_eq!(refused.unwrap_err().code(), 2);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_with_the_file() {
        let target = Target::File("no-such-folder/p.csv".into());
        let refused = Rows::create(target, Form::Csv, Columns::default()).unwrap_err();
        assert!(refused.to_string().starts_with("no-such-folder/p.csv"), "{refused}");
    }
}

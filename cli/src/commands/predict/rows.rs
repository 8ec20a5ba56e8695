//! Predictions as a file with a line for each row.

use crate::failure::{usage, Failure};
use serde::Serialize;
use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// A file that is written row by row. It is there as a whole once it is finished, or not at all.
#[derive(Debug)]
pub(super) struct Rows {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
    form: Form,
    written: usize,
}

/// How a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    JsonLines,
}

/// A row as JSON.
#[derive(Serialize)]
struct Line<'a> {
    row: usize,
    class: Option<&'a str>,
    true_class: Option<&'a str>,
}

impl Rows {
    /// Begins a file whose name says its form.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let form = form(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
            .map_err(|error| Failure::file(path, error))?;
        let (file, path) = (BufWriter::new(file), path.to_owned());
        let mut rows = Self { file, path, form, written: 0 };
        if form == Form::Csv {
            rows.write(b"row,class,true class")?;
        }
        Ok(rows)
    }

    /// Where the file will be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a row: its class, if one has won, and its true class, if the file names one.
    pub(super) fn add(&mut self, class: Option<&str>, known: Option<&str>) -> Result<(), Failure> {
        self.written += 1;
        let line = match self.form {
            Form::Csv => format!("{},{},{}", self.written, cell(class), cell(known)),
            Form::JsonLines => {
                let line = Line { row: self.written, class, true_class: known };
                serde_json::to_string(&line).map_err(|error| self.failed(error.into()))?
            }
        };
        self.write(line.as_bytes())
    }

    /// Puts the file in its place.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let Self { file, path, .. } = self;
        let failed = |error| Failure::file(&path, error);
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    fn write(&mut self, line: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(line).and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> Failure {
        Failure::file(&self.path, error)
    }
}

fn form(path: &Path) -> Result<Form, Failure> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("csv") => Ok(Form::Csv),
        Some("jsonl") => Ok(Form::JsonLines),
        _ => Err(usage(format!(
            "{}: predictions are written as .csv or .jsonl: give the file such a name",
            path.display()
        ))),
    }
}

/// A cell of a CSV file; empty if there is nothing to say.
fn cell(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn written(name: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut rows = Rows::create(&path).unwrap();
        rows.add(Some("a, \"b\""), Some("c")).unwrap();
        rows.add(None, None).unwrap();
        assert!(!path.exists(), "half a file is there");
        rows.finish().unwrap();
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn cells_of_a_csv_file_keep_commas_and_quotes() {
        assert_eq!(written("p.csv"), "row,class,true class\n1,\"a, \"\"b\"\"\",c\n2,,\n");
    }

    #[test]
    fn a_line_of_json_is_written_for_each_row() {
        let expected = "{\"row\":1,\"class\":\"a, \\\"b\\\"\",\"true_class\":\"c\"}\n\
                        {\"row\":2,\"class\":null,\"true_class\":null}\n";
        assert_eq!(written("p.jsonl"), expected);
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let refused = Rows::create(Path::new("p.xlsx")).unwrap_err();
        assert_eq!(refused.code(), 2);
        assert!(refused.to_string().contains(".csv or .jsonl"), "{refused}");
    }
}

//! The folder of a run.

use super::{
    confusion::{confusion_csv, confusion_svg},
    curves::{accuracy_svg, loss_svg},
    markdown::markdown,
    tensorboard::EventFile,
};
use nocknock_training::{EpochMetrics, Errors, TrainReport};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Why a report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file system refuses.
    #[error("cannot write {}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A plot cannot be drawn.
    #[error("cannot draw {what}: {reason}")]
    Plot {
        /// The plot.
        what: &'static str,
        /// What the library says.
        reason: String,
    },
    /// A record has no JSON form.
    #[error("cannot write a record as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The growing record of a run.
#[derive(Debug)]
pub struct RunFolder {
    folder: PathBuf,
    metrics: File,
    events: EventFile,
}

impl RunFolder {
    /// Starts the record in a folder, which is made if it is missing.
    ///
    /// A record that is there is replaced: `history` are the epochs that a checkpoint had done.
    pub fn start(folder: &Path, history: &[EpochMetrics]) -> Result<Self, ReportError> {
        let failed = |source| ReportError::File { path: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        remove_old_events(folder).map_err(failed)?;
        let metrics = File::create(folder.join("metrics.jsonl")).map_err(failed)?;
        let mut started = Self {
            folder: folder.to_owned(),
            metrics,
            events: EventFile::create(folder).map_err(failed)?,
        };
        history.iter().try_for_each(|epoch| started.add(epoch))?;
        Ok(started)
    }

    /// Adds an epoch.
    pub fn add(&mut self, epoch: &EpochMetrics) -> Result<(), ReportError> {
        let mut line = serde_json::to_vec(epoch)?;
        line.push(b'\n');
        let written = self.metrics.write_all(&line);
        written.map_err(self.failed("metrics.jsonl"))?;
        let written = self.events.add(epoch);
        written.map_err(self.failed("the TensorBoard events"))
    }

    /// Completes the record.
    pub fn finish(self, report: &TrainReport) -> Result<(), ReportError> {
        let (rows, judged) = report.judged();
        self.write("loss.svg", &loss_svg(&report.history)?)?;
        self.write("accuracy.svg", &accuracy_svg(&report.history)?)?;
        if let Errors::Classes(confusion) = &judged.errors {
            self.write("confusion.csv", &confusion_csv(confusion))?;
            self.write("confusion.svg", &confusion_svg(confusion, rows)?)?;
        }
        self.write("report.json", &serde_json::to_string_pretty(&with_rows(report)?)?)?;
        self.write("report.md", &markdown(report))
    }

    fn write(&self, name: &'static str, text: &str) -> Result<(), ReportError> {
        fs::write(self.folder.join(name), text).map_err(self.failed(name))
    }

    fn failed(&self, name: &'static str) -> impl FnOnce(io::Error) -> ReportError {
        let path = self.folder.join(name);
        move |source| ReportError::File { path, source }
    }
}

/// The report, in which the rows of the training data have the name that the command line gives to
/// those of a table.
fn with_rows(report: &TrainReport) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(report)?;
    if let Some(training) = value.get_mut("training").and_then(Value::as_object_mut) {
        training.insert("rows".to_owned(), report.training.samples.into());
    }
    Ok(value)
}

/// TensorBoard reads every event file of a folder, so those of an earlier start would show twice.
fn remove_old_events(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(EventFile::PREFIX) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

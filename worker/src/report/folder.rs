//! The folder of a run.

use super::{
    confusion::Matrix,
    content::parts,
    document::{html, markdown, Part},
    findings::{Findings, Run},
    json::json,
    names::Names,
    tensorboard::EventFile,
};
use nocknock_training::{EpochMetrics, Errors};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

const TITLE: &str = "Training report";

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
    pub fn finish(self, run: &Run<'_>) -> Result<(), ReportError> {
        let findings = Findings::of(run);
        let parts = parts(run, &findings)?;
        for part in &parts {
            match part {
                Part::Plot(plot) => self.write(plot.file, &plot.svg)?,
                Part::Heading(_) | Part::Text(_) | Part::Table { .. } => {}
            }
        }
        if let Errors::Classes(confusion) = &findings.judged.errors {
            let csv = Matrix::new(confusion, &Names::of(run.encoding)).csv();
            self.write("confusion.csv", &csv)?;
        }
        let json = serde_json::to_string_pretty(&json(run, &findings)?)?;
        self.write("report.json", &json)?;
        self.write("report.md", &markdown(TITLE, &parts))?;
        self.write("report.html", &html(TITLE, &parts))
    }

    fn write(&self, name: &'static str, text: &str) -> Result<(), ReportError> {
        fs::write(self.folder.join(name), text).map_err(self.failed(name))
    }

    fn failed(&self, name: &'static str) -> impl FnOnce(io::Error) -> ReportError {
        let path = self.folder.join(name);
        move |source| ReportError::File { path, source }
    }
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

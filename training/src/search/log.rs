//! What a search has found out so far, line by line.
//!
//! The first line says to which search the others belong. Each line carries a checksum and is
//! brought to the disk before the next thing is done. The last line may be torn by a power cut;
//! it is cut off, and what it told is done again.

use super::{last::Last, Metric, Tally, TrialRecord};
use crate::{checkpoint::CheckpointError, config::TrainConfig};
use nocknock_durable as durable;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// Name of the file in the folder of a search.
pub const TRIALS_FILE: &str = "trials.jsonl";

const CHECKSUM: &str = "NockNock 2026 line of a search";
const CHECKSUM_DIGITS: usize = 16;

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    /// Digest of everything that the results depend on.
    Search(String),
    /// Accuracy of a teacher, or that there is none.
    Teacher(Option<f64>),
    Trial(Box<TrialRecord>),
    /// That the trials are over, and what is trained in the end.
    Last(Box<Last>),
}

/// The file with what it holds.
#[derive(Debug)]
pub(super) struct TrialLog {
    path: PathBuf,
    file: File,
    lines: Vec<Line>,
}

impl TrialLog {
    /// The file of a folder, which is made if it is missing.
    pub(super) fn open(folder: &Path, digest: &str) -> Result<Self, CheckpointError> {
        let path = folder.join(TRIALS_FILE);
        durable::make_folder(folder).map_err(failed("make the folder of", &path))?;
        let mut file = open(&path).map_err(failed("open", &path))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed("read", &path))?;
        let (lines, length) = read_lines(&bytes)
            .map_err(|reason| CheckpointError::Damaged { path: path.clone(), reason })?;
        let is_new = match lines.first() {
            None => true,
            Some(Line::Search(known)) if known == digest => false,
            Some(_) => return Err(CheckpointError::OtherTraining { path }),
        };
        file.set_len(length).map_err(failed("cut off", &path))?;
        let mut log = Self { path, file, lines };
        if is_new {
            log.append(Line::Search(digest.to_owned()))?;
            durable::sync_folder_of(&log.path).map_err(failed("write", &log.path))?;
        }
        Ok(log)
    }

    /// A trial that is done.
    pub(super) fn trial(&self, plan: u32, fold: u8, epochs: u32) -> Option<&TrialRecord> {
        self.records().find(|done| (done.plan, done.fold, done.epochs) == (plan, fold, epochs))
    }

    /// How many are done.
    pub(super) fn trials(&self) -> u32 {
        u32::try_from(self.records().count()).unwrap_or(u32::MAX)
    }

    /// Settings and result of the best plan among those with the most epochs, and of these with the
    /// most folds: luck on one fold makes no plan the best.
    pub(super) fn best(&self, metric: Metric) -> Option<(&TrainConfig, f64)> {
        let most = self.records().map(|done| done.epochs).max()?;
        let mut plans: BTreeMap<u32, (&TrainConfig, Tally, u32)> = BTreeMap::new();
        for done in self.records().filter(|done| done.epochs == most) {
            let new = (&done.settings, Tally::default(), 0);
            let (_, sum, folds) = plans.entry(done.plan).or_insert(new);
            sum.add(&done.tally);
            *folds += 1;
        }
        let most = plans.values().map(|(_, _, folds)| *folds).max()?;
        let judged = plans.into_values().filter(|(_, _, folds)| *folds == most);
        let results = judged.map(|(settings, sum, _)| (settings, sum.score(metric)));
        results.max_by(|(_, one), (_, other)| one.total_cmp(other))
    }

    /// What was found out about teachers, if it was.
    pub(super) fn teacher(&self) -> Option<Option<f64>> {
        self.lines.iter().find_map(|line| match line {
            Line::Teacher(accuracy) => Some(*accuracy),
            Line::Search(_) | Line::Trial(_) | Line::Last(_) => None,
        })
    }

    /// What is trained in the end, if the trials are over.
    pub(super) fn last(&self) -> Option<&Last> {
        self.lines.iter().find_map(|line| match line {
            Line::Last(last) => Some(&**last),
            Line::Search(_) | Line::Trial(_) | Line::Teacher(_) => None,
        })
    }

    pub(super) fn add_trial(&mut self, record: &TrialRecord) -> Result<(), CheckpointError> {
        self.append(Line::Trial(Box::new(record.clone())))
    }

    pub(super) fn add_teacher(&mut self, accuracy: Option<f64>) -> Result<(), CheckpointError> {
        self.append(Line::Teacher(accuracy))
    }

    /// Says that the trials are over.
    pub(super) fn add_last(&mut self, last: Last) -> Result<(), CheckpointError> {
        self.append(Line::Last(Box::new(last)))
    }

    /// All trials that are done.
    pub(super) fn records(&self) -> impl Iterator<Item = &TrialRecord> {
        self.lines.iter().filter_map(|line| match line {
            Line::Trial(record) => Some(&**record),
            Line::Search(_) | Line::Teacher(_) | Line::Last(_) => None,
        })
    }

    /// A line counts as it will be read again: JSON does not promise the last digit of a number.
    fn append(&mut self, line: Line) -> Result<(), CheckpointError> {
        let text = written(&line).map_err(CheckpointError::State)?;
        let read = read_line(text.as_bytes()).map_err(CheckpointError::State)?;
        let result = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        result.map_err(failed("write", &self.path))?;
        self.lines.push(read);
        Ok(())
    }
}

pub(super) fn failed(
    action: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> CheckpointError {
    let path = path.to_owned();
    move |source| CheckpointError::File { action, path, source }
}

/// Opens a file for reading and appending that only its owner may read, if it is new.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    private(&mut options);
    options.open(path)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_options: &mut OpenOptions) {}

/// A line with its checksum, as the file holds it.
fn written(line: &Line) -> Result<String, String> {
    let json = serde_json::to_string(line).map_err(|error| error.to_string())?;
    Ok(format!("{{\"sum\":\"{}\",\"line\":{json}}}\n", checksum(&json)))
}

fn checksum(json: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key(CHECKSUM);
    hasher.update(json.as_bytes());
    hasher.finalize().to_hex().chars().take(CHECKSUM_DIGITS).collect()
}

/// All whole lines, and how many bytes they have.
fn read_lines(bytes: &[u8]) -> Result<(Vec<Line>, u64), String> {
    let (mut lines, mut length) = (Vec::new(), 0);
    let mut rest = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(part) = rest.next() {
        match read_line(part) {
            Ok(line) => {
                lines.push(line);
                length += part.len() as u64;
            }
            Err(reason) if rest.peek().is_some() => {
                return Err(format!("line {}: {reason}", lines.len() + 1));
            }
            // Torn.
            Err(_) => {}
        }
    }
    Ok((lines, length))
}

fn read_line(bytes: &[u8]) -> Result<Line, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let parts = text.strip_prefix("{\"sum\":\"").and_then(|text| text.strip_suffix("}\n"));
    let parts = parts.and_then(|text| text.split_once("\",\"line\":"));
    let (digits, json) = parts.ok_or("it is no line of a search")?;
    if checksum(json) != digits {
        return Err("its content is not the one of its checksum".to_owned());
    }
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn record(plan: u32, fold: u8, score: u64) -> TrialRecord {
        TrialRecord {
            plan,
            fold,
            epochs: 7,
            settings: TrainConfig { epochs: 3 + plan, learning_rate: 0.003, ..Default::default() },
            score: score as f64 / 8.0,
            tally: Tally { score, perfect: 8, classes: vec![(score, 8)] },
            seconds: 0.5,
        }
    }

    fn opened(folder: &Path) -> Result<TrialLog, CheckpointError> {
        TrialLog::open(folder, "digest")
    }

    fn filled(folder: &Path) {
        let mut log = opened(folder).unwrap();
        log.add_trial(&record(0, 0, 4)).unwrap();
        log.add_teacher(Some(0.75)).unwrap();
        log.add_trial(&record(3, 1, 6)).unwrap();
    }

    #[test]
    fn what_was_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path());
        let log = opened(folder.path()).unwrap();
        assert_eq!(log.trial(3, 1, 7), Some(&record(3, 1, 6)));
        assert_eq!((log.trial(3, 0, 7), log.trial(3, 1, 8)), (None, None));
        assert_eq!((log.trials(), log.teacher()), (2, Some(Some(0.75))));
        let best = log.best(Metric::Accuracy).map(|(settings, score)| (settings.epochs, score));
        assert_eq!(best, Some((6, 0.75)));
        assert!(log.last().is_none());
    }

    #[test]
    fn a_plan_with_fewer_folds_is_not_the_best() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = opened(folder.path()).unwrap();
        let best = |log: &TrialLog| log.best(Metric::Accuracy).map(|(_, score)| score);
        for (plan, fold, score) in [(0, 0, 4), (0, 1, 4), (1, 0, 8)] {
            log.add_trial(&record(plan, fold, score)).unwrap();
        }
        assert_eq!(best(&log), Some(0.5));
        log.add_trial(&record(1, 1, 2)).unwrap();
        assert_eq!(best(&log), Some(0.625));
    }

    #[test]
    fn a_torn_last_line_is_cut_off_wherever_it_was_torn() {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path());
        let path = folder.path().join(TRIALS_FILE);
        let whole = fs::read(&path).unwrap();
        let start = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        for length in [start, start + 1, start + 40, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            let mut log = opened(folder.path()).unwrap();
            assert_eq!((log.trials(), log.teacher()), (1, Some(Some(0.75))));
            log.add_trial(&record(3, 1, 6)).unwrap();
            assert!(fs::read(&path).unwrap() == whole, "{length}");
        }
    }

    #[test]
    fn a_changed_line_before_the_last_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path());
        let path = folder.path().join(TRIALS_FILE);
        let whole = fs::read_to_string(&path).unwrap();
        fs::write(&path, whole.replacen("0.75", "0.85", 1)).unwrap();
        let refused = opened(folder.path()).unwrap_err();
        assert!(matches!(refused, CheckpointError::Damaged { .. }), "{refused}");
        assert!(refused.to_string().contains("line 3"), "{refused}");
    }

    #[test]
    fn a_file_of_another_search_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path());
        let path = folder.path().join(TRIALS_FILE);
        let before = fs::read(&path).unwrap();
        let refused = TrialLog::open(folder.path(), "other").unwrap_err();
        assert!(matches!(refused, CheckpointError::OtherTraining { .. }), "{refused}");
        assert!(fs::read(&path).unwrap() == before);
    }
}

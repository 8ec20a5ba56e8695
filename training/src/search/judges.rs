//! The models of trials, kept until it is known which of them judge what was found.
//!
//! A trial has left out a fold, so its model says how a plan does on samples that it has not
//! learned from. Its integers have a file of their own, which is on the disk before the line of the
//! trial. It holds a checksum of trial and integers, and then the integers, each in 4 bytes with
//! the lowest first. A file that is missing or damaged is no error: its fold has no judge then.

use super::{
    last::Last,
    log::{failed, TrialLog},
    SearchJob, Tally, TrialRecord,
};
use crate::{
    checkpoint::CheckpointError,
    evaluate::{evaluate, Judge},
    split::Split,
};
use nocknock_durable as durable;
use nocknock_primitives::model::{architecture::Architecture, weights::Weights};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Folder of the models within that of the search.
const JUDGES_FOLDER: &str = "judges";

const CHECKSUM: &str = "NockNock 2026 model of a trial";

/// Keeps the model of a trial.
pub(super) fn keep(
    folder: &Path,
    trial: &TrialRecord,
    weights: &Weights,
) -> Result<(), CheckpointError> {
    let path = file_of(folder, trial);
    let put = || {
        durable::make_folder(&folder.join(JUDGES_FOLDER))?;
        durable::put(&path, &durable::secret_bytes(|out| write(trial, weights, out))?)
    };
    put().map_err(failed("write", &path))
}

/// Removes the models of a plan that will not be trained in the end, before they fill a disk.
pub(super) fn forget(folder: &Path, log: &TrialLog, plan: u32) -> Result<(), CheckpointError> {
    for trial in log.records().filter(|trial| trial.plan == plan) {
        let path = file_of(folder, trial);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("remove", &path)(error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// The models that judge what is trained in the end: those of its plan with the most epochs. All
/// others are removed.
pub(super) fn of_last(
    job: &SearchJob<'_>,
    log: &TrialLog,
    last: &Last,
) -> Result<Vec<Judge>, CheckpointError> {
    let trials = if last.plain { Vec::new() } else { deepest(log, last.plan.number) };
    let kept: Vec<PathBuf> = trials.iter().map(|trial| file_of(job.folder, trial)).collect();
    let folder = job.folder.join(JUDGES_FOLDER);
    remove_others(&folder, &kept).map_err(failed("remove", &folder))?;
    Ok(trials.into_iter().filter_map(|trial| judge(job, trial)).collect())
}

/// The trials of a plan with the most epochs.
fn deepest(log: &TrialLog, plan: u32) -> Vec<&TrialRecord> {
    let mut trials: Vec<_> = log.records().filter(|trial| trial.plan == plan).collect();
    let most = trials.iter().map(|trial| trial.epochs).max();
    trials.retain(|trial| Some(trial.epochs) == most);
    trials
}

/// The model of a trial, if it is whole and has the result that was written down.
fn judge(job: &SearchJob<'_>, trial: &TrialRecord) -> Option<Judge> {
    let bytes = fs::read(file_of(job.folder, trial)).ok()?;
    let weights = read(&bytes, trial, &job.data.architecture)?;
    let left_out = Split::new(job.data, &trial.settings).validation;
    let tally = Tally::of(Some(&evaluate(&weights, job.data, &left_out)));
    (tally == trial.tally).then_some(Judge { weights, left_out })
}

fn file_of(folder: &Path, trial: &TrialRecord) -> PathBuf {
    let TrialRecord { plan, fold, epochs, .. } = trial;
    folder.join(JUDGES_FOLDER).join(format!("{plan}-{fold}-{epochs}.weights"))
}

/// It is no error if there is no folder.
fn remove_others(folder: &Path, kept: &[PathBuf]) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if !kept.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn write(trial: &TrialRecord, weights: &Weights, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(checksum(trial, weights).as_bytes())?;
    numbers(weights).try_for_each(|number| out.write_all(&number.to_le_bytes()))
}

fn read(bytes: &[u8], trial: &TrialRecord, architecture: &Architecture) -> Option<Weights> {
    let (sum, values) = bytes.split_at_checked(blake3::OUT_LEN)?;
    let (values, rest) = values.as_chunks::<4>();
    let mut weights = Weights::zero(architecture);
    let is_whole = rest.is_empty() && values.len() == numbers(&weights).count();
    for (number, value) in numbers_mut(&mut weights).zip(values) {
        *number = i32::from_le_bytes(*value);
    }
    let is_own = is_whole && checksum(trial, &weights).as_bytes() == sum;
    (is_own && weights.check(architecture).is_ok()).then_some(weights)
}

/// Layer by layer its weights and then its biases.
fn numbers(weights: &Weights) -> impl Iterator<Item = i32> + '_ {
    weights.layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.biases).copied())
}

/// The same, to be changed.
fn numbers_mut(weights: &mut Weights) -> impl Iterator<Item = &mut i32> {
    let layers = weights.layers.iter_mut();
    layers.flat_map(|layer| layer.weights.iter_mut().chain(&mut layer.biases))
}

fn checksum(trial: &TrialRecord, weights: &Weights) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_derive_key(CHECKSUM);
    hasher.update(&trial.plan.to_le_bytes());
    hasher.update(&[trial.fold]);
    hasher.update(&trial.epochs.to_le_bytes());
    for number in numbers(weights) {
        hasher.update(&number.to_le_bytes());
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::TrainConfig,
        testing::{ends_count, tiny},
    };

    fn trial(plan: u32, fold: u8, epochs: u32) -> TrialRecord {
        let (settings, tally) = (TrainConfig::default(), Tally::default());
        TrialRecord { plan, fold, epochs, settings, score: 0.5, tally, seconds: 0.5 }
    }

    #[test]
    fn a_model_that_was_kept_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let weights = ends_count(&tiny());
        keep(folder.path(), &trial(2, 1, 30), &weights).unwrap();
        let bytes = fs::read(folder.path().join("judges/2-1-30.weights")).unwrap();
        assert!(read(&bytes, &trial(2, 1, 30), &tiny()) == Some(weights));
    }

    #[test]
    fn a_changed_or_torn_file_and_that_of_another_trial_are_no_model() {
        let folder = tempfile::tempdir().unwrap();
        let own = trial(2, 1, 30);
        keep(folder.path(), &own, &ends_count(&tiny())).unwrap();
        let bytes = fs::read(file_of(folder.path(), &own)).unwrap();
        for place in [0, 40, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(read(&changed, &own, &tiny()).is_none(), "{place}");
        }
        for length in [0, 31, 32, bytes.len() - 4, bytes.len() - 1] {
            assert!(read(&bytes[..length], &own, &tiny()).is_none(), "{length}");
        }
        assert!(read(&[&bytes[..], &[0; 4]].concat(), &own, &tiny()).is_none());
        for other in [trial(3, 1, 30), trial(2, 0, 30), trial(2, 1, 10)] {
            assert!(read(&bytes, &other, &tiny()).is_none());
        }
    }

    #[test]
    fn the_trials_with_the_most_epochs_of_the_plan_judge() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = TrialLog::open(folder.path(), "digest").unwrap();
        for trial in [trial(1, 0, 9), trial(2, 0, 90), trial(1, 0, 30), trial(1, 1, 30)] {
            log.add_trial(&trial).unwrap();
        }
        let found = deepest(&log, 1);
        let found: Vec<_> = found.iter().map(|trial| (trial.fold, trial.epochs)).collect();
        assert_eq!(found, [(0, 30), (1, 30)]);
        assert!(deepest(&log, 7).is_empty());
    }

    #[test]
    fn of_a_plan_that_is_forgotten_no_model_is_left_and_of_others_all_are() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = TrialLog::open(folder.path(), "digest").unwrap();
        for trial in [trial(1, 0, 9), trial(1, 1, 30), trial(2, 0, 30)] {
            log.add_trial(&trial).unwrap();
        }
        // A loss that ceased to be a number has left no model.
        for trial in [trial(1, 0, 9), trial(2, 0, 30)] {
            keep(folder.path(), &trial, &ends_count(&tiny())).unwrap();
        }
        forget(folder.path(), &log, 1).unwrap();
        let left = fs::read_dir(folder.path().join(JUDGES_FOLDER)).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["2-0-30.weights"]);
    }

    #[test]
    fn what_judges_nothing_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, others) = (trial(1, 0, 30), [trial(1, 0, 9), trial(2, 0, 30)]);
        for trial in others.iter().chain([&kept]) {
            keep(folder.path(), trial, &ends_count(&tiny())).unwrap();
        }
        let judges = folder.path().join(JUDGES_FOLDER);
        remove_others(&judges, &[file_of(folder.path(), &kept)]).unwrap();
        let left = fs::read_dir(&judges).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(left.collect::<Vec<_>>(), ["1-0-30.weights"]);
        remove_others(&folder.path().join("none"), &[]).unwrap();
    }
}

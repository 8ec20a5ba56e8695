//! Teachers: boosted trees that say more about samples than their labels do.

use super::{is_taught, Clock, SearchError, SearchJob, SearchObserver};
use crate::{
    boost::{cross_fit, mixed_rows, BoostConfig, BoostError, Boosted, CrossFit},
    config::TrainConfig,
    data::{Labels, TrainingSet},
    error::TrainError,
    split::equal_rows,
    teacher::{Lesson, SoftLabels, Synthetic},
    trainer::thread_pool,
};
use std::{collections::BTreeMap, time::Instant};

/// Folds by which a teacher judges samples that it has not seen.
const FOLDS: u8 = 5;

/// Synthetic rows for each sample.
const ROWS_PER_SAMPLE: usize = 8;

/// The fewest and the most synthetic rows.
const LEAST_ROWS: usize = 4_000;
const MOST_ROWS: usize = 60_000;

/// The most inputs of all synthetic rows together: 32 MiB.
const MOST_INPUTS: usize = 1 << 24;

/// Share of the columns of a synthetic row that come from another sample.
const MIXED_SHARE: f64 = 0.3;

/// The teachers of a search: one that has not seen a fold, for each fold, and one of all samples.
#[derive(Debug, Default)]
pub(super) struct Teachers {
    made: BTreeMap<Option<u8>, Taught>,
}

/// What a teacher has said.
#[derive(Debug)]
pub(super) struct Taught {
    /// Of the samples that it may see, by trees that have not seen them. Of the others nothing: all
    /// classes alike.
    soft: SoftLabels,
    more: Synthetic,
    /// Of the first, by the samples' own classes.
    pub(super) accuracy: f64,
}

/// When to give up.
pub(super) struct Stop<'a> {
    pub(super) clock: &'a dyn Clock,
    pub(super) deadline: Instant,
    pub(super) observer: &'a mut dyn SearchObserver,
}

impl Stop<'_> {
    fn is_due(&self) -> bool {
        self.observer.stop_requested() || self.clock.now() >= self.deadline
    }
}

impl Taught {
    /// The samples of the job with what the teacher has said.
    pub(super) fn lesson<'a>(&'a self, job: &'a SearchJob<'_>) -> Lesson<'a> {
        Lesson {
            data: job.data,
            soft: Some(&self.soft),
            more: Some(&self.more),
            columns: &job.columns,
        }
    }
}

impl Teachers {
    pub(super) fn get(&self, fold: Option<u8>) -> Option<&Taught> {
        self.made.get(&fold)
    }

    /// The samples of the job, with what the teacher has said if the settings ask for it.
    pub(super) fn lesson<'a>(
        &'a self,
        job: &'a SearchJob<'_>,
        fold: Option<u8>,
        settings: &TrainConfig,
    ) -> Lesson<'a> {
        match self.get(fold).filter(|_| is_taught(settings)) {
            Some(taught) => taught.lesson(job),
            None => Lesson { columns: &job.columns, ..Lesson::of(job.data) },
        }
    }

    /// Makes a teacher that sees the samples of `training` alone, if it is not there. Whether there
    /// is one now: it may have had no time, or too few different samples.
    pub(super) fn make(
        &mut self,
        job: &SearchJob<'_>,
        fold: Option<u8>,
        training: &[u32],
        stop: &mut Stop<'_>,
    ) -> Result<bool, SearchError> {
        if self.made.contains_key(&fold) {
            return Ok(true);
        }
        let pool = thread_pool(job.base)?;
        match pool.install(|| taught(job, training, stop)) {
            Ok(taught) => {
                self.made.insert(fold, taught);
                Ok(true)
            }
            Err(BoostError::Stopped) if stop.observer.stop_requested() => {
                Err(TrainError::Interrupted { step: 0, saved: true }.into())
            }
            Err(BoostError::Stopped | BoostError::Folds { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// `stop` is unique here because observers need not be shared between threads.
fn taught(
    job: &SearchJob<'_>,
    training: &[u32],
    stop: &mut Stop<'_>,
) -> Result<Taught, BoostError> {
    let stop = &*stop;
    let is_due = || stop.is_due();
    let seen = part_of(job.data, training);
    let config = BoostConfig { seed: job.seed, ..BoostConfig::for_samples(training.len()) };
    let fitted = cross_fit(&seen, &equal_rows(&seen), FOLDS, &config, &is_due)?;
    let CrossFit { shares, accuracy, rounds, .. } = fitted;
    let config = BoostConfig { rounds: rounds.max(1), patience: None, ..config };
    let trees = Boosted::fit(job.data, training, &[], &config, &is_due)?;
    if trees.was_stopped() {
        return Err(BoostError::Stopped);
    }
    let count = synthetic_rows(&seen);
    let inputs = mixed_rows(job.data, training, &job.columns, count, MIXED_SHARE, job.seed);
    let soft = SoftLabels { classes: shares.classes, shares: trees.shares(&inputs) };
    Ok(Taught {
        soft: scattered(&shares, training, job.data.samples()),
        more: Synthetic { inputs, soft },
        accuracy,
    })
}

fn synthetic_rows(seen: &TrainingSet) -> usize {
    let wanted = (seen.samples() * ROWS_PER_SAMPLE).clamp(LEAST_ROWS, MOST_ROWS);
    wanted.min(MOST_INPUTS / usize::from(seen.architecture.inputs).max(1))
}

/// Some samples of classes as a set of their own.
pub(super) fn part_of(data: &TrainingSet, samples: &[u32]) -> TrainingSet {
    let found = samples.iter().filter_map(|sample| data.sample(*sample as usize));
    let classes = match &data.labels {
        Labels::Classes(classes) => {
            samples.iter().filter_map(|sample| classes.get(*sample as usize)).copied().collect()
        }
        Labels::Sets(_) | Labels::Numbers(_) => Vec::new(),
    };
    TrainingSet {
        architecture: data.architecture.clone(),
        inputs: found.flat_map(|(inputs, _)| inputs.iter().copied()).collect(),
        labels: Labels::Classes(classes),
    }
}

/// The shares of some samples at their places among all.
pub(super) fn scattered(shares: &SoftLabels, samples: &[u32], all: usize) -> SoftLabels {
    let classes = shares.classes;
    let mut scattered = vec![1.0 / classes as f32; all * classes];
    for (place, sample) in samples.iter().enumerate() {
        let start = *sample as usize * classes;
        let there = scattered.get_mut(start..start + classes);
        if let (Some(there), Some(found)) = (there, shares.sample(place)) {
            there.copy_from_slice(found);
        }
    }
    SoftLabels { classes, shares: scattered }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_go_to_the_places_of_their_samples() {
        let shares = SoftLabels { classes: 2, shares: vec![0.25, 0.75, 1.0, 0.0] };
        let all = scattered(&shares, &[3, 1], 4);
        assert_eq!(all.shares, [0.5, 0.5, 1.0, 0.0, 0.5, 0.5, 0.25, 0.75]);
    }
}

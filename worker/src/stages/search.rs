//! A search for better settings, in the folder of a training.

use super::learn::{LearnError, TrainingJob, Watch};
use crate::{
    config::{self, Search},
    notice::Notice,
    report::write_trials,
};
use nocknock_training::{
    search, Found, Halving, Metric, SearchJob, SearchObserver, SearchProgress, SearchStrategy,
    TrainConfig, TrialRecord,
};
use serde::Serialize;
use std::{path::Path, time::Instant};

/// What a search begins with. Other ones have a folder of their own.
#[derive(Serialize)]
pub(super) struct Beginning<'a> {
    search: Search,
    settings: &'a TrainConfig,
}

impl<'a> Beginning<'a> {
    pub(super) fn of(training: &'a config::Training) -> Self {
        Self { search: training.search, settings: &training.settings }
    }
}

/// How a configuration searches, if it does.
pub(super) fn strategy_of(search: Search) -> Option<Box<dyn SearchStrategy>> {
    match search {
        Search::Off => None,
        Search::Halving => Some(Box::new(Halving::default())),
    }
}

/// Searches, or goes on with the search in the folder, and leaves a report there.
pub(super) fn search_in(
    folder: &Path,
    job: &TrainingJob,
    training: &config::Training,
    strategy: &dyn SearchStrategy,
) -> Result<Found, LearnError> {
    let mut watch = Watch::new(job, folder);
    let columns = job.columns.iter().map(|column| column.inputs.clone());
    let settings = SearchJob {
        data: &job.data,
        columns: columns.filter(|inputs| !inputs.is_empty()).collect(),
        base: &training.settings,
        device: training.device,
        folder,
        until: job.until,
        // Rows of the data and of the tests are drawn alike, and each of them counts the same.
        metric: Metric::Accuracy,
        seed: training.settings.seed,
    };
    let found = search(strategy, &settings, &mut watch)?;
    watch.finish(&found.model, expected_of(&found), &found.judges);
    tell(folder, job, &found);
    Ok(found)
}

/// A summary that cannot be written does not stop anything: the model counts.
fn tell(folder: &Path, job: &TrainingJob, found: &Found) {
    if found.plain {
        return;
    }
    if let Err(error) = write_trials(folder, found) {
        let text = format!("there is no summary of the trials: {error}");
        job.notices.tell(Notice::Warning { text });
    }
    job.notices.tell(Notice::Searched {
        task: job.task,
        trials: found.trials,
        expected: found.expected,
        teacher: found.teacher,
    });
}

/// What a model is expected to reach on rows that it has not seen, if that is known: of one that
/// has learned from all samples, what its settings have come to on samples that were left out.
pub(super) fn expected_of(found: &Found) -> Option<f64> {
    match &found.model.report.validation {
        Some(validation) => Some(validation.accuracy()),
        None => (!found.plain).then_some(found.expected),
    }
}

impl SearchObserver for Watch<'_> {
    fn trial_ended(&mut self, trial: &TrialRecord, progress: &SearchProgress) {
        let left = progress.expected_end.saturating_duration_since(Instant::now());
        self.tell(Notice::Trial {
            task: self.task(),
            trial: progress.trials,
            score: trial.score,
            best: progress.best,
            seconds_left: left.as_secs(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        notice::{NoticeSink, Notices},
        stages::learn::ColumnInputs,
    };
    use nocknock_primitives::model::names::named;
    use nocknock_training::{
        Labels, Plan, Search as Trials, SearchError, TrainError, TrainingSet, TRIALS_FILE,
    };
    use std::{
        fs,
        sync::{Arc, Mutex, PoisonError},
        time::Duration,
    };
    use tokio_util::sync::CancellationToken;

    /// A search with so many trials.
    #[derive(Debug)]
    struct Few(u32);

    impl SearchStrategy for Few {
        fn name(&self) -> &str {
            "few"
        }

        fn search(&self, search: &mut Trials<'_>) -> Result<Found, SearchError> {
            let mut best: Option<(Plan, f64)> = None;
            for number in 0..self.0 {
                let rate = 0.01 * f64::from(number + 1);
                let settings = search.job().base.clone();
                let plan =
                    Plan { number, settings: TrainConfig { learning_rate: rate, ..settings } };
                let Some(trial) = search.trial(&plan, 0, 2)? else { break };
                if best.as_ref().is_none_or(|(_, score)| trial.score >= *score) {
                    best = Some((plan, trial.score));
                }
            }
            match best {
                Some((plan, score)) => search.finish(&plan, score),
                None => search.plain(),
            }
        }
    }

    /// Keeps what is told of trials, and asks for a stop after so many.
    #[derive(Debug)]
    struct Minutes {
        told: Mutex<Vec<Notice>>,
        stop: CancellationToken,
        stop_after: u32,
    }

    impl Minutes {
        fn new(stop_after: u32) -> Arc<Self> {
            Arc::new(Self { told: Mutex::default(), stop: CancellationToken::new(), stop_after })
        }

        fn numbers(&self) -> Vec<u32> {
            let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let number = |notice: &Notice| match notice {
                Notice::Trial { trial, .. } => Some(*trial),
                _ => None,
            };
            told.iter().filter_map(number).collect()
        }

        fn has(&self, matches: fn(&Notice) -> bool) -> bool {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).iter().any(matches)
        }
    }

    impl NoticeSink for Minutes {
        fn receive(&self, notice: &Notice) {
            if matches!(notice, Notice::Trial { trial, .. } if *trial == self.stop_after) {
                self.stop.cancel();
            }
            self.told.lock().unwrap_or_else(PoisonError::into_inner).push(notice.clone());
        }
    }

    fn training() -> config::Training {
        let settings = TrainConfig { epochs: 4, ..TrainConfig::default() };
        config::Training { settings, ..config::Training::default() }
    }

    /// Searches in a folder with so many trials.
    fn found(folder: &Path, minutes: &Arc<Minutes>, trials: u32) -> Result<Found, LearnError> {
        let column = |name: &str, inputs| ColumnInputs { name: name.to_owned(), inputs };
        let job = TrainingJob {
            task: 3,
            data: TrainingSet {
                architecture: named("tiny-4x3x2").unwrap(),
                inputs: (0..80).flat_map(|n| [n % 4, n / 4 % 4, n / 16 % 4, 3 - n % 3]).collect(),
                labels: Labels::Classes((0..80).map(|n| u8::from(n % 4 > 1)).collect()),
            },
            columns: vec![column("a", 0..1), column("none", 1..1), column("b", 1..4)],
            encoding: None,
            folder: folder.to_owned(),
            until: Instant::now() + Duration::from_secs(3600),
            stop: minutes.stop.clone(),
            notices: Notices::to(vec![minutes.clone()]),
        };
        search_in(folder, &job, &training(), &Few(trials))
    }

    #[test]
    fn a_search_tells_its_trials_and_leaves_a_summary_and_a_report() {
        let folder = tempfile::tempdir().unwrap();
        let minutes = Minutes::new(0);
        let found = found(folder.path(), &minutes, 2).unwrap();
        assert_eq!(minutes.numbers(), [1, 2]);
        assert!(minutes.has(|told| matches!(told, Notice::Searched { task: 3, trials: 2, .. })));
        assert!(minutes.has(|told| matches!(told, Notice::Epoch { task: 3, .. })));
        assert_eq!(expected_of(&found), Some(found.expected));
        let summary = fs::read_to_string(folder.path().join("trials.md")).unwrap();
        assert!(summary.contains("2 trials"), "{summary}");
        let report = fs::read_to_string(folder.path().join("report.md")).unwrap();
        assert!(report.contains("models with these settings have come to"), "{report}");
        let judged: usize = found.judges.iter().map(|judge| judge.left_out.len()).sum();
        assert!(report.contains(&format!("Judged on {judged} rows")) && judged > 0, "{report}");
        assert!(folder.path().join("report.html").is_file());
    }

    #[test]
    fn a_search_that_is_stopped_goes_on_with_the_next_trial() {
        let folder = tempfile::tempdir().unwrap();
        let minutes = Minutes::new(1);
        let stopped = found(folder.path(), &minutes, 3).unwrap_err();
        let is_stop = matches!(stopped, LearnError::Train(TrainError::Interrupted { .. }));
        assert!(is_stop, "{stopped}");
        assert_eq!(minutes.numbers(), [1]);
        let minutes = Minutes::new(0);
        assert_eq!(found(folder.path(), &minutes, 3).unwrap().trials, 3);
        assert_eq!(minutes.numbers(), [2, 3]);
        assert!(folder.path().join(TRIALS_FILE).is_file());
    }

    #[test]
    fn without_a_trial_there_is_no_summary_and_the_result_is_that_of_the_training() {
        let folder = tempfile::tempdir().unwrap();
        let minutes = Minutes::new(0);
        let plain = found(folder.path(), &minutes, 0).unwrap();
        assert!(!minutes.has(|told| matches!(told, Notice::Searched { .. })));
        assert!(!folder.path().join("trials.md").exists());
        let validation = plain.model.report.validation.as_ref().unwrap().accuracy();
        assert_eq!(expected_of(&plain), Some(validation));
        let mut unknown = plain;
        unknown.model.report.validation = None;
        assert_eq!(expected_of(&unknown), None);
        // A search may begin with the settings that the last training has.
        assert_eq!(expected_of(&Found { plain: false, expected: 0.5, ..unknown }), Some(0.5));
    }

    #[test]
    fn a_search_is_what_its_name_says() {
        assert!(strategy_of(Search::Off).is_none());
        assert_eq!(strategy_of(Search::Halving).unwrap().name(), "halving");
    }
}

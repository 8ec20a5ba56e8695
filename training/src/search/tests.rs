//! Searches by a clock that the tests turn, so that nothing depends on the speed of the machine.

mod left_out;

use super::{
    halving::{Ranked, Rung},
    *,
};
use crate::{
    rng::{below, stream, Purpose},
    testing::{architecture, number_head, random_set},
    train,
};
use nocknock_primitives::model::architecture::{Dense, Head};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

/// Each look at it takes a millisecond.
#[derive(Debug)]
struct Ticking {
    start: Instant,
    looks: AtomicU64,
}

impl Ticking {
    fn new() -> Self {
        Self { start: Instant::now(), looks: AtomicU64::new(0) }
    }
}

impl Clock for Ticking {
    fn now(&self) -> Instant {
        self.start + Duration::from_millis(self.looks.fetch_add(1, Ordering::Relaxed))
    }
}

/// Two classes of which the sum of the inputs decides.
fn classes(samples: usize) -> TrainingSet {
    let hidden = Dense { units: 6, weight_bits: 6, bias_bits: 12, sum_bits: 16, shift: 4 };
    let head =
        Head::Classes { classes: 2, best: 1, weight_bits: 6, bias_bits: 14, distance_bits: 20 };
    let architecture = architecture((4, 6), &[hidden], head);
    let mut rng = stream(9, Purpose::Split);
    let inputs: Vec<u16> = (0..samples * 4).map(|_| below(&mut rng, 64) as u16).collect();
    let classes = inputs.chunks(4).map(|row| u8::from(row.iter().sum::<u16>() > 126));
    let labels = Labels::Classes(classes.collect());
    TrainingSet { architecture, labels, inputs }
}

fn short() -> TrainConfig {
    TrainConfig { checkpoint_every: Some(5), ..TrainConfig::default() }
}

/// A job that has some seconds of a ticking clock.
fn job<'a>(
    data: &'a TrainingSet,
    base: &'a TrainConfig,
    folder: &'a Path,
    clock: &Ticking,
    seconds: u64,
) -> SearchJob<'a> {
    SearchJob {
        data,
        columns: Vec::new(),
        base,
        device: DeviceChoice::Cpu,
        folder,
        until: clock.start + Duration::from_secs(seconds),
        metric: Metric::Accuracy,
        seed: 3,
    }
}

/// A few plans with a few epochs, and then a last training of few epochs.
#[derive(Debug)]
struct Few;

impl SearchStrategy for Few {
    fn name(&self) -> &str {
        "few"
    }

    fn search(&self, search: &mut Search<'_>) -> Result<Found, SearchError> {
        let mut best: Option<(Plan, f64)> = None;
        for number in 0..3 {
            let learning_rate = [0.001, 0.02, 0.01][number as usize];
            let base = search.job().base.clone();
            let plan = Plan { number, settings: TrainConfig { learning_rate, ..base } };
            let Some(trial) = search.trial(&plan, 0, 3)? else {
                break;
            };
            if best.as_ref().is_none_or(|(_, score)| trial.score > *score) {
                best = Some((plan, trial.score));
            }
        }
        match best {
            Some((plan, score)) => search.finish(&plan, score),
            None => search.plain(),
        }
    }
}

/// Keeps what is told, and asks to stop when the clock has been looked at often enough.
#[derive(Default)]
struct Diary {
    trials: Vec<TrialRecord>,
    last: Option<SearchProgress>,
    epochs: u32,
    stop_after: Option<u64>,
    asked: AtomicU64,
}

impl TrainObserver for Diary {
    fn epoch_ended(&mut self, _metrics: &crate::EpochMetrics) {
        self.epochs += 1;
    }

    fn stop_requested(&self) -> bool {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        self.stop_after.is_some_and(|after| asked >= after)
    }
}

impl SearchObserver for Diary {
    fn trial_ended(&mut self, trial: &TrialRecord, progress: &SearchProgress) {
        self.trials.push(trial.clone());
        self.last = Some(*progress);
    }
}

/// Without what depends on the clock.
fn timeless(trials: &[TrialRecord]) -> Vec<TrialRecord> {
    trials.iter().map(|trial| TrialRecord { seconds: 0.0, ..trial.clone() }).collect()
}

#[test]
fn a_search_tries_plans_on_a_fold_and_trains_the_best_on_all_samples() {
    let (data, base) = (classes(200), short());
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let mut diary = Diary::default();
    let job = job(&data, &base, folder.path(), &clock, 1_000);
    let found = search_by(&Few, &job, &clock, &mut diary).unwrap();
    assert_eq!(diary.trials.len(), 3);
    for trial in &diary.trials {
        assert_eq!((trial.fold, trial.epochs, trial.tally.perfect), (0, 3, 40));
        assert_eq!(trial.settings.keep, Keep::Last);
    }
    let best = diary.trials.iter().map(|trial| trial.score).fold(0.0, f64::max);
    assert_eq!((found.expected, found.trials), (best, 3));
    let progress = diary.last.unwrap();
    assert_eq!((progress.trials, progress.best), (3, best));
    assert!(progress.seconds_left > 0.0 && progress.expected_end <= job.until);
    // Of the trainings, the last alone was told.
    let report = &found.model.report;
    assert_eq!(diary.epochs as usize, report.history.len());
    assert_eq!((report.training.samples, &report.validation), (200, &None));
    assert_eq!(report.config, found.plan.settings);
    assert_eq!(found.model.weights.is_safe(&data.architecture), Ok(()));
    assert!(!folder.path().join(TRIAL_FOLDER).exists());
}

/// A stop may come in any trial, and in the last training.
#[test]
fn a_search_that_is_stopped_again_and_again_has_the_same_trials_and_the_same_model() {
    let (data, base) = (classes(200), short());
    let [whole, pieces] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let clock = Ticking::new();
    let mut diary = Diary::default();
    let long = |folder| job(&data, &base, folder, &clock, 1_000_000);
    let expected = search_by(&Few, &long(whole.path()), &clock, &mut diary).unwrap();
    let (mut trials, mut stops) = (Vec::new(), 0);
    let found = loop {
        let mut pieced = Diary { stop_after: Some(7 + stops), ..Diary::default() };
        let ended = search_by(&Few, &long(pieces.path()), &clock, &mut pieced);
        trials.extend(pieced.trials);
        match ended {
            Ok(found) => break found,
            Err(SearchError::Train(TrainError::Interrupted { saved, .. })) => assert!(saved),
            Err(error) => panic!("{error}"),
        }
        stops += 1;
    };
    assert!(stops > 3, "{stops}");
    assert_eq!(timeless(&trials), timeless(&diary.trials));
    assert!(found.model.weights == expected.model.weights);
    assert_eq!(found.plan, expected.plan);
    assert_eq!((found.trials, found.expected), (expected.trials, expected.expected));
}

#[test]
fn what_a_trial_left_behind_when_it_was_killed_after_its_line_is_no_hindrance() {
    let (data, base) = (classes(200), short());
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let job = job(&data, &base, folder.path(), &clock, 1_000_000);
    // A checkpoint of a training with other settings.
    let trial = folder.path().join(TRIAL_FOLDER);
    let other = TrainConfig { epochs: 1, ..short() };
    train(&data, &other, DeviceChoice::Cpu, Some(&trial), &mut ()).unwrap();
    assert_eq!(search_by(&Few, &job, &clock, &mut ()).unwrap().trials, 3);
}

#[test]
fn a_search_that_is_over_gives_its_model_again() {
    let (data, base) = (classes(200), short());
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let job = job(&data, &base, folder.path(), &clock, 1_000_000);
    let first = search_by(&Few, &job, &clock, &mut ()).unwrap();
    let mut diary = Diary::default();
    let again = search_by(&Few, &job, &clock, &mut diary).unwrap();
    assert!(first.model.weights == again.model.weights);
    assert!(diary.trials.is_empty() && diary.epochs == 0);
}

#[test]
fn other_samples_settings_or_seeds_are_another_search() {
    let (data, base) = (classes(200), short());
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let own = job(&data, &base, folder.path(), &clock, 1_000_000);
    search_by(&Few, &own, &clock, &mut ()).unwrap();
    let mut changed = data.clone();
    changed.inputs[0] ^= 1;
    let rate = TrainConfig { learning_rate: 0.5, ..short() };
    let others = [
        SearchJob { data: &changed, ..own.clone() },
        SearchJob { base: &rate, ..own.clone() },
        SearchJob { seed: 4, ..own.clone() },
        SearchJob { metric: Metric::Balanced, ..own.clone() },
        SearchJob { columns: vec![0..1, 1..4], ..own.clone() },
    ];
    for other in others {
        let refused = search_by(&Few, &other, &clock, &mut ()).unwrap_err();
        let is_foreign = matches!(
            refused,
            SearchError::Train(TrainError::Checkpoint(CheckpointError::OtherTraining { .. }))
        );
        assert!(is_foreign, "{refused}");
    }
    // Neither the pace of checkpoints nor the end belongs to it.
    let pace = TrainConfig { checkpoint_every: None, threads: Some(1), ..short() };
    let same = SearchJob { base: &pace, until: own.until + Duration::from_secs(9), ..own };
    search_by(&Few, &same, &clock, &mut ()).unwrap();
}

/// The first steps already show that the last training takes longer than there is.
#[test]
fn without_time_for_a_trial_the_model_is_that_of_a_plain_training() {
    let (data, base) = (classes(200), short());
    for milliseconds in [0, 1, 30] {
        let folder = tempfile::tempdir().unwrap();
        let clock = Ticking::new();
        let until = clock.start + Duration::from_millis(milliseconds);
        let job = SearchJob { until, ..job(&data, &base, folder.path(), &clock, 0) };
        let found = search_by(&Halving::default(), &job, &clock, &mut ()).unwrap();
        assert_eq!((found.trials, found.plain, &found.plan.settings), (0, true, &base));
        assert_eq!(found.model.report.config, base);
        assert_eq!(found.model.report.stopped, StopReason::TimeUp);
        assert_eq!(found.model.weights.is_safe(&data.architecture), Ok(()));
    }
}

#[test]
fn trials_end_when_the_last_training_must_begin_and_it_is_whole() {
    let (data, base) = (classes(200), short());
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let mut diary = Diary::default();
    // A whole training has some 320 epochs of 7 steps, and a step takes some looks.
    let job = job(&data, &base, folder.path(), &clock, 60);
    let found = search_by(&Halving::default(), &job, &clock, &mut diary).unwrap();
    assert!(found.trials > 0 && found.trials < 54 + 27, "{}", found.trials);
    let report = &found.model.report;
    assert_eq!(report.stopped, StopReason::AllEpochs);
    assert_eq!(report.validation, None);
}

#[test]
fn numbers_are_searched_without_a_teacher() {
    let architecture = architecture((4, 6), &[], number_head(20));
    let data = random_set(&architecture, 60, &mut stream(1, Purpose::Split));
    let base = short();
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let job = job(&data, &base, folder.path(), &clock, 100_000);
    let halving = Halving { most_trials: 2, most_neighbours: 0, committee: false };
    let found = search_by(&halving, &job, &clock, &mut ()).unwrap();
    assert!(found.trials > 0);
    assert_eq!((found.teacher, found.plan.settings.teacher_share), (None, 0.0));
}

#[test]
fn a_teacher_of_a_fold_has_not_seen_it() {
    let data = classes(200);
    let base = short();
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let job = job(&data, &base, folder.path(), &clock, 100_000);
    let config = TrainConfig {
        fold: Some(Fold { number: 0, of: FOLDS }),
        seed: job.seed,
        ..TrainConfig::default()
    };
    let Split { training, validation, .. } = Split::new(&data, &config);
    // Other labels of the fold that is left out change nothing that its teacher says.
    let mut other = data.clone();
    if let Labels::Classes(classes) = &mut other.labels {
        validation.iter().for_each(|sample| classes[*sample as usize] ^= 1);
    }
    let said = |data: &TrainingSet| {
        let job = SearchJob { data, ..job.clone() };
        let mut teachers = Teachers::default();
        let (deadline, mut observer) = (job.until, ());
        let mut stop = teachers::Stop { clock: &clock, deadline, observer: &mut observer };
        assert!(teachers.make(&job, Some(0), &training, &mut stop).unwrap());
        let taught = teachers.get(Some(0)).unwrap();
        let lesson = taught.lesson(&job);
        (lesson.soft.cloned(), lesson.more.cloned(), taught.accuracy)
    };
    let first = said(&data);
    assert!(first == said(&other));
    assert!(first.2 > 0.7, "{}", first.2);
    let soft = first.0.unwrap();
    let mut fold = validation.iter().map(|sample| soft.sample(*sample as usize).unwrap());
    assert!(fold.all(|shares| *shares == [0.5, 0.5]));
}

#[test]
fn a_search_with_a_teacher_ends_with_all_its_rungs() {
    let data = classes(120);
    let base = TrainConfig { epochs: 1, ..short() };
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let mut diary = Diary::default();
    let job = job(&data, &base, folder.path(), &clock, 10_000_000);
    let halving = Halving { most_trials: 3, most_neighbours: 0, committee: false };
    let found = search_by(&halving, &job, &clock, &mut diary).unwrap();
    assert!(found.teacher.is_some_and(|accuracy| accuracy > 0.7), "{:?}", found.teacher);
    // Three plans on two folds, then the best on three and on all five, and with it the first as
    // long as that is another one.
    let possible = [6 + 3 + 2, 6 + 6 + 2, 6 + 6 + 4];
    assert!(possible.contains(&found.trials), "{}", found.trials);
    let on_all = |trial: &&TrialRecord| (trial.plan, trial.fold) == (0, 4);
    assert_eq!(diary.trials.iter().filter(on_all).count(), 1);
    assert!(!found.plain);
    assert!(diary.trials.iter().any(|trial| trial.settings.teacher_share > 0.0));
    assert!(found.expected > 0.75, "{}", found.expected);
}

/// Asks a search that has not begun, and has some milliseconds.
fn ask<T>(samples: usize, milliseconds: u64, ask: impl FnOnce(&mut Search<'_>) -> T) -> T {
    let data = classes(samples);
    let base = short();
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let until = clock.start + Duration::from_millis(milliseconds);
    let job = SearchJob { until, ..job(&data, &base, folder.path(), &clock, 0) };
    let log = TrialLog::open(folder.path(), "").unwrap();
    let (pace, teachers, observer) = (Pace::default(), Teachers::default(), &mut ());
    let (ahead, teaching, kept) = (0.0, Duration::ZERO, Kept::EpochsOfTrial);
    let (job, clock) = (&job, &clock);
    let mut search = Search { job, clock, observer, log, pace, teachers, ahead, teaching, kept };
    ask(&mut search)
}

#[test]
fn few_samples_need_more_epochs_and_more_folds_and_many_need_fewer() {
    let of = |samples| ask(samples, 1_000, |search| (search.epochs(), search.folds()));
    assert_eq!(of(100), (640, 5));
    assert_eq!(of(1_999), (120, 5));
    assert_eq!(of(2_000), (120, 3));
    assert_eq!(of(19_999), (120, 3));
    assert_eq!(of(40_000), (64, 1));
}

#[test]
fn no_time_is_kept_for_teachers_that_are_too_slow() {
    // Each tree takes a look at the clock.
    ask(200, 100, |search| {
        assert_eq!(search.teacher().unwrap(), None);
        assert_eq!(search.teaching, Duration::ZERO);
    });
    ask(200, 1_000_000, |search| {
        assert!(search.teacher().unwrap().is_some());
        assert!(search.teaching > Duration::ZERO);
    });
}

#[test]
fn time_is_kept_for_a_last_training_with_the_best_settings_so_far() {
    ask(200, 1_000_000, |search| {
        let settings = TrainConfig { synthetic_share: 0.75, ..short() };
        let (data, epochs) = (search.job.data, 10);
        let tally = Tally::missed(data, &[0, 1]);
        let (plan, fold, score, seconds) = (1, 0, 0.0, 1.0);
        let trial = TrialRecord { plan, fold, epochs, settings, score, tally, seconds };
        // As fast by the row as the settings of the job.
        let rows = rows_of(&trial.settings, without_fold(200), epochs);
        search.pace.add(&trial.settings, rows, Duration::from_secs(1));
        search.pace.add(search.job.base, rows, Duration::from_secs(1));
        let before = search.reserve().needed(&search.pace);
        search.log.add_trial(&trial).unwrap();
        let after = search.reserve().needed(&search.pace);
        assert!(after > before.mul_f64(3.9), "{before:?} {after:?}");
    });
}

/// Ten epochs of so many samples with the settings of the job take a second.
fn ten_epochs_a_second(search: &mut Search<'_>, samples: usize) {
    let rows = rows_of(search.job.base, samples, 10);
    search.pace.add(search.job.base, rows, Duration::from_secs(1));
}

#[test]
fn the_last_training_has_the_epochs_of_the_job_if_there_is_time_for_them() {
    let epochs = |milliseconds| {
        ask(30_000, milliseconds, |search| {
            ten_epochs_a_second(search, 30_000);
            assert_eq!(search.epochs(), 85);
            let plan = Plan { number: 1, settings: short() };
            search.last_settings(&plan).unwrap().epochs
        })
    };
    assert_eq!(epochs(1_000_000), 120);
    // As many as go into nine tenths of the time, of which looking at the clock takes a little.
    assert!((85..=90).contains(&epochs(10_000)));
    assert!((5..=9).contains(&epochs(1_000)));
}

#[test]
fn plans_near_the_best_leave_time_for_all_epochs_of_the_job() {
    ask(30_000, 22_000, |search| {
        ten_epochs_a_second(search, 30_000);
        // A trial takes 6.8 seconds, and the last training half as long again as 8.5 or as 12.
        let settings = TrainConfig { epochs: search.epochs(), ..short() };
        assert!(search.has_time_for(&settings, 1));
        search.keep_time_for(Kept::AllEpochs);
        assert!(!search.has_time_for(&settings, 1));
    });
}

/// What is found near a plan that was right about so many of the 40 samples of each of two folds,
/// and the trials that it took.
fn near(right: u64, milliseconds: u64, numbers: Range<u32>) -> (Ranked, Vec<TrialRecord>) {
    ask(200, milliseconds, |search| {
        let (plan, epochs, score, seconds) = (0, 2, right as f64 / 40.0, 0.0);
        for fold in 0..2 {
            let tally = Tally { score: right, perfect: 40, classes: Vec::new() };
            let settings = short();
            let trial = TrialRecord { plan, fold, epochs, settings, score, tally, seconds };
            search.log.add_trial(&trial).unwrap();
        }
        let ranked = vec![(Plan { number: 0, settings: short() }, score)];
        let rung = Rung { plans: 1, folds: 2, epochs };
        let best = neighbours::improve(search, ranked, rung, numbers).unwrap().unwrap();
        // The models of plans that were beaten are gone.
        let own = format!("{}-", best.0.number);
        let mut models = fs::read_dir(search.job.folder.join("judges")).into_iter().flatten();
        assert!(models.all(|model| model.unwrap().file_name().to_string_lossy().starts_with(&own)));
        (best, search.log.records().skip(2).cloned().collect())
    })
}

#[test]
fn a_better_plan_near_the_best_is_the_best_from_there_on() {
    let ((best, score), trials) = near(0, 1_000_000, 1..5);
    assert!(best.number > 0 && score > 0.0);
    let result = |number: u32| {
        let mut sum = Tally::default();
        let own = trials.iter().filter(|trial| trial.plan == number);
        own.for_each(|trial| sum.add(&trial.tally));
        (sum.perfect == 80).then(|| sum.score(Metric::Accuracy))
    };
    assert_eq!(result(best.number), Some(score));
    assert!((1..5).filter_map(result).all(|other| other <= score));
}

#[test]
fn the_same_results_lead_to_the_same_plans_near_the_best() {
    let [(one, trials), (other, again)] = [(); 2].map(|()| near(0, 1_000_000, 1..4));
    assert_eq!((one, timeless(&trials)), (other, timeless(&again)));
}

#[test]
fn the_search_near_the_best_ends_when_none_was_better_for_long() {
    let ((best, score), trials) = near(40, 1_000_000, 1..100);
    assert_eq!((best.number, score), (0, 1.0));
    let tried: BTreeSet<u32> = trials.iter().map(|trial| trial.plan).collect();
    assert!(tried.into_iter().eq(1..13));
}

#[test]
fn without_time_nothing_near_the_best_is_tried() {
    let ((best, score), trials) = near(20, 1, 1..5);
    assert_eq!((best.number, score, trials.len()), (0, 0.5, 0));
}

#[test]
fn a_search_that_is_stopped_near_the_best_goes_on_there() {
    let architecture = architecture((4, 6), &[], number_head(20));
    let data = random_set(&architecture, 60, &mut stream(1, Purpose::Split));
    // One step for each epoch.
    let base = TrainConfig { batch_size: 60, ..TrainConfig::default() };
    let [whole, pieces] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let clock = Ticking::new();
    let halving = Halving { most_trials: 1, most_neighbours: 2, committee: false };
    let long = |folder| job(&data, &base, folder, &clock, 10_000_000);
    let mut diary = Diary::default();
    let expected = search_by(&halving, &long(whole.path()), &clock, &mut diary).unwrap();
    // Two folds of the first rung, five of the others, and those of the plans near the best.
    assert!((9..=17).contains(&expected.trials), "{}", expected.trials);
    assert!(diary.trials.iter().any(|trial| trial.plan == 2));
    let (mut trials, mut starts) = (Vec::new(), 0);
    let found = loop {
        starts += 1;
        // A whole trial has a thousand steps.
        let mut pieced = Diary { stop_after: Some(1_000), ..Diary::default() };
        let ended = search_by(&halving, &long(pieces.path()), &clock, &mut pieced);
        trials.extend(pieced.trials);
        match ended {
            Ok(found) => break found,
            Err(SearchError::Train(TrainError::Interrupted { .. })) => {}
            Err(error) => panic!("{error}"),
        }
    };
    assert!(starts > 5, "{starts}");
    assert_eq!(timeless(&trials), timeless(&diary.trials));
    assert!(found.model.weights == expected.model.weights);
    assert_eq!((found.plan, found.expected), (expected.plan, expected.expected));
}

/// Settings with two steps for each epoch of 200 samples.
fn large_steps() -> TrainConfig {
    TrainConfig { batch_size: 100, ..TrainConfig::default() }
}

/// What a search comes to that ends with a plan which was right about so many of the 40 samples of
/// each of two folds, and the trials of its committee.
fn ended(search: &mut Search<'_>, right: u64) -> (Found, Vec<TrialRecord>) {
    let (plan, epochs, score, seconds) = (0, 3, right as f64 / 40.0, 0.0);
    for fold in 0..2 {
        let tally = Tally { score: right, perfect: 40, classes: Vec::new() };
        let settings = large_steps();
        let trial = TrialRecord { plan, fold, epochs, settings, score, tally, seconds };
        search.log.add_trial(&trial).unwrap();
    }
    let best = (Plan { number: 0, settings: large_steps() }, score);
    let rung = Rung { plans: 1, folds: 2, epochs };
    let found = committee::finish(search, best, rung, 9).unwrap();
    (found, search.log.records().skip(2).cloned().collect())
}

#[test]
fn a_committee_that_is_better_teaches_the_last_model_and_a_later_start_gives_it_again() {
    ask(200, 1_000_000, |search| {
        let (found, trials) = ended(search, 0);
        assert_eq!(trials.iter().map(|trial| trial.plan).collect::<Vec<_>>(), [9, 9]);
        let mut sum = Tally::default();
        trials.iter().for_each(|trial| sum.add(&trial.tally));
        assert_eq!((found.plan.number, found.expected), (9, sum.score(Metric::Accuracy)));
        assert_eq!((found.trials, found.plan.settings.teacher_share), (4, 0.5));
        let report = &found.model.report;
        assert_eq!(report.config, found.plan.settings);
        assert_eq!((report.training.samples, report.config.epochs), (200, 320));
        assert_eq!(found.model.weights.is_safe(&search.job.data.architecture), Ok(()));
        let last = search.log.last().cloned().unwrap();
        let again = search.train_last(last).unwrap();
        assert!(again.model.weights == found.model.weights);
        assert_eq!(again.plan, found.plan);
    });
}

#[test]
fn a_committee_that_is_not_better_is_not_used() {
    ask(200, 1_000_000, |search| {
        let (found, trials) = ended(search, 40);
        assert_eq!((found.plan.number, found.expected), (0, 1.0));
        assert_eq!(found.plan.settings.teacher_share, 0.0);
        assert!(!trials.is_empty() && trials.iter().all(|trial| trial.plan == 9));
    });
}

#[test]
fn without_time_no_committee_is_tried() {
    ask(200, 1, |search| {
        let (found, trials) = ended(search, 20);
        assert_eq!((found.plan.number, trials.len()), (0, 0));
    });
}

#[test]
fn numbers_have_no_committee() {
    let architecture = architecture((4, 6), &[], number_head(20));
    let data = random_set(&architecture, 60, &mut stream(1, Purpose::Split));
    let base = TrainConfig { batch_size: 60, ..TrainConfig::default() };
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let job = job(&data, &base, folder.path(), &clock, 1_000_000);
    let halving = Halving { most_trials: 1, most_neighbours: 0, committee: true };
    let mut diary = Diary::default();
    search_by(&halving, &job, &clock, &mut diary).unwrap();
    assert!(diary.trials.iter().all(|trial| trial.plan == 0));
}

/// The first member is the model of the plan alone, as far as it came.
#[test]
fn a_committee_that_cannot_be_trained_in_time_leaves_the_model_of_its_plan() {
    ask(200, 40, |search| {
        let plan = Plan { number: 0, settings: large_steps() };
        let members = search.last_settings(&plan).unwrap();
        let settings = TrainConfig { teacher_share: 0.5, ..members.clone() };
        let last = last::Last {
            plan: Plan { number: 9, settings },
            plain: false,
            trials: 2,
            expected: 0.75,
            teacher: None,
            members: Some((Plan { number: 0, settings: members.clone() }, 0.5)),
        };
        let found = search.train_last(last).unwrap();
        assert_eq!((found.plan.number, &found.plan.settings), (0, &members));
        assert_eq!((found.expected, found.trials), (0.5, 2));
        assert_eq!(found.model.report.stopped, StopReason::TimeUp);
    });
}

/// A start that comes late has to make the teacher again, and must not spend all the time on it.
#[test]
fn a_teacher_leaves_time_for_the_last_training() {
    ask(200, 200, |search| {
        let taught = TrainConfig { teacher_share: 0.5, epochs: 3, ..short() };
        let plan = Plan { number: 1, settings: taught };
        let (trials, expected, teacher, members) = (1, 0.5, None, None);
        let last = last::Last { plan, plain: false, trials, expected, teacher, members };
        let found = search.train_last(last).unwrap();
        assert!(!is_taught(&found.plan.settings));
        assert_eq!(found.model.report.stopped, StopReason::AllEpochs);
    });
}

#[test]
fn plans_are_drawn_by_the_seed_and_begin_with_the_settings_of_the_job() {
    let data = classes(200);
    let base = short();
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let job = job(&data, &base, folder.path(), &clock, 1);
    let drawn = plans::draw(&job, 27, true);
    assert_eq!(drawn, plans::draw(&job, 27, true));
    assert_ne!(drawn, plans::draw(&SearchJob { seed: 4, ..job.clone() }, 27, true));
    assert_eq!(drawn[0].settings, base);
    assert!(drawn[1].settings.teacher_share > 0.0);
    for plan in &drawn {
        assert_eq!(plan.settings.check(), Ok(()));
        assert_eq!(plan.settings.class_weights, base.class_weights);
    }
    let rates: BTreeSet<u64> =
        drawn[2..].iter().map(|plan| plan.settings.learning_rate.to_bits()).collect();
    assert_eq!(rates.len(), 6);
    let untaught = plans::draw(&job, 27, false);
    assert!(untaught.iter().all(|plan| !is_taught(&plan.settings)));
    let balanced = SearchJob { metric: Metric::Balanced, ..job };
    let weights: Vec<_> =
        plans::draw(&balanced, 27, true).iter().map(|plan| plan.settings.class_weights).collect();
    let count = |wanted| weights.iter().filter(|weights| **weights == wanted).count();
    assert!(count(crate::ClassWeights::Balanced) > 9 && count(crate::ClassWeights::Equal) > 9);
}

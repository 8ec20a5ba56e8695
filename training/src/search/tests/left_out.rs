//! The models that judge what a search has found.

use super::*;
use crate::evaluate::evaluate_each;
use std::path::PathBuf;

/// Two plans, each of which is judged by two folds.
#[derive(Debug)]
struct TwoFolds;

impl SearchStrategy for TwoFolds {
    fn name(&self) -> &str {
        "two folds"
    }

    fn search(&self, search: &mut Search<'_>) -> Result<Found, SearchError> {
        let mut results = Vec::new();
        for (number, learning_rate) in (0..).zip([0.001, 0.02]) {
            let base = search.job().base.clone();
            let plan = Plan { number, settings: TrainConfig { learning_rate, ..base } };
            let score = over_two_folds(search, &plan)?;
            results.push((plan, score));
        }
        results.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let (plan, score) = &results[0];
        search.finish(plan, *score)
    }
}

/// The result on both folds, after a shorter trial that says nothing in the end.
fn over_two_folds(search: &mut Search<'_>, plan: &Plan) -> Result<f64, SearchError> {
    search.trial(plan, 0, 1)?;
    let mut sum = Tally::default();
    for fold in 0..2 {
        sum.add(&search.trial(plan, fold, 3)?.unwrap().tally);
    }
    Ok(sum.score(Metric::Accuracy))
}

/// Searches by [`TwoFolds`] with a lot of time.
fn found(
    data: &TrainingSet,
    folder: &Path,
    observer: &mut dyn SearchObserver,
) -> Result<Found, SearchError> {
    let (base, clock) = (short(), Ticking::new());
    search_by(&TwoFolds, &job(data, &base, folder, &clock, 1_000_000), &clock, observer)
}

/// The files of the models, by their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("judges")).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn judges_come_to_the_expected_result_on_samples_of_which_none_is_judged_twice() {
    let data = classes(200);
    let folder = tempfile::tempdir().unwrap();
    let found = found(&data, folder.path(), &mut ()).unwrap();
    assert_eq!(found.judges.len(), 2);
    let judged: Vec<u32> = found.judges.iter().flat_map(|own| own.left_out.clone()).collect();
    let different: BTreeSet<u32> = judged.iter().copied().collect();
    assert!(judged.len() > 70 && judged.len() == different.len(), "{}", judged.len());
    let sum = Tally::of(Some(&evaluate_each(&found.judges, &data)));
    // The file of trials does not promise the last digit.
    assert!((sum.score(Metric::Accuracy) - found.expected).abs() < 1e-12, "{}", found.expected);
    // Of the other plan and of the shorter trials nothing is left.
    let number = found.plan.number;
    let names: Vec<_> = files(folder.path())
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, [format!("{number}-0-3.weights"), format!("{number}-1-3.weights")]);
}

#[test]
fn a_search_that_is_stopped_again_and_again_has_the_same_judges() {
    let data = classes(200);
    let [whole, pieces] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let expected = found(&data, whole.path(), &mut ()).unwrap();
    let mut stops = 0;
    let resumed = loop {
        let mut diary = Diary { stop_after: Some(7 + stops), ..Diary::default() };
        match found(&data, pieces.path(), &mut diary) {
            Ok(found) => break found,
            Err(SearchError::Train(TrainError::Interrupted { .. })) => stops += 1,
            Err(error) => panic!("{error}"),
        }
    };
    assert!(stops > 3, "{stops}");
    assert!(resumed.judges == expected.judges);
    let again = found(&data, pieces.path(), &mut ()).unwrap();
    assert!(again.judges == expected.judges, "a search that is over");
}

#[test]
fn a_model_that_is_lost_or_damaged_judges_nothing() {
    let data = classes(200);
    let folder = tempfile::tempdir().unwrap();
    let whole = found(&data, folder.path(), &mut ()).unwrap();
    let files = files(folder.path());
    let mut bytes = fs::read(&files[0]).unwrap();
    bytes[40] ^= 1;
    fs::write(&files[0], bytes).unwrap();
    let damaged = found(&data, folder.path(), &mut ()).unwrap();
    assert!(damaged.judges == whole.judges[1..]);
    assert_eq!(damaged.expected, whole.expected);
    fs::remove_file(&files[1]).unwrap();
    assert!(found(&data, folder.path(), &mut ()).unwrap().judges.is_empty());
}

#[test]
fn a_plain_training_has_no_judges() {
    let (data, base) = (classes(200), short());
    let folder = tempfile::tempdir().unwrap();
    let clock = Ticking::new();
    let job = job(&data, &base, folder.path(), &clock, 0);
    // What a search that was put aside has left.
    fs::create_dir(folder.path().join("judges")).unwrap();
    fs::write(folder.path().join("judges/0-0-3.weights"), "left").unwrap();
    let found = search_by(&Few, &job, &clock, &mut ()).unwrap();
    assert!(found.plain && found.judges.is_empty());
    assert!(files(folder.path()).is_empty());
}

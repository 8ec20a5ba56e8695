//! Encodings that experiments name: files that hold one, and where that of an experiment is found.

use crate::{
    failure::{usage, Failure},
    node::Node,
};
use nocknock_client::Snapshot;
use nocknock_dataset::{train_blob::MAX_ENCODING_BYTES, Encoding};
use nocknock_durable as durable;
use nocknock_primitives::{
    ids::{ContentHash, ExperimentId, TaskId},
    model::names::{for_tests, offered},
};
use nocknock_requester::published_data;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Tasks whose training data is asked for, the newest first.
const ASKED: usize = 3;

/// The encoding that a file holds.
pub(crate) fn read(path: &Path) -> Result<Encoding, Failure> {
    let bytes = fs::read(path).map_err(|error| usage(format!("{}: {error}", path.display())))?;
    let encoding = serde_json::from_slice(&bytes);
    encoding.map_err(|error| {
        usage(format!(
            "{} holds no encoding, as `check-data --write-encoding` writes it: {error}",
            path.display()
        ))
    })
}

/// Refuses an encoding that no task can have, so that no experiment names it.
pub(crate) fn check_usable(encoding: &Encoding) -> Result<(), Failure> {
    let mut shapes = offered().into_iter().chain(for_tests());
    let has_shape = shapes.any(|(_, shape)| encoding.check_architecture(&shape).is_ok());
    if has_shape && encoding.to_json().len() <= MAX_ENCODING_BYTES {
        return Ok(());
    }
    Err(usage(
        "no task can have this encoding, because no shape of models goes with it or it is too long: \
         make one with `check-data --write-encoding`",
    ))
}

/// Keeps an encoding in the folder of data, where [`find`] looks for it.
pub(crate) fn keep(data: &Path, encoding: &Encoding) -> Result<(), Failure> {
    let path = path_of(data, encoding.hash());
    let folder = path.parent().unwrap_or(data);
    durable::make_folder(folder).map_err(|error| Failure::file(folder, error))?;
    durable::put(&path, &encoding.to_json()).map_err(|error| Failure::file(&path, error))
}

/// The encoding of this hash: the one that was kept here, or that of the published training data of
/// a task of the experiment. None if it is in neither.
pub(crate) async fn find(
    node: &Node,
    best: &Snapshot,
    experiment: ExperimentId,
    hash: ContentHash,
) -> Result<Option<Encoding>, Failure> {
    match kept(&node.config.data_dir()?, hash) {
        Some(encoding) => Ok(Some(encoding)),
        None => published(node, best, experiment, hash).await,
    }
}

/// Tells whoever is about to pay for an experiment if its encoding is not at hand.
pub(crate) async fn tell_if_lost(
    node: &Node,
    best: &Snapshot,
    experiment: ExperimentId,
    hash: ContentHash,
) -> Result<(), Failure> {
    if find(node, best, experiment, hash).await?.is_none() {
        node.output.say(format!(
            "All tasks of experiment {experiment} must have the encoding {hash}, which is neither in \
             the data folder nor in training data of its tasks: ask its owner for the file. Without \
             it you can create no tasks."
        ));
    }
    Ok(())
}

/// A file that was changed holds another encoding, and so none of this hash.
fn kept(data: &Path, hash: ContentHash) -> Option<Encoding> {
    read(&path_of(data, hash)).ok().filter(|encoding| encoding.hash() == hash)
}

fn path_of(data: &Path, hash: ContentHash) -> PathBuf {
    data.join("encodings").join(format!("{hash}.json"))
}

/// The training data of a task has the encoding whose hash the task names.
async fn published(
    node: &Node,
    best: &Snapshot,
    experiment: ExperimentId,
    hash: ContentHash,
) -> Result<Option<Encoding>, Failure> {
    let tasks = best.all_tasks().await?;
    let tasks = tasks.into_iter().rev().filter(|(_, task)| {
        task.experiment == experiment && task.encoding == hash && task.train_data.is_some()
    });
    let ids: Vec<TaskId> = tasks.map(|(id, _)| id).take(ASKED).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let store = node.config.storage.store()?;
    for id in ids {
        match published_data(best, id, &store).await {
            Ok(published) => return Ok(Some(published.data.encoding().clone())),
            Err(error) => node.output.say(format!("Training data of task {id}: {error}")),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_card::tests::{encoding_of, rows};
    use nocknock_dataset::Metric;

    #[test]
    fn what_is_kept_is_found_by_its_hash_alone() {
        let folder = tempfile::tempdir().unwrap();
        let encoding = encoding_of(&rows());
        assert_eq!(kept(folder.path(), encoding.hash()), None);
        keep(folder.path(), &encoding).unwrap();
        assert_eq!(kept(folder.path(), encoding.hash()), Some(encoding));
        assert_eq!(kept(folder.path(), ContentHash([1; 32])), None);
    }

    #[test]
    fn a_kept_file_that_holds_another_encoding_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let encoding = encoding_of(&rows());
        keep(folder.path(), &encoding).unwrap();
        let other = encoding.clone().measured_by(Metric::BalancedAccuracy).unwrap();
        fs::write(path_of(folder.path(), encoding.hash()), other.to_json()).unwrap();
        assert_eq!(kept(folder.path(), encoding.hash()), None);
    }

    #[test]
    fn an_encoding_that_no_shape_takes_is_refused_before_an_experiment_names_it() {
        let encoding = encoding_of(&rows());
        assert!(check_usable(&encoding).is_ok());
        let mut form = serde_json::to_value(&encoding).unwrap();
        form["inputs"] = 77.into();
        let other: Encoding = serde_json::from_value(form).unwrap();
        assert_eq!(check_usable(&other).unwrap_err().code(), 2);
    }

    #[test]
    fn a_file_without_an_encoding_is_the_users_mistake() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("encoding.json");
        assert_eq!(read(&file).unwrap_err().code(), 2);
        fs::write(&file, "{}").unwrap();
        assert_eq!(read(&file).unwrap_err().code(), 2);
    }
}

//! `status`: the tasks of the state directory.

use crate::{
    arguments::{Common, Output},
    print,
    session::Session,
};
use anyhow::Result;
use nocknock_primitives::ids::TaskId;
use nocknock_worker::state::{Progress, StateDir, StateError};
use std::process::ExitCode;

pub(crate) fn status(common: &Common) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let tasks = StateDir::peek(&session.state)?;
    match common.output {
        Output::Json => {
            let lines: Vec<_> = tasks.iter().map(to_json).collect();
            print::result(&serde_json::to_string_pretty(&lines)?)?;
        }
        Output::Text if tasks.is_empty() => print::result("no task was begun yet")?,
        Output::Text => tasks.iter().try_for_each(|(task, progress)| {
            print::result(&format!("task {task}: {}", describe(progress)))
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

fn to_json((task, progress): &(TaskId, Result<Progress, StateError>)) -> serde_json::Value {
    let read = progress.as_ref().ok();
    let ending = read.and_then(|progress| progress.ending.as_ref());
    serde_json::json!({
        "task": task,
        "text": describe(progress),
        "ending": ending.map(|fact| fact.ending.word()),
        "proved_blocks": read.map(|progress| progress.proofs.len()),
    })
}

fn describe(progress: &Result<Progress, StateError>) -> String {
    let progress = match progress {
        Ok(progress) => progress,
        Err(error) => return error.to_string(),
    };
    if let Some(fact) = &progress.ending {
        return format!("{} (block {})", fact.ending, fact.at);
    }
    let stages = [
        (progress.sealed, "delivery is prepared"),
        (progress.complete, "every test block is proved on the chain"),
        (!progress.proofs.is_empty(), "proving"),
        (progress.committed, "committed"),
        (progress.commitment.is_some(), "salt is drawn, commitment is being sent"),
        (progress.model, "trained"),
        (progress.data, "training data is checked"),
    ];
    let reached = stages.iter().find(|(reached, _)| *reached);
    reached.map_or("chosen", |(_, text)| text).to_owned()
}

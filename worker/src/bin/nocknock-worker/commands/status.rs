//! `status`: the tasks of the state directory.

use crate::{
    arguments::{Common, Output},
    print,
    session::Session,
};
use anyhow::Result;
use nocknock_primitives::ids::TaskId;
use nocknock_worker::{
    chain::connect,
    recognise::{recognise, RecogniseError},
    state::{ClaimStage, Progress, StateDir, StateError},
};
use std::{process::ExitCode, time::Duration};

/// How long a node may take to be reached. The tasks are told without one too.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) async fn status(common: &Common) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let tasks = StateDir::peek(&session.state)?;
    let other_chain = other_chain(&session).await;
    if let Some(error) = &other_chain {
        print::message(&format!("warning: {error}"));
    }
    let is_other = other_chain.is_some();
    match common.output {
        Output::Json => {
            let lines: Vec<_> = tasks.iter().map(|task| to_json(task, is_other)).collect();
            print::pretty_json(&lines)?;
        }
        Output::Text if tasks.is_empty() => print::result("no task was begun yet")?,
        Output::Text => tasks.iter().try_for_each(|(task, progress)| {
            print::result(&format!("task {task}: {}", describe(progress, is_other)))
        })?,
    }
    Ok(ExitCode::SUCCESS)
}

/// How the node's chain differs from the one that the tasks are about. Nothing if it does not, or
/// if no node can be asked.
async fn other_chain(session: &Session) -> Option<StateError> {
    StateDir::known_chain(&session.state).ok()??;
    let client = connect(&session.config.chain.urls, PATIENCE).await.ok()?;
    match recognise(&client, &session.state).await {
        Err(RecogniseError::State(error @ StateError::OtherChain { .. })) => Some(error),
        _ => None,
    }
}

fn to_json(
    (task, progress): &(TaskId, Result<Progress, StateError>),
    is_other: bool,
) -> serde_json::Value {
    let read = progress.as_ref().ok();
    let ending = read.and_then(|progress| progress.ending.as_ref());
    serde_json::json!({
        "task": task,
        "text": describe(progress, is_other),
        "ending": ending.map(|fact| fact.ending.word()),
        "points": read.and_then(|progress| Some(progress.score.as_ref()?.points())),
        "proved_blocks": read.map(|progress| progress.proofs.len()),
        "other_chain": is_other,
    })
}

fn describe(progress: &Result<Progress, StateError>, is_other: bool) -> String {
    let text = match progress {
        Ok(progress) => reached(progress),
        Err(error) => error.to_string(),
    };
    if is_other {
        format!("of another chain than the node's: {text}")
    } else {
        text
    }
}

fn reached(progress: &Progress) -> String {
    if let Some(fact) = &progress.ending {
        return format!("{fact} (block {})", fact.at);
    }
    let stages = [
        (progress.sealed, "delivery is prepared"),
        (progress.claim == ClaimStage::Proved, "every test block is proved on the chain"),
        (!progress.proofs.is_empty(), "proving"),
        (progress.claim == ClaimStage::Asked, "the chain has asked for the proofs"),
        (progress.claim == ClaimStage::Claimed, "the score is claimed"),
        (progress.score.is_some(), "scored on the test blocks"),
        (progress.committed, "committed"),
        (progress.commitment.is_some(), "the model is sealed, the commitment is being sent"),
        (progress.model, "trained"),
        (progress.data, "training data is checked"),
    ];
    let reached = stages.iter().find(|(reached, _)| *reached);
    reached.map_or("chosen", |(_, text)| text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_worker::state::{Ending, EndingFact};

    #[test]
    fn a_task_of_another_chain_is_not_told_as_paid_on_this_one() {
        let earned = Some(5 * nocknock_client::NNK / 2);
        let ending = Some(EndingFact { ending: Ending::Paid, at: 7, earned });
        let progress = Ok(Progress { ending, ..Progress::default() });
        assert_eq!(describe(&progress, false), "delivered and paid, 2.5 NNK earned (block 7)");
        let other = describe(&progress, true);
        assert!(other.starts_with("of another chain than the node's: "), "{other}");
        assert_eq!(to_json(&(0, progress), true)["other_chain"], true);
    }
}

//! The training data: fetched, and checked against the chain before anything is at stake.

use super::{error::Refusal, StepContext, StepError};
use crate::{
    chain::Depth,
    machine,
    notice::Notice,
    state::{Chosen, DataFact},
};
use nocknock_client::CircuitRecord;
use nocknock_dataset::{shape_name, TrainBlob};
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{BlockIndex, BlockRoot, CircuitId},
};
use std::sync::Arc;

pub(super) async fn fetch(step: &StepContext<'_>) -> Result<(), StepError> {
    let services = step.services;
    machine::need_disk(step.journal.folder(), services.config.limits.free_disk_mib)?;
    let chosen = step.journal.chosen()?;
    check_circuits(step, &chosen).await?;
    let largest = services.config.limits.data_mib << 20;
    let blob = tokio::select! {
        blob = services.blobs.get(&chosen.train_data, largest, listener(step)) => blob?,
        () = step.stop.cancelled() => return Err(StepError::Stopped),
    };
    let roots = services.chain.roots(step.task).await?;
    let drawn = test_blocks(step).await?;
    let bytes = blob.clone();
    let check = move || check_data(&chosen, &bytes, &roots, &drawn);
    let fact = tokio::task::spawn_blocking(check).await??;
    Ok(step.journal.save_data(&blob, &fact)?)
}

/// Makes sure that proofs can be made and will be accepted, before a stake depends on it.
async fn check_circuits(step: &StepContext<'_>, chosen: &Chosen) -> Result<(), StepError> {
    let score = usable(step, chosen.score_circuit).await?;
    let delivery = usable(step, chosen.delivery_circuit).await?;
    if score.info.kind != CircuitKind::Score(chosen.architecture.clone()) {
        return Err(Refusal::Circuit(chosen.score_circuit.to_string()).into());
    }
    let provers = step.services.provers.clone();
    let make = move || -> Result<(), StepError> {
        provers.score(&score)?;
        provers.delivery(&delivery)?;
        Ok(())
    };
    tokio::task::spawn_blocking(make).await?
}

/// A circuit whose proofs the chain accepts.
async fn usable(step: &StepContext<'_>, circuit: CircuitId) -> Result<CircuitRecord, StepError> {
    let record = step.circuit(circuit).await?;
    if record.is_usable() {
        Ok(record)
    } else {
        Err(Refusal::Circuit(circuit.to_string()).into())
    }
}

fn listener(step: &StepContext<'_>) -> crate::blobs::Listener {
    let (notices, task) = (step.services.notices.clone(), step.task);
    Arc::new(move |done, total| notices.tell(Notice::Downloading { task, done, total }))
}

async fn test_blocks(step: &StepContext<'_>) -> Result<Vec<BlockIndex>, StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let task = view.task.ok_or(StepError::MovedOn("the task is gone"))?;
    Ok(task.tests.iter().map(|test| test.index).collect())
}

/// Checks that training data is that of a task: every block's root is recomputed and compared, no
/// block is missing, none of the test blocks is among them, and numbers mean what the task says.
pub(super) fn check_data(
    chosen: &Chosen,
    bytes: &[u8],
    roots: &[BlockRoot],
    drawn: &[BlockIndex],
) -> Result<DataFact, Refusal> {
    let refuse = |text: String| Refusal::Data(text);
    let data = TrainBlob::decode(bytes).map_err(|error| refuse(error.to_string()))?;
    if *data.architecture() != chosen.architecture {
        let [found, task] = [data.architecture(), &chosen.architecture].map(shape_name);
        let text = format!("the training data is for models of shape {found}, the task for {task}");
        return Err(refuse(text));
    }
    data.check_encoding(chosen.encoding).map_err(|error| refuse(error.to_string()))?;
    let blocks = u16::try_from(roots.len()).unwrap_or(u16::MAX);
    data.check_complete(blocks, drawn).map_err(|error| refuse(error.to_string()))?;
    data.check_against_roots(roots).map_err(|error| refuse(error.to_string()))?;
    let samples = data.count().map_err(|error| refuse(error.to_string()))?;
    Ok(DataFact {
        blocks: data.blocks().len(),
        samples,
        digest: blake3::hash(bytes).to_hex().to_string(),
    })
}

//! The training data: fetched, and checked against the chain before anything is at stake.

use super::{error::Refusal, StepContext, StepError};
use crate::{chain::Depth, machine, notice::Notice, state::DataFact};
use nocknock_dataset::TrainBlob;
use nocknock_primitives::ids::{BlockIndex, BlockRoot};
use std::sync::Arc;

pub(super) async fn fetch(step: &StepContext<'_>) -> Result<(), StepError> {
    let services = step.services;
    machine::need_disk(step.journal.folder(), services.config.limits.free_disk_mib)?;
    check_circuits(step).await?;
    let chosen = step.journal.chosen()?;
    let largest = services.config.limits.data_mib << 20;
    let blob = tokio::select! {
        blob = services.blobs.get(&chosen.train_data, largest, listener(step)) => blob?,
        () = step.stop.cancelled() => return Err(StepError::Stopped),
    };
    let roots = services.chain.roots(step.task).await?;
    let drawn = test_blocks(step).await?;
    let (shape, bytes) = (chosen.shape, blob.clone());
    let check = move || check_data(&shape, &bytes, &roots, &drawn);
    let fact = tokio::task::spawn_blocking(check).await??;
    Ok(step.journal.save_data(&blob, &fact)?)
}

/// Makes sure that proofs can be made and will be accepted, before a stake depends on it.
async fn check_circuits(step: &StepContext<'_>) -> Result<(), StepError> {
    let (services, chosen) = (step.services, step.journal.chosen()?);
    let mut records = Vec::new();
    for circuit in [chosen.score_circuit, chosen.delivery_circuit] {
        let record = services.chain.circuit(&circuit).await?;
        let usable =
            record.filter(|record| record.is_usable() && record.info.shape == chosen.shape);
        records.push(usable.ok_or_else(|| Refusal::Circuit(circuit.to_string()))?);
    }
    let provers = services.provers.clone();
    let make = move || match &records[..] {
        [score, delivery] => {
            provers.score(score)?;
            provers.delivery(delivery).map(|_| ())
        }
        _ => Ok(()),
    };
    tokio::task::spawn_blocking(make).await?
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
/// block is missing, and none of the test blocks is among them.
pub fn check_data(
    shape: &nocknock_primitives::model::MlpShape,
    bytes: &[u8],
    roots: &[BlockRoot],
    drawn: &[BlockIndex],
) -> Result<DataFact, Refusal> {
    let refuse = |text: String| Refusal::Data(text);
    let data = TrainBlob::decode(bytes).map_err(|error| refuse(error.to_string()))?;
    if data.shape() != shape {
        let text = format!("the training data is of shape {}, not {shape}", data.shape());
        return Err(refuse(text));
    }
    let blocks = u16::try_from(roots.len()).unwrap_or(u16::MAX);
    data.check_complete(blocks, drawn).map_err(|error| refuse(error.to_string()))?;
    data.check_against_roots(roots).map_err(|error| refuse(error.to_string()))?;
    let samples = data.samples().map_err(|error| refuse(error.to_string()))?;
    Ok(DataFact {
        blocks: data.blocks().len(),
        samples: samples.len(),
        digest: Some(blake3::hash(bytes).to_hex().to_string()),
    })
}

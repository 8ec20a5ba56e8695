//! The training data: fetched, and checked against the chain before anything is at stake.

use super::{error::Refusal, Errand, StepError};
use crate::{chain::Depth, machine, notice::Notice, state::DataFact};
use nocknock_dataset::TrainBlob;
use nocknock_primitives::ids::{BlockIndex, BlockRoot};
use std::sync::Arc;

pub(super) async fn fetch(errand: &Errand<'_>) -> Result<(), StepError> {
    let shop = errand.shop;
    machine::need_disk(errand.journal.folder(), shop.config.limits.free_disk_mib)?;
    check_circuits(errand).await?;
    let chosen = errand.journal.chosen()?;
    let largest = shop.config.limits.data_mib << 20;
    let blob = tokio::select! {
        blob = shop.blobs.get(&chosen.train_data, largest, listener(errand)) => blob?,
        () = errand.stop.asked() => return Err(StepError::Stopped),
    };
    let roots = shop.chain.roots(errand.task).await?;
    let drawn = test_blocks(errand).await?;
    let (shape, bytes) = (chosen.shape, blob.clone());
    let check = move || check_data(&shape, &bytes, &roots, &drawn);
    let fact = tokio::task::spawn_blocking(check).await??;
    Ok(errand.journal.save_data(&blob, &fact)?)
}

/// Makes sure that proofs can be made and will be accepted, before a stake depends on it.
async fn check_circuits(errand: &Errand<'_>) -> Result<(), StepError> {
    let (shop, chosen) = (errand.shop, errand.journal.chosen()?);
    let mut records = Vec::new();
    for circuit in [chosen.score_circuit, chosen.delivery_circuit] {
        let record = shop.chain.circuit(&circuit).await?;
        let usable =
            record.filter(|record| record.is_usable() && record.info.shape == chosen.shape);
        records.push(usable.ok_or_else(|| Refusal::Circuit(circuit.to_string()))?);
    }
    let provers = shop.provers.clone();
    let make = move || match &records[..] {
        [score, delivery] => {
            provers.score(score)?;
            provers.delivery(delivery).map(|_| ())
        }
        _ => Ok(()),
    };
    tokio::task::spawn_blocking(make).await?
}

fn listener(errand: &Errand<'_>) -> crate::blobs::Listener {
    let (notices, task) = (errand.shop.notices.clone(), errand.task);
    Arc::new(move |done, total| notices.tell(Notice::Downloading { task, done, total }))
}

async fn test_blocks(errand: &Errand<'_>) -> Result<Vec<BlockIndex>, StepError> {
    let view = errand.shop.chain.view(errand.task, Depth::Best).await?;
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
    Ok(DataFact { blocks: data.blocks().len(), samples: samples.len() })
}

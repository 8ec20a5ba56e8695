//! Proofs of scores, one test block at a time, and their submission.

use super::{damaged, StepContext, StepError};
use crate::{
    chain::{Depth, Message},
    machine,
    notice::{Notice, Notices},
    secret::Secret,
    state::ProofFact,
};
use nocknock_circuits::{score::Private, S1Prover, Stage};
use nocknock_client::CircuitRecord;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, BlockRoot, TaskId},
    model::{block_root, field, wire::decode_rows, Context, ContextDomain, Fr, Row, Weights},
    task::{BlockScore, RevealedBlock},
};
use std::{sync::Arc, time::Instant};

/// Everything that the proof of one block needs.
#[derive(Debug)]
pub struct BlockTask {
    /// The prover.
    pub prover: Arc<S1Prover>,
    /// What the proof is bound to.
    pub context: Context,
    /// The model.
    pub weights: Weights,
    /// Salt of its commitment.
    pub salt: Secret,
    /// Salt of the block.
    pub block_salt: Fr,
    /// Samples and padding of the block.
    pub rows: Vec<Row>,
}

/// Proves these blocks, each into its own file.
pub(super) async fn prove(step: &StepContext<'_>, blocks: &[BlockIndex]) -> Result<(), StepError> {
    let services = step.services;
    let circuit = step.journal.chosen()?.score_circuit;
    let record = step.circuit(circuit).await?;
    let roots = services.chain.roots(step.task).await?;
    for block in blocks {
        step.go_on()?;
        let _permit = step.permit(&services.permits.proofs).await?;
        machine::need_memory(services.config.limits.free_memory_mib)?;
        prove_one(step, &record, &roots, *block).await?;
    }
    Ok(())
}

async fn prove_one(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    roots: &[BlockRoot],
    block: BlockIndex,
) -> Result<(), StepError> {
    let began = Instant::now();
    let revealed = step.services.chain.revealed_block(step.task, block).await?;
    let revealed = revealed.ok_or(StepError::MovedOn("a revealed block is no longer there"))?;
    let root = roots.get(usize::from(block)).copied();
    let job = prepare(step, record, &revealed, root, block)?;
    let provers = step.services.provers.clone();
    let (record, notices, task) = (record.clone(), step.services.notices.clone(), step.task);
    let prove = move || {
        let prover = provers.score(&record)?;
        let job = job(prover);
        prove_block(&job, |stage| tell_stage(&notices, task, block, stage))
    };
    let fact = tokio::task::spawn_blocking(prove).await??;
    step.journal.save_proof(&fact)?;
    step.tell(Notice::Proved {
        task: step.task,
        block,
        score: fact.score,
        rows: fact.rows,
        seconds: began.elapsed().as_secs_f64(),
    });
    Ok(())
}

/// Reads the block and the model; the prover is added on the thread that proves, because making one
/// takes long.
fn prepare(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    revealed: &RevealedBlock,
    root: Option<BlockRoot>,
    block: BlockIndex,
) -> Result<impl FnOnce(Arc<S1Prover>) -> BlockTask + Send + 'static, StepError> {
    let (model, commitment) = (step.journal.model()?, step.journal.commitment()?);
    let context = context(step, record, block);
    let (block_salt, rows) = open_block(record, revealed, root, block)?;
    Ok(move |prover| BlockTask {
        prover,
        context,
        weights: model.weights,
        salt: commitment.salt,
        block_salt,
        rows,
    })
}

pub(super) fn context(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    block: BlockIndex,
) -> Context {
    let chain = &step.services.chain;
    Context {
        domain: ContextDomain::Score,
        genesis_hash: chain.genesis().0,
        circuit: record.info.id(),
        task: step.task,
        worker: chain.worker().0,
        block,
    }
}

/// The rows of a revealed block, if they are those of its root. The chain has checked them; this
/// finds out whether the node tells what the chain says.
fn open_block(
    record: &CircuitRecord,
    revealed: &RevealedBlock,
    root: Option<BlockRoot>,
    block: BlockIndex,
) -> Result<(Fr, Vec<Row>), StepError> {
    let shape = &record.info.shape;
    let wrong = || StepError::Prove(format!("the node gave wrong rows for block {block}"));
    let salt = field::from_bytes(&revealed.salt).map_err(|_| wrong())?;
    let rows = decode_rows(shape, &revealed.rows).map_err(|_| wrong())?;
    let found = block_root(shape, salt, block, &rows).map_err(|_| wrong())?;
    if root == Some(BlockRoot(field::to_bytes(&found))) {
        Ok((salt, rows))
    } else {
        Err(wrong())
    }
}

/// Proves one block. Blocks the thread.
pub fn prove_block(task: &BlockTask, progress: impl FnMut(Stage)) -> Result<ProofFact, StepError> {
    let BlockTask { prover, context, .. } = task;
    let private = Private {
        weights: task.weights.clone(),
        weights_salt: task.salt.expose(),
        block_salt: task.block_salt,
        block_index: context.block,
        rows: task.rows.clone(),
    };
    let shape = prover.circuit().shape();
    let public = private.public_inputs(shape, context.to_field());
    let public = public.map_err(|error| StepError::Prove(error.to_string()))?;
    let proof = prover.prove(&public, &private, progress);
    let proof = proof.map_err(|error| StepError::Prove(error.to_string()))?;
    Ok(ProofFact {
        block: context.block,
        score: public.score,
        rows: public.n_real,
        proof: ProofBytes(proof.to_bytes()),
    })
}

fn tell_stage(notices: &Notices, task: TaskId, block: BlockIndex, stage: Stage) {
    notices.tell(Notice::Proving { task, block, stage: stage.to_string() });
}

/// Sends the proofs of these blocks.
pub(super) async fn submit(step: &StepContext<'_>, blocks: &[BlockIndex]) -> Result<(), StepError> {
    let mut scores = Vec::with_capacity(blocks.len());
    for block in blocks {
        let fact = step.journal.proof(*block)?;
        scores.push(BlockScore {
            block: fact.block,
            score: fact.score,
            rows: fact.rows,
            proof: fact.proof,
        });
    }
    let message = Message::SubmitScores { task: step.task, scores };
    match step.services.chain.send(message).await {
        Err(error) if error.is_about_a_proof() => Err(damaged::scores(step, blocks, error).await),
        sent => {
            sent?;
            note_if_complete(step).await
        }
    }
}

/// Notes at once that every test block is proved: the commitment may be settled and removed before
/// the plan is made the next time, and then the chain no longer tells.
async fn note_if_complete(step: &StepContext<'_>) -> Result<(), StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let needed = view.task.map(|task| u32::from(task.test_blocks));
    let proved = view.commitment.map(|commitment| commitment.proved_blocks());
    if proved.is_some() && proved == needed {
        step.journal.save_complete()?;
    }
    Ok(())
}

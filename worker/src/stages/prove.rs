//! Proofs of scores, one test block at a time, and their submission.

use super::{damaged, StepContext, StepError};
use crate::{
    chain::{ChainError, Depth, Message},
    machine,
    notice::{Notice, Notices},
    policy::{memory_beside_key, memory_to_prove, time_of_proof, time_until},
    secret::Secret,
    state::{CommittedModel, ProofFact, StateError},
};
use nocknock_circuits::{fold::Private, FoldProver, Stage};
use nocknock_client::CircuitRecord;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, BlockRoot, TaskId},
    model::{field, Architecture, Block, Context, ContextDomain, Fr, KnownBlock, Weights},
    task::{BlockScore, ProvedScore, RevealedBlock},
};
use std::{sync::Arc, time::Instant};

/// Everything that the proof of one block needs.
#[derive(Debug)]
pub struct BlockTask {
    /// The prover.
    pub prover: Arc<FoldProver>,
    /// What the proof is bound to.
    pub context: Context,
    /// The model.
    pub weights: Weights,
    /// The key that seals it.
    pub key: Secret,
    /// Whose model it is, and for what.
    pub bind: Fr,
    /// The samples of the block.
    pub block: Block,
    /// The root of the block.
    pub root: Fr,
}

/// Proves these blocks, each into its own file.
pub(super) async fn prove(step: &StepContext<'_>, blocks: &[BlockIndex]) -> Result<(), StepError> {
    step.go_on()?;
    let services = step.services;
    let circuit = step.journal.chosen()?.score_circuit;
    let record = step.circuit(circuit).await?;
    let committed = step.committed().await?;
    let roots = services.chain.roots(step.task).await?;
    for (missing, block) in (1..=blocks.len()).rev().zip(blocks) {
        step.go_on()?;
        let _permit = step.permit(&services.permits.proofs).await?;
        need_memory(step, &record, missing).await?;
        prove_one(step, &record, &committed, &roots, *block).await?;
    }
    Ok(())
}

/// The owner's limit holds always. What a proof is likely to take is waited for as well, but not
/// until it is too late for the proofs that are missing: without them the stake is lost for sure.
pub(super) async fn need_memory(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    missing: usize,
) -> Result<(), StepError> {
    let services = step.services;
    machine::need_memory(services.config.limits.free_memory_mib)?;
    let rows = record.info.constraints;
    let has_key = services.provers.has_score(&record.info.id());
    let needed = if has_key { memory_beside_key(rows) } else { memory_to_prove(rows) };
    let Err(shortage) = machine::need_memory_to_prove(needed) else {
        return Ok(());
    };
    if may_wait(step, rows, missing).await? {
        return Err(shortage.into());
    }
    let text = format!(
        "task {}: {shortage}. There is no more time to wait, so the proof is tried all the same",
        step.task
    );
    step.tell(Notice::Warning { text });
    Ok(())
}

/// Twice the time that the missing proofs take is left in the prove phase.
async fn may_wait(step: &StepContext<'_>, rows: u32, missing: usize) -> Result<bool, StepError> {
    let chain = &step.services.chain;
    let clock = chain.clock().await?;
    let view = chain.view(step.task, Depth::Best).await?;
    let end = view.task.and_then(|task| task.deadline(clock.best));
    let left = time_until(clock, end.unwrap_or(clock.best));
    let missing = u32::try_from(missing).unwrap_or(u32::MAX);
    let each = time_of_proof(&step.services.config.proving, rows);
    Ok(left > each.saturating_mul(missing).saturating_mul(2))
}

async fn prove_one(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    committed: &CommittedModel,
    roots: &[BlockRoot],
    block: BlockIndex,
) -> Result<(), StepError> {
    let began = Instant::now();
    let revealed = revealed_block(step, block).await?;
    let root = roots.get(usize::from(block)).copied();
    let job = prepare(step, record, committed, &revealed, root, block)?;
    let provers = step.services.provers.clone();
    let (record, notices, task) = (record.clone(), step.services.notices.clone(), step.task);
    let prove = move || {
        let prover = provers.score(&record)?;
        prove_block(&job(prover), |stage| tell_stage(&notices, task, block, stage))
    };
    let fact = tokio::task::spawn_blocking(prove).await??;
    step.journal.save_proof(&fact)?;
    step.tell(Notice::Proved {
        task: step.task,
        block,
        score: fact.score.points,
        rows: fact.rows,
        seconds: began.elapsed().as_secs_f64(),
    });
    Ok(())
}

/// A test block, as the chain has it.
pub(super) async fn revealed_block(
    step: &StepContext<'_>,
    block: BlockIndex,
) -> Result<RevealedBlock, StepError> {
    let revealed = step.services.chain.revealed_block(step.task, block).await?;
    revealed.ok_or(StepError::MovedOn("a revealed block is no longer there"))
}

/// Reads the block; the prover is added on the thread that proves, because making one takes long.
fn prepare(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    committed: &CommittedModel,
    revealed: &RevealedBlock,
    root: Option<BlockRoot>,
    block: BlockIndex,
) -> Result<impl FnOnce(Arc<FoldProver>) -> BlockTask + Send + 'static, StepError> {
    let architecture = step.journal.chosen()?.architecture;
    let known = open_block(&architecture, revealed, root, block)?;
    let (root, samples) = (known.root(), known.block().clone());
    let context = step.context(ContextDomain::Score, record.info.id(), block);
    let (weights, key) = (committed.model.weights.clone(), committed.fact.key.clone());
    let bind = step.bind()?;
    Ok(move |prover| BlockTask { prover, context, weights, key, bind, block: samples, root })
}

/// A revealed block, if it is the one of its root. The chain has checked it; this finds out whether
/// the node tells what the chain says.
pub(super) fn open_block<'a>(
    architecture: &'a Architecture,
    revealed: &RevealedBlock,
    root: Option<BlockRoot>,
    block: BlockIndex,
) -> Result<KnownBlock<'a>, StepError> {
    let known = KnownBlock::new(architecture, &revealed.salt, block, &revealed.rows);
    let known = known.ok().filter(|known| root == Some(BlockRoot(field::to_bytes(&known.root()))));
    let wrong = || format!("the node gave wrong rows for block {block}: ask another (chain.urls)");
    known.ok_or_else(|| StepError::Prove(wrong()))
}

/// Proves one block, with a fresh salt for the sums. Blocks the thread.
pub fn prove_block(task: &BlockTask, progress: impl FnMut(Stage)) -> Result<ProofFact, StepError> {
    let BlockTask { prover, context, block, .. } = task;
    let sums_salt = Secret::draw().map_err(StateError::from)?;
    let private = Private {
        weights: task.weights.clone(),
        key: task.key.expose(),
        bind: task.bind,
        sums_salt: sums_salt.expose(),
        block: block.clone(),
    };
    let architecture = prover.circuit().shape();
    let public = private.public_inputs(architecture, context.to_field(), task.root);
    let public = public.map_err(|error| StepError::Prove(error.to_string()))?;
    let proof = prover.prove(&public, &private, progress);
    let proof = proof.map_err(|error| StepError::Prove(error.to_string()))?;
    Ok(ProofFact {
        block: context.block,
        rows: u32::try_from(block.len()).unwrap_or(u32::MAX),
        score: ProvedScore {
            points: public.score,
            sums: field::to_bytes(&public.sums),
            inputs: field::to_bytes(&public.inputs),
            proof: ProofBytes(proof.to_bytes()),
        },
    })
}

fn tell_stage(notices: &Notices, task: TaskId, block: BlockIndex, stage: Stage) {
    notices.tell(Notice::Proving { task, block, stage: stage.to_string() });
}

/// Sends the proofs of these blocks, or of the first half and so on, if one call has no room for
/// all: the chain works through each block again, and how much it takes depends on the task. The
/// plan comes back for the rest.
pub(super) async fn submit(step: &StepContext<'_>, blocks: &[BlockIndex]) -> Result<(), StepError> {
    let mut blocks = blocks;
    loop {
        match send(step, blocks).await {
            Err(StepError::Chain(ChainError::TooLarge)) if blocks.len() > 1 => {
                (blocks, _) = blocks.split_at(blocks.len() / 2);
            }
            sent => return sent,
        }
    }
}

async fn send(step: &StepContext<'_>, blocks: &[BlockIndex]) -> Result<(), StepError> {
    let mut scores = Vec::with_capacity(blocks.len());
    for block in blocks {
        let ProofFact { block, score, .. } = step.journal.proof(*block)?;
        scores.push(BlockScore { block, score });
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

//! Proofs of scores, one test block at a time, and their submission.

use super::{champion, damaged, StepContext, StepError};
use crate::{
    chain::{ChainError, Depth, Message},
    machine,
    notice::Notice,
    policy::{memory_beside_key, memory_to_prove, time_of_proof, time_until},
    secret::Secret,
    state::{ClaimStage, ProofFact, StateError, Whose},
};
use nocknock_circuits::{fold::Private, FoldProver, Stage};
use nocknock_client::{AccountId, CircuitRecord};
use nocknock_primitives::{
    circuit::ProofBytes,
    claim::ClaimState,
    ids::{BlockIndex, BlockRoot, ModelCommitment},
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

/// A model whose scores are proved, and all that the proofs are bound to.
#[derive(Debug)]
pub(super) struct Subject {
    /// Whose it is.
    pub(super) whose: Whose,
    /// The circuit of its scores.
    pub(super) record: CircuitRecord,
    /// Its architecture.
    pub(super) architecture: Architecture,
    /// Its weights.
    pub(super) weights: Weights,
    /// The key that seals it, which everybody knows of the champion.
    pub(super) key: Secret,
    /// Whose model it is, and for what, as its commitment says it.
    pub(super) bind: Fr,
    /// Its commitment.
    pub(super) model: ModelCommitment,
    /// Who trained it.
    pub(super) trainer: AccountId,
}

impl Subject {
    /// The model of this worker, or the champion that the task names.
    pub(super) async fn of(step: &StepContext<'_>, whose: Whose) -> Result<Self, StepError> {
        match whose {
            Whose::Own => Self::own(step).await,
            Whose::Champion => champion::subject(step).await,
        }
    }

    async fn own(step: &StepContext<'_>) -> Result<Self, StepError> {
        let chosen = step.journal.chosen()?;
        let record = step.circuit(chosen.score_circuit).await?;
        let committed = step.committed().await?;
        Ok(Self {
            whose: Whose::Own,
            record,
            architecture: chosen.architecture,
            weights: committed.model.weights,
            key: committed.fact.key,
            bind: step.bind()?,
            model: committed.fact.model,
            trainer: step.services.chain.worker(),
        })
    }

    /// What a proof of its score on a block is bound to.
    pub(super) fn context(&self, step: &StepContext<'_>, block: BlockIndex) -> Context {
        let domain = match self.whose {
            Whose::Own => ContextDomain::Score,
            Whose::Champion => ContextDomain::Champion,
        };
        let context = step.context(domain, self.record.info.id(), block);
        Context { worker: self.trainer.0, ..context }
    }
}

/// Proves these blocks, each into its own file.
pub(super) async fn prove(
    step: &StepContext<'_>,
    whose: Whose,
    blocks: &[BlockIndex],
) -> Result<(), StepError> {
    step.go_on()?;
    let services = step.services;
    let subject = Subject::of(step, whose).await?;
    let roots = services.chain.roots(step.task).await?;
    for (missing, block) in (1..=blocks.len()).rev().zip(blocks) {
        step.go_on()?;
        let _permit = step.permit(&services.permits.proofs).await?;
        if whose == Whose::Champion {
            need_time(step, &subject.record).await?;
        }
        need_memory(step, whose, &subject.record, missing).await?;
        prove_one(step, &subject, &roots, *block).await?;
    }
    Ok(())
}

/// A proof of the champion is begun only if the own proofs, should they not be sent yet, come in
/// time even if it takes twice as long as it should: nothing stops a proof once it has begun.
pub(super) async fn need_time(
    step: &StepContext<'_>,
    record: &CircuitRecord,
) -> Result<(), StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let is_asked = view.commitment.is_some_and(|own| matches!(own.claim, ClaimState::Asked(_)));
    if is_asked && !has_twice_the_time(step, record.info.constraints, 1).await? {
        return Err(StepError::OwnFirst);
    }
    Ok(())
}

/// The owner's limit holds always. What a proof is likely to take is waited for as well, but not
/// until it is too late for the own proofs that are missing: without them the stake is lost for
/// sure. For the champion no process is risked that may owe other proofs.
pub(super) async fn need_memory(
    step: &StepContext<'_>,
    whose: Whose,
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
    if whose == Whose::Champion || has_twice_the_time(step, rows, missing).await? {
        return Err(shortage.into());
    }
    let text = format!(
        "task {}: {shortage}. There is no more time to wait, so the proof is tried all the same",
        step.task
    );
    step.tell(Notice::Warning { text });
    Ok(())
}

/// Twice the time that so many proofs take is left in the round.
async fn has_twice_the_time(
    step: &StepContext<'_>,
    rows: u32,
    proofs: usize,
) -> Result<bool, StepError> {
    let chain = &step.services.chain;
    let clock = chain.clock().await?;
    let view = chain.view(step.task, Depth::Best).await?;
    let end = view.task.and_then(|task| task.deadline(clock.best));
    let left = time_until(clock, end.unwrap_or(clock.best));
    let proofs = u32::try_from(proofs).unwrap_or(u32::MAX);
    let each = time_of_proof(&step.services.config.proving, rows);
    Ok(left > each.saturating_mul(proofs).saturating_mul(2))
}

async fn prove_one(
    step: &StepContext<'_>,
    subject: &Subject,
    roots: &[BlockRoot],
    block: BlockIndex,
) -> Result<(), StepError> {
    let began = Instant::now();
    let revealed = revealed_block(step, roots, block).await?;
    let job = prepare(step, subject, &revealed, block)?;
    let provers = step.services.provers.clone();
    let (record, notices) = (subject.record.clone(), step.services.notices.clone());
    let (task, whose) = (step.task, subject.whose);
    let prove = move || {
        let prover = provers.score(&record)?;
        let tell = |stage| {
            let stage = stage_of(whose, stage);
            notices.tell(Notice::Proving { task, block, stage });
        };
        prove_block(&job(prover), tell)
    };
    let fact = tokio::task::spawn_blocking(prove).await??;
    step.journal.save_proof(subject.whose, &fact)?;
    step.tell(Notice::Proved {
        task: step.task,
        block,
        score: fact.score.points,
        rows: fact.rows,
        champion: subject.whose == Whose::Champion,
        seconds: began.elapsed().as_secs_f64(),
    });
    Ok(())
}

/// A test block, as the chain has it. Its root is looked at as well, to find out whether the node
/// tells what the chain says.
pub(super) async fn revealed_block(
    step: &StepContext<'_>,
    roots: &[BlockRoot],
    block: BlockIndex,
) -> Result<RevealedBlock, StepError> {
    let architecture = step.journal.chosen()?.architecture;
    let revealed = step.services.chain.revealed_block(step.task, block).await?;
    let revealed = revealed.ok_or(StepError::MovedOn("a revealed block is no longer there"))?;
    let root = open_block(&architecture, &revealed, block)?.root();
    if roots.get(usize::from(block)) == Some(&BlockRoot(field::to_bytes(&root))) {
        Ok(revealed)
    } else {
        Err(wrong_rows(block))
    }
}

/// Reads the block; the prover is added on the thread that proves, because making one takes long.
fn prepare(
    step: &StepContext<'_>,
    subject: &Subject,
    revealed: &RevealedBlock,
    block: BlockIndex,
) -> Result<impl FnOnce(Arc<FoldProver>) -> BlockTask + Send + 'static, StepError> {
    let known = open_block(&subject.architecture, revealed, block)?;
    let (root, samples) = (known.root(), known.block().clone());
    let context = subject.context(step, block);
    let (weights, key, bind) = (subject.weights.clone(), subject.key.clone(), subject.bind);
    Ok(move |prover| BlockTask { prover, context, weights, key, bind, block: samples, root })
}

/// A revealed block, as a model of this architecture reads it.
pub(super) fn open_block<'a>(
    architecture: &'a Architecture,
    revealed: &RevealedBlock,
    block: BlockIndex,
) -> Result<KnownBlock<'a>, StepError> {
    let known = KnownBlock::new(architecture, &revealed.salt, block, &revealed.rows);
    known.map_err(|_| wrong_rows(block))
}

fn wrong_rows(block: BlockIndex) -> StepError {
    let text = format!("the node gave wrong rows for block {block}: ask another (chain.urls)");
    StepError::Prove(text)
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

/// What the prover does, and whose score it proves.
pub(super) fn stage_of(whose: Whose, stage: Stage) -> String {
    match whose {
        Whose::Own => stage.to_string(),
        Whose::Champion => format!("the champion's score: {stage}"),
    }
}

/// Sends the proofs of these blocks, or of the own model alone, or of the first half and so on, if
/// one call has no room for all: the chain works through each block again, and how much it takes
/// depends on the task. The plan comes back for the rest.
pub(super) async fn submit(
    step: &StepContext<'_>,
    own: &[BlockIndex],
    champion: &[BlockIndex],
) -> Result<(), StepError> {
    let (mut own, mut champion) = (own, champion);
    loop {
        match send(step, own, champion).await {
            Err(StepError::Chain(ChainError::TooLarge)) if !champion.is_empty() => champion = &[],
            Err(StepError::Chain(ChainError::TooLarge)) if own.len() > 1 => {
                (own, _) = own.split_at(own.len() / 2);
            }
            sent => return sent,
        }
    }
}

async fn send(
    step: &StepContext<'_>,
    own: &[BlockIndex],
    champion: &[BlockIndex],
) -> Result<(), StepError> {
    let message = Message::SubmitScores {
        task: step.task,
        scores: scores(step, Whose::Own, own)?,
        champion: scores(step, Whose::Champion, champion)?,
    };
    let completes = completes(step, own.len()).await?;
    match step.services.chain.send(message).await {
        Err(error) if error.is_about_a_proof() => {
            Err(damaged::scores(step, own, champion, error).await)
        }
        sent => {
            sent?;
            if completes {
                step.journal.save_claim(ClaimStage::Proved)?;
            }
            Ok(())
        }
    }
}

/// With so many more blocks, every test block is proved. That is noted as soon as they are sent:
/// the commitment may be settled and removed before the plan is made the next time, and then the
/// chain no longer tells.
async fn completes(step: &StepContext<'_>, blocks: usize) -> Result<bool, StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let needed = view.task.map(|task| u32::from(task.test_blocks));
    let blocks = u32::try_from(blocks).unwrap_or(u32::MAX);
    let proved = view.commitment.map(|own| own.proved_blocks().saturating_add(blocks));
    Ok(proved.is_some() && proved == needed)
}

/// Sends proofs of the champion alone, or of the first half of the blocks and so on.
pub(super) async fn submit_champion(
    step: &StepContext<'_>,
    blocks: &[BlockIndex],
) -> Result<(), StepError> {
    let mut blocks = blocks;
    loop {
        let scores = scores(step, Whose::Champion, blocks)?;
        let message = Message::ProveChampion { task: step.task, scores };
        match step.services.chain.send(message).await {
            Err(ChainError::TooLarge) if blocks.len() > 1 => {
                (blocks, _) = blocks.split_at(blocks.len() / 2);
            }
            Err(error) if error.is_about_a_proof() => {
                return Err(damaged::scores(step, &[], blocks, error).await);
            }
            sent => return Ok(sent?),
        }
    }
}

/// The proofs of these blocks, as they are sent.
fn scores(
    step: &StepContext<'_>,
    whose: Whose,
    blocks: &[BlockIndex],
) -> Result<Vec<BlockScore>, StepError> {
    let mut scores = Vec::with_capacity(blocks.len());
    for block in blocks {
        let ProofFact { block, score, .. } = step.journal.proof(whose, *block)?;
        scores.push(BlockScore { block, score });
    }
    Ok(scores)
}

//! Which tasks are worth it: a pure function of the configuration, what the chain says, and what
//! was chosen before.

mod outstanding;

pub use outstanding::{circuits_to_prove, Outstanding};

use crate::{
    chain::{AccountStatus, ChainClock},
    config::{Config, Proving, Tokens},
    plan::{batch_of, folded_values, proofs_of_a_call},
    price::ValidatorsPart,
    state::Chosen,
};
use nocknock_client::{AccountId, Balance, BlockNumber, CircuitRecord, Task};
use nocknock_dataset::shape_name;
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{CircuitId, ExperimentId, TaskId},
    limits::MAX_ASKED,
    model::{names::name_of, Architecture, Head, RecipientKey},
    phase::Phase,
    task::Funding,
};
use std::time::Duration;

/// Blocks of a turn in which the worker waits for the chain: it sees that the turn has begun, and
/// sends the key. One of them may be missed.
const BLOCKS_TO_DELIVER: u32 = 3;

/// Blocks for the upload of a chunk, of which one may be missed. The last chunk comes with the key.
const BLOCKS_FOR_CHUNK: u32 = 2;

/// Blocks for a call that sends proofs, of which one may be missed.
const BLOCKS_FOR_PROOFS: u32 = 2;

/// The tip of a sponsored delivery is one part in so many of what is paid for it.
pub(crate) const TIP_SHARE: u32 = 100;

/// Whoever wants to keep a delivery out of a block has to fill it with calls that go before, and to
/// pay at least so many times its tip. Calls go by their tip for what they take of a block, and by
/// its weight a delivery takes less than a tenth of what all of them may take.
const TIPS_FOR_A_BLOCK: u32 = 10;

/// Blocks of a turn that are left when the key of a sponsored model is sent. To fill them costs as
/// much as the model.
const BLOCKS_TO_OUTBID: u32 = TIP_SHARE / TIPS_FOR_A_BLOCK;

/// Milliseconds that all calls of a block may take together: three quarters of half a second.
const MILLIS_OF_A_BLOCK: u64 = 375;

/// Milliseconds that the chain takes for a proof, whatever it is about.
const MILLIS_OF_A_PROOF: u64 = 4;

/// Inputs and labels of rows that the chain folds in a millisecond, at least.
const VALUES_IN_A_MILLI: u32 = 5000;

/// A round of proofs has to be so many times as long as the chain needs for all proofs.
const TIMES_THE_PROOFS: u64 = 2;

/// Rows of the circuits whose proofs take `proving.seconds_per_block`. Larger circuits take longer
/// in proportion; that smaller ones take less is not relied on.
const REFERENCE_ROWS: u32 = 1 << 18;

/// Bytes of memory that a proof takes for each row of its circuit, the proving key included.
/// Measured were up to 2,077: docs/performance.md.
const BYTES_PER_ROW: u64 = 2304;

/// How many of them are the key's, at least. The files of keys have about 400 for each row.
const BYTES_OF_KEY_PER_ROW: u64 = 384;

/// Part of a turn that the store may take for a copy of the delivered model.
pub(crate) const UPLOAD_SHARE: u32 = 4;

/// A task that may be chosen.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// Its number.
    pub id: TaskId,
    /// The task.
    pub task: &'a Task,
    /// Its score circuit, as the chain has it.
    pub circuit: Option<&'a CircuitRecord>,
    /// What its winner can get at most, if it belongs to the curriculum.
    pub budget: Option<Balance>,
}

/// What tasks are judged by, beside the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The account of the worker.
    pub worker: AccountId,
    /// The time of the chain.
    pub clock: ChainClock,
    /// What the worker has and may do.
    pub account: AccountStatus,
    /// What the validators get of a sponsor's payments.
    pub validators: ValidatorsPart,
    /// MiB of memory that are free, on systems that tell.
    pub free_memory_mib: Option<u64>,
    /// What the tasks that were chosen before still need.
    pub outstanding: &'a Outstanding,
}

/// Why a task is left alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Decline {
    /// It may open later.
    #[error("it is not open yet")]
    NotOpenYet,
    /// Commitments are no longer taken.
    #[error("its commit phase is over")]
    Over,
    /// The worker created it.
    #[error("this account created it, and a requester may not compete in its own task")]
    Own,
    /// Its experiment is not on the list.
    #[error("experiment {0} is not in policy.experiments")]
    Experiment(ExperimentId),
    /// Tasks that mint are switched off.
    #[error("it belongs to the curriculum, and policy.curriculum is false")]
    Curriculum,
    /// Tasks with a sponsor are switched off.
    #[error("it is sponsored, and policy.sponsored is false")]
    Sponsored,
    /// Only registered workers may commit.
    #[error("it belongs to the curriculum: register first with `nocknock-worker register`")]
    NotRegistered,
    /// Too little is paid.
    #[error(
        "after the validators' part its winner gets {most} NNK at most, less than policy.least, \
         {least} NNK"
    )]
    Reward {
        /// What the winner gets at most.
        most: Tokens,
        /// The least.
        least: Tokens,
    },
    /// The stake is too large.
    #[error("its stake of {stake} NNK is above policy.maximum_stake, {most} NNK")]
    Stake {
        /// The stake.
        stake: Tokens,
        /// The most.
        most: Tokens,
    },
    /// The account has too little.
    #[error(
        "the account has {free} NNK beside the stakes of other chosen tasks, and the stake of \
         {stake} NNK with policy.reserve needs {needed} NNK: send it tokens"
    )]
    Funds {
        /// What it has, without the stakes of other tasks that the chain does not hold yet.
        free: Tokens,
        /// The stake.
        stake: Tokens,
        /// What it would need.
        needed: Tokens,
    },
    /// Nothing is to be had for it.
    #[error("it belongs to the curriculum, and nothing was left to set aside for its winner")]
    NoBudget,
    /// The shape is not wanted.
    #[error("its shape {0} is not in policy.shapes")]
    Shape(String),
    /// Its models answer with several labels.
    #[error(
        "models of its shape {0} answer with labels, and this program trains only those that answer \
         with a class or a number"
    )]
    Head(String),
    /// Its circuit is not registered, or proofs of it are refused.
    #[error("the chain does not accept proofs of its circuit {0}")]
    Circuit(CircuitId),
    /// The machine is too small for its proofs.
    #[error(
        "a proof of its shape {shape} takes about {needed} MiB of memory, and less is free: end \
         other programs, or run fewer proofs at a time (limits.proofs)"
    )]
    Memory {
        /// The shape.
        shape: String,
        /// What all proofs that may be made at a time take.
        needed: u64,
    },
    /// Too little time to train.
    #[error("{left:?} are left to train, less than limits.least_training_seconds")]
    CommitTime {
        /// Time until the commit phase ends.
        left: Duration,
    },
    /// Too little time to prove.
    #[error(
        "a round of proofs of {phase:?} is too short for {proofs} proofs with {rows} rows in the \
         circuit at proving.seconds_per_block, and two blocks for each call that sends proofs: the \
         stake would be lost"
    )]
    ProveTime {
        /// Length of a round of proofs.
        phase: Duration,
        /// Proofs of its test blocks.
        proofs: u16,
        /// Rows of its score circuit.
        rows: u32,
    },
    /// Too little time to deliver.
    #[error(
        "a turn of {turn:?} is too short to deliver in: it takes a proof at \
         proving.seconds_per_block, all but the last of {chunks} chunks of the model in two blocks \
         each, and that with the key and some blocks to spare. The stake or the model would be lost"
    )]
    DeliverTime {
        /// Length of a turn.
        turn: Duration,
        /// Chunks of the encrypted model.
        chunks: u32,
    },
    /// The chain may have too little time for the proofs of all workers that it may ask.
    #[error(
        "a round of proofs of {phase:?} is too short for the chain to check the proofs of as many \
         workers as it may ask: the stake might be lost"
    )]
    Crowded {
        /// Length of a round of proofs.
        phase: Duration,
    },
    /// The chain has removed it.
    #[error("it was over long ago: the chain has removed it")]
    Removed,
    /// Too little time to prove it beside the other tasks.
    #[error(
        "with the test blocks of the tasks that were chosen before, a round of proofs of {phase:?} \
         would be too short at proving.seconds_per_block: it is chosen once enough of them are \
         proved"
    )]
    Busy {
        /// Length of the shortest round of proofs among all of them.
        phase: Duration,
    },
    /// The requester has named no training data, in an open task: a defect of the chain.
    #[error("it is open without training data")]
    NoData,
    /// The requester has named no usable key, which no chain accepts.
    #[error("its recipient is not a key that a model can be sealed for")]
    NoRecipient,
}

impl Decline {
    /// The task may be chosen later if nothing is configured anew.
    pub fn may_change(&self) -> bool {
        matches!(
            self,
            Self::NotOpenYet
                | Self::NotRegistered
                | Self::Funds { .. }
                | Self::Busy { .. }
                | Self::Crowded { .. }
                | Self::Memory { .. }
        )
    }

    /// The owner of the worker can do something about it.
    pub fn concerns_the_owner(&self) -> bool {
        matches!(
            self,
            Self::NotRegistered | Self::Funds { .. } | Self::Memory { .. } | Self::Removed
        )
    }
}

/// Judges a task. What is returned is what the journal begins with.
pub fn judge(
    config: &Config,
    situation: &Situation<'_>,
    offer: Offer<'_>,
) -> Result<Chosen, Decline> {
    let Situation { worker, clock, account, validators, free_memory_mib, outstanding } = *situation;
    let task = offer.task;
    check_phase(task, clock.best)?;
    if task.requester == worker {
        return Err(Decline::Own);
    }
    check_kind(config, account, &offer)?;
    check_pay(config, validators, &offer)?;
    check_shape(config, &task.architecture)?;
    let rows = rows_of(&offer)?;
    check_memory(config, free_memory_mib, &task.architecture, rows)?;
    check_time(config, clock, account, outstanding, task, rows)?;
    check_money(config, account.free.saturating_sub(outstanding.stakes), task)?;
    terms_of(offer.id, task, rows, clock.best)
}

/// Whether a task is the one that was chosen. The chain may have abandoned the block in which that
/// was created, and have given its number to another one.
pub(crate) fn is_still(chosen: &Chosen, task: &Task) -> bool {
    let found = terms_of(chosen.task, task, chosen.score_rows, chosen.at);
    found.is_ok_and(|found| found == *chosen)
}

fn terms_of(id: TaskId, task: &Task, rows: u32, at: BlockNumber) -> Result<Chosen, Decline> {
    let recipient = RecipientKey::from_bytes(&task.recipient.0);
    Ok(Chosen {
        task: id,
        experiment: task.experiment,
        architecture: task.architecture.clone(),
        encoding: task.encoding,
        recipient: recipient.map_err(|_| Decline::NoRecipient)?,
        score_circuit: task.terms.score_circuit,
        score_rows: rows,
        delivery_circuit: task.terms.delivery_circuit,
        train_data: task.train_data.ok_or(Decline::NoData)?,
        stake: task.terms.stake,
        reward: task.terms.reward,
        at,
        test_blocks: task.test_blocks,
        curriculum: task.funding == Funding::Curriculum,
        prove_period: task.terms.periods.prove,
    })
}

/// The time until a block of this number, at the chain's pace.
pub fn time_until(clock: ChainClock, block: BlockNumber) -> Duration {
    clock.slot.saturating_mul(block.saturating_sub(clock.best))
}

fn check_phase(task: &Task, now: BlockNumber) -> Result<(), Decline> {
    match task.phase(now) {
        Phase::Created | Phase::Drawn => Err(Decline::NotOpenYet),
        Phase::Open => Ok(()),
        _ => Err(Decline::Over),
    }
}

fn check_kind(config: &Config, account: AccountStatus, offer: &Offer<'_>) -> Result<(), Decline> {
    let policy = &config.policy;
    if !policy.experiments.allow(offer.task.experiment) {
        return Err(Decline::Experiment(offer.task.experiment));
    }
    match offer.task.funding {
        Funding::Curriculum if !policy.curriculum => Err(Decline::Curriculum),
        Funding::Curriculum if !account.may_work => Err(Decline::NotRegistered),
        Funding::Sponsored if !policy.sponsored => Err(Decline::Sponsored),
        Funding::Curriculum | Funding::Sponsored => Ok(()),
    }
}

/// What the winner gets at most is enough: the first share of a sponsor's reward, or what was set
/// aside. How much of that a model of the curriculum is worth is known when it is scored.
fn check_pay(
    config: &Config,
    validators: ValidatorsPart,
    offer: &Offer<'_>,
) -> Result<(), Decline> {
    let task = offer.task;
    let most = match task.funding {
        Funding::Curriculum => offer.budget.unwrap_or_default(),
        Funding::Sponsored => {
            let share = task.terms.shares.first().copied().unwrap_or_default();
            validators.net_share(task.terms.reward, share)
        }
    };
    let (most, least) = (Tokens(most), config.policy.least);
    match task.funding {
        Funding::Curriculum if most.0 == 0 => Err(Decline::NoBudget),
        _ if most < least => Err(Decline::Reward { most, least }),
        Funding::Curriculum | Funding::Sponsored => Ok(()),
    }
}

/// The least that a commitment to a task asks for. In the curriculum, where it is known before a
/// score is claimed what that earns, a commitment asks for nothing.
pub(crate) fn least_of(config: &Config, task: &Task) -> Balance {
    match task.funding {
        Funding::Sponsored => config.policy.least.0,
        Funding::Curriculum => 0,
    }
}

fn check_shape(config: &Config, architecture: &Architecture) -> Result<(), Decline> {
    if !is_wanted(config, architecture) {
        return Err(Decline::Shape(shape_name(architecture)));
    }
    match architecture.head {
        Head::Classes { .. } | Head::Number { .. } => Ok(()),
        Head::Labels { .. } => Err(Decline::Head(shape_name(architecture))),
    }
}

/// Whether the policy allows models of this architecture.
pub(crate) fn is_wanted(config: &Config, architecture: &Architecture) -> bool {
    let wanted = &config.policy.shapes;
    let name = name_of(architecture);
    wanted.is_empty() || wanted.iter().any(|wanted| name == Some(wanted.as_str()))
}

/// Rows of the score circuit, if proofs of it are accepted.
fn rows_of(offer: &Offer<'_>) -> Result<u32, Decline> {
    let architecture = &offer.task.architecture;
    let is_right = |record: &&CircuitRecord| match &record.info.kind {
        CircuitKind::Score(found) => record.is_usable() && found == architecture,
        CircuitKind::Delivery => false,
    };
    match offer.circuit.filter(is_right) {
        Some(record) => Ok(record.info.constraints),
        None => Err(Decline::Circuit(offer.task.terms.score_circuit)),
    }
}

/// MiB of memory that a proof takes of a circuit with so many rows.
pub(crate) fn memory_to_prove(rows: u32) -> u64 {
    u64::from(rows).saturating_mul(BYTES_PER_ROW) >> 20
}

/// MiB of memory that a proof takes beside the key of its circuit.
pub(crate) fn memory_beside_key(rows: u32) -> u64 {
    u64::from(rows).saturating_mul(BYTES_PER_ROW - BYTES_OF_KEY_PER_ROW) >> 20
}

fn check_memory(
    config: &Config,
    free: Option<u64>,
    architecture: &Architecture,
    rows: u32,
) -> Result<(), Decline> {
    let proofs = u64::try_from(config.limits.proofs).unwrap_or(u64::MAX);
    let needed = memory_to_prove(rows).saturating_mul(proofs);
    match free {
        Some(free) if free < needed => {
            Err(Decline::Memory { shape: shape_name(architecture), needed })
        }
        _ => Ok(()),
    }
}

fn check_time(
    config: &Config,
    clock: ChainClock,
    account: AccountStatus,
    outstanding: &Outstanding,
    task: &Task,
    rows: u32,
) -> Result<(), Decline> {
    let left = time_until(clock, task.commit_end().unwrap_or(clock.best));
    if left < Duration::from_secs(config.limits.least_training_seconds) {
        return Err(Decline::CommitTime { left });
    }
    let phase = clock.slot.saturating_mul(task.terms.periods.prove);
    // The blocks of one task are proved one after the other, and no proof is made while some are
    // sent.
    let sending = clock.slot.saturating_mul(blocks_to_send(&config.proving, account, task));
    let proofs = proofs_of(task);
    let proving = time_to_prove(&config.proving, work(rows, proofs));
    if phase < proving.saturating_add(sending) {
        return Err(Decline::ProveTime { phase, proofs, rows });
    }
    check_crowd(clock, task)?;
    check_turn(config, clock, task)?;
    check_other_proofs(config, clock, outstanding, task, rows)
}

/// Proofs that a task may take of a worker: of each test block, and in the curriculum of the
/// champion on it as well. The champion's circuit is known after the reveal alone, and is taken to
/// be like the task's.
fn proofs_of(task: &Task) -> u16 {
    match task.funding {
        Funding::Sponsored => task.test_blocks,
        Funding::Curriculum => task.test_blocks.saturating_mul(2),
    }
}

/// Blocks that pass while the proofs of a task are sent.
fn blocks_to_send(proving: &Proving, account: AccountStatus, task: &Task) -> u32 {
    let batch = batch_of(task, account.known, proving.batch);
    let in_a_call = proofs_of_a_call(&task.architecture, batch);
    u32::from(proofs_of(task)).div_ceil(in_a_call).saturating_mul(BLOCKS_FOR_PROOFS)
}

/// All workers that are asked at a time share a round of proofs, and so do the calls of everybody
/// else. More workers may come after this one, and bring fewer blocks.
fn check_crowd(clock: ChainClock, task: &Task) -> Result<(), Decline> {
    let folding = folded_values(&task.architecture).div_ceil(VALUES_IN_A_MILLI);
    let each = MILLIS_OF_A_PROOF.saturating_add(folding.into());
    let workers = u64::from(task.committed.saturating_add(1).min(MAX_ASKED));
    let all = workers.saturating_mul(task.test_blocks.into()).saturating_mul(each);
    let phase = u64::from(task.terms.periods.prove).saturating_mul(MILLIS_OF_A_BLOCK);
    if phase < all.saturating_mul(TIMES_THE_PROOFS) {
        Err(Decline::Crowded { phase: clock.slot.saturating_mul(task.terms.periods.prove) })
    } else {
        Ok(())
    }
}

/// Whoever wins and does not deliver in its turn loses the stake, and the requester sets how long a
/// turn is. And whoever delivers shows the key of a sponsored model to its requester, who
/// could fill the blocks that are left so that the chain does not pay for it.
fn check_turn(config: &Config, clock: ChainClock, task: &Task) -> Result<(), Decline> {
    let turn = clock.slot.saturating_mul(task.terms.periods.deliver);
    let chunks = task.architecture.chunks();
    let to_spare = match task.funding {
        Funding::Sponsored => BLOCKS_TO_OUTBID,
        Funding::Curriculum => 0,
    };
    let blocks = chunks
        .saturating_sub(1)
        .saturating_mul(BLOCKS_FOR_CHUNK)
        .saturating_add(BLOCKS_TO_DELIVER)
        .saturating_add(to_spare);
    let waiting = clock.slot.saturating_mul(blocks);
    // The proof of a sealed key is a small one.
    let needed = time_to_prove(&config.proving, work(0, 1)).saturating_add(waiting);
    if turn.saturating_sub(turn / UPLOAD_SHARE) < needed {
        Err(Decline::DeliverTime { turn, chunks })
    } else {
        Ok(())
    }
}

/// The rounds of proofs of all chosen tasks may coincide. Then the proofs of all must fit into the
/// shortest.
fn check_other_proofs(
    config: &Config,
    clock: ChainClock,
    outstanding: &Outstanding,
    task: &Task,
    rows: u32,
) -> Result<(), Decline> {
    let own = task.terms.periods.prove;
    let shortest = outstanding.shortest_phase.unwrap_or(own).min(own);
    let phase = clock.slot.saturating_mul(shortest);
    let all = outstanding.work.saturating_add(work(rows, proofs_of(task)));
    let largest = outstanding.largest.max(work(rows, 1));
    let at_a_time = u64::try_from(config.limits.proofs).unwrap_or(u64::MAX).max(1);
    // However they are shared out, no proof ends later.
    let idle = largest.saturating_mul(at_a_time.saturating_sub(1));
    let proving = time_to_prove(&config.proving, all.saturating_add(idle).div_ceil(at_a_time));
    // Other proofs are made while some are sent, but not while the last ones are.
    let sending = clock.slot.saturating_mul(BLOCKS_FOR_PROOFS);
    if phase < proving.saturating_add(sending) {
        Err(Decline::Busy { phase })
    } else {
        Ok(())
    }
}

/// How much work the proofs of so many blocks are: in rows, of which a circuit counts for at least
/// [`REFERENCE_ROWS`].
fn work(rows: u32, blocks: u16) -> u64 {
    u64::from(rows.max(REFERENCE_ROWS)).saturating_mul(blocks.into())
}

/// How long so much work takes, one proof after the other.
fn time_to_prove(proving: &Proving, work: u64) -> Duration {
    let millis = u128::from(proving.seconds_per_block)
        .saturating_mul(1000)
        .saturating_mul(work.into())
        .div_ceil(REFERENCE_ROWS.into());
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

/// How long the proof of one block takes of a circuit with so many rows, as it is configured.
pub(crate) fn time_of_proof(proving: &Proving, rows: u32) -> Duration {
    time_to_prove(proving, work(rows, 1))
}

fn check_money(config: &Config, free: Balance, task: &Task) -> Result<(), Decline> {
    if task.funding == Funding::Curriculum {
        return Ok(());
    }
    let (policy, stake) = (&config.policy, Tokens(task.terms.stake));
    if stake > policy.maximum_stake {
        return Err(Decline::Stake { stake, most: policy.maximum_stake });
    }
    let needed: Balance = stake.0.saturating_add(policy.reserve.0);
    if free < needed {
        Err(Decline::Funds { free: Tokens(free), stake, needed: Tokens(needed) })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

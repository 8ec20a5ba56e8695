//! Which tasks are worth it: a pure function of the configuration, what the chain says, and what
//! was chosen before.

mod outstanding;

pub use outstanding::Outstanding;

use crate::{
    chain::{AccountStatus, ChainClock},
    config::{Config, Tokens},
    state::Chosen,
};
use nocknock_client::{AccountId, Balance, BlockNumber, Task};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    model::MlpShape,
    phase::Phase,
    task::Funding,
};
use std::time::Duration;

/// Blocks of a turn in which the worker waits for the chain: for the delivery, its finality, and
/// the key.
const BLOCKS_TO_DELIVER: u32 = 5;

/// Part of a turn that the store may take for a copy of the delivered model.
pub(crate) const UPLOAD_SHARE: u32 = 4;

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
    /// The reward is too small.
    #[error("its reward of {reward} NNK is below policy.minimum_reward, {least} NNK")]
    Reward {
        /// The reward.
        reward: Tokens,
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
    /// The shape is not known or not wanted.
    #[error("its shape {0} is unknown to this program or not in policy.shapes")]
    Shape(String),
    /// Too little time to train.
    #[error("{left:?} are left to train, less than limits.least_training_seconds")]
    CommitTime {
        /// Time until the commit phase ends.
        left: Duration,
    },
    /// Too little time to prove.
    #[error(
        "its prove phase of {phase:?} is too short for {blocks} test blocks at \
         proving.seconds_per_block: the stake would be lost"
    )]
    ProveTime {
        /// Length of the prove phase.
        phase: Duration,
        /// Its test blocks.
        blocks: u16,
    },
    /// Too little time to deliver.
    #[error(
        "a turn of {turn:?} to deliver in is too short for encrypting the model, the proof of \
         that at proving.seconds_per_block, and the key after the delivery is final: the stake \
         would be lost"
    )]
    DeliverTime {
        /// Length of a turn.
        turn: Duration,
    },
    /// The chain has removed it.
    #[error("it was over long ago: the chain has removed it")]
    Removed,
    /// Too little time to prove it beside the other tasks.
    #[error(
        "with the test blocks of the tasks that were chosen before, a prove phase of {phase:?} \
         would be too short at proving.seconds_per_block: it is chosen once enough of them are \
         proved"
    )]
    Busy {
        /// Length of the shortest prove phase among all of them.
        phase: Duration,
    },
    /// The requester has named no training data, in an open task: a defect of the chain.
    #[error("it is open without training data")]
    NoData,
}

impl Decline {
    /// The task may be chosen later if nothing is configured anew.
    pub fn may_change(&self) -> bool {
        matches!(
            self,
            Self::NotOpenYet | Self::NotRegistered | Self::Funds { .. } | Self::Busy { .. }
        )
    }

    /// The owner of the worker can do something about it.
    pub fn concerns_the_owner(&self) -> bool {
        matches!(self, Self::NotRegistered | Self::Funds { .. } | Self::Removed)
    }
}

/// Judges a task. What is returned is what the journal begins with.
pub fn judge(
    config: &Config,
    worker: &AccountId,
    clock: ChainClock,
    account: AccountStatus,
    outstanding: &Outstanding,
    (id, task): (TaskId, &Task),
) -> Result<Chosen, Decline> {
    check_phase(task, clock.best)?;
    if task.requester == *worker {
        return Err(Decline::Own);
    }
    check_kind(config, account, task)?;
    check_shape(config, &task.shape)?;
    check_time(config, clock, outstanding, task)?;
    check_money(config, account.free.saturating_sub(outstanding.stakes), task)?;
    Ok(Chosen {
        task: id,
        experiment: task.experiment,
        shape: task.shape,
        score_circuit: task.terms.score_circuit,
        delivery_circuit: task.terms.delivery_circuit,
        train_data: task.train_data.ok_or(Decline::NoData)?,
        stake: task.terms.stake,
        reward: task.terms.reward,
        at: clock.best,
        test_blocks: task.test_blocks,
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

fn check_kind(config: &Config, account: AccountStatus, task: &Task) -> Result<(), Decline> {
    let policy = &config.policy;
    if !policy.experiments.allow(task.experiment) {
        return Err(Decline::Experiment(task.experiment));
    }
    match task.funding {
        Funding::Curriculum if !policy.curriculum => Err(Decline::Curriculum),
        Funding::Curriculum if !account.may_work => Err(Decline::NotRegistered),
        Funding::Sponsored if !policy.sponsored => Err(Decline::Sponsored),
        _ => Ok(()),
    }
}

fn check_shape(config: &Config, shape: &MlpShape) -> Result<(), Decline> {
    let wanted = &config.policy.shapes;
    let allowed = wanted.is_empty() || wanted.iter().any(|name| name == shape.name());
    if allowed && MlpShape::named(shape.name()) == Some(*shape) {
        Ok(())
    } else {
        Err(Decline::Shape(shape.name().to_owned()))
    }
}

fn check_time(
    config: &Config,
    clock: ChainClock,
    outstanding: &Outstanding,
    task: &Task,
) -> Result<(), Decline> {
    let left = time_until(clock, task.commit_end().unwrap_or(clock.best));
    if left < Duration::from_secs(config.limits.least_training_seconds) {
        return Err(Decline::CommitTime { left });
    }
    let phase = clock.slot.saturating_mul(task.terms.periods.prove);
    // The blocks of one task are proved one after the other.
    if phase < time_to_prove(config, u32::from(task.test_blocks)) {
        return Err(Decline::ProveTime { phase, blocks: task.test_blocks });
    }
    check_turn(config, clock, task)?;
    check_other_proofs(config, clock, outstanding, task)
}

/// Whoever wins and does not deliver in its turn loses the stake to the requester, who sets how
/// long a turn is.
fn check_turn(config: &Config, clock: ChainClock, task: &Task) -> Result<(), Decline> {
    let turn = clock.slot.saturating_mul(task.terms.periods.deliver);
    let waiting = clock.slot.saturating_mul(BLOCKS_TO_DELIVER);
    let needed = time_to_prove(config, 1).saturating_add(waiting);
    if turn.saturating_sub(turn / UPLOAD_SHARE) < needed {
        Err(Decline::DeliverTime { turn })
    } else {
        Ok(())
    }
}

/// The prove phases of all chosen tasks may coincide. Then the proofs of all must fit into the
/// shortest.
fn check_other_proofs(
    config: &Config,
    clock: ChainClock,
    outstanding: &Outstanding,
    task: &Task,
) -> Result<(), Decline> {
    let own = task.terms.periods.prove;
    let shortest = outstanding.shortest_phase.unwrap_or(own).min(own);
    let phase = clock.slot.saturating_mul(shortest);
    let blocks = outstanding.blocks.saturating_add(u32::from(task.test_blocks));
    let at_a_time = u32::try_from(config.limits.proofs).unwrap_or(u32::MAX);
    if phase < time_to_prove(config, blocks.div_ceil(at_a_time.max(1))) {
        Err(Decline::Busy { phase })
    } else {
        Ok(())
    }
}

/// How long so many blocks take, one after the other.
fn time_to_prove(config: &Config, blocks: u32) -> Duration {
    Duration::from_secs(config.proving.seconds_per_block).saturating_mul(blocks)
}

fn check_money(config: &Config, free: Balance, task: &Task) -> Result<(), Decline> {
    if task.funding == Funding::Curriculum {
        return Ok(());
    }
    let policy = &config.policy;
    let (reward, stake) = (Tokens(task.terms.reward), Tokens(task.terms.stake));
    if reward < policy.minimum_reward {
        return Err(Decline::Reward { reward, least: policy.minimum_reward });
    }
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

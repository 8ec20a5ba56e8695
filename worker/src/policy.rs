//! Which tasks are worth it: a pure function of the configuration and what the chain says.

use crate::{
    chain::{ChainClock, Means},
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
        "the account has {free} NNK, and the stake of {stake} NNK with policy.reserve needs {needed} \
         NNK: send it tokens"
    )]
    Funds {
        /// What it has.
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
    /// The requester has named no training data, in an open task: a defect of the chain.
    #[error("it is open without training data")]
    NoData,
}

impl Decline {
    /// The task may be chosen later if nothing is configured anew.
    pub fn may_change(&self) -> bool {
        matches!(
            self,
            Self::NotOpenYet | Self::NotRegistered | Self::Funds { .. }
        )
    }

    /// The owner of the worker can do something about it.
    pub fn concerns_the_owner(&self) -> bool {
        matches!(self, Self::NotRegistered | Self::Funds { .. })
    }
}

/// Judges a task. What is returned is what the journal begins with.
pub fn judge(
    config: &Config,
    worker: &AccountId,
    clock: ChainClock,
    means: Means,
    (id, task): (TaskId, &Task),
) -> Result<Chosen, Decline> {
    check_phase(task, clock.best)?;
    if task.requester == *worker {
        return Err(Decline::Own);
    }
    check_kind(config, means, task)?;
    check_shape(config, &task.shape)?;
    check_time(config, clock, task)?;
    check_money(config, means, task)?;
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

fn check_kind(config: &Config, means: Means, task: &Task) -> Result<(), Decline> {
    let policy = &config.policy;
    if !policy.experiments.allow(task.experiment) {
        return Err(Decline::Experiment(task.experiment));
    }
    match task.funding {
        Funding::Curriculum if !policy.curriculum => Err(Decline::Curriculum),
        Funding::Curriculum if !means.may_work => Err(Decline::NotRegistered),
        Funding::Sponsored if !policy.sponsored => Err(Decline::Sponsored),
        _ => Ok(()),
    }
}

fn check_shape(config: &Config, shape: &MlpShape) -> Result<(), Decline> {
    let wanted = &config.policy.shapes;
    let allowed = wanted.is_empty() || wanted.iter().any(|name| name == shape.name());
    match allowed && MlpShape::named(shape.name()) == Some(*shape) {
        true => Ok(()),
        false => Err(Decline::Shape(shape.name().to_owned())),
    }
}

fn check_time(config: &Config, clock: ChainClock, task: &Task) -> Result<(), Decline> {
    let left = time_until(clock, task.commit_end().unwrap_or(clock.best));
    if left < Duration::from_secs(config.limits.least_training_seconds) {
        return Err(Decline::CommitTime { left });
    }
    let phase = clock.slot.saturating_mul(task.terms.periods.prove);
    let block = Duration::from_secs(config.proving.seconds_per_block);
    match phase < block.saturating_mul(u32::from(task.test_blocks)) {
        true => Err(Decline::ProveTime {
            phase,
            blocks: task.test_blocks,
        }),
        false => Ok(()),
    }
}

fn check_money(config: &Config, means: Means, task: &Task) -> Result<(), Decline> {
    if task.funding == Funding::Curriculum {
        return Ok(());
    }
    let policy = &config.policy;
    let (reward, stake) = (Tokens(task.terms.reward), Tokens(task.terms.stake));
    if reward < policy.minimum_reward {
        return Err(Decline::Reward {
            reward,
            least: policy.minimum_reward,
        });
    }
    if stake > policy.maximum_stake {
        return Err(Decline::Stake {
            stake,
            most: policy.maximum_stake,
        });
    }
    let needed: Balance = stake.0.saturating_add(policy.reserve.0);
    match means.free < needed {
        true => Err(Decline::Funds {
            free: Tokens(means.free),
            stake,
            needed: Tokens(needed),
        }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;

//! Those who act on the chain: labs that train models, providers of data, and others.

mod candidates;
mod council;
mod lab;
mod provider;
mod tactic;
mod watcher;

pub(crate) use candidates::Candidates;
pub(crate) use council::Council;
pub(crate) use lab::Lab;
pub(crate) use provider::{Offer, Provider, Source};
pub(crate) use tactic::Tactic;
pub(crate) use watcher::Watcher;

use crate::chain::{AccountId, Runtime, RuntimeCall, TaskOf};
use nocknock_primitives::ids::TaskId;

/// What an agent sees in a block before it acts. All else it reads from the chain.
#[derive(Debug)]
pub(crate) struct View<'a> {
    /// The number of the block.
    pub(crate) now: u64,
    /// The tasks that are not over, in the order of their numbers.
    pub(crate) tasks: &'a [(TaskId, TaskOf)],
}

/// Who sends a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// An account.
    Account(AccountId),
    /// Nobody: the call proves itself.
    Nobody,
    /// The council.
    Council,
}

/// A call that is sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// By whom.
    pub(crate) sender: Sender,
    /// The call.
    pub(crate) call: RuntimeCall,
}

impl Sent {
    /// A call of an account.
    pub(crate) fn by(who: &AccountId, call: impl Into<RuntimeCall>) -> Self {
        Self { sender: Sender::Account(who.clone()), call: call.into() }
    }

    /// A call about tasks.
    pub(crate) fn about_task(who: &AccountId, call: pallet_tasks::Call<Runtime>) -> Self {
        Self::by(who, call)
    }
}

/// An agent and its strategy.
pub(crate) trait Strategy {
    /// What its accounts send in this block.
    fn act(&mut self, view: &View<'_>) -> Vec<Sent>;

    /// Whether it starts nothing new.
    fn is_done(&self) -> bool {
        true
    }
}

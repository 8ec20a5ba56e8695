//! The events of the chain that mean something to its users.

use super::{
    balances::BalancesEvent, experiments::ExperimentsEvent, provenance::ProvenanceEvent,
    record::ChainEvent, rewards::RewardsEvent, tasks::TasksEvent, verifier::VerifierEvent,
    wtm::WtmEvent,
};
use crate::errors::QueryError;
use nocknock_primitives::ids::{ExperimentId, FactId, TaskId};

/// Defines an enum of events whose variants and fields are those of a pallet, in the same order,
/// and how it is read from the bytes of an event.
macro_rules! events {
    (
        $(#[$doc:meta])*
        $name:ident in $pallet:literal {
            $(
                $(#[$variant_doc:meta])*
                $variant:ident {
                    $( $(#[$field_doc:meta])* $field:ident: $type:ty, )*
                },
            )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$variant_doc])*
                $variant { $( $(#[$field_doc])* $field: $type, )* },
            )*
        }

        impl $name {
            /// Name of the pallet.
            pub const PALLET: &'static str = $pallet;

            /// Names of the events.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($variant)),*];

            /// Name of this event.
            pub fn name(&self) -> &'static str {
                match self {
                    $( Self::$variant { .. } => stringify!($variant), )*
                }
            }

            /// Reads an event of this name; none if users have no use for it.
            pub(crate) fn read(
                name: &str,
                input: &mut &[u8],
            ) -> Result<Option<Self>, codec::Error> {
                match name {
                    $(
                        stringify!($variant) => Ok(Some(Self::$variant {
                            $( $field: codec::Decode::decode(input)?, )*
                        })),
                    )*
                    _ => Ok(None),
                }
            }

            /// Names of the fields of an event of this name.
            #[cfg(test)]
            pub(crate) fn fields(name: &str) -> &'static [&'static str] {
                match name {
                    $( stringify!($variant) => &[$(stringify!($field)),*], )*
                    _ => &[],
                }
            }
        }
    };
}
pub(super) use events;

/// An event, by the pallet that reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DomainEvent {
    /// About tasks.
    Tasks(TasksEvent),
    /// About experiments and their models.
    Experiments(ExperimentsEvent),
    /// About the pot, the curriculum and the workers.
    Rewards(RewardsEvent),
    /// About facts.
    Wtm(WtmEvent),
    /// About provenance records.
    Provenance(ProvenanceEvent),
    /// About circuits.
    Verifier(VerifierEvent),
    /// About tokens.
    Balances(BalancesEvent),
}

impl DomainEvent {
    /// Name of the pallet that reports it.
    pub fn pallet(&self) -> &'static str {
        match self {
            Self::Tasks(_) => TasksEvent::PALLET,
            Self::Experiments(_) => ExperimentsEvent::PALLET,
            Self::Rewards(_) => RewardsEvent::PALLET,
            Self::Wtm(_) => WtmEvent::PALLET,
            Self::Provenance(_) => ProvenanceEvent::PALLET,
            Self::Verifier(_) => VerifierEvent::PALLET,
            Self::Balances(_) => BalancesEvent::PALLET,
        }
    }

    /// Name of the event in its pallet.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Tasks(event) => event.name(),
            Self::Experiments(event) => event.name(),
            Self::Rewards(event) => event.name(),
            Self::Wtm(event) => event.name(),
            Self::Provenance(event) => event.name(),
            Self::Verifier(event) => event.name(),
            Self::Balances(event) => event.name(),
        }
    }

    /// The task that the event is about.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::Tasks(event) => event.task(),
            Self::Experiments(ExperimentsEvent::LeaderboardEntered { task, .. })
            | Self::Experiments(ExperimentsEvent::ModelRegistered { task, .. })
            | Self::Rewards(RewardsEvent::BudgetReserved { task, .. })
            | Self::Rewards(RewardsEvent::Minted { task, .. })
            | Self::Rewards(RewardsEvent::NotMinted { task, .. })
            | Self::Rewards(RewardsEvent::BudgetReturned { task, .. })
            | Self::Rewards(RewardsEvent::WorkerSuspended { task, .. })
            | Self::Wtm(WtmEvent::ScoreProven { task, .. })
            | Self::Provenance(ProvenanceEvent::ModelRecorded { task, .. }) => Some(*task),
            _ => None,
        }
    }

    /// The experiment that the event has created.
    pub fn created_experiment(&self) -> Option<ExperimentId> {
        match self {
            Self::Experiments(ExperimentsEvent::ExperimentCreated { experiment, .. }) => {
                Some(*experiment)
            }
            _ => None,
        }
    }

    /// The task that the event has created.
    pub fn created_task(&self) -> Option<TaskId> {
        match self {
            Self::Tasks(TasksEvent::TaskCreated { task, .. }) => Some(*task),
            _ => None,
        }
    }

    /// The fact that the event has created.
    pub fn created_fact(&self) -> Option<FactId> {
        match self {
            Self::Wtm(WtmEvent::FactProposed { fact, .. })
            | Self::Wtm(WtmEvent::ScoreProven { fact, .. }) => Some(*fact),
            _ => None,
        }
    }

    /// Reads an event of a block; none if it is of no use to users.
    pub(crate) fn read(event: &ChainEvent) -> Result<Option<Self>, QueryError> {
        let input = &mut event.fields.as_slice();
        let name = event.name.as_str();
        let read = match event.pallet.as_str() {
            TasksEvent::PALLET => TasksEvent::read(name, input).map(|read| read.map(Self::Tasks)),
            ExperimentsEvent::PALLET => {
                ExperimentsEvent::read(name, input).map(|read| read.map(Self::Experiments))
            }
            RewardsEvent::PALLET => {
                RewardsEvent::read(name, input).map(|read| read.map(Self::Rewards))
            }
            WtmEvent::PALLET => WtmEvent::read(name, input).map(|read| read.map(Self::Wtm)),
            ProvenanceEvent::PALLET => {
                ProvenanceEvent::read(name, input).map(|read| read.map(Self::Provenance))
            }
            VerifierEvent::PALLET => {
                VerifierEvent::read(name, input).map(|read| read.map(Self::Verifier))
            }
            BalancesEvent::PALLET => {
                BalancesEvent::read(name, input).map(|read| read.map(Self::Balances))
            }
            _ => return Ok(None),
        };
        let what = || format!("the event {}.{name}", event.pallet);
        let read = read.map_err(|error| QueryError::undecodable(&what(), error))?;
        match (&read, input.len()) {
            (Some(_), 1..) => Err(QueryError::undecodable(
                &what(),
                "it has more fields than this client knows; use one of the node's release",
            )),
            _ => Ok(read),
        }
    }
}

impl TasksEvent {
    /// The task that the event is about.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::TaskCreated { task, .. }
            | Self::SplitDrawn { task, .. }
            | Self::TaskOpened { task, .. }
            | Self::ModelCommitted { task, .. }
            | Self::CommitmentWithdrawn { task, .. }
            | Self::BlockRevealed { task, .. }
            | Self::ScoresProved { task, .. }
            | Self::SubmissionCompleted { task, .. }
            | Self::TaskSettled { task, .. }
            | Self::ModelDelivered { task, .. }
            | Self::WinnerPaid { task, .. }
            | Self::CommitmentClosed { task, .. }
            | Self::TaskFinished { task, .. }
            | Self::TaskRemoved { task, .. } => Some(*task),
            Self::SeedStored { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;

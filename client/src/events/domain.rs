//! The events of the chain that mean something to its users.

use super::{
    record::{ChainEvent, Reading},
    BalancesEvent, ExperimentsEvent, ProvenanceEvent, RewardsEvent, TasksEvent, VerifierEvent,
    WtmEvent,
};
use crate::{
    errors::{Incompatible, QueryError},
    expected,
    generated::RuntimeEvent,
};
use codec::Encode;
use nocknock_primitives::ids::{ExperimentId, FactId, TaskId};

/// An event, by the pallet that reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// About tokens that move, appear or vanish.
    Balances(BalancesEvent),
}

/// The pallets whose events are all of use.
pub(crate) const PALLETS: [&str; 6] =
    ["Tasks", "Experiments", "Rewards", "Wtm", "Provenance", "Verifier"];

/// The events of the pallet `Balances` that are of use. The others tell again what the project's
/// pallets tell better, such as a deposit that is held.
const OF_TOKENS: [&str; 3] = ["Transfer", "Minted", "Burned"];

fn is_of_use(pallet: &str, name: &str) -> bool {
    PALLETS.contains(&pallet) || (pallet == "Balances" && OF_TOKENS.contains(&name))
}

impl DomainEvent {
    /// Name of the pallet that reports it.
    pub fn pallet(&self) -> &'static str {
        match self {
            Self::Tasks(_) => "Tasks",
            Self::Experiments(_) => "Experiments",
            Self::Rewards(_) => "Rewards",
            Self::Wtm(_) => "Wtm",
            Self::Provenance(_) => "Provenance",
            Self::Verifier(_) => "Verifier",
            Self::Balances(_) => "Balances",
        }
    }

    /// Name of the event in its pallet.
    pub fn name(&self) -> &'static str {
        let variant = self.encoded().first().and_then(|index| {
            let pallet = expected::metadata()?.pallet_by_name(self.pallet())?;
            pallet.event_variant_by_index(*index)
        });
        variant.map_or("an unknown event", |variant| variant.name.as_str())
    }

    /// The index of the event in its pallet and its fields, in SCALE.
    pub(super) fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Tasks(event) => event.encode(),
            Self::Experiments(event) => event.encode(),
            Self::Rewards(event) => event.encode(),
            Self::Wtm(event) => event.encode(),
            Self::Provenance(event) => event.encode(),
            Self::Verifier(event) => event.encode(),
            Self::Balances(event) => event.encode(),
        }
    }

    /// The task that the event is about.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::Tasks(event) => event.task(),
            Self::Experiments(event) => task_of_experiments(event),
            Self::Rewards(event) => task_of_rewards(event),
            Self::Wtm(event) => task_of_facts(event),
            Self::Provenance(ProvenanceEvent::ModelRecorded { task, .. }) => Some(*task),
            Self::Provenance(ProvenanceEvent::AnchorClosed { .. })
            | Self::Verifier(_)
            | Self::Balances(_) => None,
        }
    }

    /// The experiment that the event has created.
    pub fn created_experiment(&self) -> Option<ExperimentId> {
        if let Self::Experiments(ExperimentsEvent::ExperimentCreated { experiment, .. }) = self {
            return Some(*experiment);
        }
        None
    }

    /// The task that the event has created.
    pub fn created_task(&self) -> Option<TaskId> {
        if let Self::Tasks(TasksEvent::TaskCreated { task, .. }) = self {
            return Some(*task);
        }
        None
    }

    /// The fact that the event has created.
    pub fn created_fact(&self) -> Option<FactId> {
        if let Self::Wtm(WtmEvent::FactProposed { fact, .. } | WtmEvent::ScoreProven { fact, .. }) =
            self
        {
            return Some(*fact);
        }
        None
    }

    /// Reads an event of a block; none if it is of no use to users, or newer than this client.
    pub(crate) fn read(event: &ChainEvent) -> Result<Option<Self>, QueryError> {
        if !is_of_use(&event.pallet, &event.name) {
            return Ok(None);
        }
        match &event.reading {
            Reading::Known(event) => Ok(Self::of(event)),
            Reading::Unknown => Ok(None),
            Reading::Changed => {
                let what = format!("the event {}.{}", event.pallet, event.name);
                Err(Incompatible::new(what).into())
            }
        }
    }

    /// The event, unless its pallet is none that users have to do with.
    fn of(event: &RuntimeEvent) -> Option<Self> {
        match event {
            RuntimeEvent::Tasks(event) => Some(Self::Tasks(event.clone())),
            RuntimeEvent::Experiments(event) => Some(Self::Experiments(event.clone())),
            RuntimeEvent::Rewards(event) => Some(Self::Rewards(event.clone())),
            RuntimeEvent::Wtm(event) => Some(Self::Wtm(event.clone())),
            RuntimeEvent::Provenance(event) => Some(Self::Provenance(event.clone())),
            RuntimeEvent::Verifier(event) => Some(Self::Verifier(event.clone())),
            RuntimeEvent::Balances(event) => Some(Self::Balances(event.clone())),
            RuntimeEvent::System(_)
            | RuntimeEvent::Network(_)
            | RuntimeEvent::Utility(_)
            | RuntimeEvent::TransactionPayment(_)
            | RuntimeEvent::Allowance(_)
            | RuntimeEvent::Offences(_)
            | RuntimeEvent::Historical(_)
            | RuntimeEvent::Session(_)
            | RuntimeEvent::Grandpa(_)
            | RuntimeEvent::Council(_)
            | RuntimeEvent::Proxy(_)
            | RuntimeEvent::Multisig(_) => None,
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
            | Self::Claimed { task, .. }
            | Self::Asked { task, .. }
            | Self::ClaimFailed { task, .. }
            | Self::ScoresProved { task, .. }
            | Self::SubmissionCompleted { task, .. }
            | Self::ChampionProved { task, .. }
            | Self::TaskSettled { task, .. }
            | Self::RankSkipped { task, .. }
            | Self::ChunkUploaded { task, .. }
            | Self::ModelDelivered { task, .. }
            | Self::WinnerPaid { task, .. }
            | Self::CommitmentClosed { task, .. }
            | Self::TaskFinished { task, .. }
            | Self::TaskRemoved { task }
            | Self::EqualRowsShown { task, .. } => Some(*task),
            Self::SeedStored { .. } => None,
        }
    }
}

fn task_of_experiments(event: &ExperimentsEvent) -> Option<TaskId> {
    match event {
        ExperimentsEvent::LeaderboardEntered { task, .. }
        | ExperimentsEvent::ModelRegistered { task, .. } => Some(*task),
        ExperimentsEvent::ExperimentCreated { .. }
        | ExperimentsEvent::ExperimentDescribed { .. }
        | ExperimentsEvent::TransferOffered { .. }
        | ExperimentsEvent::TransferCancelled { .. }
        | ExperimentsEvent::ExperimentTransferred { .. }
        | ExperimentsEvent::ExperimentArchived { .. }
        | ExperimentsEvent::ChampionChanged { .. }
        | ExperimentsEvent::ChampionRetired { .. }
        | ExperimentsEvent::ModelStageChanged { .. }
        | ExperimentsEvent::ModelTransferred { .. } => None,
    }
}

fn task_of_rewards(event: &RewardsEvent) -> Option<TaskId> {
    match event {
        RewardsEvent::BudgetReserved { task, .. }
        | RewardsEvent::LevelChanged { task, .. }
        | RewardsEvent::Minted { task, .. }
        | RewardsEvent::NotMinted { task, .. }
        | RewardsEvent::Vested { task, .. }
        | RewardsEvent::ProviderLiable { task, .. }
        | RewardsEvent::BudgetReturned { task, .. }
        | RewardsEvent::WorkerSuspended { task, .. } => Some(*task),
        RewardsEvent::PotGrew { .. }
        | RewardsEvent::CurriculumSet { .. }
        | RewardsEvent::CurriculumRemoved { .. }
        | RewardsEvent::CustodianDismissed { .. }
        | RewardsEvent::PracticeSet { .. }
        | RewardsEvent::WorkerRegistered { .. }
        | RewardsEvent::WorkerUnregistered { .. }
        | RewardsEvent::WorkerRemoved { .. }
        | RewardsEvent::SpentPointsRemoved { .. }
        | RewardsEvent::ValidatorsPaid { .. }
        | RewardsEvent::CandidateSilent { .. }
        | RewardsEvent::SeatTaken { .. }
        | RewardsEvent::SeatLeft { .. }
        | RewardsEvent::BondReturned { .. }
        | RewardsEvent::SignOfLife { .. }
        | RewardsEvent::FinalityNoted { .. }
        | RewardsEvent::AccountBarred { .. }
        | RewardsEvent::CandidateAdded { .. }
        | RewardsEvent::CandidateLeft { .. }
        | RewardsEvent::CandidateDisplaced { .. } => None,
    }
}

fn task_of_facts(event: &WtmEvent) -> Option<TaskId> {
    match event {
        WtmEvent::ScoreProven { task, .. } => Some(*task),
        WtmEvent::FactProposed { .. }
        | WtmEvent::FactAttested { .. }
        | WtmEvent::FactDisputed { .. }
        | WtmEvent::VoteCast { .. }
        | WtmEvent::FactDecided { .. }
        | WtmEvent::FactSuperseded { .. }
        | WtmEvent::FactRestored { .. }
        | WtmEvent::Claimed { .. }
        | WtmEvent::FactRemoved { .. } => None,
    }
}

#[cfg(test)]
mod tests;

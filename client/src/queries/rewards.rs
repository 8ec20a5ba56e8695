//! The pot, the curriculum, workers and candidates.

use super::Snapshot;
use crate::{
    errors::QueryError,
    types::{AccountId, Balance},
};
use codec::{Decode, Encode};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    limits::MAX_PAGE,
    puzzle::RegistrationTerms,
    reward::{CurriculumTask, Practice as PracticeTerms, Registration, Round, Session},
    task::RevealedBlock,
};
use sp_runtime::Permill;

const PALLET: &str = "Rewards";

/// What the pot is and will be, in the smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EmissionState {
    /// The present session.
    pub session: Session,
    /// What was released until now.
    pub released: u128,
    /// What is set aside for open tasks.
    pub reserved: u128,
    /// What was minted.
    pub minted: u128,
    /// What was burnt.
    pub burnt: u128,
    /// What new tasks draw on.
    pub free_pot: u128,
    /// What the next session will add.
    pub next_release: u128,
    /// The most that will ever be minted.
    pub max_supply: u128,
}

/// An experiment of the curriculum.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CurriculumEntry {
    /// Who creates its tasks and reveals their blocks, unless the role is vacant.
    pub custodian: Option<AccountId>,
    /// The part of the free pot that is set aside for each new task.
    pub task_share: Permill,
    /// Tasks that may be open at a time.
    pub max_open: u32,
    /// Tasks that are open.
    pub open: u32,
    /// The council removed it; it stays until the last of its tasks has ended.
    pub removed: bool,
}

/// The bond of a candidate, or of an account that was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SeatBond {
    /// How much is held.
    pub amount: Balance,
    /// First session in which it is returned. None while the account is a candidate.
    pub due: Option<Session>,
}

/// The public practice block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// What has to be proved about it.
    pub terms: PracticeTerms,
    /// Its salt and rows.
    pub block: RevealedBlock,
}

/// Each of these fails as [`QueryError`] says.
impl Snapshot {
    /// The pot, the books, and what the next session adds.
    pub async fn emission(&self) -> Result<EmissionState, QueryError> {
        self.view(PALLET, "emission", ()).await
    }

    /// The experiments of the curriculum.
    pub async fn curriculum(&self) -> Result<Vec<(ExperimentId, CurriculumEntry)>, QueryError> {
        let page = |after: Option<ExperimentId>| self.view(PALLET, "curriculum", (after, MAX_PAGE));
        self.pages(page).await
    }

    /// An open curriculum task.
    pub async fn curriculum_task(
        &self,
        task: TaskId,
    ) -> Result<Option<CurriculumTask<AccountId>>, QueryError> {
        self.view(PALLET, "curriculum_task", task).await
    }

    /// The practice block on which newcomers prove a score, if the chain has one.
    pub async fn practice(&self) -> Result<Option<Practice>, QueryError> {
        let answer: Option<(PracticeTerms, RevealedBlock)> =
            self.view(PALLET, "practice", ()).await?;
        Ok(answer.map(|(terms, block)| Practice { terms, block }))
    }

    /// The registration of a worker.
    pub async fn worker(&self, worker: &AccountId) -> Result<Option<Registration>, QueryError> {
        self.view(PALLET, "worker", worker).await
    }

    /// The round that the account's next proof of registration has to name as its task.
    pub async fn registration_round(&self, worker: &AccountId) -> Result<Round, QueryError> {
        self.view(PALLET, "registration_round", worker).await
    }

    /// The seed that a proof of registration should be made for now, and how hard its puzzle is;
    /// nothing on a chain that draws no seeds.
    pub async fn registration_terms(&self) -> Result<Option<RegistrationTerms>, QueryError> {
        self.view(PALLET, "registration_terms", ()).await
    }

    /// Work points of an account.
    pub async fn work_points(&self, who: &AccountId) -> Result<u128, QueryError> {
        self.view(PALLET, "work_points", who).await
    }

    /// Work points of all accounts together.
    pub async fn total_work_points(&self) -> Result<u128, QueryError> {
        self.view(PALLET, "total_work_points", ()).await
    }

    /// The account committed an offence.
    pub async fn is_barred(&self, who: &AccountId) -> Result<bool, QueryError> {
        self.view(PALLET, "is_barred", who).await
    }

    /// All candidates for validation and their points, best first.
    pub async fn candidates(&self) -> Result<Vec<(AccountId, u128)>, QueryError> {
        let page = |start: u32| self.view(PALLET, "candidates", (start, MAX_PAGE));
        self.pages_by_place(page).await
    }

    /// What is in the validators' pot.
    pub async fn validators_pot(&self) -> Result<Balance, QueryError> {
        self.view(PALLET, "validators_pot", ()).await
    }

    /// The bond of an account, as a candidate or until it is returned.
    pub async fn seat_bond(&self, who: &AccountId) -> Result<Option<SeatBond>, QueryError> {
        self.view(PALLET, "seat_bond", who).await
    }

    /// Who was elected last: the validators of the next session.
    pub async fn seats(&self) -> Result<Vec<AccountId>, QueryError> {
        self.view(PALLET, "seats", ()).await
    }

    /// Who would be elected if the session ended now.
    pub async fn elected(&self) -> Result<Vec<AccountId>, QueryError> {
        self.view(PALLET, "elected", ()).await
    }
}

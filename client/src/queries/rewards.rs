//! The pot, the curriculum, workers and candidates.

use super::Snapshot;
use crate::{
    errors::QueryError,
    types::{AccountId, Balance, CurriculumRules, CurriculumTask, VestingPart},
};
use codec::{Decode, Encode};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    level::{mint_of, unit_of, Bits, ONE_BIT},
    limits::MAX_PAGE,
    puzzle::RegistrationTerms,
    reward::{MintSplit, Practice as PracticeTerms, Registration, Round, Session},
    task::RevealedBlock,
};

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

impl EmissionState {
    /// What a new task of an experiment with this weight mints for each halving of the error.
    pub fn unit(&self, weight: u16) -> Balance {
        unit_of(self.max_supply.saturating_sub(self.minted), weight)
    }

    /// The part of it that is the winner's.
    pub fn winners_part(&self, weight: u16) -> Balance {
        MintSplit::of(mint_of(self.unit(weight), ONE_BIT)).winner
    }
}

/// An experiment of the curriculum.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CurriculumEntry {
    /// Who creates its tasks and reveals their blocks, unless the role is vacant.
    pub custodian: Option<AccountId>,
    /// How much its tasks mint for a halving of the error, in thousandths of what an experiment of
    /// full weight does.
    pub weight: u16,
    /// What its tasks have to be like.
    pub rules: CurriculumRules,
    /// The halvings of the error that were paid for in it, or are taken by settled tasks.
    pub level: Bits,
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
    ) -> Result<Option<CurriculumTask>, QueryError> {
        self.view(PALLET, "curriculum_task", task).await
    }

    /// What whoever provided the data of a task gets in new tokens when it has vested. None if the
    /// task paid nobody, or the part has gone.
    pub async fn vesting(&self, task: TaskId) -> Result<Option<VestingPart>, QueryError> {
        self.view(PALLET, "vesting", task).await
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::NNK;

    #[test]
    fn the_price_of_a_halving_falls_with_what_is_minted_and_with_the_weight() {
        let emission = |minted: u128| EmissionState {
            session: 7,
            released: 0,
            reserved: 0,
            minted: minted * NNK,
            burnt: 0,
            free_pot: 0,
            next_release: 0,
            max_supply: 21_000_000 * NNK,
        };
        assert_eq!(emission(0).unit(1_000), 10_500 * NNK);
        assert_eq!(emission(0).unit(10), 105 * NNK);
        assert_eq!(emission(10_500_000).unit(1_000), 5_250 * NNK);
        assert_eq!(emission(21_000_000).unit(1_000), 0);
        assert_eq!(emission(0).winners_part(1_000), 7_875 * NNK);
    }
}

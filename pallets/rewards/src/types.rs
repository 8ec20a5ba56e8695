//! Records of this pallet, and what it needs from other pallets.

use crate::Config;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible;
use nocknock_primitives::{
    ids::{CircuitId, ExperimentId, ModelCommitment},
    limits::{List, MAX_BLOCK_BYTES},
    reward::{PracticeSpec, Session},
    score::Score,
    task::{ProvedScore, RevealedBlock},
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::Permill;

/// An amount of the currency.
pub type BalanceOf<T> =
    <<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// Which accounts have the keys that a validator needs.
pub trait ValidatorKeys<AccountId> {
    /// Whether the account has set session keys.
    fn has_keys(who: &AccountId) -> bool;
}

/// An experiment of the curriculum.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct CurriculumEntry<AccountId> {
    /// Who creates its tasks and reveals their blocks; nobody while the role is vacant.
    pub custodian: Option<AccountId>,
    /// The fraction of the free pot that is set aside for each new task.
    pub task_share: Permill,
    /// How many tasks may be open at a time.
    pub max_open: u32,
    /// How many tasks are open.
    pub open: u32,
    /// Whether the council has removed it. It then stays until the last of its tasks has ended.
    pub removed: bool,
}

/// The number of registrations in a session.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct SessionCount {
    /// The session.
    pub session: Session,
    /// The number of registrations in it.
    pub count: u32,
}

impl SessionCount {
    /// The number of registrations in this session.
    pub fn in_session(&self, session: Session) -> u32 {
        if self.session == session {
            self.count
        } else {
            0
        }
    }
}

/// What a newcomer claims: a model that reaches a score on the practice block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PracticeClaim<'a> {
    /// Commitment to the model.
    pub model: ModelCommitment,
    /// The score, and its proof of S3.
    pub score: &'a ProvedScore,
}

/// The state of the pot, now and in the next session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct EmissionState {
    /// The current session.
    pub session: Session,
    /// How much has been released so far.
    pub released: u128,
    /// How much is set aside for open tasks.
    pub reserved: u128,
    /// How much has been minted.
    pub minted: u128,
    /// How much has been burnt.
    pub burnt: u128,
    /// How much is available to new tasks.
    pub free_pot: u128,
    /// How much the next session will add.
    pub next_release: u128,
    /// The most that will ever be minted.
    pub max_supply: u128,
}

/// An experiment of the curriculum in a chain specification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisCurriculum<AccountId> {
    /// The experiment.
    pub experiment: ExperimentId,
    /// Its custodian.
    pub custodian: Option<AccountId>,
    /// The fraction of the free pot that is set aside for each new task, in millionths.
    pub task_share: Permill,
    /// How many tasks may be open at a time.
    pub max_open: u32,
}

/// The practice block in a chain specification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisPractice {
    /// The score circuit.
    pub circuit: CircuitId,
    /// The salt: 32 bytes in hexadecimal.
    #[serde(with = "sp_core::bytes")]
    pub salt: Vec<u8>,
    /// The rows in wire form, in hexadecimal.
    #[serde(with = "sp_core::bytes")]
    pub rows: Vec<u8>,
    /// The score that newcomers have to reach.
    pub min_score: Score,
}

/// Salt or rows in a chain specification have the wrong length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongLength;

impl TryFrom<GenesisPractice> for PracticeSpec {
    type Error = WrongLength;

    fn try_from(practice: GenesisPractice) -> Result<Self, WrongLength> {
        let salt: [u8; 32] = practice.salt.try_into().map_err(|_| WrongLength)?;
        let rows: List<u8, MAX_BLOCK_BYTES> = practice.rows.try_into().map_err(|_| WrongLength)?;
        Ok(Self {
            circuit: practice.circuit,
            block: RevealedBlock { salt, rows },
            min_score: practice.min_score,
        })
    }
}

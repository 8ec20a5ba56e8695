//! Records of this pallet, and what it needs from other pallets.

use crate::Config;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    ids::{CircuitId, ExperimentId, ModelCommitment},
    level::Bits,
    limits::{List, MAX_BLOCK_BYTES},
    reward::{CurriculumRules, PracticeSpec, Session, VestingPart},
    score::Score,
    task::{ProvedScore, RevealedBlock},
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_consensus_grandpa::{AuthorityId, SetId};
use sp_core::sr25519::Public;

/// An amount of the currency.
pub type BalanceOf<T> =
    <<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// What holds for the tasks of an experiment of the curriculum.
pub type RulesOf<T> = CurriculumRules<BlockNumberFor<T>>;

/// An experiment of the curriculum.
pub type EntryOf<T> = CurriculumEntry<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// Which accounts have the keys that a validator needs.
pub trait ValidatorKeys<AccountId> {
    /// Whether the account has set session keys.
    fn has_keys(who: &AccountId) -> bool;

    /// The BABE key that the account has set last.
    fn babe_key(who: &AccountId) -> Option<Public>;
}

/// Who votes for the finality of blocks.
pub trait FinalityVoters<AccountId> {
    /// The present set of voters. None in a block in which the set changes: its keys are not those
    /// of the present validators yet.
    fn voter_set() -> Option<VoterSet<AccountId>>;
}

/// A set of voters of GRANDPA, each of which has one vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoterSet<AccountId> {
    /// The number of the set, which every vote is signed with.
    pub id: SetId,
    /// The keys of the voters and their accounts, in the order of the set.
    pub voters: Vec<(AuthorityId, AccountId)>,
}

impl<AccountId> VoterSet<AccountId> {
    /// The voter at this place.
    pub fn voter(&self, place: u32) -> Option<&(AuthorityId, AccountId)> {
        self.voters.get(usize::try_from(place).ok()?)
    }

    /// The place of the voter with this key.
    pub fn place_of(&self, key: &AuthorityId) -> Option<u32> {
        let place = self.voters.iter().position(|(of_voter, _)| of_voter == key)?;
        u32::try_from(place).ok()
    }

    /// How many votes it takes to finalise a block: more than two thirds.
    pub fn needed(&self) -> usize {
        let may_fail = self.voters.len().saturating_sub(1) / 3;
        self.voters.len().saturating_sub(may_fail)
    }
}

/// The finality votes that were noted last.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct NotedFinality<BlockNumber> {
    /// The height of the block that they finalised.
    pub block: BlockNumber,
    /// The height of the block in which they were noted.
    pub noted_at: BlockNumber,
}

/// An experiment of the curriculum.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct CurriculumEntry<AccountId, BlockNumber> {
    /// Who creates its tasks and reveals their blocks; nobody while the role is vacant.
    pub custodian: Option<AccountId>,
    /// How much its halvings mint, in thousandths of what those of an experiment of full weight
    /// do. It never rises.
    pub weight: u16,
    /// What holds for its tasks.
    pub rules: CurriculumRules<BlockNumber>,
    /// The halvings of the error that were paid in it, and those that its open tasks have taken.
    pub level: Bits,
    /// How many tasks may be open at a time.
    pub max_open: u32,
    /// How many tasks are open.
    pub open: u32,
    /// Whether the council has removed it. It then stays until the last of its tasks has ended.
    pub removed: bool,
}

/// What is remembered of an experiment that has left the curriculum. It goes on from there if it
/// comes back.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct PastEntry {
    /// Its weight.
    pub weight: u16,
    /// The halvings of the error that were paid in it.
    pub level: Bits,
}

/// The part of a paid task that belongs to whoever provided its data, until it is minted.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VestingEntry<AccountId> {
    /// The experiment of the task.
    pub experiment: ExperimentId,
    /// The part.
    pub part: VestingPart<AccountId>,
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

/// What the chain knows about the node of a candidate, a genesis authority or an account with a
/// seat.
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
pub struct Life {
    /// The last session with a sign of life: a block, a finality vote, or, while it does not
    /// validate, the call `sign_of_life`. None before the first one.
    pub last_sign: Option<Session>,
    /// The first session of its present seat. None while it has no seat.
    pub entered: Option<Session>,
    /// Whether it has authored a block since it entered.
    pub proven: bool,
    /// For how many sessions in a row it has validated and was silent.
    pub silent: u32,
}

impl Life {
    /// Whether it has a seat in this session.
    pub fn validates(&self, session: Session) -> bool {
        self.entered.is_some_and(|entered| entered <= session)
    }

    /// Whether it has a seat in which nothing has been seen of it yet: neither a block, nor a
    /// session of silence.
    pub fn is_untried(&self) -> bool {
        self.entered.is_some() && !self.proven && self.silent == 0
    }

    /// Whether it has been silent for too long: for a session, if it has not authored a block yet,
    /// or else for `most` sessions.
    pub fn is_silent(&self, most: u32) -> bool {
        self.silent >= if self.proven { most } else { 1 }
    }

    /// Whether its node seems to run: it has given a sign of life in one of the last two sessions
    /// before this one, or in it, and was not silent for too long.
    pub fn is_able(&self, session: Session, most_silent: u32) -> bool {
        let recent = self.last_sign.is_some_and(|last| last.saturating_add(2) >= session);
        recent && !self.is_silent(most_silent)
    }

    /// Notes what it did in a session that has ended. A session that `tells` little, because it had
    /// fewer blocks than validators, counts for it but not against it.
    pub(crate) fn note(&mut self, session: Session, work: &Work, votes_seen: bool, tells: bool) {
        let authored = work.blocks > 0;
        if authored || work.voted {
            self.last_sign = Some(session);
        }
        if !self.validates(session) {
            return;
        }
        self.proven |= authored;
        if authored && (work.voted || !votes_seen) {
            self.silent = 0;
        } else if tells {
            self.silent = self.silent.saturating_add(1);
        }
    }
}

/// What a validator did in a session.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Work {
    /// How many blocks it authored.
    pub blocks: u32,
    /// Whether a finality vote of it was seen.
    pub voted: bool,
}

/// The bond of a candidate, or of an account that was one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct SeatBondState<Balance> {
    /// How much is held.
    pub amount: Balance,
    /// First session in which it is returned. None while the account is a candidate.
    pub due: Option<Session>,
}

/// What a newcomer claims: a model that reaches a score on the practice block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PracticeClaim<'a> {
    /// Commitment to the model.
    pub model: ModelCommitment,
    /// The score, and its proof of S3.
    pub score: &'a ProvedScore,
    /// The number of the seed that the proof is bound to.
    pub seed: u64,
    /// What solves the puzzle.
    pub nonce: u64,
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
pub struct GenesisCurriculum<AccountId, BlockNumber> {
    /// The experiment.
    pub experiment: ExperimentId,
    /// Its custodian.
    pub custodian: Option<AccountId>,
    /// How much its halvings mint, in thousandths of what those of an experiment of full weight
    /// do.
    pub weight: u16,
    /// What holds for its tasks.
    pub rules: CurriculumRules<BlockNumber>,
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

//! Emission, the curriculum, work points and the registration of workers, as those outside
//! pallet-rewards see them.
//!
//! Amounts are `u128` in the smallest unit of the currency.

mod points;

pub use points::{AccountPoints, Origin, Points};

use crate::{
    format::DataFormat,
    ids::{BlockRoot, CircuitId, ContentHash, ExperimentId, TaskId},
    level::Bits,
    limits::MAX_HALVINGS,
    score::Score,
    task::{Periods, RevealedBlock},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The number of a registration of an account. Each proof of registration uses one up.
pub type Round = TaskId;

/// The number of a session, counted from 0.
pub type Session = u32;

/// How a curriculum task ended, as far as its budget and its custodian are concerned.
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
pub enum CurriculumEnd {
    /// The custodian did its part. What was not paid out goes back to the pot.
    Regular,
    /// The custodian failed to publish the training data or to reveal a test block, and loses its
    /// role.
    CustodianFailed,
}

/// How much may be minted, and when.
///
/// Session 0 releases `initial`; the release of a session halves, rounded down, after every
/// `halving_sessions` sessions. All sessions together never release more than `cap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What the first session releases.
    pub initial: u128,
    /// The number of sessions after which the release halves. If it is 0, nothing is ever released.
    pub halving_sessions: u32,
    /// The most that is ever released.
    pub cap: u128,
}

impl Schedule {
    /// How much the sessions from 0 up to and including `session` release together.
    ///
    /// Exact for any session, in at most 128 steps: after 128 halvings nothing is left to release.
    pub fn released_through(&self, session: Session) -> u128 {
        let mut left = u64::from(session).saturating_add(1);
        let mut sum = 0u128;
        for halvings in 0..u128::BITS {
            let sessions = left.min(u64::from(self.halving_sessions));
            let each = halved(self.initial, halvings);
            sum = sum.saturating_add(each.saturating_mul(u128::from(sessions)));
            left = left.saturating_sub(sessions);
        }
        sum.min(self.cap)
    }

    /// How much the sessions after `from`, up to and including `to`, release together.
    pub fn released_between(&self, from: Session, to: Session) -> u128 {
        self.released_through(to).saturating_sub(self.released_through(from))
    }
}

/// `amount` halved this many times, rounded down each time.
fn halved(amount: u128, times: u32) -> u128 {
    amount.checked_shr(times).unwrap_or(0)
}

/// The books of the currency.
///
/// `minted + reserved <= released` always; the difference is the free pot.
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
pub struct Books {
    /// How much the schedule has released so far.
    pub released: u128,
    /// How much is set aside for open curriculum tasks, and for those who provided the data of paid
    /// ones.
    pub reserved: u128,
    /// How much has ever been minted.
    pub minted: u128,
    /// How much has ever been burnt.
    pub burnt: u128,
}

impl Books {
    /// How much has been released and neither minted nor set aside.
    pub const fn free_pot(&self) -> u128 {
        self.released.saturating_sub(self.minted).saturating_sub(self.reserved)
    }

    /// Adds to the pot, up to `cap` in total, and returns how much was added.
    pub fn release(&mut self, amount: u128, cap: u128) -> u128 {
        let added = amount.min(cap.saturating_sub(self.released));
        self.released = self.released.saturating_add(added);
        added
    }

    /// Sets aside up to `amount` of the free pot, and returns how much it was.
    pub fn reserve(&mut self, amount: u128) -> u128 {
        let reserved = amount.min(self.free_pot());
        self.reserved = self.reserved.saturating_add(reserved);
        reserved
    }

    /// Returns `amount` of what was set aside to the free pot.
    pub fn unreserve(&mut self, amount: u128) {
        self.reserved = self.reserved.saturating_sub(amount);
    }

    /// Records that `amount` of what was set aside has been minted.
    pub fn mint(&mut self, amount: u128) {
        self.reserved = self.reserved.saturating_sub(amount);
        self.minted = self.minted.saturating_add(amount);
    }
}

/// What the council demands of the tasks of an experiment of the curriculum.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CurriculumRules<BlockNumber> {
    /// The form of the data. Every architecture whose models read it may be used.
    pub format: DataFormat,
    /// Hash of how columns and classes are written as numbers.
    pub encoding: ContentHash,
    /// How many real rows the test blocks of a task promise at least.
    pub min_test_rows: u32,
    /// How long each phase lasts at least.
    pub min_periods: Periods<BlockNumber>,
}

/// An open curriculum task.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct CurriculumTask<AccountId> {
    /// Its experiment.
    pub experiment: ExperimentId,
    /// Who created it and reveals its blocks.
    pub custodian: AccountId,
    /// How much it mints for each halving of the error.
    pub unit: u128,
    /// How much is still set aside for it.
    pub budget: u128,
    /// The halvings that it has taken from the experiment's level.
    pub taken: Bits,
    /// Whether its winner has been paid.
    pub paid: bool,
}

impl<AccountId> CurriculumTask<AccountId> {
    /// The most that its winner can get: its part of what the most halvings mint.
    pub fn prize(&self) -> u128 {
        MintSplit::of(self.unit.saturating_mul(u128::from(MAX_HALVINGS))).winner
    }
}

/// How what a task mints is shared out: 75 % to its winner, 15 % to the validators, 10 % to whoever
/// provided its data. What rounding leaves over is the winner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MintSplit {
    /// The part of the winner, which is all that it gets.
    pub winner: u128,
    /// The part that goes to the validators' pot.
    pub validators: u128,
    /// The part of the provider of the data, which is minted when it has vested.
    pub provider: u128,
}

impl MintSplit {
    /// The parts of this amount.
    pub fn of(amount: u128) -> Self {
        let (validators, provider) = (fraction(amount, 15, 100), fraction(amount, 10, 100));
        let winner = amount.saturating_sub(validators).saturating_sub(provider);
        Self { winner, validators, provider }
    }
}

/// The part of a mint that its provider of data has earned and not got yet.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct VestingPart<AccountId> {
    /// Who provided the data: the custodian that opened the task.
    pub provider: AccountId,
    /// How much is set aside for it.
    pub amount: u128,
    /// First session in which it is minted.
    pub due: Session,
}

/// `amount × numerator / denominator`, rounded down and at most `amount`; 0 if the denominator is.
pub fn fraction(amount: u128, numerator: u64, denominator: u64) -> u128 {
    let (numerator, denominator) = (u128::from(numerator), u128::from(denominator));
    let numerator = numerator.min(denominator);
    let Some(whole) = amount.checked_div(denominator) else {
        return 0;
    };
    let rest = amount.saturating_sub(whole.saturating_mul(denominator));
    // With amount = whole × denominator + rest the quotient is whole × numerator +
    // rest × numerator / denominator. The first product is at most amount, and both factors of the
    // second one fit 64 bits.
    let of_rest = rest.saturating_mul(numerator).checked_div(denominator);
    whole.saturating_mul(numerator).saturating_add(of_rest.unwrap_or(0))
}

/// Whether a registered worker may work.
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
pub enum Standing {
    /// It may, until the registration expires.
    Active,
    /// It abandoned this curriculum task and has to register again.
    Suspended(
        /// The task.
        TaskId,
    ),
    /// It ended its registration.
    Left,
}

/// The registration of a worker.
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
pub struct Registration {
    /// Whether the worker may work.
    pub standing: Standing,
    /// The round that this account's next proof of registration has to name.
    pub next_round: Round,
    /// First session in which the registration is no longer valid.
    pub expires: Session,
    /// Whether the worker has proved a claim since it registered.
    pub known: bool,
}

impl Registration {
    /// Whether the worker may work in a session.
    pub fn is_active(&self, session: Session) -> bool {
        self.standing == Standing::Active && session < self.expires
    }
}

/// The public practice block. Whoever proves a good enough score on it is registered as a worker.
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
pub struct Practice {
    /// The score circuit, which determines the architecture of the models and the form of the rows.
    pub circuit: CircuitId,
    /// The root of the block, as block 0.
    pub root: BlockRoot,
    /// Number of rows in it.
    pub rows: u32,
    /// The part of all points of the block that newcomers have to reach.
    pub min_score: Score,
}

/// A new practice block.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PracticeSpec {
    /// The score circuit.
    pub circuit: CircuitId,
    /// Salt and rows, both public. It counts as block 0.
    pub block: RevealedBlock,
    /// The part of all points of the block that newcomers have to reach.
    pub min_score: Score,
}

#[cfg(test)]
mod tests;

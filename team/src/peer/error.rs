//! Why a member cannot go on.

use super::{FileError, Invalid, SpecError};
use crate::{
    exchange::ExchangeError,
    learner::{data::DataError, LearnError},
    order::Broken,
    outer::OuterError,
    signed::SignatureError,
    update::UpdateError,
};

/// Why entries are not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// An entry breaks a rule of the order.
    #[error("entry {index} of the log breaks a rule: {rule}")]
    Rule {
        /// Its index.
        index: u64,
        /// The rule.
        rule: Broken,
    },
    /// A signature is not that of the author or of the home.
    #[error("entry {index} of the log is not believed: {why}")]
    Signature {
        /// Its index.
        index: u64,
        /// Which signature.
        why: SignatureError,
    },
    /// The log is of a run with another specification.
    #[error("the log belongs to a run with another specification")]
    OtherSpec,
}

/// Why a member cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The specification cannot be used.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A file of the member's folder cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The others cannot be reached, or refuse.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The log is not believed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The learner fails.
    #[error(transparent)]
    Learn(#[from] LearnError),
    /// There is no batch to learn from.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The own update cannot be made.
    #[error("the own update cannot be made: {0}")]
    Update(#[from] UpdateError),
    /// A round cannot be merged.
    #[error("round {round} cannot be merged: {why}")]
    Merge {
        /// The round.
        round: u32,
        /// Why not.
        why: OuterError,
    },
    /// Somebody else has the slot.
    #[error("another machine has the slot {slot}")]
    SlotTaken {
        /// The slot.
        slot: u8,
    },
    /// The member left, or was excluded for two offers in a round.
    #[error("this member is no longer in the run")]
    Gone,
    /// The numbers of the model grew beyond all bounds, three times in a round.
    #[error(
        "in round {round} the numbers of the model are not finite, even at a quarter of the \
         learning rate: choose a smaller one"
    )]
    NotFinite {
        /// The round.
        round: u32,
    },
    /// A majority vouched for an update that is none.
    #[error("a majority holds an update of slot {slot} in round {round} that is none: {why}")]
    Invalid {
        /// The round.
        round: u32,
        /// Slot of the member that made it.
        slot: u8,
        /// What is wrong with it.
        why: Invalid,
    },
    /// The majority came to another state twice.
    #[error(
        "this machine computes wrongly: before round {round} it came twice to another state than \
         the majority of the team"
    )]
    ComputesWrongly {
        /// The round before which the states differ.
        round: u32,
    },
}

impl PeerError {
    /// Whether it may pass when the same is tried again.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Exchange(why) => match why {
                ExchangeError::Unknown(_)
                | ExchangeError::Stale { .. }
                | ExchangeError::Full
                | ExchangeError::Unreachable(_) => true,
                ExchangeError::TooLong { .. } | ExchangeError::Refused(_) => false,
            },
            _ => false,
        }
    }
}

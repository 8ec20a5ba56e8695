//! What a member tells while it works.

use super::Invalid;
use crate::order::Hash;
use std::fmt;

/// Somebody who wants to know how a member gets on.
pub trait Observer: fmt::Debug {
    /// Something has happened.
    fn saw(&mut self, event: &Event);
}

/// What happens to a member.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A round was closed and merged.
    RoundClosed {
        /// The round.
        round: u32,
        /// Digest of the state after it.
        state: Hash,
        /// The updates that were merged, by slot.
        merged: Vec<Merged>,
    },
    /// A member is no longer waited for: it was silent for two rounds, or is gone.
    MemberLost {
        /// The round from which on nobody waits.
        round: u32,
        /// Its slot.
        slot: u8,
    },
    /// Rounds were merged that were closed while this member was away.
    CaughtUp {
        /// How many.
        rounds: u32,
        /// Digest of the state after them.
        state: Hash,
    },
    /// The own update came too late, or nobody could fetch it. It goes into the next one.
    TakenBack {
        /// Its round.
        round: u32,
    },
    /// The majority has another state than this member, which now computes its own again.
    Diverged {
        /// The round before which the states differ.
        round: u32,
    },
    /// The numbers were no longer finite. The round is trained again, at half the rate.
    NotFinite {
        /// The round.
        round: u32,
    },
    /// An update is none, so it is not vouched for.
    Invalid {
        /// Its round.
        round: u32,
        /// Slot of the member that offers it.
        slot: u8,
        /// What is wrong with it.
        why: Invalid,
    },
    /// Nobody can be reached, or nobody has an update. It is tried again.
    Unreachable {
        /// What was said.
        why: String,
    },
    /// Bytes of objects and entries were sent.
    Sent {
        /// How many.
        bytes: usize,
    },
    /// Bytes of objects and entries were received.
    Got {
        /// How many.
        bytes: usize,
    },
}

/// An update that was merged, as it describes itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merged {
    /// Slot of the member that made it.
    pub slot: u8,
    /// Samples that were learnt from.
    pub work: u32,
    /// Mean loss at the beginning of the round.
    pub loss_first: f32,
    /// Mean loss at its end.
    pub loss_last: f32,
}

/// Nobody wants to know.
impl Observer for () {
    fn saw(&mut self, _: &Event) {}
}

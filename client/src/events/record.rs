//! Events as they stand in blocks.

use super::domain::DomainEvent;
use crate::{
    generated::RuntimeEvent,
    types::{BlockNumber, BlockRef},
};
use serde::{Deserialize, Serialize};

/// An event, and where it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// The block.
    pub block: BlockRef,
    /// Its place among all events of the block.
    pub index: u32,
    /// The place of the transaction in the block that caused it, if one did.
    pub extrinsic: Option<u32>,
    /// What happened.
    pub event: DomainEvent,
}

/// A place in the sequence of all events: the next one to deliver stands here or later.
///
/// It may be stored and used by another process later on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventCursor {
    block: BlockNumber,
    index: u32,
}

impl EventCursor {
    /// After all that has happened until the stream is asked for the first time.
    pub const NOW: Self = Self { block: BlockNumber::MAX, index: u32::MAX };

    /// At the beginning of a block.
    pub const fn from_block(block: BlockNumber) -> Self {
        Self { block, index: 0 }
    }

    /// Right after an event.
    pub const fn after(record: &EventRecord) -> Self {
        Self { block: record.block.number, index: record.index.saturating_add(1) }
    }

    /// The block in which the next event to deliver can stand at the earliest.
    pub const fn block(&self) -> BlockNumber {
        self.block
    }

    pub(super) const fn index(&self) -> u32 {
        self.index
    }
}

/// An event of any pallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChainEvent {
    pub(crate) place: Place,
    pub(crate) index: u32,
    pub(crate) pallet: String,
    pub(crate) name: String,
    pub(crate) reading: Reading,
}

/// What this client makes of an event of the node's runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It has the form that the committed metadata gives it.
    Known(RuntimeEvent),
    /// It has another form.
    Changed,
    /// The committed metadata has none of that name.
    Unknown,
}

/// What caused an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The transaction at this place of the block.
    Extrinsic(u32),
    /// The beginning or the end of the block.
    Block,
}

impl Place {
    pub(crate) fn extrinsic(self) -> Option<u32> {
        match self {
            Self::Extrinsic(index) => Some(index),
            Self::Block => None,
        }
    }
}

//! How a chain stands.

use super::outcome::decode_prefix;
use crate::{
    errors::QueryError,
    queries::Snapshot,
    types::{BlockRef, Hash},
};
use codec::Decode;

/// A chain, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainInfo {
    /// Its name, as the node gives it.
    pub name: String,
    /// The hash of its genesis.
    pub genesis: Hash,
    /// Name of its runtime.
    pub spec_name: String,
    /// Version of its runtime.
    pub spec_version: u32,
    /// Version of its transactions.
    pub transaction_version: u32,
    /// The newest block.
    pub best: BlockRef,
    /// The newest finalised block.
    pub finalised: BlockRef,
    /// The time between blocks, in milliseconds.
    pub slot_millis: u64,
    /// The length of an epoch, in slots.
    pub epoch_slots: u64,
    /// The present epoch.
    pub epoch: u64,
    /// Nodes that the node is connected to.
    pub peers: u64,
    /// The node is still catching up with the chain.
    pub syncing: bool,
}

/// `sp_consensus_babe::BabeConfiguration`, as far as it matters here.
#[derive(Decode)]
struct BabeConfiguration {
    slot_millis: u64,
    epoch_slots: u64,
}

/// `sp_consensus_babe::Epoch`, as far as it matters here.
#[derive(Decode)]
struct Epoch {
    index: u64,
}

/// The time between blocks, the length of an epoch, and the present one.
pub(super) struct Clock {
    pub(super) slot_millis: u64,
    pub(super) epoch_slots: u64,
    pub(super) epoch: u64,
}

impl Clock {
    pub(super) async fn of(snapshot: &Snapshot) -> Result<Self, QueryError> {
        let configuration = snapshot.call("BabeApi_configuration", &[]).await?;
        let configuration: BabeConfiguration =
            decode_prefix("the configuration of BABE", &configuration)?;
        let epoch = snapshot.call("BabeApi_current_epoch", &[]).await?;
        let epoch: Epoch = decode_prefix("the epoch", &epoch)?;
        Ok(Self {
            slot_millis: configuration.slot_millis,
            epoch_slots: configuration.epoch_slots,
            epoch: epoch.index,
        })
    }
}

//! What an author puts into every block beside transactions: the time, and the slot that follows
//! from it.

use sp_consensus_babe::{inherents::InherentDataProvider as BabeInherent, SlotDuration};
use sp_inherents::CreateInherentDataProviders;
use sp_runtime::traits::Block as BlockT;
use sp_timestamp::InherentDataProvider as TimestampInherent;

/// Reads the clock of this machine and derives the slot from it.
#[derive(Clone, Debug)]
pub(crate) struct ClockInherents {
    pub(crate) slot_duration: SlotDuration,
}

#[async_trait::async_trait]
impl<Block: BlockT> CreateInherentDataProviders<Block, ()> for ClockInherents {
    type InherentDataProviders = (BabeInherent, TimestampInherent);

    async fn create_inherent_data_providers(
        &self,
        _parent: Block::Hash,
        _extra: (),
    ) -> Result<Self::InherentDataProviders, Box<dyn std::error::Error + Send + Sync>> {
        let timestamp = TimestampInherent::from_system_time();
        let slot = BabeInherent::from_timestamp_and_slot_duration(*timestamp, self.slot_duration);
        Ok((slot, timestamp))
    }
}

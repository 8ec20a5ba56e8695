//! What an author puts into every block beside transactions: the time, the slot that follows from
//! it, and the votes by which an earlier block became final.

use crate::service::FullClient;
use nocknock_primitives::finality::INHERENT_IDENTIFIER;
use nocknock_runtime::{opaque::Block, Hash, Header};
use sc_consensus_grandpa::best_justification;
use sp_consensus_babe::{inherents::InherentDataProvider as BabeInherent, SlotDuration};
use sp_consensus_grandpa::GrandpaJustification;
use sp_inherents::{
    CreateInherentDataProviders, InherentData, InherentDataProvider, InherentIdentifier,
};
use sp_runtime::traits::Block as BlockT;
use sp_timestamp::InherentDataProvider as TimestampInherent;
use std::sync::Arc;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Reads the clock of this machine and derives the slot from it.
#[derive(Clone, Debug)]
pub(crate) struct ClockInherents {
    pub(crate) slot_duration: SlotDuration,
}

impl ClockInherents {
    fn read(&self) -> (BabeInherent, TimestampInherent) {
        let timestamp = TimestampInherent::from_system_time();
        let slot = BabeInherent::from_timestamp_and_slot_duration(*timestamp, self.slot_duration);
        (slot, timestamp)
    }
}

#[async_trait::async_trait]
impl<Block: BlockT> CreateInherentDataProviders<Block, ()> for ClockInherents {
    type InherentDataProviders = (BabeInherent, TimestampInherent);

    async fn create_inherent_data_providers(
        &self,
        _parent: Block::Hash,
        _extra: (),
    ) -> Result<Self::InherentDataProviders, Error> {
        Ok(self.read())
    }
}

/// The inherents of an author. Whoever imports a block needs the clock's alone: whether finality
/// votes are right, the chain finds out by itself.
pub(crate) struct AuthorInherents {
    pub(crate) clock: ClockInherents,
    pub(crate) client: Arc<FullClient>,
}

#[async_trait::async_trait]
impl CreateInherentDataProviders<Block, ()> for AuthorInherents {
    type InherentDataProviders = (BabeInherent, TimestampInherent, FinalityInherent);

    async fn create_inherent_data_providers(
        &self,
        _parent: Hash,
        _extra: (),
    ) -> Result<Self::InherentDataProviders, Error> {
        let (slot, timestamp) = self.clock.read();
        Ok((slot, timestamp, FinalityInherent::newest(&self.client)))
    }
}

/// The justification of the last block that is final. The runtime takes the votes from it, if they
/// are for the chain that the block belongs to and not too soon after the last ones.
#[derive(Debug)]
pub(crate) struct FinalityInherent(Option<GrandpaJustification<Header>>);

impl FinalityInherent {
    /// What this node knows. A block is made without it rather than not at all.
    fn newest(client: &FullClient) -> Self {
        let newest = best_justification::<_, Block>(client).unwrap_or_else(|error| {
            log::warn!("The last justification of finality cannot be read: {error}");
            None
        });
        Self(newest.map(Into::into))
    }
}

#[async_trait::async_trait]
impl InherentDataProvider for FinalityInherent {
    async fn provide_inherent_data(
        &self,
        data: &mut InherentData,
    ) -> Result<(), sp_inherents::Error> {
        match &self.0 {
            Some(justification) => data.put_data(INHERENT_IDENTIFIER, justification),
            None => Ok(()),
        }
    }

    /// The runtime reports no errors of this inherent.
    async fn try_handle_error(
        &self,
        _: &InherentIdentifier,
        _: &[u8],
    ) -> Option<Result<(), sp_inherents::Error>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;
    use futures::executor::block_on;

    /// What the runtime finds under the name of the votes.
    fn provided(inherent: &FinalityInherent) -> Option<GrandpaJustification<Header>> {
        let data = block_on(inherent.create_inherent_data()).expect("the data can be provided");
        data.get_data(&INHERENT_IDENTIFIER).expect("it is a justification")
    }

    /// A justification without votes: round, target and their lists, as GRANDPA encodes them.
    fn justification() -> GrandpaJustification<Header> {
        let target = (Hash::repeat_byte(1), 7u32);
        let encoded = (3u64, target, Vec::<()>::new(), Vec::<()>::new()).encode();
        codec::Decode::decode(&mut &encoded[..]).expect("the encoding is right")
    }

    #[test]
    fn the_runtime_is_given_the_justification() {
        let inherent = FinalityInherent(Some(justification()));
        let given = provided(&inherent).expect("there is one");
        assert_eq!((given.round, given.commit.target_number), (3, 7));
    }

    #[test]
    fn before_anything_is_final_the_runtime_is_given_nothing() {
        assert_eq!(provided(&FinalityInherent(None)), None);
    }
}

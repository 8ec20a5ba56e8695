//! Questions about where models come from.
#![allow(
    missing_docs,
    missing_debug_implementations,
    reason = "the macro generates undocumented items; every function written here is documented"
)]

use alloc::vec::Vec;
use codec::Codec;
use nocknock_primitives::{
    ids::{ModelCommitment, RecordId},
    provenance::{Anchor, AnchorNumber, InclusionProof, Recorded},
};

sp_api::decl_runtime_apis! {
    /// Provenance of delivered models, and proofs of it for contracts on other chains.
    #[api_version(1)]
    pub trait ProvenanceApi<AccountId, BlockNumber>
    where
        AccountId: Codec,
        BlockNumber: Codec,
    {
        /// A record.
        fn record(id: RecordId) -> Option<Recorded<AccountId>>;

        /// Up to `limit` records of one model, at most 64, newest first, starting before the record
        /// `before`.
        fn records_of_model(
            model: ModelCommitment,
            before: Option<RecordId>,
            limit: u32,
        ) -> Vec<(RecordId, Recorded<AccountId>)>;

        /// The proof that a record is in its anchor. Nothing if there is no such record or its
        /// anchor is not closed yet: ask again after the next anchor.
        ///
        /// Recomputes the leaves of all records of the anchor, whose number the runtime bounds.
        fn inclusion_proof(id: RecordId) -> Option<InclusionProof>;

        /// A closed anchor.
        fn anchor(number: AnchorNumber) -> Option<Anchor<BlockNumber>>;

        /// Up to `limit` closed anchors, at most 64, in the order of their numbers, from number
        /// `start`.
        fn anchors(start: AnchorNumber, limit: u32) -> Vec<Anchor<BlockNumber>>;
    }
}

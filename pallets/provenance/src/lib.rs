#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]

extern crate alloc;

pub use pallet::*;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

#[frame_support::pallet]
#[allow(
    missing_docs,
    missing_debug_implementations,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    reason = "the pallet macros generate such code; the pallet's own logic lies outside this module"
)]
pub mod pallet {
    use super::*;
    use crate::types::NewestFirst;
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use nocknock_primitives::{
        ids::{ModelCommitment, RecordId, TaskId},
        limits::{List, MAX_SHARES},
        provenance::{
            Anchor, AnchorNumber, Assurance, Frontier, Mark, Node, ProvenanceField, Recorded,
        },
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<AccountId: Into<[u8; 32]>, RuntimeEvent: From<Event<Self>>>
    {
        /// Pending records are closed into an anchor at the start of each block whose number is a
        /// multiple of this.
        #[pallet::constant]
        type AnchorPeriod: Get<BlockNumberFor<Self>>;

        /// An anchor that has this many records is closed at once. This bounds the cost of
        /// computing a proof of inclusion.
        #[pallet::constant]
        type MaxRecordsPerAnchor: Get<u32>;

        /// The weights of records and anchors.
        type WeightInfo: WeightInfo;
    }

    /// The number of the next record, and so how many there are.
    #[pallet::storage]
    pub type NextRecord<T> = StorageValue<_, RecordId, ValueQuery>;

    /// The records. Never removed; each is paid for by the payment behind it.
    #[pallet::storage]
    pub type Records<T: Config> = StorageMap<_, Twox64Concat, RecordId, Recorded<T::AccountId>>;

    /// The records with each commitment, ciphertext and key, newest first: three entries for each
    /// record. Never removed.
    #[pallet::storage]
    pub type ByMark<T> = StorageDoubleMap<_, Blake2_128Concat, Mark, Identity, NewestFirst, ()>;

    /// The records of each task, one for each paid rank. Never removed.
    #[pallet::storage]
    pub type RecordsOfTask<T> =
        StorageMap<_, Twox64Concat, TaskId, List<RecordId, MAX_SHARES>, ValueQuery>;

    /// The right edge of the tree over the newest records, those that are not in an anchor yet.
    /// Emptied when an anchor is closed.
    #[pallet::storage]
    pub type Pending<T> = StorageValue<_, Frontier, ValueQuery>;

    /// The number of the next anchor, and so how many have been closed.
    #[pallet::storage]
    pub type NextAnchor<T> = StorageValue<_, AnchorNumber, ValueQuery>;

    /// The closed anchors. Never removed; there are at most as many as records.
    #[pallet::storage]
    pub type Anchors<T: Config> =
        StorageMap<_, Twox64Concat, AnchorNumber, Anchor<BlockNumberFor<T>>>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// The provenance of a delivered model was recorded.
        ModelRecorded {
            /// The record.
            record: RecordId,
            /// The task in which the model was delivered.
            task: TaskId,
            /// The model.
            model: ModelCommitment,
            /// Who delivered it.
            submitter: T::AccountId,
        },
        /// Records were closed into an anchor: proofs of their inclusion can now be made.
        AnchorClosed {
            /// The anchor.
            number: AnchorNumber,
            /// Its first record.
            first: RecordId,
            /// The number of its records.
            count: u32,
            /// The root of the Keccak-256 tree over their leaves.
            root: Node,
        },
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            Self::close_if_due(now)
        }

        fn integrity_test() {
            Self::check_config();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A record.
        pub fn record(id: RecordId) -> Option<Recorded<T::AccountId>> {
            Records::<T>::get(id)
        }

        /// Up to `limit` records, at most 64, in the order of their numbers, from number `start`.
        pub fn records(start: RecordId, limit: u32) -> Vec<(RecordId, Recorded<T::AccountId>)> {
            Self::record_page(start, limit)
        }

        /// The records of a task, one for each paid rank, in the order of payment.
        pub fn records_of_task(task: TaskId) -> Vec<(RecordId, Recorded<T::AccountId>)> {
            Self::task_records(task)
        }

        /// Up to `limit` records of a model, at most 64, newest first, starting before the record
        /// `before`.
        pub fn records_of_model(
            model: ModelCommitment,
            before: Option<RecordId>,
            limit: u32,
        ) -> Vec<(RecordId, Recorded<T::AccountId>)> {
            Self::mark_page(Mark::Model(model), before, limit)
        }

        /// Up to `limit` earlier records, at most 64, newest first, that have the commitment, the
        /// ciphertext or the key of this one, starting before the record `before`.
        ///
        /// So a model that was sold before is found again, whoever sells it now. One that was
        /// encrypted again under another key is not.
        pub fn earlier_records(
            record: RecordId,
            before: Option<RecordId>,
            limit: u32,
        ) -> Vec<(RecordId, Recorded<T::AccountId>)> {
            Self::earlier_page(record, before, limit)
        }

        /// How far each part of a record can be trusted.
        pub fn assurances() -> Vec<(ProvenanceField, Assurance)> {
            ProvenanceField::ALL.map(|field| (field, field.assurance())).into()
        }

        /// A closed anchor.
        pub fn anchor(number: AnchorNumber) -> Option<Anchor<BlockNumberFor<T>>> {
            Anchors::<T>::get(number)
        }

        /// Up to `limit` closed anchors, at most 64, in the order of their numbers, from number
        /// `start`.
        pub fn anchors(start: AnchorNumber, limit: u32) -> Vec<Anchor<BlockNumberFor<T>>> {
            Self::anchor_page(start, limit)
        }

        /// The number of records that are not in an anchor yet.
        pub fn pending_count() -> u32 {
            Pending::<T>::get().count()
        }
    }
}

//! A runtime with provenance alone, with accounts of 32 bytes.

use crate as pallet_provenance;
use frame_support::{derive_impl, parameter_types, traits::Hooks};
use nocknock_primitives::{
    ids::{
        BlobId, CiphertextHash, CircuitId, ContentHash, KeyCommitment, ModelCommitment, RecordId,
    },
    provenance::{Provenance, Seal},
    score::Score,
    task::Attestation,
};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage};

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Provenances: pallet_provenance,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountId = AccountId32;
    type Block = Block;
    type Lookup = IdentityLookup<AccountId32>;
}

/// Blocks between two anchors.
pub(crate) const PERIOD: u64 = 10;

parameter_types! {
    pub const AnchorPeriod: u64 = PERIOD;
    /// Records that an anchor may have.
    pub static MaxRecordsPerAnchor: u32 = 100;
}

impl pallet_provenance::Config for Test {
    type AnchorPeriod = AnchorPeriod;
    type MaxRecordsPerAnchor = MaxRecordsPerAnchor;
    type WeightInfo = ();
}

/// The hash of block 0 in the mock.
pub(crate) const GENESIS: [u8; 32] = [0x11; 32];

/// The provenance of a delivery in a task of its own.
pub(crate) fn delivery(task: u64, model: u8) -> Provenance<AccountId32> {
    Provenance {
        experiment: 3,
        task,
        version: 5,
        submitter: AccountId32::new([0x22; 32]),
        model: ModelCommitment([model; 32]),
        circuit: CircuitId([0x44; 32]),
        score: Score::new(187, 190),
        data_roots: ContentHash([0x55; 32]),
        train_data: Some(BlobId([0x66; 32])),
        attestation: Attestation { image: Some(ContentHash([0x77; 32])), ..Attestation::default() },
    }
}

/// What a model is sealed with.
pub(crate) fn seal(key: u8, ciphertext: u8) -> Seal {
    Seal { key: KeyCommitment([key; 32]), ciphertext: CiphertextHash([ciphertext; 32]) }
}

/// Records the delivery of a model in a task, with a key and a ciphertext of the same number.
pub(crate) fn record(task: u64, model: u8) -> Option<RecordId> {
    Provenances::do_record(delivery(task, model), seal(model, model))
}

/// Records deliveries in so many new tasks.
pub(crate) fn record_many(count: u64) {
    let first = crate::NextRecord::<Test>::get();
    for task in first..first + count {
        assert_eq!(record(task, 0x33), Some(task));
    }
}

/// Starts the next block in which an anchor is closed, and says its number.
pub(crate) fn end_period() -> u64 {
    let block = (System::block_number() / PERIOD + 1) * PERIOD;
    start_block(block);
    block
}

/// Starts a block.
pub(crate) fn start_block(number: u64) {
    System::set_block_number(number);
    Provenances::on_initialize(number);
}

/// The record of a delivery with this number.
pub(crate) fn recorded(id: RecordId) -> Provenance<AccountId32> {
    crate::Records::<Test>::get(id).expect("the record is stored").provenance
}

/// An empty chain at block 1.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("the genesis is valid");
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| {
        System::set_block_number(1);
        frame_system::BlockHash::<Test>::insert(
            0,
            <Test as frame_system::Config>::Hash::from(GENESIS),
        );
    });
    ext
}

/// Runs a test and checks the invariants afterwards.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        Provenances::do_try_state().expect("the invariants hold after every test");
    });
}

//! A runtime with the experiments pallet and balances. What tasks would report, tests report.

use crate as pallet_experiments;
use crate::types::{EntryOf, ExperimentOf, VersionOf};
use frame_support::{derive_impl, parameter_types, traits::ConstU64};
use nocknock_primitives::{
    experiment::{DeliveredModel, Description, LeaderboardEntry},
    ids::{
        BlobId, CircuitId, ContentHash, ExperimentId, KeyCommitment, ModelCommitment,
        ModelVersionNumber,
    },
    score::Score,
    task::Funding,
    traits::{CurriculumExperiments, TaskExperiments},
};
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlock<Test>;

/// Accounts of the mock.
pub(crate) type AccountId = u64;
/// Amounts of the mock.
pub(crate) type Balance = u64;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Experiments: pallet_experiments,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type ExistentialDeposit = ConstU64<10>;
}

parameter_types! {
    /// The experiments of the curriculum.
    pub static InCurriculum: Vec<ExperimentId> = Vec::new();
}

/// The curriculum as a set.
#[derive(Debug)]
pub struct Curriculum;

impl CurriculumExperiments for Curriculum {
    fn is_in_curriculum(experiment: ExperimentId) -> bool {
        InCurriculum::get().contains(&experiment)
    }
}

impl pallet_experiments::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Curriculum = Curriculum;
    type RetireOrigin = frame_system::EnsureRoot<AccountId>;
    type BaseDeposit = ConstU64<BASE>;
    type ByteDeposit = ConstU64<BYTE>;
    type WeightInfo = ();
}

/// The deposit for an experiment.
pub(crate) const BASE: Balance = 1_000;
/// The deposit for each byte of a description.
pub(crate) const BYTE: Balance = 2;
/// What Alice, Bob and Carol own at the beginning.
pub(crate) const ENDOWMENT: Balance = 100_000;

/// An owner of experiments.
pub(crate) const ALICE: AccountId = 1;
/// Another one.
pub(crate) const BOB: AccountId = 2;
/// A third one.
pub(crate) const CAROL: AccountId = 3;
/// Owns nothing.
pub(crate) const DAVE: AccountId = 4;
/// Workers; no account of theirs needs to exist.
pub(crate) const WORKER: AccountId = 100;

/// A call's origin.
pub(crate) fn by(who: AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

/// A description whose encoding has 27 bytes: 21 letters, a length for each text and for the list
/// of tags, and a byte that says that there is no metadata.
pub(crate) fn about_digits() -> Description {
    Description::new("d1", "digits 8x8", &["uci", "vision"], None).unwrap()
}

/// The description that costs nothing but its lengths and one letter.
pub(crate) fn short() -> Description {
    Description::new("n", "", &[] as &[&str], None).unwrap()
}

/// A description with this text and a hash.
pub(crate) fn with_text(text: &str) -> Description {
    Description::new("n", text, &["tag"], Some(ContentHash([7; 32]))).unwrap()
}

/// Creates an experiment and returns its number.
pub(crate) fn created(owner: AccountId) -> ExperimentId {
    let id = crate::NextExperiment::<Test>::get();
    Experiments::create_experiment(by(owner), about_digits(), None).unwrap();
    id
}

/// Creates an experiment that names the encoding of its tasks, and returns its number.
pub(crate) fn created_for(owner: AccountId, encoding: ContentHash) -> ExperimentId {
    let id = crate::NextExperiment::<Test>::get();
    Experiments::create_experiment(by(owner), about_digits(), Some(encoding)).unwrap();
    id
}

/// An experiment that exists.
pub(crate) fn experiment(id: ExperimentId) -> ExperimentOf<Test> {
    Experiments::experiment(id).expect("the experiment exists")
}

/// A version that exists.
pub(crate) fn model(id: ExperimentId, version: ModelVersionNumber) -> VersionOf<Test> {
    Experiments::model(id, version).expect("the version exists")
}

/// A model of a hundred test rows, asked for and paid by Alice.
pub(crate) fn delivery(experiment: ExperimentId, correct: u32) -> DeliveredModel<AccountId> {
    DeliveredModel {
        experiment,
        task: 9,
        worker: WORKER,
        requester: ALICE,
        model: ModelCommitment([1; 32]),
        score: Score::new(correct, 100),
        circuit: CircuitId([2; 32]),
        key_commitment: KeyCommitment([3; 32]),
        blob: Some(BlobId([4; 32])),
        funding: Funding::Sponsored,
    }
}

/// Reports the delivery of such a model.
pub(crate) fn registered(experiment: ExperimentId, correct: u32) -> ModelVersionNumber {
    Experiments::register_model(delivery(experiment, correct))
}

/// Reports the delivery of such a model that was paid for in new tokens.
pub(crate) fn minted_for(experiment: ExperimentId, correct: u32) -> ModelVersionNumber {
    let funding = Funding::Curriculum;
    Experiments::register_model(DeliveredModel { funding, ..delivery(experiment, correct) })
}

/// The version and the score of the champion, as tasks are told.
pub(crate) fn champion_of(experiment: ExperimentId) -> Option<(ModelVersionNumber, Score)> {
    let champion = <Experiments as TaskExperiments<_, _>>::champion(experiment)?;
    Some((champion.version, champion.score))
}

/// A proved score of a hundred test rows, in the present block.
pub(crate) fn entry(worker: AccountId, model: u8, correct: u32) -> EntryOf<Test> {
    LeaderboardEntry {
        worker,
        task: 9,
        model: ModelCommitment([model; 32]),
        score: Score::new(correct, 100),
        at: System::block_number(),
    }
}

/// The newest event is this one.
pub(crate) fn assert_last(event: crate::Event<Test>) {
    System::assert_last_event(event.into());
}

/// A chain in its first block, on which nothing has happened.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    ext_with(Vec::new())
}

/// A chain that starts with these experiments.
pub(crate) fn ext_with(
    experiments: Vec<crate::GenesisExperiment<AccountId>>,
) -> sp_io::TestExternalities {
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: [ALICE, BOB, CAROL].map(|who| (who, ENDOWMENT)).into(),
            ..Default::default()
        },
        experiments: pallet_experiments::GenesisConfig { experiments },
        ..Default::default()
    };
    let storage = genesis.build_storage().expect("the genesis is valid");
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| {
        InCurriculum::set(Vec::new());
        System::set_block_number(1);
    });
    ext
}

/// Runs a test and checks the invariants afterwards.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    check_after(new_test_ext(), test);
}

/// Runs a test on a prepared chain and checks the invariants afterwards.
pub(crate) fn check_after(mut ext: sp_io::TestExternalities, test: impl FnOnce()) {
    ext.execute_with(|| {
        test();
        check_state();
    });
}

/// Checks the pallet's invariants, and that nothing is held in any account except the deposits.
pub(crate) fn check_state() {
    Experiments::do_try_state().expect("the invariants hold");
    let held: Balance = [ALICE, BOB, CAROL, DAVE].iter().map(Experiments::held).sum();
    let deposits: Balance = crate::Deposits::<Test>::iter_values().sum();
    assert_eq!(held, deposits);
    assert_eq!(Balances::total_issuance(), 3 * ENDOWMENT);
}

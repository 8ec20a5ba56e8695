//! A runtime with the tasks pallet and stand-ins for its neighbours.
//!
//! The stand-in verifier accepts a "proof" if it is the hash of circuit and inputs, so a proof of
//! other inputs is refused as by the real one; whether the claim is true is for the circuits' own
//! tests.

use crate as pallet_tasks;
use crate::types::TaskOf;
use codec::Encode;
use core::cell::{Cell, RefCell};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, Hooks},
    weights::Weight,
};
use nocknock_primitives::{
    circuit::{
        CircuitInfo, CircuitKind, CircuitRecord, CircuitStatus, Claim, KeyOrigin, ProofBytes,
    },
    experiment::{DeliveredModel, LeaderboardEntry},
    fact::ScoreFact,
    ids::{
        CircuitId, ContentHash, ExperimentId, FactId, FieldBytes, KeyId, ModelVersionNumber,
        RecordId, TaskId,
    },
    model::{names::named, Architecture, FoldSize},
    provenance::{Provenance, Seal},
    reward::CurriculumEnd,
    score::{Improvement, Score},
    traits::{
        Curriculum, EpochRandomness, FactWriter, ProofVerifier, ProvenanceRecorder,
        TaskExperiments, VerifyFailure, WorkerRegistry,
    },
};
use sp_io::hashing::blake2_256;
use sp_runtime::{
    traits::IdentityLookup, AccountId32, BuildStorage, DispatchError, DispatchResult, Permill,
};

type Block = frame_system::mocking::MockBlock<Test>;

/// Accounts of the mock.
pub(crate) type AccountId = AccountId32;
/// Amounts of the mock.
pub(crate) type Balance = u64;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Tasks: pallet_tasks,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type ExistentialDeposit = ConstU64<10>;
}

parameter_types! {
    pub const ValidatorShare: Permill = Permill::from_percent(5);
    pub ValidatorsPot: AccountId = AccountId::new([99; 32]);
}

impl pallet_tasks::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Verifier = HashVerifier;
    type Experiments = Neighbours;
    type Curriculum = Neighbours;
    type Workers = Neighbours;
    type Facts = Neighbours;
    type Provenance = Neighbours;
    type ValidatorsPot = ValidatorsPot;
    type Randomness = Epochs;
    type MinReward = ConstU64<100>;
    type MinBond = ConstU64<50>;
    type BondPerBlock = ConstU64<5>;
    type MinStake = ConstU64<10>;
    type ValidatorShare = ValidatorShare;
    type RecordFee = ConstU64<20>;
    type MinCurriculumTestRows = ConstU32<50>;
    type MinPeriod = ConstU64<2>;
    type MaxPeriod = ConstU64<1000>;
    type DrawPeriod = ConstU64<50>;
    type Retention = ConstU64<20>;
    type SweepSteps = ConstU32<2>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = HashVerifier;
}

/// Blocks of an epoch.
pub(crate) const EPOCH: u64 = 10;

/// Epochs of ten blocks, in which the author of each block contributes a hash of the number before
/// it.
#[derive(Debug)]
pub struct Epochs;
impl EpochRandomness for Epochs {
    fn epoch() -> u64 {
        System::block_number() / EPOCH
    }

    fn output() -> Option<[u8; 32]> {
        let choice = CONTRIBUTION.get();
        Some(blake2_256(&(System::block_number(), choice).encode()))
    }
}

/// What the neighbours were told, and what they answer.
#[derive(Default)]
pub(crate) struct Book {
    /// The score circuits, each with the architecture that it is about.
    pub score_circuits: Vec<(CircuitId, Architecture)>,
    /// Circuits that were replaced.
    pub retired: Vec<CircuitId>,
    /// Circuits that are disabled.
    pub disabled: Vec<CircuitId>,
    /// Who owns experiment `OWN`; Alice if nobody is named.
    pub owner: Option<AccountId>,
    /// Experiments that are archived.
    pub archived: Vec<ExperimentId>,
    /// Scores of champions.
    pub champions: Vec<(ExperimentId, Score)>,
    /// Workers that are registered.
    pub workers: Vec<AccountId>,
    /// Scores on leaderboards.
    pub leaderboard: Vec<LeaderboardEntry<AccountId, u64>>,
    /// Registered models.
    pub models: Vec<DeliveredModel<AccountId>>,
    /// Open curriculum tasks.
    pub open: Vec<TaskId>,
    /// What was minted: task, winner, improvement.
    pub minted: Vec<(TaskId, AccountId, Improvement)>,
    /// Curriculum tasks that ended.
    pub closed: Vec<(TaskId, CurriculumEnd)>,
    /// Workers that abandoned a curriculum task.
    pub abandoned: Vec<(AccountId, TaskId)>,
    /// Facts.
    pub facts: Vec<ScoreFact<AccountId>>,
    /// Provenance records, and what their models are sealed with.
    pub records: Vec<(Provenance<AccountId>, Seal)>,
}

thread_local! {
    /// Stands for what the author of the block before contributes: another number, another
    /// contribution.
    pub(crate) static CONTRIBUTION: Cell<u8> = const { Cell::new(0) };
    static BOOK: RefCell<Book> = RefCell::default();
}

/// Reads or changes the neighbours' book.
pub(crate) fn book<R>(use_it: impl FnOnce(&mut Book) -> R) -> R {
    BOOK.with_borrow_mut(use_it)
}

/// The score circuit of the tiny architecture.
pub(crate) const SCORE: CircuitId = CircuitId([1; 32]);
/// The delivery circuit.
pub(crate) const DELIVERY: CircuitId = CircuitId([2; 32]);
/// A circuit that replaces others.
const SUCCESSOR: CircuitId = CircuitId([3; 32]);

/// The architecture of most tasks.
pub(crate) fn tiny() -> Architecture {
    named("tiny-4x3x2").expect("the architecture has this name")
}

/// The score circuit of an architecture, which is registered if it is a new one.
pub(crate) fn score_circuit(architecture: &Architecture) -> CircuitId {
    book(|book| {
        let known = book.score_circuits.iter().find(|(_, of)| of == architecture);
        if let Some((id, _)) = known {
            return *id;
        }
        let id = CircuitId(blake2_256(&architecture.encode()));
        book.score_circuits.push((id, architecture.clone()));
        id
    })
}

/// What a circuit states, if it is registered.
fn kind_of(id: &CircuitId) -> Option<CircuitKind> {
    if *id == DELIVERY {
        return Some(CircuitKind::Delivery);
    }
    book(|book| {
        let known = book.score_circuits.iter().find(|(known, _)| known == id);
        known.map(|(_, architecture)| CircuitKind::Score(architecture.clone()))
    })
}

/// A stand-in for the verifier.
#[derive(Debug)]
pub struct HashVerifier;

impl HashVerifier {
    /// What this verifier accepts as a proof of these inputs.
    pub(crate) fn prove(circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes {
        let mut proof = [0; 256];
        proof[..32].copy_from_slice(&blake2_256(&(circuit, inputs).encode()));
        ProofBytes(proof)
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_tasks::benchmarking::BenchmarkHelper<AccountId> for HashVerifier {
    fn circuits(architecture: &Architecture) -> (CircuitId, CircuitId) {
        (score_circuit(architecture), DELIVERY)
    }

    fn prove(_: &CircuitKind, circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes {
        HashVerifier::prove(circuit, inputs)
    }

    fn experiment(owner: &AccountId) -> ExperimentId {
        book(|book| book.owner = Some(owner.clone()));
        OWN
    }
}

impl ProofVerifier<u64> for HashVerifier {
    fn circuit(id: &CircuitId) -> Option<CircuitRecord<u64>> {
        let info = CircuitInfo {
            kind: kind_of(id)?,
            constraints: 1,
            matrix_hash: ContentHash::default(),
            key: KeyId::default(),
        };
        let status = if book(|book| book.disabled.contains(id)) {
            CircuitStatus::Disabled
        } else if book(|book| book.retired.contains(id)) {
            CircuitStatus::Retired { successor: SUCCESSOR }
        } else {
            CircuitStatus::Active
        };
        Some(CircuitRecord { info, origin: KeyOrigin::Development, status, registered_at: 0 })
    }

    fn verify(id: &CircuitId, claim: Claim<'_>) -> Result<(), VerifyFailure> {
        let circuit = Self::circuit(id).ok_or(VerifyFailure::UnknownCircuit)?;
        if !circuit.is_usable() {
            return Err(VerifyFailure::Disabled);
        }
        if Self::prove(id, claim.inputs) == *claim.proof {
            Ok(())
        } else {
            Err(VerifyFailure::Refuted)
        }
    }

    fn verify_batch(id: &CircuitId, claims: &[Claim<'_>]) -> Result<(), VerifyFailure> {
        if claims.is_empty() {
            return Err(VerifyFailure::BadInputs);
        }
        claims.iter().try_for_each(|claim| Self::verify(id, *claim))
    }

    fn verify_weight(claims: u32) -> Weight {
        Weight::from_parts(1_000_000_000, 0).saturating_mul(claims.into())
    }

    fn fold_weight(size: &FoldSize) -> Weight {
        let FoldSize { bytes, rows, values, inputs, label_bits } = *size;
        let things = [bytes, rows, values, inputs, label_bits].map(u64::from);
        Weight::from_parts(50_000, 0).saturating_mul(things.iter().sum())
    }
}

/// The experiment that Alice owns.
pub(crate) const OWN: ExperimentId = 0;
/// The experiment of the curriculum; Carol is its custodian.
pub(crate) const CURRICULUM: ExperimentId = 1;

/// A stand-in for the other pallets.
#[derive(Debug)]
pub struct Neighbours;

impl TaskExperiments<AccountId, u64> for Neighbours {
    fn ensure_active(experiment: ExperimentId) -> DispatchResult {
        if experiment <= CURRICULUM && !book(|book| book.archived.contains(&experiment)) {
            Ok(())
        } else {
            Err(DispatchError::Other("not active"))
        }
    }

    fn ensure_may_sponsor(experiment: ExperimentId, who: &AccountId) -> DispatchResult {
        let owner = book(|book| book.owner.clone()).unwrap_or_else(alice);
        if experiment == OWN && *who == owner {
            Ok(())
        } else {
            Err(DispatchError::Other("not the owner"))
        }
    }

    fn champion_score(experiment: ExperimentId) -> Option<Score> {
        book(|book| {
            let champions = book.champions.iter().rev();
            champions.copied().find(|(of, _)| *of == experiment).map(|(_, score)| score)
        })
    }

    fn record_score(_: ExperimentId, entry: LeaderboardEntry<AccountId, u64>) {
        book(|book| book.leaderboard.push(entry));
    }

    fn register_model(delivered: DeliveredModel<AccountId>) -> ModelVersionNumber {
        book(|book| {
            book.champions.push((delivered.experiment, delivered.score));
            book.models.push(delivered);
            ModelVersionNumber::try_from(book.models.len()).unwrap()
        })
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

impl Curriculum<AccountId, Balance> for Neighbours {
    fn contains(experiment: ExperimentId) -> bool {
        experiment == CURRICULUM
    }

    fn is_custodian(experiment: ExperimentId, who: &AccountId) -> bool {
        experiment == CURRICULUM && *who == carol()
    }

    fn open(
        experiment: ExperimentId,
        task: TaskId,
        who: &AccountId,
    ) -> Result<Balance, DispatchError> {
        if !Self::is_custodian(experiment, who) {
            return Err(DispatchError::Other("not the custodian"));
        }
        book(|book| book.open.push(task));
        Ok(BUDGET)
    }

    fn pay(task: TaskId, winner: &AccountId, improvement: Improvement) -> Balance {
        let amount = BUDGET * improvement.numerator / improvement.denominator;
        book(|book| book.minted.push((task, winner.clone(), improvement)));
        let _ = <Balances as frame_support::traits::fungible::Mutate<AccountId>>::mint_into(
            winner, amount,
        );
        amount
    }

    fn close(task: TaskId, end: CurriculumEnd) {
        book(|book| {
            assert!(book.open.contains(&task), "only an open task is closed");
            book.open.retain(|open| *open != task);
            book.closed.push((task, end));
        });
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

/// What a curriculum task can mint.
pub(crate) const BUDGET: Balance = 1_000_000;

impl WorkerRegistry<AccountId> for Neighbours {
    fn may_work(who: &AccountId) -> bool {
        book(|book| book.workers.contains(who))
    }

    fn abandoned(who: &AccountId, task: TaskId) {
        book(|book| book.abandoned.push((who.clone(), task)));
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

impl FactWriter<AccountId> for Neighbours {
    fn write_score(fact: ScoreFact<AccountId>) -> Option<FactId> {
        book(|book| book.facts.push(fact));
        None
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

impl ProvenanceRecorder<AccountId> for Neighbours {
    fn record(provenance: Provenance<AccountId>, seal: Seal) -> Option<RecordId> {
        book(|book| book.records.push((provenance, seal)));
        None
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

/// The requester of sponsored tasks.
pub(crate) fn alice() -> AccountId {
    AccountId::new([1; 32])
}

/// A worker.
pub(crate) fn bob() -> AccountId {
    AccountId::new([2; 32])
}

/// The custodian of the curriculum. Owns nothing.
pub(crate) fn carol() -> AccountId {
    AccountId::new([3; 32])
}

/// Another worker.
pub(crate) fn dave() -> AccountId {
    AccountId::new([4; 32])
}

/// One more worker.
pub(crate) fn eve() -> AccountId {
    AccountId::new([5; 32])
}

/// What Alice, Bob, Dave and Eve own at the beginning.
pub(crate) const ENDOWMENT: Balance = 1_000_000;

/// A chain in its first block, on which nothing has happened.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let balances = [alice(), bob(), dave(), eve()].map(|who| (who, ENDOWMENT));
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: balances.into(),
            ..Default::default()
        },
        ..Default::default()
    };
    let storage = genesis.build_storage().expect("the genesis is valid");
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| {
        book(|book| {
            *book = Book {
                score_circuits: vec![(SCORE, tiny())],
                workers: vec![bob(), dave(), eve()],
                ..Book::default()
            };
        });
        go_to(1);
    });
    ext
}

/// Runs a test and checks the invariants afterwards.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        check_state();
    });
}

/// What the validators have got.
pub(crate) fn pot() -> Balance {
    Balances::free_balance(ValidatorsPot::get())
}

/// Checks the pallet's invariants, and that nothing left the issuance.
pub(crate) fn check_state() {
    Tasks::do_try_state().expect("the invariants hold");
    let minted: Balance = book(|book| {
        let minted = book.minted.iter();
        minted.map(|(.., part)| BUDGET * part.numerator / part.denominator).sum()
    });
    assert_eq!(Balances::total_issuance(), 4 * ENDOWMENT + minted);
}

/// Goes on to this block without sweeping, so that a test sees what the calls alone do.
pub(crate) fn go_to(block: u64) {
    while System::block_number() < block {
        System::set_block_number(System::block_number() + 1);
        <Tasks as Hooks<u64>>::on_initialize(System::block_number());
    }
}

/// Goes on to this block with a sweep in each block.
pub(crate) fn sweep_to(block: u64) {
    while System::block_number() < block {
        go_to(System::block_number() + 1);
        <Tasks as Hooks<u64>>::on_idle(System::block_number(), Weight::MAX);
    }
}

/// A task that exists.
pub(crate) fn task(id: TaskId) -> TaskOf<Test> {
    Tasks::task(id).expect("the task exists")
}

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
    traits::{fungible::Mutate, ConstU32, ConstU64, Get, Hooks},
    weights::Weight,
};
use nocknock_primitives::{
    circuit::{
        CircuitInfo, CircuitKind, CircuitRecord, CircuitStatus, Claim, KeyOrigin, ProofBytes,
    },
    experiment::{ChampionModel, DeliveredModel, LeaderboardEntry},
    fact::ScoreFact,
    ids::{
        CircuitId, ContentHash, ExperimentId, FactId, FieldBytes, KeyId, ModelVersionNumber,
        RecordId, TaskId,
    },
    level::{Bits, Lost},
    model::{names::named, Architecture, FoldSize},
    provenance::{Provenance, Seal},
    reward::CurriculumEnd,
    task::{Funding, Periods},
    traits::{
        Appraisal, BurnLog, Curriculum, CurriculumOffer, EpochRandomness, FactWriter,
        ProofVerifier, ProvenanceRecorder, TaskExperiments, VerifyFailure, WorkerRegistry,
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
    type Burns = Neighbours;
    type ValidatorsPot = ValidatorsPot;
    type Randomness = Epochs;
    type MinReward = ConstU64<100>;
    type MinBond = ConstU64<50>;
    type BondPerBlock = ConstU64<5>;
    type MinStake = ConstU64<10>;
    type ValidatorShare = ValidatorShare;
    type RecordFee = ConstU64<20>;
    type DepositPerItem = DepositPerItem;
    type DepositPerByte = DepositPerByte;
    type MinPeriod = ConstU64<2>;
    type MaxPeriod = ConstU64<1000>;
    type DrawPeriod = ConstU64<50>;
    type Retention = ConstU64<20>;
    type SweepSteps = ConstU32<2>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = HashVerifier;
}

/// What an item of storage costs. Nothing, unless a test wants it.
#[derive(Debug)]
pub struct DepositPerItem;
impl Get<Balance> for DepositPerItem {
    fn get() -> Balance {
        book(|book| book.item_price)
    }
}

/// What a byte of storage costs. Nothing, unless a test wants it.
#[derive(Debug)]
pub struct DepositPerByte;
impl Get<Balance> for DepositPerByte {
    fn get() -> Balance {
        book(|book| book.byte_price)
    }
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
    /// The encoding that experiments name, if they name one.
    pub encoding: Option<ContentHash>,
    /// Champions, the newest last.
    pub champions: Vec<(ExperimentId, ChampionModel<AccountId>)>,
    /// Workers that are registered.
    pub workers: Vec<AccountId>,
    /// Workers with a claim that was proved since they registered.
    pub known: Vec<AccountId>,
    /// Scores on leaderboards.
    pub leaderboard: Vec<LeaderboardEntry<AccountId, u64>>,
    /// Registered models.
    pub models: Vec<DeliveredModel<AccountId>>,
    /// The most rows of a test block of the curriculum.
    pub most_rows: u32,
    /// What the curriculum was offered: encoding, least test rows and periods.
    pub offers: Vec<(ContentHash, u32, Periods<u64>)>,
    /// Open curriculum tasks, and what each of them has taken.
    pub open: Vec<(TaskId, Bits)>,
    /// What has been paid for in the experiment of the curriculum.
    pub level: Bits,
    /// What was minted: task, winner, halvings.
    pub minted: Vec<(TaskId, AccountId, Bits)>,
    /// Curriculum tasks that ended.
    pub closed: Vec<(TaskId, CurriculumEnd)>,
    /// Curriculum tasks that have to stay readable.
    pub kept: Vec<TaskId>,
    /// What was shown of equal rows: task, how many are known, of how many, and by whom.
    pub equal_rows: Vec<(TaskId, u32, u32, AccountId)>,
    /// Workers that abandoned a curriculum task.
    pub abandoned: Vec<(AccountId, TaskId)>,
    /// What was burnt.
    pub burnt: Balance,
    /// What accounts own that exist in a test only.
    pub endowed: Balance,
    /// What an item of storage costs.
    pub item_price: Balance,
    /// What a byte of storage costs.
    pub byte_price: Balance,
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

/// The architecture that a score circuit is about.
pub(crate) fn architecture_of(circuit: &CircuitId) -> Architecture {
    match kind_of(circuit) {
        Some(CircuitKind::Score(architecture)) => architecture,
        other => panic!("this is no score circuit: {other:?}"),
    }
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

    fn ensure_encoding(_: ExperimentId, encoding: &ContentHash) -> DispatchResult {
        match book(|book| book.encoding) {
            Some(named) if named != *encoding => Err(DispatchError::Other("another encoding")),
            _ => Ok(()),
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

    fn champion(experiment: ExperimentId) -> Option<ChampionModel<AccountId>> {
        book(|book| {
            let newest = book.champions.iter().rev().find(|(of, _)| *of == experiment);
            newest.map(|(_, model)| model.clone())
        })
    }

    fn record_score(_: ExperimentId, entry: LeaderboardEntry<AccountId, u64>) {
        book(|book| book.leaderboard.push(entry));
    }

    fn register_model(delivered: DeliveredModel<AccountId>) -> ModelVersionNumber {
        let experiment = delivered.experiment;
        let old = Self::champion(experiment);
        let is_best = old.is_none_or(|old| delivered.score.beats(&old.score));
        book(|book| {
            let version = ModelVersionNumber::try_from(book.models.len() + 1).unwrap();
            if is_best || delivered.funding == Funding::Curriculum {
                book.champions.push((experiment, champion_of(&delivered, version)));
            }
            book.models.push(delivered);
            version
        })
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

fn champion_of(
    delivered: &DeliveredModel<AccountId>,
    version: ModelVersionNumber,
) -> ChampionModel<AccountId> {
    ChampionModel {
        version,
        task: delivered.task,
        worker: delivered.worker.clone(),
        model: delivered.model,
        circuit: delivered.circuit,
        score: delivered.score,
    }
}

/// A curriculum whose rule is simpler than the real one: every unit by which a model loses less
/// than the champion is worth the same, and each unit below the constant answer is paid for once.
impl Curriculum<AccountId, Balance, u64> for Neighbours {
    fn contains(experiment: ExperimentId) -> bool {
        experiment == CURRICULUM
    }

    fn is_custodian(experiment: ExperimentId, who: &AccountId) -> bool {
        experiment == CURRICULUM && *who == carol()
    }

    fn most_rows(experiment: ExperimentId) -> Option<u32> {
        (experiment == CURRICULUM).then(|| book(|book| book.most_rows))
    }

    fn open(
        experiment: ExperimentId,
        task: TaskId,
        who: &AccountId,
        offer: &CurriculumOffer<'_, u64>,
    ) -> Result<Balance, DispatchError> {
        if !Self::is_custodian(experiment, who) {
            return Err(DispatchError::Other("not the custodian"));
        }
        book(|book| {
            book.offers.push((offer.encoding, offer.min_test_rows, *offer.periods));
            book.open.push((task, 0));
        });
        Ok(BUDGET)
    }

    fn appraise(
        task: TaskId,
        base: Lost,
        champion: Option<Lost>,
        model: Lost,
    ) -> Appraisal<Balance> {
        let others = book(|book| {
            let open = book.open.iter().filter(|(id, _)| *id != task);
            book.level + open.map(|(_, taken)| taken).sum::<Bits>()
        });
        let champion = champion.unwrap_or(base).units();
        let gain = champion.saturating_sub(model.units());
        let left = base.units().saturating_sub(model.units()).saturating_sub(others.into());
        let bits = Bits::try_from(gain.min(left)).unwrap();
        Appraisal { bits, amount: worth(bits) }
    }

    fn take(task: TaskId, bits: Bits) {
        book(|book| entry(book, task).1 = bits);
    }

    fn pay(task: TaskId, winner: &AccountId, bits: Bits) -> Balance {
        book(|book| {
            entry(book, task).1 = 0;
            book.level += bits;
            book.minted.push((task, winner.clone(), bits));
        });
        Balances::mint_into(winner, worth(bits)).expect("the winner can take it");
        worth(bits)
    }

    fn close(task: TaskId, end: CurriculumEnd) {
        book(|book| {
            entry(book, task);
            book.open.retain(|(open, _)| *open != task);
            book.closed.push((task, end));
        });
    }

    fn may_forget(task: TaskId) -> bool {
        book(|book| !book.kept.contains(&task))
    }

    fn equal_rows_shown(task: TaskId, rows: u32, test_rows: u32, by: &AccountId) -> bool {
        book(|book| book.equal_rows.push((task, rows, test_rows, by.clone())));
        rows == LIABLE_FROM
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

/// What the book says about an open task of the curriculum.
fn entry(book: &mut Book, task: TaskId) -> &mut (TaskId, Bits) {
    let open = book.open.iter_mut().find(|(open, _)| *open == task);
    open.expect("only an open task is dealt with")
}

/// What so many halvings are worth here.
pub(crate) fn worth(bits: Bits) -> Balance {
    4 * Balance::from(bits)
}

/// What the winner of a curriculum task gets for so many rows fewer that are wrong.
pub(crate) fn worth_of_rows(rows: u32) -> Balance {
    worth(256 * rows)
}

/// What a curriculum task can mint.
pub(crate) const BUDGET: Balance = 1_000_000;

/// So many equal rows make a provider liable here.
pub(crate) const LIABLE_FROM: u32 = 3;

impl BurnLog<Balance> for Neighbours {
    fn burnt(amount: Balance) {
        book(|book| book.burnt += amount);
    }
}

impl WorkerRegistry<AccountId> for Neighbours {
    fn may_work(who: &AccountId) -> bool {
        book(|book| book.workers.contains(who))
    }

    fn abandoned(who: &AccountId, task: TaskId) {
        book(|book| book.abandoned.push((who.clone(), task)));
    }

    fn is_known(who: &AccountId) -> bool {
        book(|book| book.known.contains(who))
    }

    fn proved(who: &AccountId) {
        book(|book| book.known.push(who.clone()));
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
                most_rows: 40,
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

/// Checks the pallet's invariants, and that the issuance is what was endowed and minted, less what
/// was burnt.
pub(crate) fn check_state() {
    Tasks::do_try_state().expect("the invariants hold");
    let (minted, burnt, endowed) = book(|book| {
        let minted: Balance = book.minted.iter().map(|(.., bits)| worth(*bits)).sum();
        (minted, book.burnt, book.endowed)
    });
    assert_eq!(Balances::total_issuance(), 4 * ENDOWMENT + endowed + minted - burnt);
}

/// Gives an account as much as Bob has.
pub(crate) fn endow(who: &AccountId) {
    Balances::mint_into(who, ENDOWMENT).expect("anybody can take it");
    book(|book| book.endowed += ENDOWMENT);
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

//! A runtime with the rewards pallet and stand-ins for its neighbours.
//!
//! The stand-in verifier accepts a "proof" if it is the hash of circuit and inputs, so a proof of
//! other inputs is refused as by the real one; whether the claim is true is for the circuits' own
//! tests.

use crate as pallet_rewards;
use crate::{types::*, ValidatorKeys};
use codec::Encode;
use core::cell::RefCell;
use frame_support::{
    derive_impl, parameter_types,
    traits::{
        fungible::{Credit, Mutate},
        ConstU128, ConstU32, ConstU64, Imbalance, OnUnbalanced,
    },
    weights::Weight,
};
use nocknock_primitives::{
    circuit::{
        CircuitInfo, CircuitKind, CircuitRecord, CircuitStatus, Claim, KeyOrigin, ProofBytes,
    },
    decay::Decay,
    experiment::{ChampionModel, DeliveredModel, LeaderboardEntry},
    format::DataFormat,
    ids::{
        CircuitId, ContentHash, ExperimentId, FieldBytes, KeyId, ModelCommitment,
        ModelVersionNumber,
    },
    limits::List,
    model::{
        field, names::named, Architecture, Block as Samples, Claimed, Context, ContextDomain,
        FoldSize, Fr, KnownBlock, Label, Sample,
    },
    puzzle::Puzzle,
    reward::{CurriculumRules, PracticeSpec, Round},
    score::Score,
    task::{Periods, ProvedScore, RevealedBlock},
    traits::{BurnLog, DrawSeeds, ProofVerifier, TaskExperiments, VerifyFailure},
};
use sp_core::{
    sr25519::{Pair, Public},
    Pair as _,
};
use sp_io::hashing::blake2_256;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    traits::IdentityLookup, AccountId32, BuildStorage, DispatchError, DispatchResult,
};

type Block = frame_system::mocking::MockBlock<Test>;
/// Transactions of the mock.
pub(crate) type UncheckedExtrinsic = frame_system::mocking::MockUncheckedExtrinsic<Test>;

/// Accounts of the mock.
pub(crate) type AccountId = AccountId32;
/// Amounts of the mock.
pub(crate) type Balance = u64;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Rewards: pallet_rewards,
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
    type DustRemoval = BurntDust;
}

/// Dust is burnt and reported.
#[derive(Debug)]
pub struct BurntDust;
impl OnUnbalanced<Credit<AccountId, Balances>> for BurntDust {
    fn on_nonzero_unbalanced(dust: Credit<AccountId, Balances>) {
        Rewards::burnt(dust.peek());
    }
}

parameter_types! {
    pub static InitialRelease: Balance = 1_000_000;
    pub static HalvingSessions: u32 = 10;
    pub static MaxSupply: Balance = 25_000_000;
    // Points halve in five sessions.
    pub const PointsDecay: Decay = Decay::by(4_014_705_861_086_822_466);
    pub static MinValidators: u32 = 2;
    pub static MaxCandidates: u32 = 4;
    pub static NewestSeed: u64 = 0;
    pub static SessionBlocks: u64 = 40;
}

impl frame_system::offchain::CreateTransactionBase<crate::Call<Test>> for Test {
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl frame_system::offchain::CreateBare<crate::Call<Test>> for Test {
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}

impl pallet_rewards::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Verifier = HashVerifier;
    type Experiments = KnownExperiments;
    type CurriculumOrigin = frame_system::EnsureRoot<AccountId>;
    type Seeds = Draws;
    type ValidatorKeys = Keys;
    type FinalityVoters = Voters;
    type SessionBlocks = SessionBlocks;
    type InitialRelease = InitialRelease;
    type HalvingSessions = HalvingSessions;
    type MaxSupply = MaxSupply;
    type PointsDecay = PointsDecay;
    type VestingPeriod = ConstU32<VESTING>;
    type MaxCurriculum = ConstU32<3>;
    type MaxOpenTasks = ConstU32<5>;
    type MinCurriculumTestRows = ConstU32<MIN_TEST_ROWS>;
    type MaxCandidates = MaxCandidates;
    type MaxValidators = ConstU32<3>;
    type MinValidators = MinValidators;
    type MinCandidatePoints = ConstU128<100>;
    type SeatBond = ConstU64<SEAT_BOND>;
    type BondPeriod = ConstU32<BOND_PERIOD>;
    type MaxSilentSessions = ConstU32<3>;
    type MaxRegistrationsPerSession = ConstU32<8>;
    type RegistrationSeeds = ConstU32<2>;
    type PuzzleBits = ConstU32<{ PUZZLE_BITS }>;
    type RegistrationLife = ConstU32<6>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = HashVerifier;
}

/// The bond of a candidate.
pub(crate) const SEAT_BOND: Balance = 60;
/// Sessions after which a bond is returned.
pub(crate) const BOND_PERIOD: u32 = 7;
/// Sessions after which the part of whoever provided the data is minted.
pub(crate) const VESTING: u32 = 4;

/// What the neighbours answer.
#[derive(Default)]
pub(crate) struct Neighbours {
    /// Score circuits other than the tiny one, with their architectures.
    pub circuits: Vec<(CircuitId, Architecture)>,
    /// Circuits that were replaced.
    pub retired: Vec<CircuitId>,
    /// Circuits that are disabled.
    pub disabled: Vec<CircuitId>,
    /// Experiments that are archived.
    pub archived: Vec<ExperimentId>,
    /// The encoding that experiments name, if they name one.
    pub encoding: Option<ContentHash>,
    /// Experiments that have a champion.
    pub with_champion: Vec<ExperimentId>,
    /// Accounts without session keys. All others have some.
    pub without_keys: Vec<AccountId>,
    /// How many proofs were verified.
    pub verified: u32,
    /// BABE keys other than those of [`babe_pair`].
    pub babe_keys: Vec<(AccountId, Public)>,
    /// The voters for finality. None while their set changes.
    pub voters: Option<VoterSet<AccountId>>,
}

thread_local! {
    static NEIGHBOURS: RefCell<Neighbours> = RefCell::default();
}

/// Reads or changes what the neighbours answer.
pub(crate) fn neighbours<R>(use_them: impl FnOnce(&mut Neighbours) -> R) -> R {
    NEIGHBOURS.with_borrow_mut(use_them)
}

/// Zero bits of a puzzle as long as few register.
pub(crate) const PUZZLE_BITS: u32 = 4;

/// Seeds of the mock, up to that of number [`NewestSeed`].
#[derive(Debug)]
pub struct Draws;
impl DrawSeeds for Draws {
    fn newest() -> u64 {
        NewestSeed::get()
    }

    fn seed(number: u64) -> Option<[u8; 32]> {
        (number <= NewestSeed::get()).then(|| blake2_256(&number.encode()))
    }
}

/// Session keys of the mock.
#[derive(Debug)]
pub struct Keys;
impl ValidatorKeys<AccountId> for Keys {
    fn has_keys(who: &AccountId) -> bool {
        !neighbours(|neighbours| neighbours.without_keys.contains(who))
    }

    fn babe_key(who: &AccountId) -> Option<Public> {
        let other = neighbours(|neighbours| {
            let mut keys = neighbours.babe_keys.iter();
            keys.find(|(owner, _)| owner == who).map(|(_, key)| *key)
        });
        Self::has_keys(who).then(|| other.unwrap_or_else(|| babe_pair(who).public()))
    }
}

/// The BABE key of an account.
pub(crate) fn babe_pair(who: &AccountId) -> Pair {
    Pair::from_seed(who.as_ref())
}

/// The voters for finality of the mock.
#[derive(Debug)]
pub struct Voters;
impl FinalityVoters<AccountId> for Voters {
    fn voter_set() -> Option<VoterSet<AccountId>> {
        neighbours(|neighbours| neighbours.voters.clone())
    }
}

/// The experiments of the mock: those below [`FIRST_UNKNOWN`] that are not archived.
#[derive(Debug)]
pub struct KnownExperiments;
impl TaskExperiments<AccountId, u64> for KnownExperiments {
    fn ensure_active(experiment: ExperimentId) -> DispatchResult {
        let archived = neighbours(|neighbours| neighbours.archived.contains(&experiment));
        if experiment < FIRST_UNKNOWN && !archived {
            Ok(())
        } else {
            Err(DispatchError::Other("no active experiment"))
        }
    }

    fn ensure_encoding(_: ExperimentId, encoding: &ContentHash) -> DispatchResult {
        match neighbours(|neighbours| neighbours.encoding) {
            Some(named) if named != *encoding => Err(DispatchError::Other("another encoding")),
            _ => Ok(()),
        }
    }

    fn ensure_may_sponsor(_: ExperimentId, _: &AccountId) -> DispatchResult {
        Err(DispatchError::Unavailable)
    }

    fn champion(experiment: ExperimentId) -> Option<ChampionModel<AccountId>> {
        let found = neighbours(|neighbours| neighbours.with_champion.contains(&experiment));
        found.then(|| ChampionModel {
            version: 1,
            task: 1,
            worker: eve(),
            model: model_of(&eve()),
            circuit: SCORE,
            score: Score::new(1, 2),
        })
    }

    fn record_score(_: ExperimentId, _: LeaderboardEntry<AccountId, u64>) {}

    fn register_model(_: DeliveredModel<AccountId>) -> ModelVersionNumber {
        0
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

/// The first number that no experiment of the mock has.
pub(crate) const FIRST_UNKNOWN: ExperimentId = 10;

/// The score circuit of the tiny architecture.
pub(crate) const SCORE: CircuitId = CircuitId([1; 32]);
/// A delivery circuit.
pub(crate) const DELIVERY: CircuitId = CircuitId([2; 32]);
/// A circuit that replaces others.
const SUCCESSOR: CircuitId = CircuitId([3; 32]);

/// The tiny architecture.
pub(crate) fn tiny() -> Architecture {
    named("tiny-4x3x2").expect("the architecture has this name")
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

    fn kind(id: &CircuitId) -> Option<CircuitKind> {
        match *id {
            SCORE => Some(CircuitKind::Score(tiny())),
            DELIVERY => Some(CircuitKind::Delivery),
            other => neighbours(|neighbours| {
                let mut circuits = neighbours.circuits.iter();
                let found = circuits.find(|(id, _)| *id == other);
                found.map(|(_, architecture)| CircuitKind::Score(architecture.clone()))
            }),
        }
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_rewards::benchmarking::BenchmarkHelper<AccountId> for HashVerifier {
    fn score_circuit(architecture: &Architecture) -> CircuitId {
        let id = CircuitId(blake2_256(&architecture.encode()));
        neighbours(|neighbours| neighbours.circuits.push((id, architecture.clone())));
        id
    }

    fn prove(circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes {
        HashVerifier::prove(circuit, inputs)
    }

    fn experiment() -> ExperimentId {
        EXPERIMENT
    }

    fn set_keys(_: &AccountId) {}

    fn set_babe_key(who: &AccountId, key: Public) {
        neighbours(|neighbours| neighbours.babe_keys.push((who.clone(), key)));
    }

    fn set_voters(voters: Vec<(sp_consensus_grandpa::AuthorityId, AccountId)>) {
        neighbours(|neighbours| neighbours.voters = Some(VoterSet { id: 0, voters }));
    }
}

impl ProofVerifier<u64> for HashVerifier {
    fn circuit(id: &CircuitId) -> Option<CircuitRecord<u64>> {
        let info = CircuitInfo {
            kind: Self::kind(id)?,
            constraints: 1,
            matrix_hash: ContentHash::default(),
            key: KeyId::default(),
        };
        let status = if neighbours(|neighbours| neighbours.disabled.contains(id)) {
            CircuitStatus::Disabled
        } else if neighbours(|neighbours| neighbours.retired.contains(id)) {
            CircuitStatus::Retired { successor: SUCCESSOR }
        } else {
            CircuitStatus::Active
        };
        Some(CircuitRecord { info, origin: KeyOrigin::Development, status, registered_at: 0 })
    }

    fn verify(id: &CircuitId, claim: Claim<'_>) -> Result<(), VerifyFailure> {
        neighbours(|neighbours| neighbours.verified += 1);
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

/// The account of this number.
pub(crate) fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

/// A worker.
pub(crate) fn bob() -> AccountId {
    account(2)
}

/// The custodian of the curriculum. Owns nothing.
pub(crate) fn carol() -> AccountId {
    account(3)
}

/// Another worker.
pub(crate) fn dave() -> AccountId {
    account(4)
}

/// One more worker.
pub(crate) fn eve() -> AccountId {
    account(5)
}

/// The genesis authorities.
pub(crate) fn authorities() -> Vec<AccountId> {
    vec![account(101), account(100)]
}

/// The experiment of the curriculum.
pub(crate) const EXPERIMENT: ExperimentId = 1;
/// Its weight.
pub(crate) const WEIGHT: u16 = 1_000;
/// What a halving of the error mints in its first task.
pub(crate) const FIRST_UNIT: u128 = 12_500;
/// What its first task may mint.
pub(crate) const FIRST_BUDGET: u128 = 100_000;
/// How much of that its winner gets.
pub(crate) const FIRST_PRIZE: u128 = 75_000;
/// Its open tasks at most.
pub(crate) const MAX_OPEN: u32 = 3;
/// The fewest test rows of a task.
pub(crate) const MIN_TEST_ROWS: u32 = 10;
/// How its data is encoded.
pub(crate) const ENCODING: ContentHash = ContentHash([6; 32]);

/// Periods of this many blocks each.
pub(crate) fn periods(blocks: u64) -> Periods<u64> {
    Periods {
        publish: blocks,
        commit: blocks,
        reveal: blocks,
        claim: blocks,
        prove: blocks,
        deliver: blocks,
    }
}

/// What holds for its tasks.
pub(crate) fn rules() -> CurriculumRules<u64> {
    CurriculumRules {
        format: DataFormat::of(&tiny()),
        encoding: ENCODING,
        min_test_rows: MIN_TEST_ROWS,
        min_periods: periods(3),
    }
}

/// Rows of the practice block.
pub(crate) const ROWS: u32 = 6;
/// What a newcomer must reach.
pub(crate) const MIN_SCORE: Score = Score::new(2, 3);

/// The salt of the practice block.
pub(crate) const SALT: [u8; 32] = [7; 32];

/// The wire form of a practice block of this many rows.
pub(crate) fn practice_rows(samples: u32) -> Vec<u8> {
    let row =
        |number: u32| Sample { inputs: vec![1, 2, 3, 0], label: Label::Class((number % 2) as u8) };
    wire(&tiny(), (0..samples).map(row).collect())
}

/// The wire form of a block of these samples.
pub(crate) fn wire(architecture: &Architecture, samples: Vec<Sample>) -> Vec<u8> {
    let block = Samples::new(architecture, samples).expect("the samples are a block");
    block.to_wire(architecture)
}

/// The practice block of the genesis.
pub(crate) fn genesis_practice() -> GenesisPractice {
    GenesisPractice {
        circuit: SCORE,
        salt: SALT.to_vec(),
        rows: practice_rows(ROWS),
        min_score: MIN_SCORE,
    }
}

/// The same as the council sets it.
pub(crate) fn practice_spec() -> PracticeSpec {
    PracticeSpec {
        circuit: SCORE,
        block: RevealedBlock { salt: SALT, rows: List::truncate_from(practice_rows(ROWS)) },
        min_score: MIN_SCORE,
    }
}

/// The genesis of the mock.
pub(crate) fn genesis() -> GenesisConfig<Test> {
    GenesisConfig {
        curriculum: vec![GenesisCurriculum {
            experiment: EXPERIMENT,
            custodian: Some(carol()),
            weight: WEIGHT,
            rules: rules(),
            max_open: MAX_OPEN,
        }],
        practice: Some(genesis_practice()),
        authorities: authorities(),
    }
}

type GenesisConfig<T> = pallet_rewards::GenesisConfig<T>;

/// A chain in its first block, on which nothing has happened and nobody owns anything.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    ext_with(genesis())
}

/// A chain in its first block that started with this.
pub(crate) fn ext_with(rewards: GenesisConfig<Test>) -> sp_io::TestExternalities {
    neighbours(|neighbours| *neighbours = Neighbours::default());
    let genesis = RuntimeGenesisConfig { rewards, ..Default::default() };
    let storage = genesis.build_storage().expect("the genesis is valid");
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test and checks the invariants afterwards.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        check_state();
    });
}

/// Checks the invariants.
pub(crate) fn check_state() {
    Rewards::do_try_state().expect("the invariants hold");
}

/// Goes on to this session.
pub(crate) fn go_to_session(session: u32) {
    Rewards::on_new_session(session);
}

/// The commitment to the model of an account.
pub(crate) fn model_of(who: &AccountId) -> ModelCommitment {
    let bytes: &[u8; 32] = who.as_ref();
    ModelCommitment(field::to_bytes(&Fr::from(u32::from(bytes[0]) + 1)))
}

/// A proved claim that the account's model reaches a score on the practice block in a round. The
/// proof is bound to the newest seed.
pub(crate) fn practice_proof(who: &AccountId, round: Round, points: u32) -> ProvedScore {
    let practice = crate::Practice::<Test>::get().expect("there is a practice block");
    let kind = HashVerifier::kind(&practice.circuit).expect("the circuit is registered");
    let architecture = kind.architecture().expect("it is a score circuit");
    let block = crate::PracticeBlock::<Test>::get().expect("there is a practice block");
    let known = KnownBlock::new(architecture, &block.salt, 0, &block.rows)
        .expect("the practice block is well formed");
    let seed = Draws::seed(NewestSeed::get()).expect("the newest seed is known");
    let context = Context {
        domain: ContextDomain::Registration { seed },
        genesis_hash: System::block_hash(0).0,
        circuit: practice.circuit,
        task: round,
        worker: who.clone().into(),
        block: 0,
    };
    let commitment = field::from_bytes(&model_of(who).0).expect("a commitment is an element");
    let claimed = Claimed { sums: Fr::from(21u32), inputs: Fr::from(22u32), score: points };
    let public = known.inputs(context.to_field(), commitment, &claimed).to_bytes();
    ProvedScore {
        points,
        sums: public.sums,
        inputs: public.inputs,
        proof: HashVerifier::prove(&practice.circuit, &public.in_order()),
    }
}

/// The registration of an account with a perfect score in its present round.
pub(crate) fn registration(who: &AccountId) -> crate::Call<Test> {
    let score = practice_proof(who, Rewards::registration_round(who.clone()), ROWS);
    registration_with(who, score)
}

/// A registration with this score.
pub(crate) fn registration_with(worker: &AccountId, score: ProvedScore) -> crate::Call<Test> {
    registration_of(worker, model_of(worker), score)
}

/// A registration with this model and score, for the newest seed. Its puzzle is solved for as many
/// bits as are asked for now.
pub(crate) fn registration_of(
    worker: &AccountId,
    model: ModelCommitment,
    score: ProvedScore,
) -> crate::Call<Test> {
    let bits = Rewards::registration_terms().expect("there are seeds").bits;
    let nonce = puzzle(worker, model, &score).solve(bits, 0..).expect("there are enough numbers");
    let (worker, score) = (worker.clone(), Box::new(score));
    crate::Call::register_worker { worker, model, score, seed: NewestSeed::get(), nonce }
}

/// The puzzle of such a registration.
pub(crate) fn puzzle(worker: &AccountId, model: ModelCommitment, score: &ProvedScore) -> Puzzle {
    let seed = Draws::seed(NewestSeed::get()).expect("the newest seed is known");
    Puzzle::of_registration(&seed, worker.as_ref(), &model, score)
}

/// Burns what an account owns, and reports it as every pallet of the runtime does.
pub(crate) fn burn(who: &AccountId, amount: Balance) {
    use frame_support::traits::tokens::{Fortitude, Precision, Preservation};
    let burnt = Balances::burn_from(
        who,
        amount,
        Preservation::Expendable,
        Precision::BestEffort,
        Fortitude::Force,
    );
    Rewards::burnt(burnt.unwrap_or(0));
}

//! The traits through which the pallets interact. The runtime connects them; no pallet depends on
//! another.
//!
//! | trait | implemented by | called by |
//! |---|---|---|
//! | [`ProofVerifier`] | verifier | tasks, rewards |
//! | [`TaskExperiments`] | experiments | tasks |
//! | [`Curriculum`] | rewards | tasks |
//! | [`CurriculumExperiments`] | rewards | experiments |
//! | [`WorkerRegistry`] | rewards | tasks |
//! | [`WorkPoints`] | rewards | wtm |
//! | [`BurnLog`] | rewards | tasks, rewards, council, the runtime's dust and fee handlers |
//! | [`FactWriter`] | wtm | tasks |
//! | [`ProvenanceRecorder`] | provenance | tasks |
//! | [`EpochRandomness`] | the runtime, from BABE | tasks |
//! | [`DrawSeeds`] | tasks | rewards |
//!
//! The implementations for `()` are those of a chain without the pallet: nothing is remembered,
//! nobody is registered, nothing is minted. No `()` accepts a proof.

use crate::{
    circuit::{CircuitRecord, Claim},
    experiment::{ChampionModel, DeliveredModel, LeaderboardEntry},
    fact::ScoreFact,
    ids::{CircuitId, ContentHash, ExperimentId, FactId, ModelVersionNumber, RecordId, TaskId},
    level::{Bits, Lost},
    model::{Architecture, FoldSize},
    provenance::{Provenance, Seal},
    reward::CurriculumEnd,
    task::Periods,
};
use sp_runtime::{DispatchError, DispatchResult};
use sp_weights::Weight;

/// Why a claim was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyFailure {
    /// No circuit of this id is registered.
    #[error("no circuit with this id is registered")]
    UnknownCircuit,
    /// The circuit has been disabled.
    #[error("the circuit has been disabled; its proofs are no longer accepted")]
    Disabled,
    /// The number of inputs does not match the circuit, or an input is not below the field's order.
    #[error("the public inputs do not match the circuit")]
    BadInputs,
    /// The bytes are not the encoding of a proof.
    #[error("the proof is not well formed")]
    MalformedProof,
    /// At least one proof does not prove its claim.
    #[error("the proof does not prove the claim")]
    Refuted,
}

/// The only place that accepts a proof.
///
/// The caller computes the public inputs itself and never takes them from a user, and it never
/// supplies a key: the circuit's id selects it.
pub trait ProofVerifier<BlockNumber> {
    /// The registered circuit with this id.
    fn circuit(id: &CircuitId) -> Option<CircuitRecord<BlockNumber>>;

    /// Verifies one claim. The caller has charged [`Self::verify_weight`] of 1.
    fn verify(id: &CircuitId, claim: Claim<'_>) -> Result<(), VerifyFailure>;

    /// Verifies claims of one circuit together: either all of them hold, or the result is an error.
    /// An empty list is [`VerifyFailure::BadInputs`], so that nothing is ever accepted without a
    /// proof. The caller has charged [`Self::verify_weight`] of their number.
    fn verify_batch(id: &CircuitId, claims: &[Claim<'_>]) -> Result<(), VerifyFailure>;

    /// The weight of verifying `claims` claims of one circuit in one batch, including storage
    /// reads.
    fn verify_weight(claims: u32) -> Weight;

    /// The weight of reading a block's bytes and computing the public inputs of one proof about it.
    fn fold_weight(size: &FoldSize) -> Weight;
}

/// What tasks need from the experiments that they belong to.
pub trait TaskExperiments<AccountId, BlockNumber> {
    /// Checks that the experiment exists and is not archived. Called before any task is created.
    fn ensure_active(experiment: ExperimentId) -> DispatchResult;

    /// Checks that tasks of this experiment, archived or not, may have this encoding: the one that
    /// the experiment names, or any if it names none. Called before any task is created.
    fn ensure_encoding(experiment: ExperimentId, encoding: &ContentHash) -> DispatchResult;

    /// Checks that `who` may sponsor tasks in this active experiment, which its owner may. Called
    /// only for sponsored tasks; tasks of the curriculum are authorised by [`Curriculum::open`].
    fn ensure_may_sponsor(experiment: ExperimentId, who: &AccountId) -> DispatchResult;

    /// The champion of an experiment, if there is one.
    fn champion(experiment: ExperimentId) -> Option<ChampionModel<AccountId>>;

    /// Records that a worker has proved its claim in a task. Called at most once for each
    /// commitment.
    fn record_score(experiment: ExperimentId, entry: LeaderboardEntry<AccountId, BlockNumber>);

    /// Registers a model that was delivered and paid for. It becomes the champion if it beats the
    /// champion's score, and in the curriculum in any case: there it has beaten the champion on the
    /// same rows. Called once for each payment.
    fn register_model(delivered: DeliveredModel<AccountId>) -> ModelVersionNumber;

    /// Weight of the heaviest of these calls.
    fn weight() -> Weight;
}

/// What a custodian offers in a new task of the curriculum.
#[derive(Clone, Copy, Debug)]
pub struct CurriculumOffer<'a, BlockNumber> {
    /// The architecture of the models.
    pub architecture: &'a Architecture,
    /// Hash of how columns and classes are written as numbers.
    pub encoding: ContentHash,
    /// How many real rows the test blocks hold together at least.
    pub min_test_rows: u32,
    /// How long each phase lasts.
    pub periods: &'a Periods<BlockNumber>,
}

/// What a model is worth in a task of the curriculum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appraisal<Balance> {
    /// The halvings of the error that it is paid for.
    pub bits: Bits,
    /// What its owner would get.
    pub amount: Balance,
}

/// The experiments whose tasks mint tokens.
///
/// For each task, [`Self::open`] is called once and succeeds, then [`Self::take`] and [`Self::pay`]
/// at most once each, then [`Self::close`] once. Nothing is minted in any other way.
pub trait Curriculum<AccountId, Balance, BlockNumber> {
    /// Whether the experiment belongs to the curriculum, with or without a custodian at the moment.
    /// Nobody may sponsor a task in such an experiment.
    fn contains(experiment: ExperimentId) -> bool;

    /// Whether `who` creates the tasks of this curriculum experiment and reveals their blocks, and
    /// has not lost that role.
    fn is_custodian(experiment: ExperimentId, who: &AccountId) -> bool;

    /// The most rows of a test block of this experiment, if it is in the curriculum.
    fn most_rows(experiment: ExperimentId) -> Option<u32>;

    /// Sets aside what the most halvings mint, and returns the most that the winner can get of it.
    /// Fails unless `who` is the custodian of the experiment and the offer keeps its rules, and if
    /// the experiment already has as many open tasks as it may have or the pot has too little.
    fn open(
        experiment: ExperimentId,
        task: TaskId,
        who: &AccountId,
        offer: &CurriculumOffer<'_, BlockNumber>,
    ) -> Result<Balance, DispatchError>;

    /// What a model with these errors is worth in this open task, by the experiment's present
    /// level. `base` are the errors of the constant answer and `champion` those of the champion, if
    /// there is one. Nothing is changed.
    fn appraise(
        task: TaskId,
        base: Lost,
        champion: Option<Lost>,
        model: Lost,
    ) -> Appraisal<Balance>;

    /// Takes these halvings from the experiment's level for this task, in place of what the task
    /// took before.
    fn take(task: TaskId, bits: Bits);

    /// Mints for these halvings, which the task takes from the experiment's level in place of what
    /// it took before. The winner gets the part that [`MintSplit`](crate::reward::MintSplit) says,
    /// which is returned. Infallible: whatever goes wrong, the winner has delivered and must not be
    /// slashed for it. In that case it returns 0.
    fn pay(task: TaskId, winner: &AccountId, bits: Bits) -> Balance;

    /// Closes a task that has ended, and frees the rest of its budget. One that was not paid gives
    /// back what it took from the level.
    fn close(task: TaskId, end: CurriculumEnd);

    /// Whether a closed task need not stay readable: no part of it waits for its provider.
    fn may_forget(task: TaskId) -> bool;

    /// Called when `rows` test rows of this task, of `test_rows`, are known to be equal to other
    /// ones, and `by` has just shown the last of them. Returns whether its provider has just lost
    /// its part.
    fn equal_rows_shown(task: TaskId, rows: u32, test_rows: u32, by: &AccountId) -> bool;

    /// Weight of the heaviest of these calls.
    fn weight() -> Weight;
}

/// Which experiments the curriculum consists of.
pub trait CurriculumExperiments {
    /// Whether the experiment belongs to the curriculum. One that was removed does until the last
    /// of its open tasks has ended.
    fn is_in_curriculum(experiment: ExperimentId) -> bool;
}

/// The workers that registered with a proof of useful work.
pub trait WorkerRegistry<AccountId> {
    /// Whether the account is registered, and neither barred for an offence nor suspended. Only
    /// such accounts may commit to curriculum tasks.
    fn may_work(who: &AccountId) -> bool;

    /// Whether the account is registered and has proved a claim since it registered.
    fn is_known(who: &AccountId) -> bool;

    /// Records that the worker has proved a claim in a curriculum task.
    fn proved(who: &AccountId);

    /// Records that the worker did not prove its claim in a curriculum task when it was asked, or
    /// won and did not deliver. Its registration is suspended until it registers again.
    fn abandoned(who: &AccountId, task: TaskId);

    /// Weight of the heaviest of these calls.
    fn weight() -> Weight;
}

/// The measure of useful work done, by which votes are weighted.
pub trait WorkPoints<AccountId> {
    /// The current points of an account.
    fn points(who: &AccountId) -> u128;

    /// The current points of all accounts together.
    fn total() -> u128;
}

/// Keeps the books of what leaves the issuance: issuance = minted − burnt.
pub trait BurnLog<Balance> {
    /// Records that `amount` has just been burnt.
    fn burnt(amount: Balance);
}

/// Writes what the chain itself has verified into the World Truth Model.
pub trait FactWriter<AccountId> {
    /// Writes the score of a model that was delivered and paid for. Called once for each payment.
    /// Returns nothing if the fact could not be stored, which must not stop the payment.
    fn write_score(fact: ScoreFact<AccountId>) -> Option<FactId>;

    /// Weight of the call.
    fn weight() -> Weight;
}

/// Records where delivered models come from.
pub trait ProvenanceRecorder<AccountId> {
    /// Records the provenance of a model that was delivered and paid for, and what it is sealed
    /// with. Called once for each payment. Returns nothing if the record could not be stored, which
    /// must not stop the payment.
    fn record(provenance: Provenance<AccountId>, seal: Seal) -> Option<RecordId>;

    /// Weight of the call.
    fn weight() -> Weight;
}

/// Randomness that nobody could know early enough to make choices based on it.
pub trait EpochRandomness {
    /// The number of the current epoch. It never decreases, but it may skip numbers.
    fn epoch() -> u64;

    /// What the author of the previous block added to the randomness. The author could not choose
    /// it, and nobody else knew it before that block. Nothing if that block carried none.
    fn output() -> Option<[u8; 32]>;
}

/// The numbered seeds of the draw, of which each epoch brings one.
pub trait DrawSeeds {
    /// The number of the newest seed. It never decreases.
    fn newest() -> u64;

    /// The seed of this number, unless it is not known yet or was forgotten.
    fn seed(number: u64) -> Option<[u8; 32]>;
}

impl<BlockNumber> ProofVerifier<BlockNumber> for () {
    fn circuit(_: &CircuitId) -> Option<CircuitRecord<BlockNumber>> {
        None
    }

    fn verify(_: &CircuitId, _: Claim<'_>) -> Result<(), VerifyFailure> {
        Err(VerifyFailure::UnknownCircuit)
    }

    fn verify_batch(_: &CircuitId, _: &[Claim<'_>]) -> Result<(), VerifyFailure> {
        Err(VerifyFailure::UnknownCircuit)
    }

    fn verify_weight(_: u32) -> Weight {
        Weight::zero()
    }

    fn fold_weight(_: &FoldSize) -> Weight {
        Weight::zero()
    }
}

impl<AccountId, Balance: Default, BlockNumber> Curriculum<AccountId, Balance, BlockNumber> for () {
    fn contains(_: ExperimentId) -> bool {
        false
    }

    fn is_custodian(_: ExperimentId, _: &AccountId) -> bool {
        false
    }

    fn most_rows(_: ExperimentId) -> Option<u32> {
        None
    }

    fn open(
        _: ExperimentId,
        _: TaskId,
        _: &AccountId,
        _: &CurriculumOffer<'_, BlockNumber>,
    ) -> Result<Balance, DispatchError> {
        Err(DispatchError::Unavailable)
    }

    fn appraise(_: TaskId, _: Lost, _: Option<Lost>, _: Lost) -> Appraisal<Balance> {
        Appraisal::default()
    }

    fn take(_: TaskId, _: Bits) {}

    fn pay(_: TaskId, _: &AccountId, _: Bits) -> Balance {
        Balance::default()
    }

    fn close(_: TaskId, _: CurriculumEnd) {}

    fn may_forget(_: TaskId) -> bool {
        true
    }

    fn equal_rows_shown(_: TaskId, _: u32, _: u32, _: &AccountId) -> bool {
        false
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

impl CurriculumExperiments for () {
    fn is_in_curriculum(_: ExperimentId) -> bool {
        false
    }
}

impl<AccountId> WorkerRegistry<AccountId> for () {
    fn may_work(_: &AccountId) -> bool {
        false
    }

    fn is_known(_: &AccountId) -> bool {
        false
    }

    fn proved(_: &AccountId) {}

    fn abandoned(_: &AccountId, _: TaskId) {}

    fn weight() -> Weight {
        Weight::zero()
    }
}

impl<AccountId> WorkPoints<AccountId> for () {
    fn points(_: &AccountId) -> u128 {
        0
    }

    fn total() -> u128 {
        0
    }
}

impl<Balance> BurnLog<Balance> for () {
    fn burnt(_: Balance) {}
}

impl<AccountId> FactWriter<AccountId> for () {
    fn write_score(_: ScoreFact<AccountId>) -> Option<FactId> {
        None
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

impl<AccountId> ProvenanceRecorder<AccountId> for () {
    fn record(_: Provenance<AccountId>, _: Seal) -> Option<RecordId> {
        None
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

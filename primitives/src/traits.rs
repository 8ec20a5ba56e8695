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
//! | [`BurnLog`] | rewards | rewards, council, the runtime's dust and fee handlers |
//! | [`FactWriter`] | wtm | tasks |
//! | [`ProvenanceRecorder`] | provenance | tasks |
//! | [`EpochRandomness`] | the runtime, from BABE | tasks |
//! | [`DrawSeeds`] | tasks | rewards |
//!
//! The implementations for `()` are those of a chain without the pallet: nothing is remembered,
//! nobody is registered, nothing is minted. No `()` accepts a proof.

use crate::{
    circuit::{CircuitRecord, Claim},
    experiment::{DeliveredModel, LeaderboardEntry},
    fact::ScoreFact,
    ids::{CircuitId, ExperimentId, FactId, ModelVersionNumber, RecordId, TaskId},
    model::FoldSize,
    provenance::{Provenance, Seal},
    reward::CurriculumEnd,
    score::{Improvement, Score},
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

    /// Checks that `who` may sponsor tasks in this active experiment, which its owner may. Called
    /// only for sponsored tasks; tasks of the curriculum are authorised by [`Curriculum::open`].
    fn ensure_may_sponsor(experiment: ExperimentId, who: &AccountId) -> DispatchResult;

    /// The score of the experiment's champion. Called before the payment for a curriculum task.
    fn champion_score(experiment: ExperimentId) -> Option<Score>;

    /// Records that a worker has proved every test block of a task. Called at most once for each
    /// commitment.
    fn record_score(experiment: ExperimentId, entry: LeaderboardEntry<AccountId, BlockNumber>);

    /// Registers a model that was delivered and paid for. It becomes the champion if it beats the
    /// champion's score. Called once for each payment, *after* [`Curriculum::pay`], which needs the
    /// old champion.
    fn register_model(delivered: DeliveredModel<AccountId>) -> ModelVersionNumber;

    /// Weight of the heaviest of these calls.
    fn weight() -> Weight;
}

/// The experiments whose tasks mint tokens.
///
/// For each task, [`Self::open`] is called once and succeeds, then [`Self::pay`] at most once, then
/// [`Self::close`] once. Nothing is minted in any other way.
pub trait Curriculum<AccountId, Balance> {
    /// Whether the experiment belongs to the curriculum, with or without a custodian at the moment.
    /// Nobody may sponsor a task in such an experiment.
    fn contains(experiment: ExperimentId) -> bool;

    /// Whether `who` creates the tasks of this curriculum experiment and reveals their blocks, and
    /// has not lost that role.
    fn is_custodian(experiment: ExperimentId, who: &AccountId) -> bool;

    /// Reserves a budget for a new task. Fails unless `who` is the custodian of the experiment, and
    /// if the experiment already has as many open tasks as it may have.
    fn open(
        experiment: ExperimentId,
        task: TaskId,
        who: &AccountId,
    ) -> Result<Balance, DispatchError>;

    /// Mints `budget × improvement`, of which the winner gets the part that
    /// [`MintSplit`](crate::reward::MintSplit) says, and returns that part. Infallible: whatever
    /// goes wrong, the winner has delivered and must not be slashed for it. In that case it returns
    /// 0.
    fn pay(task: TaskId, winner: &AccountId, improvement: Improvement) -> Balance;

    /// Closes a task that has ended, and frees the rest of its budget.
    fn close(task: TaskId, end: CurriculumEnd);

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

    /// Records that the worker committed to a curriculum task and did not prove, or won and did not
    /// deliver. There is no stake to slash, so its registration is suspended until it registers
    /// again.
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

impl<AccountId, Balance: Default> Curriculum<AccountId, Balance> for () {
    fn contains(_: ExperimentId) -> bool {
        false
    }

    fn is_custodian(_: ExperimentId, _: &AccountId) -> bool {
        false
    }

    fn open(_: ExperimentId, _: TaskId, _: &AccountId) -> Result<Balance, DispatchError> {
        Err(DispatchError::Unavailable)
    }

    fn pay(_: TaskId, _: &AccountId, _: Improvement) -> Balance {
        Balance::default()
    }

    fn close(_: TaskId, _: CurriculumEnd) {}

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

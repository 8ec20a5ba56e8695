//! The traits by which the pallets meet. The runtime wires them; no pallet depends on another.
//!
//! | trait | implemented by | called by |
//! |---|---|---|
//! | [`ProofVerifier`] | verifier | tasks, rewards |
//! | [`TaskExperiments`] | experiments | tasks |
//! | [`Curriculum`] | rewards | tasks |
//! | [`WorkerRegistry`] | rewards | tasks |
//! | [`WorkPoints`] | rewards | wtm |
//! | [`BurnLog`] | rewards | tasks, wtm, the runtime's dust and fee handlers |
//! | [`FactWriter`] | wtm | tasks |
//! | [`ProvenanceRecorder`] | provenance | tasks |
//! | [`EpochRandomness`] | the runtime, from BABE | tasks |
//!
//! The implementations for `()` are those of a chain without the pallet: nothing is remembered,
//! nobody is registered, nothing is minted. No `()` accepts a proof.

use crate::{
    circuit::{CircuitRecord, Claim},
    experiment::{DeliveredModel, LeaderboardEntry},
    fact::ScoreFact,
    ids::{CircuitId, ExperimentId, FactId, ModelVersionNumber, RecordId, TaskId},
    provenance::Provenance,
    reward::CurriculumEnd,
    score::{Improvement, Score},
};
use sp_runtime::{DispatchError, DispatchResult};
use sp_weights::Weight;

/// Why a claim was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyFailure {
    /// No circuit of this id is registered.
    #[error("no circuit of this id is registered")]
    UnknownCircuit,
    /// The circuit was disabled.
    #[error("the circuit was disabled; no proof of it is accepted any more")]
    Disabled,
    /// The number of inputs is not that of the circuit, or an input is not below the field's order.
    #[error("the public inputs do not fit the circuit")]
    BadInputs,
    /// The proof's bytes are not the encoding of a proof.
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
    /// The registered circuit of this id.
    fn circuit(id: &CircuitId) -> Option<CircuitRecord<BlockNumber>>;

    /// Verifies one claim. The caller has charged [`Self::verify_weight`] of 1.
    fn verify(id: &CircuitId, claim: Claim<'_>) -> Result<(), VerifyFailure>;

    /// Verifies claims of one circuit together: all of them hold, or an error. An empty list is
    /// [`VerifyFailure::BadInputs`], so that nothing is ever accepted for nothing. The caller has
    /// charged [`Self::verify_weight`] of their number.
    fn verify_batch(id: &CircuitId, claims: &[Claim<'_>]) -> Result<(), VerifyFailure>;

    /// Weight of verifying `claims` claims of one circuit in one batch, storage reads included.
    fn verify_weight(claims: u32) -> Weight;
}

/// What tasks need of the experiments that they belong to.
pub trait TaskExperiments<AccountId, BlockNumber> {
    /// The experiment exists and is not archived. Called before any task is created.
    fn ensure_active(experiment: ExperimentId) -> DispatchResult;

    /// `who` may sponsor tasks in this active experiment (it is the owner). Called for sponsored
    /// tasks only; the curriculum's tasks are authorised by [`Curriculum::open`].
    fn ensure_may_sponsor(experiment: ExperimentId, who: &AccountId) -> DispatchResult;

    /// Score of the experiment's champion. Called before the payment of a curriculum task.
    fn champion_score(experiment: ExperimentId) -> Option<Score>;

    /// A worker has proved every test block of a task. Called at most once for each commitment.
    fn record_score(experiment: ExperimentId, entry: LeaderboardEntry<AccountId, BlockNumber>);

    /// A model was delivered and paid for; it becomes champion if it beats the champion's score.
    /// Called once for each payment, *after* [`Curriculum::pay`], which needs the old champion.
    fn register_model(delivered: DeliveredModel<AccountId>) -> ModelVersionNumber;

    /// Weight of the heaviest of these calls.
    fn weight() -> Weight;
}

/// The tasks that mint.
///
/// For each task [`Self::open`] is called once and succeeds, then [`Self::pay`] at most once, then
/// [`Self::close`] once. Nothing is minted in any other way.
pub trait Curriculum<AccountId, Balance> {
    /// The experiment belongs to the curriculum, with or without a custodian at the moment. Nobody
    /// may sponsor a task in such an experiment.
    fn contains(experiment: ExperimentId) -> bool;

    /// `who` creates the tasks of this curriculum experiment and reveals their blocks, and has not
    /// lost that role.
    fn is_custodian(experiment: ExperimentId, who: &AccountId) -> bool;

    /// Reserves a budget for a new task. Fails unless `who` is the custodian of the experiment,
    /// and when the experiment has as many open tasks as it may have.
    fn open(
        experiment: ExperimentId,
        task: TaskId,
        who: &AccountId,
    ) -> Result<Balance, DispatchError>;

    /// Mints `budget × improvement` to the winner and returns what was minted. Infallible: whatever
    /// goes wrong, the winner has delivered and must not be slashed for it; 0 is returned then.
    fn pay(task: TaskId, winner: &AccountId, improvement: Improvement) -> Balance;

    /// The task has ended. The rest of its budget is free again.
    fn close(task: TaskId, end: CurriculumEnd);

    /// Weight of the heaviest of these calls.
    fn weight() -> Weight;
}

/// The workers that registered with a proof of useful work.
pub trait WorkerRegistry<AccountId> {
    /// The account is registered, not barred for an offence and not suspended. Only such accounts
    /// may commit in curriculum tasks.
    fn may_work(who: &AccountId) -> bool;

    /// The worker committed in a curriculum task and proved nothing, or won and did not deliver.
    /// There is no stake to slash: its registration is suspended until it registers anew.
    fn abandoned(who: &AccountId, task: TaskId);

    /// Weight of the heaviest of these calls.
    fn weight() -> Weight;
}

/// The measure of useful work done, for votes.
pub trait WorkPoints<AccountId> {
    /// Points of an account now.
    fn points(who: &AccountId) -> u128;

    /// Points of all accounts together.
    fn total() -> u128;
}

/// Keeps the books of what leaves the issuance: issuance = minted − burnt.
pub trait BurnLog<Balance> {
    /// `amount` was just burnt.
    fn burnt(amount: Balance);
}

/// Writes what the chain itself has verified into the World Truth Model.
pub trait FactWriter<AccountId> {
    /// A model was delivered and paid for. Called once for each payment; returns nothing if the
    /// fact could not be stored, which must not stop the payment.
    fn write_score(fact: ScoreFact<AccountId>) -> Option<FactId>;

    /// Weight of the call.
    fn weight() -> Weight;
}

/// Records where delivered models come from.
pub trait ProvenanceRecorder<AccountId> {
    /// A model was delivered and paid for. Called once for each payment; returns nothing if the
    /// record could not be stored, which must not stop the payment.
    fn record(provenance: Provenance<AccountId>) -> Option<RecordId>;

    /// Weight of the call.
    fn weight() -> Weight;
}

/// Randomness that nobody could know in time to choose by it.
pub trait EpochRandomness {
    /// Number of the current epoch. It never falls; it may skip numbers.
    fn epoch() -> u64;

    /// What the author of the block before the present one added to the randomness: nobody could
    /// choose it, and nobody else knew it before that block. Nothing if that block carried none.
    fn output() -> Option<[u8; 32]>;
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
    fn record(_: Provenance<AccountId>) -> Option<RecordId> {
        None
    }

    fn weight() -> Weight {
        Weight::zero()
    }
}

//! What the calls do, by the phase they belong to.

mod ask;
mod champion;
mod chunks;
mod claim;
mod close;
mod commit;
mod config_check;
mod create;
mod deliver;
mod draw;
mod equal_rows;
mod fold_weights;
mod free_calls;
mod money;
mod prove;
mod reveal;
mod settle;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod state_check;
mod sweep;
mod views;

use crate::{types::TaskOf, Config, Error, Pallet, Tasks};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    circuit::CircuitRecord,
    ids::{BlockIndex, CircuitId, TaskId},
    model::{Context, ContextDomain, Fr},
    phase::Phase,
    traits::{ProofVerifier, VerifyFailure},
};
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
    /// The number of the current block.
    pub(crate) fn now() -> BlockNumberFor<T> {
        frame_system::Pallet::<T>::block_number()
    }

    fn known_task(id: TaskId) -> Result<TaskOf<T>, Error<T>> {
        Tasks::<T>::get(id).ok_or(Error::<T>::UnknownTask)
    }

    fn task_in(id: TaskId, phase: Phase) -> Result<TaskOf<T>, Error<T>> {
        let task = Self::known_task(id)?;
        ensure!(task.phase(Self::now()) == phase, Error::<T>::WrongPhase);
        Ok(task)
    }

    fn ensure_requester(task: &TaskOf<T>, who: &T::AccountId) -> Result<(), Error<T>> {
        ensure!(task.requester == *who, Error::<T>::NotRequester);
        Ok(())
    }

    /// The public input that ties a proof to this chain, circuit, task, account and block.
    pub(crate) fn context(
        domain: ContextDomain,
        circuit: CircuitId,
        task: TaskId,
        worker: &T::AccountId,
        block: BlockIndex,
    ) -> Fr {
        let context = Context {
            domain,
            genesis_hash: Self::genesis_hash(),
            circuit,
            task,
            worker: worker.clone().into(),
            block,
        };
        context.to_field()
    }

    fn genesis_hash() -> [u8; 32] {
        let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        <[u8; 32]>::try_from(hash.as_ref()).unwrap_or_default()
    }

    fn circuit(id: &CircuitId) -> Option<CircuitRecord<BlockNumberFor<T>>> {
        T::Verifier::circuit(id)
    }

    /// Whether a circuit of the task is disabled, so that workers cannot do what they committed to.
    fn is_void(task: &TaskOf<T>) -> bool {
        [task.terms.score_circuit, task.terms.delivery_circuit]
            .iter()
            .any(|id| !Self::circuit(id).is_some_and(|circuit| circuit.is_usable()))
    }

    fn refusal(failure: VerifyFailure) -> Error<T> {
        match failure {
            VerifyFailure::Disabled | VerifyFailure::UnknownCircuit => Error::CircuitDisabled,
            VerifyFailure::BadInputs | VerifyFailure::MalformedProof | VerifyFailure::Refuted => {
                Error::ProofRefused
            }
        }
    }
}

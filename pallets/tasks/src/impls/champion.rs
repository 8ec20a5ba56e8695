//! The champion of a curriculum's experiment, which is judged on the same rows as the models of a
//! task.

use super::prove::ScoredModel;
use crate::{types::TaskOf, ComparedWith, Config, Error, Event, Pallet, Tasks};
use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure};
use nocknock_primitives::{
    experiment::ChampionModel,
    format::DataFormat,
    ids::{CircuitId, TaskId},
    model::{Architecture, ContextDomain},
    phase::Phase,
    task::{BlockScore, Funding, Reference},
    traits::TaskExperiments,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_prove_champion(
        id: TaskId,
        scores: &[BlockScore],
    ) -> DispatchResultWithPostInfo {
        let mut task = Self::known_task(id)?;
        ensure!(Self::champion_is_awaited(&task), Error::<T>::WrongPhase);
        ensure!(!scores.is_empty(), Error::<T>::NothingSubmitted);
        let proved = Self::note_champion(id, &mut task, scores)?;
        ensure!(!proved.is_empty(), Error::<T>::AlreadyProved);
        let weight = Self::submission_weight(&task, &[], &proved);
        Tasks::<T>::insert(id, task);
        Ok(Some(weight).into())
    }

    /// Whether the task is in a phase in which the champion may be proved.
    pub(crate) fn champion_is_awaited(task: &TaskOf<T>) -> bool {
        matches!(task.phase(Self::now()), Phase::Claim | Phase::Ask | Phase::Prove)
    }

    /// Chooses the champion that the models of this task are compared with, once all test blocks
    /// are revealed. There is none if its models cannot read these blocks, or its proofs are not
    /// accepted any more.
    pub(crate) fn set_reference(task: &mut TaskOf<T>) {
        if task.funding == Funding::Curriculum {
            task.reference = T::Experiments::champion(task.experiment)
                .filter(|champion| Self::can_be_judged(task, &champion.circuit))
                .map(reference);
        }
        if let Some(reference) = &task.reference {
            ComparedWith::<T>::mutate(reference.task, |tasks| *tasks = tasks.saturating_add(1));
        }
    }

    /// Ends the comparison with a champion, whose task need not stay readable for this one.
    pub(crate) fn leave_reference(task: &TaskOf<T>) {
        let Some(reference) = &task.reference else {
            return;
        };
        let left = ComparedWith::<T>::get(reference.task).saturating_sub(1);
        if left == 0 {
            ComparedWith::<T>::remove(reference.task);
        } else {
            ComparedWith::<T>::insert(reference.task, left);
        }
    }

    /// Whether models of this circuit can be judged on the test blocks of the task.
    fn can_be_judged(task: &TaskOf<T>, circuit: &CircuitId) -> bool {
        let rows = task.tests.iter().filter_map(|test| test.rows).max().unwrap_or(0);
        let rows = u16::try_from(rows).unwrap_or(u16::MAX);
        let format = DataFormat { rows, ..DataFormat::of(&task.architecture) };
        Self::usable_architecture(circuit).is_some_and(|champions| format.fits(&champions))
    }

    /// The architecture of a score circuit, unless it was disabled.
    fn usable_architecture(circuit: &CircuitId) -> Option<Architecture> {
        let record = Self::circuit(circuit).filter(|record| record.is_usable())?;
        record.info.kind.architecture().cloned()
    }

    /// The architecture of the champion that the task is compared with, unless its circuit was
    /// disabled.
    pub(crate) fn reference_architecture(task: &TaskOf<T>) -> Option<Architecture> {
        Self::usable_architecture(&task.reference.as_ref()?.circuit)
    }

    /// Whether there is a champion that the task is compared with. One whose circuit was disabled
    /// counts as none.
    pub(crate) fn reference_is_usable(task: &TaskOf<T>) -> bool {
        Self::reference_architecture(task).is_some()
    }

    /// Verifies and records scores of the champion. Returns those that are new; the others are left
    /// out.
    pub(crate) fn note_champion(
        id: TaskId,
        task: &mut TaskOf<T>,
        scores: &[BlockScore],
    ) -> Result<Vec<BlockScore>, Error<T>> {
        let (reference, new) = Self::with_scores_of_champion(task, scores)?;
        if new.is_empty() {
            return Ok(new);
        }
        let architecture =
            Self::usable_architecture(&reference.circuit).ok_or(Error::<T>::CircuitDisabled)?;
        let champion = ScoredModel {
            domain: ContextDomain::Champion,
            circuit: reference.circuit,
            architecture: &architecture,
            worker: &reference.worker,
            model: reference.model,
        };
        Self::verify_scores(id, &champion, &new)?;
        let (blocks, points) = (reference.proved_blocks(), reference.points);
        Self::deposit_event(Event::ChampionProved { task: id, blocks, points });
        task.reference = Some(reference);
        Ok(new)
    }

    /// Checks everything about scores of the champion except their proofs. Returns the champion as
    /// it is with them, and those of blocks that were not proved before.
    fn with_scores_of_champion(
        task: &TaskOf<T>,
        scores: &[BlockScore],
    ) -> Result<(Reference<T::AccountId>, Vec<BlockScore>), Error<T>> {
        let mut reference = task.reference.clone().ok_or(Error::<T>::NoReference)?;
        let mut new = Vec::new();
        for entry in scores {
            let place = Self::check_score(task, entry)?;
            if reference.note(place, entry.score.points) {
                new.push(*entry);
            }
        }
        Ok((reference, new))
    }

    /// Whether these scores of the champion can be recorded, unless a proof does not hold.
    pub(crate) fn may_note_champion(task: &TaskOf<T>, scores: &[BlockScore]) -> bool {
        Self::with_scores_of_champion(task, scores).is_ok() && Self::reference_is_usable(task)
    }

    /// Whether these scores of the champion can be recorded, and all of them are missing.
    pub(crate) fn are_missing_of_champion(task: &TaskOf<T>, scores: &[BlockScore]) -> bool {
        let noted = Self::with_scores_of_champion(task, scores);
        let all_are_new = noted.is_ok_and(|(_, new)| new.len() == scores.len());
        all_are_new && !scores.is_empty() && Self::reference_is_usable(task)
    }
}

/// A champion of which no score on the rows of a task has been proved yet.
fn reference<AccountId>(champion: ChampionModel<AccountId>) -> Reference<AccountId> {
    let ChampionModel { version, task, worker, model, circuit, .. } = champion;
    Reference { version, task, worker, model, circuit, blocks: 0, points: 0 }
}

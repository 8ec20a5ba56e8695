//! Proved scores.

use crate::{
    types::{CommitmentOf, TaskOf},
    Commitments, Config, Error, Event, Pallet, Rankings, RevealedBlocks, Tasks,
};
use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure};
use nocknock_primitives::{
    circuit::Claim,
    experiment::LeaderboardEntry,
    ids::{FieldBytes, TaskId},
    model::{Claimed, ContextDomain, FoldInputs, KnownBlock},
    phase::Phase,
    score::Score,
    task::{BlockScore, Funding, Ranked},
    traits::{ProofVerifier, TaskExperiments},
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_submit_scores(
        who: T::AccountId,
        id: TaskId,
        scores: &[BlockScore],
    ) -> DispatchResultWithPostInfo {
        let mut task = Self::task_in(id, Phase::Prove)?;
        let mut commitment = Commitments::<T>::get(id, &who).ok_or(Error::<T>::NotCommitted)?;
        Self::note_scores(&task, &mut commitment, scores)?;
        Self::verify_scores(id, &task, &who, &commitment, scores)?;
        Commitments::<T>::insert(id, &who, commitment);
        Self::deposit_event(Event::ScoresProved {
            task: id,
            worker: who.clone(),
            blocks: commitment.proved_blocks(),
            correct: commitment.correct,
        });
        let weight = Self::submission_weight(&task, scores);
        if Self::is_complete(&task, &commitment) {
            task.proved = task.proved.saturating_add(1);
            Self::complete_submission(id, &task, who, &commitment);
            Tasks::<T>::insert(id, task);
        }
        Ok(Some(weight).into())
    }

    /// Whether every test block of the task has been proved.
    pub(crate) fn is_complete(task: &TaskOf<T>, commitment: &CommitmentOf<T>) -> bool {
        commitment.proved_blocks() == u32::from(task.test_blocks)
    }

    /// Checks everything about scores except their proofs, and records them.
    pub(crate) fn note_scores(
        task: &TaskOf<T>,
        commitment: &mut CommitmentOf<T>,
        scores: &[BlockScore],
    ) -> Result<(), Error<T>> {
        ensure!(!scores.is_empty(), Error::<T>::NothingSubmitted);
        scores.iter().try_for_each(|score| Self::note_score(task, commitment, score))
    }

    fn note_score(
        task: &TaskOf<T>,
        commitment: &mut CommitmentOf<T>,
        entry: &BlockScore,
    ) -> Result<(), Error<T>> {
        let (place, points) = (task.test_position(entry.block), entry.score.points);
        let place = place.ok_or(Error::<T>::NotTestBlock)?;
        let rows = task.tests.get(place).and_then(|test| test.rows);
        let most = task.architecture.max_score(rows.ok_or(Error::<T>::NotTestBlock)?);
        ensure!(u64::from(points) <= most, Error::<T>::ScoreTooHigh);
        let place = u32::try_from(place).map_err(|_| Error::<T>::NotTestBlock)?;
        ensure!(commitment.note(place, points), Error::<T>::AlreadyProved);
        Ok(())
    }

    fn verify_scores(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
        commitment: &CommitmentOf<T>,
        scores: &[BlockScore],
    ) -> Result<(), Error<T>> {
        let inputs = scores
            .iter()
            .map(|entry| Self::score_inputs(id, task, who, commitment, entry))
            .map(|inputs| Ok(inputs?.in_order()))
            .collect::<Result<Vec<_>, Error<T>>>()?;
        let claims: Vec<_> = inputs
            .iter()
            .zip(scores)
            .map(|(inputs, entry)| Claim { inputs, proof: &entry.score.proof })
            .collect();
        T::Verifier::verify_batch(&task.terms.score_circuit, &claims).map_err(Self::refusal)
    }

    /// The public inputs. All but what the worker sent comes from the chain, down to the samples.
    fn score_inputs(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
        commitment: &CommitmentOf<T>,
        entry: &BlockScore,
    ) -> Result<FoldInputs<FieldBytes>, Error<T>> {
        let BlockScore { block, score } = entry;
        let claimed = Claimed::try_from(score).map_err(|_| Error::<T>::ProofRefused)?;
        let circuit = task.terms.score_circuit;
        let context = Self::context(ContextDomain::Score, circuit, id, who, *block);
        let model = Self::committed_element(commitment.model.as_bytes())?;
        let revealed = RevealedBlocks::<T>::get(id, block).ok_or(Error::<T>::NotTestBlock)?;
        let known = KnownBlock::new(&task.architecture, &revealed.salt, *block, &revealed.rows)
            .map_err(|_| Error::<T>::NotTestBlock)?;
        Ok(known.inputs(context, model, &claimed).to_bytes())
    }

    fn complete_submission(
        id: TaskId,
        task: &TaskOf<T>,
        worker: T::AccountId,
        commitment: &CommitmentOf<T>,
    ) {
        let score = task.score(commitment.correct);
        let eligible = Self::may_win(task, &score);
        if eligible {
            Self::rank(id, worker.clone(), commitment);
        }
        T::Experiments::record_score(
            task.experiment,
            LeaderboardEntry {
                worker: worker.clone(),
                task: id,
                model: commitment.model,
                score,
                at: Self::now(),
            },
        );
        Self::deposit_event(Event::SubmissionCompleted { task: id, worker, score, eligible });
    }

    /// Whether a score is eligible by the task's terms and, in the curriculum, where nothing else
    /// is paid for, better than the champion.
    fn may_win(task: &TaskOf<T>, score: &Score) -> bool {
        task.is_eligible(score)
            && (task.funding == Funding::Sponsored || score.beats(&Self::champion(task)))
    }

    /// The score of the champion of the task's experiment.
    pub(crate) fn champion(task: &TaskOf<T>) -> Score {
        T::Experiments::champion_score(task.experiment).unwrap_or(Score::ZERO)
    }

    /// Puts a submission in its place, if it is among the best that a task remembers.
    fn rank(id: TaskId, worker: T::AccountId, commitment: &CommitmentOf<T>) {
        let entry = Ranked { worker, correct: commitment.correct, sequence: commitment.sequence };
        Rankings::<T>::mutate(id, |ranking| {
            let place = ranking.partition_point(|other| other.precedes(&entry));
            if ranking.is_full() && place < ranking.len() {
                ranking.pop();
            }
            // This fails only if the list is full of better entries.
            let _ = ranking.try_insert(place, entry);
        });
    }
}

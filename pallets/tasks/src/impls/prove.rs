//! Proved scores.

use crate::{
    types::{CommitmentOf, RankedOf, TaskOf},
    Commitments, Config, Error, Event, Pallet, Rankings, RevealedBlocks, Tasks,
};
use alloc::vec::Vec;
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure};
use nocknock_primitives::{
    circuit::Claim,
    claim::{ClaimKey, ClaimState},
    experiment::LeaderboardEntry,
    ids::{CircuitId, FieldBytes, ModelCommitment, TaskId},
    model::{Architecture, Claimed, ContextDomain, FoldInputs, KnownBlock},
    phase::Phase,
    task::{BlockScore, Funding, Ranked},
    traits::{ProofVerifier, TaskExperiments, WorkerRegistry},
};
use sp_runtime::traits::Zero;

/// The model that scores are of, and how they are proved.
pub(super) struct ScoredModel<'a, AccountId> {
    /// What the scores are for.
    pub(super) domain: ContextDomain,
    /// The circuit of the proofs.
    pub(super) circuit: CircuitId,
    /// The architecture that the circuit is about.
    pub(super) architecture: &'a Architecture,
    /// Whose model it is.
    pub(super) worker: &'a AccountId,
    /// `C_W`.
    pub(super) model: ModelCommitment,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_submit_scores(
        who: T::AccountId,
        id: TaskId,
        scores: &[BlockScore],
        champion: &[BlockScore],
    ) -> DispatchResultWithPostInfo {
        let mut task = Self::task_in(id, Phase::Prove)?;
        let commitment = Commitments::<T>::get(id, &who).ok_or(Error::<T>::NotCommitted)?;
        if scores.is_empty() {
            ensure!(commitment.claim == ClaimState::Proved, Error::<T>::NothingSubmitted);
        } else {
            Self::prove_own(id, &mut task, &who, commitment, scores)?;
        }
        let proved = Self::prove_champion_too(id, &mut task, scores, champion)?;
        let weight = Self::submission_weight(&task, scores, &proved);
        Tasks::<T>::insert(id, task);
        Ok(Some(weight).into())
    }

    /// Records scores of the champion that come with those of a worker's own model, or alone.
    /// Returns those that are new, of which there is at least one if they come alone.
    fn prove_champion_too(
        id: TaskId,
        task: &mut TaskOf<T>,
        scores: &[BlockScore],
        champion: &[BlockScore],
    ) -> Result<Vec<BlockScore>, Error<T>> {
        if champion.is_empty() {
            ensure!(!scores.is_empty(), Error::<T>::NothingSubmitted);
            return Ok(Vec::new());
        }
        let proved = Self::note_champion(id, task, champion)?;
        let is_any_new = !scores.is_empty() || !proved.is_empty();
        ensure!(is_any_new, Error::<T>::AlreadyProved);
        Ok(proved)
    }

    /// Records scores of a worker's own model.
    fn prove_own(
        id: TaskId,
        task: &mut TaskOf<T>,
        who: &T::AccountId,
        mut commitment: CommitmentOf<T>,
        scores: &[BlockScore],
    ) -> Result<(), Error<T>> {
        Self::note_scores(task, &mut commitment, scores)?;
        let own = ScoredModel {
            domain: ContextDomain::Score,
            circuit: task.terms.score_circuit,
            architecture: &task.architecture,
            worker: who,
            model: commitment.model,
        };
        Self::verify_scores(id, &own, scores)?;
        Self::deposit_event(Event::ScoresProved {
            task: id,
            worker: who.clone(),
            blocks: commitment.proved_blocks(),
            correct: commitment.correct,
        });
        if Self::is_complete(task, &commitment) {
            commitment.claim = ClaimState::Proved;
            Self::complete_submission(id, task, who, &commitment);
        }
        Commitments::<T>::insert(id, who, commitment);
        Ok(())
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
        let ClaimState::Asked(claimed) = commitment.claim else {
            return Err(Error::<T>::NotAsked);
        };
        for entry in scores {
            let place = Self::check_score(task, entry)?;
            ensure!(commitment.note(place, entry.score.points), Error::<T>::AlreadyProved);
        }
        let as_claimed = if Self::is_complete(task, commitment) {
            commitment.correct == claimed
        } else {
            commitment.correct <= claimed
        };
        ensure!(as_claimed, Error::<T>::NotAsClaimed);
        Ok(())
    }

    /// The place of a score's block among the test blocks, if a model can have so many points on
    /// it.
    pub(super) fn check_score(task: &TaskOf<T>, entry: &BlockScore) -> Result<u32, Error<T>> {
        let place = task.test_position(entry.block).ok_or(Error::<T>::NotTestBlock)?;
        let rows = task.tests.get(place).and_then(|test| test.rows);
        let most = task.architecture.max_score(rows.ok_or(Error::<T>::NotTestBlock)?);
        ensure!(u64::from(entry.score.points) <= most, Error::<T>::ScoreTooHigh);
        u32::try_from(place).map_err(|_| Error::<T>::NotTestBlock)
    }

    /// Verifies the scores of a model on test blocks of a task in one batch.
    pub(super) fn verify_scores(
        id: TaskId,
        model: &ScoredModel<'_, T::AccountId>,
        scores: &[BlockScore],
    ) -> Result<(), Error<T>> {
        let inputs = scores
            .iter()
            .map(|entry| Self::score_inputs(id, model, entry))
            .map(|inputs| Ok(inputs?.in_order()))
            .collect::<Result<Vec<_>, Error<T>>>()?;
        let claims: Vec<_> = inputs
            .iter()
            .zip(scores)
            .map(|(inputs, entry)| Claim { inputs, proof: &entry.score.proof })
            .collect();
        T::Verifier::verify_batch(&model.circuit, &claims).map_err(Self::refusal)
    }

    /// The public inputs. All but what was sent comes from the chain, down to the samples.
    fn score_inputs(
        id: TaskId,
        model: &ScoredModel<'_, T::AccountId>,
        entry: &BlockScore,
    ) -> Result<FoldInputs<FieldBytes>, Error<T>> {
        let BlockScore { block, score } = entry;
        let claimed = Claimed::try_from(score).map_err(|_| Error::<T>::ProofRefused)?;
        let context = Self::context(model.domain, model.circuit, id, model.worker, *block);
        let commitment = Self::committed_element(model.model.as_bytes())?;
        let revealed = RevealedBlocks::<T>::get(id, block).ok_or(Error::<T>::NotTestBlock)?;
        let known = KnownBlock::new(model.architecture, &revealed.salt, *block, &revealed.rows)
            .map_err(|_| Error::<T>::NotTestBlock)?;
        Ok(known.inputs(context, commitment, &claimed).to_bytes())
    }

    /// Counts a claim that has just been proved, and ranks it.
    fn complete_submission(
        id: TaskId,
        task: &mut TaskOf<T>,
        worker: &T::AccountId,
        commitment: &CommitmentOf<T>,
    ) {
        task.proved = task.proved.saturating_add(1);
        if let Some(round) = &mut task.round {
            round.open = round.open.saturating_sub(1);
        }
        task.last_paid = Self::rank(id, task.shares(), worker, commitment);
        if task.funding == Funding::Curriculum {
            T::Workers::proved(worker);
        }
        let score = task.score(commitment.correct);
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
        let worker = worker.clone();
        Self::deposit_event(Event::SubmissionCompleted { task: id, worker, score });
    }

    /// Puts a submission in its place, if it is among the best that a task remembers. Returns where
    /// the claim stands that the last share goes to, if there are as many as shares.
    fn rank(
        id: TaskId,
        shares: u32,
        worker: &T::AccountId,
        commitment: &CommitmentOf<T>,
    ) -> Option<ClaimKey> {
        let entry: RankedOf<T> = Ranked {
            worker: worker.clone(),
            correct: commitment.correct,
            sequence: commitment.sequence,
            least: commitment.least,
            amount: Zero::zero(),
            bits: 0,
            delivered: false,
        };
        Rankings::<T>::mutate(id, |ranking| {
            let place = ranking.partition_point(|other| other.precedes(&entry));
            if ranking.is_full() && place < ranking.len() {
                ranking.pop();
            }
            // This fails only if the list is full of better entries.
            let _ = ranking.try_insert(place, entry);
            let last = usize::try_from(shares.checked_sub(1)?).ok()?;
            ranking.get(last).map(Ranked::key)
        })
    }
}

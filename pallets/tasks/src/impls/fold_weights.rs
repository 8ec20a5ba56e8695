//! What the calls cost that read a test block.
//!
//! Before such a call it is only known which task it is about, so what it may cost at most is
//! charged in advance. For proofs that is the fold of full blocks of the task: many folds of the
//! largest blocks that any task may have would never fit into one block of the chain. The
//! architectures of a task and of the champion that it is compared with do not change, so they may
//! be read for this.

use crate::{types::TaskOf, Config, Pallet, Tasks, WeightInfo};
use frame_support::weights::Weight;
use nocknock_primitives::{
    ids::TaskId,
    model::{Architecture, FoldSize},
    task::BlockScore,
    traits::{Curriculum, ProofVerifier, TaskExperiments, WorkerRegistry},
};

/// How many bytes count as one in the weight of a reveal.
const UNIT: u32 = 1024;

impl<T: Config> Pallet<T> {
    /// Weight of `reveal_block` for the largest blocks.
    pub(crate) fn largest_reveal_weight() -> Weight {
        Self::reveal_weight_of(FoldSize::largest())
    }

    /// Weight of `reveal_block` for a block with so many rows.
    pub(crate) fn reveal_weight(architecture: &Architecture, rows: u32) -> Weight {
        Self::reveal_weight_of(FoldSize::with_rows(architecture, rows))
    }

    /// A reveal makes a block of its bytes, as a fold does, and folds nothing. The bytes are part
    /// of its own weight. The last one asks for the champion.
    fn reveal_weight_of(size: FoldSize) -> Weight {
        let contents = FoldSize { bytes: 0, inputs: 0, ..size };
        T::WeightInfo::reveal_block(size.bytes.div_ceil(UNIT))
            .saturating_add(T::Verifier::fold_weight(&contents))
            .saturating_add(T::Experiments::weight())
            .saturating_add(T::Curriculum::weight())
    }

    /// Weight of `submit_scores` of one of the largest blocks.
    pub(crate) fn largest_submission_weight() -> Weight {
        let fold = T::Verifier::fold_weight(&FoldSize::largest());
        Self::proofs_weight(1).saturating_add(fold)
    }

    /// Weight of `submit_scores` of so many full blocks of a task, and of `prove_champion` if none
    /// are of the worker's own model. Without the task nothing is folded.
    ///
    /// The pool asks for this before it knows whether anybody pays, and a batch can hold thousands
    /// of calls that are as short as one without scores. So such a call reads nothing.
    pub(crate) fn full_submission_weight(id: TaskId, scores: u32, champion: u32) -> Weight {
        let is_empty = scores == 0 && champion == 0;
        let task = if is_empty { None } else { Tasks::<T>::get(id) };
        let folds = task.map_or_else(Weight::zero, |task| {
            let own = full_fold_weight::<T>(&task.architecture).saturating_mul(scores.into());
            own.saturating_add(Self::champions_folds_weight(&task, champion))
        });
        Self::batches_weight(scores, champion).saturating_add(folds)
    }

    fn champions_folds_weight(task: &TaskOf<T>, blocks: u32) -> Weight {
        let champions = if blocks == 0 { None } else { Self::reference_architecture(task) };
        champions.map_or_else(Weight::zero, |architecture| {
            full_fold_weight::<T>(&architecture).saturating_mul(blocks.into())
        })
    }

    /// Weight of `submit_scores` or `prove_champion` of these scores of the worker's own model and
    /// of the champion.
    pub(crate) fn submission_weight(
        task: &TaskOf<T>,
        scores: &[BlockScore],
        champion: &[BlockScore],
    ) -> Weight {
        let own = Self::folds_weight(task, &task.architecture, scores);
        let champions = if champion.is_empty() { None } else { Self::reference_architecture(task) };
        let champions = champions.map_or_else(Weight::zero, |architecture| {
            Self::folds_weight(task, &architecture, champion)
        });
        Self::batches_weight(count(scores), count(champion))
            .saturating_add(own)
            .saturating_add(champions)
    }

    /// Weight of the folds of these blocks for models of an architecture.
    fn folds_weight(
        task: &TaskOf<T>,
        architecture: &Architecture,
        scores: &[BlockScore],
    ) -> Weight {
        let places = scores.iter().filter_map(|entry| task.test_position(entry.block));
        let rows = places.filter_map(|place| task.tests.get(place)?.rows);
        rows.map(|rows| FoldSize::with_rows(architecture, rows))
            .map(|size| T::Verifier::fold_weight(&size))
            .fold(Weight::zero(), Weight::saturating_add)
    }

    /// Weight of `submit_scores` without the folds.
    pub(crate) fn proofs_weight(scores: u32) -> Weight {
        Self::batches_weight(scores, 0)
    }

    /// Weight of `submit_scores` without the folds. Proofs of the worker's own model and of the
    /// champion are verified in a batch each.
    fn batches_weight(scores: u32, champion: u32) -> Weight {
        let batches = [scores, champion].into_iter().filter(|proofs| *proofs > 0);
        batches
            .map(T::Verifier::verify_weight)
            .fold(Weight::zero(), Weight::saturating_add)
            .saturating_add(T::WeightInfo::submit_scores(scores.saturating_add(champion)))
            .saturating_add(T::Experiments::weight())
            .saturating_add(T::Workers::weight())
    }
}

/// Weight of the fold of a block without padding.
fn full_fold_weight<T: Config>(architecture: &Architecture) -> Weight {
    T::Verifier::fold_weight(&FoldSize::full(architecture))
}

fn count(scores: &[BlockScore]) -> u32 {
    u32::try_from(scores.len()).unwrap_or(u32::MAX)
}

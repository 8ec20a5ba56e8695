//! What the calls cost that read a test block.
//!
//! Before such a call it is only known which task it is about, so what it may cost at most is
//! charged in advance. For proofs that is the fold of full blocks of the task: many folds of the
//! largest blocks that any task may have would never fit into one block of the chain. The
//! architecture of a task does not change, so it may be read for this.

use crate::{types::TaskOf, Config, Pallet, Tasks, WeightInfo};
use frame_support::weights::Weight;
use nocknock_primitives::{
    ids::TaskId,
    model::{Architecture, FoldSize},
    task::BlockScore,
    traits::{ProofVerifier, TaskExperiments},
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
    /// of its own weight.
    fn reveal_weight_of(size: FoldSize) -> Weight {
        let contents = FoldSize { bytes: 0, inputs: 0, ..size };
        T::WeightInfo::reveal_block(size.bytes.div_ceil(UNIT))
            .saturating_add(T::Verifier::fold_weight(&contents))
    }

    /// Weight of `submit_scores` of one of the largest blocks.
    pub(crate) fn largest_submission_weight() -> Weight {
        let fold = T::Verifier::fold_weight(&FoldSize::largest());
        Self::proofs_weight(1).saturating_add(fold)
    }

    /// Weight of `submit_scores` of so many full blocks of a task. Without the task nothing is
    /// folded.
    ///
    /// The pool asks for this before it knows whether anybody pays, and a batch can hold thousands
    /// of calls that are as short as one without scores. So such a call reads nothing.
    pub(crate) fn full_submission_weight(id: TaskId, scores: u32) -> Weight {
        let task = if scores == 0 { None } else { Tasks::<T>::get(id) };
        let fold = task.map_or_else(Weight::zero, |task| {
            T::Verifier::fold_weight(&FoldSize::full(&task.architecture))
        });
        Self::proofs_weight(scores).saturating_add(fold.saturating_mul(scores.into()))
    }

    /// Weight of `submit_scores` of these scores.
    pub(crate) fn submission_weight(task: &TaskOf<T>, scores: &[BlockScore]) -> Weight {
        let places = scores.iter().filter_map(|entry| task.test_position(entry.block));
        let rows = places.filter_map(|place| task.tests.get(place)?.rows);
        let sizes = rows.map(|rows| FoldSize::with_rows(&task.architecture, rows));
        let proofs = Self::proofs_weight(u32::try_from(scores.len()).unwrap_or(u32::MAX));
        sizes.fold(proofs, |sum, size| sum.saturating_add(T::Verifier::fold_weight(&size)))
    }

    /// Weight of `submit_scores` without the folds.
    pub(crate) fn proofs_weight(scores: u32) -> Weight {
        T::WeightInfo::submit_scores(scores)
            .saturating_add(T::Verifier::verify_weight(scores))
            .saturating_add(T::Experiments::weight())
    }
}

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
    limits::{MAX_BLOCK_BYTES, MAX_FOLDED_VALUES},
    model::{
        architecture::{MAX_INPUTS, MAX_OUTPUTS, MAX_SAMPLES},
        Architecture,
    },
    task::BlockScore,
    traits::{ProofVerifier, TaskExperiments},
};

/// How many bytes, values or bits count as one in the weights.
const UNIT: u32 = 1024;

/// What decides how much work a block is.
struct BlockSize {
    bytes: u32,
    rows: u32,
    /// Inputs of all rows.
    values: u32,
    inputs: u32,
    /// Bits of the labels as they are folded, padding included.
    label_bits: u32,
}

impl BlockSize {
    /// Of a block with so many rows.
    fn new(architecture: &Architecture, rows: u32) -> Self {
        let bytes = architecture.wire_bytes(usize::try_from(rows).unwrap_or(usize::MAX));
        let inputs = u32::from(architecture.inputs);
        let label_bits = saturated(architecture.label_bits());
        Self {
            bytes: saturated(bytes),
            rows,
            values: rows.saturating_mul(inputs),
            inputs,
            label_bits: label_bits.saturating_mul(architecture.samples.into()),
        }
    }

    /// Of a block without padding.
    fn full(architecture: &Architecture) -> Self {
        Self::new(architecture, architecture.samples.into())
    }

    /// In each respect as large as a block of any task may be.
    fn largest() -> Self {
        let rows = u32::from(MAX_SAMPLES);
        Self {
            bytes: MAX_BLOCK_BYTES,
            rows,
            values: MAX_FOLDED_VALUES,
            inputs: MAX_INPUTS.into(),
            label_bits: u32::from(MAX_OUTPUTS).saturating_add(1).saturating_mul(rows),
        }
    }

    /// Weight of making a block of its bytes, without that of the bytes.
    fn contents<W: WeightInfo>(&self) -> Weight {
        W::fold_rows(self.rows)
            .saturating_add(W::fold_values(units(self.values)))
            .saturating_add(W::fold_labels(units(self.label_bits)))
    }

    fn reveal<W: WeightInfo>(&self) -> Weight {
        W::reveal_block(units(self.bytes)).saturating_add(self.contents::<W>())
    }

    /// Weight of reading the block and computing the public inputs of a proof about it.
    fn fold<W: WeightInfo>(&self) -> Weight {
        W::fold_bytes(units(self.bytes))
            .saturating_add(W::fold_inputs(self.inputs))
            .saturating_add(self.contents::<W>())
    }
}

impl<T: Config> Pallet<T> {
    /// Weight of `reveal_block` for the largest blocks.
    pub(crate) fn largest_reveal_weight() -> Weight {
        BlockSize::largest().reveal::<T::WeightInfo>()
    }

    /// Weight of `reveal_block` for a block with so many rows.
    pub(crate) fn reveal_weight(architecture: &Architecture, rows: u32) -> Weight {
        BlockSize::new(architecture, rows).reveal::<T::WeightInfo>()
    }

    /// Weight of `submit_scores` of one of the largest blocks.
    pub(crate) fn largest_submission_weight() -> Weight {
        Self::proofs_weight(1).saturating_add(BlockSize::largest().fold::<T::WeightInfo>())
    }

    /// Weight of `submit_scores` of so many full blocks of a task. Without the task nothing is
    /// folded.
    ///
    /// The pool asks for this before it knows whether anybody pays, and a batch can hold thousands
    /// of calls that are as short as one without scores. So such a call reads nothing.
    pub(crate) fn full_submission_weight(id: TaskId, scores: u32) -> Weight {
        let task = if scores == 0 { None } else { Tasks::<T>::get(id) };
        let fold = task.map_or_else(Weight::zero, |task| {
            BlockSize::full(&task.architecture).fold::<T::WeightInfo>()
        });
        Self::proofs_weight(scores).saturating_add(fold.saturating_mul(scores.into()))
    }

    /// Weight of `submit_scores` of these scores.
    pub(crate) fn submission_weight(task: &TaskOf<T>, scores: &[BlockScore]) -> Weight {
        let places = scores.iter().filter_map(|entry| task.test_position(entry.block));
        let rows = places.filter_map(|place| task.tests.get(place)?.rows);
        let folds = rows.map(|rows| BlockSize::new(&task.architecture, rows));
        folds.fold(Self::proofs_weight(saturated(scores.len())), |sum, block| {
            sum.saturating_add(block.fold::<T::WeightInfo>())
        })
    }

    /// Weight of `submit_scores` without the folds.
    pub(crate) fn proofs_weight(scores: u32) -> Weight {
        T::WeightInfo::submit_scores(scores)
            .saturating_add(T::Verifier::verify_weight(scores))
            .saturating_add(T::Experiments::weight())
    }
}

fn units(count: u32) -> u32 {
    count.div_ceil(UNIT)
}

fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

//! How much work it is for the chain to fold a practice block for a proof.

use crate::{Config, WeightInfo};
use frame_support::weights::Weight;
use nocknock_primitives::{
    limits::{MAX_BLOCK_BYTES, MAX_FOLDED_VALUES},
    model::{
        architecture::{MAX_INPUTS, MAX_OUTPUTS, MAX_SAMPLES},
        Architecture,
    },
};

/// What the work depends on. Everything is counted for a full block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoldSize {
    /// Bytes of a block, which are hashed.
    bytes: u32,
    /// Rows of a block.
    rows: u32,
    /// Rows times inputs.
    values: u32,
    /// Inputs of a row.
    inputs: u32,
    /// Rows times bits of a label.
    label_bits: u32,
}

impl FoldSize {
    /// The size for blocks of an architecture.
    pub(crate) fn of(architecture: &Architecture) -> Self {
        let (rows, inputs) = (u32::from(architecture.samples), u32::from(architecture.inputs));
        let bytes = architecture.wire_bytes(architecture.samples.into());
        let label_bits = u32::try_from(architecture.label_bits()).unwrap_or(u32::MAX);
        Self {
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            rows,
            values: rows.saturating_mul(inputs),
            inputs,
            label_bits: rows.saturating_mul(label_bits),
        }
    }

    /// The most of everything that an allowed architecture can have.
    pub(crate) fn largest() -> Self {
        let rows = u32::from(MAX_SAMPLES);
        // One bit more than labels: it marks the rows that are no padding.
        let label_bits = u32::from(MAX_OUTPUTS).saturating_add(1);
        Self {
            bytes: MAX_BLOCK_BYTES,
            rows,
            values: MAX_FOLDED_VALUES,
            inputs: u32::from(MAX_INPUTS),
            label_bits: rows.saturating_mul(label_bits),
        }
    }

    /// Whether the chain folds blocks of this size.
    pub(crate) fn is_allowed(&self) -> bool {
        self.values <= MAX_FOLDED_VALUES
    }
}

/// Weight of reading, checking and folding a block once.
pub(crate) fn fold_weight<T: Config>(size: FoldSize) -> Weight {
    let FoldSize { bytes, rows, values, inputs, label_bits } = size;
    T::WeightInfo::fold_bytes(bytes)
        .saturating_add(T::WeightInfo::fold_rows(rows))
        .saturating_add(T::WeightInfo::fold_values(values))
        .saturating_add(T::WeightInfo::fold_inputs(inputs))
        .saturating_add(T::WeightInfo::fold_labels(label_bits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::Test;
    use nocknock_primitives::model::{names, Description};

    #[test]
    fn what_is_offered_is_within_what_is_charged_in_advance() {
        let largest = FoldSize::largest();
        for (name, architecture) in names::offered() {
            let size = FoldSize::of(&architecture);
            assert!(size.is_allowed() && size.bytes <= largest.bytes, "{name}");
            assert!(size.rows <= largest.rows && size.values <= largest.values, "{name}");
            assert!(size.inputs <= largest.inputs, "{name}");
            assert!(size.label_bits <= largest.label_bits, "{name}");
        }
    }

    #[test]
    fn the_size_counts_a_full_block() {
        let expected = FoldSize { bytes: 82, rows: 40, values: 160, inputs: 4, label_bits: 80 };
        assert_eq!(FoldSize::of(&tiny()), expected);
    }

    #[test]
    fn as_many_values_of_more_bits_weigh_more() {
        let weight_with = |input_bits| {
            let description = Description { input_bits, ..Description::clone(&tiny()) };
            let architecture = Architecture::new(description).expect("the bounds hold");
            fold_weight::<Test>(FoldSize::of(&architecture)).ref_time()
        };
        assert!(weight_with(2) < weight_with(16));
    }

    fn tiny() -> Architecture {
        names::named("tiny-4x3x2").expect("the architecture has this name")
    }
}

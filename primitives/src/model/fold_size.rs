//! How much work it is for the chain to read a data block and to fold it for a proof.

use super::architecture::{Architecture, MAX_INPUTS, MAX_OUTPUTS, MAX_SAMPLES};
use crate::limits::{MAX_BLOCK_BYTES, MAX_FOLDED_VALUES};

/// What the work depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldSize {
    /// Bytes of the block, which are hashed.
    pub bytes: u32,
    /// Rows of the block, without padding.
    pub rows: u32,
    /// Rows times inputs.
    pub values: u32,
    /// Inputs of a row.
    pub inputs: u32,
    /// Bits of the labels as they are folded, padding included.
    pub label_bits: u32,
}

impl FoldSize {
    /// Of a block with so many rows.
    pub fn with_rows(architecture: &Architecture, rows: u32) -> Self {
        let bytes = architecture.wire_bytes(usize::try_from(rows).unwrap_or(usize::MAX));
        let inputs = u32::from(architecture.inputs);
        let label_bits = u32::try_from(architecture.label_bits()).unwrap_or(u32::MAX);
        Self {
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            rows,
            values: rows.saturating_mul(inputs),
            inputs,
            label_bits: label_bits.saturating_mul(architecture.samples.into()),
        }
    }

    /// Of a block without padding.
    pub fn full(architecture: &Architecture) -> Self {
        Self::with_rows(architecture, architecture.samples.into())
    }

    /// In each respect as large as a block that the chain folds may be.
    pub fn largest() -> Self {
        let rows = u32::from(MAX_SAMPLES);
        // One bit more than labels: it marks the rows that are no padding.
        let label_bits = u32::from(MAX_OUTPUTS).saturating_add(1);
        Self {
            bytes: MAX_BLOCK_BYTES,
            rows,
            values: MAX_FOLDED_VALUES,
            inputs: MAX_INPUTS.into(),
            label_bits: label_bits.saturating_mul(rows),
        }
    }

    /// Whether the chain folds blocks of this size.
    pub fn is_allowed(&self) -> bool {
        self.values <= MAX_FOLDED_VALUES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        limits::List,
        model::{names, Description, Head},
    };

    fn tiny() -> Architecture {
        names::named("tiny-4x3x2").expect("the architecture has this name")
    }

    fn with(change: impl FnOnce(&mut Description)) -> Architecture {
        let mut description = Description::clone(&tiny());
        change(&mut description);
        Architecture::new(description).expect("the bounds hold")
    }

    #[test]
    fn what_is_offered_is_within_what_is_charged_in_advance() {
        let largest = FoldSize::largest();
        for (name, architecture) in names::offered() {
            let size = FoldSize::full(&architecture);
            assert!(size.is_allowed() && size.bytes <= largest.bytes, "{name}");
            assert!(size.rows <= largest.rows && size.values <= largest.values, "{name}");
            assert!(size.inputs <= largest.inputs, "{name}");
            assert!(size.label_bits <= largest.label_bits, "{name}");
        }
    }

    #[test]
    fn no_label_has_more_bits_than_the_largest_block_counts() {
        let labels = Head::Labels { labels: 256, weight_bits: 2, bias_bits: 2, sum_bits: 8 };
        let architecture = with(|description| {
            description.hidden = List::default();
            description.head = labels;
            description.samples = MAX_SAMPLES;
        });
        assert_eq!(FoldSize::full(&architecture).label_bits, FoldSize::largest().label_bits);
    }

    #[test]
    fn the_size_counts_the_rows_of_a_block_and_labels_of_padding() {
        let full = FoldSize { bytes: 82, rows: 40, values: 160, inputs: 4, label_bits: 80 };
        assert_eq!(FoldSize::full(&tiny()), full);
        let some = FoldSize { bytes: 62, rows: 30, values: 120, ..full };
        assert_eq!(FoldSize::with_rows(&tiny(), 30), some);
    }

    #[test]
    fn as_many_values_of_more_bits_are_more_bytes() {
        let size = |bits| FoldSize::full(&with(|description| description.input_bits = bits));
        assert!(size(2).bytes < size(16).bytes);
        assert_eq!(FoldSize { bytes: 82, ..size(16) }, size(2));
    }

    #[test]
    fn one_value_more_than_the_chain_folds_is_too_many() {
        let most = FoldSize::largest();
        assert!(most.is_allowed());
        assert!(!FoldSize { values: most.values + 1, ..most }.is_allowed());
    }
}

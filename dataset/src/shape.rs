//! What an architecture is called, and which ones a task may have.

use nocknock_primitives::{
    limits::{MAX_CHUNKS, MAX_FOLDED_VALUES, MAX_TEST_BLOCKS, MAX_TEST_BYTES},
    model::{names::name_of, Architecture},
};

/// The name of an architecture, or its inputs and the units of its layers: `64x32x10`.
pub fn shape_name(architecture: &Architecture) -> String {
    let sizes = || {
        let units = architecture.layers().map(|layer| layer.units);
        let sizes = std::iter::once(usize::from(architecture.inputs)).chain(units);
        sizes.map(|size| size.to_string()).collect::<Vec<_>>().join("x")
    };
    name_of(architecture).map_or_else(sizes, str::to_owned)
}

/// Why a chain takes no task with models of an architecture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLargeError {
    /// The chain computes with all inputs of a block.
    #[error(
        "a block of shape {shape} holds {found} values, but a chain takes {MAX_FOLDED_VALUES}: \
         declare fewer samples or inputs"
    )]
    Values {
        /// What the architecture is called.
        shape: String,
        /// Rows of a block times inputs.
        found: usize,
    },
    /// A model is delivered on the chain.
    #[error(
        "a model of shape {shape} is delivered in {found} chunks, but a chain takes {MAX_CHUNKS}: \
         choose fewer inputs, units or bits"
    )]
    Chunks {
        /// What the architecture is called.
        shape: String,
        /// Chunks of a ciphertext.
        found: u32,
    },
}

/// Checks that a chain takes tasks with models of this architecture.
pub(crate) fn check_size(architecture: &Architecture) -> Result<(), TooLargeError> {
    let shape = || shape_name(architecture);
    let values = usize::from(architecture.samples) * usize::from(architecture.inputs);
    if values > size(MAX_FOLDED_VALUES) {
        return Err(TooLargeError::Values { shape: shape(), found: values });
    }
    let chunks = architecture.chunks();
    if chunks > MAX_CHUNKS {
        return Err(TooLargeError::Chunks { shape: shape(), found: chunks });
    }
    Ok(())
}

/// The most test blocks that a task with models of this architecture may have: their bytes together
/// are bounded, and so is the sum of their scores.
pub fn most_test_blocks(architecture: &Architecture) -> u16 {
    let bytes = architecture.wire_bytes(architecture.samples.into());
    let fits = |blocks: &u16| {
        let rows = u32::from(*blocks) * u32::from(architecture.samples);
        let points = architecture.max_score(rows);
        usize::from(*blocks) * bytes <= size(MAX_TEST_BYTES) && points <= u64::from(u32::MAX)
    };
    let limit = u16::try_from(MAX_TEST_BLOCKS).unwrap_or(u16::MAX);
    (1..=limit).take_while(fits).last().unwrap_or_default()
}

fn size(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::{
        names::{for_tests, named, offered},
        Description, Goal, Head,
    };

    fn changed(name: &str, change: impl FnOnce(&mut Description)) -> Architecture {
        let mut description = Description::clone(&named(name).unwrap());
        change(&mut description);
        Architecture::new(description).unwrap()
    }

    #[test]
    fn a_shape_has_its_name_or_its_sizes() {
        for (name, architecture) in offered().into_iter().chain(for_tests()) {
            assert_eq!(shape_name(&architecture), name);
        }
        let unnamed = changed("digits-64x32x10", |description| description.samples = 194);
        assert_eq!(shape_name(&unnamed), "64x32x10");
    }

    #[test]
    fn whatever_is_offered_is_taken() {
        for (name, architecture) in offered().into_iter().chain(for_tests()) {
            assert_eq!(check_size(&architecture), Ok(()), "{name}");
            assert!(most_test_blocks(&architecture) > 0, "{name}");
        }
    }

    #[test]
    fn too_many_values_or_chunks_are_refused() {
        let wide = |samples| {
            changed("digits-64x32x10", |description| {
                description.inputs = 1024;
                description.input_bits = 1;
                description.samples = samples;
            })
        };
        assert_eq!(check_size(&wide(512)), Ok(()));
        let error = check_size(&wide(513)).unwrap_err();
        assert_eq!(error, TooLargeError::Values { shape: "1024x32x10".into(), found: 525_312 });
        let large = changed("table-128x64x2", |description| {
            description.hidden[0].units = 2000;
            description.hidden[0].weight_bits = 16;
        });
        let error = check_size(&large).unwrap_err();
        assert!(matches!(error, TooLargeError::Chunks { found: 35, .. }), "{error}");
    }

    #[test]
    fn test_blocks_are_bounded_by_number_bytes_and_score() {
        let most = |name: &str| most_test_blocks(&named(name).unwrap());
        assert_eq!(most("digits-64x32x10"), 32);
        assert_eq!(most("embed-512x10"), 8, "blocks of 261,632 bytes");
        let number = changed("price-64x32", |description| {
            let Head::Number { goal, .. } = &mut description.head else { panic!("a number") };
            *goal = Goal::AbsoluteError { cap: 65_535 };
            description.input_bits = 1;
            description.samples = 4096;
        });
        assert_eq!(most_test_blocks(&number), 16, "16 times 4096 times 65535 points");
    }
}

//! Errors of the permutation and the fixed-length hash.

/// A state or an input of a size that the instance does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoseidonError {
    /// No parameters exist for a state of this many elements.
    #[error("a state of {width} elements is not supported: use 2 to 13")]
    Width {
        /// The number of elements that was given.
        width: usize,
    },
    /// The fixed-length hash takes one to twelve elements.
    #[error("cannot hash {count} elements at once: use 1 to 12, or the sponge for any number")]
    InputCount {
        /// The number of elements that was given.
        count: usize,
    },
}

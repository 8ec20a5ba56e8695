//! Weights of the extension, as the runtime's benchmarks measure them.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What the wrapper costs on top of the extension inside.
pub trait WeightInfo {
    /// Looking up and counting one free transaction that fails or makes its sender known, without
    /// the policy.
    fn waive() -> Weight;
}

/// For tests and mocks: the database's share only.
impl WeightInfo for () {
    fn waive() -> Weight {
        ParityDbWeight::get().reads_writes(5, 2)
    }
}

//! Weights of the calls, as the runtime's benchmarks measure them.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What each call costs at most.
pub trait WeightInfo {
    /// `authorize_upgrade`: one write and one event.
    fn authorize_upgrade() -> Weight;
}

/// For tests and mocks: the database's share only.
impl WeightInfo for () {
    fn authorize_upgrade() -> Weight {
        ParityDbWeight::get().writes(1)
    }
}

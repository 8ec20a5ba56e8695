//! Weights of records and anchors.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: the database
//! accesses counted in the code at ParityDB's cost, and 5 µs for each of the hashes of a tree of
//! the greatest depth. It serves mocks and tests; no chain should run on it.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What records and anchors cost.
pub trait WeightInfo {
    /// One record that is the last of its anchor, which is closed.
    fn record() -> Weight;
    /// Closing an anchor at the end of a period.
    fn close_anchor() -> Weight;
}

impl WeightInfo for () {
    fn record() -> Weight {
        record_time().saturating_add(ParityDbWeight::get().reads_writes(7, 9))
    }

    fn close_anchor() -> Weight {
        close_time().saturating_add(ParityDbWeight::get().reads_writes(4, 3))
    }
}

// The leaf, at most 31 hashes to add it and 31 to close the anchor, encoding and two events.
fn record_time() -> Weight {
    Weight::from_parts(400_000_000, 24_000)
}

// At most 31 hashes, encoding and an event.
fn close_time() -> Weight {
    Weight::from_parts(200_000_000, 8_000)
}

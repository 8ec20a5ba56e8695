//! Weights of records and anchors.
//!
//! [`WeightInfo`] is what the pallet asks for. The figures of both implementations here are conservative
//! estimates, not measured: the database accesses counted in the code, and 5 µs for each of the
//! hashes of a tree of the greatest depth.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, Weight},
};

/// What records and anchors cost.
pub trait WeightInfo {
    /// One record that is the last of its anchor, which is closed.
    fn record() -> Weight;
    /// Closing an anchor at the end of a period.
    fn close_anchor() -> Weight;
}

/// Weights at the database's cost that the runtime names.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn record() -> Weight {
        record_time().saturating_add(T::DbWeight::get().reads_writes(8, 7))
    }

    fn close_anchor() -> Weight {
        close_time().saturating_add(T::DbWeight::get().reads_writes(4, 3))
    }
}

impl WeightInfo for () {
    fn record() -> Weight {
        record_time().saturating_add(ParityDbWeight::get().reads_writes(8, 7))
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

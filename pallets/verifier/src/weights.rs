//! Weights of the calls and of verification.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: database accesses
//! counted in the code at ParityDB's cost, 6 ms for a proof and 2 ms for each further one of a
//! batch, the upper ends of what the verifier is designed for. It serves mocks and tests; no chain
//! should run on it.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What each call and verification costs.
pub trait WeightInfo {
    /// `register_circuit`.
    fn register_circuit() -> Weight;
    /// `replace_circuit`.
    fn replace_circuit() -> Weight;
    /// `disable_circuit`.
    fn disable_circuit() -> Weight;
    /// One proof of a registered circuit.
    fn verify_one() -> Weight;
    /// A batch of `p` proofs of one registered circuit.
    fn verify_batch(p: u32) -> Weight;
}

fn db(reads: u64, writes: u64) -> Weight {
    ParityDbWeight::get().reads_writes(reads, writes)
}

fn millis(count: u64) -> Weight {
    Weight::from_parts(count.saturating_mul(1_000_000_000), 0)
}

impl WeightInfo for () {
    fn register_circuit() -> Weight {
        db(2, 4).saturating_add(millis(40))
    }

    fn replace_circuit() -> Weight {
        db(3, 5).saturating_add(millis(40))
    }

    fn disable_circuit() -> Weight {
        db(1, 2)
    }

    fn verify_one() -> Weight {
        db(2, 0).saturating_add(millis(6))
    }

    fn verify_batch(p: u32) -> Weight {
        db(2, 0).saturating_add(millis(u64::from(p).saturating_mul(2).saturating_add(6)))
    }
}

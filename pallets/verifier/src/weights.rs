//! Weights of the calls, of verification and of folds.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: database accesses
//! counted in the code at ParityDB's cost, 6 ms for a proof and 2 ms for each further one of a
//! batch, the upper ends of what the verifier is designed for, and for a fold 46 ns a byte, 3 µs a
//! row, 80 ns a value, 4 µs an input and 30 ns a bit of a label. It serves mocks and tests; no
//! chain should run on it.
//!
//! A fold is charged in five parts, because each of them can be the one that counts: a block may
//! have many rows of a few inputs, or a few rows of many.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What each call, verification and fold costs.
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
    /// Reading a stored block and folding it for a proof: the part of `b` times 1,024 bytes.
    fn fold_bytes(b: u32) -> Weight;
    /// The same: the part of `r` rows.
    fn fold_rows(r: u32) -> Weight;
    /// The same: the part of `v` times 1,024 values, rows times inputs.
    fn fold_values(v: u32) -> Weight;
    /// The same: the part of `d` inputs.
    fn fold_inputs(d: u32) -> Weight;
    /// The same: the part of `l` times 1,024 bits of labels, those of padding included.
    fn fold_labels(l: u32) -> Weight;
}

fn db(reads: u64, writes: u64) -> Weight {
    ParityDbWeight::get().reads_writes(reads, writes)
}

fn millis(count: u64) -> Weight {
    Weight::from_parts(count.saturating_mul(1_000_000_000), 0)
}

/// Microseconds for each of a number of things.
fn each(micros: u64, count: u32) -> Weight {
    let picoseconds = micros.saturating_mul(1_000_000);
    Weight::from_parts(picoseconds.saturating_mul(count.into()), 0)
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

    fn fold_bytes(b: u32) -> Weight {
        db(1, 0).saturating_add(each(47, b))
    }

    fn fold_rows(r: u32) -> Weight {
        each(3, r)
    }

    fn fold_values(v: u32) -> Weight {
        each(82, v)
    }

    fn fold_inputs(d: u32) -> Weight {
        each(4, d)
    }

    fn fold_labels(l: u32) -> Weight {
        each(31, l)
    }
}

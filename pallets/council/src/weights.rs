//! Weights of the calls and of the sweep.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: the database
//! accesses counted in the code at ParityDB's cost, generous times, and 10 µs for each KiB of a
//! call that is encoded, hashed, written or decoded. It serves mocks and tests; no chain should run
//! on it.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What each call costs.
pub trait WeightInfo {
    /// `propose` with a call of `k` KiB.
    fn propose(k: u32) -> Weight;
    /// `vote`.
    fn vote() -> Weight;
    /// `close` of a motion with the longest call that is rejected, with its deposit.
    fn close() -> Weight;
    /// The last `object` to a motion with the longest call.
    fn object() -> Weight;
    /// `enact` of a motion with the longest call, without what that call does.
    fn enact() -> Weight;
    /// Looking at the next motion and closing it.
    fn sweep() -> Weight;
}

/// One estimate.
struct Estimate {
    micros: u64,
    proof_size: u64,
    reads: u64,
    writes: u64,
}

const PROPOSE: Estimate = estimate(150, 14_000, 6, 6);
const VOTE: Estimate = estimate(120, 14_000, 2, 1);
const CLOSE: Estimate = estimate(250, 24_000, 5, 6);
const OBJECT: Estimate = estimate(200, 20_000, 4, 5);
const ENACT: Estimate = estimate(4_000, 360_000, 5, 5);
const SWEEP: Estimate = estimate(300, 32_000, 7, 7);

const fn estimate(micros: u64, proof_size: u64, reads: u64, writes: u64) -> Estimate {
    Estimate { micros, proof_size, reads, writes }
}

impl Estimate {
    fn weight(&self) -> Weight {
        Weight::from_parts(self.micros.saturating_mul(1_000_000), self.proof_size)
            .saturating_add(ParityDbWeight::get().reads_writes(self.reads, self.writes))
    }
}

impl WeightInfo for () {
    fn propose(k: u32) -> Weight {
        let bytes = Weight::from_parts(10_000_000, 0).saturating_mul(k.into());
        PROPOSE.weight().saturating_add(bytes)
    }

    fn vote() -> Weight {
        VOTE.weight()
    }

    fn close() -> Weight {
        CLOSE.weight()
    }

    fn object() -> Weight {
        OBJECT.weight()
    }

    fn enact() -> Weight {
        ENACT.weight()
    }

    fn sweep() -> Weight {
        SWEEP.weight()
    }
}

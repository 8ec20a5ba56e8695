//! Weights of the calls.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: the database
//! accesses counted in the code with the events' share at ParityDB's cost, twice the time that the
//! code should take, and the largest keys and values as proof size. It serves mocks and tests; no
//! chain should run on it.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What each call costs.
pub trait WeightInfo {
    /// `propose` of the longest texts.
    fn propose() -> Weight;
    /// `attest`.
    fn attest() -> Weight;
    /// `dispute` of an accepted fact whose proposer has taken its bond back.
    fn dispute() -> Weight;
    /// `vote`.
    fn vote() -> Weight;
    /// `resolve` of a fact that supersedes another, which is disputed.
    fn resolve() -> Weight;
    /// The last `claim` of a dispute, by a voter.
    fn claim() -> Weight;
    /// `supersede`.
    fn supersede() -> Weight;
    /// `retract`, with the removal of the fact.
    fn retract() -> Weight;
    /// `remove`.
    fn remove() -> Weight;
    /// Looking at one fact in the sweep, and removing it.
    fn sweep_look() -> Weight;
    /// Writing a proven score.
    fn write_score() -> Weight;
}

/// One estimate.
struct Estimate {
    micros: u64,
    proof_size: u64,
    reads: u64,
    writes: u64,
}

const PROPOSE: Estimate = estimate(120, 12_000, 5, 8);
const ATTEST: Estimate = estimate(100, 14_000, 5, 5);
const DISPUTE: Estimate = estimate(120, 17_000, 7, 5);
const VOTE: Estimate = estimate(120, 16_000, 7, 5);
const RESOLVE: Estimate = estimate(240, 27_000, 11, 13);
const CLAIM: Estimate = estimate(200, 18_000, 9, 10);
const SUPERSEDE: Estimate = estimate(140, 16_000, 6, 8);
const RETRACT: Estimate = estimate(140, 16_000, 7, 8);
const REMOVE: Estimate = estimate(60, 8_000, 2, 4);
const SWEEP_LOOK: Estimate = estimate(80, 12_000, 5, 5);
const WRITE_SCORE: Estimate = estimate(60, 4_000, 1, 4);

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
    fn propose() -> Weight {
        PROPOSE.weight()
    }

    fn attest() -> Weight {
        ATTEST.weight()
    }

    fn dispute() -> Weight {
        DISPUTE.weight()
    }

    fn vote() -> Weight {
        VOTE.weight()
    }

    fn resolve() -> Weight {
        RESOLVE.weight()
    }

    fn claim() -> Weight {
        CLAIM.weight()
    }

    fn supersede() -> Weight {
        SUPERSEDE.weight()
    }

    fn retract() -> Weight {
        RETRACT.weight()
    }

    fn remove() -> Weight {
        REMOVE.weight()
    }

    fn sweep_look() -> Weight {
        SWEEP_LOOK.weight()
    }

    fn write_score() -> Weight {
        WRITE_SCORE.weight()
    }
}

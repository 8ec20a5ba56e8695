//! Weights of the calls.
//!
//! The figures are **estimates made by hand**, not measured: the database accesses counted in the code with the events'
//! share, twice the time that the code should take, and the largest keys and values as proof size. Measured ones
//! replace them.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What each call costs.
pub trait WeightInfo {
    /// `propose` of the longest texts.
    fn propose() -> Weight;
    /// `attest`.
    fn attest() -> Weight;
    /// `dispute`.
    fn dispute() -> Weight;
    /// `vote`.
    fn vote() -> Weight;
    /// `resolve` of a fact that supersedes another and settles its proposer's bond.
    fn resolve() -> Weight;
    /// The last `claim` of a dispute.
    fn claim() -> Weight;
    /// `supersede`.
    fn supersede() -> Weight;
    /// `retract`, with the removal of the fact.
    fn retract() -> Weight;
    /// `remove`.
    fn remove() -> Weight;
    /// Writing a proven score.
    fn write_score() -> Weight;
}

/// The estimates at the cost of a runtime's database.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

/// One estimate.
struct Estimate {
    micros: u64,
    proof_size: u64,
    reads: u64,
    writes: u64,
}

const PROPOSE: Estimate = estimate(120, 12_000, 5, 8);
const ATTEST: Estimate = estimate(100, 14_000, 5, 5);
const DISPUTE: Estimate = estimate(100, 14_000, 5, 5);
const VOTE: Estimate = estimate(120, 16_000, 7, 5);
const RESOLVE: Estimate = estimate(180, 20_000, 9, 10);
const CLAIM: Estimate = estimate(180, 18_000, 8, 10);
const SUPERSEDE: Estimate = estimate(140, 16_000, 6, 8);
const RETRACT: Estimate = estimate(140, 16_000, 7, 8);
const REMOVE: Estimate = estimate(60, 8_000, 2, 3);
const WRITE_SCORE: Estimate = estimate(60, 4_000, 1, 4);

const fn estimate(micros: u64, proof_size: u64, reads: u64, writes: u64) -> Estimate {
    Estimate {
        micros,
        proof_size,
        reads,
        writes,
    }
}

impl Estimate {
    fn on(&self, db: RuntimeDbWeight) -> Weight {
        Weight::from_parts(self.micros.saturating_mul(1_000_000), self.proof_size)
            .saturating_add(db.reads_writes(self.reads, self.writes))
    }
}

macro_rules! weights_on {
    ($db:expr) => {
        fn propose() -> Weight {
            PROPOSE.on($db)
        }

        fn attest() -> Weight {
            ATTEST.on($db)
        }

        fn dispute() -> Weight {
            DISPUTE.on($db)
        }

        fn vote() -> Weight {
            VOTE.on($db)
        }

        fn resolve() -> Weight {
            RESOLVE.on($db)
        }

        fn claim() -> Weight {
            CLAIM.on($db)
        }

        fn supersede() -> Weight {
            SUPERSEDE.on($db)
        }

        fn retract() -> Weight {
            RETRACT.on($db)
        }

        fn remove() -> Weight {
            REMOVE.on($db)
        }

        fn write_score() -> Weight {
            WRITE_SCORE.on($db)
        }
    };
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    weights_on!(T::DbWeight::get());
}

impl WeightInfo for () {
    weights_on!(ParityDbWeight::get());
}

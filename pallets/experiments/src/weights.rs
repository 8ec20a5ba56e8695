//! Weights of the calls and of what tasks call.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: the storage
//! accesses counted in the code at ParityDB's cost, with generous times and proof sizes. It serves
//! mocks and tests; no chain should run on it.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What each call costs at most.
pub trait WeightInfo {
    /// `create_experiment` with the longest description and an encoding.
    fn create_experiment() -> Weight;
    /// `describe_experiment` with the longest description.
    fn describe_experiment() -> Weight;
    /// `offer_transfer`.
    fn offer_transfer() -> Weight;
    /// `accept_transfer` of an experiment with the longest description.
    fn accept_transfer() -> Weight;
    /// `cancel_transfer`.
    fn cancel_transfer() -> Weight;
    /// `archive_experiment` with the longest description.
    fn archive_experiment() -> Weight;
    /// `set_stage`.
    fn set_stage() -> Weight;
    /// `transfer_model`.
    fn transfer_model() -> Weight;
    /// `retire_champion`.
    fn retire_champion() -> Weight;
    /// `TaskExperiments::record_score` with a full leaderboard.
    fn record_score() -> Weight;
    /// `TaskExperiments::register_model` of a model that takes the champion's place.
    fn register_model() -> Weight;
}

/// An estimate.
struct Estimate {
    micros: u64,
    proof_bytes: u64,
    reads: u64,
    writes: u64,
}

const CREATE: Estimate = estimate(60, 8_000, 3, 6);
const DESCRIBE: Estimate = estimate(60, 10_000, 4, 4);
const OFFER: Estimate = estimate(30, 6_000, 1, 1);
const ACCEPT: Estimate = estimate(100, 20_000, 7, 9);
const CANCEL: Estimate = estimate(30, 8_000, 2, 1);
const ARCHIVE: Estimate = estimate(60, 13_000, 5, 5);
const SET_STAGE: Estimate = estimate(20, 4_000, 1, 1);
const TRANSFER_MODEL: Estimate = estimate(20, 4_000, 1, 1);
const RETIRE_CHAMPION: Estimate = estimate(40, 10_000, 2, 2);
const RECORD_SCORE: Estimate = estimate(60, 14_000, 2, 1);
const REGISTER_MODEL: Estimate = estimate(60, 13_000, 3, 3);

const fn estimate(micros: u64, proof_bytes: u64, reads: u64, writes: u64) -> Estimate {
    Estimate { micros, proof_bytes, reads, writes }
}

impl Estimate {
    fn weight(&self) -> Weight {
        Weight::from_parts(self.micros.saturating_mul(1_000_000), self.proof_bytes)
            .saturating_add(ParityDbWeight::get().reads_writes(self.reads, self.writes))
    }
}

impl WeightInfo for () {
    fn create_experiment() -> Weight {
        CREATE.weight()
    }

    fn describe_experiment() -> Weight {
        DESCRIBE.weight()
    }

    fn offer_transfer() -> Weight {
        OFFER.weight()
    }

    fn accept_transfer() -> Weight {
        ACCEPT.weight()
    }

    fn cancel_transfer() -> Weight {
        CANCEL.weight()
    }

    fn archive_experiment() -> Weight {
        ARCHIVE.weight()
    }

    fn set_stage() -> Weight {
        SET_STAGE.weight()
    }

    fn transfer_model() -> Weight {
        TRANSFER_MODEL.weight()
    }

    fn retire_champion() -> Weight {
        RETIRE_CHAMPION.weight()
    }

    fn record_score() -> Weight {
        RECORD_SCORE.weight()
    }

    fn register_model() -> Weight {
        REGISTER_MODEL.weight()
    }
}

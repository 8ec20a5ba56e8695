//! Weights of the calls and of what tasks call.
//!
//! [`WeightInfo`] is what the pallet asks for. The figures here were **made by hand**, not measured:
//! they count the storage accesses in the code and bound time and proof size generously. They serve
//! until a runtime supplies what its benchmarks measured.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, RuntimeDbWeight, Weight},
};

/// What each call costs at most.
pub trait WeightInfo {
    /// `create_experiment` with the longest description.
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
const ARCHIVE: Estimate = estimate(60, 10_000, 4, 5);
const SET_STAGE: Estimate = estimate(20, 4_000, 1, 1);
const TRANSFER_MODEL: Estimate = estimate(20, 4_000, 1, 1);
const RECORD_SCORE: Estimate = estimate(60, 14_000, 2, 1);
const REGISTER_MODEL: Estimate = estimate(60, 10_000, 2, 3);

const fn estimate(micros: u64, proof_bytes: u64, reads: u64, writes: u64) -> Estimate {
    Estimate {
        micros,
        proof_bytes,
        reads,
        writes,
    }
}

impl Estimate {
    fn on(&self, db: RuntimeDbWeight) -> Weight {
        Weight::from_parts(self.micros.saturating_mul(1_000_000), self.proof_bytes)
            .saturating_add(db.reads_writes(self.reads, self.writes))
    }
}

/// The estimates at the cost of a runtime's database.
#[derive(Debug)]
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn create_experiment() -> Weight {
        CREATE.on(T::DbWeight::get())
    }

    fn describe_experiment() -> Weight {
        DESCRIBE.on(T::DbWeight::get())
    }

    fn offer_transfer() -> Weight {
        OFFER.on(T::DbWeight::get())
    }

    fn accept_transfer() -> Weight {
        ACCEPT.on(T::DbWeight::get())
    }

    fn cancel_transfer() -> Weight {
        CANCEL.on(T::DbWeight::get())
    }

    fn archive_experiment() -> Weight {
        ARCHIVE.on(T::DbWeight::get())
    }

    fn set_stage() -> Weight {
        SET_STAGE.on(T::DbWeight::get())
    }

    fn transfer_model() -> Weight {
        TRANSFER_MODEL.on(T::DbWeight::get())
    }

    fn record_score() -> Weight {
        RECORD_SCORE.on(T::DbWeight::get())
    }

    fn register_model() -> Weight {
        REGISTER_MODEL.on(T::DbWeight::get())
    }
}

/// The estimates at ParityDB's cost, for mocks and tests.
impl WeightInfo for () {
    fn create_experiment() -> Weight {
        CREATE.on(ParityDbWeight::get())
    }

    fn describe_experiment() -> Weight {
        DESCRIBE.on(ParityDbWeight::get())
    }

    fn offer_transfer() -> Weight {
        OFFER.on(ParityDbWeight::get())
    }

    fn accept_transfer() -> Weight {
        ACCEPT.on(ParityDbWeight::get())
    }

    fn cancel_transfer() -> Weight {
        CANCEL.on(ParityDbWeight::get())
    }

    fn archive_experiment() -> Weight {
        ARCHIVE.on(ParityDbWeight::get())
    }

    fn set_stage() -> Weight {
        SET_STAGE.on(ParityDbWeight::get())
    }

    fn transfer_model() -> Weight {
        TRANSFER_MODEL.on(ParityDbWeight::get())
    }

    fn record_score() -> Weight {
        RECORD_SCORE.on(ParityDbWeight::get())
    }

    fn register_model() -> Weight {
        REGISTER_MODEL.on(ParityDbWeight::get())
    }
}

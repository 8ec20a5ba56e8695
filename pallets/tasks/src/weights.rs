//! Weights of the calls and hooks.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: the database
//! accesses counted in the code at ParityDB's cost, and 100 µs for each field element hashed with
//! Poseidon in wasm. It serves mocks and tests; no chain should run on it.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What each call or hook costs, without what it calls in other pallets.
pub trait WeightInfo {
    /// `create_task` with `r` roots.
    fn create_task(r: u32) -> Weight;
    /// `cancel_task`.
    fn cancel_task() -> Weight;
    /// `draw_split` of as many blocks as can be drawn.
    fn draw_split() -> Weight;
    /// `publish_training_data`.
    fn publish_training_data() -> Weight;
    /// `commit_model`.
    fn commit_model() -> Weight;
    /// `withdraw_commitment`.
    fn withdraw_commitment() -> Weight;
    /// `reveal_block` of a shape whose blocks are packed into `e` field elements.
    fn reveal_block(e: u32) -> Weight;
    /// `submit_scores` of `s` blocks, without their verification.
    fn submit_scores(s: u32) -> Weight;
    /// `settle` with as many revealed blocks as there can be.
    fn settle() -> Weight;
    /// `deliver` of `e` field elements, without the verification.
    fn deliver(e: u32) -> Weight;
    /// `reveal_key`.
    fn reveal_key() -> Weight;
    /// `close_commitment`.
    fn close_commitment() -> Weight;
    /// `finish_task`.
    fn finish_task() -> Weight;
    /// `remove_task` with as many deliveries as there can be.
    fn remove_task() -> Weight;
    /// Storing the seed of a new epoch, in `on_initialize`.
    fn store_seed() -> Weight;
    /// Looking at one task in the sweep.
    fn sweep_visit() -> Weight;
}

fn db(reads: u64, writes: u64) -> Weight {
    ParityDbWeight::get().reads_writes(reads, writes)
}

fn micros(count: u64) -> Weight {
    Weight::from_parts(count.saturating_mul(1_000_000), 0)
}

impl WeightInfo for () {
    fn create_task(r: u32) -> Weight {
        db(10, 7).saturating_add(micros(u64::from(r).saturating_add(50)))
    }

    fn cancel_task() -> Weight {
        db(4, 4).saturating_add(micros(40))
    }

    fn draw_split() -> Weight {
        db(3, 1).saturating_add(micros(200))
    }

    fn publish_training_data() -> Weight {
        db(1, 1).saturating_add(micros(20))
    }

    fn commit_model() -> Weight {
        db(5, 4).saturating_add(micros(50))
    }

    fn withdraw_commitment() -> Weight {
        db(4, 4).saturating_add(micros(50))
    }

    fn reveal_block(e: u32) -> Weight {
        db(2, 2).saturating_add(micros(u64::from(e).saturating_mul(100).saturating_add(100)))
    }

    fn submit_scores(s: u32) -> Weight {
        db(5, 3).saturating_add(micros(u64::from(s).saturating_mul(10).saturating_add(50)))
    }

    fn settle() -> Weight {
        db(6, 37).saturating_add(micros(100))
    }

    fn deliver(e: u32) -> Weight {
        db(5, 1).saturating_add(micros(u64::from(e).saturating_mul(100).saturating_add(100)))
    }

    fn reveal_key() -> Weight {
        db(10, 8).saturating_add(micros(1_000))
    }

    fn close_commitment() -> Weight {
        db(8, 5).saturating_add(micros(80))
    }

    fn finish_task() -> Weight {
        db(4, 3).saturating_add(micros(40))
    }

    fn remove_task() -> Weight {
        db(2, 35).saturating_add(micros(60))
    }

    fn store_seed() -> Weight {
        db(3, 4).saturating_add(micros(10))
    }

    fn sweep_visit() -> Weight {
        db(5, 1).saturating_add(micros(20))
    }
}

//! Weights of the calls and hooks.
//!
//! [`WeightInfo`] is what the pallet asks for; a runtime supplies the figures that its benchmarks
//! measured. The implementation for `()` here was **made by hand**, not measured: the database
//! accesses counted in the code at ParityDB's cost, and in wasm 250 µs for each 12 field elements
//! hashed with Poseidon, and 1.5 ms for a point of Baby Jubjub. It serves mocks and tests; no chain
//! should run on it. What a fold costs is the verifier's to say.

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
    /// `reveal_block` of the last block of a curriculum task with a champion, of `b` times 1,024
    /// bytes, without the rest of what making a block of its bytes costs, which is a part of a
    /// fold.
    fn reveal_block(b: u32) -> Weight;
    /// `claim`, without a round of proofs.
    fn claim() -> Weight;
    /// `ask` of as many claims as there can be in a round, from both classes, after a round of as
    /// many that were not proved.
    fn ask() -> Weight;
    /// `submit_scores` or `prove_champion` of `s` small blocks, without their verification and
    /// their folds.
    fn submit_scores(s: u32) -> Weight;
    /// `settle` with as many revealed blocks, claims that were not proved and ranks as there can
    /// be, without appraisals in the curriculum.
    fn settle() -> Weight;
    /// `upload_chunk` of `e` field elements, with the hashes of as many chunks as there can be.
    fn upload_chunk(e: u32) -> Weight;
    /// `deliver` with a full chunk, without the verification.
    fn deliver() -> Weight;
    /// `close_commitment` of a stake that is burnt.
    fn close_commitment() -> Weight;
    /// `finish_task`.
    fn finish_task() -> Weight;
    /// `remove_task` with as many deliveries as there can be, and `c` chunks.
    fn remove_task(c: u32) -> Weight;
    /// `show_equal_rows` of as many rows as there can be, with the largest blocks.
    fn show_equal_rows() -> Weight;
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

/// Microseconds for each of a number of things.
fn each(time: u64, count: u32) -> Weight {
    micros(time.saturating_mul(count.into()))
}

impl WeightInfo for () {
    fn create_task(r: u32) -> Weight {
        db(11, 8).saturating_add(micros(2_000)).saturating_add(each(1, r))
    }

    fn cancel_task() -> Weight {
        db(5, 6).saturating_add(micros(40))
    }

    fn draw_split() -> Weight {
        db(3, 1).saturating_add(micros(200))
    }

    fn publish_training_data() -> Weight {
        db(1, 1).saturating_add(micros(20))
    }

    fn commit_model() -> Weight {
        db(6, 4).saturating_add(micros(350))
    }

    fn withdraw_commitment() -> Weight {
        db(4, 4).saturating_add(micros(50))
    }

    fn reveal_block(b: u32) -> Weight {
        db(5, 4).saturating_add(micros(1_600)).saturating_add(each(45, b))
    }

    fn claim() -> Weight {
        db(3, 3).saturating_add(micros(100))
    }

    fn ask() -> Weight {
        db(260, 260).saturating_add(micros(2_000))
    }

    fn submit_scores(s: u32) -> Weight {
        db(7, 5).saturating_add(micros(1_000)).saturating_add(each(100, s))
    }

    fn settle() -> Weight {
        db(76, 104).saturating_add(micros(1_000))
    }

    fn upload_chunk(e: u32) -> Weight {
        db(7, 2).saturating_add(micros(800)).saturating_add(each(23, e))
    }

    fn deliver() -> Weight {
        db(16, 12).saturating_add(micros(13_500))
    }

    fn close_commitment() -> Weight {
        db(10, 8).saturating_add(micros(80))
    }

    fn finish_task() -> Weight {
        db(4, 3).saturating_add(micros(40))
    }

    fn remove_task(c: u32) -> Weight {
        let chunks = db(1, 1).saturating_mul(c.into());
        db(105, 74).saturating_add(micros(100)).saturating_add(chunks)
    }

    fn show_equal_rows() -> Weight {
        db(7, 2).saturating_add(micros(60_000))
    }

    fn store_seed() -> Weight {
        db(3, 4).saturating_add(micros(10))
    }

    fn sweep_visit() -> Weight {
        db(5, 1).saturating_add(micros(20))
    }
}

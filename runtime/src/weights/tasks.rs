//! Weights of `pallet_tasks`.
//!
//! **Not measured yet**: these are upper bounds that were written by hand, with 250 µs for each
//! permutation of Poseidon in wasm, 40 ns for each value that is folded, 30 µs for each KiB that is
//! hashed with Keccak and 1.5 ms for a point of Baby Jubjub. `scripts/measure-weights` replaces
//! this file.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What takes the place of measured weights.
#[derive(Debug)]
pub struct Measured;

impl pallet_tasks::WeightInfo for Measured {
    // `r` is from 2 to 256.
    fn create_task(r: u32) -> Weight {
        Weight::from_parts(3_000_000_000, 12_000)
            .saturating_add(Weight::from_parts(200_000, 0).saturating_mul(r.into()))
            .saturating_add(DbWeight::get().reads_writes(10, 5))
    }
    fn cancel_task() -> Weight {
        Weight::from_parts(350_000_000, 8_000).saturating_add(DbWeight::get().reads_writes(3, 36))
    }
    fn draw_split() -> Weight {
        Weight::from_parts(100_000_000, 8_000).saturating_add(DbWeight::get().reads_writes(3, 1))
    }
    fn publish_training_data() -> Weight {
        Weight::from_parts(65_000_000, 8_000).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    fn commit_model() -> Weight {
        Weight::from_parts(600_000_000, 8_000).saturating_add(DbWeight::get().reads_writes(5, 4))
    }
    fn withdraw_commitment() -> Weight {
        Weight::from_parts(160_000_000, 8_000).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // `b` is from 1 to 255.
    fn reveal_block(b: u32) -> Weight {
        Weight::from_parts(200_000_000, 15_000)
            .saturating_add(Weight::from_parts(50_000_000, 0).saturating_mul(b.into()))
            .saturating_add(DbWeight::get().reads_writes(2, 2))
    }
    // `s` is from 1 to 32.
    fn submit_scores(s: u32) -> Weight {
        Weight::from_parts(7_000_000_000, 75_000)
            .saturating_add(Weight::from_parts(2_200_000_000, 0).saturating_mul(s.into()))
            .saturating_add(Weight::from_parts(0, 265_000).saturating_mul(s.into()))
            .saturating_add(DbWeight::get().reads_writes(9, 4))
            .saturating_add(DbWeight::get().reads(1_u64.saturating_mul(s.into())))
    }
    fn settle() -> Weight {
        Weight::from_parts(380_000_000, 8_000).saturating_add(DbWeight::get().reads_writes(6, 36))
    }
    // `e` is from 1 to 504.
    fn upload_chunk(e: u32) -> Weight {
        Weight::from_parts(1_000_000_000, 25_000)
            .saturating_add(Weight::from_parts(23_000_000, 0).saturating_mul(e.into()))
            .saturating_add(DbWeight::get().reads_writes(7, 2))
    }
    fn deliver() -> Weight {
        Weight::from_parts(8_000_000_000, 75_000)
            .saturating_add(DbWeight::get().reads_writes(23, 19))
    }
    fn close_commitment() -> Weight {
        Weight::from_parts(260_000_000, 8_000).saturating_add(DbWeight::get().reads_writes(9, 5))
    }
    fn finish_task() -> Weight {
        Weight::from_parts(170_000_000, 8_000).saturating_add(DbWeight::get().reads_writes(3, 3))
    }
    // `c` is from 0 to 512.
    fn remove_task(c: u32) -> Weight {
        Weight::from_parts(250_000_000, 100_000)
            .saturating_add(Weight::from_parts(10_000_000, 0).saturating_mul(c.into()))
            .saturating_add(Weight::from_parts(0, 19_000).saturating_mul(c.into()))
            .saturating_add(DbWeight::get().reads_writes(34, 35))
            .saturating_add(DbWeight::get().reads(1_u64.saturating_mul(c.into())))
            .saturating_add(DbWeight::get().writes(1_u64.saturating_mul(c.into())))
    }
    fn store_seed() -> Weight {
        Weight::from_parts(30_000_000, 1_518).saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    fn sweep_visit() -> Weight {
        Weight::from_parts(60_000_000, 13_000).saturating_add(DbWeight::get().reads_writes(3, 1))
    }
}

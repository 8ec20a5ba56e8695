//! Weights of `pallet_council`.
//!
//! **Not measured yet**: these are upper bounds that were written by hand, with 10 µs for each KiB
//! of a call that is encoded, hashed, written or decoded. `scripts/measure-weights` replaces this
//! file.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What takes the place of measured weights.
#[derive(Debug)]
pub struct Measured;

impl pallet_council::WeightInfo for Measured {
    // Reads validators, authorities, the number, the proposer's motion, account and holds.
    // `k` is from 1 to 320.
    fn propose(k: u32) -> Weight {
        Weight::from_parts(300_000_000, 20_000)
            .saturating_add(Weight::from_parts(10_000_000, 0).saturating_mul(k.into()))
            .saturating_add(DbWeight::get().reads_writes(7, 6))
    }
    // Reads validators and the motion.
    fn vote() -> Weight {
        Weight::from_parts(200_000_000, 16_000).saturating_add(DbWeight::get().reads_writes(2, 1))
    }
    // Reads validators, the motion, account, holds and the books.
    fn close() -> Weight {
        Weight::from_parts(400_000_000, 24_000).saturating_add(DbWeight::get().reads_writes(5, 6))
    }
    // Reads validators, the motion, account and holds.
    fn object() -> Weight {
        Weight::from_parts(300_000_000, 22_000).saturating_add(DbWeight::get().reads_writes(4, 5))
    }
    // Reads validators, the motion, its call, account and holds.
    fn enact() -> Weight {
        Weight::from_parts(4_000_000_000, 360_000)
            .saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    // As `close`, with the cursor and the search for the next motion.
    fn sweep() -> Weight {
        Weight::from_parts(500_000_000, 34_000).saturating_add(DbWeight::get().reads_writes(8, 7))
    }
}

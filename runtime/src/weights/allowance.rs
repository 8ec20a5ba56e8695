//! Weights of `pallet_allowance`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_allowance::WeightInfo for Measured {
    // Storage: `Allowance::Used` (r:1 w:1)
    // Proof: `Allowance::Used` (`max_values`: None, `max_size`: Some(56), added: 2531, mode:
    //     `MaxEncodedLen`)
    // Storage: `Session::CurrentIndex` (r:1 w:0)
    // Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
    // At least 20_936 ns.
    fn waive() -> Weight {
        Weight::from_parts(23_397_000, 3_521).saturating_add(DbWeight::get().reads_writes(2, 1))
    }
}

//! Weights of `pallet_allowance`.
//!
//! Measured on 2026-11-22, before it was noted which accounts are known: what came with that was
//! **added by hand** and has not been measured yet.

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
    // At least 20_936 ns. By hand: `Allowance::Known` (r:1 w:1), `Rewards::Registrations` (r:1
    // w:0), `Rewards::FirstRound` (r:1 w:0), and 20 µs.
    fn waive() -> Weight {
        Weight::from_parts(43_397_000, 9_000).saturating_add(DbWeight::get().reads_writes(5, 2))
    }
}

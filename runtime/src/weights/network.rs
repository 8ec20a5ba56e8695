//! Weights of `pallet_network`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_network::WeightInfo for Measured {
    // Storage: `System::AuthorizedUpgrade` (r:0 w:1)
    // Proof: `System::AuthorizedUpgrade` (`max_values`: Some(1), `max_size`: Some(33), added: 528,
    //     mode: `MaxEncodedLen`)
    // At least 13_437 ns.
    fn authorize_upgrade() -> Weight {
        Weight::from_parts(14_465_000, 0).saturating_add(DbWeight::get().reads_writes(0, 1))
    }
}

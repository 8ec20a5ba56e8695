//! Weights of `pallet_provenance`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor. `record` has changed
//! since then: it is a **bound made by hand** that has not been measured yet.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_provenance::WeightInfo for Measured {
    // Storage: `Provenance::NextRecord` (r:1 w:1)
    // Proof: `Provenance::NextRecord` (`max_values`: Some(1), `max_size`: Some(8), added: 503,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::Pending` (r:1 w:1)
    // Proof: `Provenance::Pending` (`max_values`: Some(1), `max_size`: Some(1029), added: 1524,
    //     mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode:
    //     `MaxEncodedLen`)
    // Storage: `Provenance::RecordsOfTask` (r:1 w:1)
    // Proof: `Provenance::RecordsOfTask` (`max_values`: None, `max_size`: Some(145), added: 2620,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::NextAnchor` (r:1 w:1)
    // Proof: `Provenance::NextAnchor` (`max_values`: Some(1), `max_size`: Some(8), added: 503,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::Anchors` (r:0 w:1)
    // Proof: `Provenance::Anchors` (`max_values`: None, `max_size`: Some(72), added: 2547, mode:
    //     `MaxEncodedLen`)
    // Storage: `Provenance::Records` (r:0 w:1)
    // Proof: `Provenance::Records` (`max_values`: None, `max_size`: Some(405), added: 2880, mode:
    //     `MaxEncodedLen`)
    // Storage: `Provenance::ByMark` (r:0 w:3)
    // Made by hand: what was measured before, and 30 µs for three entries of the index in place of
    // one and for a longer record.
    fn record() -> Weight {
        Weight::from_parts(88_284_000, 3_610).saturating_add(DbWeight::get().reads_writes(6, 9))
    }
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Provenance::Pending` (r:1 w:1)
    // Proof: `Provenance::Pending` (`max_values`: Some(1), `max_size`: Some(1029), added: 1524,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::NextAnchor` (r:1 w:1)
    // Proof: `Provenance::NextAnchor` (`max_values`: Some(1), `max_size`: Some(8), added: 503,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::NextRecord` (r:1 w:0)
    // Proof: `Provenance::NextRecord` (`max_values`: Some(1), `max_size`: Some(8), added: 503,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::Anchors` (r:0 w:1)
    // Proof: `Provenance::Anchors` (`max_values`: None, `max_size`: Some(72), added: 2547, mode:
    //     `MaxEncodedLen`)
    // At least 25_991 ns.
    fn close_anchor() -> Weight {
        Weight::from_parts(29_126_000, 2_514).saturating_add(DbWeight::get().reads_writes(4, 3))
    }
}

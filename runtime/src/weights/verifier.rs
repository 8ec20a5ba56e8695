//! Weights of `pallet_verifier`.
//!
//! Written by `scripts/measure-weights` on 2026-11-30, with 50 steps of each component and 20
//! repetitions of each step, on a machine with AMD EPYC.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_verifier::WeightInfo for Measured {
    // Storage: `Verifier::Circuits` (r:1 w:1)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::CounterForCircuits` (r:1 w:1)
    // Proof: `Verifier::CounterForCircuits` (`max_values`: Some(1), `max_size`: Some(4), added:
    //    499, mode: `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::VerifyingKeys` (r:0 w:1)
    // Proof: `Verifier::VerifyingKeys` (`max_values`: None, `max_size`: Some(4130), added: 6605,
    //     mode: `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:0 w:1)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 10_684_660 ns.
    fn register_circuit() -> Weight {
        Weight::from_parts(10_843_256_000, 3_676).saturating_add(DbWeight::get().reads_writes(3, 4))
    }
    // Storage: `Verifier::Circuits` (r:2 w:2)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::CounterForCircuits` (r:1 w:1)
    // Proof: `Verifier::CounterForCircuits` (`max_values`: Some(1), `max_size`: Some(4), added:
    //    499, mode: `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::VerifyingKeys` (r:0 w:1)
    // Proof: `Verifier::VerifyingKeys` (`max_values`: None, `max_size`: Some(4130), added: 6605,
    //     mode: `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:0 w:1)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 10_696_498 ns.
    fn replace_circuit() -> Weight {
        Weight::from_parts(10_823_366_000, 6_362).saturating_add(DbWeight::get().reads_writes(4, 5))
    }
    // Storage: `Verifier::Circuits` (r:1 w:1)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:0 w:1)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 48_732 ns.
    fn disable_circuit() -> Weight {
        Weight::from_parts(63_825_000, 3_676).saturating_add(DbWeight::get().reads_writes(1, 2))
    }
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 4_965_685 ns.
    fn verify_one() -> Weight {
        Weight::from_parts(5_051_824_000, 69_037).saturating_add(DbWeight::get().reads_writes(2, 0))
    }
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // `p` is from 2 to 64.
    // At least 7_642_521 ns.
    fn verify_batch(p: u32) -> Weight {
        Weight::from_parts(4_990_896_420, 69_037)
            // Standard error: 808_022.
            .saturating_add(Weight::from_parts(1_533_319_814, 0).saturating_mul(p.into()))
            .saturating_add(DbWeight::get().reads_writes(2, 0))
    }
    // Storage: UNKNOWN KEY `0x6120626c6f636b206f6620726f7773` (r:1 w:0)
    // Proof: UNKNOWN KEY `0x6120626c6f636b206f6620726f7773` (r:1 w:0)
    // `b` is from 1 to 255.
    // At least 230_072 ns.
    fn fold_bytes(b: u32) -> Weight {
        Weight::from_parts(309_581_820, 3_564)
            // Standard error: 9_989.
            .saturating_add(Weight::from_parts(9_220_935, 0).saturating_mul(b.into()))
            .saturating_add(Weight::from_parts(0, 1_024).saturating_mul(b.into()))
            .saturating_add(DbWeight::get().reads_writes(1, 0))
    }
    // `r` is from 1 to 4096.
    // At least 23_334 ns.
    fn fold_rows(r: u32) -> Weight {
        Weight::from_parts(29_024_583, 0)
            // Standard error: 470.
            .saturating_add(Weight::from_parts(553_826, 0).saturating_mul(r.into()))
    }
    // `v` is from 1 to 512.
    // At least 79_699 ns.
    fn fold_values(v: u32) -> Weight {
        Weight::from_parts(104_860_410, 0)
            // Standard error: 45_667.
            .saturating_add(Weight::from_parts(9_750_635, 0).saturating_mul(v.into()))
    }
    // `d` is from 1 to 4096.
    // At least 10_816 ns.
    fn fold_inputs(d: u32) -> Weight {
        Weight::from_parts(10_462_804, 0)
            // Standard error: 668.
            .saturating_add(Weight::from_parts(409_376, 0).saturating_mul(d.into()))
    }
    // `l` is from 1 to 1024.
    // At least 23_285 ns.
    fn fold_labels(l: u32) -> Weight {
        Weight::from_parts(23_729_016, 0)
            // Standard error: 9_423.
            .saturating_add(Weight::from_parts(9_885_318, 0).saturating_mul(l.into()))
    }
}

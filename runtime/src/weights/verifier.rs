//! Weights of `pallet_verifier`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor.
//!
//! It was measured with five public inputs, where a circuit has up to eight now, and before the
//! file of development keys was read in a registration. What is more was **added by hand**: 300 µs
//! for each further input of a proof or of a batch, and 4 ms for a registration. The five functions
//! of a fold are upper bounds that were written by hand.

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
    //     499, mode: `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::VerifyingKeys` (r:0 w:1)
    // Proof: `Verifier::VerifyingKeys` (`max_values`: None, `max_size`: Some(4130), added: 6605,
    //     mode: `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:0 w:1)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 7_407_951 ns.
    fn register_circuit() -> Weight {
        Weight::from_parts(11_891_260_000, 3_676).saturating_add(DbWeight::get().reads_writes(3, 4))
    }
    // Storage: `Verifier::Circuits` (r:2 w:2)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::CounterForCircuits` (r:1 w:1)
    // Proof: `Verifier::CounterForCircuits` (`max_values`: Some(1), `max_size`: Some(4), added:
    //     499, mode: `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::VerifyingKeys` (r:0 w:1)
    // Proof: `Verifier::VerifyingKeys` (`max_values`: None, `max_size`: Some(4130), added: 6605,
    //     mode: `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:0 w:1)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 7_323_004 ns.
    fn replace_circuit() -> Weight {
        Weight::from_parts(11_879_873_000, 6_362).saturating_add(DbWeight::get().reads_writes(4, 5))
    }
    // Storage: `Verifier::Circuits` (r:1 w:1)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:0 w:1)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 38_379 ns.
    fn disable_circuit() -> Weight {
        Weight::from_parts(41_748_000, 3_676).saturating_add(DbWeight::get().reads_writes(1, 2))
    }
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 3_673_843 ns.
    fn verify_one() -> Weight {
        Weight::from_parts(4_805_775_000, 69_037).saturating_add(DbWeight::get().reads_writes(2, 0))
    }
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // `p` is from 2 to 64.
    // At least 6_035_543 ns.
    fn verify_batch(p: u32) -> Weight {
        Weight::from_parts(4_170_411_967, 69_037)
            // Standard error: 3_798_649.
            .saturating_add(Weight::from_parts(1_229_691_056, 0).saturating_mul(p.into()))
            .saturating_add(DbWeight::get().reads_writes(2, 0))
    }
    // `b` is from 1 to 255.
    fn fold_bytes(b: u32) -> Weight {
        Weight::from_parts(50_000_000, 265_000)
            .saturating_add(Weight::from_parts(45_000_000, 0).saturating_mul(b.into()))
            .saturating_add(DbWeight::get().reads_writes(1, 0))
    }
    // `r` is from 1 to 4096.
    fn fold_rows(r: u32) -> Weight {
        Weight::from_parts(150_000_000, 0)
            .saturating_add(Weight::from_parts(3_000_000, 0).saturating_mul(r.into()))
    }
    // `v` is from 1 to 512.
    fn fold_values(v: u32) -> Weight {
        Weight::from_parts(400_000_000, 0)
            .saturating_add(Weight::from_parts(45_000_000, 0).saturating_mul(v.into()))
    }
    // `d` is from 1 to 4096.
    fn fold_inputs(d: u32) -> Weight {
        Weight::from_parts(20_000_000, 0)
            .saturating_add(Weight::from_parts(2_500_000, 0).saturating_mul(d.into()))
    }
    // `l` is from 1 to 1024.
    fn fold_labels(l: u32) -> Weight {
        Weight::from_parts(50_000_000, 0)
            .saturating_add(Weight::from_parts(30_000_000, 0).saturating_mul(l.into()))
    }
}

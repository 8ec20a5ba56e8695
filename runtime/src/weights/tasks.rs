//! Weights of `pallet_tasks`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_tasks::WeightInfo for Measured {
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Curriculum` (r:1 w:0)
    // Proof: `Rewards::Curriculum` (`max_values`: None, `max_size`: Some(58), added: 2533, mode: `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode: `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
    // Storage: `Tasks::NextTask` (r:1 w:1)
    // Proof: `Tasks::NextTask` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    // Storage: `Tasks::NextSeed` (r:1 w:0)
    // Proof: `Tasks::NextSeed` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Network::EpochLength` (r:1 w:0)
    // Proof: `Network::EpochLength` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:0 w:1)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Tasks` (r:0 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // `r` is from 2 to 256.
    // At least 347_058 ns.
    fn create_task(r: u32) -> Weight {
        Weight::from_parts(365_278_588, 6_342)
            // Standard error: 14_777.
            .saturating_add(Weight::from_parts(284_121, 0).saturating_mul(r.into()))
            .saturating_add(DbWeight::get().reads_writes(10, 5))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:0 w:32)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(65598), added: 68073, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:0 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode: `MaxEncodedLen`)
    // At least 269_268 ns.
    fn cancel_task() -> Weight {
        Weight::from_parts(301_940_000, 5_119).saturating_add(DbWeight::get().reads_writes(3, 36))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Tasks::NextSeed` (r:1 w:0)
    // Proof: `Tasks::NextSeed` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Seeds` (r:1 w:0)
    // Proof: `Tasks::Seeds` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    // At least 73_402 ns.
    fn draw_split() -> Weight {
        Weight::from_parts(85_433_000, 5_119).saturating_add(DbWeight::get().reads_writes(3, 1))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // At least 46_402 ns.
    fn publish_training_data() -> Weight {
        Weight::from_parts(56_040_000, 5_119).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    // At least 136_673 ns.
    fn commit_model() -> Weight {
        Weight::from_parts(151_739_000, 5_119).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    // At least 121_429 ns.
    fn withdraw_commitment() -> Weight {
        Weight::from_parts(134_809_000, 5_119).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:1 w:0)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:0 w:1)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(65598), added: 68073, mode: `MaxEncodedLen`)
    // `e` is from 1 to 2000.
    // At least 312_506 ns.
    fn reveal_block(e: u32) -> Weight {
        Weight::from_parts(270_216_629, 11_675)
            // Standard error: 42_227.
            .saturating_add(Weight::from_parts(21_669_921, 0).saturating_mul(e.into()))
            .saturating_add(DbWeight::get().reads_writes(2, 2))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:1 w:0)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode: `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode: `MaxEncodedLen`)
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955, mode: `MaxEncodedLen`)
    // Storage: `Experiments::Leaderboards` (r:1 w:1)
    // Proof: `Experiments::Leaderboards` (`max_values`: None, `max_size`: Some(5390), added: 7865, mode: `MaxEncodedLen`)
    // `s` is from 1 to 32.
    // At least 5_104_490 ns.
    fn submit_scores(s: u32) -> Weight {
        Weight::from_parts(4_512_798_066, 69_037)
            // Standard error: 2_778_858.
            .saturating_add(Weight::from_parts(1_337_038_754, 0).saturating_mul(s.into()))
            .saturating_add(DbWeight::get().reads_writes(9, 4))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:0 w:32)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(65598), added: 68073, mode: `MaxEncodedLen`)
    // At least 288_369 ns.
    fn settle() -> Weight {
        Weight::from_parts(314_221_000, 6_342).saturating_add(DbWeight::get().reads_writes(6, 36))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:1 w:1)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(65803), added: 68278, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:0)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode: `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047, mode: `MaxEncodedLen`)
    // `e` is from 1 to 2048.
    // At least 6_076_237 ns.
    fn deliver(e: u32) -> Weight {
        Weight::from_parts(6_202_975_293, 69_268)
            // Standard error: 30_261.
            .saturating_add(Weight::from_parts(19_980_488, 0).saturating_mul(e.into()))
            .saturating_add(DbWeight::get().reads_writes(7, 1))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:1 w:1)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(65803), added: 68278, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrencyBooks` (r:1 w:1)
    // Proof: `Rewards::CurrencyBooks` (`max_values`: Some(1), `max_size`: Some(64), added: 559, mode: `MaxEncodedLen`)
    // Storage: `Experiments::Experiments` (r:1 w:1)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955, mode: `MaxEncodedLen`)
    // Storage: `Wtm::NextFact` (r:1 w:1)
    // Proof: `Wtm::NextFact` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:1 w:0)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode: `MaxEncodedLen`)
    // Storage: `Provenance::NextRecord` (r:1 w:1)
    // Proof: `Provenance::NextRecord` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Provenance::Pending` (r:1 w:1)
    // Proof: `Provenance::Pending` (`max_values`: Some(1), `max_size`: Some(1029), added: 1524, mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    // Storage: `Provenance::LatestOfModel` (r:1 w:1)
    // Proof: `Provenance::LatestOfModel` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    // Storage: `Provenance::RecordsOfTask` (r:1 w:1)
    // Proof: `Provenance::RecordsOfTask` (`max_values`: None, `max_size`: Some(145), added: 2620, mode: `MaxEncodedLen`)
    // Storage: `Provenance::NextAnchor` (r:1 w:0)
    // Proof: `Provenance::NextAnchor` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Provenance::Records` (r:0 w:1)
    // Proof: `Provenance::Records` (`max_values`: None, `max_size`: Some(350), added: 2825, mode: `MaxEncodedLen`)
    // Storage: `Wtm::Facts` (r:0 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode: `MaxEncodedLen`)
    // Storage: `Wtm::ByDomain` (r:0 w:1)
    // Proof: `Wtm::ByDomain` (`max_values`: None, `max_size`: Some(90), added: 2565, mode: `MaxEncodedLen`)
    // Storage: `Wtm::BySubject` (r:0 w:1)
    // Proof: `Wtm::BySubject` (`max_values`: None, `max_size`: Some(220), added: 2695, mode: `MaxEncodedLen`)
    // Storage: `Experiments::ModelVersions` (r:0 w:1)
    // Proof: `Experiments::ModelVersions` (`max_values`: None, `max_size`: Some(274), added: 2749, mode: `MaxEncodedLen`)
    // At least 783_690 ns.
    fn reveal_key() -> Weight {
        Weight::from_parts(855_620_000, 69_268).saturating_add(DbWeight::get().reads_writes(18, 19))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode: `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode: `MaxEncodedLen`)
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // At least 184_159 ns.
    fn close_commitment() -> Weight {
        Weight::from_parts(203_222_000, 6_342).saturating_add(DbWeight::get().reads_writes(9, 5))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
    // At least 115_433 ns.
    fn finish_task() -> Weight {
        Weight::from_parts(137_653_000, 5_119).saturating_add(DbWeight::get().reads_writes(3, 3))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:32 w:32)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(65803), added: 68278, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:0 w:1)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:0 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode: `MaxEncodedLen`)
    // At least 152_451 ns.
    fn remove_task() -> Weight {
        Weight::from_parts(163_927_000, 2_185_886)
            .saturating_add(DbWeight::get().reads_writes(34, 35))
    }
    // Storage: `Babe::EpochIndex` (r:1 w:0)
    // Proof: `Babe::EpochIndex` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::SeedEpoch` (r:1 w:1)
    // Proof: `Tasks::SeedEpoch` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::NextSeed` (r:1 w:1)
    // Proof: `Tasks::NextSeed` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Babe::NextRandomness` (r:1 w:0)
    // Proof: `Babe::NextRandomness` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Seeds` (r:0 w:2)
    // Proof: `Tasks::Seeds` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
    // At least 20_282 ns.
    fn store_seed() -> Weight {
        Weight::from_parts(21_494_000, 1_517).saturating_add(DbWeight::get().reads_writes(6, 5))
    }
    // Storage: `Tasks::SweepCursor` (r:1 w:1)
    // Proof: `Tasks::SweepCursor` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    // Storage: `Tasks::Tasks` (r:2 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode: `MaxEncodedLen`)
    // At least 38_882 ns.
    fn sweep_visit() -> Weight {
        Weight::from_parts(45_393_000, 9_248).saturating_add(DbWeight::get().reads_writes(3, 1))
    }
}

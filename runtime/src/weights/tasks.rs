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
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::Curriculum` (r:1 w:0)
    // Proof: `Rewards::Curriculum` (`max_values`: None, `max_size`: Some(58), added: 2533, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode:
    //     `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::NextTask` (r:1 w:1)
    // Proof: `Tasks::NextTask` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::NextSeed` (r:1 w:0)
    // Proof: `Tasks::NextSeed` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Network::EpochLength` (r:1 w:0)
    // Proof: `Network::EpochLength` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:0 w:1)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Tasks` (r:0 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // `r` is from 2 to 256.
    // At least 334_026 ns.
    fn create_task(r: u32) -> Weight {
        Weight::from_parts(355_728_237, 6_342)
            // Standard error: 4_991.
            .saturating_add(Weight::from_parts(166_150, 0).saturating_mul(r.into()))
            .saturating_add(DbWeight::get().reads_writes(10, 5))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:0 w:32)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(65598), added: 68073,
    //     mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:0 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // At least 252_824 ns.
    fn cancel_task() -> Weight {
        Weight::from_parts(271_182_000, 5_119).saturating_add(DbWeight::get().reads_writes(3, 36))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::NextSeed` (r:1 w:0)
    // Proof: `Tasks::NextSeed` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Seeds` (r:1 w:0)
    // Proof: `Tasks::Seeds` (`max_values`: None, `max_size`: Some(48), added: 2523, mode:
    //     `MaxEncodedLen`)
    // At least 69_680 ns.
    fn draw_split() -> Weight {
        Weight::from_parts(76_224_000, 5_119).saturating_add(DbWeight::get().reads_writes(3, 1))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // At least 39_591 ns.
    fn publish_training_data() -> Weight {
        Weight::from_parts(46_074_000, 5_119).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // At least 133_125 ns.
    fn commit_model() -> Weight {
        Weight::from_parts(140_784_000, 5_119).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // At least 111_431 ns.
    fn withdraw_commitment() -> Weight {
        Weight::from_parts(123_398_000, 5_119).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:1 w:0)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:0 w:1)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(65598), added: 68073,
    //     mode: `MaxEncodedLen`)
    // `e` is from 1 to 2000.
    // At least 285_228 ns.
    fn reveal_block(e: u32) -> Weight {
        Weight::from_parts(57_499_760, 11_675)
            // Standard error: 32_950.
            .saturating_add(Weight::from_parts(21_112_366, 0).saturating_mul(e.into()))
            .saturating_add(DbWeight::get().reads_writes(2, 2))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:1 w:0)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::Leaderboards` (r:1 w:1)
    // Proof: `Experiments::Leaderboards` (`max_values`: None, `max_size`: Some(5390), added: 7865,
    //     mode: `MaxEncodedLen`)
    // `s` is from 1 to 32.
    // At least 5_004_061 ns.
    fn submit_scores(s: u32) -> Weight {
        Weight::from_parts(4_362_054_954, 69_037)
            // Standard error: 3_875_725.
            .saturating_add(Weight::from_parts(1_228_768_858, 0).saturating_mul(s.into()))
            .saturating_add(DbWeight::get().reads_writes(9, 4))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:0 w:32)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(65598), added: 68073,
    //     mode: `MaxEncodedLen`)
    // At least 276_382 ns.
    fn settle() -> Weight {
        Weight::from_parts(304_011_000, 6_342).saturating_add(DbWeight::get().reads_writes(6, 36))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:1 w:1)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(65803), added: 68278, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:0)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // `e` is from 1 to 2048.
    // At least 5_364_767 ns.
    fn deliver(e: u32) -> Weight {
        Weight::from_parts(4_853_222_869, 69_268)
            // Standard error: 42_766.
            .saturating_add(Weight::from_parts(20_009_798, 0).saturating_mul(e.into()))
            .saturating_add(DbWeight::get().reads_writes(8, 1))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:1 w:1)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(65803), added: 68278, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CurrencyBooks` (r:1 w:1)
    // Proof: `Rewards::CurrencyBooks` (`max_values`: Some(1), `max_size`: Some(64), added: 559,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::Experiments` (r:1 w:1)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Wtm::NextFact` (r:1 w:1)
    // Proof: `Wtm::NextFact` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:1 w:0)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode:
    //     `MaxEncodedLen`)
    // Storage: `Provenance::NextRecord` (r:1 w:1)
    // Proof: `Provenance::NextRecord` (`max_values`: Some(1), `max_size`: Some(8), added: 503,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::Pending` (r:1 w:1)
    // Proof: `Provenance::Pending` (`max_values`: Some(1), `max_size`: Some(1029), added: 1524,
    //     mode: `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode:
    //     `MaxEncodedLen`)
    // Storage: `Provenance::LatestOfModel` (r:1 w:1)
    // Proof: `Provenance::LatestOfModel` (`max_values`: None, `max_size`: Some(56), added: 2531,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::RecordsOfTask` (r:1 w:1)
    // Proof: `Provenance::RecordsOfTask` (`max_values`: None, `max_size`: Some(145), added: 2620,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::NextAnchor` (r:1 w:0)
    // Proof: `Provenance::NextAnchor` (`max_values`: Some(1), `max_size`: Some(8), added: 503,
    //     mode: `MaxEncodedLen`)
    // Storage: `Provenance::Records` (r:0 w:1)
    // Proof: `Provenance::Records` (`max_values`: None, `max_size`: Some(350), added: 2825, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Facts` (r:0 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::ByDomain` (r:0 w:1)
    // Proof: `Wtm::ByDomain` (`max_values`: None, `max_size`: Some(90), added: 2565, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::BySubject` (r:0 w:1)
    // Proof: `Wtm::BySubject` (`max_values`: None, `max_size`: Some(220), added: 2695, mode:
    //     `MaxEncodedLen`)
    // Storage: `Experiments::ModelVersions` (r:0 w:1)
    // Proof: `Experiments::ModelVersions` (`max_values`: None, `max_size`: Some(274), added: 2749,
    //     mode: `MaxEncodedLen`)
    // At least 825_073 ns.
    fn reveal_key() -> Weight {
        Weight::from_parts(861_172_000, 69_268).saturating_add(DbWeight::get().reads_writes(19, 19))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(112), added: 2587, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(201), added: 2676, mode:
    //     `MaxEncodedLen`)
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // At least 184_790 ns.
    fn close_commitment() -> Weight {
        Weight::from_parts(203_246_000, 6_342).saturating_add(DbWeight::get().reads_writes(9, 5))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // At least 118_483 ns.
    fn finish_task() -> Weight {
        Weight::from_parts(132_328_000, 5_119).saturating_add(DbWeight::get().reads_writes(3, 3))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:32 w:32)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(65803), added: 68278, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:0 w:1)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:0 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // At least 145_934 ns.
    fn remove_task() -> Weight {
        Weight::from_parts(155_694_000, 2_185_886)
            .saturating_add(DbWeight::get().reads_writes(34, 35))
    }
    // Storage: `Tasks::Gathered` (r:1 w:1)
    // Proof: `Tasks::Gathered` (`max_values`: Some(1), `max_size`: Some(32), added: 527, mode:
    //     `MaxEncodedLen`)
    // Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
    // Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528,
    //     mode: `MaxEncodedLen`)
    // Storage: `Babe::EpochIndex` (r:1 w:0)
    // Proof: `Babe::EpochIndex` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::SeedEpoch` (r:1 w:1)
    // Proof: `Tasks::SeedEpoch` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::NextSeed` (r:1 w:1)
    // Proof: `Tasks::NextSeed` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Seeds` (r:0 w:2)
    // Proof: `Tasks::Seeds` (`max_values`: None, `max_size`: Some(48), added: 2523, mode:
    //     `MaxEncodedLen`)
    // At least 23_447 ns.
    fn store_seed() -> Weight {
        Weight::from_parts(25_540_000, 1_518).saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    // Storage: `Tasks::SweepCursor` (r:1 w:1)
    // Proof: `Tasks::SweepCursor` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Tasks` (r:2 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1654), added: 4129, mode:
    //     `MaxEncodedLen`)
    // At least 39_032 ns.
    fn sweep_visit() -> Weight {
        Weight::from_parts(43_494_000, 9_248).saturating_add(DbWeight::get().reads_writes(3, 1))
    }
}

//! Weights of `pallet_tasks`.
//!
//! Written by `scripts/measure-weights` on 2026-11-30, with 50 steps of each component and 20
//! repetitions of each step, on a machine with AMD EPYC.
//!
//! Those whose comment says so are **bounds made by hand**, from what was measured of their parts
//! and generous factors for the rest. They have not been measured yet.

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
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
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
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // `r` is from 2 to 256.
    // At least 672_659 ns. By hand: the hold for the record, and 50 µs.
    fn create_task(r: u32) -> Weight {
        Weight::from_parts(759_649_560, 6_362)
            // Standard error: 13_839.
            .saturating_add(Weight::from_parts(167_151, 0).saturating_mul(r.into()))
            .saturating_add(DbWeight::get().reads_writes(10, 5))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:0 w:32)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(262206), added: 264681,
    //     mode: `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:0 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // At least 296_851 ns. By hand: `Tasks::Asked` (r:0 w:1).
    fn cancel_task() -> Weight {
        Weight::from_parts(312_875_000, 8_000).saturating_add(DbWeight::get().reads_writes(4, 38))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::NextSeed` (r:1 w:0)
    // Proof: `Tasks::NextSeed` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Seeds` (r:1 w:0)
    // Proof: `Tasks::Seeds` (`max_values`: None, `max_size`: Some(48), added: 2523, mode:
    //     `MaxEncodedLen`)
    // At least 84_686 ns.
    fn draw_split() -> Weight {
        Weight::from_parts(96_774_000, 5_225).saturating_add(DbWeight::get().reads_writes(3, 1))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // At least 45_617 ns.
    fn publish_training_data() -> Weight {
        Weight::from_parts(53_480_000, 5_225).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(176), added: 2651, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // At least 435_147 ns.
    fn commit_model() -> Weight {
        Weight::from_parts(462_968_000, 5_225).saturating_add(DbWeight::get().reads_writes(5, 4))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(176), added: 2651, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // At least 133_799 ns.
    fn withdraw_commitment() -> Weight {
        Weight::from_parts(144_645_000, 5_225).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:1 w:0)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:0 w:1)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(262206), added: 264681,
    //     mode: `MaxEncodedLen`)
    // `b` is from 1 to 255.
    // At least 92_768 ns. By hand: the last one looks for the champion, `Rewards::Curriculum` (r:1
    // w:0), `Experiments::Experiments` (r:1 w:0), `Experiments::ModelVersions` (r:1 w:0),
    // `Verifier::Circuits` (r:1 w:0), `Tasks::ComparedWith` (r:1 w:1), and 1 ms, in which it counts
    // the score of the constant answer.
    fn reveal_block(b: u32) -> Weight {
        Weight::from_parts(1_607_079_038, 28_000)
            // Standard error: 27_573.
            .saturating_add(Weight::from_parts(8_543_497, 0).saturating_mul(b.into()))
            .saturating_add(DbWeight::get().reads_writes(8, 4))
    }
    // Made by hand: the task, the commitment, the registration with what is known of it, and the
    // entry of the claim. The round that it may begin is charged besides, as `ask`.
    fn claim() -> Weight {
        Weight::from_parts(150_000_000, 15_000).saturating_add(DbWeight::get().reads_writes(6, 3))
    }
    // Made by hand: reads and writes the commitments of 64 claims that have failed and of 64 that
    // are asked, finds those 64 by key and value, and removes their entries.
    fn ask() -> Weight {
        Weight::from_parts(5_000_000_000, 560_000)
            .saturating_add(DbWeight::get().reads_writes(270, 200))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(176), added: 2651, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::RevealedBlocks` (r:32 w:0)
    // Proof: `Tasks::RevealedBlocks` (`max_values`: None, `max_size`: Some(262206), added: 264681,
    //     mode: `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
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
    // At least 6_464_522 ns. By hand: the circuit of the champion, `Verifier::Circuits` (r:1 w:0),
    // what the worker is known by, `Rewards::Registrations` (r:1 w:1), and 40 µs.
    fn submit_scores(s: u32) -> Weight {
        Weight::from_parts(5_292_203_251, 75_000)
            // Standard error: 1_564_862.
            .saturating_add(Weight::from_parts(1_597_271_775, 0).saturating_mul(s.into()))
            .saturating_add(Weight::from_parts(0, 264_681).saturating_mul(s.into()))
            .saturating_add(DbWeight::get().reads_writes(10, 5))
            .saturating_add(DbWeight::get().reads(1_u64.saturating_mul(s.into())))
    }
    // Made by hand: what was measured for 32 revealed blocks alone, 347 µs; the commitments of 64
    // claims that have failed; 32 ranks, for each of which the level of the experiment is read; and
    // the circuit of the champion.
    fn settle() -> Weight {
        Weight::from_parts(3_500_000_000, 280_000)
            .saturating_add(DbWeight::get().reads_writes(141, 107))
    }
    // Storage: `Tasks::Tasks` (r:1 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:0)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(176), added: 2651, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Chunks` (r:1 w:1)
    // Proof: `Tasks::Chunks` (`max_values`: None, `max_size`: Some(16206), added: 18681, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:1 w:1)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(401), added: 2876, mode:
    //     `MaxEncodedLen`)
    // `e` is from 1 to 504.
    // At least 950_131 ns.
    fn upload_chunk(e: u32) -> Weight {
        Weight::from_parts(895_457_776, 19_671)
            // Standard error: 32_149.
            .saturating_add(Weight::from_parts(22_957_363, 0).saturating_mul(e.into()))
            .saturating_add(DbWeight::get().reads_writes(7, 2))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(176), added: 2651, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:1 w:1)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(401), added: 2876, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
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
    // Made by hand: what was measured for the key alone, 5_440 µs with `reads_writes(22, 20)`; a
    // full chunk, as `upload_chunk`; and `Tasks::Rankings` (r:1 w:1).
    fn deliver() -> Weight {
        Weight::from_parts(18_000_000_000, 92_000)
            .saturating_add(DbWeight::get().reads_writes(30, 23))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Commitments` (r:1 w:1)
    // Proof: `Tasks::Commitments` (`max_values`: None, `max_size`: Some(176), added: 2651, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:1 w:0)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:2 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
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
    // At least 187_108 ns. By hand: `Tasks::Claims` (r:0 w:1), `Rewards::CurrencyBooks` (r:1 w:1),
    // and 40 µs.
    fn close_commitment() -> Weight {
        Weight::from_parts(251_664_000, 9_000).saturating_add(DbWeight::get().reads_writes(10, 7))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // At least 121_701 ns.
    fn finish_task() -> Weight {
        Weight::from_parts(135_221_000, 5_225).saturating_add(DbWeight::get().reads_writes(3, 3))
    }
    // Storage: `Tasks::Tasks` (r:1 w:1)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Deliveries` (r:33 w:32)
    // Proof: `Tasks::Deliveries` (`max_values`: None, `max_size`: Some(401), added: 2876, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Chunks` (r:512 w:512)
    // Proof: `Tasks::Chunks` (`max_values`: None, `max_size`: Some(16206), added: 18681, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Roots` (r:0 w:1)
    // Proof: `Tasks::Roots` (`max_values`: None, `max_size`: Some(8210), added: 10685, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Rankings` (r:0 w:1)
    // Proof: `Tasks::Rankings` (`max_values`: None, `max_size`: Some(1297), added: 3772, mode:
    //     `MaxEncodedLen`)
    // `c` is from 0 to 512.
    // At least 358_923 ns. By hand: the hold for the record, or the champion and the part that
    // vests; `Tasks::PastRoots` (r:0 w:1), `Tasks::EqualRowCount` (r:0 w:1),
    // `Tasks::EqualRowsShown` (r:33 w:32), and 400 µs.
    fn remove_task(c: u32) -> Weight {
        Weight::from_parts(774_445_027, 200_000)
            // Standard error: 8_988.
            .saturating_add(Weight::from_parts(2_060_359, 0).saturating_mul(c.into()))
            .saturating_add(Weight::from_parts(0, 18_681).saturating_mul(c.into()))
            .saturating_add(DbWeight::get().reads_writes(76, 72))
            .saturating_add(DbWeight::get().reads(1_u64.saturating_mul(c.into())))
            .saturating_add(DbWeight::get().writes(1_u64.saturating_mul(c.into())))
    }
    // Made by hand: two blocks of 256 KiB are hashed and made of their bytes, in less than 5 ms
    // each, and up to 256 pairs of rows compared. Reads the tasks, their roots, and what has been
    // shown.
    fn show_equal_rows() -> Weight {
        Weight::from_parts(25_000_000_000, 50_000)
            .saturating_add(DbWeight::get().reads_writes(8, 3))
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
    // At least 29_134 ns.
    fn store_seed() -> Weight {
        Weight::from_parts(30_435_000, 1_518).saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    // Storage: `Tasks::SweepCursor` (r:1 w:1)
    // Proof: `Tasks::SweepCursor` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Tasks::Tasks` (r:2 w:0)
    // Proof: `Tasks::Tasks` (`max_values`: None, `max_size`: Some(1760), added: 4235, mode:
    //     `MaxEncodedLen`)
    // At least 41_702 ns.
    fn sweep_visit() -> Weight {
        Weight::from_parts(47_050_000, 9_460).saturating_add(DbWeight::get().reads_writes(3, 1))
    }
}

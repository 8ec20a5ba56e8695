//! Weights of `pallet_rewards`.
//!
//! Written by `scripts/measure-weights` on 2026-11-30, with 50 steps of each component and 20
//! repetitions of each step, on a machine with AMD EPYC.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_rewards::WeightInfo for Measured {
    // Storage: `Rewards::CurrentSession` (r:1 w:0)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::RecentRegistrations` (r:1 w:1)
    // Proof: `Rewards::RecentRegistrations` (`max_values`: Some(1), `max_size`: Some(8), added:
    //    503, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Barred` (r:1 w:0)
    // Proof: `Rewards::Barred` (`max_values`: None, `max_size`: Some(48), added: 2523, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::Registrations` (r:1 w:1)
    // Proof: `Rewards::Registrations` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::Practice` (r:1 w:0)
    // Proof: `Rewards::Practice` (`max_values`: Some(1), `max_size`: Some(76), added: 571, mode:
    //     `MaxEncodedLen`)
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::FirstRound` (r:1 w:0)
    // Proof: `Rewards::FirstRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::BlockHash` (r:1 w:0)
    // Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::PracticeBlock` (r:1 w:0)
    // Proof: `Rewards::PracticeBlock` (`max_values`: Some(1), `max_size`: Some(262180), added:
    //    262675, mode: `MaxEncodedLen`)
    // Storage: `Verifier::PreparedKeys` (r:1 w:0)
    // Proof: `Verifier::PreparedKeys` (`max_values`: None, `max_size`: Some(65572), added: 68047,
    //     mode: `MaxEncodedLen`)
    // At least 4_990_312 ns.
    fn register_worker() -> Weight {
        Weight::from_parts(5_148_347_000, 263_665)
            .saturating_add(DbWeight::get().reads_writes(10, 2))
    }
    // Storage: `Rewards::Registrations` (r:1 w:1)
    // Proof: `Rewards::Registrations` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // At least 23_945 ns.
    fn unregister() -> Weight {
        Weight::from_parts(25_238_000, 3_534).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Rewards::Registrations` (r:1 w:1)
    // Proof: `Rewards::Registrations` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CurrentSession` (r:1 w:0)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::FirstRound` (r:1 w:1)
    // Proof: `Rewards::FirstRound` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::WorkersPoints` (r:1 w:1)
    // Proof: `Rewards::WorkersPoints` (`max_values`: None, `max_size`: Some(68), added: 2543, mode:
    //     `MaxEncodedLen`)
    // Storage: `Allowance::Used` (r:0 w:1)
    // Proof: `Allowance::Used` (`max_values`: None, `max_size`: Some(56), added: 2531, mode:
    //     `MaxEncodedLen`)
    // At least 56_854 ns.
    fn remove_worker() -> Weight {
        Weight::from_parts(59_228_000, 3_593).saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    // Storage: `Rewards::Barred` (r:1 w:0)
    // Proof: `Rewards::Barred` (`max_values`: None, `max_size`: Some(48), added: 2523, mode:
    //     `MaxEncodedLen`)
    // Storage: `Session::NextKeys` (r:1 w:0)
    // Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // Storage: `Rewards::WorkersPoints` (r:201 w:0)
    // Proof: `Rewards::WorkersPoints` (`max_values`: None, `max_size`: Some(68), added: 2543, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CurrentSession` (r:1 w:0)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::Candidates` (r:1 w:1)
    // Proof: `Rewards::Candidates` (`max_values`: Some(1), `max_size`: Some(6402), added: 6897,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::SilentSessions` (r:0 w:1)
    // Proof: `Rewards::SilentSessions` (`max_values`: None, `max_size`: Some(52), added: 2527,
    //     mode: `MaxEncodedLen`)
    // At least 1_508_621 ns.
    fn apply_as_candidate() -> Weight {
        Weight::from_parts(1_566_557_000, 512_133)
            .saturating_add(DbWeight::get().reads_writes(206, 2))
    }
    // Storage: `Rewards::Candidates` (r:1 w:1)
    // Proof: `Rewards::Candidates` (`max_values`: Some(1), `max_size`: Some(6402), added: 6897,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::SilentSessions` (r:0 w:1)
    // Proof: `Rewards::SilentSessions` (`max_values`: None, `max_size`: Some(52), added: 2527,
    //     mode: `MaxEncodedLen`)
    // At least 32_979 ns.
    fn leave_candidates() -> Weight {
        Weight::from_parts(36_033_000, 7_887).saturating_add(DbWeight::get().reads_writes(1, 2))
    }
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::Curriculum` (r:1 w:1)
    // Proof: `Rewards::Curriculum` (`max_values`: None, `max_size`: Some(58), added: 2533, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Allowance::Used` (r:0 w:1)
    // Proof: `Allowance::Used` (`max_values`: None, `max_size`: Some(56), added: 2531, mode:
    //     `MaxEncodedLen`)
    // At least 64_576 ns.
    fn set_curriculum() -> Weight {
        Weight::from_parts(67_080_000, 6_196).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Rewards::Curriculum` (r:1 w:1)
    // Proof: `Rewards::Curriculum` (`max_values`: None, `max_size`: Some(58), added: 2533, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CounterForCurriculum` (r:1 w:1)
    // Proof: `Rewards::CounterForCurriculum` (`max_values`: Some(1), `max_size`: Some(4), added:
    //    499, mode: `MaxEncodedLen`)
    // Storage: `Allowance::Used` (r:0 w:1)
    // Proof: `Allowance::Used` (`max_values`: None, `max_size`: Some(56), added: 2531, mode:
    //     `MaxEncodedLen`)
    // At least 47_511 ns.
    fn remove_curriculum() -> Weight {
        Weight::from_parts(49_494_000, 3_593).saturating_add(DbWeight::get().reads_writes(3, 4))
    }
    // Storage: `Verifier::Circuits` (r:1 w:0)
    // Proof: `Verifier::Circuits` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::PracticeBlock` (r:0 w:1)
    // Proof: `Rewards::PracticeBlock` (`max_values`: Some(1), `max_size`: Some(262180), added:
    //    262675, mode: `MaxEncodedLen`)
    // Storage: `Rewards::Practice` (r:0 w:1)
    // Proof: `Rewards::Practice` (`max_values`: Some(1), `max_size`: Some(76), added: 571, mode:
    //     `MaxEncodedLen`)
    // At least 42_923 ns.
    fn set_practice() -> Weight {
        Weight::from_parts(48_291_000, 3_676).saturating_add(DbWeight::get().reads_writes(1, 2))
    }
    // Storage: `Rewards::Curriculum` (r:1 w:1)
    // Proof: `Rewards::Curriculum` (`max_values`: None, `max_size`: Some(58), added: 2533, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::OpenTasks` (r:1 w:1)
    // Proof: `Rewards::OpenTasks` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CurrencyBooks` (r:1 w:1)
    // Proof: `Rewards::CurrencyBooks` (`max_values`: Some(1), `max_size`: Some(64), added: 559,
    //     mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::Barred` (r:1 w:0)
    // Proof: `Rewards::Barred` (`max_values`: None, `max_size`: Some(48), added: 2523, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CurrentSession` (r:1 w:0)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::WorkersPoints` (r:1 w:1)
    // Proof: `Rewards::WorkersPoints` (`max_values`: None, `max_size`: Some(68), added: 2543, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::TotalPoints` (r:1 w:1)
    // Proof: `Rewards::TotalPoints` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::Registrations` (r:1 w:1)
    // Proof: `Rewards::Registrations` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // Storage: `Allowance::Used` (r:0 w:1)
    // Proof: `Allowance::Used` (`max_values`: None, `max_size`: Some(56), added: 2531, mode:
    //     `MaxEncodedLen`)
    // At least 153_028 ns.
    fn curriculum() -> Weight {
        Weight::from_parts(157_424_000, 6_196).saturating_add(DbWeight::get().reads_writes(10, 9))
    }
    // Storage: `Rewards::Registrations` (r:1 w:1)
    // Proof: `Rewards::Registrations` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // At least 17_766 ns.
    fn abandoned() -> Weight {
        Weight::from_parts(18_758_000, 3_534).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Rewards::CurrentSession` (r:1 w:1)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrencyBooks` (r:1 w:1)
    // Proof: `Rewards::CurrencyBooks` (`max_values`: Some(1), `max_size`: Some(64), added: 559,
    //     mode: `MaxEncodedLen`)
    // At least 16_865 ns.
    fn on_new_session() -> Weight {
        Weight::from_parts(17_707_000, 1_549).saturating_add(DbWeight::get().reads_writes(2, 2))
    }
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::Candidates` (r:1 w:0)
    // Proof: `Rewards::Candidates` (`max_values`: Some(1), `max_size`: Some(6402), added: 6897,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::WorkersPoints` (r:200 w:0)
    // Proof: `Rewards::WorkersPoints` (`max_values`: None, `max_size`: Some(68), added: 2543, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CurrentSession` (r:1 w:0)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Session::NextKeys` (r:100 w:0)
    // Proof: `Session::NextKeys` (`max_values`: None, `max_size`: None, mode: `Measured`)
    // Storage: `Rewards::Barred` (r:100 w:0)
    // Proof: `Rewards::Barred` (`max_values`: None, `max_size`: Some(48), added: 2523, mode:
    //     `MaxEncodedLen`)
    // `c` is from 4 to 200.
    // At least 89_102 ns.
    fn elect(c: u32) -> Weight {
        Weight::from_parts(262_226_120, 68_547)
            // Standard error: 102_830.
            .saturating_add(Weight::from_parts(12_050_821, 0).saturating_mul(c.into()))
            .saturating_add(Weight::from_parts(0, 2_543).saturating_mul(c.into()))
            .saturating_add(DbWeight::get().reads_writes(56, 0))
            .saturating_add(DbWeight::get().reads(2_u64.saturating_mul(c.into())))
    }
    // Storage: `Rewards::Barred` (r:1 w:1)
    // Proof: `Rewards::Barred` (`max_values`: None, `max_size`: Some(48), added: 2523, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::Candidates` (r:1 w:1)
    // Proof: `Rewards::Candidates` (`max_values`: Some(1), `max_size`: Some(6402), added: 6897,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrentSession` (r:1 w:0)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::WorkersPoints` (r:1 w:1)
    // Proof: `Rewards::WorkersPoints` (`max_values`: None, `max_size`: Some(68), added: 2543, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::TotalPoints` (r:1 w:1)
    // Proof: `Rewards::TotalPoints` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::SilentSessions` (r:0 w:1)
    // Proof: `Rewards::SilentSessions` (`max_values`: None, `max_size`: Some(52), added: 2527,
    //     mode: `MaxEncodedLen`)
    // At least 54_992 ns.
    fn bar() -> Weight {
        Weight::from_parts(58_717_000, 7_887).saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    // Storage: `Rewards::AuthorsOfSession` (r:0 w:1)
    // Proof: `Rewards::AuthorsOfSession` (`max_values`: None, `max_size`: Some(48), added: 2523,
    //     mode: `MaxEncodedLen`)
    // At least 3_676 ns.
    fn note_author() -> Weight {
        Weight::from_parts(4_036_000, 0).saturating_add(DbWeight::get().reads_writes(0, 1))
    }
    // Storage: `Rewards::Candidates` (r:1 w:1)
    // Proof: `Rewards::Candidates` (`max_values`: Some(1), `max_size`: Some(6402), added: 6897,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::AuthorsOfSession` (r:100 w:0)
    // Proof: `Rewards::AuthorsOfSession` (`max_values`: None, `max_size`: Some(48), added: 2523,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::SilentSessions` (r:100 w:100)
    // Proof: `Rewards::SilentSessions` (`max_values`: None, `max_size`: Some(52), added: 2527,
    //     mode: `MaxEncodedLen`)
    // `v` is from 0 to 100.
    // At least 6_239 ns.
    fn on_session_ended(v: u32) -> Weight {
        Weight::from_parts(6_330_000, 7_887)
            // Standard error: 20_066.
            .saturating_add(Weight::from_parts(20_191_854, 0).saturating_mul(v.into()))
            .saturating_add(Weight::from_parts(0, 2_527).saturating_mul(v.into()))
            .saturating_add(DbWeight::get().reads_writes(1, 1))
            .saturating_add(DbWeight::get().reads(2_u64.saturating_mul(v.into())))
            .saturating_add(DbWeight::get().writes(1_u64.saturating_mul(v.into())))
    }
}

//! Weights of `pallet_rewards`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor.
//!
//! `register_worker` and `set_practice` are **bounds made by hand**, from native times and
//! generous factors for wasm. They have not been measured yet.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_rewards::WeightInfo for Measured {
    // Made by hand: one verification with eight inputs, hashes, and 2 ms to spare. Reads the
    // circuit twice, and the practice block.
    fn register_worker() -> Weight {
        Weight::from_parts(7_000_000_000, 263_665)
            .saturating_add(DbWeight::get().reads_writes(11, 2))
    }
    // Storage: `Rewards::Registrations` (r:1 w:1)
    // Proof: `Rewards::Registrations` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // At least 18_896 ns.
    fn unregister() -> Weight {
        Weight::from_parts(20_663_000, 3_534).saturating_add(DbWeight::get().reads_writes(1, 1))
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
    // At least 46_641 ns.
    fn remove_worker() -> Weight {
        Weight::from_parts(50_308_000, 3_593).saturating_add(DbWeight::get().reads_writes(5, 5))
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
    // At least 1_265_313 ns.
    fn apply_as_candidate() -> Weight {
        Weight::from_parts(1_382_929_000, 512_133)
            .saturating_add(DbWeight::get().reads_writes(206, 2))
    }
    // Storage: `Rewards::Candidates` (r:1 w:1)
    // Proof: `Rewards::Candidates` (`max_values`: Some(1), `max_size`: Some(6402), added: 6897,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::SilentSessions` (r:0 w:1)
    // Proof: `Rewards::SilentSessions` (`max_values`: None, `max_size`: Some(52), added: 2527,
    //     mode: `MaxEncodedLen`)
    // At least 29_443 ns.
    fn leave_candidates() -> Weight {
        Weight::from_parts(43_183_000, 7_887).saturating_add(DbWeight::get().reads_writes(1, 2))
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
    // At least 49_424 ns.
    fn set_curriculum() -> Weight {
        Weight::from_parts(53_916_000, 6_196).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Rewards::Curriculum` (r:1 w:1)
    // Proof: `Rewards::Curriculum` (`max_values`: None, `max_size`: Some(58), added: 2533, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CounterForCurriculum` (r:1 w:1)
    // Proof: `Rewards::CounterForCurriculum` (`max_values`: Some(1), `max_size`: Some(4), added:
    //     499, mode: `MaxEncodedLen`)
    // Storage: `Allowance::Used` (r:0 w:1)
    // Proof: `Allowance::Used` (`max_values`: None, `max_size`: Some(56), added: 2531, mode:
    //     `MaxEncodedLen`)
    // At least 36_096 ns.
    fn remove_curriculum() -> Weight {
        Weight::from_parts(40_382_000, 3_593).saturating_add(DbWeight::get().reads_writes(3, 4))
    }
    // Made by hand: the practice block is written as it is.
    fn set_practice() -> Weight {
        Weight::from_parts(2_000_000_000, 3_676).saturating_add(DbWeight::get().reads_writes(1, 2))
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
    // At least 127_906 ns.
    fn curriculum() -> Weight {
        Weight::from_parts(135_912_000, 6_196).saturating_add(DbWeight::get().reads_writes(10, 9))
    }
    // Storage: `Rewards::Registrations` (r:1 w:1)
    // Proof: `Rewards::Registrations` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // At least 14_256 ns.
    fn abandoned() -> Weight {
        Weight::from_parts(15_765_000, 3_534).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Rewards::CurrentSession` (r:1 w:1)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Rewards::CurrencyBooks` (r:1 w:1)
    // Proof: `Rewards::CurrencyBooks` (`max_values`: Some(1), `max_size`: Some(64), added: 559,
    //     mode: `MaxEncodedLen`)
    // At least 13_482 ns.
    fn on_new_session() -> Weight {
        Weight::from_parts(14_596_000, 1_549).saturating_add(DbWeight::get().reads_writes(2, 2))
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
    // At least 77_390 ns.
    fn elect(c: u32) -> Weight {
        Weight::from_parts(211_932_203, 68_547)
            // Standard error: 94_527.
            .saturating_add(Weight::from_parts(11_221_118, 0).saturating_mul(c.into()))
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
    // At least 59_285 ns.
    fn bar() -> Weight {
        Weight::from_parts(65_796_000, 7_887).saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    // Storage: `Rewards::AuthorsOfSession` (r:0 w:1)
    // Proof: `Rewards::AuthorsOfSession` (`max_values`: None, `max_size`: Some(48), added: 2523,
    //     mode: `MaxEncodedLen`)
    // At least 2_974 ns.
    fn note_author() -> Weight {
        Weight::from_parts(3_312_000, 0).saturating_add(DbWeight::get().reads_writes(0, 1))
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
    // At least 5_209 ns.
    fn on_session_ended(v: u32) -> Weight {
        Weight::from_parts(5_425_000, 7_887)
            // Standard error: 13_575.
            .saturating_add(Weight::from_parts(16_982_301, 0).saturating_mul(v.into()))
            .saturating_add(Weight::from_parts(0, 2_527).saturating_mul(v.into()))
            .saturating_add(DbWeight::get().reads_writes(1, 1))
            .saturating_add(DbWeight::get().reads(2_u64.saturating_mul(v.into())))
            .saturating_add(DbWeight::get().writes(1_u64.saturating_mul(v.into())))
    }
}

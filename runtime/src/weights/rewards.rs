//! Weights of `pallet_rewards`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor.
//!
//! Those whose comment says so are **bounds made by hand**, from native times and generous factors
//! for wasm. They have not been measured yet.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_rewards::WeightInfo for Measured {
    // Made by hand: one verification with eight inputs, hashes, and 2 ms to spare. Reads the
    // circuit twice, the practice block, and the seed and the kind of the network for the puzzle.
    fn register_worker() -> Weight {
        Weight::from_parts(7_000_000_000, 270_000)
            .saturating_add(DbWeight::get().reads_writes(16, 2))
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
    // Made by hand: reads 200 candidates with their points, the seats, and what is known about the
    // two accounts; holds a bond.
    fn apply_as_candidate() -> Weight {
        Weight::from_parts(2_000_000_000, 540_000)
            .saturating_add(DbWeight::get().reads_writes(215, 10))
    }
    // Made by hand: the list, the bond, and what is known about the account's node.
    fn leave_candidates() -> Weight {
        Weight::from_parts(90_000_000, 20_000).saturating_add(DbWeight::get().reads_writes(6, 4))
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
    // At least 49_424 ns. By hand: `Experiments::ModelVersions` (r:1 w:0),
    // `Rewards::PastCurriculum` (r:1 w:1), `Network::Kind` (r:1 w:0), the counter of the entries,
    // and 60 µs.
    fn set_curriculum() -> Weight {
        Weight::from_parts(113_916_000, 16_000).saturating_add(DbWeight::get().reads_writes(10, 6))
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
    // At least 36_096 ns. By hand: `Rewards::PastCurriculum` (r:0 w:1), and 10 µs.
    fn remove_curriculum() -> Weight {
        Weight::from_parts(50_382_000, 3_593).saturating_add(DbWeight::get().reads_writes(4, 5))
    }
    // Made by hand: the practice block is written as it is.
    fn set_practice() -> Weight {
        Weight::from_parts(2_000_000_000, 3_676).saturating_add(DbWeight::get().reads_writes(1, 2))
    }
    // Made by hand: what was measured for a mint to the winner alone, and a second mint to the pot,
    // a part that vests, and the level. What equal rows cost is less: one mint, and a role that
    // ends.
    fn curriculum() -> Weight {
        Weight::from_parts(260_000_000, 30_000).saturating_add(DbWeight::get().reads_writes(20, 14))
    }
    // Storage: `Rewards::Registrations` (r:1 w:1)
    // Proof: `Rewards::Registrations` (`max_values`: None, `max_size`: Some(69), added: 2544, mode:
    //     `MaxEncodedLen`)
    // At least 14_256 ns. Noting that a claim was proved reads and writes the same.
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
    // Made by hand: reads points, keys, signs of life and offences of each candidate, each account
    // with a seat and each authority, 300 beside the candidates, and writes what becomes of up to
    // 50 seats. The election itself is some milliseconds. `c` is from 4 to 200.
    fn elect(c: u32) -> Weight {
        Weight::from_parts(40_000_000_000, 900_000)
            .saturating_add(Weight::from_parts(40_000_000, 0).saturating_mul(c.into()))
            .saturating_add(Weight::from_parts(0, 3_000).saturating_mul(c.into()))
            .saturating_add(DbWeight::get().reads_writes(1_510, 160))
            .saturating_add(DbWeight::get().reads(5_u64.saturating_mul(c.into())))
    }
    // Made by hand: points, the list of candidates, signs of life, and a bond that is burnt.
    fn bar() -> Weight {
        Weight::from_parts(160_000_000, 30_000).saturating_add(DbWeight::get().reads_writes(14, 9))
    }
    // Made by hand: a number is counted up.
    fn note_author() -> Weight {
        Weight::from_parts(8_000_000, 2_600).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Made by hand: one Sr25519 signature is checked in some 60 µs. Reads session, liveness, keys
    // and the hash of the first block.
    fn sign_of_life() -> Weight {
        Weight::from_parts(200_000_000, 9_000).saturating_add(DbWeight::get().reads_writes(5, 1))
    }
    // Made by hand: an Ed25519 signature is checked in some 60 µs, and its message written before.
    // Reads the set, its keys and accounts, and for each vote the hash of a block.
    // `v` is from 1 to 100.
    fn note_finality(v: u32) -> Weight {
        Weight::from_parts(200_000_000, 20_000)
            .saturating_add(Weight::from_parts(150_000_000, 2_519).saturating_mul(v.into()))
            .saturating_add(DbWeight::get().reads_writes(8, 1))
            .saturating_add(DbWeight::get().reads(1_u64.saturating_mul(v.into())))
            .saturating_add(DbWeight::get().writes(1_u64.saturating_mul(v.into())))
    }
    // Made by hand: each validator is paid from the pot, and loses candidacy and a part of its
    // bond. `v` is from 0 to 100.
    fn on_session_ended(v: u32) -> Weight {
        Weight::from_parts(60_000_000, 30_000)
            .saturating_add(Weight::from_parts(200_000_000, 0).saturating_mul(v.into()))
            .saturating_add(Weight::from_parts(0, 18_000).saturating_mul(v.into()))
            .saturating_add(DbWeight::get().reads_writes(10, 8))
            .saturating_add(DbWeight::get().reads(11_u64.saturating_mul(v.into())))
            .saturating_add(DbWeight::get().writes(9_u64.saturating_mul(v.into())))
    }
    // Made by hand: the part, the books, and the account that is minted to.
    fn visit_vesting() -> Weight {
        Weight::from_parts(70_000_000, 18_000).saturating_add(DbWeight::get().reads_writes(7, 5))
    }
    // Made by hand: the bond, signs of life, and an account whose tokens are released.
    fn visit_bond() -> Weight {
        Weight::from_parts(90_000_000, 20_000).saturating_add(DbWeight::get().reads_writes(8, 5))
    }
    // Made by hand: what was measured for `remove_worker`, and the cursor.
    fn visit_registration() -> Weight {
        Weight::from_parts(80_000_000, 12_000).saturating_add(DbWeight::get().reads_writes(8, 6))
    }
}

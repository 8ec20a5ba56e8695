//! Weights of `pallet_experiments`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor. `archive_experiment` and
//! `register_model` have changed since then: what came with that was **added by hand** and has not
//! been measured yet, and neither has `retire_champion`. Records of experiments have become up to
//! 33 bytes longer, for the encoding that they may name.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_experiments::WeightInfo for Measured {
    // Storage: `Experiments::NextExperiment` (r:1 w:1)
    // Proof: `Experiments::NextExperiment` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Experiments::Deposits` (r:0 w:1)
    // Proof: `Experiments::Deposits` (`max_values`: None, `max_size`: Some(28), added: 2503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Experiments::Experiments` (r:0 w:1)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::ExperimentsOf` (r:0 w:1)
    // Proof: `Experiments::ExperimentsOf` (`max_values`: None, `max_size`: Some(60), added: 2535,
    //     mode: `MaxEncodedLen`)
    // At least 96_943 ns.
    fn create_experiment() -> Weight {
        Weight::from_parts(103_589_000, 3_676).saturating_add(DbWeight::get().reads_writes(3, 6))
    }
    // Storage: `Experiments::Experiments` (r:1 w:1)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::Deposits` (r:1 w:1)
    // Proof: `Experiments::Deposits` (`max_values`: None, `max_size`: Some(28), added: 2503, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // At least 102_663 ns.
    fn describe_experiment() -> Weight {
        Weight::from_parts(113_887_000, 5_945).saturating_add(DbWeight::get().reads_writes(4, 4))
    }
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::PendingTransfers` (r:0 w:1)
    // Proof: `Experiments::PendingTransfers` (`max_values`: None, `max_size`: Some(44), added:
    //     2519, mode: `MaxEncodedLen`)
    // At least 22_682 ns.
    fn offer_transfer() -> Weight {
        Weight::from_parts(25_445_000, 5_945).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Experiments::Experiments` (r:1 w:1)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::PendingTransfers` (r:1 w:1)
    // Proof: `Experiments::PendingTransfers` (`max_values`: None, `max_size`: Some(44), added:
    //     2519, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Experiments::Deposits` (r:1 w:1)
    // Proof: `Experiments::Deposits` (`max_values`: None, `max_size`: Some(28), added: 2503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Experiments::ExperimentsOf` (r:0 w:2)
    // Proof: `Experiments::ExperimentsOf` (`max_values`: None, `max_size`: Some(60), added: 2535,
    //     mode: `MaxEncodedLen`)
    // At least 172_164 ns.
    fn accept_transfer() -> Weight {
        Weight::from_parts(183_936_000, 6_362).saturating_add(DbWeight::get().reads_writes(7, 9))
    }
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::PendingTransfers` (r:1 w:1)
    // Proof: `Experiments::PendingTransfers` (`max_values`: None, `max_size`: Some(44), added:
    //     2519, mode: `MaxEncodedLen`)
    // At least 27_987 ns.
    fn cancel_transfer() -> Weight {
        Weight::from_parts(30_475_000, 5_945).saturating_add(DbWeight::get().reads_writes(2, 1))
    }
    // Storage: `Experiments::Experiments` (r:1 w:1)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::Deposits` (r:1 w:1)
    // Proof: `Experiments::Deposits` (`max_values`: None, `max_size`: Some(28), added: 2503, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Experiments::PendingTransfers` (r:0 w:1)
    // Proof: `Experiments::PendingTransfers` (`max_values`: None, `max_size`: Some(44), added:
    //     2519, mode: `MaxEncodedLen`)
    // At least 96_714 ns. By hand: `Rewards::Curriculum` (r:1 w:0), and 10 µs.
    fn archive_experiment() -> Weight {
        Weight::from_parts(113_106_000, 8_478).saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    // Storage: `Experiments::ModelVersions` (r:1 w:1)
    // Proof: `Experiments::ModelVersions` (`max_values`: None, `max_size`: Some(274), added: 2749,
    //     mode: `MaxEncodedLen`)
    // At least 21_179 ns.
    fn set_stage() -> Weight {
        Weight::from_parts(23_236_000, 3_739).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Experiments::ModelVersions` (r:1 w:1)
    // Proof: `Experiments::ModelVersions` (`max_values`: None, `max_size`: Some(274), added: 2749,
    //     mode: `MaxEncodedLen`)
    // At least 21_476 ns.
    fn transfer_model() -> Weight {
        Weight::from_parts(23_361_000, 3_739).saturating_add(DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Experiments::Experiments` (r:1 w:0)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::Leaderboards` (r:1 w:1)
    // Proof: `Experiments::Leaderboards` (`max_values`: None, `max_size`: Some(5390), added: 7865,
    //     mode: `MaxEncodedLen`)
    // At least 22_889 ns.
    fn record_score() -> Weight {
        Weight::from_parts(24_826_000, 8_855).saturating_add(DbWeight::get().reads_writes(2, 1))
    }
    // Storage: `Experiments::Experiments` (r:1 w:1)
    // Proof: `Experiments::Experiments` (`max_values`: None, `max_size`: Some(2480), added: 4955,
    //     mode: `MaxEncodedLen`)
    // Storage: `Experiments::ModelVersions` (r:1 w:2)
    // Proof: `Experiments::ModelVersions` (`max_values`: None, `max_size`: Some(274), added: 2749,
    //     mode: `MaxEncodedLen`)
    // At least 33_883 ns. By hand: `Rewards::Curriculum` (r:1 w:0), and 10 µs.
    fn register_model() -> Weight {
        Weight::from_parts(46_515_000, 8_478).saturating_add(DbWeight::get().reads_writes(3, 3))
    }
    // Made by hand: the experiment and the version of its champion are read and written.
    fn retire_champion() -> Weight {
        Weight::from_parts(40_000_000, 8_694).saturating_add(DbWeight::get().reads_writes(2, 2))
    }
}

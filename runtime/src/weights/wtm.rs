//! Weights of `pallet_wtm`.
//!
//! Written by `scripts/measure-weights` on 2026-11-22, with 50 steps of each component and 20
//! repetitions of each step, on a machine with Intel(R) Xeon(R) Processor. `dispute`, `vote`,
//! `resolve`, `claim`, `remove` and `sweep_look` have changed since then or are new: they are
//! **bounds made by hand** that have not been measured yet.

use frame_support::weights::Weight;

type DbWeight = <crate::Runtime as frame_system::Config>::DbWeight;

/// What was measured.
#[derive(Debug)]
pub struct Measured;

impl pallet_wtm::WeightInfo for Measured {
    // Storage: `Wtm::NextFact` (r:1 w:1)
    // Proof: `Wtm::NextFact` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Stakes` (r:1 w:1)
    // Proof: `Wtm::Stakes` (`max_values`: None, `max_size`: Some(98), added: 2573, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Facts` (r:0 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:0 w:1)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::ByDomain` (r:0 w:1)
    // Proof: `Wtm::ByDomain` (`max_values`: None, `max_size`: Some(90), added: 2565, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::BySubject` (r:0 w:1)
    // Proof: `Wtm::BySubject` (`max_values`: None, `max_size`: Some(220), added: 2695, mode:
    //     `MaxEncodedLen`)
    // At least 107_232 ns.
    fn propose() -> Weight {
        Weight::from_parts(119_683_000, 3_676).saturating_add(DbWeight::get().reads_writes(5, 8))
    }
    // Storage: `Wtm::Facts` (r:1 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:1 w:1)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Stakes` (r:1 w:1)
    // Proof: `Wtm::Stakes` (`max_values`: None, `max_size`: Some(98), added: 2573, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // At least 103_774 ns.
    fn attest() -> Weight {
        Weight::from_parts(115_124_000, 4_647).saturating_add(DbWeight::get().reads_writes(5, 5))
    }
    // Storage: `Wtm::Facts` (r:1 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:1 w:1)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Stakes` (r:1 w:1)
    // Proof: `Wtm::Stakes` (`max_values`: None, `max_size`: Some(98), added: 2573, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Made by hand: what was measured before, with the search for another supporter, the kind of
    // the network and 60 µs for both.
    fn dispute() -> Weight {
        Weight::from_parts(174_670_000, 6_138).saturating_add(DbWeight::get().reads_writes(8, 5))
    }
    // Storage: `Wtm::Facts` (r:1 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:1 w:1)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::WorkersPoints` (r:1 w:0)
    // Proof: `Rewards::WorkersPoints` (`max_values`: None, `max_size`: Some(68), added: 2543, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CurrentSession` (r:1 w:0)
    // Proof: `Rewards::CurrentSession` (`max_values`: Some(1), `max_size`: Some(4), added: 499,
    //     mode: `MaxEncodedLen`)
    // Storage: `Wtm::Stakes` (r:1 w:1)
    // Proof: `Wtm::Stakes` (`max_values`: None, `max_size`: Some(98), added: 2573, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::TotalPoints` (r:1 w:0)
    // Proof: `Rewards::TotalPoints` (`max_values`: Some(1), `max_size`: Some(20), added: 515, mode:
    //     `MaxEncodedLen`)
    // Made by hand: what was measured before, and 5 µs for a longer case.
    fn vote() -> Weight {
        Weight::from_parts(134_503_000, 4_647).saturating_add(DbWeight::get().reads_writes(8, 5))
    }
    // Storage: `Wtm::Facts` (r:2 w:2)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:1 w:1)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Stakes` (r:1 w:1)
    // Proof: `Wtm::Stakes` (`max_values`: None, `max_size`: Some(98), added: 2573, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Rewards::CurrencyBooks` (r:1 w:1)
    // Proof: `Rewards::CurrencyBooks` (`max_values`: Some(1), `max_size`: Some(64), added: 559,
    //     mode: `MaxEncodedLen`)
    // Made by hand: what was measured before, with the case of the old fact, the list of facts that
    // were voted down and 60 µs for both.
    fn resolve() -> Weight {
        Weight::from_parts(238_244_000, 10_907).saturating_add(DbWeight::get().reads_writes(10, 10))
    }
    // Storage: `Wtm::Facts` (r:1 w:0)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:1 w:1)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Stakes` (r:1 w:1)
    // Proof: `Wtm::Stakes` (`max_values`: None, `max_size`: Some(98), added: 2573, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:2 w:2)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:2 w:2)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Made by hand: what was measured before, with the rest of the pool, which is released in the
    // same call, and 50 µs for that and the shares of voters.
    fn claim() -> Weight {
        Weight::from_parts(216_845_000, 6_362).saturating_add(DbWeight::get().reads_writes(8, 8))
    }
    // Storage: `Wtm::Facts` (r:1 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::NextFact` (r:1 w:1)
    // Proof: `Wtm::NextFact` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
    //     `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Stakes` (r:1 w:1)
    // Proof: `Wtm::Stakes` (`max_values`: None, `max_size`: Some(98), added: 2573, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:0 w:1)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::ByDomain` (r:0 w:1)
    // Proof: `Wtm::ByDomain` (`max_values`: None, `max_size`: Some(90), added: 2565, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::BySubject` (r:0 w:1)
    // Proof: `Wtm::BySubject` (`max_values`: None, `max_size`: Some(220), added: 2695, mode:
    //     `MaxEncodedLen`)
    // At least 111_936 ns.
    fn supersede() -> Weight {
        Weight::from_parts(121_584_000, 4_647).saturating_add(DbWeight::get().reads_writes(6, 8))
    }
    // Storage: `Wtm::Facts` (r:1 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:1 w:1)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Stakes` (r:1 w:1)
    // Proof: `Wtm::Stakes` (`max_values`: None, `max_size`: Some(98), added: 2573, mode:
    //     `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode:
    //     `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::ByDomain` (r:0 w:1)
    // Proof: `Wtm::ByDomain` (`max_values`: None, `max_size`: Some(90), added: 2565, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::BySubject` (r:0 w:1)
    // Proof: `Wtm::BySubject` (`max_values`: None, `max_size`: Some(220), added: 2695, mode:
    //     `MaxEncodedLen`)
    // At least 105_451 ns.
    fn retract() -> Weight {
        Weight::from_parts(110_017_000, 4_647).saturating_add(DbWeight::get().reads_writes(5, 7))
    }
    // Storage: `Wtm::Facts` (r:1 w:1)
    // Proof: `Wtm::Facts` (`max_values`: None, `max_size`: Some(1182), added: 3657, mode:
    //     `MaxEncodedLen`)
    // Storage: `Network::Kind` (r:1 w:0)
    // Proof: `Network::Kind` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::Cases` (r:1 w:0)
    // Proof: `Wtm::Cases` (`max_values`: None, `max_size`: Some(133), added: 2608, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::ByDomain` (r:0 w:1)
    // Proof: `Wtm::ByDomain` (`max_values`: None, `max_size`: Some(90), added: 2565, mode:
    //     `MaxEncodedLen`)
    // Storage: `Wtm::BySubject` (r:0 w:1)
    // Proof: `Wtm::BySubject` (`max_values`: None, `max_size`: Some(220), added: 2695, mode:
    //     `MaxEncodedLen`)
    // Made by hand: what was measured before, with the entry in the list and 10 µs for it.
    fn remove() -> Weight {
        Weight::from_parts(50_972_000, 4_647).saturating_add(DbWeight::get().reads_writes(3, 4))
    }
    // Made by hand: `remove`, with the cursor, two searches for the next fact and 60 µs for them.
    fn sweep_look() -> Weight {
        Weight::from_parts(110_972_000, 8_304).saturating_add(DbWeight::get().reads_writes(6, 5))
    }
    // Storage: `Wtm::NextFact` (r:1 w:1)
    // Proof: `Wtm::NextFact` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode:
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
    // At least 20_854 ns.
    fn write_score() -> Weight {
        Weight::from_parts(23_470_000, 1_493).saturating_add(DbWeight::get().reads_writes(1, 4))
    }
}

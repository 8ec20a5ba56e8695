//! Random calls of random people over many blocks of the whole runtime, with real proofs.
//!
//! Every block is followed by the invariants of every pallet, among them that the issuance is what
//! was minted less what was burnt; see `World::check`. At the end, when all tasks and facts are
//! decided, nothing of anybody's money is held but the deposits of experiments and the bonds of
//! candidates.

mod actions;
mod chain_under_test;

use actions::action;
use chain_under_test::ChainUnderTest;
use proptest::prelude::*;
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie, Dave};

const WORKERS: [Sr25519Keyring; 3] = [Bob, Charlie, Dave];

/// Eight cases, or more if `PROPTEST_CASES` asks for more than the usual 256.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases / 32, max_shrink_iters: 40, ..config }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn invariants_hold_and_no_money_is_stuck(actions in prop::collection::vec(action(), 50..90)) {
        let mut chain = ChainUnderTest::new();
        for action in actions {
            chain.act(action);
        }
        chain.drain();
        prop_assert_eq!(chain.stuck(), 0);
        prop_assert_eq!(chain.set_aside(), 0);
    }
}

/// Without it the sequences would say nothing about money.
#[test]
fn every_worker_of_a_sequence_begins_with_tokens_and_one_with_points() {
    let mut chain = ChainUnderTest::new();
    assert!(WORKERS.into_iter().all(|who| chain.can_spend(who)));
    assert!(chain.has_points(Charlie));
}

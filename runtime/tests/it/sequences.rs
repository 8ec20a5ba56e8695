//! Random calls of random people over many blocks of the whole runtime, with real proofs.
//!
//! Every block is followed by the invariants of every pallet, among them that the issuance is what
//! was minted less what was burnt; see `World::check`. At the end, when all tasks and facts are
//! decided, nothing of anybody's money is held but the deposits of experiments.

mod actions;
mod story;

use actions::action;
use proptest::prelude::*;
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie, Dave};
use story::Story;

const WORKERS: [Sr25519Keyring; 3] = [Bob, Charlie, Dave];

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_and_no_money_is_stuck(actions in prop::collection::vec(action(), 50..90)) {
        let mut story = Story::new();
        for action in actions {
            story.act(action);
        }
        story.drain();
        prop_assert_eq!(story.stuck(), 0);
        prop_assert_eq!(story.set_aside(), 0);
    }
}

/// Without it the sequences would say nothing about money.
#[test]
fn every_worker_of_a_sequence_begins_with_tokens_and_one_with_points() {
    let mut story = Story::new();
    assert!(WORKERS.into_iter().all(|who| story.can_spend(who)));
    assert!(story.has_points(Charlie));
}

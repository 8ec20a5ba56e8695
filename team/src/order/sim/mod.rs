//! A team in virtual time: messages are lost and late, the network splits, members crash and lie,
//! and homes are lost. Afterwards all honest members have one log and one model.

mod chain;
mod peer;
mod world;

use super::{Hash, Key, Terms};
use world::World;

/// How many teams are simulated.
const SEEDS: u64 = 200;

/// How many members each has.
const MEMBERS: u8 = 5;

/// After so long without its home, a member asks the chain for another one.
const HOME_MS: u64 = 3_000;

/// The kind of member that is not honest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// It offers what it trained on another state.
    FalseParent,
    /// It makes two offers in a round.
    TwoOffers,
    /// It offers for rounds that are not under way.
    WrongRound,
    /// It offers what nobody can fetch, and vouches for what it does not hold.
    Unseen,
    /// It calls all others harmful.
    Harm,
}

fn terms(has_liar: bool) -> Terms {
    let least_offers = if has_liar { 3 } else { 1 };
    Terms { members: MEMBERS, rounds: 16, least_offers, target_ms: 2_000, grace_ms: 800 }
}

fn key(slot: u8) -> Key {
    [slot; 32]
}

fn hash(parts: &[&[u8]]) -> Hash {
    *blake3::hash(&parts.concat()).as_bytes()
}

fn run(seed: u64, lie: Option<Lie>) -> World {
    let mut world = World::new(seed, lie);
    world.run();
    world.check();
    world
}

#[test]
fn honest_members_end_with_one_log_and_one_model_whatever_happens() {
    let lies = [
        None,
        Some(Lie::FalseParent),
        Some(Lie::TwoOffers),
        None,
        Some(Lie::WrongRound),
        Some(Lie::Unseen),
        Some(Lie::Harm),
    ];
    let worlds = (0..SEEDS).zip(lies.into_iter().cycle()).map(|(seed, lie)| run(seed, lie));
    let [moved, taken_back] = worlds.fold([0, 0], |[moved, taken_back], world| {
        [moved + u32::from(world.epoch() > 0), taken_back + u32::from(world.took_back())]
    });
    assert!(moved > 20, "the home was moved in {moved} runs only");
    assert!(taken_back > 0, "no round was taken back in any run");
}

#[test]
fn a_seed_gives_the_same_run_again() {
    let [one, other] = [run(1, Some(Lie::Harm)), run(1, Some(Lie::Harm))];
    assert_eq!(one.head(), other.head());
}

#[test]
fn a_minority_cannot_vote_out_the_honest() {
    let mut world = World::without_faults(2, Some(Lie::Harm));
    world.run();
    world.check();
    assert!((0..MEMBERS).all(|slot| world.share(slot) > 0));
}

#[test]
fn the_two_offers_of_a_liar_are_its_end() {
    let mut world = World::without_faults(3, Some(Lie::TwoOffers));
    world.run();
    world.check();
    assert!(!world.members().contains(MEMBERS - 1));
}

#[test]
fn what_was_trained_on_a_false_state_is_never_merged() {
    let mut world = World::without_faults(4, Some(Lie::FalseParent));
    world.run();
    world.check();
    assert_eq!(world.share(MEMBERS - 1), 0);
}

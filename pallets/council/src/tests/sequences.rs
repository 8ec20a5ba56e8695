//! Random calls by random accounts, while members come and go.

use crate::{
    mock::*,
    types::{MotionId, Stage},
    Calls, MotionOfProposer, Motions, NextMotion,
};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeSet;

/// Something that somebody does. Motions are counted back from the newest.
#[derive(Clone, Debug)]
enum Action {
    Propose(AccountId, bool),
    Vote(AccountId, MotionId, bool),
    Close(MotionId),
    Object(AccountId, MotionId),
    Enact(MotionId),
    Seat(BTreeSet<AccountId>),
    Lock(bool),
    Sweep,
    Wait(u64),
}

fn who() -> impl Strategy<Value = AccountId> {
    ALICE..=STRANGER
}

fn recent() -> impl Strategy<Value = MotionId> {
    0..3u32
}

fn action() -> impl Strategy<Value = Action> {
    let seats = proptest::collection::btree_set(who(), 2..=7);
    prop_oneof![
        4 => (who(), any::<bool>()).prop_map(|(who, waits)| Action::Propose(who, waits)),
        24 => (who(), recent(), prop::bool::weighted(0.8))
            .prop_map(|(who, id, aye)| Action::Vote(who, id, aye)),
        8 => recent().prop_map(Action::Close),
        3 => (who(), recent()).prop_map(|(who, id)| Action::Object(who, id)),
        8 => recent().prop_map(Action::Enact),
        2 => seats.prop_map(Action::Seat),
        1 => any::<bool>().prop_map(Action::Lock),
        4 => Just(Action::Sweep),
        8 => (1..8u64).prop_map(Action::Wait),
    ]
}

/// The motion that is this many before the newest.
fn back(count: MotionId) -> MotionId {
    NextMotion::<Test>::get().saturating_sub(1 + count)
}

fn seated(voices: &[AccountId]) -> usize {
    voices.iter().filter(|voice| Seats::get().contains(voice)).count()
}

/// What has to be true of a motion that is carried by closing its vote now.
fn check_vote(id: MotionId) {
    let before = Council::motion(id);
    let closed = Council::close(by(STRANGER), id).is_ok();
    let is_carried =
        matches!(Council::motion(id).map(|motion| motion.stage), Some(Stage::Carried { .. }));
    if let (Some(Stage::Voting { ayes, .. }), true) = (before.map(|motion| motion.stage), closed) {
        assert_eq!(is_carried, 3 * seated(&ayes) >= 2 * Seats::get().len(), "{ayes:?}");
    }
}

/// What has to be true of a motion that is enacted.
fn check_enactment(id: MotionId) {
    let before = Council::motion(id);
    let now = System::block_number();
    if Council::enact(by(STRANGER), id).is_err() {
        return;
    }
    let Some(Stage::Carried { from, until, objections }) = before.map(|motion| motion.stage) else {
        panic!("a motion took effect that was not carried");
    };
    assert!(from <= now && now < until);
    assert!(objections.is_empty() || 3 * seated(&objections) < Seats::get().len());
}

/// Does it, whether it is allowed or not.
fn perform(action: &Action) {
    match action {
        Action::Propose(who, waits) => {
            let number = NextMotion::<Test>::get();
            let call = if *waits { write(number) } else { strike(number / 2) };
            let _ = Council::propose(by(*who), Box::new(call));
        }
        Action::Vote(who, id, aye) => {
            let _ = Council::vote(by(*who), back(*id), *aye);
        }
        Action::Close(id) => check_vote(back(*id)),
        Action::Object(who, id) => {
            let _ = Council::object(by(*who), back(*id));
        }
        Action::Enact(id) => check_enactment(back(*id)),
        Action::Seat(members) => Seats::set(members.iter().copied().collect()),
        Action::Lock(locked) => Locked::set(*locked),
        Action::Sweep => {
            Council::on_idle(System::block_number(), Weight::MAX);
        }
        Action::Wait(blocks) => wait(*blocks),
    }
}

/// Everything that is left comes to its end by the sweep alone.
fn wind_up() {
    for _ in 0..2 {
        wait(VOTING + DELAY + ENACTMENT);
        for _ in 0..2 * (STRANGER + 1) {
            Council::on_idle(System::block_number(), Weight::MAX);
        }
    }
}

proptest! {
    /// Whatever happens, the invariants hold after each step, nothing takes effect that the council
    /// did not carry or that has not waited, and in the end nothing is stored and no money held.
    #[test]
    fn no_sequence_of_calls_breaks_an_invariant(actions in vec(action(), 1..150)) {
        new_test_ext().execute_with(|| {
            for action in &actions {
                perform(action);
                check_state();
            }
            wind_up();
            check_state();
            prop_assert_eq!(Motions::<Test>::iter_keys().count(), 0);
            prop_assert_eq!(Calls::<Test>::iter_keys().count(), 0);
            prop_assert_eq!(MotionOfProposer::<Test>::iter_keys().count(), 0);
            for who in ALICE..=STRANGER {
                prop_assert_eq!(Council::held(&who), 0);
            }
            let owned: Balance = (ALICE..=STRANGER).map(Balances::free_balance).sum();
            prop_assert_eq!(owned, 7 * ENDOWMENT - Burnt::get());
            Ok(())
        })?;
    }
}

/// The random calls do reach the end of a motion: this is one of those sequences.
#[test]
fn a_motion_from_its_proposal_to_its_effect() {
    build_and_execute(|| {
        let id = proposed(write(5));
        all_vote(id, &SIX[2..], true);
        check_vote(id);
        wait(DELAY);
        check_enactment(id);
        assert_eq!(written(), [5]);
        assert_ok!(Council::propose(by(BOB), Box::new(write(6))));
    });
}

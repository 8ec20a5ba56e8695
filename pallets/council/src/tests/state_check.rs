//! Each invariant is seen to be checked: the state is broken by hand, and the check names the
//! number.

use crate::{
    mock::*,
    types::{MotionId, MotionOf, Stage},
    Calls, MotionOfProposer, Motions, NextMotion,
};
use frame_support::BoundedVec;
use sp_runtime::TryRuntimeError;

/// Breaks the state and returns the number of the invariant that is said to be broken.
fn broken(damage: impl FnOnce()) -> char {
    new_test_ext().execute_with(|| {
        damage();
        let TryRuntimeError::Other(message) = Council::do_try_state().expect_err("it is broken")
        else {
            panic!("an invariant is named")
        };
        message.chars().next().expect("the message has a number")
    })
}

fn change(id: MotionId, how: impl FnOnce(&mut MotionOf<Test>)) {
    Motions::<Test>::mutate(id, |motion| how(motion.as_mut().expect("it exists")));
}

#[test]
fn numbers_and_calls_are_checked() {
    assert_eq!(broken(|| NextMotion::<Test>::put(proposed(write(1)))), '1');
    assert_eq!(broken(|| Calls::<Test>::remove(proposed(write(1)))), '1');
    assert_eq!(broken(|| Calls::<Test>::insert(9, BoundedVec::default())), '1');
    let other = || change(proposed(write(1)), |motion| motion.hash = Default::default());
    assert_eq!(broken(other), '1');
}

#[test]
fn the_index_is_checked() {
    let missing = || {
        proposed(write(1));
        MotionOfProposer::<Test>::remove(BOB);
    };
    assert_eq!(broken(missing), '2');
    assert_eq!(broken(|| MotionOfProposer::<Test>::insert(CAROL, 9)), '2');
}

#[test]
fn deposits_are_checked() {
    assert_eq!(broken(|| change(proposed(write(1)), |motion| motion.deposit -= 1)), '3');
}

#[test]
fn voices_are_checked() {
    let both_sides = || {
        let id = proposed(write(1));
        all_vote(id, &[ALICE], true);
        change(id, |motion| {
            if let Stage::Voting { nays, .. } = &mut motion.stage {
                nays.try_push(ALICE).expect("there is room");
            }
        });
    };
    assert_eq!(broken(both_sides), '4');
    let twice = || {
        change(carried(write(1)), |motion| {
            if let Stage::Carried { objections, .. } = &mut motion.stage {
                *objections = BoundedVec::truncate_from(vec![ALICE, ALICE]);
            }
        });
    };
    assert_eq!(broken(twice), '4');
}

#[test]
fn times_are_checked() {
    let never = || {
        change(carried(write(1)), |motion| {
            if let Stage::Carried { from, until, .. } = &mut motion.stage {
                *until = *from;
            }
        });
    };
    assert_eq!(broken(never), '5');
}

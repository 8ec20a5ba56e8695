use crate::{mock::*, types::Stage, Calls, Error, Event, NextMotion};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::limits::MAX_MOTION_BYTES;
use sp_runtime::{
    traits::{BadOrigin, BlakeTwo256, Hash},
    TokenError,
};

#[test]
fn a_motion_is_stored_with_its_call_and_its_deposit() {
    build_and_execute(|| {
        let call = write(1);
        let id = proposed(call.clone());
        let stored = motion(id);
        let hash = BlakeTwo256::hash(&call.encode());
        assert_eq!((stored.proposer, stored.deposit, stored.hash), (BOB, DEPOSIT, hash));
        assert!(!stored.at_once);
        assert!(matches!(stored.stage, Stage::Voting { until, .. } if until == 1 + VOTING));
        assert_eq!(Council::encoded_call(id), Some(call.encode()));
        assert_eq!(Council::motion_of(BOB), Some(id));
        assert_eq!(Council::held(&BOB), DEPOSIT);
        let bytes = call.encoded_size() as u32;
        assert_last(Event::MotionProposed { motion: id, proposer: BOB, hash, bytes });
    });
}

#[test]
fn only_members_propose() {
    build_and_execute(|| {
        let call = || Box::new(write(1));
        assert_noop!(Council::propose(by(STRANGER), call()), Error::<Test>::NotMember);
        assert_noop!(Council::propose(RuntimeOrigin::root(), call()), BadOrigin);
    });
}

/// F11. With pallet-collective, two validators could open motions until all of its places were
/// taken, and nobody else could propose anything.
#[test]
fn one_motion_an_account_so_nobody_takes_the_place_of_others() {
    build_and_execute(|| {
        let id = proposed(write(1));
        let again = Council::propose(by(BOB), Box::new(write(2)));
        assert_noop!(again, Error::<Test>::MotionOpen);
        for member in [ALICE, CAROL, DAVE, EVE, FERDIE] {
            assert_ok!(Council::propose(by(member), Box::new(write(2))));
        }
        wait(VOTING);
        assert_ok!(Council::close(by(STRANGER), id));
        assert_ok!(Council::propose(by(BOB), Box::new(write(3))));
    });
}

#[test]
fn a_carried_motion_is_still_the_one_motion_of_its_proposer() {
    build_and_execute(|| {
        carried(write(1));
        let another = Council::propose(by(BOB), Box::new(write(2)));
        assert_noop!(another, Error::<Test>::MotionOpen);
    });
}

#[test]
fn a_proposer_that_has_left_the_council_still_has_its_motion() {
    build_and_execute(|| {
        let id = proposed(write(1));
        Seats::set(vec![ALICE, CAROL, DAVE]);
        assert_eq!(Council::motion_of(BOB), Some(id));
        all_vote(id, &[ALICE, CAROL], true);
        assert_ok!(Council::close(by(STRANGER), id));
    });
}

#[test]
fn a_genesis_authority_needs_no_deposit_and_nobody_else_proposes_without() {
    build_and_execute(|| {
        assert_ok!(Council::propose(by(ALICE), Box::new(write(1))));
        assert_eq!(Council::held(&ALICE), 0);
        Seats::set(vec![ALICE, BOB, STRANGER]);
        assert_ok!(Balances::transfer_allow_death(by(STRANGER), BOB, ENDOWMENT - DEPOSIT));
        let refused = Council::propose(by(STRANGER), Box::new(write(1)));
        assert_noop!(refused, TokenError::FundsUnavailable);
    });
}

#[test]
fn no_number_is_used_twice() {
    build_and_execute(|| {
        let id = proposed(write(1));
        wait(VOTING);
        assert_ok!(Council::close(by(STRANGER), id));
        assert_eq!(proposed(write(1)), id + 1);
        NextMotion::<Test>::put(u32::MAX);
        let refused = Council::propose(by(ALICE), Box::new(write(1)));
        assert_noop!(refused, Error::<Test>::TooManyMotions);
    });
}

#[test]
fn a_motion_carries_privileged_calls_only() {
    build_and_execute(|| {
        let remark: RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
        let transfer = pallet_balances::Call::<Test>::transfer_all { dest: BOB, keep_alive: false };
        let nested = crate::Call::<Test>::propose { call: Box::new(write(1)) };
        for call in [remark, transfer.into(), nested.into()] {
            let refused = Council::propose(by(BOB), Box::new(call));
            assert_noop!(refused, Error::<Test>::NotPrivileged);
        }
    });
}

#[test]
fn the_longest_call_has_320_kib() {
    build_and_execute(|| {
        assert_eq!(MAX_MOTION_BYTES, 320 * 1_024);
        let around = pad(100_000).encoded_size() - 100_000;
        let longest = MAX_MOTION_BYTES as usize - around;
        let refused = Council::propose(by(BOB), Box::new(pad(longest + 1)));
        assert_noop!(refused, Error::<Test>::TooLong);
        let id = proposed(pad(longest));
        assert_eq!(Calls::<Test>::get(id).map(|call| call.len() as u32), Some(MAX_MOTION_BYTES));
    });
}

#[test]
fn the_heaviest_call_weighs_max_weight() {
    build_and_execute(|| {
        let refused = Council::propose(by(BOB), Box::new(work(MOST_WORK + 1)));
        assert_noop!(refused, Error::<Test>::TooHeavy);
        assert_ok!(Council::propose(by(BOB), Box::new(work(MOST_WORK))));
    });
}

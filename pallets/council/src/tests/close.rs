use crate::{mock::*, types::Stage, Call, Error, Event};
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo},
};
use sp_runtime::traits::BadOrigin;

#[test]
fn two_thirds_carry_a_motion_at_any_time() {
    build_and_execute(|| {
        let id = proposed(write(1));
        all_vote(id, &[ALICE, BOB, CAROL], true);
        assert_noop!(Council::close(by(STRANGER), id), Error::<Test>::StillOpen);
        assert_ok!(Council::vote(by(DAVE), id, true));
        assert_ok!(Council::close(by(STRANGER), id));
        let (from, until) = (1 + DELAY, 1 + DELAY + ENACTMENT);
        assert_last(Event::MotionCarried { motion: id, from, until });
        assert!(matches!(
            motion(id).stage,
            Stage::Carried { from: first, until: last, objections }
                if first == from && last == until && objections.is_empty()
        ));
        assert_eq!(Council::held(&BOB), DEPOSIT);
    });
}

#[test]
fn a_motion_that_is_not_carried_in_time_is_rejected_and_costs_nothing() {
    build_and_execute(|| {
        let id = proposed(write(1));
        all_vote(id, &[ALICE, BOB, CAROL], true);
        all_vote(id, &[DAVE, EVE, FERDIE], false);
        wait(VOTING - 1);
        assert_noop!(Council::close(by(STRANGER), id), Error::<Test>::StillOpen);
        wait(1);
        assert_ok!(Council::close(by(STRANGER), id));
        assert_last(Event::MotionRejected { motion: id, burnt: 0 });
        assert_gone(id);
        assert_eq!(Balances::free_balance(BOB), ENDOWMENT);
    });
}

#[test]
fn a_motion_that_more_than_half_are_against_costs_its_deposit_at_once() {
    build_and_execute(|| {
        let id = proposed(write(1));
        all_vote(id, &[ALICE, CAROL, DAVE], false);
        assert_noop!(Council::close(by(STRANGER), id), Error::<Test>::StillOpen);
        all_vote(id, &[EVE], false);
        assert_ok!(Council::close(by(STRANGER), id));
        assert_last(Event::MotionRejected { motion: id, burnt: DEPOSIT });
        assert_gone(id);
        assert_eq!(Balances::free_balance(BOB), ENDOWMENT - DEPOSIT);
        assert_eq!(Burnt::get(), DEPOSIT);
    });
}

#[test]
fn a_genesis_authority_has_nothing_to_lose() {
    build_and_execute(|| {
        assert_ok!(Council::propose(by(ALICE), Box::new(write(1))));
        all_vote(0, &SIX[1..], false);
        assert_ok!(Council::close(by(STRANGER), 0));
        assert_last(Event::MotionRejected { motion: 0, burnt: 0 });
        assert_eq!(Balances::free_balance(ALICE), ENDOWMENT);
    });
}

#[test]
fn a_carried_motion_is_closed_when_it_can_no_longer_be_enacted() {
    build_and_execute(|| {
        let id = carried(write(1));
        for blocks in [0, DELAY, ENACTMENT - 1] {
            wait(blocks);
            assert_noop!(Council::close(by(STRANGER), id), Error::<Test>::StillOpen);
        }
        wait(1);
        assert_ok!(Council::close(by(STRANGER), id));
        assert_last(Event::MotionLapsed { motion: id });
        assert_gone(id);
        assert_eq!(Balances::free_balance(BOB), ENDOWMENT);
        assert!(written().is_empty());
    });
}

#[test]
fn anybody_closes_what_there_is() {
    build_and_execute(|| {
        assert_noop!(Council::close(by(STRANGER), 0), Error::<Test>::UnknownMotion);
        assert_noop!(Council::close(RuntimeOrigin::none(), 0), BadOrigin);
    });
}

#[test]
fn an_empty_council_carries_nothing() {
    build_and_execute(|| {
        let id = proposed(write(1));
        Seats::set(Vec::new());
        assert_noop!(Council::close(by(STRANGER), id), Error::<Test>::StillOpen);
    });
}

/// F6. `close` of pallet-collective was operational and weighed what its sender said, up to half of
/// a block, whether or not there was such a motion. Two of them filled a block.
#[test]
fn closing_weighs_the_same_whatever_is_closed_and_names_no_weight() {
    build_and_execute(|| {
        let heavy = carried(work(MOST_WORK));
        let close = |motion| Call::<Test>::close { motion };
        let infos = [heavy, 99].map(|id| close(id).get_dispatch_info());
        assert_eq!(infos[0].call_weight, infos[1].call_weight);
        assert!(infos[0].call_weight.ref_time() < MOST_WORK);
        assert!(infos.iter().all(|info| info.class == DispatchClass::Normal));
        assert_eq!(close(heavy).encoded_size(), 5, "a number of four bytes behind the call's own");
    });
}

/// None of the calls leaves the share of normal ones.
#[test]
fn every_call_is_normal() {
    let motion = 0;
    let calls = [
        Call::<Test>::propose { call: Box::new(write(1)) },
        Call::vote { motion, aye: true },
        Call::close { motion },
        Call::object { motion },
        Call::enact { motion },
    ];
    for call in calls {
        assert_eq!(call.get_dispatch_info().class, DispatchClass::Normal, "{call:?}");
    }
}

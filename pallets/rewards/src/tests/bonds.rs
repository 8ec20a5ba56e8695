//! Bonds of candidates: when they are returned, and when they are burnt.

use super::builders::*;
use crate::{mock::*, types::SeatBondState, Bonds, Event, HoldReason};
use frame_support::{
    assert_ok,
    weights::{Weight, WeightMeter},
};

fn due(who: &AccountId) -> Option<u32> {
    Bonds::<Test>::get(who).and_then(|bond| bond.due)
}

#[test]
fn a_bond_is_returned_when_no_offence_can_be_reported_any_more() {
    build_and_execute(|| {
        candidate(&bob(), 100);
        candidate(&dave(), 100);
        assert_ok!(Rewards::do_leave_candidates(&bob()));
        go_to_session(BOND_PERIOD - 1);
        idle();
        assert_eq!(Balances::free_balance(bob()), 100 - SEAT_BOND);
        go_to_session(BOND_PERIOD);
        idle();
        System::assert_last_event(Event::BondReturned { who: bob(), amount: SEAT_BOND }.into());
        assert_eq!(Balances::free_balance(bob()), 100);
        assert_eq!(Rewards::seat_bond(bob()), None);
        assert!(Rewards::seat_bond(dave()).is_some(), "a candidate's bond stays");
    });
}

#[test]
fn a_bond_stays_as_long_as_its_owner_has_a_seat_and_then_as_long_again() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&bob(), 200);
        let seated = sessions.pass_well();
        assert_eq!(seated, [authorities(), vec![bob()]].concat());
        assert_ok!(Rewards::do_leave_candidates(&bob()));
        assert_eq!(due(&bob()), Some(1 + BOND_PERIOD));

        // As if nobody had been able to replace it.
        go_to_session(1 + BOND_PERIOD);
        idle();
        assert_eq!(due(&bob()), Some(1 + 2 * BOND_PERIOD));

        let session = crate::CurrentSession::<Test>::get();
        for who in &seated {
            Rewards::note_author(who);
        }
        Rewards::on_session_ended(&seated);
        go_to_session(session + 1);
        assert_eq!(Rewards::elect(), authorities());
        assert_eq!(due(&bob()), Some(session + 1 + BOND_PERIOD));
        go_to_session(session + 1 + BOND_PERIOD);
        idle();
        assert_eq!(Rewards::seat_bond(bob()), None);
    });
}

#[test]
fn an_offence_burns_all_of_a_bond_even_after_its_owner_has_left() {
    build_and_execute(|| {
        candidate(&bob(), 100);
        candidate(&dave(), 100);
        assert_ok!(Rewards::do_leave_candidates(&dave()));
        for who in [bob(), dave()] {
            Rewards::bar(&who);
            let barred = Event::AccountBarred { who: who.clone(), points: 100, bond: SEAT_BOND };
            System::assert_last_event(barred.into());
            assert_eq!(Rewards::held(HoldReason::SeatBond, &who), 0);
            assert_eq!(Balances::free_balance(&who), 100 - SEAT_BOND);
        }
        assert_eq!(Rewards::emission().burnt, 2 * u128::from(SEAT_BOND));
    });
}

#[test]
fn silence_burns_a_twentieth_and_who_comes_back_makes_it_good() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&bob(), 200);
        sessions.pass_well();
        sessions.pass_well();
        sessions.pass(&authorities());
        let left = SEAT_BOND - SEAT_BOND / 20;
        System::assert_has_event(Event::CandidateSilent { who: bob(), burnt: 3 }.into());
        let state = SeatBondState { amount: left, due: Some(3 + BOND_PERIOD) };
        assert_eq!(Rewards::seat_bond(bob()), Some(state));
        assert_eq!(Rewards::emission().burnt, 3);
        give_points(&bob(), 100);
        assert_ok!(Rewards::do_apply_as_candidate(bob()));
        let whole = SeatBondState { amount: SEAT_BOND, due: None };
        assert_eq!(Rewards::seat_bond(bob()), Some(whole));
    });
}

#[test]
fn a_block_without_time_returns_nothing_and_one_with_some_looks_at_four() {
    build_and_execute(|| {
        MaxCandidates::set(9);
        for number in 10..16 {
            candidate(&account(number), 100);
            assert_ok!(Rewards::do_leave_candidates(&account(number)));
        }
        go_to_session(BOND_PERIOD);
        Rewards::sweep(&mut WeightMeter::with_limit(Weight::zero()));
        assert_eq!(Bonds::<Test>::iter().count(), 6);
        idle();
        assert_eq!(Bonds::<Test>::iter().count(), 2);
        idle();
        assert_eq!(Bonds::<Test>::iter().count(), 0);
    });
}

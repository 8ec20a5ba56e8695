use super::builders::*;
use crate::{mock::*, types::SeatBondState, Bonds, Error, Event, HoldReason, Seats};
use frame_support::{assert_noop, assert_ok, BoundedVec};

fn bond_of(who: &AccountId) -> Option<SeatBondState<Balance>> {
    Bonds::<Test>::get(who)
}

#[test]
fn who_has_keys_points_and_a_bond_becomes_a_candidate() {
    build_and_execute(|| {
        give_points(&bob(), 100);
        assert_ok!(Rewards::apply_as_candidate(RuntimeOrigin::signed(bob())));
        System::assert_last_event(Event::CandidateAdded { who: bob(), points: 100 }.into());
        assert_eq!(Rewards::candidates(0, 64), vec![(bob(), 100)]);
        assert_eq!(bond_of(&bob()), Some(SeatBondState { amount: SEAT_BOND, due: None }));
        assert_eq!(Rewards::held(HoldReason::SeatBond, &bob()), SEAT_BOND);
        assert_eq!(Balances::free_balance(bob()), 100 - SEAT_BOND);
        assert_noop!(Rewards::do_apply_as_candidate(bob()), Error::<Test>::AlreadyCandidate);
    });
}

#[test]
fn who_has_too_few_points_is_refused() {
    build_and_execute(|| {
        give_points(&bob(), 99);
        for who in [bob(), dave()] {
            assert_noop!(Rewards::do_apply_as_candidate(who), Error::<Test>::TooFewPoints);
        }
    });
}

#[test]
fn who_cannot_pay_the_bond_and_live_on_is_refused() {
    build_and_execute(|| {
        give_points(&bob(), 100);
        burn(&bob(), 31);
        assert_noop!(Rewards::do_apply_as_candidate(bob()), Error::<Test>::NoBond);
        give_points(&bob(), 1);
        assert_ok!(Rewards::do_apply_as_candidate(bob()));
    });
}

#[test]
fn who_has_no_session_keys_is_refused() {
    build_and_execute(|| {
        give_points(&bob(), 100);
        neighbours(|neighbours| neighbours.without_keys.push(bob()));
        assert_noop!(Rewards::do_apply_as_candidate(bob()), Error::<Test>::NoSessionKeys);
    });
}

#[test]
fn who_is_barred_is_refused() {
    build_and_execute(|| {
        give_points(&bob(), 100);
        Rewards::bar(&bob());
        assert_noop!(Rewards::do_apply_as_candidate(bob()), Error::<Test>::Barred);
    });
}

#[test]
fn who_is_silent_in_its_seat_is_refused_until_it_has_lost_it() {
    build_and_execute(|| {
        give_points(&account(101), 200);
        for _ in 0..2 {
            Rewards::note_author(&account(100));
        }
        Rewards::on_session_ended(&authorities());
        let apply = || Rewards::do_apply_as_candidate(account(101));
        assert_noop!(apply(), Error::<Test>::SilentInSeat);
        go_to_session(1);
        assert_eq!(Rewards::elect(), vec![account(100)]);
        assert_ok!(apply());
    });
}

#[test]
fn in_a_full_list_more_points_displace_the_last() {
    build_and_execute(|| {
        for number in 10..14 {
            candidate(&account(number), 100 + u128::from(number));
        }
        give_points(&bob(), 110);
        assert_noop!(Rewards::do_apply_as_candidate(bob()), Error::<Test>::CandidatesFull);
        give_points(&bob(), 1);
        assert_ok!(Rewards::do_apply_as_candidate(bob()));
        System::assert_has_event(Event::CandidateDisplaced { who: account(10) }.into());
        let listed: Vec<_> = Rewards::candidates(0, 64).into_iter().map(|(who, _)| who).collect();
        assert_eq!(listed, vec![account(13), account(12), bob(), account(11)]);
        let due = Some(BOND_PERIOD);
        assert_eq!(bond_of(&account(10)), Some(SeatBondState { amount: SEAT_BOND, due }));
        assert_eq!(Rewards::life(account(10)), None);
    });
}

/// Under the old rule whoever had fewest points lost its place, and so its seat.
#[test]
fn who_has_a_seat_is_not_displaced() {
    build_and_execute(|| {
        for number in 10..14 {
            candidate(&account(number), 100 + u128::from(number));
        }
        let seats = [vec![account(10)], authorities()].concat();
        Seats::<Test>::put(BoundedVec::truncate_from(seats));
        crate::Liveness::<Test>::mutate(account(10), |life| {
            life.as_mut().unwrap().entered = Some(0);
        });
        candidate(&bob(), 500);
        System::assert_has_event(Event::CandidateDisplaced { who: account(11) }.into());
        assert!(Rewards::candidates(0, 64).iter().any(|(who, _)| *who == account(10)));
    });
}

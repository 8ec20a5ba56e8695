use super::builders::*;
use crate::{mock::*, types::SeatBondState, Bonds, Error, Event};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_candidate_may_leave_and_come_back() {
    build_and_execute(|| {
        candidate(&bob(), 100);
        candidate(&dave(), 100);
        assert_ok!(Rewards::leave_candidates(RuntimeOrigin::signed(bob())));
        System::assert_last_event(Event::CandidateLeft { who: bob() }.into());
        assert_eq!(Rewards::candidates(0, 64), vec![(dave(), 100)]);
        assert_eq!((Rewards::life(bob()), Rewards::life(dave()).is_some()), (None, true));
        assert_ok!(Rewards::do_apply_as_candidate(bob()));
        assert_eq!(Rewards::work_points(bob()), 100);
    });
}

#[test]
fn the_bond_stays_and_serves_again() {
    build_and_execute(|| {
        candidate(&bob(), 100);
        go_to_session(3);
        assert_ok!(Rewards::do_leave_candidates(&bob()));
        let due = Some(3 + BOND_PERIOD);
        let left = SeatBondState { amount: SEAT_BOND, due };
        assert_eq!(Bonds::<Test>::get(bob()), Some(left));
        give_points(&bob(), 100);
        assert_ok!(Rewards::do_apply_as_candidate(bob()));
        assert_eq!(Rewards::seat_bond(bob()), Some(SeatBondState { due: None, ..left }));
        assert_eq!(Balances::free_balance(bob()), 200 - SEAT_BOND);
    });
}

#[test]
fn who_is_no_candidate_cannot_leave() {
    build_and_execute(|| {
        candidate(&bob(), 100);
        assert_noop!(Rewards::do_leave_candidates(&dave()), Error::<Test>::NotCandidate);
    });
}

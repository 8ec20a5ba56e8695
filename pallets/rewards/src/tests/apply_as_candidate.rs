use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};

#[test]
fn who_has_keys_and_points_becomes_a_candidate() {
    build_and_execute(|| {
        give_points(&bob(), 100);
        assert_ok!(Rewards::apply_as_candidate(RuntimeOrigin::signed(bob())));
        System::assert_last_event(Event::CandidateAdded { who: bob(), points: 100 }.into());
        assert_eq!(Rewards::candidates(0, 64), vec![(bob(), 100)]);
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
    });
}

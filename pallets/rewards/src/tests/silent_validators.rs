//! Validators that author no blocks, or do not vote for the finality of those of others.

use super::builders::*;
use crate::{mock::*, Event};
use frame_support::assert_ok;

fn silent(who: &AccountId) -> u32 {
    Rewards::life(who.clone()).map_or(0, |life| life.silent)
}

fn is_candidate(who: &AccountId) -> bool {
    crate::Candidates::<Test>::get().contains(who)
}

/// Bob has a seat beside the authorities, and has authored in it if he is `proven`.
fn with_bob_seated(proven: bool, test: impl FnOnce(Sessions)) {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&bob(), 8_000);
        sessions.pass_well();
        sessions.pass_well();
        if proven {
            sessions.pass_well();
            assert!(Rewards::life(bob()).unwrap().proven);
        }
        test(sessions);
    });
}

/// Bob is no candidate any more, and a twentieth of his bond is burnt, once.
fn assert_punished() {
    System::assert_has_event(Event::CandidateSilent { who: bob(), burnt: 3 }.into());
    assert!(!is_candidate(&bob()));
    assert_eq!(Rewards::emission().burnt, 3);
}

/// Under the old rule it had eight sessions like everybody.
#[test]
fn who_never_authored_in_its_seat_is_dropped_after_a_session() {
    with_bob_seated(false, |mut sessions| {
        assert!(is_candidate(&bob()));
        assert_eq!(sessions.pass(&authorities()), authorities());
        System::assert_has_event(Event::CandidateSilent { who: bob(), burnt: 3 }.into());
        assert!(!is_candidate(&bob()));
        assert_eq!(Rewards::life(bob()), None);
    });
}

#[test]
fn who_has_authored_loses_its_seat_after_two_sessions_without_a_sign_and_nothing_else() {
    with_bob_seated(true, |mut sessions| {
        assert!(sessions.pass(&authorities()).contains(&bob()), "one session is not enough");
        assert_eq!(silent(&bob()), 1);
        assert_eq!(sessions.pass(&authorities()), authorities());
        assert!(is_candidate(&bob()));
        assert_eq!(Rewards::emission().burnt, 0);
    });
}

#[test]
fn who_lost_its_seat_comes_back_with_a_new_sign() {
    with_bob_seated(true, |mut sessions| {
        (0..2).for_each(|_| {
            sessions.pass(&authorities());
        });
        assert_eq!(Rewards::life(bob()).unwrap().last_sign, None);
        assert_eq!(sessions.pass(&authorities()), authorities());
        Rewards::note_sign(&bob());
        assert!(sessions.pass(&authorities()).contains(&bob()));
    });
}

#[test]
fn who_votes_and_does_not_author_is_dropped_after_as_many_sessions_as_are_allowed() {
    with_bob_seated(true, |mut sessions| {
        for missed in 1..3 {
            Rewards::note_votes(&sessions.now);
            assert!(sessions.pass(&authorities()).contains(&bob()));
            assert_eq!(silent(&bob()), missed);
        }
        Rewards::note_votes(&sessions.now);
        assert_eq!(sessions.pass(&authorities()), authorities());
        System::assert_has_event(Event::CandidateSilent { who: bob(), burnt: 3 }.into());
        assert!(!is_candidate(&bob()));
    });
}

/// Under the old rule nobody looked at votes.
#[test]
fn who_authors_and_does_not_vote_is_dropped_as_well_once_votes_are_seen() {
    with_bob_seated(true, |mut sessions| {
        for _ in 0..5 {
            sessions.pass_well();
            assert_eq!(silent(&bob()), 0, "no votes were seen");
        }
        for missed in 1..3 {
            Rewards::note_votes(&authorities());
            sessions.pass_well();
            assert_eq!(silent(&bob()), missed);
        }
        Rewards::note_votes(&authorities());
        assert_eq!(sessions.pass_well(), authorities());
        System::assert_has_event(Event::CandidateSilent { who: bob(), burnt: 3 }.into());
    });
}

#[test]
fn one_session_of_work_ends_the_count() {
    with_bob_seated(true, |mut sessions| {
        for _ in 0..3 {
            Rewards::note_votes(&authorities());
            sessions.pass_well();
            Rewards::note_votes(&authorities());
            sessions.pass_well();
            assert_eq!(silent(&bob()), 2);
            Rewards::note_votes(&sessions.now);
            sessions.pass_well();
            assert_eq!(silent(&bob()), 0);
        }
        assert!(is_candidate(&bob()));
    });
}

#[test]
fn a_session_with_fewer_blocks_than_validators_is_held_against_nobody() {
    with_bob_seated(false, |sessions| {
        let events = System::event_count();
        Rewards::note_author(&account(100));
        Rewards::note_author(&account(100));
        Rewards::on_session_ended(&sessions.now);
        assert_eq!((silent(&bob()), silent(&account(101))), (0, 0));
        assert_eq!(System::event_count(), events);
        for _ in 0..3 {
            Rewards::note_author(&account(100));
        }
        Rewards::on_session_ended(&sessions.now);
        assert!(!is_candidate(&bob()));
    });
}

/// It cannot sign while it validates, so its last sign is too old after such a session.
#[test]
fn who_could_not_show_its_node_in_such_a_session_loses_its_seat_and_nothing_else() {
    with_bob_seated(false, |sessions| {
        Rewards::note_author(&account(100));
        Rewards::on_session_ended(&sessions.now);
        go_to_session(3);
        assert_eq!(Rewards::elect(), authorities());
        assert!(is_candidate(&bob()));
        assert_eq!(Rewards::emission().burnt, 0);
    });
}

#[test]
fn silence_that_goes_on_is_paid_for_once() {
    with_bob_seated(false, |sessions| {
        for _ in 0..4 {
            for _ in 0..3 {
                Rewards::note_author(&account(100));
            }
            Rewards::on_session_ended(&sessions.now);
        }
        assert_eq!(silent(&bob()), 4);
        assert_punished();
    });
}

/// Bob has just been elected, and validates from the session after this one.
fn with_bob_elected(test: impl FnOnce(Sessions)) {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&bob(), 200);
        assert!(sessions.pass_well().contains(&bob()));
        test(sessions);
    });
}

/// Otherwise a seat without a node would cost nothing: its owner would leave in time, and come
/// back.
#[test]
fn who_leaves_the_candidates_before_its_first_session_is_judged_all_the_same() {
    with_bob_elected(|mut sessions| {
        assert_ok!(Rewards::do_leave_candidates(&bob()));
        assert!(sessions.pass_well().contains(&bob()), "it has not validated yet");
        assert_eq!(sessions.pass(&authorities()), authorities());
        assert_punished();
    });
}

#[test]
fn who_leaves_the_candidates_in_its_first_session_is_judged_all_the_same() {
    with_bob_seated(false, |mut sessions| {
        assert_ok!(Rewards::do_leave_candidates(&bob()));
        assert_eq!(sessions.pass(&authorities()), authorities());
        assert_punished();
    });
}

#[test]
fn who_leaves_the_candidates_and_authors_loses_its_seat_and_nothing_else() {
    with_bob_elected(|mut sessions| {
        assert_ok!(Rewards::do_leave_candidates(&bob()));
        assert!(sessions.pass_well().contains(&bob()));
        assert_eq!(sessions.pass_well(), authorities());
        assert_eq!(sessions.pass(&authorities()), authorities());
        assert_eq!(Rewards::emission().burnt, 0);
    });
}

/// It validates for one session, and has lost its seat before that is over.
#[test]
fn who_removes_its_keys_before_its_first_session_is_punished() {
    with_bob_elected(|mut sessions| {
        neighbours(|neighbours| neighbours.without_keys.push(bob()));
        assert_eq!(sessions.pass_well(), authorities());
        assert_punished();
        sessions.pass(&authorities());
        assert_punished();
    });
}

/// The same, if its last sign of life was just new enough for its election.
#[test]
fn who_gives_no_sign_between_its_election_and_its_first_session_is_punished() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&bob(), 1_000);
        neighbours(|neighbours| neighbours.without_keys.push(bob()));
        sessions.pass_well();
        neighbours(|neighbours| neighbours.without_keys.clear());
        assert!(sessions.pass_well().contains(&bob()), "its sign was in session 0");
        assert_eq!(sessions.pass_well(), authorities());
        assert_punished();
    });
}

#[test]
fn who_was_dropped_may_apply_again_and_keeps_its_points() {
    with_bob_seated(false, |mut sessions| {
        sessions.pass(&authorities());
        assert!(Rewards::work_points(bob()) > 100);
        assert_ok!(Rewards::do_apply_as_candidate(bob()));
        let elected = sessions.pass(&authorities());
        assert_eq!(elected, authorities(), "it has given no sign of life");
        Rewards::note_sign(&bob());
        assert!(sessions.pass(&authorities()).contains(&bob()));
    });
}

#[test]
fn silent_genesis_authorities_are_not_dropped_and_come_back() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&account(101), 200);
        sessions.pass(&[account(100)]);
        assert!(!is_candidate(&account(101)), "it was a candidate as well");
        assert_eq!(sessions.next, vec![account(100)]);
        sessions.pass(&[account(100)]);
        Rewards::note_sign(&account(101));
        assert_eq!(sessions.pass(&[account(100)]), vec![account(100), account(101)]);
    });
}

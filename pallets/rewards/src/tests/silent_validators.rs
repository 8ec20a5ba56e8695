use super::builders::*;
use crate::{mock::*, AuthorsOfSession, Event, SilentSessions};
use frame_support::assert_ok;

/// Ends a session in which all of these validated and those authored.
fn session(validators: &[AccountId], authors: &[AccountId]) {
    for author in authors {
        Rewards::note_author(author);
    }
    Rewards::on_session_ended(validators);
    go_to_session(crate::CurrentSession::<Test>::get() + 1);
    check_state();
}

fn silent_sessions(who: &AccountId) -> Option<u32> {
    SilentSessions::<Test>::try_get(who).ok()
}

fn is_candidate(who: &AccountId) -> bool {
    crate::Candidates::<Test>::get().contains(who)
}

#[test]
fn a_silent_candidate_is_dropped_and_an_active_one_is_not() {
    build_and_execute(|| {
        candidate(&bob(), 800);
        candidate(&dave(), 800);
        let validators = [bob(), dave()];
        for silent in 1..3 {
            session(&validators, &[dave()]);
            assert_eq!(silent_sessions(&bob()), Some(silent));
            assert_eq!(silent_sessions(&dave()), None);
        }
        assert_eq!(Rewards::elect(), vec![bob(), dave()]);
        session(&validators, &[dave()]);
        System::assert_has_event(Event::CandidateSilent { who: bob() }.into());
        assert!(!is_candidate(&bob()) && is_candidate(&dave()));
        assert_eq!(Rewards::elect(), [vec![dave()], authorities()].concat());
        assert_eq!(silent_sessions(&bob()), None);
    });
}

#[test]
fn who_was_dropped_may_apply_again_and_keeps_its_points() {
    build_and_execute(|| {
        candidate(&bob(), 800);
        (0..3).for_each(|_| session(&[bob()], &[]));
        assert_eq!(Rewards::work_points(bob()), 800);
        assert_ok!(Rewards::do_apply_as_candidate(bob()));
        session(&[bob()], &[]);
        assert_eq!(silent_sessions(&bob()), Some(1));
    });
}

#[test]
fn one_block_ends_the_count() {
    build_and_execute(|| {
        candidate(&bob(), 800);
        for _ in 0..3 {
            session(&[bob()], &[]);
            session(&[bob()], &[]);
            session(&[bob()], &[bob()]);
            assert_eq!(silent_sessions(&bob()), None);
        }
        assert!(is_candidate(&bob()));
    });
}

#[test]
fn sessions_without_a_seat_do_not_count() {
    build_and_execute(|| {
        candidate(&bob(), 800);
        session(&[bob()], &[]);
        (0..3).for_each(|_| session(&authorities(), &authorities()));
        assert_eq!(silent_sessions(&bob()), Some(1));
    });
}

#[test]
fn silent_genesis_authorities_stay() {
    build_and_execute(|| {
        (0..9).for_each(|_| session(&authorities(), &[]));
        assert_eq!(SilentSessions::<Test>::iter().count(), 0);
        assert_eq!(Rewards::elect(), authorities());
        candidate(&account(100), 100);
        (0..3).for_each(|_| session(&authorities(), &[]));
        assert!(!is_candidate(&account(100)));
        assert_eq!(Rewards::elect(), authorities());
    });
}

#[test]
fn nothing_of_a_session_is_left_after_it() {
    build_and_execute(|| {
        candidate(&bob(), 100);
        let validators = [vec![bob()], authorities()].concat();
        session(&validators, &validators);
        assert_eq!(AuthorsOfSession::<Test>::iter().count(), 0);
    });
}

#[test]
fn the_count_ends_with_the_candidacy_however_it_ends() {
    let silent = |end: fn()| {
        build_and_execute(|| {
            (10..14).for_each(|number| candidate(&account(number), 800));
            session(&[account(10), account(13)], &[]);
            end();
            assert_eq!(silent_sessions(&account(13)), None);
            assert_eq!(silent_sessions(&account(10)), Some(1));
        });
    };
    silent(|| Rewards::do_leave_candidates(&account(13)).unwrap());
    silent(|| Rewards::bar(&account(13)));
    silent(|| candidate(&bob(), 900));
}

use super::builders::*;
use crate::{mock::*, types::EmissionState, Event};
use nocknock_primitives::reward::{Books, Schedule};
use proptest::{collection::vec, prelude::*};

#[test]
fn the_first_release_is_in_the_pot_from_the_start() {
    build_and_execute(|| {
        let expected = EmissionState {
            session: 0,
            released: 1_000_000,
            reserved: 0,
            minted: 0,
            burnt: 0,
            free_pot: 1_000_000,
            next_release: 1_000_000,
            max_supply: 25_000_000,
        };
        assert_eq!(Rewards::emission(), expected);
    });
}

#[test]
fn each_session_adds_to_the_pot_once() {
    build_and_execute(|| {
        go_to_session(1);
        System::assert_last_event(
            Event::PotGrew { session: 1, added: 1_000_000, free_pot: 2_000_000 }.into(),
        );
        go_to_session(1);
        go_to_session(0);
        assert_eq!(Rewards::emission().released, 2_000_000);
        assert_eq!(Rewards::emission().session, 1);
    });
}

#[test]
fn the_release_halves_and_ends_at_the_cap() {
    build_and_execute(|| {
        MaxSupply::set(15_000_000);
        go_to_session(9);
        assert_eq!(Rewards::emission().released, 10_000_000);
        assert_eq!(Rewards::emission().next_release, 500_000);
        go_to_session(19);
        assert_eq!(Rewards::emission().released, 15_000_000);
        assert_eq!(Rewards::emission().next_release, 0);
        go_to_session(500);
        assert_eq!(Rewards::emission().released, 15_000_000);
    });
}

#[test]
fn skipped_sessions_are_made_up_for() {
    let released = |sessions: &[u32]| {
        let mut released = 0;
        build_and_execute(|| {
            sessions.iter().copied().for_each(go_to_session);
            released = Rewards::emission().released;
        });
        released
    };
    let one_by_one: Vec<u32> = (1..=14).collect();
    assert_eq!(released(&[14]), released(&one_by_one));
    assert_eq!(released(&[3, 3, 11, 14]), released(&one_by_one));
}

#[test]
fn what_is_not_earned_stays_in_the_pot() {
    build_and_execute(|| {
        earn(1, &bob(), percent(1));
        go_to_session(1);
        assert_eq!(Rewards::emission().free_pot, 2_000_000 - 1_000);
        assert_eq!((Rewards::emission().minted, Rewards::emission().reserved), (900, 100));
    });
}

#[test]
fn a_schedule_that_changes_takes_nothing_back() {
    build_and_execute(|| {
        go_to_session(4);
        InitialRelease::set(100);
        go_to_session(5);
        assert_eq!(Rewards::emission().released, 5_000_100);
        MaxSupply::set(5_000_200);
        go_to_session(9);
        assert_eq!(Rewards::emission().released, 5_000_200);
    });
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let amount = prop_oneof![any::<u128>(), 0..10_000u128, Just(u128::MAX)];
    let halving = prop_oneof![any::<u32>(), 0..20u32];
    (amount.clone(), halving, amount).prop_map(|(initial, halving_sessions, cap)| Schedule {
        initial,
        halving_sessions,
        cap,
    })
}

proptest! {
    /// Whatever the parameters and whichever sessions are told, never more than the cap is
    /// released, and it makes no difference which ones are skipped.
    #[test]
    fn no_schedule_exceeds_its_cap(schedule in schedule(), mut sessions in vec(any::<u32>(), 1..20)) {
        sessions.sort_unstable();
        let mut books = Books::default();
        books.release(schedule.released_through(0), schedule.cap);
        let mut last = 0;
        for session in sessions {
            let before = books.released;
            books.release(schedule.released_between(last, session), schedule.cap);
            prop_assert!(before <= books.released && books.released <= schedule.cap);
            prop_assert_eq!(books.released, schedule.released_through(session));
            last = session;
        }
    }
}

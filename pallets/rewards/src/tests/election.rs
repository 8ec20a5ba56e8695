//! Who gets and keeps a seat. What sets of validators there can be is tested where they are
//! computed, in the crate of primitives; this is about what the pallet knows of the accounts.

use super::builders::*;
use crate::{mock::*, Event, GenesisAuthorities, Liveness, Registrations, Seats};
use codec::Encode;
use frame_support::BoundedVec;
use nocknock_primitives::reward::{Registration, Standing};
use sp_runtime::AccountId32;

/// The authorities and one more.
fn with(who: AccountId) -> Vec<AccountId> {
    [authorities(), vec![who]].concat()
}

#[test]
fn the_genesis_authorities_serve_at_the_start_in_their_order() {
    build_and_execute(|| {
        assert_eq!(Rewards::seats(), authorities());
        assert_eq!(Rewards::elected(), authorities());
    });
}

#[test]
fn a_candidate_enters_when_the_authorities_have_authored() {
    build_and_execute(|| {
        candidate(&bob(), 200);
        assert_eq!(Rewards::elected(), authorities(), "nobody has authored yet");
        let mut sessions = Sessions::new();
        assert_eq!(sessions.pass_well(), with(bob()));
        System::assert_has_event(Event::SeatTaken { who: bob(), session: 2 }.into());
        let life = Rewards::life(bob()).unwrap();
        assert_eq!((life.entered, life.proven), (Some(2), false));
    });
}

#[test]
fn nobody_enters_without_a_sign_of_life() {
    build_and_execute(|| {
        give_points(&bob(), 200);
        Rewards::do_apply_as_candidate(bob()).unwrap();
        let mut sessions = Sessions::new();
        assert_eq!(sessions.pass_well(), authorities());
        Rewards::note_sign(&bob());
        assert_eq!(sessions.pass_well(), with(bob()));
    });
}

#[test]
fn a_sign_of_life_lasts_for_two_sessions() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&bob(), 1_000);
        neighbours(|neighbours| neighbours.without_keys.push(bob()));
        sessions.pass_well();
        sessions.pass_well();
        neighbours(|neighbours| neighbours.without_keys.clear());
        assert_eq!(Rewards::elected(), with(bob()), "its sign was in session 0");
        neighbours(|neighbours| neighbours.without_keys.push(bob()));
        sessions.pass_well();
        neighbours(|neighbours| neighbours.without_keys.clear());
        assert_eq!(Rewards::elected(), authorities());
    });
}

#[test]
fn a_second_candidate_enters_when_the_first_has_authored() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate_of(&bob(), 1, 800);
        candidate_of(&dave(), 2, 900);
        assert_eq!(sessions.pass_well(), with(dave()));
        Rewards::note_sign(&bob());
        assert_eq!(sessions.pass_well(), with(dave()), "Dave has not validated yet");
        Rewards::note_sign(&bob());
        // All seats are taken, and there are two candidates, so an authority makes room.
        assert_eq!(sessions.pass_well(), vec![account(100), dave(), bob()]);
        System::assert_has_event(Event::SeatLeft { who: account(101), session: 4 }.into());
    });
}

#[test]
fn candidates_of_one_experiment_have_one_seat_of_three() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate_of(&bob(), 1, 8_000);
        candidate_of(&dave(), 1, 9_000);
        for _ in 0..6 {
            sessions.pass_well();
            Rewards::note_sign(&bob());
        }
        assert_eq!(sessions.next, with(dave()));
    });
}

#[test]
fn whoever_has_a_seat_keeps_it_without_points() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&bob(), 200);
        sessions.pass_well();
        for _ in 0..60 {
            assert_eq!(sessions.pass_well(), with(bob()));
        }
        assert_eq!(Rewards::work_points(bob()), 0);
    });
}

#[test]
fn who_has_too_few_points_does_not_enter() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&bob(), 110);
        go_to_session(1);
        assert!(Rewards::work_points(bob()) < 100);
        Rewards::note_sign(&bob());
        assert_eq!(sessions.pass_well(), authorities());
    });
}

#[test]
fn who_removes_its_keys_is_gone_at_once_and_an_offender_leaves() {
    build_and_execute(|| {
        let seated = [account(100), account(101), dave()];
        Seats::<Test>::put(BoundedVec::truncate_from(seated.to_vec()));
        candidate(&dave(), 200);
        for who in &seated {
            Liveness::<Test>::mutate(who, |life| life.as_mut().unwrap().entered = Some(0));
        }
        let mut sessions = Sessions::new();
        assert_eq!(sessions.pass_well(), seated);
        Rewards::bar(&account(101));
        neighbours(|neighbours| neighbours.without_keys.push(dave()));
        assert_eq!(sessions.pass_well(), vec![account(100)]);
        System::assert_has_event(Event::SeatLeft { who: account(101), session: 3 }.into());
    });
}

#[test]
fn an_offender_leaves_before_those_who_are_only_silent() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&dave(), 800);
        (0..3).for_each(|_| {
            sessions.pass_well();
        });
        sessions.pass(&authorities());
        Rewards::bar(&account(101));
        // One of the two can leave.
        assert_eq!(sessions.pass(&authorities()), vec![account(100), dave()]);
    });
}

#[test]
fn who_makes_room_for_more_points_loses_its_seat_and_nothing_else() {
    build_and_execute(|| {
        MinValidators::set(3);
        let mut sessions = Sessions::new();
        candidate_of(&bob(), 1, 200);
        assert_eq!(sessions.pass_well(), with(bob()));
        candidate_of(&dave(), 2, 900);
        assert_eq!(sessions.pass_well(), with(dave()));
        assert_eq!(Rewards::emission().burnt, 0);
        assert!(Rewards::candidates(0, 64).iter().any(|(who, _)| *who == bob()));
    });
}

#[test]
fn the_chain_does_not_stop_when_all_are_dead_or_without_keys() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        for _ in 0..9 {
            assert_eq!(sessions.pass(&[]), authorities());
        }
        neighbours(|neighbours| neighbours.without_keys = authorities());
        assert_eq!(sessions.pass(&[]), authorities());
        Rewards::bar(&account(101));
        Rewards::bar(&account(100));
        neighbours(|neighbours| neighbours.without_keys.clear());
        assert_eq!(sessions.pass(&[]), authorities());
    });
}

#[test]
fn an_authority_that_was_dead_comes_back_with_a_sign_of_life() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        assert_eq!(sessions.pass(&[account(100)]), vec![account(100)]);
        assert_eq!(sessions.pass(&[account(100)]), vec![account(100)]);
        Rewards::note_sign(&account(101));
        assert_eq!(sessions.pass(&[account(100)]), vec![account(100), account(101)]);
        assert_eq!(GenesisAuthorities::<Test>::get().into_inner(), authorities());
    });
}

#[test]
fn the_signs_of_those_who_validate_are_their_blocks_and_votes() {
    build_and_execute(|| {
        let last_sign = || Rewards::life(account(101)).unwrap().last_sign;
        go_to_session(1);
        Rewards::note_sign(&account(101));
        assert_eq!(last_sign(), Some(0), "it could be sent without a node");
        Rewards::note_votes(&[account(101)]);
        Rewards::on_session_ended(&authorities());
        assert_eq!(last_sign(), Some(1));
        go_to_session(2);
        Rewards::note_author(&account(101));
        Rewards::on_session_ended(&authorities());
        assert_eq!(last_sign(), Some(2));
        Rewards::note_sign(&eve());
        assert_eq!(Rewards::life(eve()), None, "it cannot be elected");
    });
}

#[test]
fn an_authority_that_is_barred_does_not_come_back() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        assert_eq!(sessions.pass(&[account(100)]), vec![account(100)]);
        Rewards::bar(&account(101));
        for _ in 0..3 {
            Rewards::note_sign(&account(101));
            assert_eq!(sessions.pass(&[account(100)]), vec![account(100)]);
        }
    });
}

#[test]
fn an_authority_without_session_keys_does_not_come_back() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        sessions.pass(&[account(100)]);
        neighbours(|neighbours| neighbours.without_keys.push(account(101)));
        Rewards::note_sign(&account(101));
        assert_eq!(sessions.pass(&[account(100)]), vec![account(100)]);
        neighbours(|neighbours| neighbours.without_keys.clear());
        assert_eq!(Rewards::elected(), vec![account(100), account(101)]);
    });
}

/// An authority that has come back and has not validated since is no candidate: if it counted as
/// one, there would be enough of them to replace it, and Dave would get its seat.
#[test]
fn an_authority_that_is_untried_in_its_seat_is_no_candidate() {
    build_and_execute(|| {
        MinValidators::set(3);
        let mut sessions = Sessions::new();
        candidate_of(&bob(), 1, 800);
        assert_eq!(sessions.pass(&[account(100)]), vec![account(100), bob()]);
        Rewards::note_sign(&bob());
        sessions.pass(&[account(100)]);
        Rewards::note_sign(&account(101));
        let seated = vec![account(100), bob(), account(101)];
        assert_eq!(sessions.pass_well(), seated);
        assert!(Rewards::life(account(101)).unwrap().is_untried());
        candidate_of(&dave(), 2, 900);
        assert_eq!(sessions.pass_well(), seated);
    });
}

#[test]
fn an_authority_that_is_a_candidate_counts_as_one_until_it_leaves() {
    build_and_execute(|| {
        let mut sessions = Sessions::new();
        candidate(&account(101), 200);
        candidate_of(&bob(), 2, 200);
        assert_eq!(sessions.pass_well(), with(bob()));
        assert_eq!(sessions.pass_well(), with(bob()), "Bob has not validated yet");
        Rewards::do_leave_candidates(&account(101)).unwrap();
        assert_eq!(sessions.pass_well(), with(bob()), "one candidate is not enough");
        give_points(&account(101), 200);
        Rewards::do_apply_as_candidate(account(101)).unwrap();
        // Two are, so the other authority makes room.
        assert_eq!(sessions.pass_well(), vec![account(101), bob()]);
    });
}

/// Bytes of the state that a session reads, and an election in it, on a chain with this many
/// workers.
fn bytes_read(workers: u32) -> usize {
    let mut ext = new_test_ext();
    ext.execute_with(|| {
        candidate(&bob(), 100);
        (0..workers).for_each(register_at_once);
        System::reset_events();
    });
    ext.commit_all().expect("the changes can be committed");
    let (_, proof) = ext.execute_and_prove(|| {
        go_to_session(1);
        Rewards::elect()
    });
    proof.encoded_size()
}

fn register_at_once(number: u32) {
    let mut bytes = [0xaa; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    let who = AccountId32::new(bytes);
    System::inc_sufficients(&who);
    let registration =
        Registration { standing: Standing::Active, next_round: 1, expires: 6, known: false };
    Registrations::<Test>::insert(who, registration);
}

#[test]
fn ten_thousand_workers_do_not_make_a_session_heavier() {
    let (without, with) = (bytes_read(0), bytes_read(10_000));
    // The paths in the state's tree become a little longer; to read the workers takes 400 kB.
    assert!(with < without + 10_000, "{without} {with}");
}

use super::builders::*;
use crate::{mock::*, GenesisAuthorities, Registrations};
use codec::Encode;
use frame_support::BoundedVec;
use nocknock_primitives::reward::{Registration, Standing};
use sp_runtime::AccountId32;

#[test]
fn the_genesis_authorities_serve_at_the_start_in_their_order() {
    build_and_execute(|| assert_eq!(Rewards::elect(), authorities()));
}

#[test]
fn they_serve_beside_the_candidates_until_there_are_enough() {
    build_and_execute(|| {
        candidate(&bob(), 200);
        assert_eq!(Rewards::elect(), [vec![bob()], authorities()].concat());
        candidate(&dave(), 300);
        assert_eq!(Rewards::elect(), vec![dave(), bob()]);
    });
}

#[test]
fn an_authority_that_is_a_candidate_is_elected_once() {
    build_and_execute(|| {
        candidate(&account(100), 200);
        assert_eq!(Rewards::elect(), vec![account(100), account(101)]);
    });
}

#[test]
fn candidates_cannot_outvote_the_authorities_beside_them() {
    build_and_execute(|| {
        MinValidators::set(3);
        candidate(&bob(), 200);
        candidate(&dave(), 300);
        assert_eq!(Rewards::elect(), [vec![dave()], authorities()].concat());
    });
}

#[test]
fn those_who_serve_together_are_no_more_than_the_most_validators() {
    build_and_execute(|| {
        let three = [103, 102, 101].map(account).to_vec();
        GenesisAuthorities::<Test>::put(BoundedVec::truncate_from(three));
        candidate(&bob(), 200);
        let expected = vec![bob(), account(103), account(102)];
        assert_eq!(Rewards::elect(), expected);
    });
}

#[test]
fn who_has_no_longer_the_points_of_a_candidate_is_passed_over() {
    build_and_execute(|| {
        candidate(&bob(), 100);
        candidate(&dave(), 200);
        go_to_session(5);
        assert_eq!(Rewards::work_points(bob()), 50);
        assert_eq!(Rewards::elect(), [vec![dave()], authorities()].concat());
    });
}

#[test]
fn the_best_are_elected_and_the_lower_account_wins_a_tie() {
    build_and_execute(|| {
        for (number, points) in [(13, 200), (11, 150), (12, 200), (10, 150)] {
            candidate(&account(number), points);
        }
        assert_eq!(Rewards::elect(), [12, 13, 10].map(account));
    });
}

#[test]
fn candidates_without_points_or_keys_are_passed_over() {
    build_and_execute(|| {
        for who in [bob(), dave(), eve()] {
            candidate(&who, 100);
        }
        neighbours(|neighbours| neighbours.without_keys.push(dave()));
        assert_eq!(Rewards::elect(), vec![bob(), eve()]);
        go_to_session(5 * 8);
        assert_eq!(Rewards::elect(), authorities());
        give_points(&eve(), 100);
        assert_eq!(Rewards::elect(), [vec![eve()], authorities()].concat());
    });
}

#[test]
fn a_barred_authority_serves_only_if_nobody_else_does() {
    build_and_execute(|| {
        Rewards::bar(&account(101));
        assert_eq!(Rewards::elect(), vec![account(100)]);
        Rewards::bar(&account(100));
        assert_eq!(Rewards::elect(), authorities());
        candidate(&bob(), 100);
        assert_eq!(Rewards::elect(), vec![bob()]);
    });
}

#[test]
fn the_chain_does_not_stop_when_authorities_lack_keys() {
    build_and_execute(|| {
        neighbours(|neighbours| neighbours.without_keys.push(account(101)));
        assert_eq!(Rewards::elect(), vec![account(100)]);
        Rewards::bar(&account(100));
        assert_eq!(Rewards::elect(), vec![account(100)]);
        neighbours(|neighbours| neighbours.without_keys.push(account(100)));
        assert_eq!(Rewards::elect(), authorities());
    });
}

#[test]
fn only_a_chain_without_authorities_can_elect_nobody() {
    build_and_execute(|| {
        GenesisAuthorities::<Test>::put(BoundedVec::default());
        assert!(Rewards::elect().is_empty());
    });
}

/// Bytes of the state that electing and beginning a session read.
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
    let registration = Registration { standing: Standing::Active, next_round: 1, expires: 6 };
    Registrations::<Test>::insert(who, registration);
}

#[test]
fn ten_thousand_workers_do_not_make_a_session_heavier() {
    let (without, with) = (bytes_read(0), bytes_read(10_000));
    // The paths in the state's tree become a little longer; to read the workers takes 400 kB.
    assert!(with < without + 10_000, "{without} {with}");
}

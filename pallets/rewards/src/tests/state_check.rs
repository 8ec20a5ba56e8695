//! Each invariant is really checked: a state that breaks it is found, by its number.

use super::builders::*;
use crate::{mock::*, *};
use frame_support::{traits::fungible::Mutate, BoundedVec};
use nocknock_primitives::{
    ids::BlockRoot,
    reward::{Books, Points},
};
use sp_runtime::TryRuntimeError;

/// Breaks a busy chain and checks that invariant `number` is what is found.
fn assert_found(number: u32, break_it: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        register(&[bob()]);
        candidate(&bob(), 100);
        earn(1, &dave(), percent(100));
        open(2);
        check_state();
        break_it();
        match Rewards::do_try_state() {
            Err(TryRuntimeError::Other(text)) => {
                assert_eq!(text.split(':').next(), Some(number.to_string().as_str()))
            }
            other => panic!("{other:?}"),
        }
    });
}

fn change_books(change: impl FnOnce(&mut Books)) {
    CurrencyBooks::<Test>::mutate(change);
}

#[test]
fn tokens_from_nowhere_are_found() {
    assert_found(1, || {
        Balances::mint_into(&eve(), 1_000).unwrap();
    });
    assert_found(1, || {
        Balances::burn_from(
            &dave(),
            1_000,
            frame_support::traits::tokens::Preservation::Expendable,
            frame_support::traits::tokens::Precision::Exact,
            frame_support::traits::tokens::Fortitude::Force,
        )
        .unwrap();
    });
}

#[test]
fn a_pot_that_does_not_add_up_is_found() {
    assert_found(2, || change_books(|books| books.released = 0));
    assert_found(2, || change_books(|books| books.released = 15_000_001));
    assert_found(2, || change_books(|books| books.reserved += 1));
}

#[test]
fn miscounted_tasks_are_found() {
    let change = |change: fn(&mut types::CurriculumEntry<AccountId>)| {
        assert_found(3, || {
            Curriculum::<Test>::mutate(EXPERIMENT, |entry| change(entry.as_mut().unwrap()));
        });
    };
    change(|entry| entry.open = 0);
    change(|entry| entry.removed = true);
    assert_found(3, || Curriculum::<Test>::remove(EXPERIMENT));
}

#[test]
fn points_from_nowhere_are_found() {
    let much = Points::default().plus(10_000_000, 0);
    assert_found(4, || WorkersPoints::<Test>::insert(eve(), much));
    assert_found(4, || TotalPoints::<Test>::put(much));
}

#[test]
fn points_or_candidacy_of_a_barred_account_are_found() {
    assert_found(5, || Barred::<Test>::insert(dave(), ()));
    assert_found(5, || {
        Barred::<Test>::insert(eve(), ());
        Candidates::<Test>::put(BoundedVec::truncate_from(vec![eve()]));
    });
}

#[test]
fn a_lost_reference_is_found() {
    for who in [bob(), carol()] {
        assert_found(6, || {
            System::dec_sufficients(&who);
        });
    }
}

#[test]
fn a_reference_that_nothing_accounts_for_is_found() {
    assert_found(6, || {
        System::inc_sufficients(&eve());
    });
}

#[test]
fn an_account_that_is_listed_twice_is_found() {
    let twice = vec![eve(), eve()];
    assert_found(7, || Candidates::<Test>::put(BoundedVec::truncate_from(twice.clone())));
    assert_found(7, || {
        GenesisAuthorities::<Test>::put(BoundedVec::truncate_from(twice.clone()));
    });
}

#[test]
fn a_practice_block_of_another_root_is_found() {
    let terms = |change: fn(&mut nocknock_primitives::reward::Practice)| {
        assert_found(8, || {
            Practice::<Test>::mutate(|terms| change(terms.as_mut().unwrap()));
        });
    };
    terms(|terms| terms.root = BlockRoot([1; 32]));
    terms(|terms| terms.rows += 1);
    assert_found(8, PracticeBlock::<Test>::kill);
}

#[test]
fn a_registration_that_lives_too_long_is_found() {
    let change = |change: fn(&mut nocknock_primitives::reward::Registration)| {
        assert_found(9, || {
            Registrations::<Test>::mutate(bob(), |found| change(found.as_mut().unwrap()));
        });
    };
    change(|registration| registration.expires = 7);
    change(|registration| registration.next_round = 0);
    assert_found(9, || {
        RecentRegistrations::<Test>::put(types::SessionCount { session: 0, count: 9 });
    });
}

#[test]
fn silence_of_others_than_candidates_is_found() {
    let with = |who: AccountId, silent| {
        assert_found(10, || SilentSessions::<Test>::insert(&who, silent));
    };
    with(eve(), 1);
    with(bob(), 0);
    with(bob(), 3);
    assert_found(10, || {
        (0..4).for_each(|number| AuthorsOfSession::<Test>::insert(account(number), ()));
    });
}

#[test]
fn a_chain_without_practice_block_is_sound() {
    let mut genesis = genesis();
    genesis.practice = None;
    ext_with(genesis).execute_with(|| {
        check_state();
        assert_eq!(Rewards::practice(), None);
    });
}

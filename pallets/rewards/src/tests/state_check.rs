//! Each invariant is really checked: a state that breaks it is found, by its number.

use super::builders::*;
use crate::{mock::*, *};
use frame_support::{traits::fungible::Mutate, BoundedVec};
use nocknock_primitives::{
    ids::BlockRoot,
    level::ONE_BIT,
    reward::{AccountPoints, Books, Origin, Points},
    traits::Curriculum as _,
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
    assert_found(2, || change_books(|books| books.released = 25_000_001));
    assert_found(2, || change_books(|books| books.reserved += 1));
}

#[test]
fn miscounted_tasks_are_found() {
    change_entry(|entry| entry.open = 0);
    change_entry(|entry| entry.removed = true);
    assert_found(3, || Curriculum::<Test>::remove(EXPERIMENT));
}

/// Changes the entry of the experiment, of whose level task 2 has taken a bit.
fn change_entry(change: fn(&mut types::EntryOf<Test>)) {
    assert_found(3, || {
        Rewards::take(2, ONE_BIT);
        check_state();
        Curriculum::<Test>::mutate(EXPERIMENT, |entry| change(entry.as_mut().unwrap()));
    });
}

#[test]
fn a_level_below_what_open_tasks_have_taken_is_found() {
    change_entry(|entry| entry.level = ONE_BIT - 1);
}

#[test]
fn a_weight_out_of_range_is_found() {
    change_entry(|entry| entry.weight = 0);
    change_entry(|entry| entry.weight = 1_001);
}

#[test]
fn a_budget_that_is_not_all_that_its_halvings_mint_is_found() {
    let change = |change: fn(&mut nocknock_primitives::reward::CurriculumTask<AccountId>)| {
        assert_found(3, || {
            OpenTasks::<Test>::mutate(2, |open| change(open.as_mut().unwrap()));
        });
    };
    change(|open| open.unit += 1);
    change(|open| open.unit -= 1);
}

#[test]
fn what_is_remembered_of_an_experiment_that_is_here_is_found() {
    let past = types::PastEntry { weight: 1, level: 0 };
    assert_found(3, || PastCurriculum::<Test>::insert(EXPERIMENT, past));
}

#[test]
fn a_liable_provider_of_a_task_that_is_not_open_is_found() {
    assert_found(3, || Liable::<Test>::insert(1, eve()));
}

#[test]
fn points_from_nowhere_are_found() {
    let much = 10_000_000;
    assert_found(4, || {
        let points = AccountPoints { amount: much, ..AccountPoints::default() };
        WorkersPoints::<Test>::insert(eve(), points);
    });
    assert_found(4, || TotalPoints::<Test>::put(Points { amount: much, session: 0 }));
}

#[test]
fn points_from_a_wrong_origin_are_found() {
    let change = |change: fn(&mut Vec<Origin>)| {
        assert_found(4, || {
            WorkersPoints::<Test>::mutate(dave(), |points| {
                let mut origins = points.origins.clone().into_inner();
                change(&mut origins);
                points.origins = origins.try_into().unwrap();
            });
        });
    };
    change(|origins| origins[0].amount += 1);
    change(|origins| origins.push(Origin { experiment: EXPERIMENT, amount: 0 }));
}

#[test]
fn parts_that_were_not_set_aside_are_found() {
    assert_found(2, || Vesting::<Test>::remove(1));
}

#[test]
fn points_bond_or_candidacy_of_a_barred_account_are_found() {
    assert_found(5, || Barred::<Test>::insert(dave(), ()));
    assert_found(5, || {
        Barred::<Test>::insert(eve(), ());
        Bonds::<Test>::insert(eve(), types::SeatBondState { amount: 1, due: Some(1) });
    });
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
    assert_found(7, || Seats::<Test>::put(BoundedVec::truncate_from(twice.clone())));
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
fn signs_of_life_of_the_wrong_accounts_are_found() {
    assert_found(10, || Liveness::<Test>::insert(eve(), types::Life::default()));
    assert_found(10, || Liveness::<Test>::remove(bob()));
    assert_found(10, || Liveness::<Test>::remove(account(100)));
    let change = |who: AccountId, change: fn(&mut types::Life)| {
        assert_found(10, || {
            Liveness::<Test>::mutate(&who, |life| change(life.as_mut().unwrap()));
        });
    };
    change(bob(), |life| life.entered = Some(0));
    change(bob(), |life| life.proven = true);
    change(bob(), |life| life.silent = 1);
    change(account(100), |life| life.entered = None);
    assert_found(10, || {
        (0..4).for_each(|number| AuthorsOfSession::<Test>::insert(account(number), 1));
    });
    assert_found(10, || {
        (0..4).for_each(|number| VotersOfSession::<Test>::insert(account(number), ()));
    });
}

#[test]
fn bonds_that_are_missing_or_left_over_are_found() {
    let bond = |amount, due| types::SeatBondState { amount, due };
    assert_found(11, || Bonds::<Test>::remove(bob()));
    assert_found(11, || Bonds::<Test>::insert(bob(), bond(SEAT_BOND, Some(9))));
    assert_found(11, || Bonds::<Test>::insert(bob(), bond(SEAT_BOND + 1, None)));
    assert_found(11, || Bonds::<Test>::insert(dave(), bond(0, None)));
    assert_found(11, || Bonds::<Test>::insert(dave(), bond(1, Some(9))));
    // Eve does not exist.
    assert_found(11, || Bonds::<Test>::insert(eve(), bond(1, Some(9))));
}

#[test]
fn votes_noted_out_of_order_are_found() {
    let with = |block, noted_at| {
        assert_found(12, || LastFinality::<Test>::put(types::NotedFinality { block, noted_at }));
    };
    with(1, 1);
    with(0, 2);
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

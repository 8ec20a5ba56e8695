//! A state that breaks an invariant is found, and the invariant is named.

use crate::{
    mock::*, types::LeaderboardOf, Deposits, Experiments as Stored, ExperimentsOf, HoldReason,
    Leaderboards, ModelVersions, PendingTransfers,
};
use frame_support::{assert_ok, traits::fungible::MutateHold};
use nocknock_primitives::{
    experiment::{Champion, Description, Stage},
    ids::ExperimentId,
    score::Score,
    traits::TaskExperiments,
};
use sp_runtime::TryRuntimeError;

/// Breaks a sound state with two models and two scores in an experiment of Alice's.
fn found_after(break_it: impl FnOnce(ExperimentId)) -> String {
    new_test_ext().execute_with(|| {
        let id = created(ALICE);
        registered(id, 60);
        registered(id, 50);
        Experiments::record_score(id, entry(1, 1, 60));
        Experiments::record_score(id, entry(2, 1, 50));
        check_state();
        break_it(id);
        match Experiments::do_try_state() {
            Err(TryRuntimeError::Other(message)) => message.into(),
            other => panic!("the broken state is not found: {other:?}"),
        }
    })
}

#[test]
fn a_missing_deposit_and_what_belongs_to_nothing_are_found() {
    let found = found_after(Deposits::<Test>::remove);
    assert!(found.starts_with('1'), "{found}");
    let found =
        found_after(|id| Leaderboards::<Test>::insert(id + 1, LeaderboardOf::<Test>::default()));
    assert!(found.starts_with('1'), "{found}");
    let found = found_after(|id| ModelVersions::<Test>::insert(id + 1, 1u32, model(id, 1)));
    assert!(found.starts_with('1'), "{found}");
}

#[test]
fn a_deposit_that_is_not_held_is_found() {
    let found = found_after(|id| Deposits::<Test>::insert(id, 1u64));
    assert!(found.starts_with('2'), "{found}");
}

#[test]
fn a_wrong_index_is_found() {
    let found = found_after(|id| ExperimentsOf::<Test>::insert(BOB, id, ()));
    assert!(found.starts_with('3'), "{found}");
    let found = found_after(|id| ExperimentsOf::<Test>::remove(ALICE, id));
    assert!(found.starts_with('3'), "{found}");
}

#[test]
fn an_offer_to_the_owner_is_found() {
    let found = found_after(|id| PendingTransfers::<Test>::insert(id, ALICE));
    assert!(found.starts_with('4'), "{found}");
}

#[test]
fn a_description_that_should_not_be_stored_is_found() {
    let archived_if = |change: fn(&mut Description) -> bool| {
        found_after(|id| {
            Stored::<Test>::mutate(id, |stored| {
                let stored = stored.as_mut().unwrap();
                stored.archived = change(&mut stored.description);
            });
        })
    };
    let blank = archived_if(|description| {
        *description = Description::default();
        false
    });
    let archived_with_text = archived_if(|_| true);
    assert!(blank.starts_with('5'), "{blank}");
    assert!(archived_with_text.starts_with('5'), "{archived_with_text}");
}

#[test]
fn a_leaderboard_out_of_order_or_with_a_model_twice_is_found() {
    let found = found_after(|id| {
        Leaderboards::<Test>::mutate(id, |board| {
            board.sort_by(|a, b| a.score.compare(&b.score));
        })
    });
    assert!(found.starts_with('6'), "{found}");
    let found = found_after(|id| {
        Leaderboards::<Test>::mutate(id, |board| board.try_push(entry(1, 1, 40)).unwrap());
    });
    assert!(found.starts_with('6'), "{found}");
}

#[test]
fn a_missing_version_is_found() {
    let found = found_after(|id| ModelVersions::<Test>::remove(id, 2u32));
    assert!(found.starts_with('7'), "{found}");
}

#[test]
fn a_forged_champion_is_found() {
    let crowned = found_after(|id| {
        ModelVersions::<Test>::mutate(id, 2u32, |model| {
            model.as_mut().unwrap().stage = Stage::Champion;
        });
    });
    assert!(crowned.starts_with('8'), "{crowned}");
    let named = found_after(|id| {
        Stored::<Test>::mutate(id, |stored| stored.as_mut().unwrap().champion = None);
    });
    assert!(named.starts_with('8'), "{named}");
    let changed = |change: fn(&mut Champion)| {
        found_after(|id| {
            Stored::<Test>::mutate(id, |stored| {
                change(stored.as_mut().unwrap().champion.as_mut().unwrap());
            });
        })
    };
    let scored = changed(|champion| champion.score = Score::new(99, 100));
    assert!(scored.starts_with('8'), "{scored}");
    let unknown = changed(|champion| champion.version = 3);
    assert!(unknown.starts_with('8'), "{unknown}");
}

#[test]
fn a_hold_of_an_account_that_owns_nothing_is_found() {
    let held = found_after(|_| {
        let reason = RuntimeHoldReason::Experiments(HoldReason::Experiment);
        assert_ok!(Balances::hold(&reason, &BOB, 5));
    });
    assert_eq!(held, "2: deposits differ from holds");
}

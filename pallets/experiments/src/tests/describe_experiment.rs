use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    experiment::Description,
    limits::{MAX_DESCRIPTION, MAX_NAME},
};
use sp_runtime::TokenError;

#[test]
fn the_deposit_follows_the_size_of_the_description() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_ok!(Experiments::describe_experiment(by(ALICE), id, with_text("0123456789")));
        // Lengths of name, text, list of tags and tag; their bytes; the mark of the hash and the
        // hash.
        let deposit = BASE + (4 + 14 + 33) * BYTE;
        assert_eq!(Experiments::held(&ALICE), deposit);
        assert_last(Event::ExperimentDescribed { experiment: id, deposit });
        assert_ok!(Experiments::describe_experiment(by(ALICE), id, short()));
        assert_eq!(Experiments::held(&ALICE), BASE + 5 * BYTE);
        assert_eq!(experiment(id).description, short());
        assert_eq!(Experiments::deposit(id), Some(BASE + 5 * BYTE));
    });
}

#[test]
fn deposits_of_other_experiments_of_the_owner_stay_as_they_are() {
    build_and_execute(|| {
        let (first, second) = (created(ALICE), created(ALICE));
        let before = Experiments::deposit(second);
        assert_ok!(Experiments::describe_experiment(by(ALICE), first, short()));
        assert_eq!(Experiments::deposit(second), before);
    });
}

#[test]
fn only_the_owner_describes_and_only_what_exists() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_noop!(
            Experiments::describe_experiment(by(BOB), id, short()),
            Error::<Test>::NotOwner
        );
        assert_noop!(
            Experiments::describe_experiment(by(ALICE), id + 1, short()),
            Error::<Test>::UnknownExperiment
        );
        let blank = Description::default();
        assert_noop!(
            Experiments::describe_experiment(by(ALICE), id, blank),
            Error::<Test>::BlankName
        );
    });
}

#[test]
fn a_description_that_cannot_be_paid_is_refused() {
    build_and_execute(|| {
        let id = created(ALICE);
        let all = Balances::free_balance(ALICE);
        assert_ok!(Balances::transfer_allow_death(by(ALICE), BOB, all - 100));
        let long = "a".repeat(usize::try_from(MAX_DESCRIPTION).unwrap());
        assert_noop!(
            Experiments::describe_experiment(by(ALICE), id, with_text(&long)),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn the_longest_description_is_accepted() {
    build_and_execute(|| {
        let id = created(ALICE);
        let of = |bytes: u32| "a".repeat(usize::try_from(bytes).unwrap());
        let longest = Description::new(&of(MAX_NAME), &of(MAX_DESCRIPTION), &["a"], None).unwrap();
        assert_ok!(Experiments::describe_experiment(by(ALICE), id, longest.clone()));
        assert_eq!(experiment(id).description, longest);
    });
}

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::traits::TaskExperiments;
use sp_runtime::TokenError;

#[test]
fn deposit_index_and_rights_move_with_the_ownership() {
    build_and_execute(|| {
        let id = created(ALICE);
        let deposit = Experiments::held(&ALICE);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_ok!(Experiments::accept_transfer(by(BOB), id));
        assert_last(Event::ExperimentTransferred { experiment: id, from: ALICE, to: BOB, deposit });
        assert_eq!((Experiments::held(&ALICE), Experiments::held(&BOB)), (0, deposit));
        assert_eq!(Balances::free_balance(ALICE), ENDOWMENT);
        assert!(Experiments::experiments_of(ALICE, None, 64).is_empty());
        assert_eq!(Experiments::experiments_of(BOB, None, 64), vec![id]);
        assert_eq!(Experiments::pending_transfer(id), None);
        assert_ok!(Experiments::ensure_may_sponsor(id, &BOB));
        assert_noop!(
            Experiments::describe_experiment(by(ALICE), id, short()),
            Error::<Test>::NotOwner
        );
    });
}

#[test]
fn an_offer_is_accepted_once_and_only_by_whom_it_names() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_noop!(Experiments::accept_transfer(by(BOB), id), Error::<Test>::NotOffered);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_noop!(Experiments::accept_transfer(by(CAROL), id), Error::<Test>::NotOffered);
        assert_ok!(Experiments::accept_transfer(by(BOB), id));
        assert_noop!(Experiments::accept_transfer(by(BOB), id), Error::<Test>::NotOffered);
        assert_noop!(
            Experiments::accept_transfer(by(BOB), id + 1),
            Error::<Test>::UnknownExperiment
        );
    });
}

#[test]
fn who_cannot_pay_the_deposit_gets_nothing_and_the_owner_keeps_all() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, DAVE));
        assert_noop!(Experiments::accept_transfer(by(DAVE), id), TokenError::FundsUnavailable);
    });
}

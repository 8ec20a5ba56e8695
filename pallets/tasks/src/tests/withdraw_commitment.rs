use super::builders::*;
use crate::{mock::*, Commitments, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::phase::Phase;

#[test]
fn withdrawing_returns_the_stake() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob(), dave()]);
        assert_ok!(Tasks::withdraw_commitment(RuntimeOrigin::signed(bob()), id));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT, 0));
        assert!(!Commitments::<Test>::contains_key(id, bob()));
        assert_eq!((task(id).committed, task(id).open_commitments), (1, 1));
        System::assert_last_event(
            Event::CommitmentWithdrawn { task: id, worker: bob(), conceded: false }.into(),
        );
    });
}

#[test]
fn who_withdraws_can_commit_again() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        assert_ok!(try_withdraw(id, &bob()));
        commit(id, &[bob()]);
        assert_eq!(Commitments::<Test>::get(id, bob()).unwrap().sequence, 1);
    });
}

#[test]
fn only_a_commitment_that_exists_is_withdrawn_and_only_in_time() {
    build_and_execute(|| {
        let id = create(spec());
        assert_noop!(try_withdraw(id, &bob()), Error::<Test>::NotCommitted);
        commit(id, &[bob(), dave()]);
        end_commits(id);
        assert_noop!(try_withdraw(id, &bob()), Error::<Test>::WrongPhase);
    });
}

#[test]
fn who_sees_that_others_are_better_concedes() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave()]);
        claim(id, &bob(), 25);
        assert_ok!(try_withdraw(id, &dave()));
        assert_eq!((free(&dave()), held(&dave())), (ENDOWMENT, 0));
        System::assert_last_event(
            Event::CommitmentWithdrawn { task: id, worker: dave(), conceded: true }.into(),
        );
        assert_eq!((task(id).committed, task(id).claimed), (1, 1));
        assert_eq!(phase(id), Phase::Ask, "everybody has said what it has to say");
        ask(id);
        submit(id, &bob(), 25);
        settle(id);
        deliver(id, &bob());
    });
}

#[test]
fn a_task_in_which_everybody_concedes_ends_at_once() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave()]);
        assert_ok!(try_withdraw(id, &dave()));
        assert_eq!(phase(id), Phase::Claim);
        assert_ok!(try_withdraw(id, &bob()));
        assert_eq!(phase(id), Phase::Settle);
        settle(id);
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

#[test]
fn a_claim_is_not_taken_back() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        claim(id, &bob(), 25);
        assert_noop!(try_withdraw(id, &bob()), Error::<Test>::AlreadyClaimed);
        claim(id, &dave(), 24);
        end_claims(id);
        assert_noop!(try_withdraw(id, &bob()), Error::<Test>::AlreadyClaimed);
        ask(id);
        assert_noop!(try_withdraw(id, &bob()), Error::<Test>::AlreadyClaimed);
        submit(id, &bob(), 25);
        assert_noop!(try_withdraw(id, &bob()), Error::<Test>::AlreadyClaimed);
    });
}

#[test]
fn who_has_claimed_nothing_leaves_while_others_prove() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        claim(id, &bob(), 25);
        end_claims(id);
        assert_ok!(try_withdraw(id, &dave()));
        ask(id);
        assert_ok!(try_withdraw(id, &eve()));
        assert_eq!((task(id).committed, task(id).open_commitments), (3, 1));
        submit(id, &bob(), 25);
        assert_noop!(try_withdraw(id, &eve()), Error::<Test>::WrongPhase);
    });
}

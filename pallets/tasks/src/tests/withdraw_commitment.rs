use super::builders::*;
use crate::{mock::*, Commitments, Error, Event};
use frame_support::{assert_noop, assert_ok};

#[test]
fn withdrawing_returns_the_stake() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob(), dave()]);
        assert_ok!(Tasks::withdraw_commitment(RuntimeOrigin::signed(bob()), id));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT, 0));
        assert!(!Commitments::<Test>::contains_key(id, bob()));
        assert_eq!((task(id).committed, task(id).open_commitments), (1, 1));
        System::assert_last_event(Event::CommitmentWithdrawn { task: id, worker: bob() }.into());
    });
}

#[test]
fn who_withdraws_can_commit_again() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        assert_ok!(Tasks::do_withdraw_commitment(bob(), id));
        commit(id, &[bob()]);
        assert_eq!(Commitments::<Test>::get(id, bob()).unwrap().sequence, 1);
    });
}

#[test]
fn only_a_commitment_that_exists_is_withdrawn_and_only_in_time() {
    build_and_execute(|| {
        let id = create(spec());
        assert_noop!(Tasks::do_withdraw_commitment(bob(), id), Error::<Test>::NotCommitted);
        commit(id, &[bob()]);
        end_commits(id);
        assert_noop!(Tasks::do_withdraw_commitment(bob(), id), Error::<Test>::WrongPhase);
    });
}

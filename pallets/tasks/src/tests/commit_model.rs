use super::builders::*;
use crate::{mock::*, Commitments, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{ids::ModelCommitment, phase::Phase};
use sp_runtime::TokenError;

#[test]
fn committing_holds_the_stake() {
    build_and_execute(|| {
        let id = create(spec());
        let model = model_of(&bob());
        assert_ok!(Tasks::commit_model(RuntimeOrigin::signed(bob()), id, model));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT - 100, 100));
        assert_eq!(task(id).committed, 1);
        System::assert_last_event(
            Event::ModelCommitted { task: id, worker: bob(), model, sequence: 0 }.into(),
        );
    });
}

#[test]
fn a_replacement_holds_no_second_stake_and_takes_a_new_place() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob(), dave()]);
        assert_ok!(Tasks::do_commit_model(bob(), id, model_of(&eve())));
        let commitment = Commitments::<Test>::get(id, bob()).unwrap();
        assert_eq!((commitment.model, commitment.sequence), (model_of(&eve()), 2));
        assert_eq!(held(&bob()), 100);
        assert_eq!((task(id).committed, task(id).open_commitments), (2, 2));
    });
}

#[test]
fn commitments_are_taken_until_the_deadline() {
    build_and_execute(|| {
        let id = create(spec());
        go_to(10);
        commit(id, &[bob()]);
        go_to(11);
        assert_eq!(phase(id), Phase::Reveal);
        let late = Tasks::do_commit_model(dave(), id, model_of(&dave()));
        assert_noop!(late, Error::<Test>::WrongPhase);
    });
}

#[test]
fn a_commitment_beyond_the_field_is_refused() {
    build_and_execute(|| {
        let id = create(spec());
        assert_noop!(
            Tasks::do_commit_model(bob(), id, ModelCommitment([0xff; 32])),
            Error::<Test>::BadCommitment
        );
    });
}

#[test]
fn a_worker_needs_the_stake() {
    build_and_execute(|| {
        let id = create(spec());
        assert_noop!(
            Tasks::do_commit_model(carol(), id, model_of(&carol())),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn the_curriculum_takes_registered_workers_without_a_stake() {
    build_and_execute(|| {
        let id = create_curriculum();
        commit(id, &[bob()]);
        assert_eq!(held(&bob()), 0);
        assert_noop!(
            Tasks::do_commit_model(alice(), id, model_of(&alice())),
            Error::<Test>::NotRegistered
        );
    });
}

#[test]
fn a_sponsored_task_takes_anybody() {
    build_and_execute(|| {
        book(|book| book.workers.clear());
        let id = create(spec());
        commit(id, &[bob(), dave()]);
    });
}

#[test]
fn there_is_no_task_to_commit_to() {
    build_and_execute(|| {
        assert_noop!(
            Tasks::do_commit_model(bob(), 3, model_of(&bob())),
            Error::<Test>::UnknownTask
        );
    });
}

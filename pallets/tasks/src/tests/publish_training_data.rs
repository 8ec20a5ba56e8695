use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{phase::Phase, task::Outcome};

fn drawn() -> u64 {
    let id = create(drawn_spec());
    go_to(2 * EPOCH);
    assert_ok!(Tasks::do_draw_split(id));
    id
}

#[test]
fn publishing_opens_the_task() {
    build_and_execute(|| {
        let id = drawn();
        go_to(25);
        let origin = RuntimeOrigin::signed(alice());
        assert_ok!(Tasks::publish_training_data(origin, id, TRAIN_DATA));
        assert_eq!(phase(id), Phase::Open);
        assert_eq!(task(id).train_data, Some(TRAIN_DATA));
        System::assert_last_event(
            Event::TaskOpened { task: id, train_data: TRAIN_DATA, commit_end: 35 }.into(),
        );
    });
}

#[test]
fn only_the_requester_publishes_and_only_once() {
    build_and_execute(|| {
        let id = drawn();
        let publish = |who| Tasks::do_publish_training_data(&who, id, TRAIN_DATA);
        assert_noop!(publish(bob()), Error::<Test>::NotRequester);
        assert_ok!(publish(alice()));
        assert_noop!(publish(alice()), Error::<Test>::WrongPhase);
    });
}

#[test]
fn publishing_waits_for_the_draw_and_not_for_ever() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        let publish = || Tasks::do_publish_training_data(&alice(), id, TRAIN_DATA);
        assert_noop!(publish(), Error::<Test>::WrongPhase);
        go_to(2 * EPOCH);
        assert_ok!(Tasks::do_draw_split(id));
        go_to(30);
        assert_noop!(publish(), Error::<Test>::WrongPhase);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::Lapsed);
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

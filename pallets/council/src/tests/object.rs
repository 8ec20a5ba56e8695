use crate::{mock::*, types::Stage, Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{traits::BadOrigin, DispatchError};

#[test]
fn a_third_of_the_members_stop_a_motion() {
    build_and_execute(|| {
        let id = carried(write(1));
        assert_ok!(Council::object(by(EVE), id));
        assert_last(Event::Objected { motion: id, member: EVE, objections: 1 });
        assert_noop!(Council::object(by(EVE), id), Error::<Test>::AlreadyObjected);
        assert_ok!(Council::object(by(FERDIE), id));
        assert_last(Event::MotionStopped { motion: id });
        assert_gone(id);
        assert_eq!(Balances::free_balance(BOB), ENDOWMENT);
        wait(DELAY);
        let enacted = Council::enact(by(STRANGER), id).unwrap_err().error;
        assert_eq!(enacted, DispatchError::from(Error::<Test>::UnknownMotion));
        assert!(written().is_empty());
    });
}

#[test]
fn fewer_than_a_third_do_not() {
    build_and_execute(|| {
        let id = carried(write(1));
        assert_ok!(Council::object(by(ALICE), id));
        wait(DELAY);
        assert_ok!(Council::enact(by(STRANGER), id));
        assert_eq!(written(), [1]);
    });
}

#[test]
fn objections_count_until_the_delay_is_over() {
    build_and_execute(|| {
        let id = carried(write(1));
        wait(DELAY - 1);
        assert_ok!(Council::object(by(EVE), id));
        wait(1);
        assert_noop!(Council::object(by(FERDIE), id), Error::<Test>::TooLate);
        assert_ok!(Council::enact(by(STRANGER), id));
    });
}

#[test]
fn only_members_object_and_only_to_what_was_carried() {
    build_and_execute(|| {
        let id = proposed(write(1));
        assert_noop!(Council::object(by(ALICE), id), Error::<Test>::NotCarried);
        all_vote(id, &SIX[..4], true);
        assert_ok!(Council::close(by(STRANGER), id));
        assert_noop!(Council::object(by(STRANGER), id), Error::<Test>::NotMember);
        assert_noop!(Council::object(RuntimeOrigin::root(), id), BadOrigin);
        assert_noop!(Council::object(by(ALICE), id + 1), Error::<Test>::UnknownMotion);
    });
}

#[test]
fn objections_of_accounts_that_have_left_do_not_count() {
    build_and_execute(|| {
        let id = carried(write(1));
        assert_ok!(Council::object(by(EVE), id));
        Seats::set(vec![ALICE, BOB, CAROL, DAVE]);
        assert_ok!(Council::object(by(DAVE), id));
        assert_last(Event::Objected { motion: id, member: DAVE, objections: 1 });
        assert!(matches!(
            motion(id).stage,
            Stage::Carried { objections, .. } if objections.as_slice() == [DAVE]
        ));
    });
}

/// The council has become smaller, so those who objected before are a third of it.
#[test]
fn a_motion_that_a_third_of_the_present_members_object_to_is_not_enacted() {
    build_and_execute(|| {
        let id = carried(write(1));
        assert_ok!(Council::object(by(EVE), id));
        Seats::set(vec![ALICE, BOB, EVE]);
        wait(DELAY);
        let enacted = Council::enact(by(STRANGER), id).unwrap_err().error;
        assert_eq!(enacted, DispatchError::from(Error::<Test>::Stopped));
        assert_ok!(Council::close(by(STRANGER), id));
        assert_last(Event::MotionStopped { motion: id });
        assert_gone(id);
    });
}

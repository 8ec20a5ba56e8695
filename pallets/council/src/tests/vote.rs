use crate::{
    mock::*,
    types::{MotionId, Stage},
    Error, Event,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

/// Who is for a motion and who is against it.
fn votes(id: MotionId) -> (Vec<AccountId>, Vec<AccountId>) {
    match motion(id).stage {
        Stage::Voting { ayes, nays, .. } => (ayes.into_inner(), nays.into_inner()),
        Stage::Carried { .. } => panic!("it is being voted on"),
    }
}

#[test]
fn votes_are_recorded_and_can_be_changed() {
    build_and_execute(|| {
        let id = proposed(write(1));
        all_vote(id, &[ALICE, CAROL], true);
        all_vote(id, &[DAVE], false);
        assert_eq!(votes(id), (vec![ALICE, CAROL], vec![DAVE]));
        assert_ok!(Council::vote(by(ALICE), id, false));
        assert_eq!(votes(id), (vec![CAROL], vec![DAVE, ALICE]));
        assert_last(Event::Voted { motion: id, member: ALICE, aye: false, ayes: 1, nays: 2 });
        assert_noop!(Council::vote(by(ALICE), id, false), Error::<Test>::AlreadyVoted);
    });
}

#[test]
fn only_members_vote_and_only_on_motions_that_there_are() {
    build_and_execute(|| {
        let id = proposed(write(1));
        assert_noop!(Council::vote(by(STRANGER), id, true), Error::<Test>::NotMember);
        assert_noop!(Council::vote(RuntimeOrigin::none(), id, true), BadOrigin);
        assert_noop!(Council::vote(by(BOB), id + 1, true), Error::<Test>::UnknownMotion);
    });
}

#[test]
fn the_vote_ends_with_its_period_or_when_the_motion_is_carried() {
    build_and_execute(|| {
        let id = proposed(write(1));
        wait(VOTING - 1);
        assert_ok!(Council::vote(by(ALICE), id, true));
        wait(1);
        assert_noop!(Council::vote(by(BOB), id, true), Error::<Test>::VotingOver);
        assert_ok!(Council::close(by(STRANGER), id));
        let id = carried(write(1));
        assert_noop!(Council::vote(by(EVE), id, true), Error::<Test>::VotingOver);
    });
}

#[test]
fn votes_of_accounts_that_have_left_do_not_count() {
    build_and_execute(|| {
        let id = proposed(write(1));
        all_vote(id, &[ALICE, BOB, CAROL], true);
        Seats::set(vec![CAROL, DAVE, EVE]);
        assert_noop!(Council::close(by(STRANGER), id), Error::<Test>::StillOpen);
        assert_ok!(Council::vote(by(DAVE), id, true));
        assert_last(Event::Voted { motion: id, member: DAVE, aye: true, ayes: 2, nays: 0 });
        assert_eq!(votes(id), (vec![CAROL, DAVE], vec![]));
        assert_ok!(Council::close(by(STRANGER), id));
        assert!(matches!(motion(id).stage, Stage::Carried { .. }));
    });
}

#[test]
fn an_event_counts_the_present_members_on_both_sides() {
    build_and_execute(|| {
        let id = proposed(write(1));
        all_vote(id, &[ALICE, BOB], false);
        Seats::set(vec![BOB, CAROL, DAVE]);
        assert_ok!(Council::vote(by(CAROL), id, true));
        assert_last(Event::Voted { motion: id, member: CAROL, aye: true, ayes: 1, nays: 1 });
    });
}

/// Accounts come and go while a motion is voted on, and all of them vote.
#[test]
fn there_are_never_more_votes_than_members() {
    build_and_execute(|| {
        let id = proposed(write(1));
        for first in 0..60 {
            let seats: Vec<AccountId> = (first * 10..first * 10 + 10).collect();
            Seats::set(seats.clone());
            all_vote(id, &seats, first % 2 == 0);
            let (ayes, nays) = votes(id);
            assert!(ayes.len() <= 10 && nays.len() <= 10);
        }
    });
}

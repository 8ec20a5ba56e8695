use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::fact::{Role, Stake};

fn vote(who: AccountId, id: u64, support: bool) -> sp_runtime::DispatchResult {
    Wtm::vote(RuntimeOrigin::signed(who), id, support)
}

#[test]
fn a_vote_counts_the_points_that_the_account_has_then() {
    build_and_execute(|| {
        let id = in_vote();
        assert_ok!(vote(VERA, id, true));
        halve_points();
        assert_ok!(vote(VIC, id, false));
        assert_ok!(vote(VAL, id, false));
        assert_eq!(fact(id).tally.support, 60);
        assert_eq!(fact(id).tally.against, 12 + 7);
        assert_eq!(case(id).electorate, 100);
        assert_eq!(case(id).largest, [60, 12]);
        assert_eq!(deposited(VERA), VOTE_DEPOSIT);
        let role = Role::Voter { support: false, points: 7 };
        let (bond, since) = (VOTE_DEPOSIT, System::block_number());
        assert_eq!(Wtm::stake(id, VAL), Some(Stake { role, bond, since }));
        let event = Event::VoteCast { fact: id, voter: VAL, support: false, points: 7 };
        System::assert_last_event(event.into());
    });
}

#[test]
fn who_has_no_points_has_no_vote() {
    build_and_execute(|| {
        let id = in_vote();
        assert_noop!(vote(CAROL, id, true), Error::<Test>::NoPoints);
    });
}

#[test]
fn undisputed_facts_are_not_voted_on() {
    build_and_execute(|| {
        let id = proposed();
        wait(WINDOW);
        assert_noop!(vote(VERA, id, true), Error::<Test>::NotVoting);
    });
}

#[test]
fn votes_end_with_the_vote_period() {
    build_and_execute(|| {
        let id = in_vote();
        wait(VOTING - 1);
        assert_ok!(vote(VERA, id, true));
        wait(1);
        assert_noop!(vote(VIC, id, true), Error::<Test>::NotVoting);
    });
}

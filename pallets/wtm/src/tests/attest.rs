use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::fact::{FactStatus, Role, Stake};

fn attest(who: AccountId, id: u64) -> sp_runtime::DispatchResult {
    Wtm::attest(RuntimeOrigin::signed(who), id)
}

#[test]
fn an_attester_puts_a_bond_of_its_own_on_the_fact() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(attest(BOB, id));
        assert_eq!(bonded(BOB), ATTEST_BOND);
        let stake = Stake { role: Role::Attester, bond: ATTEST_BOND, since: 1 };
        assert_eq!(Wtm::stake(id, BOB), Some(stake));
        assert_eq!(fact(id).tally.attesters, 1);
        assert_eq!(fact(id).status, FactStatus::Proposed);
        assert_eq!(case(id).support_bonds, PROPOSAL_BOND + ATTEST_BOND);
        System::assert_last_event(Event::FactAttested { fact: id, attester: BOB }.into());
    });
}

#[test]
fn a_disputed_fact_can_be_attested_as_long_as_the_window_is_open() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_dispute(BOB, id));
        wait(WINDOW - 1);
        assert_ok!(attest(CAROL, id));
        wait(1);
        assert_noop!(attest(DAVE, id), Error::<Test>::WindowClosed);
    });
}

#[test]
fn each_account_takes_part_once() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(attest(BOB, id));
        assert_noop!(attest(BOB, id), Error::<Test>::AlreadyTakesPart);
        assert_noop!(attest(ALICE, id), Error::<Test>::AlreadyTakesPart);
    });
}

#[test]
fn only_stored_undecided_facts_are_attested() {
    build_and_execute(|| {
        assert_noop!(attest(BOB, 0), Error::<Test>::UnknownFact);
        let id = accepted();
        assert_noop!(attest(BOB, id), Error::<Test>::AlreadyDecided);
    });
}

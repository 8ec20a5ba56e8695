//! One test for each way to cheat.

use super::builders::*;
use crate::{mock::*, Error};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::fact::{FactStatus, Source, Statement};

#[test]
fn voting_twice_or_changing_a_vote() {
    build_and_execute(|| {
        let id = in_vote();
        assert_ok!(Wtm::do_vote(VERA, id, true));
        for support in [true, false] {
            let again = Wtm::do_vote(VERA, id, support);
            assert_noop!(again, Error::<Test>::AlreadyTakesPart);
        }
        assert_eq!(fact(id).tally.support, 50);
    });
}

#[test]
fn voting_on_ones_own_bond() {
    build_and_execute(|| {
        for who in [ALICE, BOB, CAROL] {
            set_points(who, 1_000);
        }
        let id = proposed();
        assert_ok!(Wtm::do_attest(CAROL, id));
        assert_ok!(Wtm::do_dispute(BOB, id));
        wait(WINDOW);
        for who in [ALICE, BOB, CAROL] {
            let vote = Wtm::do_vote(who, id, true);
            assert_noop!(vote, Error::<Test>::AlreadyTakesPart);
        }
    });
}

#[test]
fn disputing_late_when_the_votes_are_known() {
    build_and_execute(|| {
        let id = in_vote();
        assert_ok!(Wtm::do_vote(VERA, id, false));
        assert_noop!(Wtm::do_dispute(CAROL, id), Error::<Test>::WindowClosed);
        assert_noop!(Wtm::do_attest(CAROL, id), Error::<Test>::WindowClosed);
    });
}

#[test]
fn disputing_what_nobody_has_resolved_yet() {
    build_and_execute(|| {
        let id = proposed();
        wait(WINDOW + 100);
        assert_noop!(Wtm::do_dispute(BOB, id), Error::<Test>::WindowClosed);
        assert_ok!(Wtm::do_resolve(id));
        assert_eq!(fact(id).status, FactStatus::Accepted);
    });
}

#[test]
fn retracting_after_a_dispute() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_dispute(BOB, id));
        assert_noop!(Wtm::do_retract(&ALICE, id), Error::<Test>::Disputed);
    });
}

#[test]
fn disputing_ones_own_fact_with_the_same_account() {
    build_and_execute(|| {
        let id = proposed();
        let dispute = Wtm::do_dispute(ALICE, id);
        assert_noop!(dispute, Error::<Test>::AlreadyTakesPart);
    });
}

/// Alice, Bob and Carol are one person: whatever the verdict, together they only lose the fee.
#[test]
fn disputing_ones_own_fact_with_other_accounts() {
    for upheld in [true, false] {
        build_and_execute(|| {
            let id = proposed();
            assert_ok!(Wtm::do_attest(CAROL, id));
            assert_ok!(Wtm::do_dispute(BOB, id));
            wait(WINDOW);
            assert_ok!(Wtm::do_vote(VERA, id, upheld));
            wait(VOTING);
            assert_ok!(Wtm::do_resolve(id));
            if upheld {
                claim_all(id, &[BOB, ALICE, CAROL])
            } else {
                claim_all(id, &[ALICE, CAROL, BOB])
            }
            let own = wealth(ALICE) + wealth(BOB) + wealth(CAROL);
            assert_eq!(own, 3 * ENDOWMENT - RECORD_FEE);
        });
    }
}

/// The winner cannot leave before the loser has paid, and the loser cannot get out of paying.
#[test]
fn keeping_a_lost_bond_by_not_claiming() {
    build_and_execute(|| {
        let id = voted(false, false);
        assert_noop!(Wtm::do_claim(id, &BOB), Error::<Test>::LosersFirst);
        assert_eq!(bonded(ALICE), PROPOSAL_BOND - RECORD_FEE);
        assert_ok!(Wtm::claim(RuntimeOrigin::signed(BOB), id, ALICE));
        assert_eq!(bonded(ALICE), 0);
        assert_eq!(wealth(ALICE), ENDOWMENT - PROPOSAL_BOND);
    });
}

/// The first winner holds the pool for the others, but cannot take more than its own share.
#[test]
fn taking_the_pool_as_the_first_winner() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_dispute(BOB, id));
        assert_ok!(Wtm::do_dispute(CAROL, id));
        wait(WINDOW);
        assert_ok!(Wtm::do_vote(VERA, id, false));
        wait(VOTING);
        assert_ok!(Wtm::do_resolve(id));
        claim_all(id, &[ALICE, BOB]);
        assert_eq!(bonded(BOB), 450);
        assert_noop!(Wtm::do_claim(id, &BOB), Error::<Test>::NothingToClaim);
        claim_all(id, &[CAROL]);
        assert_eq!(wealth(BOB), ENDOWMENT + 450);
        assert_eq!(wealth(CAROL), ENDOWMENT + 450);
    });
}

#[test]
fn passing_off_a_fact_as_the_chains_own() {
    build_and_execute(|| {
        for domain in ["nocknock", "nocknock/score", "nocknock.score"] {
            let statement = Statement { domain: text(domain), ..capital("0x00 180/180") };
            let proposal = try_propose(ALICE, statement);
            assert_noop!(proposal, Error::<Test>::ReservedDomain);
        }
    });
}

#[test]
fn filling_the_storage_with_proposals_that_are_retracted() {
    build_and_execute(|| {
        for _ in 0..50 {
            let id = proposed();
            assert_ok!(Wtm::do_retract(&ALICE, id));
        }
        assert_eq!(crate::Facts::<Test>::iter_keys().count(), 0);
        assert_eq!(crate::Stakes::<Test>::iter_keys().count(), 0);
    });
}

#[test]
fn resolving_when_the_points_suit() {
    build_and_execute(|| {
        let id = in_vote();
        assert_ok!(Wtm::do_vote(VERA, id, true));
        wait(VOTING);
        set_points(DAVE, 1_000_000);
        wait(1_000);
        assert_ok!(Wtm::do_resolve(id));
        assert_eq!(fact(id).status, FactStatus::Accepted);
    });
}

/// Carol's successor is disputed and voted down. That a second one of hers has taken the place by
/// then does not save her bond.
#[test]
fn escaping_a_lost_dispute_by_proposing_a_second_successor() {
    build_and_execute(|| {
        let old = accepted();
        for object in ["Bonn", "Potsdam"] {
            assert_ok!(Wtm::do_supersede(CAROL, old, text(object), Source::Attested));
        }
        let (lost, escape) = (newest() - 1, newest());
        assert_ok!(Wtm::do_dispute(BOB, lost));
        wait(WINDOW);
        assert_ok!(Wtm::do_vote(VERA, lost, false));
        assert_ok!(Wtm::do_resolve(escape));
        assert_eq!(fact(old).status, FactStatus::Superseded { by: escape });
        wait(VOTING);
        assert_ok!(Wtm::do_resolve(lost));
        assert_eq!(fact(lost).status, FactStatus::Rejected);
        claim_all(lost, &[CAROL, BOB, VERA]);
        assert_eq!(wealth(BOB), ENDOWMENT + PROPOSAL_BOND - RECORD_FEE);
        assert_eq!(wealth(CAROL), ENDOWMENT - PROPOSAL_BOND - RECORD_FEE);
        check_state();
        wait(RETENTION);
        assert_ok!(Wtm::do_remove(lost));
    });
}

#[test]
fn repeating_an_accepted_fact_to_lower_its_confidence() {
    build_and_execute(|| {
        let id = voted(true, true);
        let before = Wtm::confidence(id);
        let again = Wtm::do_supersede(CAROL, id, text("Berlin"), Source::Attested);
        assert_noop!(again, Error::<Test>::SameObject);
        assert_eq!(Wtm::confidence(id), before);
    });
}

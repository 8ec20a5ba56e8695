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
        assert_eq!(fact(id).tally.support, 60);
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

/// Alice, Bob and Carol are one person: whatever the verdict, together they lose the fee and what
/// the voters get. Before, they lost the fee alone.
#[test]
fn disputing_ones_own_fact_with_other_accounts() {
    for upheld in [true, false] {
        build_and_execute(|| {
            let id = proposed();
            assert_ok!(Wtm::do_attest(CAROL, id));
            assert_ok!(Wtm::do_dispute(BOB, id));
            wait(WINDOW);
            decide(id, upheld);
            let lost = if upheld {
                claim_all(id, &[BOB, ALICE, CAROL]);
                DISPUTE_BOND
            } else {
                claim_all(id, &[ALICE, CAROL, BOB]);
                PROPOSAL_BOND - RECORD_FEE + ATTEST_BOND
            };
            claim_all(id, &VOTERS);
            let own = wealth(ALICE) + wealth(BOB) + wealth(CAROL);
            assert_eq!(own, 3 * ENDOWMENT - RECORD_FEE - lost / 5);
        });
    }
}

/// The winner cannot leave before the loser has paid, and the loser cannot get out of paying.
#[test]
fn keeping_a_lost_bond_by_not_claiming() {
    build_and_execute(|| {
        let id = voted(false, false);
        assert_noop!(Wtm::do_claim(&BOB, id, &BOB), Error::<Test>::LosersFirst);
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
        decide(id, false);
        claim_all(id, &[ALICE, BOB]);
        assert_eq!(bonded(BOB), 900 - 360);
        assert_noop!(Wtm::do_claim(&BOB, id, &BOB), Error::<Test>::NothingToClaim);
        claim_all(id, &[CAROL]);
        assert_eq!(bonded(BOB), 180);
        claim_all(id, &VOTERS);
        assert_eq!(bonded(BOB), 0);
        assert_eq!(wealth(BOB), ENDOWMENT + 360);
        assert_eq!(wealth(CAROL), ENDOWMENT + 360);
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
        all_vote(id, true);
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
        all_vote(lost, false);
        assert_ok!(Wtm::do_resolve(escape));
        assert_eq!(fact(old).status, FactStatus::Superseded { by: escape });
        wait(VOTING);
        assert_ok!(Wtm::do_resolve(lost));
        assert_eq!(fact(lost).status, FactStatus::Rejected);
        claim_all(lost, &[CAROL, BOB, VERA, VIC, VAL]);
        assert_eq!(wealth(BOB), ENDOWMENT + (PROPOSAL_BOND - RECORD_FEE) * 4 / 5);
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

/// Vera has most of the points. Before, her vote alone met the quorum and decided.
#[test]
fn one_holder_is_no_quorum() {
    for (voters, status) in [
        (&VOTERS[..1], FactStatus::Lapsed),
        (&VOTERS[..2], FactStatus::Lapsed),
        (&VOTERS[..], FactStatus::Rejected),
    ] {
        build_and_execute(|| {
            let id = in_vote();
            for who in voters {
                assert_ok!(Wtm::do_vote(*who, id, false));
            }
            wait(VOTING);
            assert_ok!(Wtm::do_resolve(id));
            assert_eq!(fact(id).status, status, "{voters:?}");
        });
    }
}

/// Dave attests a fact with 98 accounts and takes the bonds back. Before, the chain believed it to
/// 99 % as soon as it was accepted, and for ever.
#[test]
fn returned_bonds_are_no_confidence() {
    build_and_execute(|| {
        let confidence = |id| Wtm::confidence(id).map(|share| share.deconstruct());
        let id = proposed();
        let accounts: Vec<AccountId> = (100..198).collect();
        for who in &accounts {
            let origin = RuntimeOrigin::signed(DAVE);
            assert_ok!(Balances::transfer_allow_death(origin, *who, ATTEST_BOND + 100));
            assert_ok!(Wtm::do_attest(*who, id));
        }
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(id));
        // A third of the full age: 33.7 bonds of attesters.
        assert_eq!(confidence(id), Some(971_962));
        wait(MATURITY - WINDOW);
        assert_eq!(confidence(id), Some(990_291));
        claim_all(id, &accounts);
        assert_eq!(fact(id).tally.attesters, 98);
        assert_eq!(confidence(id), Some(800_000), "Alice's bond is left");
        claim_all(id, &[ALICE]);
        assert_eq!(confidence(id), Some(500_000));
    });
}

#[test]
fn taking_a_bond_back_when_the_fact_is_disputed() {
    build_and_execute(|| {
        let id = accepted();
        assert_ok!(Wtm::do_dispute(BOB, id));
        assert_noop!(Wtm::do_claim(&ALICE, id, &ALICE), Error::<Test>::NotDecided);
    });
}

#[test]
fn claiming_for_others_to_lower_the_confidence_in_a_fact() {
    build_and_execute(|| {
        let id = accepted();
        let before = Wtm::confidence(id);
        assert_noop!(Wtm::do_claim(&BOB, id, &ALICE), Error::<Test>::NotOwner);
        assert_eq!(Wtm::confidence(id), before);
    });
}

/// Alice's other account keeps disputing her fact, so that it stays where it is. The successor
/// takes its place in spite of that, and the dispute ends without a verdict.
#[test]
fn keeping_a_successor_out_by_a_dispute_of_the_old_fact() {
    build_and_execute(|| {
        let old = accepted();
        assert_ok!(Wtm::do_supersede(CAROL, old, text("Bonn"), Source::Attested));
        let new = newest();
        wait(WINDOW - 1);
        assert_ok!(Wtm::do_dispute(BOB, old));
        wait(1);
        assert_ok!(Wtm::do_resolve(new));
        assert_eq!(fact(old).status, FactStatus::Superseded { by: new });
        assert_eq!(fact(old).losers(), None);
        check_state();
        claim_all(old, &[BOB, ALICE]);
        assert_eq!(wealth(BOB), ENDOWMENT);
        assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE);
    });
}

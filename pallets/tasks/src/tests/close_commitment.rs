use super::builders::*;
use crate::{mock::*, Commitments, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::task::Fate;

fn close(id: u64, worker: AccountId) -> Fate {
    assert_ok!(Tasks::close_commitment(RuntimeOrigin::signed(eve()), id, worker.clone()));
    assert!(!Commitments::<Test>::contains_key(id, &worker));
    let last = System::events().pop().map(|record| record.event);
    let Some(RuntimeEvent::Tasks(Event::CommitmentClosed { fate, .. })) = last else {
        panic!("no fate was told: {last:?}");
    };
    fate
}

#[test]
fn who_proves_and_does_not_win_gets_the_stake_back() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        deliver(id, &bob());
        assert_eq!(close(id, dave()), Fate::Returned);
        assert_eq!((free(&dave()), held(&dave())), (ENDOWMENT, 0));
    });
}

#[test]
fn who_claims_and_does_not_prove_loses_the_stake_to_nobody() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), CLAIM);
        end_round(id);
        settle(id);
        assert_eq!(close(id, dave()), Fate::NotProved);
        assert_eq!((free(&dave()), held(&dave())), (ENDOWMENT - 100, 0));
        // Under the old rule the requester got it.
        assert_eq!(free(&alice()), ENDOWMENT - 10_000);
        assert_eq!(book(|book| book.burnt), 100);
    });
}

#[test]
fn who_was_asked_and_failed_is_not_excused_by_the_delivery_of_another() {
    build_and_execute(|| {
        let id = proving_with(spec(), &[(bob(), 30), (dave(), 29), (eve(), 25)]);
        end_round(id);
        ask(id);
        submit(id, &eve(), 25);
        settle(id);
        deliver(id, &eve());
        assert_ok!(Tasks::do_finish_task(id));
        for worker in [bob(), dave()] {
            assert_eq!(close(id, worker.clone()), Fate::NotProved);
            assert_eq!((free(&worker), held(&worker)), (ENDOWMENT - 100, 0));
        }
        assert_eq!(book(|book| book.burnt), 200);
    });
}

#[test]
fn who_proves_only_some_blocks_loses_the_stake() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_ok!(try_submit(id, &bob(), &[proved(id, &bob(), 0, 30)]));
        end_round(id);
        settle(id);
        assert_eq!(close(id, bob()), Fate::NotProved);
    });
}

#[test]
fn who_says_nothing_and_who_is_not_asked_gets_the_stake_back() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        claim_all(id, &[(bob(), 25), (dave(), 25)]);
        end_claims(id);
        ask(id);
        assert_eq!(close(id, eve()), Fate::Returned);
        assert_eq!((free(&eve()), held(&eve())), (ENDOWMENT, 0));
        submit(id, &bob(), 25);
        submit(id, &dave(), 25);
        settle(id);
        let id = settled(spec(), &[(bob(), 25), (dave(), 24), (eve(), 23)]);
        assert_eq!(close(id, eve()), Fate::Returned, "two proved better claims");
    });
}

/// Until the claim phase ends, everybody who is committed may still claim.
#[test]
fn who_is_silent_stays_committed_until_nobody_can_claim_any_more() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        claim(id, &bob(), 25);
        assert_noop!(Tasks::do_close_commitment(id, &dave()), Error::<Test>::FateUndecided);
        end_claims(id);
        assert_eq!(close(id, dave()), Fate::Returned);
        assert_noop!(Tasks::do_close_commitment(id, &bob()), Error::<Test>::FateUndecided);
        ask(id);
        assert_eq!(close(id, eve()), Fate::Returned);
        assert_noop!(Tasks::do_close_commitment(id, &bob()), Error::<Test>::FateUndecided);
        assert_eq!((task(id).committed, task(id).open_commitments), (3, 1));
    });
}

#[test]
fn who_wins_and_does_not_deliver_loses_the_stake() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        assert_noop!(Tasks::do_close_commitment(id, &bob()), Error::<Test>::FateUndecided);
        go_to(end_of(id).turn_began + 10);
        assert_eq!(close(id, bob()), Fate::NotDelivered);
        assert_noop!(Tasks::do_close_commitment(id, &dave()), Error::<Test>::FateUndecided);
        assert_eq!(free(&alice()), ENDOWMENT - 10_000);
        assert_eq!(book(|book| book.burnt), 100);
    });
}

#[test]
fn a_ciphertext_without_its_key_is_no_delivery() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        upload(id, &bob());
        go_to(end_of(id).turn_began + 10);
        assert_eq!(close(id, bob()), Fate::NotDelivered);
    });
}

#[test]
fn those_behind_the_last_paid_rank_get_their_stakes_back_however_late_they_ask() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24), (eve(), 23)]);
        deliver(id, &bob());
        assert_eq!(close(id, dave()), Fate::Returned);
        go_to(500);
        assert_eq!(close(id, eve()), Fate::Returned);
    });
}

#[test]
fn a_rank_that_was_passed_over_stays_responsible_after_the_payment() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        go_to(end_of(id).turn_began + 10);
        deliver(id, &dave());
        assert_eq!(close(id, bob()), Fate::NotDelivered);
    });
}

#[test]
fn a_failed_reveal_shares_the_bond_among_the_workers() {
    build_and_execute(|| {
        let mut spec = spec();
        spec.terms.bond = 301;
        let id = create(spec);
        commit(id, &[bob(), dave(), eve()]);
        go_to(21);
        settle(id);
        for worker in [bob(), dave(), eve()] {
            assert_eq!(close(id, worker), Fate::Compensated);
        }
        assert_eq!([bob(), dave(), eve()].map(|who| free(&who) - ENDOWMENT), [100, 100, 101]);
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT - 301, 0));
    });
}

#[test]
fn without_a_winner_only_those_who_were_asked_lose_their_stakes() {
    build_and_execute(|| {
        let id = claiming(spec(), &[bob(), dave(), eve()]);
        claim_all(id, &[(bob(), 25), (dave(), 25)]);
        end_claims(id);
        ask(id);
        end_round(id);
        settle(id);
        assert_eq!(close(id, bob()), Fate::NotProved);
        assert_eq!(close(id, dave()), Fate::NotProved);
        assert_eq!(close(id, eve()), Fate::Returned);
        assert_eq!(free(&alice()), ENDOWMENT);
    });
}

#[test]
fn nobody_is_slashed_while_a_circuit_is_disabled() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        book(|book| book.disabled.push(DELIVERY));
        go_to(end_of(id).turn_began + 10);
        assert_eq!(close(id, bob()), Fate::Returned);
        assert_eq!(free(&bob()), ENDOWMENT);
    });
}

#[test]
fn the_curriculum_notes_who_abandons_it() {
    build_and_execute(|| {
        let id = proving_curriculum(&[bob(), dave(), eve()]);
        submit(id, &bob(), CLAIM);
        end_round(id);
        settle(id);
        assert_eq!(close(id, dave()), Fate::NotProved);
        assert_eq!(close(id, eve()), Fate::Returned);
        go_to(end_of(id).turn_began + 10);
        assert_eq!(close(id, bob()), Fate::NotDelivered);
        assert_eq!(book(|book| book.abandoned.clone()), vec![(dave(), id), (bob(), id)]);
    });
}

#[test]
fn a_commitment_is_closed_once_and_not_before_its_fate_is_decided() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_noop!(Tasks::do_close_commitment(id, &bob()), Error::<Test>::FateUndecided);
        end_round(id);
        settle(id);
        close(id, bob());
        assert_noop!(Tasks::do_close_commitment(id, &bob()), Error::<Test>::NotCommitted);
    });
}

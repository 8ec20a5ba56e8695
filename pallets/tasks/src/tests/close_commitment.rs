use super::builders::*;
use crate::{mock::*, Commitments, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{score::Score, task::Fate};

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
        let id = settled(spec(), &[(bob(), 25), (dave(), 5)]);
        assert_eq!(close(id, dave()), Fate::Returned);
        assert_eq!((free(&dave()), held(&dave())), (ENDOWMENT, 0));
    });
}

#[test]
fn who_never_proves_loses_the_stake_to_the_requester() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), 25);
        go_to(21);
        settle(id);
        assert_eq!(close(id, dave()), Fate::NotProved);
        assert_eq!((free(&dave()), held(&dave())), (ENDOWMENT - 100, 0));
        assert_eq!(free(&alice()), ENDOWMENT - 10_000 + 100);
    });
}

#[test]
fn who_proves_only_some_blocks_loses_the_stake() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_ok!(Tasks::do_submit_scores(bob(), id, &[proved(id, &bob(), 0, 30)]));
        go_to(21);
        settle(id);
        assert_eq!(close(id, bob()), Fate::NotProved);
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
        assert_eq!(free(&alice()), ENDOWMENT - 10_000 + 100);
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
fn without_a_winner_proved_stakes_return_and_others_do_not() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), 3);
        go_to(21);
        settle(id);
        assert_eq!(close(id, bob()), Fate::Returned);
        assert_eq!(close(id, dave()), Fate::NotProved);
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
        let id = proving_curriculum(&[bob(), dave()]);
        submit(id, &bob(), 25);
        go_to(21);
        settle(id);
        assert_eq!(close(id, dave()), Fate::NotProved);
        go_to(end_of(id).turn_began + 10);
        assert_eq!(close(id, bob()), Fate::NotDelivered);
        assert_eq!(book(|book| book.abandoned.clone()), vec![(dave(), id), (bob(), id)]);
    });
}

/// A curriculum task in which Bob and Dave proved the same score and Bob's turn has passed.
fn passed_over() -> u64 {
    let id = proving_curriculum(&[bob(), dave()]);
    submit(id, &bob(), 25);
    submit(id, &dave(), 25);
    settle(id);
    go_to(end_of(id).turn_began + 10);
    id
}

fn raise_champion(score: Score) {
    book(|book| book.champions.push((CURRICULUM, score)));
}

#[test]
fn who_was_overtaken_by_another_task_need_not_deliver() {
    build_and_execute(|| {
        let id = passed_over();
        raise_champion(Score::new(50, 60));
        assert_eq!(close(id, bob()), Fate::Returned);
        go_to(end_of(id).turn_began + 20);
        assert_eq!(close(id, dave()), Fate::Returned);
        assert!(book(|book| book.abandoned.is_empty()));
    });
}

#[test]
fn a_champion_below_the_proved_score_excuses_nobody() {
    build_and_execute(|| {
        let id = passed_over();
        raise_champion(Score::new(49, 60));
        assert_eq!(close(id, bob()), Fate::NotDelivered);
    });
}

#[test]
fn the_same_score_delivered_by_the_next_rank_excuses_nobody() {
    build_and_execute(|| {
        let id = passed_over();
        deliver(id, &dave());
        assert_eq!(close(id, bob()), Fate::NotDelivered);
        assert_eq!(book(|book| book.abandoned.clone()), vec![(bob(), id)]);
    });
}

#[test]
fn a_better_champion_excuses_even_after_the_payment() {
    build_and_execute(|| {
        let id = passed_over();
        deliver(id, &dave());
        raise_champion(Score::new(51, 60));
        assert_eq!(close(id, bob()), Fate::Returned);
    });
}

#[test]
fn no_champion_excuses_from_a_sponsored_task() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        book(|book| book.champions.push((OWN, Score::new(1, 1))));
        go_to(end_of(id).turn_began + 10);
        assert_eq!(close(id, bob()), Fate::NotDelivered);
    });
}

#[test]
fn a_commitment_is_closed_once_and_not_before_its_fate_is_decided() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_noop!(Tasks::do_close_commitment(id, &bob()), Error::<Test>::FateUndecided);
        submit(id, &bob(), 3);
        settle(id);
        close(id, bob());
        assert_noop!(Tasks::do_close_commitment(id, &bob()), Error::<Test>::NotCommitted);
    });
}

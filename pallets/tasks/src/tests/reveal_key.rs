use super::builders::*;
use crate::{mock::*, Commitments, Deliveries, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    ids::BlobId,
    model::{field, Fr},
    phase::Phase,
    score::{Improvement, Score},
};

#[test]
fn the_key_is_paid_for() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        let key = field::to_bytes(&key_of(&bob()));
        assert_ok!(Tasks::reveal_key(RuntimeOrigin::signed(bob()), id, key));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT + 9_500, 0));
        assert_eq!(book(|book| book.burnt), 500);
        assert_eq!(Deliveries::<Test>::get(id, bob()).unwrap().key, Some(key));
        assert!(!Commitments::<Test>::contains_key(id, bob()));
        assert_eq!(phase(id), Phase::Done);
        System::assert_last_event(
            Event::WinnerPaid { task: id, worker: bob(), rank: 0, paid: 9_500, burnt: 500 }.into(),
        );
    });
}

#[test]
fn the_payment_makes_the_model_known() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        reveal_key(id, &bob());
        book(|book| {
            let model = &book.models[0];
            assert_eq!((model.experiment, model.task, &model.worker), (OWN, id, &bob()));
            assert_eq!((model.score, model.blob), (Score::new(50, 60), Some(BlobId([8; 32]))));
            assert_eq!((book.facts[0].version, book.facts[0].model), (1, model_of(&bob())));
            assert_eq!((book.records[0].version, book.records[0].circuit), (1, SCORE));
            assert_eq!(book.records[0].train_data, Some(TRAIN_DATA));
            assert!(book.minted.is_empty());
        });
    });
}

#[test]
fn a_curriculum_winner_is_paid_by_its_improvement_over_the_champion() {
    build_and_execute(|| {
        book(|book| book.champions.push((CURRICULUM, Score::new(1, 2))));
        let id = proving_curriculum(&[bob()]);
        submit(id, &bob(), 30);
        settle(id);
        deliver(id, &bob());
        reveal_key(id, &bob());
        let gain = Improvement { numerator: 60, denominator: 60 };
        assert_eq!(book(|book| book.minted.clone()), vec![(id, bob(), gain)]);
        assert_eq!(free(&bob()), ENDOWMENT + BUDGET);
    });
}

#[test]
fn shares_go_to_those_who_deliver_in_the_order_of_their_ranks() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![7_000, 3_000]);
        let id = settled(spec, &[(bob(), 23), (dave(), 25), (eve(), 24)]);
        deliver(id, &dave());
        reveal_key(id, &dave());
        assert_eq!(phase(id), Phase::Deliver { rank: 1 });
        go_to(end_of(id).turn_began + 10);
        deliver(id, &bob());
        reveal_key(id, &bob());
        assert_eq!(free(&dave()), ENDOWMENT + 6_650);
        assert_eq!(free(&bob()), ENDOWMENT + 2_850);
        assert_eq!(phase(id), Phase::Done);
    });
}

#[test]
fn the_next_turn_begins_with_the_payment() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![5_000, 5_000]);
        let id = settled(spec, &[(bob(), 25), (dave(), 24)]);
        go_to(end_of(id).turn_began + 9);
        deliver(id, &bob());
        reveal_key(id, &bob());
        go_to(System::block_number() + 9);
        assert_eq!(phase(id), Phase::Deliver { rank: 1 });
        deliver(id, &dave());
        reveal_key(id, &dave());
    });
}

#[test]
fn another_key_is_refused() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        for key in [field::to_bytes(&Fr::from(1u32)), [0xff; 32]] {
            assert_noop!(Tasks::do_reveal_key(bob(), id, key), Error::<Test>::KeyMismatch);
        }
    });
}

#[test]
fn the_key_comes_after_the_ciphertext_and_in_the_workers_own_turn() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        let key = field::to_bytes(&key_of(&bob()));
        assert_noop!(Tasks::do_reveal_key(bob(), id, key), Error::<Test>::NotDelivered);
        deliver(id, &bob());
        assert_noop!(Tasks::do_reveal_key(dave(), id, key), Error::<Test>::NotYourTurn);
        go_to(end_of(id).turn_began + 10);
        assert_noop!(Tasks::do_reveal_key(bob(), id, key), Error::<Test>::NotYourTurn);
    });
}

#[test]
fn a_key_that_was_paid_for_is_not_paid_for_again() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![5_000, 5_000]);
        let id = settled(spec, &[(bob(), 25), (dave(), 24)]);
        deliver(id, &bob());
        reveal_key(id, &bob());
        let key = field::to_bytes(&key_of(&bob()));
        assert_noop!(Tasks::do_reveal_key(bob(), id, key), Error::<Test>::NotYourTurn);
    });
}

#[test]
fn nothing_is_paid_for_scores_whose_circuit_was_disabled_and_nobody_loses_a_stake() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        book(|book| book.disabled.push(SCORE));
        let key = field::to_bytes(&key_of(&bob()));
        assert_noop!(Tasks::do_reveal_key(bob(), id, key), Error::<Test>::CircuitDisabled);
        go_to(end_of(id).turn_began + 20);
        assert_ok!(Tasks::do_finish_task(id));
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT, 0));
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

#[test]
fn a_delivery_made_before_the_circuit_was_disabled_is_paid() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        book(|book| book.disabled.push(DELIVERY));
        reveal_key(id, &bob());
        assert_eq!(free(&bob()), ENDOWMENT + 9_500);
    });
}

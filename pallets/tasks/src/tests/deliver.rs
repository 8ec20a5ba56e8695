use super::builders::*;
use crate::{mock::*, Chunks, Commitments, Deliveries, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    ids::{BlobId, PointBytes},
    model::{recipient::open_key, sealed, ContextDomain, Fr, RecipientSecret, SealedKey, Weights},
    phase::Phase,
    score::Score,
    task::{Attestation, Funding, SealedModelKey},
};

#[test]
fn a_delivered_model_is_paid_for() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        upload(id, &bob());
        go_to(System::block_number() + 3);
        let (key, proof) = sealed_key(id, &bob());
        let attestation = Attestation { model_blob: Some(BlobId([7; 32])), ..Default::default() };
        let origin = RuntimeOrigin::signed(bob());
        assert_ok!(Tasks::deliver(origin, id, None, Box::new(key), Box::new(proof), attestation));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT + 9_500, 0));
        // Under the old rule it was burnt.
        assert_eq!(pot(), 500);
        let sealed = SealedModelKey { key, attestation, at: System::block_number() };
        assert_eq!(Deliveries::<Test>::get(id, bob()).unwrap().sealed, Some(sealed));
        assert!(!Commitments::<Test>::contains_key(id, bob()));
        assert_eq!(phase(id), Phase::Done);
        let key_commitment = parcel(id, &bob()).key;
        System::assert_has_event(
            Event::ModelDelivered { task: id, worker: bob(), key_commitment }.into(),
        );
        System::assert_last_event(
            Event::WinnerPaid { task: id, worker: bob(), rank: 0, paid: 9_500, fee: 500 }.into(),
        );
    });
}

#[test]
fn the_payment_makes_the_model_known() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        let of_bob = model_of(id, &bob());
        let delivery = parcel(id, &bob());
        let key_commitment = delivery.key;
        book(|book| {
            let model = &book.models[0];
            assert_eq!((model.experiment, model.task, &model.worker), (OWN, id, &bob()));
            assert_eq!((model.score, model.blob), (Score::new(50, 60), Some(BlobId([8; 32]))));
            assert_eq!((model.model, model.key_commitment), (of_bob, key_commitment));
            assert_eq!((book.facts[0].version, book.facts[0].model), (1, of_bob));
            let (record, seal) = &book.records[0];
            assert_eq!((record.version, record.circuit), (1, SCORE));
            assert_eq!(record.train_data, Some(TRAIN_DATA));
            assert_eq!((seal.key, seal.ciphertext), (delivery.key, delivery.ciphertext));
            assert!(book.minted.is_empty());
        });
    });
}

/// What the holder of this secret finds on the chain.
fn opened(id: u64, worker: &AccountId, secret: &RecipientSecret) -> Option<Weights> {
    let (task, delivery) = (task(id), Deliveries::<Test>::get(id, worker).unwrap());
    let chunks =
        (0..delivery.chunks).map(|index| Chunks::<Test>::get((id, worker, index)).unwrap());
    let ciphertext: Vec<Fr> = chunks.flatten().map(|bytes| element(&bytes)).collect();
    let hash = sealed::ciphertext_hash(&task.architecture, &ciphertext);
    assert_eq!(hash, element(&delivery.ciphertext.0));
    assert_eq!(delivery.model, model_from(id, worker, delivery.key, delivery.ciphertext));
    let sealed_key = SealedKey::try_from(&delivery.sealed.unwrap().key).unwrap();
    let key_hash = element(&delivery.key.0);
    let context = Tasks::context(ContextDomain::Delivery, DELIVERY, id, worker, 0);
    let key = open_key(secret, context, key_hash, &sealed_key).ok()?;
    Some(sealed::open(&task.architecture, key, key_hash, &ciphertext).unwrap())
}

#[test]
fn the_recipient_alone_opens_what_was_delivered() {
    build_and_execute(|| {
        let secret = RecipientSecret::from_bytes([0xcc; 32]);
        let recipient = PointBytes(secret.key().to_bytes());
        let id = settled(Spec { recipient, ..spec_of(&wide()) }, &[(bob(), 25)]);
        deliver(id, &bob());
        let model = opened(id, &bob(), &secret);
        assert_eq!(model, Some(weights_of(&wide(), &bob())));
        for other in [RecipientSecret::curriculum(), RecipientSecret::from_bytes([0xaa; 32])] {
            assert_eq!(opened(id, &bob(), &other), None);
        }
    });
}

#[test]
fn everybody_opens_a_model_of_the_curriculum() {
    build_and_execute(|| {
        let id = settled_curriculum(&[(bob(), 25)]);
        deliver(id, &bob());
        let model = opened(id, &bob(), &RecipientSecret::curriculum());
        assert_eq!(model, Some(weights_of(&tiny(), &bob())));
    });
}

#[test]
fn a_curriculum_winner_is_paid_for_what_was_taken_at_settlement() {
    build_and_execute(|| {
        set_champion(&eve(), SCORE);
        let id = proving_curriculum_with(&[(bob(), 30)]);
        submit(id, &bob(), 30);
        prove_champion(id, 24);
        settle(id);
        // The champion loses 12 rows, Bob's model none.
        assert_eq!(book(|book| book.open.clone()), vec![(id, 12 * 256)]);
        deliver(id, &bob());
        assert_eq!(book(|book| book.minted.clone()), vec![(id, bob(), 12 * 256)]);
        assert_eq!(free(&bob()), ENDOWMENT + worth_of_rows(12));
        System::assert_has_event(
            Event::WinnerPaid { task: id, worker: bob(), rank: 0, paid: worth_of_rows(12), fee: 0 }
                .into(),
        );
    });
}

/// Its score may be lower than that of the champion before, which was reached on other rows.
#[test]
fn a_delivered_model_of_the_curriculum_says_that_it_is_one() {
    build_and_execute(|| {
        let id = settled_curriculum(&[(bob(), 25)]);
        deliver(id, &bob());
        assert_eq!(book(|book| book.models[0].funding), Funding::Curriculum);
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        assert_eq!(book(|book| book.models[1].funding), Funding::Sponsored);
    });
}

#[test]
fn the_last_chunk_may_come_with_the_key() {
    build_and_execute(|| {
        let id = settled(spec_of(&wide()), &[(bob(), 25)]);
        let model = parcel(id, &bob());
        assert_ok!(try_upload(id, &bob(), 0, &model));
        assert_ok!(try_upload(id, &bob(), 2, &model));
        let with = |chunk| try_deliver_with(id, &bob(), chunk, sealed_key(id, &bob()));
        assert_noop!(with(None), Error::<Test>::CiphertextIncomplete);
        assert_noop!(with(Some(last_chunk(&model, 0))), Error::<Test>::ChunkStored);
        let mut broken = last_chunk(&model, 1);
        broken.index = 3;
        assert_noop!(with(Some(broken)), Error::<Test>::BadChunk);
        assert_ok!(with(Some(last_chunk(&model, 1))));
        assert_eq!(free(&bob()), ENDOWMENT + 9_500);
        let expected = Event::ChunkUploaded { task: id, worker: bob(), index: 1, missing: 0 };
        System::assert_has_event(expected.into());
    });
}

#[test]
fn a_small_model_is_delivered_in_one_call() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let last = last_chunk(&parcel(id, &bob()), 0);
        assert_ok!(try_deliver_with(id, &bob(), Some(last), sealed_key(id, &bob())));
        assert_eq!(free(&bob()), ENDOWMENT + 9_500);
    });
}

/// Whatever is refused leaves nothing behind, as on a chain.
#[test]
fn a_chunk_that_comes_with_a_bad_key_is_not_stored() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let last = || Some(last_chunk(&parcel(id, &bob()), 0));
        let of_dave = sealed_key(id, &dave());
        let call = || try_deliver_with(id, &bob(), last(), of_dave);
        let refused = frame_support::storage::with_storage_layer(call);
        assert_eq!(refused, Err(Error::<Test>::ProofRefused.into()));
        assert!(!Deliveries::<Test>::contains_key(id, bob()));
        assert!(!Chunks::<Test>::contains_key((id, bob(), 0u32)));
    });
}

#[test]
fn shares_go_to_those_who_deliver_in_the_order_of_their_ranks() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![7_000, 3_000]);
        let id = settled(spec, &[(bob(), 23), (dave(), 25), (eve(), 24)]);
        deliver(id, &dave());
        assert_eq!(phase(id), Phase::Deliver { rank: 1 });
        go_to(end_of(id).turn_began + 10);
        deliver(id, &bob());
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
        go_to(System::block_number() + 9);
        assert_eq!(phase(id), Phase::Deliver { rank: 1 });
        deliver(id, &dave());
    });
}

#[test]
fn nobody_else_delivers() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        upload(id, &bob());
        for other in [dave(), eve(), alice()] {
            let key = sealed_key(id, &other);
            assert_noop!(try_deliver(id, &other, key), Error::<Test>::NotYourTurn);
        }
    });
}

#[test]
fn the_turn_passes_on_when_it_is_not_used() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        upload(id, &bob());
        go_to(end_of(id).turn_began + 10);
        let of_bob = sealed_key(id, &bob());
        assert_noop!(try_deliver(id, &bob(), of_bob), Error::<Test>::NotYourTurn);
        deliver(id, &dave());
        assert_eq!(free(&dave()), ENDOWMENT + 9_500);
    });
}

#[test]
fn a_delivery_is_paid_for_once() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![5_000, 5_000]);
        let id = settled(spec, &[(bob(), 25), (dave(), 24)]);
        deliver(id, &bob());
        let again = sealed_key(id, &bob());
        assert_noop!(try_deliver(id, &bob(), again), Error::<Test>::NotYourTurn);
        deliver(id, &dave());
        let again = sealed_key(id, &dave());
        assert_noop!(try_deliver(id, &dave(), again), Error::<Test>::WrongPhase);
    });
}

#[test]
fn the_key_comes_after_the_ciphertext() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let early = sealed_key(id, &bob());
        assert_noop!(try_deliver(id, &bob(), early), Error::<Test>::CiphertextIncomplete);
        assert!(!Deliveries::<Test>::contains_key(id, bob()));
        deliver(id, &bob());
    });
}

#[test]
fn a_sealed_key_beyond_the_field_is_refused() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        upload(id, &bob());
        let refused = |change: fn(&mut Handover)| {
            let mut beyond = sealed_key(id, &bob());
            change(&mut beyond);
            assert_noop!(try_deliver(id, &bob(), beyond), Error::<Test>::BadSealedKey);
        };
        refused(|(key, _)| key.ephemeral.0[..32].fill(0xff));
        refused(|(key, _)| key.ephemeral.0[32..].fill(0xff));
        refused(|(key, _)| key.masked_key = not_reduced(&key.masked_key));
    });
}

#[test]
fn nothing_is_delivered_before_settlement_or_after_the_end() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        submit(id, &bob(), 25);
        let key = sealed_key(id, &bob());
        assert_noop!(try_deliver(id, &bob(), key), Error::<Test>::WrongPhase);
        settle(id);
        upload(id, &bob());
        go_to(end_of(id).turn_began + 10);
        assert_noop!(try_deliver(id, &bob(), key), Error::<Test>::WrongPhase);
    });
}

#[test]
fn a_task_runs_to_its_end_with_circuits_that_were_replaced() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        book(|book| book.retired = vec![SCORE, DELIVERY]);
        submit(id, &bob(), 25);
        settle(id);
        deliver(id, &bob());
        assert_eq!(free(&bob()), ENDOWMENT + 9_500);
    });
}

#[test]
fn a_disabled_delivery_circuit_accepts_no_key() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        upload(id, &bob());
        book(|book| book.disabled.push(DELIVERY));
        let key = sealed_key(id, &bob());
        assert_noop!(try_deliver(id, &bob(), key), Error::<Test>::CircuitDisabled);
        go_to(end_of(id).turn_began + 10);
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT, 0));
    });
}

#[test]
fn nothing_is_paid_for_scores_whose_circuit_was_disabled_and_nobody_loses_a_stake() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        upload(id, &bob());
        book(|book| book.disabled.push(SCORE));
        let key = sealed_key(id, &bob());
        assert_noop!(try_deliver(id, &bob(), key), Error::<Test>::CircuitDisabled);
        go_to(end_of(id).turn_began + 20);
        assert_ok!(Tasks::do_finish_task(id));
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT, 0));
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

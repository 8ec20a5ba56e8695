use super::builders::*;
use crate::{mock::*, Chunks, Deliveries, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    limits::CHUNK_ELEMENTS,
    model::{sealed, Fr},
    phase::Phase,
    task::Delivery,
};

/// A task of wide models in which it is Bob's turn, and his model.
fn bobs_turn() -> (u64, Parcel) {
    let id = settled(spec_of(&wide()), &[(bob(), 25), (dave(), 24)]);
    (id, parcel(id, &bob()))
}

#[test]
fn the_worker_in_turn_uploads_its_chunks_in_any_order() {
    build_and_execute(|| {
        let (id, model) = bobs_turn();
        let begun_at = System::block_number();
        for (index, missing) in [(1, 2), (2, 1), (0, 0)] {
            let chunk = model.chunks[index as usize].clone();
            let (given, hashes) = (Box::new(chunk.clone()), Box::new(model.hashes.clone()));
            let origin = RuntimeOrigin::signed(bob());
            assert_ok!(Tasks::upload_chunk(origin, id, index, given, hashes));
            assert_eq!(Chunks::<Test>::get((id, bob(), index)), Some(chunk));
            System::assert_last_event(
                Event::ChunkUploaded { task: id, worker: bob(), index, missing }.into(),
            );
            let delivery = Delivery {
                model: model_of(id, &bob()),
                key: model.key,
                ciphertext: model.ciphertext,
                chunks: 3 - missing,
                begun_at,
                sealed: None,
            };
            assert_eq!(Deliveries::<Test>::get(id, bob()), Some(delivery));
            go_to(System::block_number() + 1);
        }
        assert_eq!(phase(id), Phase::Deliver { rank: 0 });
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT - 100, 100));
    });
}

#[test]
fn the_stored_chunks_are_the_ciphertext() {
    build_and_execute(|| {
        let (id, model) = bobs_turn();
        upload(id, &bob());
        let stored = (0..3).map(|index| Chunks::<Test>::get((id, bob(), index)).unwrap());
        let ciphertext: Vec<Fr> = stored.flatten().map(|bytes| element(&bytes)).collect();
        assert_eq!(ciphertext.len(), wide().weight_elements());
        let hash = sealed::ciphertext_hash(&wide(), &ciphertext);
        assert_eq!(hash, element(&model.ciphertext.0));
    });
}

#[test]
fn a_small_model_is_one_chunk() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        assert_ok!(try_upload(id, &bob(), 0, &parcel(id, &bob())));
        System::assert_last_event(
            Event::ChunkUploaded { task: id, worker: bob(), index: 0, missing: 0 }.into(),
        );
        let stored = Chunks::<Test>::get((id, bob(), 0u32)).unwrap();
        assert_eq!(stored.len(), tiny().weight_elements());
    });
}

#[test]
fn chunks_of_the_wrong_length_are_refused_though_their_hashes_were_committed_to() {
    let elements = vec![Fr::from(1u32); 505];
    let full = CHUNK_ELEMENTS as usize;
    assert_eq!(wide().weight_elements(), 2 * full + 2);
    let chunks = [&elements[..full - 1], &elements[..full], &elements[..3]];
    build_and_execute(|| {
        let id = create(spec_of(&wide()));
        let odd = parcel_from(&wide(), key_of(&bob()), &chunks);
        assert_ok!(try_commit(id, &bob(), &odd));
        end_commits(id);
        reveal_all(id);
        claim(id, &bob(), CLAIM);
        submit_as(id, &bob(), &odd);
        settle(id);
        refused_chunk(id, 0, &odd);
        refused_chunk(id, 2, &odd);
        assert_ok!(try_upload(id, &bob(), 1, &odd));
    });
}

#[test]
fn a_chunk_that_does_not_exist_is_refused() {
    build_and_execute(|| {
        let (id, mut model) = bobs_turn();
        for index in [3, 16, u32::MAX] {
            refused_chunk(id, index, &model);
        }
        model.chunks.push(model.chunks[2].clone());
        refused_chunk(id, 3, &model);
    });
}

#[test]
fn a_list_of_hashes_that_is_too_long_or_too_short_is_refused() {
    build_and_execute(|| {
        let (id, model) = bobs_turn();
        let mut long = parcel(id, &bob());
        long.hashes.try_push([0; 32]).unwrap();
        refused_chunk(id, 0, &long);
        let mut short = parcel(id, &bob());
        short.hashes.pop();
        refused_chunk(id, 0, &short);
        let mut empty = parcel(id, &bob());
        empty.hashes.clear();
        refused_chunk(id, 0, &empty);
        assert_ok!(try_upload(id, &bob(), 0, &model));
    });
}

#[test]
fn numbers_beyond_the_field_are_refused_though_they_hash_alike() {
    build_and_execute(|| {
        let (id, model) = bobs_turn();
        let mut element = parcel(id, &bob());
        element.chunks[0][7] = not_reduced(&model.chunks[0][7]);
        refused_chunk(id, 0, &element);
        let mut hash = parcel(id, &bob());
        hash.hashes[2] = not_reduced(&model.hashes[2]);
        refused_chunk(id, 0, &hash);
        assert_ok!(try_upload(id, &bob(), 0, &model));
    });
}

#[test]
fn nothing_is_uploaded_before_settlement_after_the_end_or_about_no_task() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let model = parcel(id, &bob());
        submit(id, &bob(), 25);
        assert_noop!(try_upload(id, &bob(), 0, &model), Error::<Test>::WrongPhase);
        assert_noop!(try_upload(id + 1, &bob(), 0, &model), Error::<Test>::UnknownTask);
        settle(id);
        go_to(end_of(id).turn_began + 10);
        assert_noop!(try_upload(id, &bob(), 0, &model), Error::<Test>::WrongPhase);
    });
}

#[test]
fn a_disabled_circuit_accepts_no_chunk() {
    for circuit in [SCORE, DELIVERY] {
        build_and_execute(|| {
            let id = settled(spec(), &[(bob(), 25)]);
            let model = parcel(id, &bob());
            book(|book| book.disabled.push(circuit));
            assert_noop!(try_upload(id, &bob(), 0, &model), Error::<Test>::CircuitDisabled);
        });
    }
}

#[test]
fn chunks_of_a_worker_whose_turn_has_passed_do_not_hinder_the_next() {
    build_and_execute(|| {
        let (id, model) = bobs_turn();
        assert_ok!(try_upload(id, &bob(), 0, &model));
        go_to(end_of(id).turn_began + 10);
        deliver(id, &dave());
        assert_eq!(Deliveries::<Test>::get(id, bob()).unwrap().chunks, 1);
        assert_eq!(Deliveries::<Test>::get(id, dave()).unwrap().chunks, 3);
        assert_eq!(phase(id), Phase::Done);
        assert_noop!(try_upload(id, &bob(), 1, &model), Error::<Test>::WrongPhase);
    });
}

use super::builders::*;
use crate::{mock::*, Call};
use frame_support::{assert_ok, BoundedVec};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, PointBytes, TaskId},
    task::{Attestation, BlockScore, SealedKeyBytes},
};

fn is_free(who: AccountId, call: Call<Test>) -> bool {
    Tasks::is_free_call(&who, &call)
}

fn commit_call(task: TaskId) -> Call<Test> {
    let Parcel { key, ciphertext, .. } = parcel_of(&tiny(), &bob());
    Call::commit_model { task, key, ciphertext }
}

fn submit_call(task: TaskId, scores: Vec<BlockScore>) -> Call<Test> {
    Call::submit_scores { task, scores: BoundedVec::truncate_from(scores) }
}

fn reveal_call(task: TaskId, block: BlockIndex) -> Call<Test> {
    let shown = revealed(block);
    Call::reveal_block { task, block, salt: shown.salt, rows: shown.rows }
}

fn upload_call(task: TaskId, index: u32) -> Call<Test> {
    let Parcel { chunks, hashes, .. } = parcel_of(&tiny(), &bob());
    let (chunk, hashes) = (Box::new(chunks[0].clone()), Box::new(hashes));
    Call::upload_chunk { task, index, chunk, hashes }
}

/// A delivery of nothing, since nobody looks into it before it is included.
fn deliver_call(task: TaskId) -> Call<Test> {
    let key = SealedKeyBytes { ephemeral: PointBytes([0; 64]), masked_key: [0; 32] };
    let proof = Box::new(ProofBytes([0; 256]));
    Call::deliver { task, key: Box::new(key), proof, attestation: Attestation::default() }
}

#[test]
fn the_custodian_creates_and_reveals_without_a_fee() {
    build_and_execute(|| {
        let create =
            |experiment| Call::create_task { experiment, spec: Box::new(curriculum_spec()) };
        assert!(is_free(carol(), create(CURRICULUM)));
        assert!(!is_free(bob(), create(CURRICULUM)));
        assert!(!is_free(carol(), create(OWN)));
        assert!(!is_free(alice(), create(OWN)));
        let id = create_curriculum();
        commit(id, &[bob()]);
        assert!(!is_free(carol(), reveal_call(id, 0)));
        end_commits(id);
        assert!(is_free(carol(), reveal_call(id, 0)));
        assert!(!is_free(bob(), reveal_call(id, 0)));
    });
}

/// A failed free call ends those of the session, so a reveal that is sent twice must not be one.
#[test]
fn each_test_block_is_revealed_once_without_a_fee() {
    build_and_execute(|| {
        let id = create_curriculum();
        commit(id, &[bob()]);
        end_commits(id);
        assert!(!is_free(carol(), reveal_call(id, 2)), "it is no test block");
        assert_ok!(Tasks::do_reveal_block(&carol(), id, 0, revealed(0)));
        assert!(!is_free(carol(), reveal_call(id, 0)));
        assert!(is_free(carol(), reveal_call(id, 1)));
    });
}

#[test]
fn a_registered_worker_takes_part_without_a_fee() {
    build_and_execute(|| {
        let id = create_curriculum();
        assert!(is_free(bob(), commit_call(id)));
        assert!(!is_free(bob(), Call::withdraw_commitment { task: id }));
        assert!(!is_free(alice(), commit_call(id)));
        commit(id, &[bob()]);
        assert!(is_free(bob(), Call::withdraw_commitment { task: id }));
        end_commits(id);
        assert!(!is_free(bob(), commit_call(id)));
        reveal_all(id);
        let score = |block| proved(id, &bob(), block, 25);
        assert!(is_free(bob(), submit_call(id, vec![score(0), score(1)])));
        assert!(!is_free(dave(), submit_call(id, vec![score(0)])));
        assert!(!is_free(bob(), submit_call(id, vec![])));
        assert!(!is_free(bob(), submit_call(id, vec![score(0), score(2)])));
        assert_ok!(Tasks::do_submit_scores(bob(), id, &[score(0)]));
        assert!(!is_free(bob(), submit_call(id, vec![score(0)])));
        assert!(is_free(bob(), submit_call(id, vec![score(1)])));
        assert_ok!(Tasks::do_submit_scores(bob(), id, &[score(1)]));
        assert!(!is_free(bob(), upload_call(id, 0)));
        assert!(!is_free(bob(), deliver_call(id)));
        settle(id);
        assert!(is_free(bob(), deliver_call(id)));
        assert!(!is_free(dave(), deliver_call(id)));
        go_to(end_of(id).turn_began + 10);
        assert!(!is_free(bob(), deliver_call(id)));
    });
}

#[test]
fn a_worker_in_turn_uploads_each_chunk_once_without_a_fee() {
    build_and_execute(|| {
        let mut spec = spec_of(&wide());
        spec.recipient = curriculum_spec().recipient;
        (spec.terms.reward, spec.terms.bond, spec.terms.stake) = (0, 0, 0);
        assert_ok!(Tasks::do_create_task(carol(), CURRICULUM, spec));
        let id = 0;
        commit(id, &[bob(), dave()]);
        end_commits(id);
        reveal_all(id);
        submit(id, &bob(), 25);
        submit(id, &dave(), 24);
        settle(id);
        for index in 0..3 {
            assert!(is_free(bob(), upload_call(id, index)));
            assert!(!is_free(dave(), upload_call(id, index)));
        }
        for index in [3, u32::MAX] {
            assert!(!is_free(bob(), upload_call(id, index)));
        }
        assert_ok!(try_upload(id, &bob(), 1, &parcel(id, &bob())));
        let free = (0..3).map(|index| is_free(bob(), upload_call(id, index)));
        assert_eq!(free.collect::<Vec<_>>(), [true, false, true]);
        go_to(end_of(id).turn_began + 10);
        assert!(!is_free(bob(), upload_call(id, 0)));
        assert!(is_free(dave(), upload_call(id, 0)));
    });
}

#[test]
fn a_delivery_is_not_free_once_a_circuit_is_disabled() {
    for circuit in [SCORE, DELIVERY] {
        build_and_execute(|| {
            let id = proving_curriculum(&[bob()]);
            submit(id, &bob(), 25);
            settle(id);
            let calls = || [upload_call(id, 0), deliver_call(id)];
            assert!(calls().into_iter().all(|call| is_free(bob(), call)));
            book(|book| book.disabled.push(circuit));
            assert!(!calls().into_iter().any(|call| is_free(bob(), call)));
        });
    }
}

#[test]
fn nothing_about_a_sponsored_task_is_free() {
    build_and_execute(|| {
        let id = create(spec());
        assert!(!is_free(bob(), commit_call(id)));
        commit(id, &[bob()]);
        end_commits(id);
        assert!(!is_free(alice(), reveal_call(id, 0)));
        reveal_all(id);
        let score = proved(id, &bob(), 0, 25);
        assert!(!is_free(bob(), submit_call(id, vec![score])));
        submit(id, &bob(), 25);
        settle(id);
        assert!(!is_free(bob(), upload_call(id, 0)));
        assert!(!is_free(bob(), deliver_call(id)));
    });
}

#[test]
fn calls_about_no_task_and_calls_of_anybody_are_not_free() {
    build_and_execute(|| {
        let id = create_curriculum();
        assert!(!is_free(bob(), commit_call(id + 1)));
        assert!(!is_free(bob(), upload_call(id + 1, 0)));
        assert!(!is_free(bob(), deliver_call(id + 1)));
        assert!(!is_free(bob(), Call::settle { task: id }));
        assert!(!is_free(carol(), Call::cancel_task { task: id }));
    });
}

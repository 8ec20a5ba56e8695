use super::builders::*;
use crate::{mock::*, Call};
use frame_support::{assert_ok, BoundedVec};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, PointBytes, TaskId},
    task::{Attestation, BlockScore, LastChunk, SealedKeyBytes},
};

fn is_free(who: AccountId, call: Call<Test>) -> bool {
    Tasks::is_free_call(&who, &call)
}

fn commit_call(task: TaskId) -> Call<Test> {
    let Parcel { key, ciphertext, .. } = parcel_of(&tiny(), &bob());
    Call::commit_model { task, key, ciphertext, least: 0 }
}

fn submit_call(task: TaskId, scores: Vec<BlockScore>) -> Call<Test> {
    submit_with_champion(task, scores, vec![])
}

fn submit_with_champion(
    task: TaskId,
    scores: Vec<BlockScore>,
    champion: Vec<BlockScore>,
) -> Call<Test> {
    let [scores, champion] = [scores, champion].map(BoundedVec::truncate_from);
    Call::submit_scores { task, scores, champion }
}

fn champion_call(task: TaskId, scores: Vec<BlockScore>) -> Call<Test> {
    Call::prove_champion { task, scores: BoundedVec::truncate_from(scores) }
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
    deliver_with(task, None)
}

/// The same with a chunk of Bob's model.
fn deliver_with_chunk(task: TaskId, index: u32) -> Call<Test> {
    let mut last = last_chunk(&parcel_of(&tiny(), &bob()), 0);
    last.index = index;
    deliver_with(task, Some(Box::new(last)))
}

fn deliver_with(task: TaskId, last: Option<Box<LastChunk>>) -> Call<Test> {
    let key = SealedKeyBytes { ephemeral: PointBytes([0; 64]), masked_key: [0; 32] };
    let proof = Box::new(ProofBytes([0; 256]));
    let attestation = Attestation::default();
    Call::deliver { task, last, key: Box::new(key), proof, attestation }
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
        let id = open_curriculum();
        let block = tests_of(id)[0];
        commit(id, &[bob()]);
        assert!(!is_free(carol(), reveal_call(id, block)));
        end_commits(id);
        assert!(is_free(carol(), reveal_call(id, block)));
        assert!(!is_free(bob(), reveal_call(id, block)));
    });
}

/// A failed free call ends those of the session, so a reveal that is sent twice must not be one.
#[test]
fn each_test_block_is_revealed_once_without_a_fee() {
    build_and_execute(|| {
        let id = open_curriculum();
        commit(id, &[bob()]);
        end_commits(id);
        let tests = tests_of(id);
        let mut others = (0..BLOCKS).filter(|block| !tests.contains(block));
        assert!(!others.any(|block| is_free(carol(), reveal_call(id, block))), "no test block");
        assert_ok!(Tasks::do_reveal_block(&carol(), id, tests[0], revealed(tests[0])));
        assert!(!is_free(carol(), reveal_call(id, tests[0])));
        assert!(is_free(carol(), reveal_call(id, tests[1])));
    });
}

#[test]
fn a_registered_worker_takes_part_without_a_fee() {
    build_and_execute(|| {
        let id = open_curriculum();
        assert!(is_free(bob(), commit_call(id)));
        assert!(!is_free(bob(), Call::withdraw_commitment { task: id }));
        assert!(!is_free(alice(), commit_call(id)));
        commit(id, &[bob()]);
        assert!(is_free(bob(), Call::withdraw_commitment { task: id }));
        end_commits(id);
        assert!(!is_free(bob(), commit_call(id)));
        reveal_all(id);
        claim(id, &bob(), 25);
        let [first, second]: [_; 2] = all_proved(id, &bob(), 25).try_into().unwrap();
        assert!(is_free(bob(), submit_call(id, vec![first, second])));
        assert!(!is_free(dave(), submit_call(id, vec![first])));
        assert!(!is_free(bob(), submit_call(id, vec![])));
        let of_no_test_block = BlockScore { block: BLOCKS, ..second };
        assert!(!is_free(bob(), submit_call(id, vec![first, of_no_test_block])));
        assert_ok!(try_submit(id, &bob(), &[first]));
        assert!(!is_free(bob(), submit_call(id, vec![first])));
        assert!(is_free(bob(), submit_call(id, vec![second])));
        assert_ok!(try_submit(id, &bob(), &[second]));
        assert!(!is_free(bob(), upload_call(id, 0)));
        assert!(!is_free(bob(), deliver_call(id)));
        settle(id);
        assert!(is_free(bob(), deliver_call(id)));
        assert!(is_free(bob(), deliver_with_chunk(id, 0)));
        assert!(!is_free(bob(), deliver_with_chunk(id, 1)));
        assert!(!is_free(dave(), deliver_call(id)));
        upload(id, &bob());
        assert!(!is_free(bob(), deliver_with_chunk(id, 0)));
        go_to(end_of(id).turn_began + 10);
        assert!(!is_free(bob(), deliver_call(id)));
    });
}

fn claim_call(task: TaskId, points: u32) -> Call<Test> {
    Call::claim { task, points }
}

#[test]
fn a_claim_is_free_once_and_if_it_can_be_made() {
    build_and_execute(|| {
        let id = open_curriculum();
        commit(id, &[bob(), dave(), eve()]);
        assert!(!is_free(bob(), claim_call(id, 50)), "nothing is revealed");
        end_commits(id);
        reveal_all(id);
        assert!(is_free(bob(), claim_call(id, 50)));
        assert!(!is_free(bob(), claim_call(id, 40)), "the constant answer is as good");
        assert!(!is_free(bob(), claim_call(id, 61)), "no model has so many points");
        assert!(!is_free(alice(), claim_call(id, 50)), "she is not committed");
        claim(id, &bob(), 25);
        assert!(!is_free(bob(), claim_call(id, 50)));
        book(|book| book.workers.retain(|worker| *worker != dave()));
        assert!(!is_free(dave(), claim_call(id, 50)), "he is not registered any more");
        end_claims(id);
        assert!(!is_free(eve(), claim_call(id, 50)), "it is too late");
    });
}

#[test]
fn conceding_is_free_until_claims_are_asked() {
    build_and_execute(|| {
        let id = claiming_curriculum(&[bob(), dave()]);
        let concede = || Call::withdraw_commitment { task: id };
        assert!(is_free(bob(), concede()) && is_free(dave(), concede()));
        assert!(!is_free(eve(), concede()), "she is not committed");
        claim(id, &bob(), 25);
        assert!(!is_free(bob(), concede()) && is_free(dave(), concede()));
        end_claims(id);
        assert!(!is_free(dave(), concede()), "the sweep closes it");
    });
}

#[test]
fn who_has_claimed_asks_and_settles_without_a_fee() {
    build_and_execute(|| {
        let id = claiming_curriculum(&[bob(), dave()]);
        let (ask_call, settle_call) = (|| Call::ask { task: id }, || Call::settle { task: id });
        claim(id, &bob(), 25);
        assert!(!is_free(bob(), ask_call()));
        end_claims(id);
        assert!(is_free(bob(), ask_call()) && !is_free(bob(), settle_call()));
        assert!(!is_free(dave(), ask_call()), "he has said nothing");
        assert!(!is_free(alice(), ask_call()) && !is_free(carol(), ask_call()));
        ask(id);
        assert!(!is_free(bob(), ask_call()) && !is_free(bob(), settle_call()));
        submit(id, &bob(), 25);
        assert!(is_free(bob(), settle_call()) && !is_free(bob(), ask_call()));
        assert!(!is_free(dave(), settle_call()) && !is_free(alice(), settle_call()));
        settle(id);
        assert!(!is_free(bob(), settle_call()));
    });
}

#[test]
fn scores_are_free_for_those_who_are_asked_and_only_as_claimed() {
    build_and_execute(|| {
        let id = proving_curriculum_with(&[(bob(), 27), (dave(), 26), (eve(), 25)]);
        assert!(is_free(dave(), submit_call(id, all_proved(id, &dave(), 26))));
        assert!(!is_free(dave(), submit_call(id, all_proved(id, &dave(), 27))));
        assert!(!is_free(eve(), submit_call(id, all_proved(id, &eve(), 25))), "nobody asked her");
        submit(id, &dave(), 26);
        assert!(!is_free(dave(), submit_call(id, all_proved(id, &dave(), 26))));
        end_round(id);
        assert!(!is_free(bob(), submit_call(id, all_proved(id, &bob(), 27))));
    });
}

#[test]
fn the_champion_is_proved_without_a_fee_by_the_custodian_and_those_who_are_asked() {
    build_and_execute(|| {
        set_champion(&eve(), SCORE);
        let id = claiming_curriculum(&[bob(), dave()]);
        let [first, second]: [_; 2] = champion_all_proved(id, 22).try_into().unwrap();
        let both = || vec![first, second];
        assert!(is_free(carol(), champion_call(id, both())));
        assert!(!is_free(bob(), champion_call(id, both())), "nobody has asked him");
        claim_all(id, &[(bob(), 25), (dave(), 25)]);
        assert!(is_free(bob(), champion_call(id, both())));
        assert!(!is_free(alice(), champion_call(id, both())));
        assert!(!is_free(bob(), champion_call(id, vec![])));
        assert_ok!(try_prove_champion(id, &carol(), &[first]));
        assert!(!is_free(bob(), champion_call(id, both())), "one of them is proved");
        assert!(is_free(carol(), champion_call(id, vec![second])));
        let own = all_proved(id, &bob(), 25);
        assert!(is_free(bob(), submit_with_champion(id, own, both())), "it is left out");
        assert!(!is_free(bob(), submit_with_champion(id, vec![], vec![second])));
        submit(id, &bob(), 25);
        assert!(is_free(bob(), submit_with_champion(id, vec![], vec![second])));
        assert!(is_free(bob(), champion_call(id, vec![second])));
        book(|book| book.disabled.push(SCORE));
        assert!(!is_free(carol(), champion_call(id, vec![second])));
    });
}

#[test]
fn no_champion_is_proved_without_a_fee_where_there_is_none() {
    build_and_execute(|| {
        let id = proving_curriculum(&[bob()]);
        let scores = all_proved(id, &bob(), 25);
        assert!(!is_free(carol(), champion_call(id, scores.clone())));
        assert!(!is_free(bob(), submit_with_champion(id, scores.clone(), scores)));
    });
}

#[test]
fn a_worker_in_turn_uploads_each_chunk_once_without_a_fee() {
    build_and_execute(|| {
        let id = create_curriculum_of(curriculum_spec_of(&wide()));
        open(id);
        let scores = [(bob(), 25), (dave(), 24)];
        bring_to_claims(id, &[bob(), dave()]);
        claim_all(id, &scores);
        prove_all(id, &scores);
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
            let id = settled_curriculum(&[(bob(), 25)]);
            let calls = || [upload_call(id, 0), deliver_call(id), deliver_with_chunk(id, 0)];
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
        assert!(!is_free(bob(), claim_call(id, 50)));
        claim(id, &bob(), 25);
        let score = proved(id, &bob(), 0, 25);
        assert!(!is_free(bob(), submit_call(id, vec![score])));
        submit(id, &bob(), 25);
        assert!(!is_free(bob(), Call::settle { task: id }));
        settle(id);
        assert!(!is_free(bob(), upload_call(id, 0)));
        assert!(!is_free(bob(), deliver_call(id)));
    });
}

#[test]
fn calls_about_no_task_and_calls_of_anybody_are_not_free() {
    build_and_execute(|| {
        let id = open_curriculum();
        assert!(!is_free(bob(), commit_call(id + 1)));
        assert!(!is_free(bob(), claim_call(id + 1, 50)));
        assert!(!is_free(bob(), upload_call(id + 1, 0)));
        assert!(!is_free(bob(), deliver_call(id + 1)));
        assert!(!is_free(bob(), Call::settle { task: id }));
        assert!(!is_free(carol(), Call::cancel_task { task: id }));
    });
}

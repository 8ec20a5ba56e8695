//! One test for each way to cheat that concerns a task.

use super::builders::*;
use crate::{mock::*, Chunks, Commitments, Deliveries, Error, Rankings};
use frame_support::{assert_err_ignore_postinfo, assert_noop, assert_ok};
use nocknock_primitives::{
    model::{
        field,
        fold::{evaluate, fold_inputs},
        transcript, Architecture, Block, Claimed, ContextDomain, FoldInputs, Fr, Label,
        RecipientSecret, Sample,
    },
    phase::Phase,
    task::{BlockScore, Fate, Outcome, RevealedBlock},
};

fn refused_score(id: u64, who: &AccountId, score: BlockScore, error: Error<Test>) {
    assert_noop!(try_submit(id, who, &[score]), error);
}

/// A score of 25 points of a worker's model on the first test block, with a proof of something
/// that was changed like this.
fn proved_otherwise(
    id: u64,
    worker: &AccountId,
    change: impl FnOnce(&mut Statement),
) -> BlockScore {
    let mut statement = Statement::new(id, worker, 0, 25);
    change(&mut statement);
    BlockScore { block: 0, score: statement.proved(id).score }
}

#[test]
fn copied_proof_from_another_account() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        assert_ok!(try_submit(id, &bob(), &[proved(id, &bob(), 0, 25)]));
        refused_score(id, &dave(), proved(id, &bob(), 0, 25), Error::ProofRefused);
    });
}

#[test]
fn copied_commitment_neither_helps_the_copy_nor_hurts_the_owner() {
    build_and_execute(|| {
        let id = create(spec());
        let of_bob = parcel(id, &bob());
        commit(id, &[bob()]);
        assert_ok!(try_commit(id, &dave(), &of_bob));
        let copy = Commitments::<Test>::get(id, dave()).unwrap();
        assert_eq!((copy.key, copy.ciphertext), (of_bob.key, of_bob.ciphertext));
        assert_ne!(copy.model, model_of(id, &bob()));
        end_commits(id);
        reveal_all(id);
        claim_all(id, &[(bob(), 25), (dave(), 25)]);
        refused_score(id, &dave(), proved(id, &bob(), 0, 25), Error::ProofRefused);
        let about_bobs_model = proved_otherwise(id, &dave(), |statement| {
            statement.commitment = element(&model_of(id, &bob()).0);
        });
        refused_score(id, &dave(), about_bobs_model, Error::ProofRefused);
        submit(id, &bob(), 25);
        end_round(id);
        settle(id);
        assert_eq!(Rankings::<Test>::get(id)[0].worker, bob());
        assert_ok!(Tasks::do_close_commitment(id, &dave()));
        assert_eq!(free(&dave()), ENDOWMENT - 100);
    });
}

#[test]
fn proof_replayed_on_another_task() {
    build_and_execute(|| {
        let (first, second) = (create(spec()), create(spec()));
        for id in [first, second] {
            commit(id, &[bob()]);
        }
        end_commits(first);
        for id in [first, second] {
            reveal_all(id);
            claim(id, &bob(), 25);
        }
        refused_score(second, &bob(), proved(first, &bob(), 0, 25), Error::ProofRefused);
    });
}

#[test]
fn proof_replayed_on_another_block() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let moved = BlockScore { block: 1, ..proved(id, &bob(), 0, 25) };
        refused_score(id, &bob(), moved, Error::ProofRefused);
    });
}

#[test]
fn proof_replayed_on_another_chain() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let here = System::block_hash(0u64);
        let elsewhere = proved_otherwise(id, &bob(), |statement| {
            frame_system::BlockHash::<Test>::insert(0u64, sp_runtime::testing::H256([0xcc; 32]));
            statement.context = Tasks::context(ContextDomain::Score, SCORE, id, &bob(), 0);
            frame_system::BlockHash::<Test>::insert(0u64, here);
        });
        refused_score(id, &bob(), elsewhere, Error::ProofRefused);
        assert_ok!(try_submit(id, &bob(), &[proved(id, &bob(), 0, 25)]));
    });
}

#[test]
fn proof_for_another_purpose() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let registration = ContextDomain::Registration { seed: [0; 32] };
        for domain in [registration, ContextDomain::Delivery] {
            let score = proved_otherwise(id, &bob(), |statement| {
                statement.context = Tasks::context(domain, SCORE, id, &bob(), 0);
            });
            refused_score(id, &bob(), score, Error::ProofRefused);
        }
    });
}

#[test]
fn proof_about_another_model_than_the_committed_one() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let score = proved_otherwise(id, &bob(), |statement| {
            statement.commitment = element(&model_of(id, &dave()).0);
        });
        refused_score(id, &bob(), score, Error::ProofRefused);
    });
}

#[test]
fn proof_about_other_data_than_the_revealed_block() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let rows = proved_otherwise(id, &bob(), |statement| {
            statement.block.rows = revealed(1).rows;
        });
        refused_score(id, &bob(), rows, Error::ProofRefused);
        let salt = proved_otherwise(id, &bob(), |statement| {
            statement.block.salt = revealed(1).salt;
        });
        refused_score(id, &bob(), salt, Error::ProofRefused);
        let block = proved_otherwise(id, &bob(), |statement| {
            (statement.index, statement.block) = (1, revealed(1));
        });
        refused_score(id, &bob(), block, Error::ProofRefused);
    });
}

/// Bob's score on the first test block, with a proof whose challenges come from the root of one
/// block and whose folded samples are those of another.
fn proved_with_parts(id: u64, of_root: u16, of_samples: u16) -> BlockScore {
    let Statement { context, commitment, claimed, .. } = Statement::new(id, &bob(), 0, 25);
    let Claimed { sums, inputs, score } = claimed;
    let root = root_of(&tiny(), of_root, &revealed(of_root));
    let rho = transcript::rho(context, commitment, element(&root.0), sums);
    let theta = transcript::theta(rho, inputs);
    let block = block_of(&tiny(), of_samples);
    let folded = fold_inputs(&tiny(), &block, rho);
    let evaluation = evaluate(theta, &folded, &block.label_elements(&tiny()));
    let inputs = FoldInputs { context, commitment, sums, inputs, rho, theta, evaluation, score };
    let proof = HashVerifier::prove(&SCORE, &inputs.to_bytes().in_order());
    BlockScore { block: 0, score: submitted(&claimed, proof) }
}

#[test]
fn proof_about_one_block_with_the_root_of_another() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        refused_score(id, &bob(), proved_with_parts(id, 1, 0), Error::ProofRefused);
        refused_score(id, &bob(), proved_with_parts(id, 0, 1), Error::ProofRefused);
        refused_score(id, &bob(), proved_with_parts(id, 1, 1), Error::ProofRefused);
        assert_ok!(try_submit(id, &bob(), &[proved_with_parts(id, 0, 0)]));
    });
}

#[test]
fn proof_with_other_sums_or_folded_inputs_than_it_is_about() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        let (own, other) = (proved(id, &bob(), 0, 25), proved(id, &dave(), 0, 25).score);
        let refused = |change: &dyn Fn(&mut BlockScore)| {
            let mut score = own;
            change(&mut score);
            refused_score(id, &bob(), score, Error::ProofRefused);
        };
        refused(&|own| own.score.sums = other.sums);
        refused(&|own| own.score.inputs = other.inputs);
        refused(&|own| core::mem::swap(&mut own.score.sums, &mut own.score.inputs));
        assert_ok!(try_submit(id, &bob(), &[own]));
    });
}

#[test]
fn proof_of_fewer_points_than_are_claimed() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let score = proved_otherwise(id, &bob(), |statement| statement.claimed.score = 24);
        let mut raised = score;
        raised.score.points = 25;
        refused_score(id, &bob(), raised, Error::ProofRefused);
        assert_ok!(try_submit(id, &bob(), &[score]));
    });
}

#[test]
fn late_commit() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        end_commits(id);
        let late = parcel(id, &dave());
        assert_noop!(try_commit(id, &dave(), &late), Error::<Test>::WrongPhase);
    });
}

#[test]
fn late_proof() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        go_to(20);
        assert_ok!(try_submit(id, &bob(), &[proved(id, &bob(), 0, 25)]));
        go_to(21);
        refused_score(id, &bob(), proved(id, &bob(), 1, 25), Error::WrongPhase);
    });
}

#[test]
fn commitment_replaced_after_the_deadline() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let better = parcel(id, &eve());
        assert_noop!(try_commit(id, &bob(), &better), Error::<Test>::WrongPhase);
        assert_noop!(try_withdraw(id, &bob()), Error::<Test>::AlreadyClaimed);
    });
}

#[test]
fn commitment_made_early_and_replaced_late_does_not_win_ties() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob(), dave()]);
        commit(id, &[bob()]);
        end_commits(id);
        reveal_all(id);
        claim_all(id, &[(bob(), 25), (dave(), 25)]);
        submit(id, &bob(), 25);
        submit(id, &dave(), 25);
        assert_eq!(Rankings::<Test>::get(id)[0].worker, dave());
    });
}

#[test]
fn wrong_reveal_forfeits_the_bond() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        end_commits(id);
        let mut wrong = revealed(0);
        wrong.rows[2] ^= 1;
        assert_err_ignore_postinfo!(
            Tasks::do_reveal_block(&alice(), id, 0, wrong),
            Error::<Test>::RootMismatch
        );
        assert_ok!(Tasks::do_reveal_block(&alice(), id, 1, revealed(1)));
        go_to(21);
        settle(id);
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        assert_eq!(free(&bob()), ENDOWMENT + 300);
    });
}

#[test]
fn missing_reveal_forfeits_the_bond() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob(), dave()]);
        go_to(21);
        settle(id);
        for worker in [bob(), dave()] {
            assert_ok!(Tasks::do_close_commitment(id, &worker));
            assert_eq!((free(&worker), held(&worker)), (ENDOWMENT + 150, 0));
        }
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT - 300, 0));
    });
}

/// A task whose first test block was committed with these bytes, as only somebody can who computes
/// the root without the checks. Bob and Dave are committed, and the reveal phase has begun.
fn task_with_broken_block(architecture: &Architecture, broken: &RevealedBlock) -> u64 {
    let read = Block::from_wire(architecture, &broken.rows);
    assert!(read.is_err(), "the bytes break a rule");
    let mut spec = spec_of(architecture);
    spec.roots[0] = root_of(architecture, 0, broken);
    let id = create(spec);
    commit(id, &[bob(), dave()]);
    end_commits(id);
    id
}

/// The first test block after a change of its bytes.
fn changed_block(architecture: &Architecture, change: impl FnOnce(&mut Vec<u8>)) -> RevealedBlock {
    let RevealedBlock { salt, rows } = revealed_of(architecture, 0);
    let mut rows = rows.into_inner();
    change(&mut rows);
    RevealedBlock { salt, rows: rows.try_into().unwrap() }
}

/// Alice cannot reveal the first test block with these bytes.
fn refused_reveal(id: u64, shown: RevealedBlock, error: Error<Test>) {
    assert_err_ignore_postinfo!(Tasks::do_reveal_block(&alice(), id, 0, shown), error);
    assert_eq!(task(id).tests[0].rows, None);
}

/// Alice reveals the other block and lets the reveal phase pass: she loses her bond, and nobody
/// else anything.
fn workers_keep_their_stakes(id: u64) {
    let other = revealed_of(&task(id).architecture, 1);
    assert_ok!(Tasks::do_reveal_block(&alice(), id, 1, other));
    go_to(21);
    settle(id);
    assert_eq!(end_of(id).outcome, Outcome::RevealFailed);
    for worker in [bob(), dave()] {
        assert_eq!((free(&worker), held(&worker)), (ENDOWMENT - 100, 100));
        assert_ok!(Tasks::do_close_commitment(id, &worker));
        assert_eq!((free(&worker), held(&worker)), (ENDOWMENT + 150, 0));
    }
    assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT - 300, 0));
}

/// A block that was committed with broken bytes cannot be revealed: with those bytes it is
/// malformed, though their root is the stored one, and with others it is another block.
fn committed_block_with(
    architecture: &Architecture,
    damage: impl FnOnce(&mut Vec<u8>),
    repairs: &[fn(&mut Vec<u8>)],
) {
    build_and_execute(|| {
        let broken = changed_block(architecture, damage);
        let id = task_with_broken_block(architecture, &broken);
        refused_reveal(id, broken.clone(), Error::MalformedRows);
        for repair in repairs {
            let mut rows = broken.rows.clone().into_inner();
            repair(&mut rows);
            assert!(Block::from_wire(architecture, &rows).is_ok(), "this is a block");
            let repaired = RevealedBlock { rows: rows.try_into().unwrap(), ..broken.clone() };
            refused_reveal(id, repaired, Error::RootMismatch);
        }
        workers_keep_their_stakes(id);
    });
}

/// A row names one class in a byte, and no byte stands for two of them.
#[test]
fn committed_block_with_a_class_that_does_not_exist() {
    committed_block_with(&tiny(), |rows| rows[2] = 0b11, &[|rows| rows[2] = 0, |rows| rows[2] = 1]);
}

/// Five inputs of two bits take ten bits: six of the second byte must be clear.
#[test]
fn committed_block_with_bits_behind_the_last_input() {
    committed_block_with(
        &architecture("tiny-5x4x3x3"),
        |rows| rows[4] |= 0b100,
        &[|rows| rows[4] &= 0b11],
    );
}

/// Three labels take three bits.
#[test]
fn committed_block_with_bits_behind_the_last_label() {
    committed_block_with(
        &architecture("tiny-4x3x3-labels"),
        |rows| rows[2] |= 0b1000,
        &[|rows| rows[2] &= 0b111],
    );
}

/// A block of the tiny architecture holds 40 samples. What fits is another block.
#[test]
fn committed_block_with_more_samples_than_it_holds() {
    committed_block_with(
        &tiny(),
        |rows| {
            rows[0] = 41;
            rows.resize(2 + 41 * 2, 0);
        },
        &[|rows| {
            rows[0] = 40;
            rows.truncate(2 + 40 * 2);
        }],
    );
}

#[test]
fn committed_block_with_bytes_behind_the_last_sample() {
    committed_block_with(
        &tiny(),
        |rows| rows.push(0),
        &[
            |rows| rows.truncate(2 + 30 * 2),
            |rows| {
                rows[0] = 31;
                rows.push(0);
            },
        ],
    );
}

#[test]
fn committed_block_that_ends_in_the_middle_of_a_sample() {
    committed_block_with(
        &tiny(),
        |rows| rows.truncate(2 + 30 * 2 - 1),
        &[
            |rows| rows.push(0),
            |rows| {
                rows[0] = 29;
                rows.truncate(2 + 29 * 2);
            },
        ],
    );
}

#[test]
fn missing_delivery_passes_the_turn_on_and_burns_the_stake() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        go_to(end_of(id).turn_began + 10);
        deliver(id, &dave());
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        assert_eq!(free(&bob()), ENDOWMENT - 100);
        assert_eq!(free(&dave()), ENDOWMENT + 9_500);
        // Under the old rule the stake went to Alice.
        assert_eq!(free(&alice()), ENDOWMENT - 10_000);
        assert_eq!(book(|book| book.burnt), 100);
    });
}

/// A task of wide models, in which it is Bob's turn and then Dave's, and their models.
fn bobs_turn() -> (u64, Parcel, Parcel) {
    let id = settled(spec_of(&wide()), &[(bob(), 25), (dave(), 24)]);
    (id, parcel(id, &bob()), parcel(id, &dave()))
}

#[test]
fn chunk_of_another_model() {
    build_and_execute(|| {
        let (id, of_bob, of_dave) = bobs_turn();
        let chunks = of_dave.chunks.clone();
        let under_own_hashes = Parcel { chunks, ..parcel(id, &bob()) };
        for index in 0..3 {
            refused_chunk(id, index, &of_dave);
            refused_chunk(id, index, &under_own_hashes);
        }
        let mut garbage = parcel(id, &bob());
        garbage.chunks[0].iter_mut().for_each(|element| *element = [1; 32]);
        refused_chunk(id, 0, &garbage);
        assert_ok!(try_upload(id, &bob(), 0, &of_bob));
    });
}

#[test]
fn hash_list_of_another_model() {
    build_and_execute(|| {
        let (id, of_bob, of_dave) = bobs_turn();
        let hashes = of_dave.hashes.clone();
        let with_other_hashes = Parcel { hashes, ..parcel(id, &bob()) };
        for index in 0..3 {
            refused_chunk(id, index, &with_other_hashes);
        }
        let mut mixed = parcel(id, &bob());
        mixed.hashes[1] = of_dave.hashes[1];
        refused_chunk(id, 0, &mixed);
        assert_ok!(try_upload(id, &bob(), 0, &of_bob));
    });
}

#[test]
fn chunk_in_another_place() {
    build_and_execute(|| {
        let (id, of_bob, _) = bobs_turn();
        let mut turned = parcel(id, &bob());
        turned.chunks.swap(0, 1);
        refused_chunk(id, 0, &turned);
        refused_chunk(id, 1, &turned);
        (turned.hashes[0], turned.hashes[1]) = (of_bob.hashes[1], of_bob.hashes[0]);
        refused_chunk(id, 0, &turned);
        assert_ok!(try_upload(id, &bob(), 1, &of_bob));
    });
}

#[test]
fn chunk_of_another_length() {
    build_and_execute(|| {
        let (id, of_bob, _) = bobs_turn();
        for index in 0..3 {
            let mut short = parcel(id, &bob());
            short.chunks[index as usize].pop();
            refused_chunk(id, index, &short);
        }
        let mut long = parcel(id, &bob());
        long.chunks[2].try_push([0; 32]).unwrap();
        refused_chunk(id, 2, &long);
        assert_ok!(try_upload(id, &bob(), 2, &of_bob));
    });
}

/// Everything fits the commitment, but it is no ciphertext of the architecture: such a commitment
/// can be made, but nothing can be proved about it, and nothing delivered.
#[test]
fn commitment_to_chunks_of_other_numbers_or_lengths() {
    let elements = [Fr::from(1u32); 2];
    let (none, one, two) = (&elements[..0], &elements[..1], &elements[..]);
    for chunks in [vec![two], vec![none], vec![one, one], vec![one, none], vec![]] {
        build_and_execute(|| {
            let id = create(spec());
            let odd = parcel_from(&tiny(), key_of(&bob()), &chunks);
            assert_ok!(try_commit(id, &bob(), &odd));
            end_commits(id);
            reveal_all(id);
            claim(id, &bob(), CLAIM);
            submit_as(id, &bob(), &odd);
            settle(id);
            for index in 0..2 {
                refused_chunk(id, index, &odd);
            }
            let honest = parcel(id, &bob());
            refused_chunk(id, 0, &honest);
        });
    }
}

#[test]
fn chunk_uploaded_out_of_turn() {
    build_and_execute(|| {
        let (id, of_bob, of_dave) = bobs_turn();
        let refused = |who: AccountId, model: &Parcel| {
            assert_noop!(try_upload(id, &who, 0, model), Error::<Test>::NotYourTurn);
        };
        refused(dave(), &of_dave);
        refused(eve(), &of_bob);
        refused(alice(), &of_bob);
        go_to(end_of(id).turn_began + 10);
        refused(bob(), &of_bob);
        assert_ok!(try_upload(id, &dave(), 0, &of_dave));
    });
}

#[test]
fn chunk_uploaded_twice() {
    build_and_execute(|| {
        let (id, of_bob, _) = bobs_turn();
        assert_ok!(try_upload(id, &bob(), 1, &of_bob));
        assert_noop!(try_upload(id, &bob(), 1, &of_bob), Error::<Test>::ChunkStored);
        assert_eq!(Deliveries::<Test>::get(id, bob()).unwrap().chunks, 1);
        assert_eq!(Chunks::<Test>::iter_prefix((id, bob())).count(), 1);
    });
}

#[test]
fn delivery_before_all_chunks_are_there() {
    build_and_execute(|| {
        let (id, of_bob, _) = bobs_turn();
        let refused = || {
            let key = sealed_key(id, &bob());
            assert_noop!(try_deliver(id, &bob(), key), Error::<Test>::CiphertextIncomplete);
        };
        refused();
        for index in [2, 0] {
            assert_ok!(try_upload(id, &bob(), index, &of_bob));
            refused();
        }
        assert_eq!(free(&bob()), ENDOWMENT - 100);
        assert_ok!(try_upload(id, &bob(), 1, &of_bob));
        assert_ok!(try_deliver(id, &bob(), sealed_key(id, &bob())));
    });
}

fn refused_key(id: u64, who: &AccountId, key: Handover) {
    assert_noop!(try_deliver(id, who, key), Error::<Test>::ProofRefused);
    assert_eq!(free(who), ENDOWMENT - 100);
}

/// A settled task in which Bob has uploaded his ciphertext.
fn uploaded() -> u64 {
    let id = settled(spec(), &[(bob(), 25)]);
    upload(id, &bob());
    id
}

#[test]
fn another_key_than_that_of_the_ciphertext() {
    build_and_execute(|| {
        let id = uploaded();
        let recipient = recipient_of(id);
        let other = sealed_with(id, &bob(), key_of(&dave()), &recipient);
        refused_key(id, &bob(), other);
        let own = sealed_with(id, &bob(), key_of(&bob()), &recipient);
        assert_ok!(try_deliver(id, &bob(), own));
    });
}

#[test]
fn key_sealed_for_somebody_else() {
    build_and_execute(|| {
        let id = uploaded();
        for other in [RecipientSecret::curriculum(), RecipientSecret::from_bytes([0xbb; 32])] {
            let sealed = sealed_with(id, &bob(), key_of(&bob()), &other.key());
            refused_key(id, &bob(), sealed);
        }
    });
}

#[test]
fn sealed_key_other_than_the_proved_one() {
    build_and_execute(|| {
        let id = uploaded();
        let (own, proof) = sealed_key(id, &bob());
        let mut masked = own;
        masked.masked_key = field::to_bytes(&(element(&own.masked_key) + Fr::from(1u32)));
        let mut ephemeral = own;
        ephemeral.ephemeral = task(id).recipient;
        let mut turned = own;
        turned.ephemeral.0.rotate_left(32);
        for other in [masked, ephemeral, turned] {
            refused_key(id, &bob(), (other, proof));
        }
    });
}

#[test]
fn sealed_key_replayed_on_another_task() {
    build_and_execute(|| {
        let (first, second) = (create(spec()), create(spec()));
        for id in [first, second] {
            commit(id, &[bob()]);
        }
        end_commits(first);
        for id in [first, second] {
            reveal_all(id);
            claim(id, &bob(), 25);
            submit(id, &bob(), 25);
            settle(id);
            upload(id, &bob());
        }
        let of_first = sealed_key(first, &bob());
        assert_noop!(try_deliver(second, &bob(), of_first), Error::<Test>::ProofRefused);
    });
}

#[test]
fn delivery_copied_from_another_worker() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![5_000, 5_000]);
        let id = settled(spec, &[(bob(), 25), (dave(), 24)]);
        deliver(id, &bob());
        let copied = parcel(id, &bob());
        assert_noop!(try_upload(id, &dave(), 0, &copied), Error::<Test>::BadChunk);
        upload(id, &dave());
        refused_key(id, &dave(), sealed_key(id, &bob()));
    });
}

#[test]
fn points_above_the_maximum() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        for points in [SAMPLES + 1, u32::MAX] {
            refused_score(id, &bob(), proved(id, &bob(), 0, points), Error::ScoreTooHigh);
        }
    });
}

/// A block of the tiny architecture holds 40 samples, of which 30 are real.
#[test]
fn padding_counted_as_samples() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let mut samples = block_of(&tiny(), 0).samples().to_vec();
        samples.resize(40, Sample { inputs: vec![0; 4], label: Label::Class(0) });
        let filled = Block::new(&tiny(), samples).unwrap().to_wire(&tiny());
        for (points, error) in [(40, Error::ScoreTooHigh), (30, Error::ProofRefused)] {
            let score = proved_otherwise(id, &bob(), |statement| {
                statement.claimed.score = points;
                statement.block.rows = filled.clone().try_into().unwrap();
            });
            refused_score(id, &bob(), score, error);
        }
    });
}

/// A score for which nothing is paid cannot be claimed, and whoever does not claim loses nothing.
fn nothing_to_claim(spec: Spec, points: u32) {
    build_and_execute(|| {
        let id = claiming(spec, &[bob()]);
        assert_noop!(try_claim(id, &bob(), 2 * points), Error::<Test>::NotEligible);
        end_claims(id);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        assert_eq!(free(&bob()), ENDOWMENT);
    });
}

#[test]
fn zero_model_wins_nothing() {
    let mut spec = new_test_ext().execute_with(spec);
    spec.terms.min_score = nocknock_primitives::score::Score::ZERO;
    nothing_to_claim(spec, 0);
}

#[test]
fn constant_model_wins_nothing() {
    nothing_to_claim(new_test_ext().execute_with(spec), 20);
}

#[test]
fn double_settlement() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let before = (free(&alice()), task(id));
        assert_noop!(Tasks::do_settle(id), Error::<Test>::AlreadySettled);
        deliver(id, &bob());
        assert_ok!(Tasks::do_finish_task(id));
        assert_noop!(Tasks::do_settle(id), Error::<Test>::AlreadySettled);
        assert_noop!(Tasks::do_finish_task(id), Error::<Test>::NotFinishable);
        assert_eq!(before.0, free(&alice()));
    });
}

#[test]
fn disabled_circuit_proves_nothing_and_costs_no_worker_its_stake() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), 25);
        book(|book| book.disabled.push(SCORE));
        refused_score(id, &dave(), proved(id, &dave(), 0, 25), Error::CircuitDisabled);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::Voided);
        for worker in [bob(), dave()] {
            assert_ok!(Tasks::do_close_commitment(id, &worker));
            assert_eq!((free(&worker), held(&worker)), (ENDOWMENT, 0));
        }
        assert_eq!(free(&alice()), ENDOWMENT);
    });
}

#[test]
fn self_sponsored_task_mints_nothing_and_costs_a_share() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 30)]);
        deliver(id, &bob());
        assert!(book(|book| book.minted.is_empty()));
        assert_eq!(free(&alice()) + free(&bob()), 2 * ENDOWMENT - 500);
    });
}

#[test]
fn sponsored_task_in_a_curriculum_experiment() {
    build_and_execute(|| {
        book(|book| book.workers.push(alice()));
        let as_owner = || Tasks::do_create_task(alice(), CURRICULUM, curriculum_spec());
        assert!(frame_support::storage::with_storage_layer(as_owner).is_err());
        assert_noop!(
            Tasks::do_create_task(carol(), CURRICULUM, drawn_spec()),
            Error::<Test>::CurriculumHoldsNothing
        );
    });
}

#[test]
fn success_split_over_many_accounts_is_paid_once() {
    build_and_execute(|| {
        let everybody = [bob(), dave(), eve()].map(|worker| (worker, 29));
        let id = settled_curriculum(&everybody);
        deliver(id, &bob());
        assert_eq!(phase(id), Phase::Done);
        assert_eq!(book(|book| book.minted.len()), 1);
        let next = proving_curriculum_with(&everybody[1..2]);
        prove_champion(next, 29);
        submit(next, &dave(), 29);
        settle(next);
        assert_eq!(end_of(next).outcome, Outcome::NoWinner);
    });
}

#[test]
fn requester_who_is_also_a_worker() {
    build_and_execute(|| {
        book(|book| book.workers.push(carol()));
        for (id, requester) in [(open_curriculum(), carol()), (create(spec()), alice())] {
            let own = parcel(id, &requester);
            assert_noop!(try_commit(id, &requester, &own), Error::<Test>::RequesterMayNotCompete);
        }
    });
}

#[test]
fn tie_at_the_top_goes_to_the_earlier_commitment() {
    build_and_execute(|| {
        let id = proving(spec(), &[dave(), bob()]);
        submit(id, &bob(), 25);
        submit(id, &dave(), 25);
        settle(id);
        let order: Vec<_> =
            Rankings::<Test>::get(id).into_iter().map(|entry| entry.worker).collect();
        assert_eq!(order, vec![dave(), bob()]);
    });
}

#[test]
fn block_proved_twice_counts_once() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_ok!(try_submit(id, &bob(), &[proved(id, &bob(), 0, 25)]));
        refused_score(id, &bob(), proved(id, &bob(), 0, 25), Error::AlreadyProved);
        assert_eq!(Commitments::<Test>::get(id, bob()).unwrap().correct, 25);
    });
}

#[test]
fn requester_who_dislikes_the_draw_cannot_take_it_back() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        go_to(2 * EPOCH);
        assert_noop!(Tasks::do_cancel_task(&alice(), id), Error::<Test>::TooLateToCancel);
    });
}

#[test]
fn all_ranks_occupied_without_delivery_burns_the_stakes() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 25), (eve(), 25)]);
        go_to(end_of(id).turn_began + 20);
        for worker in [bob(), dave(), eve()] {
            assert_ok!(Tasks::do_close_commitment(id, &worker));
        }
        assert_ok!(Tasks::do_finish_task(id));
        // Under the old rule Alice got them, and so whoever keeps all places had a second account
        // from which it got its own stakes back.
        assert_eq!((free(&alice()), book(|book| book.burnt)), (ENDOWMENT, 200));
        assert_eq!(free(&eve()), ENDOWMENT, "nobody asked her");
        assert!(Fate::NotDelivered.is_abandonment());
    });
}

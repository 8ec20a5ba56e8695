//! One test for each way to cheat that concerns a task.

use super::builders::*;
use crate::{mock::*, Commitments, Error, Rankings};
use frame_support::{assert_err_ignore_postinfo, assert_noop, assert_ok};
use nocknock_primitives::{
    ids::{BlockRoot, FieldBytes},
    model::{
        field, packing::pack_rows, rows::Row, shape::TINY_4X3X2, ContextDomain, Fr, ScoreInputs,
    },
    phase::Phase,
    task::{BlockScore, Fate, Outcome},
};

fn refused_score(id: u64, who: &AccountId, score: BlockScore, error: Error<Test>) {
    assert_noop!(Tasks::do_submit_scores(who.clone(), id, &[score]), error);
}

/// A score whose proof is about inputs that were changed like this.
fn proved_otherwise(
    id: u64,
    worker: &AccountId,
    change: impl FnOnce(&mut ScoreInputs<FieldBytes>),
) -> BlockScore {
    let mut inputs = score_inputs(id, worker, 0, 25);
    change(&mut inputs);
    let proof = HashVerifier::prove(&SCORE, &inputs.in_order());
    BlockScore { proof, ..proved(id, worker, 0, 25) }
}

#[test]
fn copied_proof_from_another_account() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        assert_ok!(Tasks::do_submit_scores(bob(), id, &[proved(id, &bob(), 0, 25)]));
        refused_score(id, &dave(), proved(id, &bob(), 0, 25), Error::ProofRefused);
    });
}

#[test]
fn copied_commitment_neither_helps_the_copy_nor_hurts_the_owner() {
    build_and_execute(|| {
        let id = create(spec());
        assert_ok!(Tasks::do_commit_model(dave(), id, model_of(&bob())));
        commit(id, &[bob()]);
        end_commits(id);
        reveal_all(id);
        refused_score(id, &dave(), proved(id, &bob(), 0, 25), Error::ProofRefused);
        submit(id, &bob(), 25);
        go_to(21);
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
        reveal_all(first);
        reveal_all(second);
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
        let elsewhere = proved(id, &bob(), 0, 25);
        frame_system::BlockHash::<Test>::insert(0, sp_runtime::testing::H256([0xcc; 32]));
        refused_score(id, &bob(), elsewhere, Error::ProofRefused);
        assert_ok!(Tasks::do_submit_scores(bob(), id, &[proved(id, &bob(), 0, 25)]));
    });
}

#[test]
fn proof_for_another_purpose() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let score = proved_otherwise(id, &bob(), |inputs| {
            inputs.context = Tasks::context(ContextDomain::Registration, SCORE, id, &bob(), 0);
        });
        refused_score(id, &bob(), score, Error::ProofRefused);
    });
}

#[test]
fn proof_about_another_model_than_the_committed_one() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let score = proved_otherwise(id, &bob(), |inputs| inputs.commitment = model_of(&dave()).0);
        refused_score(id, &bob(), score, Error::ProofRefused);
    });
}

#[test]
fn proof_about_other_data_than_the_revealed_block() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let score =
            proved_otherwise(id, &bob(), |inputs| inputs.block_root = root_of(1, &rows(1)).0);
        refused_score(id, &bob(), score, Error::ProofRefused);
    });
}

#[test]
fn late_commit() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        end_commits(id);
        assert_noop!(
            Tasks::do_commit_model(dave(), id, model_of(&dave())),
            Error::<Test>::WrongPhase
        );
    });
}

#[test]
fn late_proof() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        go_to(20);
        assert_ok!(Tasks::do_submit_scores(bob(), id, &[proved(id, &bob(), 0, 25)]));
        go_to(21);
        refused_score(id, &bob(), proved(id, &bob(), 1, 25), Error::WrongPhase);
    });
}

#[test]
fn commitment_replaced_after_the_deadline() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_noop!(
            Tasks::do_commit_model(bob(), id, model_of(&eve())),
            Error::<Test>::WrongPhase
        );
        assert_noop!(Tasks::do_withdraw_commitment(bob(), id), Error::<Test>::WrongPhase);
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

/// A task whose first test block was committed with this first row, as only somebody can who
/// computes the root without the checks. Bob and Dave are committed, and the reveal phase has
/// begun.
fn task_with_broken_block(row: Row) -> u64 {
    let mut broken = rows(0);
    broken[0] = row;
    assert!(pack_rows(&TINY_4X3X2, &broken).is_err(), "the row breaks a rule");
    let mut spec = spec();
    spec.roots[0] = BlockRoot(field::to_bytes(&unchecked_root(&broken)));
    let id = create(spec);
    commit(id, &[bob(), dave()]);
    end_commits(id);
    id
}

/// Some root that no well-formed rows have; which one does not matter to the chain.
fn unchecked_root(rows: &[Row]) -> Fr {
    rows.iter().fold(Fr::from(1u32), |sum, row| {
        let values = row.inputs.iter().copied().chain(row.one_hot.iter().map(|bit| (*bit).into()));
        values.fold(sum, |sum, value| sum * Fr::from(1009u32) + Fr::from(value))
    })
}

/// Alice cannot reveal the first test block with these bytes for its first row: a class, and four
/// inputs of two bits each.
fn refused_reveal(id: u64, first_row: &[u8], error: Error<Test>) {
    let mut shown = revealed(0);
    let honest = shown.rows.into_inner();
    let bytes = [&honest[..2], first_row, &honest[4..]].concat();
    shown.rows = bytes.try_into().unwrap();
    assert_err_ignore_postinfo!(Tasks::do_reveal_block(&alice(), id, 0, shown), error);
    assert_eq!(task(id).tests[0].rows, None);
}

/// Alice reveals the other block and lets the reveal phase pass: she loses her bond, and nobody
/// else anything.
fn workers_keep_their_stakes(id: u64) {
    assert_ok!(Tasks::do_reveal_block(&alice(), id, 1, revealed(1)));
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

/// The bytes of a row name one class, so those of either class are another block, and no byte
/// stands for both.
#[test]
fn committed_block_with_a_two_hot_label() {
    build_and_execute(|| {
        let two_hot = Row { one_hot: vec![1, 1], ..rows(0)[0].clone() };
        let id = task_with_broken_block(two_hot);
        refused_reveal(id, &[0, 0], Error::RootMismatch);
        refused_reveal(id, &[1, 0], Error::RootMismatch);
        refused_reveal(id, &[0b11, 0], Error::MalformedRows);
        refused_reveal(id, &[0, 1, 0], Error::MalformedRows);
        workers_keep_their_stakes(id);
    });
}

/// The last input is 7, and inputs have two bits: cut to them it is another block, and there is no
/// place for a third.
#[test]
fn committed_block_with_an_out_of_range_input() {
    build_and_execute(|| {
        let too_large = Row { inputs: vec![0, 0, 0, 7], ..rows(0)[0].clone() };
        let id = task_with_broken_block(too_large);
        refused_reveal(id, &[1, 0b1100_0000], Error::RootMismatch);
        refused_reveal(id, &[1, 0b1100_0000, 1], Error::MalformedRows);
        refused_reveal(id, &[2, 0b1100_0000], Error::MalformedRows);
        workers_keep_their_stakes(id);
    });
}

#[test]
fn missing_delivery_passes_the_turn_on_and_costs_the_stake() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        go_to(end_of(id).turn_began + 10);
        deliver(id, &dave());
        reveal_key(id, &dave());
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        assert_eq!(free(&bob()), ENDOWMENT - 100);
        assert_eq!(free(&dave()), ENDOWMENT + 9_500);
        assert_eq!(free(&alice()), ENDOWMENT - 10_000 + 100);
    });
}

#[test]
fn wrong_ciphertext() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let mut garbage = parcel(id, &bob());
        garbage.ciphertext.iter_mut().for_each(|element| *element = [1; 32]);
        assert_noop!(try_deliver(id, &bob(), garbage), Error::<Test>::ProofRefused);
    });
}

#[test]
fn wrong_key() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        let other = field::to_bytes(&key_of(&dave()));
        assert_noop!(Tasks::do_reveal_key(bob(), id, other), Error::<Test>::KeyMismatch);
        assert_eq!(free(&bob()), ENDOWMENT - 100);
    });
}

#[test]
fn delivery_copied_from_another_worker() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![5_000, 5_000]);
        let id = settled(spec, &[(bob(), 25), (dave(), 24)]);
        deliver(id, &bob());
        reveal_key(id, &bob());
        let copied = parcel(id, &bob());
        assert_noop!(try_deliver(id, &dave(), copied), Error::<Test>::ProofRefused);
    });
}

#[test]
fn score_above_n_real() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let score = proved(id, &bob(), 0, SAMPLES + 1);
        refused_score(id, &bob(), score, Error::ScoreTooHigh);
    });
}

#[test]
fn padding_rows_counted_as_samples() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let all_rows = u32::from(TINY_4X3X2.block_rows);
        let mut inputs = score_inputs(id, &bob(), 0, all_rows);
        inputs.n_real = all_rows;
        let proof = HashVerifier::prove(&SCORE, &inputs.in_order());
        let padded = BlockScore { block: 0, score: all_rows, rows: all_rows, proof };
        refused_score(id, &bob(), padded, Error::WrongRowCount);
    });
}

#[test]
fn zero_model_wins_nothing() {
    build_and_execute(|| {
        let mut spec = spec();
        spec.terms.min_score = nocknock_primitives::score::Score::ZERO;
        let id = settled(spec, &[(bob(), 0)]);
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        assert_eq!(free(&bob()), ENDOWMENT);
    });
}

#[test]
fn constant_model_wins_nothing() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 20)]);
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
    });
}

#[test]
fn double_settlement() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let before = (free(&alice()), task(id));
        assert_noop!(Tasks::do_settle(id), Error::<Test>::AlreadySettled);
        deliver(id, &bob());
        reveal_key(id, &bob());
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
fn self_sponsored_task_mints_nothing_and_burns_a_share() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 30)]);
        deliver(id, &bob());
        reveal_key(id, &bob());
        assert!(book(|book| book.minted.is_empty()));
        assert_eq!(free(&alice()) + free(&bob()), 2 * ENDOWMENT - 500);
    });
}

#[test]
fn sponsored_task_in_a_curriculum_experiment() {
    build_and_execute(|| {
        book(|book| book.workers.push(alice()));
        assert!(Tasks::do_create_task(alice(), CURRICULUM, spec()).is_err());
        assert_noop!(
            Tasks::do_create_task(carol(), CURRICULUM, spec()),
            Error::<Test>::CurriculumHoldsNothing
        );
    });
}

#[test]
fn success_split_over_many_accounts_is_paid_once() {
    build_and_execute(|| {
        let id = proving_curriculum(&[bob(), dave(), eve()]);
        for worker in [bob(), dave(), eve()] {
            submit(id, &worker, 29);
        }
        settle(id);
        deliver(id, &bob());
        reveal_key(id, &bob());
        assert_eq!(phase(id), Phase::Done);
        assert_eq!(book(|book| book.minted.len()), 1);
        let next = proving_curriculum(&[dave()]);
        submit(next, &dave(), 29);
        settle(next);
        assert_eq!(end_of(next).outcome, Outcome::NoWinner);
    });
}

#[test]
fn requester_who_is_also_a_worker() {
    build_and_execute(|| {
        let id = create(spec());
        assert_noop!(
            Tasks::do_commit_model(alice(), id, model_of(&alice())),
            Error::<Test>::RequesterMayNotCompete
        );
        book(|book| book.workers.push(carol()));
        let id = create_curriculum();
        assert_noop!(
            Tasks::do_commit_model(carol(), id, model_of(&carol())),
            Error::<Test>::RequesterMayNotCompete
        );
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
        assert_ok!(Tasks::do_submit_scores(bob(), id, &[proved(id, &bob(), 0, 25)]));
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
fn all_ranks_occupied_without_delivery_pays_the_requester() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 25), (eve(), 25)]);
        go_to(end_of(id).turn_began + 30);
        for worker in [bob(), dave(), eve()] {
            assert_ok!(Tasks::do_close_commitment(id, &worker));
        }
        assert_ok!(Tasks::do_finish_task(id));
        assert_eq!(free(&alice()), ENDOWMENT + 300);
        assert!(Fate::NotDelivered.is_abandonment());
    });
}

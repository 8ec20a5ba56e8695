use super::builders::*;
use crate::{mock::*, Call, Commitments, Error, Event, Rankings, RevealedBlocks, WeightInfo};
use core::slice;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
    weights::Weight,
    BoundedVec,
};
use nocknock_primitives::{
    limits::MAX_RANKED, model::FoldSize, phase::Phase, score::Score, task::BlockScore,
    traits::ProofVerifier,
};

fn submit_one(id: u64, worker: &AccountId, block: u16, points: u32) -> DispatchResultWithPostInfo {
    Tasks::do_submit_scores(worker.clone(), id, &[proved(id, worker, block, points)])
}

#[test]
fn a_complete_submission_is_ranked_and_put_on_the_leaderboard() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        let scores = vec![proved(id, &bob(), 0, 25), proved(id, &bob(), 1, 26)];
        let scores = BoundedVec::truncate_from(scores);
        assert_ok!(Tasks::submit_scores(RuntimeOrigin::signed(bob()), id, scores));
        System::assert_has_event(
            Event::ScoresProved { task: id, worker: bob(), blocks: 2, correct: 51 }.into(),
        );
        let score = Score::new(51, 60);
        System::assert_last_event(
            Event::SubmissionCompleted { task: id, worker: bob(), score, eligible: true }.into(),
        );
        assert_eq!(Rankings::<Test>::get(id).len(), 1);
        let entry = book(|book| book.leaderboard[0].clone());
        let model = model_of(id, &bob());
        assert_eq!((entry.worker, entry.score, entry.model), (bob(), score, model));
    });
}

#[test]
fn blocks_may_be_proved_in_several_calls() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        assert_ok!(submit_one(id, &bob(), 1, 30));
        assert_eq!(Rankings::<Test>::get(id).len(), 0);
        assert_eq!(Commitments::<Test>::get(id, bob()).unwrap().proved_blocks(), 1);
        assert_ok!(submit_one(id, &bob(), 0, 30));
        assert_eq!(Rankings::<Test>::get(id)[0].correct, 60);
        assert_eq!(task(id).proved, 1);
    });
}

#[test]
fn one_bad_proof_refuses_the_whole_call() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let mut scores = [proved(id, &bob(), 0, 25), proved(id, &bob(), 1, 25)];
        scores[1].score.proof = scores[0].score.proof;
        assert_noop!(Tasks::do_submit_scores(bob(), id, &scores), Error::<Test>::ProofRefused);
    });
}

#[test]
fn a_block_is_proved_once() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let twice = [proved(id, &bob(), 0, 25), proved(id, &bob(), 0, 25)];
        assert_noop!(Tasks::do_submit_scores(bob(), id, &twice), Error::<Test>::AlreadyProved);
        assert_ok!(submit_one(id, &bob(), 0, 25));
        assert_noop!(submit_one(id, &bob(), 0, 26), Error::<Test>::AlreadyProved);
    });
}

#[test]
fn an_empty_submission_is_refused() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_noop!(Tasks::do_submit_scores(bob(), id, &[]), Error::<Test>::NothingSubmitted);
    });
}

#[test]
fn only_committed_workers_submit() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_noop!(submit_one(id, &dave(), 0, 25), Error::<Test>::NotCommitted);
    });
}

#[test]
fn scores_are_about_test_blocks() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_noop!(submit_one(id, &bob(), 2, 25), Error::<Test>::NotTestBlock);
        assert_noop!(submit_one(id, &bob(), 900, 25), Error::<Test>::NotTestBlock);
    });
}

#[test]
fn parts_of_a_claim_beyond_the_field_are_refused() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let refused = |change: fn(&mut BlockScore)| {
            let mut beyond = proved(id, &bob(), 0, 25);
            change(&mut beyond);
            assert_noop!(
                Tasks::do_submit_scores(bob(), id, &[beyond]),
                Error::<Test>::ProofRefused
            );
        };
        refused(|entry| entry.score.sums = not_reduced(&entry.score.sums));
        refused(|entry| entry.score.inputs = not_reduced(&entry.score.inputs));
    });
}

/// No call stores such rows, so this is about an upgrade that changes what rows are.
#[test]
fn a_stored_block_that_is_no_block_any_more_is_refused() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let stored = RevealedBlocks::<Test>::get(id, 0u16).unwrap();
        let score = proved(id, &bob(), 0, 25);
        RevealedBlocks::<Test>::mutate(id, 0u16, |block| block.as_mut().unwrap().rows.clear());
        assert_noop!(Tasks::do_submit_scores(bob(), id, &[score]), Error::<Test>::NotTestBlock);
        RevealedBlocks::<Test>::insert(id, 0u16, stored);
        assert_ok!(Tasks::do_submit_scores(bob(), id, &[score]));
    });
}

/// The weights of the mock.
type Weights = ();

/// The weights that are charged in advance and in the end for a score of each test block.
fn charged_and_paid(id: u64) -> (Weight, Weight) {
    let scores = [0, 1].map(|block| proved(id, &bob(), block, 25));
    let list = BoundedVec::truncate_from(scores.to_vec());
    let call = Call::<Test>::submit_scores { task: id, scores: list };
    let charged = call.get_dispatch_info().call_weight;
    let paid = Tasks::do_submit_scores(bob(), id, &scores).unwrap().actual_weight;
    (charged, paid.expect("the weight is refunded in part"))
}

#[test]
fn the_rows_of_a_block_decide_what_its_score_costs() {
    build_and_execute(|| {
        let (charged, paid) = charged_and_paid(proving(spec(), &[bob()]));
        let block = |rows| HashVerifier::fold_weight(&FoldSize::with_rows(&tiny(), rows));
        let proofs = Weights::submit_scores(2).saturating_add(HashVerifier::verify_weight(2));
        let of_rows = |rows| proofs.saturating_add(block(rows)).saturating_add(block(rows));
        assert_eq!(paid, of_rows(SAMPLES));
        assert_eq!(charged, of_rows(40));
    });
}

#[test]
fn larger_blocks_cost_more() {
    build_and_execute(|| {
        let (_, tiny) = charged_and_paid(proving(spec(), &[bob()]));
        let (charged, paid) = charged_and_paid(proving(spec_of(&wide()), &[bob()]));
        assert!(tiny.ref_time() < paid.ref_time() && paid.ref_time() < charged.ref_time());
    });
}

/// There is no chain here that could be read.
#[test]
fn the_weight_of_a_submission_without_scores_is_known_without_the_task() {
    let call = Call::<Test>::submit_scores { task: 0, scores: BoundedVec::default() };
    assert_eq!(call.get_dispatch_info().call_weight, Tasks::proofs_weight(0));
}

#[test]
fn points_are_counted_with_their_block() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let scores = [proved(id, &bob(), 1, 7), proved(id, &bob(), 0, 11)];
        assert_ok!(Tasks::do_submit_scores(bob(), id, &scores));
        let commitment = Commitments::<Test>::get(id, bob()).unwrap();
        assert_eq!((commitment.correct, commitment.proved), (18, 0b11));
    });
}

#[test]
fn a_disabled_circuit_proves_nothing() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        book(|book| book.disabled.push(SCORE));
        assert_noop!(submit_one(id, &bob(), 0, 25), Error::<Test>::CircuitDisabled);
    });
}

#[test]
fn nothing_is_proved_before_the_reveal() {
    build_and_execute(|| {
        let id = create(spec());
        commit(id, &[bob()]);
        assert_noop!(submit_one(id, &bob(), 0, 25), Error::<Test>::WrongPhase);
        end_commits(id);
        assert_noop!(submit_one(id, &bob(), 0, 25), Error::<Test>::WrongPhase);
    });
}

#[test]
fn the_prove_phase_ends_early_when_everybody_has_proved() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), 25);
        assert_eq!(phase(id), Phase::Prove);
        submit(id, &dave(), 22);
        assert_eq!(phase(id), Phase::Settle);
    });
}

#[test]
fn a_score_that_does_not_beat_the_most_frequent_class_is_not_eligible() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), 20);
        let score = Score::new(40, 60);
        assert_eq!(task(id).baseline(), score);
        System::assert_last_event(
            Event::SubmissionCompleted { task: id, worker: bob(), score, eligible: false }.into(),
        );
        submit(id, &dave(), 21);
        assert_eq!(Rankings::<Test>::get(id).len(), 1);
    });
}

#[test]
fn a_score_below_the_minimum_is_not_eligible() {
    build_and_execute(|| {
        let mut spec = spec();
        spec.terms.min_score = Score::new(9, 10);
        let id = proving(spec, &[bob(), dave()]);
        submit(id, &bob(), 26);
        submit(id, &dave(), 27);
        assert_eq!(Rankings::<Test>::get(id)[0].worker, dave());
        assert_eq!(Rankings::<Test>::get(id).len(), 1);
    });
}

#[test]
fn a_curriculum_submission_must_beat_the_champion() {
    build_and_execute(|| {
        book(|book| book.champions.push((CURRICULUM, Score::new(25, 30))));
        let id = proving_curriculum(&[bob(), dave()]);
        submit(id, &bob(), 25);
        submit(id, &dave(), 26);
        assert_eq!(Rankings::<Test>::get(id).len(), 1);
        assert_eq!(Rankings::<Test>::get(id)[0].worker, dave());
    });
}

/// The first and the last but one have the fewest points, the last has the most.
#[test]
fn a_full_ranking_keeps_the_best_and_forgets_the_rest() {
    build_and_execute(|| {
        let numbers = (100..).take(MAX_RANKED as usize + 2);
        let crowd: Vec<_> = numbers.map(|number| AccountId::new([number; 32])).collect();
        book(|book| book.workers.clone_from(&crowd));
        let id = proving_curriculum(&crowd);
        let [first, others @ .., late, best] = &crowd[..] else {
            panic!("more than three workers");
        };
        submit(id, first, 22);
        others.iter().for_each(|worker| submit(id, worker, 23));
        let ranked = || -> Vec<_> {
            Rankings::<Test>::get(id).into_iter().map(|entry| entry.worker).collect()
        };
        let before = [others, slice::from_ref(first)].concat();
        assert_eq!((ranked(), before.len()), (before.clone(), MAX_RANKED as usize));
        submit(id, late, 22);
        assert_eq!(ranked(), before);
        submit(id, best, 24);
        assert_eq!(ranked(), [slice::from_ref(best), others].concat());
    });
}

#[test]
fn submissions_rank_by_points_and_of_equal_ones_by_commitment() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave(), eve()]);
        submit(id, &bob(), 22);
        submit(id, &dave(), 30);
        submit(id, &eve(), 22);
        let order: Vec<_> =
            Rankings::<Test>::get(id).into_iter().map(|entry| entry.worker).collect();
        assert_eq!(order, vec![dave(), bob(), eve()]);
    });
}

use super::builders::*;
use crate::{mock::*, Call, Error, Event, Rankings, RevealedBlocks, WeightInfo};
use core::slice;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
    weights::Weight,
    BoundedVec,
};
use nocknock_primitives::{
    claim::{ClaimKey, ClaimState},
    limits::{MAX_RANKED, MAX_SHARES},
    model::FoldSize,
    phase::Phase,
    score::Score,
    task::{BlockScore, Ranked, Split},
    traits::ProofVerifier,
};

fn submit_one(id: u64, worker: &AccountId, block: u16, points: u32) -> DispatchResultWithPostInfo {
    try_submit(id, worker, &[proved(id, worker, block, points)])
}

/// A task in which Bob has claimed so many points on the whole test set, and Dave the usual ones.
fn claimed_by_bob(points: u32) -> u64 {
    let id = claiming(spec(), &[bob(), dave()]);
    assert_ok!(try_claim(id, &bob(), points));
    claim(id, &dave(), CLAIM);
    id
}

#[test]
fn a_complete_submission_is_ranked_and_put_on_the_leaderboard() {
    build_and_execute(|| {
        let id = claimed_by_bob(51);
        let scores = vec![proved(id, &bob(), 0, 25), proved(id, &bob(), 1, 26)];
        let scores = BoundedVec::truncate_from(scores);
        let origin = RuntimeOrigin::signed(bob());
        assert_ok!(Tasks::submit_scores(origin, id, scores, BoundedVec::default()));
        System::assert_has_event(
            Event::ScoresProved { task: id, worker: bob(), blocks: 2, correct: 51 }.into(),
        );
        let score = Score::new(51, 60);
        System::assert_last_event(
            Event::SubmissionCompleted { task: id, worker: bob(), score }.into(),
        );
        let ranked = Ranked {
            worker: bob(),
            correct: 51,
            sequence: 0,
            least: 0,
            amount: 0,
            bits: 0,
            delivered: false,
        };
        assert_eq!(Rankings::<Test>::get(id).into_inner(), vec![ranked]);
        assert_eq!(task(id).last_paid, Some(ClaimKey::new(51, 0)));
        assert_eq!(claim_of(id, &bob()), ClaimState::Proved);
        let entry = book(|book| book.leaderboard[0].clone());
        let model = model_of(id, &bob());
        assert_eq!((entry.worker, entry.score, entry.model), (bob(), score, model));
    });
}

#[test]
fn blocks_may_be_proved_in_several_calls() {
    build_and_execute(|| {
        let id = claimed_by_bob(60);
        assert_ok!(submit_one(id, &bob(), 1, 30));
        assert_eq!(Rankings::<Test>::get(id).len(), 0);
        assert_eq!(commitment(id, &bob()).proved_blocks(), 1);
        assert_eq!(claim_of(id, &bob()), ClaimState::Asked(60));
        assert_ok!(submit_one(id, &bob(), 0, 30));
        assert_eq!(Rankings::<Test>::get(id)[0].correct, 60);
        assert_eq!(task(id).proved, 1);
    });
}

/// A claim is exact: what is proved may be neither more nor less.
#[test]
fn scores_must_add_up_to_the_claim() {
    build_and_execute(|| {
        let id = claimed_by_bob(50);
        let both = |first, second| [proved(id, &bob(), 0, first), proved(id, &bob(), 1, second)];
        for (first, second) in [(25, 24), (25, 26), (20, 20), (30, 30)] {
            let scores = both(first, second);
            assert_noop!(try_submit(id, &bob(), &scores), Error::<Test>::NotAsClaimed);
        }
        assert_ok!(try_submit(id, &bob(), &both(21, 29)));
    });
}

#[test]
fn blocks_that_are_proved_one_by_one_must_add_up_to_the_claim() {
    build_and_execute(|| {
        let id = claimed_by_bob(50);
        assert_ok!(submit_one(id, &bob(), 0, 24));
        for points in [25, 27] {
            assert_noop!(submit_one(id, &bob(), 1, points), Error::<Test>::NotAsClaimed);
        }
        assert_ok!(submit_one(id, &bob(), 1, 26));
    });
}

/// Even if what is missing were proved with no point at all, it would be more than was claimed.
#[test]
fn a_part_of_the_blocks_cannot_have_more_points_than_are_claimed() {
    build_and_execute(|| {
        let mut spec = spec();
        spec.split = Split::Fixed {
            test_blocks: BoundedVec::truncate_from(vec![0, 1, 2, 3]),
            train_data: TRAIN_DATA,
        };
        let id = claiming(spec, &[bob()]);
        assert_ok!(try_claim(id, &bob(), 81));
        assert_ok!(submit_one(id, &bob(), 0, 30));
        let too_much = [proved(id, &bob(), 1, 30), proved(id, &bob(), 2, 22)];
        assert_noop!(try_submit(id, &bob(), &too_much), Error::<Test>::NotAsClaimed);
        let enough = [proved(id, &bob(), 1, 30), proved(id, &bob(), 2, 21)];
        assert_ok!(try_submit(id, &bob(), &enough));
        assert_noop!(submit_one(id, &bob(), 3, 1), Error::<Test>::NotAsClaimed);
        assert_ok!(submit_one(id, &bob(), 3, 0));
    });
}

#[test]
fn only_those_who_are_asked_submit() {
    build_and_execute(|| {
        let silent = crowd(1).remove(0);
        endow(&silent);
        let id = claiming(spec(), &[bob(), dave(), eve(), silent.clone()]);
        claim_all(id, &[(bob(), 27), (dave(), 26), (eve(), 25)]);
        assert_noop!(submit_one(id, &bob(), 0, 27), Error::<Test>::WrongPhase);
        end_claims(id);
        assert_noop!(submit_one(id, &bob(), 0, 27), Error::<Test>::WrongPhase);
        ask(id);
        assert_noop!(submit_one(id, &eve(), 0, 25), Error::<Test>::NotAsked);
        assert_noop!(submit_one(id, &silent, 0, 25), Error::<Test>::NotAsked);
        submit(id, &bob(), 27);
        assert_noop!(submit_one(id, &bob(), 0, 27), Error::<Test>::NotAsked);
    });
}

#[test]
fn one_bad_proof_refuses_the_whole_call() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let mut scores = [proved(id, &bob(), 0, 25), proved(id, &bob(), 1, 25)];
        scores[1].score.proof = scores[0].score.proof;
        assert_noop!(try_submit(id, &bob(), &scores), Error::<Test>::ProofRefused);
    });
}

#[test]
fn a_block_is_proved_once() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        let twice = [proved(id, &bob(), 0, 25), proved(id, &bob(), 0, 25)];
        assert_noop!(try_submit(id, &bob(), &twice), Error::<Test>::AlreadyProved);
        assert_ok!(submit_one(id, &bob(), 0, 25));
        assert_noop!(submit_one(id, &bob(), 0, 26), Error::<Test>::AlreadyProved);
    });
}

#[test]
fn an_empty_submission_is_refused() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        assert_noop!(try_submit(id, &bob(), &[]), Error::<Test>::NothingSubmitted);
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
            assert_noop!(try_submit(id, &bob(), &[beyond]), Error::<Test>::ProofRefused);
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
        assert_noop!(try_submit(id, &bob(), &[score]), Error::<Test>::NotTestBlock);
        RevealedBlocks::<Test>::insert(id, 0u16, stored);
        assert_ok!(try_submit(id, &bob(), &[score]));
    });
}

/// The weights of the mock.
type Weights = ();

/// The weights that are charged in advance and in the end for a score of each test block.
fn charged_and_paid(id: u64) -> (Weight, Weight) {
    let scores = [0, 1].map(|block| proved(id, &bob(), block, 25));
    let list = BoundedVec::truncate_from(scores.to_vec());
    let champion = BoundedVec::default();
    let call = Call::<Test>::submit_scores { task: id, scores: list, champion };
    let charged = call.get_dispatch_info().call_weight;
    let paid = try_submit(id, &bob(), &scores).unwrap().actual_weight;
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
    let (scores, champion) = (BoundedVec::default(), BoundedVec::default());
    let call = Call::<Test>::submit_scores { task: 0, scores, champion };
    assert_eq!(call.get_dispatch_info().call_weight, Tasks::proofs_weight(0));
}

#[test]
fn points_are_counted_with_their_block() {
    build_and_execute(|| {
        let id = claimed_by_bob(50);
        let scores = [proved(id, &bob(), 1, 22), proved(id, &bob(), 0, 28)];
        assert_ok!(try_submit(id, &bob(), &scores));
        let commitment = commitment(id, &bob());
        assert_eq!((commitment.correct, commitment.proved), (50, 0b11));
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
fn a_round_ends_early_when_everybody_who_was_asked_has_proved() {
    build_and_execute(|| {
        let id = proving_with(spec(), &[(bob(), 25), (dave(), 22), (eve(), 21)]);
        submit(id, &bob(), 25);
        assert_eq!(phase(id), Phase::Prove);
        submit(id, &dave(), 22);
        assert_eq!(phase(id), Phase::Settle);
    });
}

#[test]
fn a_proved_claim_makes_a_worker_of_the_curriculum_known() {
    build_and_execute(|| {
        let id = proving_curriculum(&[bob(), dave()]);
        assert_ok!(try_submit(id, &bob(), &all_proved(id, &bob(), CLAIM)[..1]));
        assert_eq!(book(|book| book.known.clone()), vec![]);
        assert_ok!(try_submit(id, &bob(), &all_proved(id, &bob(), CLAIM)[1..]));
        assert_eq!(book(|book| book.known.clone()), vec![bob()]);
        settled(spec(), &[(dave(), 25)]);
        assert_eq!(book(|book| book.known.clone()), vec![bob()], "it was paid for");
    });
}

/// 17 claims are false, so 34 others are asked in the second round. The first and the last but one
/// of them have the fewest points, the last has the most.
#[test]
fn a_full_ranking_keeps_the_best_and_forgets_the_rest() {
    build_and_execute(|| {
        let crowd = crowd(MAX_SHARES + 1 + MAX_RANKED + 2);
        crowd.iter().for_each(endow);
        let id = claiming(spec_with_shares(vec![625; MAX_SHARES as usize]), &crowd);
        let (liars, honest) = crowd.split_at(MAX_SHARES as usize + 1);
        let [first, others @ .., late, best] = honest else {
            panic!("more than three workers");
        };
        liars.iter().for_each(|worker| claim(id, worker, 30));
        for (worker, points) in [(first, 22), (late, 22), (best, 24)] {
            claim(id, worker, points);
        }
        others.iter().for_each(|worker| claim(id, worker, 23));
        end_round(id);
        ask(id);
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
        let spec = spec_with_shares(vec![5_000, 5_000]);
        let id = proving_with(spec, &[(bob(), 22), (dave(), 30), (eve(), 22)]);
        submit(id, &eve(), 22);
        submit(id, &dave(), 30);
        submit(id, &bob(), 22);
        let order: Vec<_> =
            Rankings::<Test>::get(id).into_iter().map(|entry| entry.worker).collect();
        assert_eq!(order, vec![dave(), bob(), eve()]);
    });
}

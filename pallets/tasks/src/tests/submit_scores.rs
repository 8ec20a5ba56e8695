use super::builders::*;
use crate::{mock::*, Commitments, Error, Event, Rankings};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use nocknock_primitives::{phase::Phase, score::Score};

fn submit_one(
    id: u64,
    worker: &AccountId,
    block: u16,
    score: u32,
) -> Result<(), sp_runtime::DispatchError> {
    Tasks::do_submit_scores(worker.clone(), id, &[proved(id, worker, block, score)])
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
        assert_eq!((entry.worker, entry.score, entry.model), (bob(), score, model_of(&bob())));
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
        scores[1].proof = scores[0].proof;
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
fn a_score_that_does_not_beat_the_majority_class_is_not_eligible() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob(), dave()]);
        submit(id, &bob(), 20);
        let score = Score::new(40, 60);
        assert_eq!(task(id).majority_score(), score);
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

#[test]
fn the_ranking_keeps_the_best_and_forgets_the_rest() {
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

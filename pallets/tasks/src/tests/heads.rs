//! Tasks of every head: what the chain counts of the labels, and which scores it lets win.

use super::builders::*;
use crate::{mock::*, Error, Event, Rankings};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    model::{names::for_tests, Architecture, Goal, Head},
    phase::Phase,
    score::Score,
    task::Outcome,
};

/// The points on one block of 30 samples of always giving the same answer, and of always being
/// right.
fn points(head: &Head) -> (u32, u32) {
    match head {
        // Two thirds are of class 0.
        Head::Classes { classes: 2, .. } => (20, 30),
        // Of four classes there are 12, 9, 6 and 3. A third class takes those of the fourth.
        Head::Classes { best: 1, .. } => (12, 30),
        Head::Classes { .. } => (12 + 9, 30),
        // The labels hold for 15, 10 and 8 samples.
        Head::Labels { .. } => (15 + 20 + 22, 90),
        // Two thirds are next to 0, the others are far away.
        Head::Number { goal: Goal::AbsoluteError { cap }, .. } => (20 * cap, 30 * cap),
        Head::Number { goal: Goal::Within { .. }, .. } => (20, 30),
    }
}

/// A task for such models without a minimum score, in which Bob and Dave may claim.
fn claiming_without_minimum(architecture: &Architecture) -> u64 {
    let mut spec = spec_of(architecture);
    spec.terms.min_score = Score::ZERO;
    claiming(spec, &[bob(), dave()])
}

#[test]
fn a_score_must_beat_the_best_constant_answer() {
    for (name, architecture) in for_tests() {
        build_and_execute(|| {
            let (constant, most) = points(&architecture.head);
            let id = claiming_without_minimum(&architecture);
            assert_eq!(task(id).max_points(), 2 * most, "{name}");
            let score = Score::new(2 * constant, 2 * most);
            assert_eq!(task(id).baseline(), score, "{name}");
            assert_noop!(try_claim(id, &bob(), 2 * constant), Error::<Test>::NotEligible);
            assert_ok!(try_withdraw(id, &bob()));
            assert_ok!(try_claim(id, &dave(), 2 * constant + 1));
            let better = [(0, constant), (1, constant + 1)];
            let scores = better.map(|(block, points)| proved(id, &dave(), block, points));
            assert_ok!(try_submit(id, &dave(), &scores));
            let score = Score::new(2 * constant + 1, 2 * most);
            System::assert_last_event(
                Event::SubmissionCompleted { task: id, worker: dave(), score }.into(),
            );
            let ranking = Rankings::<Test>::get(id);
            assert_eq!((ranking.len(), &ranking[0].worker), (1, &dave()), "{name}");
        });
    }
}

#[test]
fn a_model_that_is_always_right_has_all_points_and_is_paid_for() {
    for (name, architecture) in for_tests() {
        build_and_execute(|| {
            let (_, most) = points(&architecture.head);
            let id = claiming_without_minimum(&architecture);
            assert_ok!(try_withdraw(id, &dave()));
            claim(id, &bob(), most);
            submit(id, &bob(), most);
            let score = Score::new(2 * most, 2 * most);
            System::assert_last_event(
                Event::SubmissionCompleted { task: id, worker: bob(), score }.into(),
            );
            settle(id);
            assert_eq!(end_of(id).outcome, Outcome::Ranked, "{name}");
            deliver(id, &bob());
            assert_eq!(phase(id), Phase::Done);
            assert_eq!(book(|book| book.models[0].score), score);
            assert_eq!(book(|book| book.facts[0].score), score);
            assert_eq!(free(&bob()), ENDOWMENT + 9_500);
        });
    }
}

#[test]
fn no_block_gives_more_points_than_its_rows_allow() {
    for (_, architecture) in for_tests() {
        build_and_execute(|| {
            let (_, most) = points(&architecture.head);
            let id = claiming_without_minimum(&architecture);
            assert_ok!(try_withdraw(id, &dave()));
            assert_noop!(try_claim(id, &bob(), 2 * most + 1), Error::<Test>::ScoreTooHigh);
            claim(id, &bob(), most);
            let too_high = proved(id, &bob(), 0, most + 1);
            assert_noop!(try_submit(id, &bob(), &[too_high]), Error::<Test>::ScoreTooHigh);
            assert_ok!(try_submit(id, &bob(), &[proved(id, &bob(), 0, most)]));
        });
    }
}

#[test]
fn a_minimum_score_is_a_share_of_all_points() {
    for name in ["tiny-4x3x3-labels", "tiny-4x3-error"] {
        build_and_execute(|| {
            let architecture = architecture(name);
            let (_, most) = points(&architecture.head);
            let mut spec = spec_of(&architecture);
            spec.terms.min_score = Score::new(9, 10);
            let id = claiming(spec, &[bob(), dave()]);
            let least = 2 * most * 9 / 10;
            assert_noop!(try_claim(id, &bob(), least - 1), Error::<Test>::NotEligible);
            assert_ok!(try_claim(id, &dave(), least));
        });
    }
}

/// What the chain knows of the labels after both test blocks are revealed.
fn label_counts(name: &str) -> Vec<u32> {
    let mut counts = Vec::new();
    build_and_execute(|| {
        let id = claiming(spec_of(&architecture(name)), &[bob()]);
        counts = task(id).label_counts.to_vec();
    });
    counts
}

#[test]
fn labels_are_counted_block_by_block() {
    assert_eq!(label_counts("tiny-4x3x2"), [40, 20]);
    assert_eq!(label_counts("tiny-4x3x4-best2"), [24, 18, 12, 6]);
    assert_eq!(label_counts("tiny-5x4x3x3"), [24, 18, 18]);
    assert_eq!(label_counts("tiny-4x3x3-labels"), [30, 20, 16]);
    let numbers = label_counts("tiny-4x3-within");
    assert_eq!(numbers.len(), 256);
    assert_eq!((numbers[0], numbers[40_000 / 256]), (40, 20));
    assert_eq!(numbers.iter().sum::<u32>(), 60);
}

//! Who is asked for proofs, and when a task has asked enough.

use super::builders::*;
use crate::{mock::*, Asked, Rankings};
use frame_support::assert_ok;
use nocknock_primitives::{
    claim::ClaimState,
    limits::MAX_ROUNDS,
    phase::Phase,
    task::{Fate, Outcome},
};

fn asked(id: u64) -> Vec<AccountId> {
    Asked::<Test>::get(id).into_inner()
}

/// The numbers of those who are asked in each round if nobody proves anything.
fn rounds_of_nothing(id: u64) -> Vec<usize> {
    let mut sizes = vec![asked(id).len()];
    loop {
        end_round(id);
        if phase(id) != Phase::Ask {
            return sizes;
        }
        ask(id);
        sizes.push(asked(id).len());
    }
}

/// A curriculum task in which so many unknown workers claim 29 points on each block, and these
/// others claim something else. Everybody has claimed.
fn with_liars(count: u32, honest: &[(AccountId, u32)]) -> (u64, Vec<AccountId>) {
    let liars = crowd(count);
    book(|book| book.workers.extend(liars.iter().cloned()));
    let others: Vec<_> = honest.iter().map(|(worker, _)| worker.clone()).collect();
    let id = claiming_curriculum(&[liars.clone(), others].concat());
    liars.iter().for_each(|worker| claim(id, worker, 29));
    claim_all(id, honest);
    (id, liars)
}

#[test]
fn liars_are_worked_off_in_rounds_that_double() {
    build_and_execute(|| {
        let (id, _) = with_liars(100, &[]);
        assert_eq!(rounds_of_nothing(id), [2, 4, 8, 16, 32, 38]);
        assert_eq!(phase(id), Phase::Settle);
    });
}

#[test]
fn a_task_of_300_claims_ends_within_the_most_rounds() {
    build_and_execute(|| {
        let (id, liars) = with_liars(300, &[]);
        let began = System::block_number();
        let rounds = rounds_of_nothing(id);
        assert_eq!(rounds, [2, 4, 8, 16, 32, 64, 64, 64]);
        assert_eq!(rounds.len(), usize::from(MAX_ROUNDS));
        assert_eq!(System::block_number(), began + u64::from(MAX_ROUNDS) * PERIOD);
        settle(id);
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
        liars.iter().for_each(|worker| close(id, worker));
        assert_eq!(book(|book| book.abandoned.len()), 254, "the others were not asked");
        assert_eq!(phase(id), Phase::Done);
    });
}

#[test]
fn whoever_is_honest_is_paid_behind_the_liars() {
    build_and_execute(|| {
        let (id, _) = with_liars(10, &[(bob(), 25)]);
        for _ in 0..2 {
            assert_eq!(claim_of(id, &bob()), ClaimState::Claimed(50));
            end_round(id);
            ask(id);
        }
        submit(id, &bob(), 25);
        assert_eq!(phase(id), Phase::Prove, "others of this round may still prove");
        end_round(id);
        settle(id);
        deliver(id, &bob());
        assert_eq!(free(&bob()), ENDOWMENT + worth_of_rows(10));
    });
}

#[test]
fn a_lie_costs_the_stake_which_is_burnt() {
    build_and_execute(|| {
        let id = proving_with(spec(), &[(bob(), 30), (dave(), 25)]);
        submit(id, &dave(), 25);
        end_round(id);
        settle(id);
        assert_eq!(Rankings::<Test>::get(id)[0].worker, dave());
        close(id, &bob());
        System::assert_last_event(
            crate::Event::CommitmentClosed { task: id, worker: bob(), fate: Fate::NotProved }
                .into(),
        );
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT - 100, 0));
        assert_eq!(book(|book| book.burnt), 100);
        assert_eq!(free(&alice()), ENDOWMENT - 10_000);
        deliver(id, &dave());
        assert_eq!(free(&dave()), ENDOWMENT + 9_500);
    });
}

/// Without classes 254 cheap registrations would keep everybody else out of a task.
#[test]
fn liars_that_nobody_knows_cannot_lock_out_whoever_is_known() {
    build_and_execute(|| {
        book(|book| book.known.push(bob()));
        let (id, liars) = with_liars(300, &[(bob(), 25)]);
        assert_eq!(asked(id), [liars[0].clone(), bob()]);
        submit(id, &bob(), 25);
        rounds_of_nothing(id);
        settle(id);
        assert_eq!(Rankings::<Test>::get(id)[0].worker, bob());
        deliver(id, &bob());
    });
}

/// They would have to prove all blocks, or lose their registrations, though nobody pays them.
#[test]
fn liars_do_not_oblige_known_workers_that_cannot_be_paid_any_more() {
    build_and_execute(|| {
        book(|book| book.known.extend([bob(), dave(), eve()]));
        let (id, liars) = with_liars(20, &[(bob(), 25), (dave(), 24), (eve(), 23)]);
        submit(id, &bob(), 25);
        end_round(id);
        ask(id);
        assert_eq!(asked(id), liars[1..3]);
        assert_eq!(claim_of(id, &dave()), ClaimState::Claimed(48));
    });
}

#[test]
fn known_workers_and_others_take_the_places_of_each_round_in_turn() {
    build_and_execute(|| {
        let known = crowd(40).split_off(20);
        book(|book| {
            book.workers.extend(known.iter().cloned());
            book.known = known.clone();
        });
        let honest: Vec<_> = known.iter().map(|worker| (worker.clone(), 24)).collect();
        let (id, liars) = with_liars(20, &honest);
        let mut expected = liars.iter().zip(&known).flat_map(|(liar, known)| [liar, known]);
        for places in [2, 4, 8, 16] {
            let next: Vec<_> = expected.by_ref().take(places).cloned().collect();
            assert_eq!(asked(id), next);
            end_round(id);
            ask(id);
        }
        assert_eq!(asked(id).len(), 10, "no more are left");
    });
}

#[test]
fn the_class_with_the_better_claim_begins() {
    build_and_execute(|| {
        book(|book| book.known = vec![bob()]);
        let id = proving_curriculum_with(&[(dave(), 25), (bob(), 26), (eve(), 25)]);
        assert_eq!(asked(id), [bob(), dave()]);
        let id = proving_curriculum_with(&[(dave(), 26), (bob(), 25), (eve(), 27)]);
        assert_eq!(asked(id), [eve(), bob()]);
    });
}

#[test]
fn what_one_class_lacks_the_other_gets() {
    build_and_execute(|| {
        book(|book| book.known = vec![bob()]);
        let (id, liars) = with_liars(7, &[(bob(), 24)]);
        assert_eq!(asked(id), [liars[0].clone(), bob()]);
        end_round(id);
        ask(id);
        assert_eq!(asked(id), liars[1..5]);
        book(|book| book.known = vec![bob(), dave(), eve()]);
        let id = proving_curriculum_with(&[(bob(), 25), (dave(), 26), (eve(), 27)]);
        assert_eq!(asked(id), [eve(), dave()]);
    });
}

#[test]
fn a_sponsored_task_asks_the_best_whoever_is_known() {
    build_and_execute(|| {
        book(|book| book.known = vec![bob()]);
        let id = proving_with(spec(), &[(bob(), 25), (dave(), 26), (eve(), 27)]);
        assert_eq!(asked(id), [eve(), dave()]);
    });
}

#[test]
fn ties_go_to_the_earlier_commitment() {
    build_and_execute(|| {
        let id = claiming(spec(), &[eve(), bob(), dave()]);
        claim_all(id, &[(dave(), 25), (bob(), 25), (eve(), 25)]);
        assert_eq!(asked(id), [eve(), bob()]);
        let id = create(spec());
        commit(id, &[eve(), bob(), dave()]);
        commit(id, &[eve()]);
        end_commits(id);
        reveal_all(id);
        claim_all(id, &[(eve(), 25), (dave(), 25), (bob(), 25)]);
        assert_eq!(asked(id), [bob(), dave()], "a replacement counts from when it is made");
    });
}

#[test]
fn each_share_asks_one_and_one_more_is_asked() {
    build_and_execute(|| {
        let scores: Vec<_> = crowd(8).into_iter().zip(22..).collect();
        scores.iter().for_each(|(worker, _)| endow(worker));
        for (shares, places) in [(vec![10_000], 2), (vec![5_000; 2], 3), (vec![2_000; 5], 6)] {
            let id = proving_with(spec_with_shares(shares), &scores);
            assert_eq!(asked(id).len(), places);
        }
    });
}

#[test]
fn a_round_asks_for_what_is_still_missing() {
    build_and_execute(|| {
        let scores: Vec<_> = crowd(12).into_iter().zip((18..30).rev()).collect();
        scores.iter().for_each(|(worker, _)| endow(worker));
        let mut spec = spec_with_shares(vec![2_500; 4]);
        spec.terms.min_score = nocknock_primitives::score::Score::ZERO;
        let id = claiming(spec, &scores.iter().map(|(who, _)| who.clone()).collect::<Vec<_>>());
        let (eligible, others) = scores.split_at(9);
        for (worker, _) in others {
            assert_ok!(try_withdraw(id, worker));
        }
        claim_all(id, eligible);
        assert_eq!(asked(id).len(), 5);
        for (worker, points) in &eligible[..3] {
            submit(id, worker, *points);
        }
        end_round(id);
        ask(id);
        let expected: Vec<_> = eligible[5..9].iter().map(|(who, _)| who.clone()).collect();
        assert_eq!(asked(id), expected, "a share and a spare are missing, and twice as many asked");
    });
}

/// A claim of the other class may be better than what is proved already.
#[test]
fn a_better_claim_that_waits_is_asked_though_enough_are_proved() {
    build_and_execute(|| {
        book(|book| book.known = vec![bob()]);
        let id = proving_curriculum_with(&[(bob(), 25), (dave(), 29), (eve(), 28)]);
        assert_eq!(asked(id), [dave(), bob()]);
        submit(id, &bob(), 25);
        end_round(id);
        assert_eq!(phase(id), Phase::Ask);
        ask(id);
        assert_eq!(asked(id), [eve()]);
        submit(id, &eve(), 28);
        assert_eq!(phase(id), Phase::Settle);
        settle(id);
        let order: Vec<_> =
            Rankings::<Test>::get(id).into_iter().map(|entry| entry.worker).collect();
        assert_eq!(order, [eve(), bob()]);
    });
}

#[test]
fn a_worse_claim_that_waits_is_not_asked_once_enough_are_proved() {
    build_and_execute(|| {
        let id = proving_with(spec(), &[(bob(), 29), (dave(), 27), (eve(), 28)]);
        assert_eq!(asked(id), [bob(), eve()]);
        submit(id, &eve(), 28);
        end_round(id);
        assert_eq!(phase(id), Phase::Settle, "Bob has failed, but a share needs one proof only");
    });
}

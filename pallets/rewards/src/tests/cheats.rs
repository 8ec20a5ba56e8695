//! One test for each way to cheat.

use super::builders::*;
use crate::{mock::*, Error};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    circuit::ProofBytes,
    model::{field, Fr},
    reward::CurriculumEnd,
    task::ProvedScore,
    traits::WorkPoints,
};

/// Checks that no block may hold the registration, and that it fails even if one does.
fn assert_refused(call: crate::Call<Test>, error: Error<Test>) {
    let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
    assert!(apply_bare(call.clone()).is_err());
    assert_noop!(dispatch_bare(call), error);
    assert_eq!(before, sp_io::storage::root(sp_runtime::StateVersion::V1));
}

#[test]
fn registration_moved_to_another_account() {
    build_and_execute(|| {
        let proof = practice_proof(&bob(), 0, ROWS);
        let stolen = registration_of(&dave(), model_of(&bob()), proof);
        assert_refused(stolen, Error::ProofRefused);
    });
}

#[test]
fn registration_replayed_twice() {
    build_and_execute(|| {
        let first = registration(&bob());
        assert_ok!(apply_bare(first.clone()));
        assert_refused(first, Error::AlreadyRegistered);
    });
}

#[test]
fn registration_replayed_after_a_suspension() {
    build_and_execute(|| {
        let first = registration(&bob());
        assert_ok!(apply_bare(first.clone()));
        abandon(&bob(), 1);
        assert_refused(first, Error::ProofRefused);
    });
}

#[test]
fn registration_replayed_after_it_expired() {
    build_and_execute(|| {
        let first = registration(&bob());
        assert_ok!(apply_bare(first.clone()));
        go_to_session(6);
        assert_refused(first, Error::ProofRefused);
    });
}

#[test]
fn registration_replayed_after_it_was_removed() {
    build_and_execute(|| {
        let first = registration(&bob());
        assert_ok!(apply_bare(first.clone()));
        abandon(&bob(), 1);
        let second = registration(&bob());
        assert_ok!(apply_bare(second.clone()));
        go_to_session(12);
        assert_ok!(Rewards::do_remove_worker(&bob()));
        assert_refused(first, Error::ProofRefused);
        assert_refused(second, Error::ProofRefused);
    });
}

#[test]
fn registration_from_another_chain() {
    build_and_execute(|| {
        let here = registration(&bob());
        frame_system::BlockHash::<Test>::insert(0, sp_core::H256::repeat_byte(0xee));
        assert_refused(here, Error::ProofRefused);
    });
}

#[test]
fn registration_for_another_practice_block() {
    build_and_execute(|| {
        let old = registration(&bob());
        let mut spec = practice_spec();
        spec.block.salt[31] ^= 1;
        assert_ok!(Rewards::do_set_practice(spec));
        assert_refused(old, Error::ProofRefused);
    });
}

#[test]
fn registration_with_a_score_that_was_not_proved() {
    build_and_execute(|| {
        let raised = ProvedScore { points: 5, ..practice_proof(&bob(), 0, 4) };
        assert_refused(registration_with(&bob(), raised), Error::ProofRefused);
    });
}

#[test]
fn registration_with_other_sums_or_folded_inputs() {
    build_and_execute(|| {
        let proved = practice_proof(&bob(), 0, ROWS);
        let other = field::to_bytes(&Fr::from(99u32));
        for changed in
            [ProvedScore { sums: other, ..proved }, ProvedScore { inputs: other, ..proved }]
        {
            assert_refused(registration_with(&bob(), changed), Error::ProofRefused);
        }
    });
}

#[test]
fn registration_with_a_score_above_the_rows() {
    build_and_execute(|| {
        let score = practice_proof(&bob(), 0, ROWS + 1);
        assert_refused(registration_with(&bob(), score), Error::ScoreTooHigh);
    });
}

#[test]
fn registration_without_work() {
    build_and_execute(|| {
        let nothing = practice_proof(&bob(), 0, 0);
        assert_refused(registration_with(&bob(), nothing), Error::ScoreTooLow);
        let blank = ProvedScore { proof: ProofBytes([0; 256]), ..practice_proof(&bob(), 0, ROWS) };
        assert_refused(registration_with(&bob(), blank), Error::ProofRefused);
    });
}

#[test]
fn registration_of_a_barred_account() {
    build_and_execute(|| {
        Rewards::bar(&bob());
        assert_refused(registration(&bob()), Error::Barred);
    });
}

#[test]
fn barred_worker_working_on() {
    build_and_execute(|| {
        register(&[bob()]);
        Rewards::bar(&bob());
        assert!(!may_work(&bob()));
        go_to_session(12);
        assert_ok!(Rewards::do_remove_worker(&bob()));
        assert_refused(registration(&bob()), Error::Barred);
    });
}

/// How many proofs have been verified.
fn verified() -> u32 {
    neighbours(|neighbours| neighbours.verified)
}

/// The registration with another number, which does not solve its puzzle.
fn unsolved(call: crate::Call<Test>) -> crate::Call<Test> {
    let crate::Call::register_worker { worker, model, score, seed, .. } = call else {
        unreachable!("it is a registration");
    };
    let puzzle = puzzle(&worker, model, &score);
    let nonce = (0..).find(|nonce| !puzzle.is_solved(*nonce, PUZZLE_BITS));
    let nonce = nonce.expect("most numbers solve nothing");
    crate::Call::register_worker { worker, model, score, seed, nonce }
}

/// Before there was a puzzle, each of these cost every node of the pool a fold and a pairing.
#[test]
fn a_registration_without_its_puzzle_costs_no_pairing() {
    build_and_execute(|| {
        let blank = ProvedScore { proof: ProofBytes([0; 256]), ..practice_proof(&bob(), 0, ROWS) };
        for call in [registration(&bob()), registration_with(&bob(), blank)] {
            assert_refused(unsolved(call), Error::PuzzleNotSolved);
        }
        assert_eq!(verified(), 0);
        assert_refused(registration_with(&bob(), blank), Error::ProofRefused);
        assert!(verified() > 0, "whoever has solved it is looked at");
    });
}

/// Whoever has solved one puzzle has not solved those of a hundred bogus proofs.
#[test]
fn a_number_for_each_bogus_proof() {
    build_and_execute(|| {
        let crate::Call::register_worker { nonce, seed, .. } = registration(&bob()) else {
            unreachable!("it is a registration");
        };
        let bogus = |number: u8| crate::Call::register_worker {
            worker: bob(),
            model: model_of(&bob()),
            score: Box::new(ProvedScore {
                proof: ProofBytes([number; 256]),
                ..practice_proof(&bob(), 0, ROWS)
            }),
            seed,
            nonce,
        };
        (0..100).for_each(|number| assert!(apply_bare(bogus(number)).is_err()));
        // One in sixteen solves its puzzle by chance.
        assert!(verified() < 20, "{}", verified());
    });
}

/// Before, a proof was good until its account registered: whoever had 400 of them could take all
/// places of a session at once, whenever that hurt most.
#[test]
fn a_hoarded_registration_is_stale() {
    build_and_execute(|| {
        NewestSeed::set(3);
        let hoarded: Vec<_> = (10..18).map(|number| registration(&account(number))).collect();
        NewestSeed::set(5);
        for call in hoarded {
            assert_refused(call.clone(), Error::StaleSeed);
            let crate::Call::register_worker { worker, model, score, .. } = call else {
                unreachable!("it is a registration");
            };
            // With a new number for the newest seed, the proof is still about the old one.
            assert_refused(registration_of(&worker, model, *score), Error::ProofRefused);
        }
        assert_ok!(apply_bare(registration(&bob())));
    });
}

#[test]
fn flood_of_registrations() {
    build_and_execute(|| {
        let flood: Vec<_> = (10..40).map(account).collect();
        let taken = flood.iter().filter(|who| apply_bare(registration(who)).is_ok());
        assert_eq!(taken.count(), 8);
    });
}

#[test]
fn winner_paid_twice() {
    build_and_execute(|| {
        open(1);
        assert_eq!(pay(1, &bob(), percent(50)), FIRST_PRIZE / 2);
        assert_eq!(pay(1, &bob(), percent(50)), 0);
        assert_eq!(pay(1, &dave(), percent(100)), 0);
        close(1);
        close(1);
        assert_eq!(pay(1, &dave(), percent(100)), 0);
        assert_eq!(Rewards::emission().minted, 37_500 + 7_500);
    });
}

#[test]
fn halvings_of_more_than_everything() {
    build_and_execute(|| {
        open(1);
        assert_eq!(pay(1, &bob(), percent(10_000)), FIRST_PRIZE);
    });
}

#[test]
fn minting_for_a_task_outside_the_curriculum() {
    build_and_execute(|| {
        assert_eq!(pay(77, &bob(), percent(100)), 0);
        assert!(Offered::least().open(9, 77, &bob()).is_err());
        assert_eq!(Balances::total_issuance(), 0);
    });
}

#[test]
fn success_split_over_a_hundred_accounts() {
    let at_once = {
        let mut minted = 0;
        build_and_execute(|| minted = earn(1, &bob(), percent(100)));
        minted
    };
    build_and_execute(|| {
        open(1);
        let split: u128 = (1..=100).map(|n| pay(1, &account(n), percent(1))).sum();
        assert!(split <= at_once);
        assert_eq!(Rewards::emission().minted, split + u128::from(pot()));
    });
}

#[test]
fn points_split_over_a_hundred_accounts() {
    build_and_execute(|| {
        for number in 1..=100 {
            give_points(&account(number), 101);
        }
        for session in [0, 3, 5, 10, 30] {
            go_to_session(session);
            let of_all: u128 = (1..=100).map(|n| Rewards::work_points(account(n))).sum();
            let of_one = PointsDecay::get().at_least(101 * 100, session);
            assert!(of_all <= of_one);
            assert!(of_one <= <Rewards as WorkPoints<AccountId>>::total());
        }
    });
}

#[test]
fn custodian_failing_on_purpose_and_opening_again() {
    build_and_execute(|| {
        open(1);
        close_as(1, CurriculumEnd::CustodianFailed);
        let again = Offered::least().open(EXPERIMENT, 2, &carol());
        assert_eq!(again, Err(Error::<Test>::NotCustodian.into()));
    });
}

#[test]
fn custodian_draining_the_pot_with_empty_tasks() {
    build_and_execute(|| {
        for task in 0..20 {
            open(task);
            close(task);
        }
        assert_eq!(Rewards::emission().free_pot, 1_000_000);
    });
}

#[test]
fn reference_outliving_the_registration() {
    build_and_execute(|| {
        for _ in 0..3 {
            assert_ok!(apply_bare(registration(&bob())));
            abandon(&bob(), 1);
        }
        go_to_session(12);
        assert_ok!(Rewards::do_remove_worker(&bob()));
        assert!(!exists(&bob()));
    });
}

/// What one account earns with a model that is wrong on so many of the rows, of which the constant
/// answer is wrong on 324, in an experiment without a champion.
fn earned_alone(errors: u32) -> u128 {
    let mut earned = 0;
    build_and_execute(|| earned = win(1, &bob(), 324, None, errors));
    assert!(earned > 0);
    earned
}

/// Under the old rule its score was compared with that of another test set: whenever it was lucky,
/// the same model was paid again.
#[test]
fn the_champion_again_earns_nothing_in_a_thousand_tasks() {
    build_and_execute(|| {
        assert_eq!(win(0, &bob(), 324, None, 20), earned_by_the_first());
        let before = Rewards::emission();
        for task in 1..=1_000 {
            let errors = 5 + u32::try_from(task % 40).unwrap_or(0);
            assert_eq!(win(task, &dave(), 324, Some(errors), errors), 0);
        }
        assert_eq!(Rewards::emission(), before);
    });
}

fn earned_by_the_first() -> u128 {
    let bits = nocknock_primitives::level::bits(lost(324), None, lost(20), 0);
    let minted = nocknock_primitives::level::mint_of(FIRST_UNIT, bits);
    nocknock_primitives::reward::MintSplit::of(minted).winner
}

/// Whoever trains on the test rows reaches a perfect score. Under the old rule it was paid a part
/// of the pot for it in each task.
#[test]
fn a_perfect_model_is_paid_once_however_it_is_claimed() {
    let at_once = earned_alone(0);
    // In steps, each of which beats the champion clearly enough.
    build_and_execute(|| {
        let errors = [100, 40, 5, 0, 0];
        let champions = [None, Some(100), Some(40), Some(5), Some(0)];
        let steps = (1..).zip(errors).zip(champions);
        let earned: u128 = steps
            .map(|((task, errors), champion)| win(task, &account(10), 324, champion, errors))
            .sum();
        assert!(earned <= at_once, "{earned} of {at_once}");
    });
    // In several tasks that are open at the same time, each with the same champion.
    build_and_execute(|| {
        (1..=3).for_each(|task| {
            open(task);
        });
        let won: Vec<_> = (1..=3).map(|task| settle(task, 324, None, 0)).collect();
        let paid = |(task, bits): (u64, Option<_>)| bits.map_or(0, |bits| pay(task, &bob(), bits));
        let earned: u128 = (1..).zip(won).map(paid).sum();
        assert_eq!(earned, at_once);
    });
    // Against a champion that is bad on purpose, or without one, again and again.
    build_and_execute(|| {
        let champions = [None, Some(324), None, Some(200), Some(50)];
        let earned: u128 =
            (1..).zip(champions).map(|(task, champion)| win(task, &bob(), 324, champion, 0)).sum();
        assert_eq!(earned, at_once);
    });
}

/// Under the old rule each account could win a task with the model, as long as luck beat luck.
#[test]
fn a_hundred_accounts_with_one_model_earn_what_one_earns() {
    let one = earned_alone(20);
    // One after the other.
    build_and_execute(|| {
        let tasks = (0..100).zip(110..210);
        let earned: u128 = tasks
            .map(|(task, who)| {
                let champion = (task > 0).then_some(20);
                win(task, &account(who), 324, champion, 20)
            })
            .sum();
        assert_eq!(earned, one);
    });
    // Three at a time, each of which is settled before another one is paid.
    build_and_execute(|| {
        let mut earned = 0;
        for first in (0..99).step_by(3) {
            let tasks = first..first + 3;
            tasks.clone().for_each(|task| {
                open(task);
            });
            let champion = (earned > 0).then_some(20);
            let won: Vec<_> = tasks.map(|task| (task, settle(task, 324, champion, 20))).collect();
            for (task, bits) in won {
                let who = account(110 + u8::try_from(task).unwrap_or(0));
                earned += bits.map_or(0, |bits| pay(task, &who, bits));
                close(task);
            }
        }
        assert_eq!(earned, one);
    });
}

//! Each invariant is seen to be checked: the state is broken by hand, and the check says what is
//! wrong.

use super::builders::*;
use crate::{
    mock::*,
    types::{CommitmentOf, TaskOf},
    Asked, Chunks, Claims, Commitments, ComparedWith, Deliveries, EqualRowCount, HoldReason,
    NextSeed, NextTask, PastRoots, Rankings, RevealedBlocks, Roots, Seeds, Tasks as StoredTasks,
};
use frame_support::assert_ok;
use nocknock_primitives::{
    claim::{ClaimKey, ClaimState},
    ids::{ContentHash, TaskId},
    task::{Attestation, Funding, Outcome, Ranked, SealedModelKey},
};
use sp_runtime::TryRuntimeError;

type RankedOf = Ranked<AccountId, Balance>;

/// Breaks a sound state and returns what the check says then.
fn found_after(prepare: impl FnOnce() -> TaskId, damage: impl FnOnce(TaskId)) -> &'static str {
    new_test_ext().execute_with(|| {
        let id = prepare();
        check_state();
        damage(id);
        match Tasks::do_try_state() {
            Err(TryRuntimeError::Other(message)) => message,
            other => panic!("the broken state is not found: {other:?}"),
        }
    })
}

/// The same for a damage to the task itself.
fn found_in_task(
    prepare: impl FnOnce() -> TaskId,
    damage: impl FnOnce(&mut TaskOf<Test>),
) -> &'static str {
    found_after(prepare, |id| {
        StoredTasks::<Test>::mutate(id, |task| damage(task.as_mut().expect("the task exists")));
    })
}

/// A task of Alice's in which Bob is committed.
fn open() -> TaskId {
    let id = create(spec());
    commit(id, &[bob()]);
    id
}

/// A task in which Bob, Dave and Eve have claimed so many points, and Eve is not asked.
fn waiting() -> TaskId {
    proving_with(spec(), &[(bob(), 27), (dave(), 26), (eve(), 25)])
}

/// The same with Bob's claim proved.
fn half_proved() -> TaskId {
    let id = waiting();
    submit(id, &bob(), 27);
    id
}

/// Changes Bob's commitment.
fn change_bobs(id: TaskId, change: impl FnOnce(&mut CommitmentOf<Test>)) {
    Commitments::<Test>::mutate(id, bob(), |known| change(known.as_mut().unwrap()));
}

/// A task of Alice's with both test blocks revealed, in which Bob is asked.
fn revealed_task() -> TaskId {
    proving(spec(), &[bob()])
}

/// A settled task that still holds its reward, for which Bob and Dave are ranked.
fn ranked() -> TaskId {
    settled(spec(), &[(bob(), 25), (dave(), 24)])
}

/// A settled task that still holds its bond, since nothing was revealed.
fn failed() -> TaskId {
    let id = open();
    go_to(21);
    settle(id);
    id
}

#[test]
fn a_task_with_a_future_number_is_found() {
    let found = found_after(open, NextTask::<Test>::put);
    assert_eq!(found, "1: a task has a future number");
}

#[test]
fn what_belongs_to_no_task_is_found() {
    let roots = found_after(open, |id| {
        Roots::<Test>::insert(id + 1, Roots::<Test>::get(id));
    });
    assert_eq!(roots, "1: roots without a task");
    let ranking = found_after(ranked, |id| {
        Rankings::<Test>::insert(id + 1, Rankings::<Test>::get(id));
    });
    assert_eq!(ranking, "1: a ranking without a task");
    let block = found_after(open, |id| {
        RevealedBlocks::<Test>::insert(id + 1, 0u16, revealed(0));
    });
    assert_eq!(block, "1: a revealed block without a task");
    let commitment = found_after(open, |id| {
        let of_bob = Commitments::<Test>::get(id, bob()).unwrap();
        Commitments::<Test>::insert(id + 1, bob(), of_bob);
    });
    assert_eq!(commitment, "1: a commitment without a task");
    let delivery = found_after(ranked, |id| {
        deliver(id, &bob());
        let of_bob = Deliveries::<Test>::get(id, bob()).unwrap();
        Deliveries::<Test>::insert(id + 1, bob(), of_bob);
    });
    assert_eq!(delivery, "1: a delivery without a task");
    let claim = found_after(waiting, |id| {
        Claims::<Test>::insert((id + 1, 0u8, [0u8; 8]), bob());
    });
    assert_eq!(claim, "1: a claim without a task");
    let asked = found_after(revealed_task, |id| {
        Asked::<Test>::insert(id + 1, Asked::<Test>::get(id));
    });
    assert_eq!(asked, "1: asked workers without a task");
    let equal_rows = found_after(open, |id| EqualRowCount::<Test>::insert(id + 1, 1u32));
    assert_eq!(equal_rows, "1: equal rows without a task");
    let roots = found_after(open, |id| PastRoots::<Test>::insert(id, (CURRICULUM, [0u8; 32])));
    assert_eq!(roots, "1: past roots of a task that is stored or has a future number");
}

#[test]
fn money_that_is_not_held_is_found() {
    let escrow = found_in_task(open, |task| task.held.escrow += 1);
    assert_eq!(escrow, "2: escrows differ from holds");
    let bond = found_in_task(open, |task| task.held.bond += 1);
    assert_eq!(bond, "2: bonds differ from holds");
    let record = found_in_task(open, |task| task.held.record += 1);
    assert_eq!(record, "2: records differ from holds");
    let stake = found_in_task(open, |task| task.terms.stake += 1);
    assert_eq!(stake, "3: stakes differ from holds");
}

/// Eve takes part in nothing, so no task says why something is held from her.
#[test]
fn a_hold_that_was_left_behind_is_found() {
    let left_over = |reason: HoldReason| {
        found_after(open, |_| {
            assert_ok!(Tasks::hold(reason, &eve(), 5));
        })
    };
    let escrow = left_over(HoldReason::Escrow);
    assert_eq!(escrow, "2: escrows differ from holds");
    let bond = left_over(HoldReason::Bond);
    assert_eq!(bond, "2: bonds differ from holds");
    let record = left_over(HoldReason::Record);
    assert_eq!(record, "2: records differ from holds");
    let stake = left_over(HoldReason::Stake);
    assert_eq!(stake, "3: stakes differ from holds");
}

#[test]
fn a_wrong_counter_is_found() {
    let stored = found_in_task(open, |task| task.open_commitments += 1);
    assert_eq!(stored, "4: open_commitments is not their number");
    let committed = found_in_task(open, |task| task.committed += 1);
    assert_eq!(committed, "4: committed is not their number");
    let uncounted = found_in_task(revealed_task, |task| task.committed -= 1);
    assert_eq!(uncounted, "4: there are more commitments than were counted");
    let proved = found_in_task(open, |task| task.proved += 1);
    assert_eq!(proved, "5: proved is not the number of proved claims");
    let claimed = found_in_task(open, |task| task.claimed += 1);
    assert_eq!(claimed, "5: claimed is not the number of claims");
}

#[test]
fn a_wrong_ranking_is_found() {
    let turned_round = found_after(ranked, |id| {
        Rankings::<Test>::mutate(id, |ranking| ranking.sort_by_key(|entry| entry.correct));
    });
    assert_eq!(turned_round, "6: a ranking is out of order");
    let one_twice = found_after(ranked, |id| {
        Rankings::<Test>::mutate(id, |ranking| ranking[1].worker = bob());
    });
    assert_eq!(one_twice, "6: a ranking names a worker twice");
}

#[test]
fn a_claim_that_is_not_as_its_blocks_is_found() {
    let message = "5: a claim is proved without its blocks, or not with them";
    let too_early = found_after(revealed_task, |id| {
        change_bobs(id, |known| known.claim = ClaimState::Proved);
    });
    assert_eq!(too_early, message);
    let unnoticed = found_after(revealed_task, |id| change_bobs(id, |known| known.proved = 0b11));
    assert_eq!(unnoticed, message);
}

#[test]
fn a_ranking_that_is_not_that_of_the_proved_claims_is_found() {
    let missing = found_after(half_proved, Rankings::<Test>::remove);
    assert_eq!(missing, "6: a proved claim is not ranked");
    let entry = |change: fn(&mut RankedOf)| {
        found_after(half_proved, |id| {
            Rankings::<Test>::mutate(id, |ranking| change(&mut ranking[0]));
        })
    };
    let other = entry(|rank| rank.correct += 1);
    assert_eq!(other, "6: a rank differs from its proved claim");
    let with_amount = entry(|rank| rank.amount = 1);
    assert_eq!(with_amount, "6: a rank has an amount before settlement");
    let last_paid = found_in_task(half_proved, |task| task.last_paid = None);
    assert_eq!(last_paid, "6: last_paid is not the last one to be paid");
}

#[test]
fn a_settled_ranking_that_does_not_pay_is_found() {
    let entry = |change: fn(&mut RankedOf)| {
        found_after(ranked, |id| Rankings::<Test>::mutate(id, |ranking| change(&mut ranking[1])))
    };
    let nothing = "6: a rank gets nothing, or less than it asked for";
    assert_eq!(entry(|rank| rank.amount = 0), nothing);
    assert_eq!(entry(|rank| rank.least = rank.amount + 1), nothing);
    assert_eq!(entry(|rank| rank.delivered = true), "6: not as many delivered as were paid");
    let count = found_in_task(ranked, |task| task.settlement.as_mut().unwrap().ranked = 1);
    assert_eq!(count, "6: ranked is not the number of ranks");
}

#[test]
fn claims_that_do_not_wait_as_they_are_stored_are_found() {
    let key = |points| ClaimKey::new(points, 2).to_bytes();
    let missing = found_after(waiting, |id| Claims::<Test>::remove((id, 0u8, key(50))));
    assert_eq!(missing, "11: a claim that waits is not stored once");
    let other = found_after(waiting, |id| Claims::<Test>::insert((id, 0u8, key(51)), eve()));
    assert_eq!(other, "11: a claim differs from its commitment");
    let twice = found_after(waiting, |id| Claims::<Test>::insert((id, 1u8, key(50)), eve()));
    assert_eq!(twice, "11: a claim that waits is not stored once");
    let count = found_in_task(waiting, |task| task.waiting += 1);
    assert_eq!(count, "11: waiting is not the number of claims that wait");
    let next = found_in_task(waiting, |task| task.next_claim = None);
    assert_eq!(next, "11: next_claim is not the best claim that waits");
}

#[test]
fn asked_workers_that_are_not_obliged_are_found() {
    let silent = found_after(half_proved, |id| {
        Asked::<Test>::mutate(id, |asked| asked.try_push(eve()).unwrap());
    });
    assert_eq!(silent, "12: somebody is asked who made no claim");
    let unlisted = found_after(half_proved, Asked::<Test>::remove);
    assert_eq!(unlisted, "12: somebody is obliged and not asked");
    let count = found_in_task(half_proved, |task| task.round.as_mut().unwrap().open = 2);
    assert_eq!(count, "12: a round counts other claims");
    let settled = found_after(ranked, |id| {
        Asked::<Test>::mutate(id, |asked| asked.try_push(bob()).unwrap());
    });
    assert_eq!(settled, "12: somebody is asked in a settled task");
}

#[test]
fn equal_rows_that_are_not_as_marked_are_found() {
    let found = found_after(open, |id| EqualRowCount::<Test>::insert(id, 1u32));
    assert_eq!(found, "13: not as many equal rows as are marked");
}

/// A task of the curriculum whose models are compared with a champion.
fn compared() -> TaskId {
    set_champion(&eve(), SCORE);
    claiming_curriculum(&[bob()])
}

#[test]
fn comparisons_that_are_not_counted_as_they_are_made_are_found() {
    let message = "14: tasks that others are compared with are not those stored";
    let champions = |id| reference(id).task;
    let missing = found_after(compared, |id| ComparedWith::<Test>::remove(champions(id)));
    assert_eq!(missing, message);
    let too_many = found_after(compared, |id| {
        ComparedWith::<Test>::insert(champions(id), 2u32);
    });
    assert_eq!(too_many, message);
    let of_nobody = found_after(compared, |id| ComparedWith::<Test>::insert(id, 1u32));
    assert_eq!(of_nobody, message);
    let ended = found_after(compared, |id| {
        end_claims(id);
        settle(id);
        ComparedWith::<Test>::insert(1_000, 1u32);
    });
    assert_eq!(ended, message);
}

#[test]
fn revealed_blocks_that_are_not_as_marked_are_found() {
    let missing = found_after(revealed_task, |id| RevealedBlocks::<Test>::remove(id, 0u16));
    assert_eq!(missing, "7: not every revealed block is stored");
    let another = found_after(revealed_task, |id| {
        RevealedBlocks::<Test>::remove(id, 0u16);
        RevealedBlocks::<Test>::insert(id, 2u16, revealed(2));
    });
    assert_eq!(another, "7: a block is marked as revealed but not stored");
    let kept = found_after(ranked, |id| {
        RevealedBlocks::<Test>::insert(id, 0u16, revealed(0));
    });
    assert_eq!(kept, "7: a settled task keeps revealed rows");
}

#[test]
fn money_that_a_task_should_not_hold_is_found() {
    let minting = found_in_task(open, |task| task.funding = Funding::Curriculum);
    assert_eq!(minting, "8: a curriculum task holds money");
    let finished = found_in_task(ranked, |task| {
        task.settlement.as_mut().unwrap().finished_at = Some(1);
    });
    assert_eq!(finished, "8: a finished task holds an escrow");
    let without_a_winner = found_in_task(failed, |task| {
        task.settlement.as_mut().unwrap().outcome = Outcome::NoWinner;
    });
    assert_eq!(without_a_winner, "8: a settled task holds a bond");
}

#[test]
fn a_task_that_nobody_can_win_or_finish_is_found() {
    let found = found_in_task(failed, |task| {
        task.settlement.as_mut().unwrap().finished_at = None;
    });
    assert_eq!(found, "8: a task without a ranking is not finished");
}

#[test]
fn a_seed_that_should_not_be_stored_is_found() {
    let found = found_after(open, |_| {
        Seeds::<Test>::insert(NextSeed::<Test>::get(), [0u8; 32]);
    });
    assert_eq!(found, "9: a seed is stored that should be forgotten");
}

/// A task of wide models to which Bob has uploaded two of three chunks.
fn uploading() -> TaskId {
    let id = settled(spec_of(&wide()), &[(bob(), 25), (dave(), 24)]);
    let model = parcel(id, &bob());
    assert_ok!(try_upload(id, &bob(), 0, &model));
    assert_ok!(try_upload(id, &bob(), 1, &model));
    id
}

#[test]
fn chunks_that_are_not_as_counted_are_found() {
    let differ = "10: deliveries and their chunks differ";
    let count_is_wrong = found_after(uploading, |id| {
        Deliveries::<Test>::mutate(id, bob(), |delivery| delivery.as_mut().unwrap().chunks = 3);
    });
    assert_eq!(count_is_wrong, differ);
    let missing = found_after(uploading, |id| Chunks::<Test>::remove((id, bob(), 1u32)));
    assert_eq!(missing, differ);
    let additional = found_after(uploading, |id| {
        let chunk = Chunks::<Test>::get((id, bob(), 1u32)).unwrap();
        Chunks::<Test>::insert((id, bob(), 2u32), chunk);
    });
    assert_eq!(additional, differ);
}

#[test]
fn chunks_without_a_delivery_and_deliveries_without_a_chunk_are_found() {
    let differ = "10: deliveries and their chunks differ";
    let of_nobody = found_after(uploading, |id| {
        let chunk = Chunks::<Test>::get((id, bob(), 0u32)).unwrap();
        Chunks::<Test>::insert((id, dave(), 0u32), chunk);
    });
    assert_eq!(of_nobody, differ);
    let of_no_task = found_after(uploading, |id| {
        let chunk = Chunks::<Test>::get((id, bob(), 0u32)).unwrap();
        Chunks::<Test>::insert((id + 1, bob(), 0u32), chunk);
    });
    assert_eq!(of_no_task, differ);
    let empty = found_after(uploading, |id| {
        let mut delivery = Deliveries::<Test>::get(id, bob()).unwrap();
        delivery.chunks = 0;
        Deliveries::<Test>::insert(id, dave(), delivery);
    });
    assert_eq!(empty, differ);
}

#[test]
fn a_key_that_is_sealed_too_early_is_found() {
    let found = found_after(uploading, |id| {
        let (key, _) = sealed_key(id, &bob());
        let sealed = SealedModelKey { key, attestation: Attestation::default(), at: 1 };
        Deliveries::<Test>::mutate(id, bob(), |delivery| {
            delivery.as_mut().unwrap().sealed = Some(sealed);
        });
    });
    assert_eq!(found, "10: a key is sealed and a chunk is missing");
}

#[test]
fn a_payment_without_a_sealed_key_is_found() {
    let found = found_after(ranked, |id| {
        deliver(id, &bob());
        Deliveries::<Test>::mutate(id, bob(), |delivery| {
            delivery.as_mut().unwrap().sealed = None;
        });
    });
    assert_eq!(found, "10: not as many keys are sealed as ranks were paid");
}

#[test]
fn another_encoding_than_the_experiment_names_is_found() {
    let found = found_after(open, |_| {
        book(|book| book.encoding = Some(ContentHash([99; 32])));
    });
    assert!(found.starts_with("15"), "{found}");
}

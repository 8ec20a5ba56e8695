//! Who is paid how much: that is fixed when a task is settled.

use super::builders::*;
use crate::{mock::*, Error, Event, Rankings};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    phase::Phase,
    task::{Fate, Outcome, Ranked},
};

fn ranking(id: u64) -> Vec<Ranked<AccountId, Balance>> {
    Rankings::<Test>::get(id).into_inner()
}

fn amounts(id: u64) -> Vec<Balance> {
    ranking(id).into_iter().map(|rank| rank.amount).collect()
}

fn fate_of(id: u64, worker: &AccountId) -> Fate {
    close(id, worker);
    match System::events().pop().map(|record| record.event) {
        Some(RuntimeEvent::Tasks(Event::CommitmentClosed { fate, .. })) => fate,
        other => panic!("no fate was told: {other:?}"),
    }
}

/// A task that pays 7,600 and 1,900 after the validators' part. Bob, Dave and Eve are ranked in
/// this order; each delivers for at least so much.
fn with_least(least: [Balance; 3]) -> u64 {
    let id = create(spec_with_shares(vec![8_000, 2_000]));
    let workers = [bob(), dave(), eve()];
    workers.iter().zip(least).for_each(|(worker, least)| commit_for(id, worker, least));
    end_commits(id);
    reveal_all(id);
    let scores = [(bob(), 30), (dave(), 29), (eve(), 28)];
    claim_all(id, &scores);
    prove_all(id, &scores);
    settle(id);
    id
}

#[test]
fn each_rank_of_a_sponsored_task_gets_the_first_share_at_most() {
    build_and_execute(|| {
        let id = with_least([0, 7_600, 1_900]);
        assert_eq!(amounts(id), [7_600; 3]);
        System::assert_last_event(
            Event::TaskSettled {
                task: id,
                outcome: Outcome::Ranked,
                ranked: 3,
                amounts: vec![7_600; 3],
            }
            .into(),
        );
    });
}

/// Under the old rule Dave had to deliver for whatever was left, or lost his stake.
#[test]
fn a_rank_below_its_least_price_loses_nothing() {
    build_and_execute(|| {
        let id = with_least([0, 1_901, 1_900]);
        deliver(id, &bob());
        System::assert_has_event(Event::RankSkipped { task: id, worker: dave() }.into());
        assert_eq!(phase(id), Phase::Deliver { rank: 2 }, "Eve's turn begins at once");
        assert_eq!(fate_of(id, &dave()), Fate::Returned);
        assert_eq!((free(&dave()), held(&dave())), (ENDOWMENT, 0));
        deliver(id, &eve());
        assert_eq!(free(&eve()), ENDOWMENT + 1_900);
        assert_ok!(Tasks::do_finish_task(id));
        assert_eq!(free(&alice()), ENDOWMENT - 10_000);
    });
}

#[test]
fn several_ranks_in_a_row_are_stepped_over() {
    build_and_execute(|| {
        let id = with_least([0, 2_000, 7_600]);
        deliver(id, &bob());
        assert_eq!(phase(id), Phase::Done, "nobody is left who would deliver");
        for worker in [dave(), eve()] {
            assert_eq!(fate_of(id, &worker), Fate::Returned);
        }
        assert_ok!(Tasks::do_finish_task(id));
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT - 8_000, 0));
    });
}

/// What the validators get may have risen since he committed.
#[test]
fn a_rank_that_settlement_offers_less_than_it_asked_for_is_left_out_and_loses_nothing() {
    build_and_execute(|| {
        let scores = [(bob(), 26), (dave(), 25)];
        let id = proving_with(spec(), &scores);
        prove_all(id, &scores);
        Rankings::<Test>::mutate(id, |ranking| {
            (ranking[0].least, ranking[1].least) = (9_501, 9_500);
        });
        settle(id);
        assert_eq!(amounts(id), [9_500]);
        System::assert_has_event(Event::RankSkipped { task: id, worker: bob() }.into());
        assert_eq!(fate_of(id, &bob()), Fate::Returned);
        assert_eq!((free(&bob()), held(&bob())), (ENDOWMENT, 0));
        assert_eq!(phase(id), Phase::Deliver { rank: 0 });
        deliver(id, &dave());
        assert_eq!(free(&dave()), ENDOWMENT + 9_500);
    });
}

/// Nobody has been paid yet, so Dave would get the first share.
#[test]
fn a_rank_that_gets_what_it_asked_for_has_to_deliver() {
    build_and_execute(|| {
        let id = with_least([0, 7_600, 0]);
        go_to(end_of(id).turn_began + PERIOD);
        assert_eq!(phase(id), Phase::Deliver { rank: 1 });
        go_to(end_of(id).turn_began + 2 * PERIOD);
        assert_eq!(fate_of(id, &dave()), Fate::NotDelivered);
        assert_eq!(fate_of(id, &bob()), Fate::NotDelivered);
        deliver(id, &eve());
        assert_eq!(free(&eve()), ENDOWMENT + 7_600);
    });
}

/// A turn that begins because time has passed runs its period, and may be let pass.
#[test]
fn a_rank_whose_turn_comes_with_less_than_its_least_price_may_let_it_pass() {
    build_and_execute(|| {
        let id = with_least([0, 0, 5_000]);
        deliver(id, &bob());
        go_to(end_of(id).turn_began + PERIOD);
        assert_eq!(phase(id), Phase::Deliver { rank: 2 });
        assert_noop!(try_close(id, &eve()), Error::<Test>::FateUndecided);
        go_to(end_of(id).turn_began + 2 * PERIOD);
        assert_eq!(phase(id), Phase::Done);
        assert_eq!(fate_of(id, &eve()), Fate::Returned);
        assert_eq!(fate_of(id, &dave()), Fate::NotDelivered);
    });
}

#[test]
fn a_rank_may_deliver_for_less_than_it_asked_for() {
    build_and_execute(|| {
        let id = with_least([0, 0, 5_000]);
        deliver(id, &bob());
        go_to(end_of(id).turn_began + PERIOD);
        deliver(id, &eve());
        assert_eq!(free(&eve()), ENDOWMENT + 1_900);
    });
}

#[test]
fn who_has_delivered_is_marked() {
    build_and_execute(|| {
        let id = with_least([0, 0, 0]);
        go_to(end_of(id).turn_began + PERIOD);
        deliver(id, &dave());
        let delivered: Vec<_> = ranking(id).into_iter().map(|rank| rank.delivered).collect();
        assert_eq!(delivered, [false, true, false]);
    });
}

#[test]
fn each_rank_of_a_curriculum_task_gets_what_its_own_model_is_worth() {
    build_and_execute(|| {
        let id = settled_curriculum(&[(bob(), 28), (dave(), 25)]);
        // The constant answer loses 20 rows, Bob's model 4 and Dave's 10.
        assert_eq!(amounts(id), [worth_of_rows(16), worth_of_rows(10)]);
        let bits: Vec<_> = ranking(id).into_iter().map(|rank| rank.bits).collect();
        assert_eq!(bits, [16 * 256, 10 * 256]);
        assert_eq!(book(|book| book.open.clone()), vec![(id, 16 * 256)]);
        go_to(end_of(id).turn_began + PERIOD);
        deliver(id, &dave());
        assert_eq!(free(&dave()), ENDOWMENT + worth_of_rows(10));
        assert_eq!(book(|book| book.level), 10 * 256, "what Bob would have got can be had again");
        assert_eq!(fate_of(id, &bob()), Fate::NotDelivered);
    });
}

#[test]
fn a_task_that_nobody_delivers_to_gives_back_what_it_took() {
    build_and_execute(|| {
        let id = settled_curriculum(&[(bob(), 28)]);
        go_to(end_of(id).turn_began + PERIOD);
        assert_ok!(Tasks::do_finish_task(id));
        assert_eq!(book(|book| (book.open.len(), book.level)), (0, 0));
    });
}

/// The old amount followed from the champion of the moment of the delivery, so whoever could change
/// that could take it away from a worker whose model was on the chain already.
#[test]
fn an_amount_does_not_change_after_settlement() {
    build_and_execute(|| {
        let id = settled_curriculum(&[(bob(), 25), (dave(), 24)]);
        let settled = amounts(id);
        assert_eq!(settled, [worth_of_rows(10), worth_of_rows(8)]);
        upload(id, &bob());
        set_champion(&eve(), SCORE);
        book(|book| book.level += 100 * 256);
        assert_eq!(amounts(id), settled);
        assert_ok!(try_deliver(id, &bob(), sealed_key(id, &bob())));
        assert_eq!(free(&bob()), ENDOWMENT + worth_of_rows(10));
        let id = with_least([0, 0, 0]);
        let settled = amounts(id);
        deliver(id, &bob());
        assert_eq!(amounts(id), settled);
    });
}

/// Under the old rule the task that was paid first left nothing for the other one, whose worker
/// then kept its key back.
#[test]
fn what_another_task_pays_changes_no_settled_amount() {
    build_and_execute(|| {
        let (first, second) = (create_curriculum(), create_curriculum());
        open(first);
        open(second);
        commit(first, &[bob()]);
        commit(second, &[dave()]);
        end_commits(second);
        for (id, worker, points) in [(first, bob(), 25), (second, dave(), 28)] {
            reveal_all(id);
            claim(id, &worker, points);
            submit(id, &worker, points);
            settle(id);
        }
        // Each row is paid once: ten of Dave's sixteen are Bob's.
        assert_eq!(amounts(first), [worth_of_rows(10)]);
        assert_eq!(amounts(second), [worth_of_rows(6)]);
        deliver(second, &dave());
        assert_eq!(free(&dave()), ENDOWMENT + worth_of_rows(6));
        assert_eq!(amounts(first), [worth_of_rows(10)]);
        deliver(first, &bob());
        assert_eq!(free(&bob()), ENDOWMENT + worth_of_rows(10));
        assert_eq!(book(|book| book.level), 16 * 256);
    });
}

/// What it is worth it knew before it claimed, and other tasks cannot take it away.
#[test]
fn no_champion_of_another_task_excuses_from_the_delivery() {
    build_and_execute(|| {
        let id = settled_curriculum(&[(bob(), 25)]);
        set_champion(&dave(), SCORE);
        go_to(end_of(id).turn_began + PERIOD);
        assert_eq!(fate_of(id, &bob()), Fate::NotDelivered);
        assert_eq!(book(|book| book.abandoned.clone()), vec![(bob(), id)]);
    });
}

#[test]
fn a_model_that_is_no_better_than_the_champion_is_paid_nothing_and_loses_nothing() {
    build_and_execute(|| {
        set_champion(&eve(), SCORE);
        let id = proving_curriculum_with(&[(bob(), 25), (dave(), 24)]);
        prove_champion(id, 25);
        submit(id, &bob(), 25);
        submit(id, &dave(), 24);
        settle(id);
        for worker in [bob(), dave()] {
            let skipped = Event::RankSkipped { task: id, worker: worker.clone() };
            System::assert_has_event(skipped.into());
            assert_eq!(fate_of(id, &worker), Fate::Returned);
        }
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
        assert!(book(|book| book.abandoned.is_empty() && book.open.is_empty()));
    });
}

#[test]
fn ranks_that_get_nothing_are_left_out_and_the_others_stay() {
    build_and_execute(|| {
        set_champion(&eve(), SCORE);
        let id = proving_curriculum_with(&[(bob(), 26), (dave(), 25)]);
        prove_champion(id, 25);
        submit(id, &bob(), 26);
        submit(id, &dave(), 25);
        settle(id);
        assert_eq!(amounts(id), [worth_of_rows(2)]);
        assert_eq!(end_of(id).ranked, 1);
        System::assert_has_event(Event::RankSkipped { task: id, worker: dave() }.into());
        assert_eq!(fate_of(id, &dave()), Fate::Returned);
        deliver(id, &bob());
        assert_eq!(free(&bob()), ENDOWMENT + worth_of_rows(2));
    });
}

#[test]
fn what_the_experiment_has_paid_for_is_not_paid_again() {
    build_and_execute(|| {
        book(|book| book.level = 10 * 256);
        let id = settled_curriculum(&[(bob(), 25)]);
        assert_eq!(end_of(id).outcome, Outcome::NoWinner);
        let id = settled_curriculum(&[(bob(), 26)]);
        assert_eq!(amounts(id), [worth_of_rows(2)]);
    });
}

/// Not every account could take so little.
#[test]
fn a_rank_below_the_existential_deposit_is_left_out() {
    build_and_execute(|| {
        book(|book| book.level = 20 * 256 - 2);
        let id = settled_curriculum(&[(bob(), 30)]);
        assert!(worth(2) < 10 && end_of(id).outcome == Outcome::NoWinner);
        book(|book| book.level = 20 * 256 - 3);
        let id = settled_curriculum(&[(bob(), 30)]);
        assert_eq!(amounts(id), [worth(3)]);
    });
}

/// The same champion, judged on the rows of the task, may be worse than it was on its own.
#[test]
fn what_counts_is_the_champion_on_the_same_rows() {
    build_and_execute(|| {
        for (of_champion, rows) in [(20, 10), (24, 2), (21, 8)] {
            set_champion(&eve(), SCORE);
            let id = proving_curriculum_with(&[(bob(), 25)]);
            prove_champion(id, of_champion);
            submit(id, &bob(), 25);
            settle(id);
            assert_eq!(amounts(id), [worth_of_rows(rows)]);
            go_to(end_of(id).turn_began + PERIOD);
            assert_ok!(Tasks::do_finish_task(id));
        }
    });
}

use super::*;
use crate::{
    limits::List,
    task::{
        tests::{created, TestTask},
        TestBlock,
    },
};
use alloc::vec;

fn drawn() -> TestTask {
    let tests = [1, 3].map(|index| TestBlock { index, rows: None });
    Task { drawn_at: Some(120), tests: List::truncate_from(tests.into()), ..created() }
}

/// Open from block 125 on, with three commitments.
fn open() -> TestTask {
    Task { opened_at: Some(125), committed: 3, ..drawn() }
}

fn revealed() -> TestTask {
    let mut task = Task { revealed_at: Some(160), ..open() };
    task.tests.iter_mut().for_each(|test| test.rows = Some(4));
    task.label_counts = List::truncate_from(vec![5, 3]);
    task
}

/// Settled in block 200 with this many ranks.
fn ranked(ranked: u32) -> TestTask {
    let settlement = Settlement {
        outcome: Outcome::Ranked,
        at: 200,
        ranked,
        turn: 0,
        turn_began: 200,
        paid: 0,
        finished_at: None,
    };
    Task { settlement: Some(settlement), ..revealed() }
}

fn settlement(task: &mut TestTask) -> &mut Settlement<u32> {
    task.settlement.as_mut().expect("the task is settled")
}

#[test]
fn a_task_waits_for_its_draw_until_the_deadline() {
    let task = created();
    assert_eq!(task.phase(100), Phase::Created);
    assert_eq!((task.phase(149), task.deadline(149)), (Phase::Created, Some(150)));
    assert_eq!((task.phase(150), task.deadline(150)), (Phase::Settle, None));
}

#[test]
fn a_drawn_task_waits_for_its_training_data_until_the_deadline() {
    let task = drawn();
    assert_eq!((task.phase(129), task.deadline(129)), (Phase::Drawn, Some(130)));
    assert_eq!(task.phase(130), Phase::Settle);
}

#[test]
fn commit_and_reveal_follow_each_other() {
    let task = open();
    assert_eq!((task.phase(144), task.deadline(144)), (Phase::Open, Some(145)));
    assert_eq!((task.phase(145), task.deadline(145)), (Phase::Reveal, Some(175)));
    assert_eq!(task.phase(174), Phase::Reveal);
    assert_eq!(task.phase(175), Phase::Settle);
}

#[test]
fn without_commitments_nothing_follows_the_commit_phase() {
    let task = Task { committed: 0, ..open() };
    assert_eq!(task.phase(144), Phase::Open);
    assert_eq!(task.phase(145), Phase::Settle);
}

#[test]
fn the_whole_prove_period_follows_the_last_reveal() {
    let task = revealed();
    assert_eq!((task.phase(160), task.deadline(160)), (Phase::Prove, Some(200)));
    assert_eq!(task.phase(199), Phase::Prove);
    assert_eq!(task.phase(200), Phase::Settle);
}

#[test]
fn proving_ends_when_everybody_has_proved() {
    assert_eq!(Task { proved: 2, ..revealed() }.phase(161), Phase::Prove);
    assert_eq!(Task { proved: 3, ..revealed() }.phase(161), Phase::Settle);
}

#[test]
fn too_few_rows_end_the_task() {
    let mut task = revealed();
    task.terms.min_test_rows = 8;
    assert_eq!(task.phase(161), Phase::Prove);
    task.terms.min_test_rows = 9;
    assert_eq!(task.phase(161), Phase::Settle);
}

#[test]
fn each_rank_has_one_period_in_turn() {
    let task = ranked(3);
    let turns = [(200, 0), (249, 0), (250, 1), (299, 1), (300, 2), (349, 2)];
    for (block, rank) in turns {
        assert_eq!(task.phase(block), Phase::Deliver { rank }, "block {block}");
        assert_eq!(task.deadline(block), Some(250 + 50 * rank), "block {block}");
    }
    assert_eq!((task.phase(350), task.deadline(350)), (Phase::Done, None));
}

#[test]
fn a_payment_begins_the_next_turn() {
    let mut task = ranked(3);
    (settlement(&mut task).turn, settlement(&mut task).turn_began) = (1, 210);
    settlement(&mut task).paid = 1;
    assert_eq!(task.phase(259), Phase::Deliver { rank: 1 });
    assert_eq!(task.phase(260), Phase::Deliver { rank: 2 });
    assert_eq!(task.phase(310), Phase::Done);
}

#[test]
fn a_task_is_done_when_all_shares_are_paid() {
    let mut task = ranked(3);
    (settlement(&mut task).turn, settlement(&mut task).turn_began) = (2, 210);
    settlement(&mut task).paid = 2;
    assert_eq!(task.phase(211), Phase::Done);
}

#[test]
fn turns_that_passed_are_over_and_later_ones_only_while_shares_are_left() {
    let mut task = ranked(3);
    assert!(!task.turn_is_over(0, 249) && task.turn_is_over(0, 250));
    assert!(!task.turn_is_over(1, 299) && task.turn_is_over(1, 300));
    (settlement(&mut task).turn, settlement(&mut task).turn_began) = (2, 260);
    settlement(&mut task).paid = 2;
    assert!(task.turn_is_over(0, 260) && task.turn_is_over(1, 260));
    assert!(!task.turn_is_over(2, 1_000_000));
}

#[test]
fn any_other_outcome_is_done_at_once() {
    let mut task = ranked(3);
    settlement(&mut task).outcome = Outcome::RevealFailed;
    assert_eq!(task.phase(200), Phase::Done);
}

#[test]
fn deadlines_beyond_the_last_block_do_not_overflow() {
    let mut task = open();
    task.terms.periods.commit = u32::MAX;
    assert_eq!(task.phase(u32::MAX - 1), Phase::Open);
    let mut task = ranked(u32::MAX);
    task.terms.periods.deliver = 0;
    assert_eq!(task.phase(u32::MAX), Phase::Deliver { rank: 0 });
}

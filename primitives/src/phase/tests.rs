use super::*;
use crate::{
    claim::{ClaimKey, RoundClock},
    limits::{List, MAX_ROUNDS},
    task::{
        tests::{created, reference, TestTask},
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
    task.baseline = task.count_baseline();
    task
}

/// Revealed, with one share, so many claims that wait, and a first round that began in block 180
/// with so many that are not proved.
fn asked(waiting: u32, proved: u32, open: u32) -> TestTask {
    let mut task = Task { claimed: 3, waiting, proved, ..revealed() };
    task.terms.shares = List::truncate_from(vec![10_000]);
    task.next_claim = (waiting > 0).then_some(ClaimKey::new(4, 1));
    task.last_paid = (proved > 0).then_some(ClaimKey::new(5, 0));
    task.round = Some(RoundClock { number: 1, began: 180, open });
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
fn the_whole_claim_period_follows_the_last_reveal() {
    let task = Task { claimed: 2, waiting: 2, ..revealed() };
    assert_eq!((task.phase(160), task.deadline(160)), (Phase::Claim, Some(175)));
    assert_eq!(task.phase(174), Phase::Claim);
    assert_eq!((task.phase(175), task.deadline(175)), (Phase::Ask, None));
    assert_eq!(task.phase(1_000_000), Phase::Ask);
}

#[test]
fn claiming_ends_when_everybody_has_claimed_or_withdrawn() {
    let two = Task { claimed: 2, waiting: 2, ..revealed() };
    assert_eq!(Task { claimed: 3, waiting: 3, ..two.clone() }.phase(161), Phase::Ask);
    assert_eq!(Task { committed: 2, ..two }.phase(161), Phase::Ask);
    let nobody = Task { committed: 0, ..revealed() };
    assert_eq!((nobody.phase(161), nobody.deadline(161)), (Phase::Settle, None));
}

#[test]
fn without_claims_nobody_is_asked() {
    assert_eq!(revealed().phase(174), Phase::Claim);
    assert_eq!(revealed().phase(175), Phase::Settle);
}

#[test]
fn the_whole_prove_period_follows_each_asking() {
    let task = asked(1, 0, 2);
    assert_eq!((task.phase(180), task.deadline(180)), (Phase::Prove, Some(220)));
    assert_eq!(task.phase(219), Phase::Prove);
    assert_eq!((task.phase(220), task.deadline(220)), (Phase::Ask, None));
    let second = RoundClock { number: 2, began: 300, open: 1 };
    let task = Task { waiting: 0, next_claim: None, round: Some(second), ..task };
    assert_eq!((task.phase(339), task.deadline(339)), (Phase::Prove, Some(340)));
    assert_eq!(task.phase(340), Phase::Settle);
}

#[test]
fn proving_ends_when_everybody_who_was_asked_has_proved() {
    assert_eq!(asked(1, 1, 1).phase(181), Phase::Prove);
    assert_eq!(asked(1, 1, 0).phase(181), Phase::Settle);
    assert_eq!(asked(0, 0, 0).phase(181), Phase::Settle);
}

#[test]
fn proving_goes_on_until_the_champion_is_proved() {
    let mut task = Task { reference: Some(reference()), ..asked(0, 2, 0) };
    assert_eq!((task.phase(181), task.deadline(181)), (Phase::Prove, Some(220)));
    assert_eq!(task.phase(220), Phase::Settle);
    let champion = task.reference.as_mut().expect("there is a champion");
    assert!(champion.note(0, 1) && champion.note(1, 1));
    assert_eq!(task.phase(181), Phase::Settle);
}

/// All states of claims and rounds, by the table of the protocol.
#[test]
fn each_state_of_claims_has_its_phase() {
    let mut seen = 0;
    for (claimed, waiting) in (0..4).flat_map(|claimed| [(claimed, 0), (claimed, 1)]) {
        for now in [174, 175] {
            let expected = match (claimed < 3 && now < 175, waiting) {
                (true, _) => Phase::Claim,
                (false, 0) => Phase::Settle,
                (false, _) => Phase::Ask,
            };
            let task = Task { claimed, waiting, ..revealed() };
            assert_eq!(task.phase(now), expected, "{claimed} {waiting} {now}");
            seen += 1;
        }
    }
    for bits in 0..64 {
        let [waits, free, better, last, open, champion] =
            [0, 1, 2, 3, 4, 5].map(|bit| (bits >> bit) & 1 == 1);
        for now in [219, 220] {
            let mut task = asked(waits.into(), (!free).into(), open.into());
            if waits && better {
                task.next_claim = Some(ClaimKey::new(6, 1));
            }
            let number = if last { MAX_ROUNDS } else { 1 };
            task.round = Some(RoundClock { number, began: 180, open: open.into() });
            task.reference = champion.then(reference);
            let more = waits && !last && (free || better);
            let expected = match (now < 220 && (open || champion), more) {
                (true, _) => Phase::Prove,
                (false, true) => Phase::Ask,
                (false, false) => Phase::Settle,
            };
            assert_eq!(task.phase(now), expected, "{bits:b} {now}");
            assert_eq!(task.more_to_ask(), more, "{bits:b}");
            seen += 1;
        }
    }
    assert_eq!(seen, 16 + 128);
}

#[test]
fn too_few_rows_end_the_task() {
    let mut task = revealed();
    task.terms.min_test_rows = 8;
    assert_eq!(task.phase(161), Phase::Claim);
    task.terms.min_test_rows = 9;
    assert_eq!(task.phase(161), Phase::Settle);
    let with_claims = Task { claimed: 3, waiting: 3, ..task };
    assert_eq!(with_claims.phase(161), Phase::Settle);
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
    let mut task = revealed();
    task.terms.periods.claim = u32::MAX;
    assert_eq!(task.phase(u32::MAX - 1), Phase::Claim);
    let mut task = asked(0, 0, 1);
    task.terms.periods.prove = u32::MAX;
    assert_eq!(task.phase(u32::MAX - 1), Phase::Prove);
    let mut task = ranked(u32::MAX);
    task.terms.periods.deliver = 0;
    assert_eq!(task.phase(u32::MAX), Phase::Deliver { rank: 0 });
}

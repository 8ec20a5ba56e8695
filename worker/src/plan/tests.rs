//! The table: for each phase, what the journal and the chain may say, and the step that follows.

use super::*;
use nocknock_primitives::{
    ids::{
        BlobId, CiphertextHash, CircuitId, ContentHash, KeyCommitment, ModelCommitment, PointBytes,
    },
    limits::List,
    model::names::named,
    score::Score,
    task::{
        Funding, Held, Outcome, Periods, Ranked, SealedKeyBytes, SealedModelKey, Settlement, Terms,
        TestBlock,
    },
};

const ME: AccountId = AccountId { 0: [1; 32] };
const OTHER: AccountId = AccountId { 0: [2; 32] };
const MODEL: ModelCommitment = ModelCommitment([3; 32]);
const KEY: KeyCommitment = KeyCommitment([4; 32]);
const CIPHERTEXT: CiphertextHash = CiphertextHash([5; 32]);
/// Blocks of the phases of [`task`]: it opens in 100, and every period lasts 10.
const OPEN: BlockNumber = 105;
const REVEAL: BlockNumber = 115;
const PROVE: BlockNumber = 118;
const SETTLE: BlockNumber = 140;
const DELIVER: BlockNumber = 143;
const SECOND_TURN: BlockNumber = 153;
const DONE: BlockNumber = 175;

fn task() -> Task {
    Task {
        experiment: 1,
        requester: OTHER,
        funding: Funding::Sponsored,
        terms: Terms {
            score_circuit: CircuitId([5; 32]),
            delivery_circuit: CircuitId([6; 32]),
            min_score: Score::new(1, 2),
            min_test_rows: 1,
            reward: 1000,
            shares: List::truncate_from(vec![10_000]),
            bond: 10,
            stake: 5,
            periods: Periods { publish: 10, commit: 10, reveal: 10, prove: 10, deliver: 10 },
        },
        architecture: named("tiny-4x3x2").unwrap(),
        recipient: PointBytes([7; 64]),
        encoding: ContentHash([8; 32]),
        blocks: 5,
        test_blocks: 2,
        tests: List::truncate_from(vec![test(1, None), test(4, None)]),
        train_data: Some(BlobId([7; 32])),
        created_at: 100,
        seed: 0,
        draw_by: 100,
        drawn_at: Some(100),
        opened_at: Some(100),
        revealed_at: None,
        label_counts: List::truncate_from(vec![30, 10]),
        committed: 2,
        proved: 0,
        open_commitments: 2,
        next_sequence: 2,
        held: Held { escrow: 1000, bond: 10 },
        settlement: None,
    }
}

fn test(index: BlockIndex, rows: Option<u32>) -> TestBlock {
    TestBlock { index, rows }
}

fn revealed() -> Task {
    Task {
        tests: List::truncate_from(vec![test(1, Some(20)), test(4, Some(20))]),
        revealed_at: Some(117),
        ..task()
    }
}

fn settled(outcome: Outcome, ranked: u32) -> Task {
    Task {
        settlement: Some(Settlement {
            outcome,
            at: 142,
            ranked,
            turn: 0,
            turn_began: 142,
            paid: 0,
            finished_at: None,
        }),
        ..revealed()
    }
}

fn commitment(proved: u32) -> Commitment {
    Commitment {
        model: MODEL,
        key: KEY,
        ciphertext: CIPHERTEXT,
        at: 104,
        sequence: 0,
        proved,
        correct: 0,
    }
}

fn ranking(workers: &[AccountId]) -> Ranking {
    let entry =
        |(sequence, worker): (u32, &AccountId)| Ranked { worker: *worker, correct: 30, sequence };
    List::truncate_from((0..).zip(workers).map(entry).collect())
}

/// A delivery of so many chunks, without the key.
fn uploaded(chunks: u32) -> Delivery {
    Delivery { model: MODEL, key: KEY, ciphertext: CIPHERTEXT, chunks, begun_at: 144, sealed: None }
}

fn delivered() -> Delivery {
    let key = SealedKeyBytes { ephemeral: PointBytes([6; 64]), masked_key: [6; 32] };
    let sealed = SealedModelKey { key, attestation: Default::default(), at: 145 };
    Delivery { sealed: Some(sealed), ..uploaded(1) }
}

fn view(now: BlockNumber, task: Task) -> TaskView {
    TaskView {
        now,
        worker: ME,
        task: Some(task),
        commitment: None,
        ranking: ranking(&[]),
        champion: None,
        delivery: None,
        free_calls: FreeCalls::default(),
    }
}

fn committed_view(now: BlockNumber, task: Task, proved: u32) -> TaskView {
    TaskView { commitment: Some(commitment(proved)), ..view(now, task) }
}

fn ranked_view(now: BlockNumber, workers: &[AccountId]) -> TaskView {
    TaskView { ranking: ranking(workers), ..committed_view(now, settled(Outcome::Ranked, 2), 0b11) }
}

/// A journal of a worker that has committed.
fn committed() -> Progress {
    Progress {
        data: true,
        model: true,
        commitment: Some(MODEL),
        committed: true,
        ..Progress::default()
    }
}

fn proved(blocks: &[BlockIndex]) -> Progress {
    Progress { proofs: blocks.iter().copied().collect(), ..committed() }
}

fn complete() -> Progress {
    Progress { complete: true, ..proved(&[1, 4]) }
}

fn sealed() -> Progress {
    Progress { sealed: true, copied: true, ..complete() }
}

fn next(journal: &Progress, view: &TaskView) -> Action {
    next_action(journal, view, 32)
}

fn over(outcome: Outcome, complete: bool) -> Action {
    Action::End(Ending::Over { outcome, complete })
}

#[test]
fn the_phases_of_the_example_are_where_the_constants_say() {
    assert_eq!(task().phase(OPEN), Phase::Open);
    assert_eq!(task().phase(REVEAL), Phase::Reveal);
    assert_eq!(revealed().phase(PROVE), Phase::Prove);
    assert_eq!(revealed().phase(SETTLE), Phase::Settle);
    let ranked = settled(Outcome::Ranked, 2);
    assert_eq!(ranked.phase(DELIVER), Phase::Deliver { rank: 0 });
    assert_eq!(ranked.phase(SECOND_TURN), Phase::Deliver { rank: 1 });
    assert_eq!(ranked.phase(DONE), Phase::Done);
}

#[test]
fn each_missing_step_before_the_commitment_is_taken_in_order() {
    let open = view(OPEN, task());
    let mut journal = Progress::default();
    assert_eq!(next(&journal, &open), Action::FetchData);
    journal.data = true;
    assert_eq!(next(&journal, &open), Action::Train);
    journal.model = true;
    assert_eq!(next(&journal, &open), Action::Seal);
    journal.commitment = Some(MODEL);
    assert_eq!(next(&journal, &open), Action::Commit);
}

#[test]
fn a_commitment_that_a_reorganisation_removed_is_sent_again_with_the_same_key() {
    assert_eq!(next(&committed(), &view(OPEN, task())), Action::Commit);
}

#[test]
fn a_commitment_is_noted_when_it_is_first_seen_in_whatever_phase() {
    let journal = Progress { committed: false, ..committed() };
    let views = [
        committed_view(OPEN, task(), 0),
        committed_view(REVEAL, task(), 0),
        committed_view(PROVE, revealed(), 0),
        committed_view(SETTLE, revealed(), 0),
    ];
    for view in views {
        assert_eq!(next(&journal, &view), Action::NoteCommitted, "{}", view.now);
    }
}

#[test]
fn who_has_committed_waits_for_the_test_blocks() {
    for now in [OPEN, REVEAL] {
        let view = committed_view(now, task(), 0);
        assert_eq!(next(&committed(), &view), Action::Wait(Waiting::Reveal));
    }
}

#[test]
fn a_commitment_of_somebody_elses_making_is_never_worked_on() {
    let other = Progress { commitment: Some(ModelCommitment([9; 32])), ..committed() };
    for journal in [Progress::default(), other] {
        for (now, task) in [(OPEN, task()), (PROVE, revealed()), (SETTLE, revealed())] {
            let view = committed_view(now, task, 0);
            let ended = Action::End(Ending::ForeignCommitment);
            assert_eq!(next(&journal, &view), ended, "{now}");
        }
    }
}

#[test]
fn nothing_is_at_stake_for_who_comes_too_late() {
    let trained =
        Progress { data: true, model: true, commitment: Some(MODEL), ..Progress::default() };
    for journal in [Progress::default(), trained] {
        for (now, task) in [
            (REVEAL, task()),
            (PROVE, revealed()),
            (SETTLE, revealed()),
            (DONE, settled(Outcome::NoWinner, 0)),
        ] {
            let ended = next(&journal, &view(now, task));
            assert_eq!(ended, Action::End(Ending::TooLate), "{now}");
        }
    }
}

#[test]
fn only_blocks_that_neither_disk_nor_chain_has_proved_are_proved() {
    let cases = [
        (proved(&[]), 0b00, Action::Prove(vec![1, 4])),
        (proved(&[1]), 0b00, Action::Prove(vec![4])),
        (proved(&[]), 0b01, Action::Prove(vec![4])),
        (proved(&[1]), 0b01, Action::Prove(vec![4])),
        (proved(&[1, 4]), 0b00, Action::SubmitScores(vec![1, 4])),
        (proved(&[1, 4]), 0b10, Action::SubmitScores(vec![1])),
        (proved(&[4]), 0b01, Action::SubmitScores(vec![4])),
        (proved(&[1, 4]), 0b11, Action::NoteComplete),
        (complete(), 0b11, Action::Wait(Waiting::Settlement)),
    ];
    for (journal, bits, action) in cases {
        let view = committed_view(PROVE, revealed(), bits);
        assert_eq!(next(&journal, &view), action, "{journal:?} {bits:b}");
    }
}

#[test]
fn proofs_are_sent_in_batches_as_soon_as_one_is_full() {
    let view = committed_view(PROVE, revealed(), 0);
    let submit = |blocks: &[BlockIndex]| Action::SubmitScores(blocks.to_vec());
    assert_eq!(next_action(&proved(&[1]), &view, 1), submit(&[1]));
    assert_eq!(next_action(&proved(&[1, 4]), &view, 1), submit(&[1]));
    assert_eq!(next_action(&proved(&[1, 4]), &view, 0), submit(&[1]));
    assert_eq!(next_action(&proved(&[1, 4]), &view, 99), submit(&[1, 4]));
}

/// Whatever the settings say, no call takes more than the chain can check in a part of a block.
#[test]
fn proofs_of_large_blocks_are_sent_a_few_at_a_time() {
    let most = |name, batch| proofs_of_a_call(&named(name).unwrap(), batch);
    assert_eq!((most("mnist-784x128x10", 32), most("mnist-784x128x10", 7)), (8, 7));
    assert_eq!((most("embed-512x10", 32), most("embed-512x10", 0)), (3, 1));
    assert_eq!(most("digits-64x32x10", 99), 32);
    let mut task = revealed();
    task.architecture = named("embed-512x10").unwrap();
    task.test_blocks = 5;
    task.tests = List::truncate_from((0..5).map(|index| test(index, Some(20))).collect());
    let view = committed_view(PROVE, task, 0);
    let submit = |blocks: &[BlockIndex]| Action::SubmitScores(blocks.to_vec());
    assert_eq!(next_action(&proved(&[0, 1, 2, 3, 4]), &view, 32), submit(&[0, 1, 2]));
    assert_eq!(next_action(&proved(&[0, 1, 2, 3, 4]), &view, 2), submit(&[0, 1]));
}

/// A task of the curriculum with six test blocks, all of which are proved on the disk.
fn six_blocks(free_calls: FreeCalls, funding: Funding) -> (Progress, TaskView) {
    let mut task = Task { funding, test_blocks: 6, ..revealed() };
    task.tests = List::truncate_from((0..6).map(|index| test(index, Some(20))).collect());
    let view = TaskView { free_calls, ..committed_view(PROVE, task, 0) };
    (proved(&[0, 1, 2, 3, 4, 5]), view)
}

#[test]
fn a_newcomer_sends_four_proofs_at_a_time_in_the_curriculum() {
    let sent = |known, funding, batch| {
        let (journal, view) = six_blocks(FreeCalls { known, ..FreeCalls::default() }, funding);
        match next_action(&journal, &view, batch) {
            Action::SubmitScores(blocks) => blocks.len(),
            action => panic!("{action:?}"),
        }
    };
    assert_eq!(sent(false, Funding::Curriculum, 32), 4);
    assert_eq!(sent(false, Funding::Curriculum, 3), 3);
    assert_eq!(sent(true, Funding::Curriculum, 32), 6);
    assert_eq!(sent(false, Funding::Sponsored, 32), 6);
}

#[test]
fn whoever_cannot_pay_waits_for_the_next_session_after_a_free_call_that_failed() {
    let wait = Action::Wait(Waiting::FreeCalls);
    let next = |ended, balance, funding| {
        let (journal, view) = six_blocks(FreeCalls { known: true, ended, balance }, funding);
        next(&journal, &view)
    };
    assert_eq!(next(true, 0, Funding::Curriculum), wait);
    let submit = Action::SubmitScores(vec![0, 1, 2, 3, 4, 5]);
    assert_eq!(next(true, 1, Funding::Curriculum), submit, "it pays");
    assert_eq!(next(false, 0, Funding::Curriculum), submit);
    assert_eq!(next(true, 0, Funding::Sponsored), submit);
}

/// Without free calls a worker still trains and proves, so that it can send at once afterwards.
#[test]
fn what_is_not_sent_does_not_wait_for_the_next_session() {
    let free_calls = FreeCalls { known: true, ended: true, balance: 0 };
    let (_, proving) = six_blocks(free_calls, Funding::Curriculum);
    assert_eq!(next(&proved(&[]), &proving), Action::Prove(vec![0, 1, 2, 3, 4, 5]));
    let open = Task { funding: Funding::Curriculum, ..task() };
    let open = TaskView { free_calls, ..view(OPEN, open) };
    assert_eq!(next(&Progress::default(), &open), Action::FetchData);
}

#[test]
fn what_was_proved_is_noted_also_after_the_phase() {
    let view = committed_view(SETTLE, revealed(), 0b11);
    assert_eq!(next(&proved(&[1, 4]), &view), Action::NoteComplete);
    let waiting = Action::Wait(Waiting::Settlement);
    assert_eq!(next(&complete(), &view), waiting);
    let incomplete = committed_view(SETTLE, revealed(), 0b01);
    assert_eq!(next(&proved(&[1, 4]), &incomplete), waiting);
}

#[test]
fn the_delivery_is_prepared_step_by_step_in_the_own_turn() {
    let mut view = ranked_view(DELIVER, &[ME, OTHER]);
    let mut journal = complete();
    assert_eq!(next(&journal, &view), Action::SealKey);
    journal.sealed = true;
    assert_eq!(next(&journal, &view), Action::StoreCopy);
    journal.copied = true;
    assert_eq!(next(&journal, &view), Action::UploadChunk(0));
    view.delivery = Some(uploaded(1));
    assert_eq!(next(&journal, &view), Action::Deliver);
}

/// A ciphertext of three chunks.
#[test]
fn chunks_are_uploaded_one_after_the_other_and_then_the_key_is_delivered() {
    let architecture = named("mnist-784x128x10").unwrap();
    assert_eq!(architecture.chunks(), 3);
    let mut view = ranked_view(DELIVER, &[ME, OTHER]);
    if let Some(task) = &mut view.task {
        task.architecture = architecture;
    }
    for index in 0..3 {
        assert_eq!(next(&sealed(), &view), Action::UploadChunk(index));
        view.delivery = Some(uploaded(index + 1));
    }
    assert_eq!(next(&sealed(), &view), Action::Deliver);
}

#[test]
fn who_is_second_waits_and_then_delivers() {
    let workers = [OTHER, ME];
    let waiting = ranked_view(DELIVER, &workers);
    assert_eq!(next(&sealed(), &waiting), Action::Wait(Waiting::Turn));
    let turn = ranked_view(SECOND_TURN, &workers);
    assert_eq!(next(&sealed(), &turn), Action::UploadChunk(0));
}

#[test]
fn who_is_not_ranked_waits_for_the_stake() {
    let view = ranked_view(DELIVER, &[OTHER]);
    assert_eq!(next(&complete(), &view), Action::Wait(Waiting::Stake));
}

#[test]
fn a_turn_is_that_of_the_worker_with_its_rank() {
    let first = Turn { rank: 0, began: 142, end: 152 };
    assert_eq!(ranked_view(DELIVER, &[ME, OTHER]).turn(), Some(first));
    assert_eq!(first.last_block(), 151);
    assert_eq!(ranked_view(DELIVER, &[OTHER, ME]).turn(), None);
    let second = Turn { rank: 1, began: 152, end: 162 };
    assert_eq!(ranked_view(SECOND_TURN, &[OTHER, ME]).turn(), Some(second));
    assert_eq!(committed_view(SETTLE, revealed(), 0b11).turn(), None);
    assert_eq!(TaskView { task: None, ..ranked_view(DELIVER, &[ME]) }.turn(), None);
}

/// A view in which turns have so many blocks. The first one begins in block 142.
fn long_turn(now: BlockNumber, blocks: BlockNumber) -> TaskView {
    let mut view = ranked_view(now, &[ME, OTHER]);
    if let Some(task) = &mut view.task {
        task.terms.periods.deliver = blocks;
    }
    view
}

/// A third of the turn is kept for the key, and at least five blocks.
#[test]
fn the_key_waits_for_a_final_turn_while_enough_of_it_is_left() {
    let before = committed_view(SETTLE, revealed(), 0b11);
    for (blocks, last) in [(30, 160), (31, 160), (10, 145), (7, 142)] {
        let awaits = |now| long_turn(now, blocks).awaits_final_turn(&before);
        assert!(awaits(142) && awaits(last) && !awaits(last + 1), "{blocks}");
    }
    assert!(!long_turn(142, 6).awaits_final_turn(&before));
    assert!(!before.awaits_final_turn(&before), "it is nobody's turn");
}

#[test]
fn the_key_waits_until_the_final_chain_is_in_the_same_turn() {
    let view = long_turn(150, 30);
    let before = TaskView { ranking: ranking(&[OTHER, ME]), ..long_turn(147, 30) };
    let without_settlement = committed_view(147, revealed(), 0b11);
    let mut after_payment = long_turn(147, 30);
    if let Some(end) = after_payment.task.as_mut().and_then(|task| task.settlement.as_mut()) {
        end.turn_began = 145;
    }
    for other in [before, without_settlement, after_payment] {
        assert!(view.awaits_final_turn(&other), "{:?}", other.turn());
    }
    assert!(!view.awaits_final_turn(&long_turn(142, 30)));
}

#[test]
fn what_no_block_of_the_turn_can_take_is_kept_back() {
    let in_turn = |chunks: u32, now| TaskView {
        delivery: Some(uploaded(chunks)),
        ..ranked_view(now, &[ME, OTHER])
    };
    let end = in_turn(0, DELIVER).task.unwrap().deadline(DELIVER).unwrap();
    for (chunks, message) in [(0, Action::UploadChunk(0)), (1, Action::Deliver)] {
        assert_eq!(next(&sealed(), &in_turn(chunks, end - 2)), message);
        let kept = Action::Wait(Waiting::Late);
        assert_eq!(next(&sealed(), &in_turn(chunks, end - 1)), kept);
        let passed = Action::End(Ending::TurnPassed);
        assert_eq!(next(&sealed(), &in_turn(chunks, end)), passed);
    }
}

#[test]
fn the_payment_comes_with_the_delivery_and_ends_the_task() {
    let paid = TaskView {
        delivery: Some(delivered()),
        commitment: None,
        ..ranked_view(DELIVER, &[ME, OTHER])
    };
    for now in [DELIVER, SECOND_TURN, DONE] {
        let view = TaskView { now, ..paid.clone() };
        assert_eq!(next(&sealed(), &view), Action::End(Ending::Paid), "{now}");
    }
}

#[test]
fn a_delivery_of_an_unknown_model_is_left_alone() {
    let other = Progress { commitment: Some(ModelCommitment([9; 32])), ..sealed() };
    for journal in [Progress::default(), other] {
        for delivery in [uploaded(0), delivered()] {
            let view = TaskView { delivery: Some(delivery), ..ranked_view(DELIVER, &[ME]) };
            assert_eq!(next(&journal, &view), Action::End(Ending::ForeignDelivery));
        }
    }
}

#[test]
fn a_turn_that_passed_ends_the_task_with_or_without_chunks() {
    for delivery in [None, Some(uploaded(1))] {
        let view = TaskView { delivery, ..ranked_view(SECOND_TURN, &[ME, OTHER]) };
        assert_eq!(next(&sealed(), &view), Action::End(Ending::TurnPassed));
    }
}

#[test]
fn the_ending_tells_what_became_of_the_stake() {
    let cases = [
        (Outcome::RevealFailed, committed(), false),
        (Outcome::Voided, committed(), false),
        (Outcome::NoWinner, complete(), false),
        (Outcome::Ranked, complete(), false),
        (Outcome::NoWinner, proved(&[1]), true),
        (Outcome::Ranked, committed(), true),
    ];
    for (outcome, journal, costs) in cases {
        let held = committed_view(DONE, settled(outcome, 0), 0b01);
        assert_eq!(next(&journal, &held), Action::Wait(Waiting::Stake));
        let gone = view(DONE, settled(outcome, 0));
        let Action::End(ending) = next(&journal, &gone) else {
            panic!("{outcome:?} did not end the task");
        };
        assert_eq!(Action::End(ending.clone()), over(outcome, journal.complete));
        assert_eq!(ending.costs_the_stake(), costs, "{outcome:?}");
    }
}

/// The commitments of a task that everybody has proved are settled and returned at once, perhaps
/// before the worker has looked at the chain again.
#[test]
fn no_stake_is_told_as_lost_if_everybody_has_proved() {
    for outcome in [Outcome::NoWinner, Outcome::Ranked] {
        let task = Task { proved: 2, ..settled(outcome, 0) };
        let Action::End(ending) = next(&proved(&[1, 4]), &view(DONE, task)) else {
            panic!("{outcome:?} did not end the task");
        };
        assert_eq!(ending, Ending::Over { outcome, complete: true });
        assert!(!ending.costs_the_stake());
    }
}

#[test]
fn no_stake_is_told_as_lost_of_a_worker_who_is_ranked() {
    let ranked = TaskView {
        ranking: ranking(&[OTHER, ME]),
        ..view(DELIVER, Task { settlement: paid_to_the_first(), ..settled(Outcome::Ranked, 2) })
    };
    let expected = Ending::Over { outcome: Outcome::Ranked, complete: true };
    assert_eq!(next(&proved(&[1, 4]), &ranked), Action::End(expected));
}

fn paid_to_the_first() -> Option<Settlement<BlockNumber>> {
    let settlement = settled(Outcome::Ranked, 2).settlement;
    settlement.map(|end| Settlement { paid: 1, turn: 1, ..end })
}

/// The view of a ranked worker in the curriculum, whose score is 30 of 40 rows.
fn curriculum_view(now: BlockNumber, champion: Option<Score>) -> TaskView {
    let mut view = TaskView { champion, ..ranked_view(now, &[ME, OTHER]) };
    if let Some(task) = &mut view.task {
        task.funding = Funding::Curriculum;
    }
    view
}

#[test]
fn a_winner_that_would_be_paid_nothing_does_not_deliver() {
    for (champion, overtaken) in
        [(None, false), (Some(Score::new(29, 40)), false), (Some(Score::new(3, 4)), true)]
    {
        let view = curriculum_view(DELIVER, champion);
        let wait = Action::Wait(Waiting::Overtaken);
        for (journal, step) in [(complete(), Action::SealKey), (sealed(), Action::UploadChunk(0))] {
            let expected = if overtaken { wait.clone() } else { step };
            assert_eq!(next(&journal, &view), expected, "{champion:?}");
        }
    }
}

#[test]
fn the_key_of_a_model_that_was_overtaken_is_kept_back() {
    let in_turn =
        |champion| TaskView { delivery: Some(uploaded(1)), ..curriculum_view(DELIVER, champion) };
    let better = Some(Score::new(31, 40));
    assert_eq!(next(&sealed(), &in_turn(None)), Action::Deliver);
    assert_eq!(next(&sealed(), &in_turn(better)), Action::Wait(Waiting::Overtaken));
}

#[test]
fn an_overtaken_turn_that_passed_costs_nothing() {
    let overtaken = curriculum_view(SECOND_TURN, Some(Score::new(3, 4)));
    assert_eq!(next(&sealed(), &overtaken), Action::End(Ending::Overtaken));
    assert!(!Ending::Overtaken.costs_the_stake());
    let missed = curriculum_view(SECOND_TURN, None);
    assert_eq!(next(&sealed(), &missed), Action::End(Ending::TurnPassed));
}

/// A champion of the same score that comes from a later rank of this task is no excuse.
#[test]
fn a_turn_that_a_later_rank_made_use_of_was_not_overtaken() {
    let same = Some(Score::new(3, 4));
    let mut view = curriculum_view(SECOND_TURN, same);
    if let Some(task) = &mut view.task {
        task.settlement = paid_to_the_first();
    }
    assert_eq!(next(&sealed(), &view), Action::End(Ending::TurnPassed));
}

/// A sponsor pays for the model, whatever the champion is.
#[test]
fn nobody_is_overtaken_in_a_sponsored_task() {
    let champion = Some(Score::new(1, 1));
    let view = TaskView { champion, ..ranked_view(DELIVER, &[ME, OTHER]) };
    assert_eq!(next(&sealed(), &view), Action::UploadChunk(0));
}

#[test]
fn a_task_that_is_not_open_yet_is_waited_for() {
    let drawn = Task { opened_at: None, train_data: None, ..task() };
    let view = view(103, drawn);
    assert_eq!(next(&Progress::default(), &view), Action::Wait(Waiting::Opening));
}

#[test]
fn a_task_that_lapsed_or_was_cancelled_ends_without_loss() {
    for outcome in [Outcome::Cancelled, Outcome::Lapsed] {
        let ended = view(OPEN, settled(outcome, 0));
        let action = next(&Progress::default(), &ended);
        assert_eq!(action, Action::End(Ending::TooLate), "{outcome:?}");
    }
}

#[test]
fn a_task_that_the_chain_does_not_know_ends() {
    let gone = TaskView { task: None, ..view(OPEN, task()) };
    assert_eq!(next(&committed(), &gone), Action::End(Ending::Gone));
}

#[test]
fn a_closed_journal_asks_for_nothing() {
    let closed = Progress {
        ending: Some(crate::state::EndingFact { ending: Ending::Paid, at: 1, earned: None }),
        ..sealed()
    };
    assert_eq!(next(&closed, &view(OPEN, task())), Action::Nothing);
}

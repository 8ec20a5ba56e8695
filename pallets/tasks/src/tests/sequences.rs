//! Random calls by random actors over many blocks, and fixed sequences to ends that random ones
//! seldom reach.

use super::builders::*;
use crate::{mock::*, Chunks, NextTask, Tasks as StoredTasks};
use frame_support::BoundedVec;
use nocknock_primitives::{
    ids::TaskId,
    task::{Outcome, Settlement, Split},
};
use proptest::{collection::vec, prelude::*};
use sp_runtime::DispatchResult;

/// Something that somebody does.
#[derive(Clone, Debug)]
enum Action {
    Create { fixed: bool, wide: bool, shares: u8, stake: Balance },
    CreateCurriculum,
    Cancel(TaskId),
    Draw(TaskId),
    Publish(TaskId),
    Commit(TaskId, u8),
    Withdraw(TaskId, u8),
    Reveal(TaskId),
    Submit(TaskId, u8, u32),
    SubmitOne(TaskId, u8, u32),
    Settle(TaskId),
    Upload(TaskId, u8, u32),
    UploadRest(TaskId, u8),
    Deliver(TaskId, u8),
    Close(TaskId, u8),
    Finish(TaskId),
    Remove(TaskId),
    Disable(bool),
    Wait(u64),
    Sweep(u64),
}

/// The number of one of the newest tasks.
fn recent() -> impl Strategy<Value = TaskId> {
    0..4u64
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (any::<bool>(), prop::bool::weighted(0.25), 1..4u8, 10..500u64).prop_map(
            |(fixed, wide, shares, stake)| Action::Create { fixed, wide, shares, stake },
        ),
        2 => Just(Action::CreateCurriculum),
        1 => recent().prop_map(Action::Cancel),
        2 => recent().prop_map(Action::Draw),
        2 => recent().prop_map(Action::Publish),
        8 => (recent(), 0..3u8).prop_map(|(task, who)| Action::Commit(task, who)),
        1 => (recent(), 0..3u8).prop_map(|(task, who)| Action::Withdraw(task, who)),
        6 => recent().prop_map(Action::Reveal),
        8 => (recent(), 0..3u8, 15..31u32).prop_map(|(task, who, n)| Action::Submit(task, who, n)),
        1 => (recent(), 0..3u8, 0..31u32)
            .prop_map(|(task, who, n)| Action::SubmitOne(task, who, n)),
        5 => recent().prop_map(Action::Settle),
        2 => (recent(), 0..3u8, 0..4u32).prop_map(|(task, who, n)| Action::Upload(task, who, n)),
        6 => (recent(), 0..3u8).prop_map(|(task, who)| Action::UploadRest(task, who)),
        6 => (recent(), 0..3u8).prop_map(|(task, who)| Action::Deliver(task, who)),
        3 => (recent(), 0..3u8).prop_map(|(task, who)| Action::Close(task, who)),
        2 => recent().prop_map(Action::Finish),
        1 => recent().prop_map(Action::Remove),
        1 => prop::bool::weighted(0.2).prop_map(Action::Disable),
        8 => (1..12u64).prop_map(Action::Wait),
        1 => (1..30u64).prop_map(Action::Sweep),
    ]
}

fn worker(number: u8) -> AccountId {
    [bob(), dave(), eve()][usize::from(number)].clone()
}

/// The task that is this many before the newest.
fn back(count: TaskId) -> TaskId {
    NextTask::<Test>::get().saturating_sub(1 + count)
}

fn shares(count: u8) -> Vec<u16> {
    match count {
        1 => vec![10_000],
        2 => vec![6_667, 3_333],
        _ => vec![5_001, 2_500, 2_499],
    }
}

fn create_any(fixed: bool, wide: bool, parts: u8, stake: Balance) -> DispatchResult {
    let mut spec = if wide { spec_of(&self::wide()) } else { spec() };
    spec.terms.shares = BoundedVec::truncate_from(shares(parts));
    spec.terms.stake = stake;
    if !fixed {
        spec.split = Split::Drawn { test_blocks: 2 };
    }
    Tasks::do_create_task(alice(), OWN, spec)
}

fn reveal_some(id: TaskId) {
    let Some(task) = Tasks::task(id) else { return };
    for test in &task.tests {
        let shown = revealed_of(&task.architecture, test.index);
        let _ = Tasks::do_reveal_block(&task.requester, id, test.index, shown);
    }
}

fn submit_some(id: TaskId, who: &AccountId, points: u32, count: usize) {
    let Some(task) = Tasks::task(id) else { return };
    let tests = task.tests.iter().take(count);
    let scores: Vec<_> = tests.map(|test| proved(id, who, test.index, points)).collect();
    let _ = Tasks::do_submit_scores(who.clone(), id, &scores);
}

/// The model of a worker for a task, which need not exist.
fn model_for(id: TaskId, who: &AccountId) -> Parcel {
    let architecture = Tasks::task(id).map_or_else(tiny, |task| task.architecture);
    parcel_of(&architecture, who)
}

fn upload_rest(id: TaskId, who: &AccountId) -> DispatchResult {
    let model = model_for(id, who);
    let mut missing = missing_chunks(id, who, &model).into_iter();
    missing.try_for_each(|index| try_upload(id, who, index, &model))
}

fn disable(disabled: bool) {
    book(|book| {
        book.disabled.clear();
        book.disabled.extend(disabled.then_some(SCORE));
    });
}

/// Does it, whether it is allowed or not. A call that fails changes nothing, as on a chain.
fn act(action: &Action) {
    let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
    let result = frame_support::storage::with_storage_layer(|| perform(action));
    if result.is_err() {
        assert_eq!(before, sp_io::storage::root(sp_runtime::StateVersion::V1));
    }
}

fn perform(action: &Action) -> DispatchResult {
    match action.clone() {
        Action::Create { fixed, wide, shares, stake } => create_any(fixed, wide, shares, stake)?,
        Action::CreateCurriculum => {
            Tasks::do_create_task(carol(), CURRICULUM, curriculum_spec())?;
        }
        Action::Cancel(task) => {
            let id = back(task);
            let requester = Tasks::task(id).map_or_else(alice, |task| task.requester);
            Tasks::do_cancel_task(&requester, id)?;
        }
        Action::Draw(task) => Tasks::do_draw_split(back(task))?,
        Action::Publish(task) => Tasks::do_publish_training_data(&alice(), back(task), TRAIN_DATA)?,
        Action::Commit(task, who) => {
            let who = worker(who);
            try_commit(back(task), &who, &model_for(back(task), &who))?;
        }
        Action::Withdraw(task, who) => Tasks::do_withdraw_commitment(worker(who), back(task))?,
        Action::Reveal(task) => reveal_some(back(task)),
        Action::Submit(task, who, score) => submit_some(back(task), &worker(who), score, 2),
        Action::SubmitOne(task, who, score) => submit_some(back(task), &worker(who), score, 1),
        Action::Settle(task) => Tasks::do_settle(back(task))?,
        Action::Upload(task, who, index) => {
            let (id, who) = (back(task), worker(who));
            try_upload(id, &who, index, &model_for(id, &who))?;
        }
        Action::UploadRest(task, who) => upload_rest(back(task), &worker(who))?,
        Action::Deliver(task, who) => {
            let (id, who) = (back(task), worker(who));
            if Tasks::task(id).is_some() {
                try_deliver(id, &who, sealed_key(id, &who))?;
            }
        }
        Action::Close(task, who) => Tasks::do_close_commitment(back(task), &worker(who))?,
        Action::Finish(task) => Tasks::do_finish_task(back(task))?,
        Action::Remove(task) => {
            Tasks::do_remove_task(back(task)).map_err(|error| error.error)?;
        }
        Action::Disable(disabled) => disable(disabled),
        Action::Wait(blocks) => go_to(System::block_number() + blocks),
        Action::Sweep(blocks) => sweep_to(System::block_number() + blocks),
    }
    Ok(())
}

/// Does all of it and checks the invariants after each step.
fn act_all(actions: &[Action]) {
    for action in actions {
        act(action);
        check_state();
    }
}

/// Lets every task expire: all money is free then, and nothing is stored.
fn wind_up() {
    disable(false);
    sweep_to(System::block_number() + 1_500);
    check_state();
    assert_eq!(StoredTasks::<Test>::iter().count(), 0);
    assert_eq!(Chunks::<Test>::iter_keys().count(), 0);
    for who in [alice(), bob(), carol(), dave(), eve()] {
        assert_eq!(held(&who), 0);
    }
    assert!(book(|book| book.open.is_empty()));
}

/// 96 cases, or more if `PROPTEST_CASES` asks for more than the usual 256.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases * 3 / 8, ..config }
}

proptest! {
    #![proptest_config(config())]

    /// Whatever happens, the invariants hold after each step, and when every task has expired all
    /// money is free, nothing is stored, and issuance is what was endowed and minted.
    #[test]
    fn no_sequence_of_calls_breaks_an_invariant_or_locks_money(actions in vec(action(), 1..150)) {
        new_test_ext().execute_with(|| {
            act_all(&actions);
            wind_up();
        });
    }
}

/// The settlement of the first task after these actions, which is wound up then.
fn end_after(actions: &[Action]) -> Settlement<u64> {
    new_test_ext().execute_with(|| {
        act_all(actions);
        let end = end_of(0);
        wind_up();
        end
    })
}

/// A sponsored task that pays so many ranks.
fn sponsored(fixed: bool, shares: u8) -> Action {
    Action::Create { fixed, wide: false, shares, stake: 100 }
}

/// The workers commit, the blocks are revealed, and each worker proves this score on each of them.
fn proofs(scores: &[u32]) -> Vec<Action> {
    let workers = || (0u8..).zip(scores);
    let commits = workers().map(|(who, _)| Action::Commit(0, who));
    let submits = workers().map(|(who, score)| Action::Submit(0, who, *score));
    commits.chain([Action::Wait(10), Action::Reveal(0)]).chain(submits).collect()
}

/// What follows the creation of a task with a fixed split for each of the ways in which it can end.
fn endings() -> Vec<(Outcome, Vec<Action>)> {
    let commits = [Action::Commit(0, 0), Action::Commit(0, 1)];
    let after_commits = |rest: &[Action]| [commits.as_slice(), rest].concat();
    let after_proofs = |score: u32, rest: &[Action]| [proofs(&[score]).as_slice(), rest].concat();
    let settle = Action::Settle(0);
    vec![
        (Outcome::Cancelled, vec![Action::Cancel(0)]),
        (Outcome::NoCommitments, vec![Action::Wait(10), settle.clone()]),
        (
            Outcome::RevealFailed,
            after_commits(&[Action::Wait(20), settle.clone(), Action::Close(0, 1)]),
        ),
        (Outcome::Voided, after_commits(&[Action::Disable(true), settle.clone()])),
        (Outcome::NoWinner, after_proofs(15, &[settle.clone(), Action::Close(0, 0)])),
        (
            Outcome::Ranked,
            after_proofs(
                30,
                &[
                    settle,
                    Action::UploadRest(0, 0),
                    Action::Deliver(0, 0),
                    Action::Finish(0),
                    Action::Close(0, 0),
                ],
            ),
        ),
    ]
}

#[test]
fn a_task_of_either_funding_ends_in_each_way_and_locks_no_money() {
    for create in [sponsored(true, 1), Action::CreateCurriculum] {
        for (outcome, steps) in endings() {
            let actions = [vec![create.clone()], steps].concat();
            let end = end_after(&actions);
            assert_eq!(end.outcome, outcome);
            assert_eq!(end.paid, u32::from(outcome == Outcome::Ranked));
        }
    }
}

#[test]
fn a_task_whose_blocks_are_to_be_drawn_lapses_undrawn_or_unpublished() {
    let undrawn = [sponsored(false, 1), Action::Wait(50), Action::Settle(0)];
    let unpublished = [
        sponsored(false, 1),
        Action::Wait(20),
        Action::Draw(0),
        Action::Wait(10),
        Action::Settle(0),
    ];
    assert_eq!(end_after(&undrawn).outcome, Outcome::Lapsed);
    assert_eq!(end_after(&unpublished).outcome, Outcome::Lapsed);
}

/// The first rank delivers nothing, the second is paid, and the third uploads its ciphertext but
/// never delivers the key.
#[test]
fn ranks_pass_deliver_and_keep_the_key_in_one_task() {
    for wide in [false, true] {
        let actions = [
            vec![Action::Create { fixed: true, wide, shares: 2, stake: 100 }],
            proofs(&[30, 29, 28]),
            vec![
                Action::Settle(0),
                Action::Upload(0, 0, 0),
                Action::Wait(10),
                Action::Upload(0, 1, 0),
                Action::UploadRest(0, 1),
                Action::Deliver(0, 1),
                Action::UploadRest(0, 2),
                Action::Wait(10),
                Action::Close(0, 2),
                Action::Finish(0),
            ],
        ]
        .concat();
        let end = end_after(&actions);
        assert_eq!((end.outcome, end.ranked, end.paid), (Outcome::Ranked, 3, 1));
        assert!(end.finished_at.is_some());
    }
}

//! Random calls by random actors over many blocks, and fixed sequences to ends that random ones
//! seldom reach.

use super::builders::*;
use crate::{mock::*, Chunks, NextTask, Tasks as StoredTasks};
use frame_support::BoundedVec;
use nocknock_primitives::{
    claim::ClaimState,
    ids::TaskId,
    task::{BlockScore, Outcome, Settlement, Split},
};
use proptest::{collection::vec, prelude::*};
use sp_runtime::DispatchResult;

/// Something that somebody does.
#[derive(Clone, Debug)]
enum Action {
    Create { fixed: bool, wide: bool, shares: u8, stake: Balance },
    CreateCurriculum,
    OpenCurriculum,
    Cancel(TaskId),
    Draw(TaskId),
    Publish(TaskId),
    Commit(TaskId, u8, Balance),
    Withdraw(TaskId, u8),
    Reveal(TaskId),
    Claim(TaskId, u8, u32),
    Ask(TaskId),
    Submit(TaskId, u8),
    SubmitOne(TaskId, u8, u32),
    Champion(TaskId, u8, u32),
    Settle(TaskId),
    Upload(TaskId, u8, u32),
    UploadRest(TaskId, u8),
    Deliver(TaskId, u8),
    ShowEqualRows(TaskId, u8),
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

/// The least that a worker delivers for: mostly anything.
fn least() -> impl Strategy<Value = Balance> {
    prop_oneof![3 => Just(0u64), 1 => 0..10_000u64]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (any::<bool>(), prop::bool::weighted(0.25), 1..4u8, 10..500u64).prop_map(
            |(fixed, wide, shares, stake)| Action::Create { fixed, wide, shares, stake },
        ),
        1 => Just(Action::CreateCurriculum),
        2 => Just(Action::OpenCurriculum),
        1 => recent().prop_map(Action::Cancel),
        2 => recent().prop_map(Action::Draw),
        2 => recent().prop_map(Action::Publish),
        8 => (recent(), 0..3u8, least()).prop_map(|(task, who, n)| Action::Commit(task, who, n)),
        1 => (recent(), 0..3u8).prop_map(|(task, who)| Action::Withdraw(task, who)),
        6 => recent().prop_map(Action::Reveal),
        8 => (recent(), 0..3u8, 38..62u32).prop_map(|(task, who, n)| Action::Claim(task, who, n)),
        4 => recent().prop_map(Action::Ask),
        8 => (recent(), 0..3u8).prop_map(|(task, who)| Action::Submit(task, who)),
        1 => (recent(), 0..3u8, 0..31u32)
            .prop_map(|(task, who, n)| Action::SubmitOne(task, who, n)),
        4 => (recent(), 0..3u8, 15..31u32)
            .prop_map(|(task, who, n)| Action::Champion(task, who, n)),
        5 => recent().prop_map(Action::Settle),
        2 => (recent(), 0..3u8, 0..4u32).prop_map(|(task, who, n)| Action::Upload(task, who, n)),
        6 => (recent(), 0..3u8).prop_map(|(task, who)| Action::UploadRest(task, who)),
        6 => (recent(), 0..3u8).prop_map(|(task, who)| Action::Deliver(task, who)),
        1 => (recent(), 0..3u8).prop_map(|(task, who)| Action::ShowEqualRows(task, who)),
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

/// Proves what a worker has claimed on the blocks that it has not proved yet.
fn submit_claim(id: TaskId, who: &AccountId) -> DispatchResult {
    plain(try_submit(id, who, &rest_of_claim(id, who)))
}

fn rest_of_claim(id: TaskId, who: &AccountId) -> Vec<BlockScore> {
    let Some((task, known)) = Tasks::task(id).zip(Tasks::commitment(id, who.clone())) else {
        return vec![];
    };
    let ClaimState::Asked(claimed) = known.claim else {
        return vec![];
    };
    let mut missing = claimed - known.correct;
    let unproved = (0u32..).zip(&task.tests).filter(|(place, _)| !known.has_proved(*place));
    let scores = unproved.map(|(_, test)| {
        let points = missing.min(SAMPLES);
        missing -= points;
        proved(id, who, test.index, points)
    });
    scores.collect()
}

fn submit_one(id: TaskId, who: &AccountId, points: u32) -> DispatchResult {
    match Tasks::task(id).and_then(|task| task.tests.first().copied()) {
        Some(test) => plain(try_submit(id, who, &[proved(id, who, test.index, points)])),
        None => Ok(()),
    }
}

/// Proves the champion that a task is judged by, if there is one.
fn prove_champion_of(id: TaskId, who: &AccountId, points: u32) -> DispatchResult {
    match Tasks::task(id).and_then(|task| task.reference) {
        Some(_) => try_prove_champion(id, who, &champion_all_proved(id, points)),
        None => Ok(()),
    }
}

/// Shows a row of the first test block that is equal to one of the first block behind it.
fn show_some(id: TaskId, who: &AccountId) -> DispatchResult {
    let Some(test) = Tasks::task(id).and_then(|task| task.tests.first().copied()) else {
        return Ok(());
    };
    let other = (test.index + 1) % BLOCKS;
    let shown = equal_rows(id, test.index, id, other, 1);
    Tasks::show_equal_rows(RuntimeOrigin::signed(who.clone()), id, Box::new(shown))
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
        Action::OpenCurriculum => {
            let id = crate::NextTask::<Test>::get();
            Tasks::do_create_task(carol(), CURRICULUM, curriculum_spec())?;
            open(id);
        }
        Action::Cancel(task) => {
            let id = back(task);
            let requester = Tasks::task(id).map_or_else(alice, |task| task.requester);
            Tasks::do_cancel_task(&requester, id)?;
        }
        Action::Draw(task) => Tasks::do_draw_split(back(task))?,
        Action::Publish(task) => {
            let requester = Tasks::task(back(task)).map_or_else(alice, |task| task.requester);
            Tasks::do_publish_training_data(&requester, back(task), TRAIN_DATA)?;
        }
        Action::Commit(task, who, least) => {
            let who = worker(who);
            try_commit_for(back(task), &who, &model_for(back(task), &who), least)?;
        }
        Action::Withdraw(task, who) => try_withdraw(back(task), &worker(who))?,
        Action::Reveal(task) => reveal_some(back(task)),
        Action::Claim(task, who, points) => try_claim(back(task), &worker(who), points)?,
        Action::Ask(task) => try_ask(back(task))?,
        Action::Submit(task, who) => submit_claim(back(task), &worker(who))?,
        Action::SubmitOne(task, who, score) => submit_one(back(task), &worker(who), score)?,
        Action::Champion(task, who, score) => {
            prove_champion_of(back(task), &worker(who), score)?;
        }
        Action::Settle(task) => try_settle(back(task))?,
        Action::ShowEqualRows(task, who) => show_some(back(task), &worker(who))?,
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

/// Lets every task expire: all money is free then, and nothing is stored but the task that holds
/// the champion of the curriculum. When that has another one, it goes, too.
fn wind_up() {
    disable(false);
    sweep_to(System::block_number() + 1_500);
    check_state();
    let left: Vec<_> = StoredTasks::<Test>::iter_values().map(|task| task.experiment).collect();
    assert!(left.is_empty() || left == [CURRICULUM], "tasks of {left:?} are left");
    book(|book| book.champions.clear());
    sweep_to(System::block_number() + 10);
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
            book(|book| book.item_price = 3);
            act_all(&actions);
            wind_up();
        });
    }
}

/// The settlement of the first task after these actions, which is wound up then.
fn end_after(actions: &[Action]) -> Settlement<u64> {
    new_test_ext().execute_with(|| {
        book(|book| book.item_price = 3);
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

/// The workers commit, the blocks are revealed, and each worker claims so many points.
fn claims(points: &[u32]) -> Vec<Action> {
    let workers = || (0u8..).zip(points);
    let commits = workers().map(|(who, _)| Action::Commit(0, who, 0));
    let claims = workers().map(|(who, points)| Action::Claim(0, who, *points));
    commits.chain([Action::Wait(10), Action::Reveal(0)]).chain(claims).collect()
}

/// The same, and each worker proves its claim.
fn proofs(points: &[u32]) -> Vec<Action> {
    let submits = (0u8..).zip(points).map(|(who, _)| Action::Submit(0, who));
    claims(points).into_iter().chain(submits).collect()
}

/// What follows the opening of a task for each of the ways in which it can end.
fn endings() -> Vec<(Outcome, Vec<Action>)> {
    let commits = [Action::Commit(0, 0, 0), Action::Commit(0, 1, 0)];
    let after_commits = |rest: &[Action]| [commits.as_slice(), rest].concat();
    let settle = Action::Settle(0);
    vec![
        (Outcome::NoCommitments, vec![Action::Wait(10), settle.clone()]),
        (
            Outcome::RevealFailed,
            after_commits(&[Action::Wait(20), settle.clone(), Action::Close(0, 1)]),
        ),
        (Outcome::Voided, after_commits(&[Action::Disable(true), settle.clone()])),
        (
            Outcome::NoWinner,
            [claims(&[50]), vec![Action::Wait(10), settle.clone(), Action::Close(0, 0)]].concat(),
        ),
        (
            Outcome::Ranked,
            [
                proofs(&[60]),
                vec![
                    settle,
                    Action::UploadRest(0, 0),
                    Action::Deliver(0, 0),
                    Action::ShowEqualRows(0, 2),
                    Action::Finish(0),
                    Action::Close(0, 0),
                ],
            ]
            .concat(),
        ),
    ]
}

#[test]
fn a_task_of_either_funding_ends_in_each_way_and_locks_no_money() {
    for create in [sponsored(true, 1), Action::OpenCurriculum] {
        for (outcome, steps) in endings() {
            let actions = [vec![create.clone()], steps].concat();
            let end = end_after(&actions);
            assert_eq!(end.outcome, outcome);
            assert_eq!(end.paid, u32::from(outcome == Outcome::Ranked));
        }
    }
}

#[test]
fn a_task_of_either_funding_is_cancelled_and_locks_no_money() {
    for create in [sponsored(true, 1), Action::CreateCurriculum] {
        let end = end_after(&[create, Action::Cancel(0)]);
        assert_eq!(end.outcome, Outcome::Cancelled);
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
            proofs(&[60, 58, 56]),
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

//! Random calls by random actors over many sessions.

use super::builders::*;
use crate::{mock::*, Event, OpenTasks};
use nocknock_primitives::{
    ids::TaskId,
    level::{Bits, ONE_BIT},
    reward::CurriculumEnd,
    traits::{Curriculum, WorkerRegistry},
};
use proptest::{collection::vec, prelude::*};
use sp_runtime::DispatchResult;

/// Something that somebody does.
#[derive(Clone, Debug)]
enum Action {
    Register(u8),
    Unregister(u8),
    Remove(u8),
    Abandon(u8),
    Prove(u8),
    Set(u32, Option<u8>, u16, u32),
    Drop(u32),
    Open(u32, u8),
    Take(u8, Bits),
    Pay(u8, u8, Bits),
    EqualRows(u8, u8, u32),
    Close(u8, bool),
    Apply(u8),
    Leave(u8),
    Bar(u8),
    Burn(u8, Balance),
    Practice(u32),
    Author(usize),
    Vote(usize),
    Sign(u8),
    Idle,
    Disable(bool),
    Session(u32),
}

fn who() -> impl Strategy<Value = u8> {
    1..7u8
}

/// Most experiments keep the full weight, for it never rises.
fn weight() -> impl Strategy<Value = u16> {
    prop_oneof![4 => Just(WEIGHT), 1 => 0..1_002u16]
}

fn halvings() -> impl Strategy<Value = Bits> {
    prop_oneof![4 => 0..9 * ONE_BIT, 1 => 0..100u32]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => who().prop_map(Action::Register),
        1 => who().prop_map(Action::Unregister),
        3 => who().prop_map(Action::Remove),
        2 => who().prop_map(Action::Abandon),
        1 => who().prop_map(Action::Prove),
        3 => (0..4u32, prop::option::of(who()), weight(), 0..4u32)
            .prop_map(|(of, who, weight, open)| Action::Set(of, who, weight, open)),
        1 => (0..4u32).prop_map(Action::Drop),
        8 => (0..4u32, who()).prop_map(|(of, who)| Action::Open(of, who)),
        6 => (0..4u8, halvings()).prop_map(|(task, bits)| Action::Take(task, bits)),
        8 => (0..4u8, who(), halvings()).prop_map(|(task, who, bits)| Action::Pay(task, who, bits)),
        3 => (0..6u8, who(), 0..6u32)
            .prop_map(|(task, who, rows)| Action::EqualRows(task, who, rows)),
        6 => (0..4u8, prop::bool::weighted(0.2)).prop_map(|(task, failed)| Action::Close(task, failed)),
        4 => who().prop_map(Action::Apply),
        1 => who().prop_map(Action::Leave),
        1 => (5..7u8).prop_map(Action::Bar),
        2 => (who(), 0..200_000u64).prop_map(|(who, amount)| Action::Burn(who, amount)),
        1 => (1..7u32).prop_map(Action::Practice),
        4 => (0..3usize).prop_map(Action::Author),
        2 => (0..3usize).prop_map(Action::Vote),
        3 => who().prop_map(Action::Sign),
        2 => Just(Action::Idle),
        1 => prop::bool::weighted(0.2).prop_map(Action::Disable),
        6 => (1..4u32).prop_map(Action::Session),
    ]
}

/// What the pallet's state has to agree with: the next task number, what all winners were paid, and
/// who validates in this session and in the next one.
struct Expected {
    next_task: TaskId,
    winners: u128,
    now: Vec<AccountId>,
    next: Vec<AccountId>,
}

impl Expected {
    fn new() -> Self {
        Self { next_task: 0, winners: 0, now: Rewards::seats(), next: Rewards::seats() }
    }

    /// Ends the session and begins the one that is `more` after it.
    fn next_session(&mut self, more: u32) {
        Rewards::on_session_ended(&self.now);
        go_to_session(crate::CurrentSession::<Test>::get() + more);
        self.now = std::mem::replace(&mut self.next, Rewards::elect());
    }
}

/// What was minted by all events so far: for winners, and in all.
fn minted() -> (u128, u128) {
    System::events().into_iter().fold((0, 0), |(winners, all), record| match record.event {
        RuntimeEvent::Rewards(Event::Minted { amount, validators, .. }) => {
            (winners + amount, all + amount + validators)
        }
        RuntimeEvent::Rewards(Event::Vested { amount, .. }) => (winners, all + amount),
        RuntimeEvent::Rewards(Event::ProviderLiable { reward, .. }) => (winners, all + reward),
        _ => (winners, all),
    })
}

fn recent(expected: &Expected, back: u8) -> TaskId {
    expected.next_task.saturating_sub(1 + TaskId::from(back))
}

/// Tries the action, whether it is allowed or not. A call that fails changes nothing, as on a
/// chain.
fn try_perform(expected: &mut Expected, action: &Action) {
    let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
    let result = frame_support::storage::with_storage_layer(|| perform(expected, action));
    if result.is_err() {
        assert_eq!(before, sp_io::storage::root(sp_runtime::StateVersion::V1));
    }
}

fn perform(expected: &mut Expected, action: &Action) -> DispatchResult {
    match action.clone() {
        Action::Register(who) => apply_bare(registration(&account(who)))?,
        Action::Unregister(who) => Rewards::do_unregister(&account(who))?,
        Action::Remove(who) => Rewards::do_remove_worker(&account(who))?,
        Action::Abandon(who) => abandon(&account(who), 1),
        Action::Prove(who) => Rewards::proved(&account(who)),
        Action::Set(of, who, weight, open) => {
            Rewards::do_set_curriculum(of, who.map(account), weight, rules(), open)?
        }
        Action::Drop(of) => Rewards::do_remove_curriculum(of)?,
        Action::Open(of, who) => {
            Offered::least().open(of, expected.next_task, &account(who))?;
            expected.next_task += 1;
        }
        Action::Take(task, bits) => Rewards::take(recent(expected, task), bits),
        Action::Pay(task, who, bits) => {
            expected.winners += pay(recent(expected, task), &account(who), bits);
        }
        Action::EqualRows(task, who, rows) => {
            show_equal_rows(recent(expected, task), rows, &account(who));
        }
        Action::Close(task, failed) => close_as(recent(expected, task), end(failed)),
        Action::Apply(who) => Rewards::do_apply_as_candidate(account(who))?,
        Action::Leave(who) => Rewards::do_leave_candidates(&account(who))?,
        Action::Bar(who) => Rewards::bar(&account(who)),
        Action::Burn(who, amount) => burn(&account(who), amount),
        Action::Practice(rows) => set_rows(rows)?,
        Action::Disable(disabled) => neighbours(|neighbours| {
            neighbours.disabled.clear();
            neighbours.disabled.extend(disabled.then_some(SCORE));
        }),
        Action::Author(of) => {
            if let Some(author) = expected.now.get(of) {
                Rewards::note_author(author);
                Rewards::note_author(author);
            }
        }
        Action::Vote(of) => {
            Rewards::note_votes(&expected.now.get(of).cloned().into_iter().collect::<Vec<_>>());
        }
        Action::Sign(who) => Rewards::note_sign(&account(who)),
        Action::Idle => idle(),
        Action::Session(more) => expected.next_session(more),
    }
    Ok(())
}

fn end(failed: bool) -> CurriculumEnd {
    if failed {
        CurriculumEnd::CustodianFailed
    } else {
        CurriculumEnd::Regular
    }
}

fn set_rows(rows: u32) -> DispatchResult {
    let mut spec = practice_spec();
    spec.block.rows = nocknock_primitives::limits::List::truncate_from(practice_rows(rows));
    let set = Rewards::do_set_practice(spec);
    set.map(|_| ()).map_err(|refused| refused.error)
}

/// Ends all tasks, dismisses all custodians, removes all registrations, and lets everything vest.
fn wind_up() {
    for task in OpenTasks::<Test>::iter_keys().collect::<Vec<_>>() {
        close(task);
    }
    for experiment in 0..4 {
        let _ = Rewards::do_remove_curriculum(experiment);
    }
    go_to_session(crate::CurrentSession::<Test>::get() + 200);
    for number in 1..7 {
        let _ = Rewards::do_leave_candidates(&account(number));
        let _ = Rewards::do_remove_worker(&account(number));
    }
    go_to_session(crate::CurrentSession::<Test>::get() + BOND_PERIOD);
    (0..40).for_each(|_| idle());
}

/// 128 cases, or more if `PROPTEST_CASES` asks for more than the usual 256.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases / 2, ..config }
}

proptest! {
    #![proptest_config(config())]

    /// Whatever happens, the invariants hold after each step, everything minted is a winner's, the
    /// validators' or a provider's part, somebody is elected, and when all has ended nothing is
    /// stored and nothing is set aside.
    #[test]
    fn no_sequence_of_calls_breaks_an_invariant(actions in vec(action(), 1..120)) {
        new_test_ext().execute_with(|| {
            let mut expected = Expected::new();
            for action in &actions {
                try_perform(&mut expected, action);
                check_state();
                prop_assert_eq!(minted(), (expected.winners, Rewards::emission().minted));
                prop_assert!(!Rewards::elected().is_empty());
            }
            wind_up();
            check_state();
            prop_assert_eq!(crate::Registrations::<Test>::iter().count(), 0);
            prop_assert_eq!(crate::WorkersPoints::<Test>::iter().count(), 0);
            prop_assert_eq!(crate::Curriculum::<Test>::iter().count(), 0);
            prop_assert_eq!(crate::Vesting::<Test>::iter().count(), 0);
            prop_assert_eq!(crate::Liable::<Test>::iter().count(), 0);
            let books = crate::CurrencyBooks::<Test>::get();
            prop_assert_eq!(books.free_pot(), books.released - books.minted);
            Ok(())
        })?;
    }
}

//! Steps that many tests take.

use crate::mock::*;
use frame_support::{assert_ok, traits::UnfilteredDispatchable};
use nocknock_primitives::{
    ids::TaskId,
    reward::CurriculumEnd,
    score::Improvement,
    traits::{Curriculum, WorkerRegistry},
};
use sp_runtime::{DispatchError, DispatchResult};

/// An improvement of this many of a hundred parts of the gap.
pub(crate) fn percent(numerator: u64) -> Improvement {
    Improvement { numerator, denominator: 100 }
}

/// Applies a call without signature as a block does: validated, then dispatched.
pub(crate) fn apply_bare(call: crate::Call<Test>) -> DispatchResult {
    #[allow(deprecated)]
    use frame_support::unsigned::ValidateUnsigned;
    #[allow(deprecated)]
    Rewards::pre_dispatch(&call).map_err(|_| DispatchError::Other("not valid"))?;
    dispatch_bare(call)
}

/// Dispatches a call without signature, whether it is valid or not.
pub(crate) fn dispatch_bare(call: crate::Call<Test>) -> DispatchResult {
    let result = call.dispatch_bypass_filter(RuntimeOrigin::none());
    result.map(|_| ()).map_err(|refused| refused.error)
}

/// Registers workers.
pub(crate) fn register(workers: &[AccountId]) {
    for worker in workers {
        assert_ok!(apply_bare(registration(worker)));
    }
}

/// Opens a curriculum task and returns its budget.
pub(crate) fn open(task: TaskId) -> u128 {
    <Rewards as Curriculum<_, Balance>>::open(EXPERIMENT, task, &carol())
        .expect("the custodian may open a task")
        .into()
}

/// Pays a winner.
pub(crate) fn pay(task: TaskId, winner: &AccountId, improvement: Improvement) -> u128 {
    <Rewards as Curriculum<_, Balance>>::pay(task, winner, improvement).into()
}

/// Ends a task.
pub(crate) fn close(task: TaskId) {
    close_as(task, CurriculumEnd::Regular);
}

/// Ends a task in this way.
pub(crate) fn close_as(task: TaskId, end: CurriculumEnd) {
    <Rewards as Curriculum<AccountId, Balance>>::close(task, end);
}

/// Lets an account win part of a whole task.
pub(crate) fn earn(task: TaskId, winner: &AccountId, improvement: Improvement) -> u128 {
    open(task);
    let minted = pay(task, winner, improvement);
    close(task);
    minted
}

/// Makes an account a candidate with these points.
pub(crate) fn candidate(who: &AccountId, points: u128) {
    give_points(who, points);
    assert_ok!(Rewards::do_apply_as_candidate(who.clone()));
}

/// Gives an account points that were minted for it. The test says how many it wants, so the budget
/// of an own task is set to them.
pub(crate) fn give_points(who: &AccountId, points: u128) {
    let task = TaskId::from(u32::MAX)
        + u64::try_from(crate::WorkersPoints::<Test>::iter().count()).unwrap();
    crate::CurrencyBooks::<Test>::mutate(|books| assert_eq!(books.reserve(points), points));
    let entry = nocknock_primitives::reward::CurriculumTask {
        experiment: EXPERIMENT,
        custodian: carol(),
        budget: points,
        paid: false,
    };
    crate::OpenTasks::<Test>::insert(task, entry);
    crate::Curriculum::<Test>::mutate(EXPERIMENT, |entry| entry.as_mut().unwrap().open += 1);
    System::inc_sufficients(&carol());
    assert_eq!(pay(task, who, percent(100)), points);
    close(task);
}

/// The account may work.
pub(crate) fn may_work(who: &AccountId) -> bool {
    <Rewards as WorkerRegistry<AccountId>>::may_work(who)
}

/// The account abandoned a task.
pub(crate) fn abandon(who: &AccountId, task: TaskId) {
    <Rewards as WorkerRegistry<AccountId>>::abandoned(who, task);
}

/// The account can sign: it exists.
pub(crate) fn exists(who: &AccountId) -> bool {
    System::account_exists(who)
}

//! Steps that many tests take.

use crate::mock::*;
use frame_support::{assert_ok, traits::UnfilteredDispatchable};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
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

/// Makes an account a candidate with these points, whose node runs.
pub(crate) fn candidate(who: &AccountId, points: u128) {
    candidate_of(who, EXPERIMENT, points);
}

/// The same, with points that come from this experiment.
pub(crate) fn candidate_of(who: &AccountId, experiment: ExperimentId, points: u128) {
    give_points_of(who, experiment, points);
    assert_ok!(Rewards::do_apply_as_candidate(who.clone()));
    Rewards::note_sign(who);
}

/// Gives an account points that were minted for it, as a winner's part.
pub(crate) fn give_points(who: &AccountId, points: u128) {
    give_points_of(who, EXPERIMENT, points);
}

fn give_points_of(who: &AccountId, experiment: ExperimentId, points: u128) {
    crate::CurrencyBooks::<Test>::mutate(|books| assert_eq!(books.reserve(points), points));
    assert_eq!(Rewards::mint_reserved(who, points), points);
    Rewards::add_points(who, experiment, points);
}

/// What is in the validators' pot.
pub(crate) fn pot() -> Balance {
    Balances::free_balance(Rewards::pot_account())
}

/// Sessions that pass as the runtime lets them pass: each set of validators is elected at the start
/// of the session before its own.
pub(crate) struct Sessions {
    /// Who validates in this session.
    pub now: Vec<AccountId>,
    /// Who was elected for the next one.
    pub next: Vec<AccountId>,
}

impl Sessions {
    /// The first session of a chain.
    pub(crate) fn new() -> Self {
        Self { now: Rewards::seats(), next: Rewards::seats() }
    }

    /// The session ends, in which each of these authored blocks. Returns who is elected then.
    pub(crate) fn pass(&mut self, authors: &[AccountId]) -> Vec<AccountId> {
        for author in authors {
            for _ in 0..self.now.len() {
                Rewards::note_author(author);
            }
        }
        Rewards::on_session_ended(&self.now);
        go_to_session(crate::CurrentSession::<Test>::get() + 1);
        let elected = Rewards::elect();
        self.now = std::mem::replace(&mut self.next, elected.clone());
        check_state();
        elected
    }

    /// The session ends, and all its validators have authored blocks.
    pub(crate) fn pass_well(&mut self) -> Vec<AccountId> {
        self.pass(&self.now.clone())
    }
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

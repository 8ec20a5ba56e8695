//! Steps that many tests take.

use crate::mock::*;
use frame_support::{
    assert_ok,
    traits::{fungible::Inspect, Hooks, UnfilteredDispatchable},
    weights::Weight,
};
use nocknock_primitives::{
    ids::{ContentHash, ExperimentId, TaskId},
    level::{Bits, Lost, ONE_BIT},
    model::Architecture,
    reward::CurriculumEnd,
    task::Periods,
    traits::{Appraisal, Curriculum, CurriculumOffer, WorkerRegistry},
};
use sp_runtime::{DispatchError, DispatchResult};

/// The halvings for which the first task mints so much in all.
pub(crate) fn minting(amount: u128) -> Bits {
    let bits = (amount * u128::from(ONE_BIT)).div_ceil(FIRST_UNIT);
    bits.try_into().expect("there are not so many halvings")
}

/// The halvings for which the first task mints so many of a hundred parts of its budget.
pub(crate) fn percent(parts: u128) -> Bits {
    minting(FIRST_BUDGET * parts / 100)
}

/// What a model loses that is wrong on so many rows.
pub(crate) fn lost(rows: u32) -> Lost {
    Lost::rounded_up(rows, 0, 1)
}

/// What a custodian offers in a new task.
pub(crate) struct Offered {
    /// The architecture of the models.
    pub architecture: Architecture,
    /// How the data is encoded.
    pub encoding: ContentHash,
    /// The fewest test rows.
    pub min_test_rows: u32,
    /// How long the phases last.
    pub periods: Periods<u64>,
}

impl Offered {
    /// What just keeps the rules.
    pub(crate) fn least() -> Self {
        Self {
            architecture: tiny(),
            encoding: ENCODING,
            min_test_rows: MIN_TEST_ROWS,
            periods: periods(3),
        }
    }

    /// Opens a task with it.
    pub(crate) fn open(
        &self,
        experiment: ExperimentId,
        task: TaskId,
        who: &AccountId,
    ) -> Result<Balance, DispatchError> {
        let offer = CurriculumOffer {
            architecture: &self.architecture,
            encoding: self.encoding,
            min_test_rows: self.min_test_rows,
            periods: &self.periods,
        };
        Rewards::open(experiment, task, who, &offer)
    }
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

/// Opens a curriculum task and returns the most that its winner can get.
pub(crate) fn open(task: TaskId) -> u128 {
    let opened = Offered::least().open(EXPERIMENT, task, &carol());
    opened.expect("the custodian may open a task").into()
}

/// What a model is worth that is wrong on so many rows, on which the constant answer and the
/// champion are wrong so often.
pub(crate) fn appraise(
    task: TaskId,
    base: u32,
    champion: Option<u32>,
    model: u32,
) -> Appraisal<Balance> {
    Rewards::appraise(task, lost(base), champion.map(lost), lost(model))
}

/// Settles a task that such a model wins, and returns the halvings that it is paid for. If it is
/// paid nothing that an account can hold, nobody has won.
pub(crate) fn settle(task: TaskId, base: u32, champion: Option<u32>, model: u32) -> Option<Bits> {
    let worth = appraise(task, base, champion, model);
    let is_paid = worth.amount >= Balances::minimum_balance();
    is_paid.then(|| {
        Rewards::take(task, worth.bits);
        worth.bits
    })
}

/// Lets an account win a whole task with such a model, and returns what it earns.
pub(crate) fn win(
    task: TaskId,
    who: &AccountId,
    base: u32,
    champion: Option<u32>,
    model: u32,
) -> u128 {
    open(task);
    let earned = settle(task, base, champion, model).map_or(0, |bits| pay(task, who, bits));
    close(task);
    earned
}

/// Pays a winner.
pub(crate) fn pay(task: TaskId, winner: &AccountId, bits: Bits) -> u128 {
    Rewards::pay(task, winner, bits).into()
}

/// The halvings that are paid or taken in the experiment.
pub(crate) fn level() -> Bits {
    crate::Curriculum::<Test>::get(EXPERIMENT).expect("it is in the curriculum").level
}

/// Ends a task.
pub(crate) fn close(task: TaskId) {
    close_as(task, CurriculumEnd::Regular);
}

/// Ends a task in this way.
pub(crate) fn close_as(task: TaskId, end: CurriculumEnd) {
    Rewards::close(task, end);
}

/// Lets an account win a whole task, and be paid for so many halvings.
pub(crate) fn earn(task: TaskId, winner: &AccountId, bits: Bits) -> u128 {
    open(task);
    let minted = pay(task, winner, bits);
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

/// The account has proved a claim.
pub(crate) fn prove(who: &AccountId) {
    <Rewards as WorkerRegistry<AccountId>>::proved(who);
}

/// The account is registered and has proved a claim since.
pub(crate) fn is_known(who: &AccountId) -> bool {
    <Rewards as WorkerRegistry<AccountId>>::is_known(who)
}

/// Lets the sweep run once, in a block with much weight left.
pub(crate) fn idle() {
    <Rewards as Hooks<u64>>::on_idle(1, Weight::MAX);
}

/// Somebody shows that so many of a hundred test rows of a task are equal to others.
pub(crate) fn show_equal_rows(task: TaskId, rows: u32, by: &AccountId) -> bool {
    Rewards::equal_rows_shown(task, rows, 100, by)
}

/// The account can sign: it exists.
pub(crate) fn exists(who: &AccountId) -> bool {
    System::account_exists(who)
}

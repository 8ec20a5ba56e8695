//! The tasks that mint tokens: what is set aside for them, what models are worth in them, and the
//! level, which counts what was paid in an experiment.

use crate::{
    types::{BalanceOf, EntryOf, RulesOf},
    Config, CurrencyBooks, Curriculum as Entries, Error, Event, Liable, OpenTasks, Pallet, Vesting,
    WeightInfo,
};
use frame_support::{defensive, ensure, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    level::{bits, mint_of, unit_of, Bits, Lost},
    limits::MAX_HALVINGS,
    reward::{CurriculumEnd, CurriculumTask, MintSplit},
    task::Periods,
    traits::{Appraisal, Curriculum, CurriculumOffer},
};
use sp_runtime::{traits::SaturatedConversion, DispatchError};

type OpenTaskOf<T> = CurriculumTask<<T as frame_system::Config>::AccountId>;

impl<T: Config> Pallet<T> {
    fn do_open(
        experiment: ExperimentId,
        task: TaskId,
        who: &T::AccountId,
        offer: &CurriculumOffer<'_, BlockNumberFor<T>>,
    ) -> Result<u128, Error<T>> {
        let mut entry = Entries::<T>::get(experiment)
            .filter(|entry| entry.custodian.as_ref() == Some(who))
            .ok_or(Error::<T>::NotCustodian)?;
        ensure!(entry.open < entry.max_open, Error::<T>::TooManyOpenTasks);
        ensure!(!OpenTasks::<T>::contains_key(task), Error::<T>::AlreadyOpen);
        Self::check_offer(&entry.rules, offer)?;
        let unit = Self::unit(entry.weight);
        let budget = unit.saturating_mul(MAX_HALVINGS.into());
        Self::set_aside(budget)?;
        entry.open = entry.open.saturating_add(1);
        Entries::<T>::insert(experiment, entry);
        let custodian = who.clone();
        let open = CurriculumTask { experiment, custodian, unit, budget, taken: 0, paid: false };
        let prize = open.prize();
        Self::store_task(task, open);
        Ok(prize)
    }

    /// Checks that a new task keeps the rules of its experiment.
    fn check_offer(
        rules: &RulesOf<T>,
        offer: &CurriculumOffer<'_, BlockNumberFor<T>>,
    ) -> Result<(), Error<T>> {
        ensure!(rules.format.fits(offer.architecture), Error::<T>::FormatMismatch);
        ensure!(rules.encoding == offer.encoding, Error::<T>::EncodingMismatch);
        let enough = offer.min_test_rows >= rules.min_test_rows
            && are_at_least(offer.periods, &rules.min_periods);
        ensure!(enough, Error::<T>::TermsBelowRules);
        Ok(())
    }

    /// What a halving of the error mints in a new task of an experiment with this weight. It falls
    /// with what is minted. Neither time nor the pot changes it, so nobody gains by waiting.
    fn unit(weight: u16) -> u128 {
        unit_of(Self::max_supply().saturating_sub(CurrencyBooks::<T>::get().minted), weight)
    }

    /// Sets aside the budget of a new task.
    fn set_aside(budget: u128) -> Result<(), Error<T>> {
        ensure!(budget > 0, Error::<T>::NothingToMint);
        let mut books = CurrencyBooks::<T>::get();
        ensure!(books.free_pot() >= budget, Error::<T>::PotTooSmall);
        books.reserve(budget);
        CurrencyBooks::<T>::put(books);
        Ok(())
    }

    /// An open task holds a reference to its custodian as well, so that the custodian can reveal
    /// the blocks even after it has lost the role.
    fn store_task(task: TaskId, open: OpenTaskOf<T>) {
        Self::hold_reference(&open.custodian);
        let (experiment, budget) = (open.experiment, open.budget);
        OpenTasks::<T>::insert(task, open);
        Self::deposit_event(Event::BudgetReserved { task, experiment, budget });
    }

    /// The task, if it is open and not paid yet.
    pub(super) fn unpaid(task: TaskId) -> Option<OpenTaskOf<T>> {
        OpenTasks::<T>::get(task).filter(|open| !open.paid)
    }

    /// Measures a model by the present level, in which what the task has taken itself does not
    /// count.
    fn do_appraise(
        task: TaskId,
        base: Lost,
        champion: Option<Lost>,
        model: Lost,
    ) -> Option<Appraisal<BalanceOf<T>>> {
        let open = Self::unpaid(task)?;
        let entry = Entries::<T>::get(open.experiment)?;
        let level = entry.level.saturating_sub(open.taken);
        let bits = bits(base, champion, model, level);
        Some(Appraisal { bits, amount: split_of(&open, bits).winner.saturated_into() })
    }

    fn do_take(task: TaskId, bits: Bits) {
        if let Some(mut open) = Self::unpaid(task) {
            Self::replace_taken(task, &mut open, bits);
            OpenTasks::<T>::insert(task, open);
        }
    }

    /// Counts these halvings in the level, in place of those that the task has taken before.
    fn replace_taken(task: TaskId, open: &mut OpenTaskOf<T>, bits: Bits) {
        Entries::<T>::mutate(open.experiment, |entry| match entry {
            Some(entry) => Self::replace_in_level(entry, task, open, bits),
            None => {
                defensive!("the experiment of an open curriculum task is in the curriculum");
            }
        });
    }

    fn replace_in_level(
        entry: &mut EntryOf<T>,
        task: TaskId,
        open: &mut OpenTaskOf<T>,
        bits: Bits,
    ) {
        let before = core::mem::replace(&mut open.taken, bits);
        if before == bits {
            return;
        }
        entry.level = entry.level.saturating_sub(before).saturating_add(bits);
        let (experiment, level) = (open.experiment, entry.level);
        Self::deposit_event(Event::LevelChanged { experiment, task, taken: bits, level });
    }

    /// Shares out what so many halvings mint, and returns the winner's part. A task that is not
    /// open, or has already been paid, pays nothing. If the winner cannot be paid, nobody is, and
    /// the level is as if there had been no winner.
    fn do_pay(task: TaskId, winner: &T::AccountId, bits: Bits) -> u128 {
        let Some(mut open) = Self::unpaid(task) else {
            return 0;
        };
        let split = split_of(&open, bits);
        let minted = Self::mint_reserved(winner, split.winner);
        let taken = if minted > 0 { bits } else { 0 };
        Self::replace_taken(task, &mut open, taken);
        open.paid = true;
        let used = if minted > 0 {
            Self::add_points(winner, open.experiment, minted);
            minted.saturating_add(Self::share_out(task, &open, winner, split))
        } else {
            let (winner, amount) = (winner.clone(), split.winner);
            Self::deposit_event(Event::NotMinted { task, winner, amount });
            0
        };
        open.budget = open.budget.saturating_sub(used);
        OpenTasks::<T>::insert(task, open);
        Self::renew(winner);
        minted
    }

    /// Mints the validators' part, keeps that of the provider, and returns how much of the budget
    /// that takes. Nothing is kept for a provider that is liable for equal rows.
    fn share_out(
        task: TaskId,
        open: &OpenTaskOf<T>,
        winner: &T::AccountId,
        split: MintSplit,
    ) -> u128 {
        let validators = Self::mint_reserved(&Self::pot_account(), split.validators);
        let shown_by = Liable::<T>::take(task);
        let provider = if shown_by.is_some() { 0 } else { split.provider };
        Self::vest(task, open, provider);
        let (winner, amount) = (winner.clone(), split.winner);
        Self::deposit_event(Event::Minted { task, winner, amount, validators, provider });
        let reward = shown_by
            .map_or(0, |by| Self::reward_for_rows(task, &open.custodian, split.provider, &by));
        validators.saturating_add(provider).saturating_add(reward)
    }

    /// A task that is not open, or has already been closed, returns nothing.
    fn do_close(task: TaskId, end: CurriculumEnd) {
        let Some(mut open) = OpenTasks::<T>::take(task) else {
            return;
        };
        Liable::<T>::remove(task);
        CurrencyBooks::<T>::mutate(|books| books.unreserve(open.budget));
        Self::leave_entry(task, &mut open, end);
        Self::release_reference(&open.custodian);
        let amount = open.budget;
        Self::deposit_event(Event::BudgetReturned { task, amount });
    }

    /// Removes the task from the count of its experiment, and what it has taken from the level if
    /// it was not paid. A custodian that failed loses the role; one that was appointed after the
    /// task had been opened did not fail.
    fn leave_entry(task: TaskId, open: &mut OpenTaskOf<T>, end: CurriculumEnd) {
        let experiment = open.experiment;
        let Some(mut entry) = Entries::<T>::get(experiment) else {
            defensive!("the experiment of an open curriculum task is in the curriculum");
            return;
        };
        entry.open = entry.open.saturating_sub(1);
        if !open.paid {
            Self::replace_in_level(&mut entry, task, open, 0);
        }
        if end == CurriculumEnd::CustodianFailed {
            Self::dismiss(experiment, &mut entry, &open.custodian);
        }
        Self::put_or_forget(experiment, entry);
    }
}

impl<T: Config> Curriculum<T::AccountId, BalanceOf<T>, BlockNumberFor<T>> for Pallet<T> {
    fn contains(experiment: ExperimentId) -> bool {
        Entries::<T>::contains_key(experiment)
    }

    fn is_custodian(experiment: ExperimentId, who: &T::AccountId) -> bool {
        Entries::<T>::get(experiment).is_some_and(|entry| entry.custodian.as_ref() == Some(who))
    }

    fn most_rows(experiment: ExperimentId) -> Option<u32> {
        Entries::<T>::get(experiment).map(|entry| entry.rules.format.rows.into())
    }

    fn open(
        experiment: ExperimentId,
        task: TaskId,
        who: &T::AccountId,
        offer: &CurriculumOffer<'_, BlockNumberFor<T>>,
    ) -> Result<BalanceOf<T>, DispatchError> {
        Ok(Self::do_open(experiment, task, who, offer)?.saturated_into())
    }

    fn appraise(
        task: TaskId,
        base: Lost,
        champion: Option<Lost>,
        model: Lost,
    ) -> Appraisal<BalanceOf<T>> {
        Self::do_appraise(task, base, champion, model).unwrap_or_default()
    }

    fn take(task: TaskId, bits: Bits) {
        Self::do_take(task, bits);
    }

    fn pay(task: TaskId, winner: &T::AccountId, bits: Bits) -> BalanceOf<T> {
        Self::do_pay(task, winner, bits).saturated_into()
    }

    fn close(task: TaskId, end: CurriculumEnd) {
        Self::do_close(task, end);
    }

    fn may_forget(task: TaskId) -> bool {
        !OpenTasks::<T>::contains_key(task) && !Vesting::<T>::contains_key(task)
    }

    fn equal_rows_shown(task: TaskId, rows: u32, test_rows: u32, by: &T::AccountId) -> bool {
        Self::do_equal_rows_shown(task, rows, test_rows, by)
    }

    fn weight() -> Weight {
        T::WeightInfo::curriculum()
    }
}

/// Who gets what of the halvings that a task pays for.
fn split_of<AccountId>(open: &CurriculumTask<AccountId>, bits: Bits) -> MintSplit {
    MintSplit::of(mint_of(open.unit, bits).min(open.budget))
}

/// Whether no period is shorter than the least.
fn are_at_least<BlockNumber: PartialOrd>(
    periods: &Periods<BlockNumber>,
    least: &Periods<BlockNumber>,
) -> bool {
    let Periods { publish, commit, reveal, claim, prove, deliver } = least;
    periods.publish >= *publish
        && periods.commit >= *commit
        && periods.reveal >= *reveal
        && periods.claim >= *claim
        && periods.prove >= *prove
        && periods.deliver >= *deliver
}

//! The experiments whose tasks mint tokens, those tasks, and their custodians.

use crate::{
    types::{BalanceOf, CurriculumEntry},
    Config, CurrencyBooks, Curriculum as Entries, Error, Event, OpenTasks, Pallet, WeightInfo,
};
use frame_support::{defensive, ensure, weights::Weight};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    reward::{CurriculumEnd, CurriculumTask, MintSplit},
    score::Improvement,
    traits::{Curriculum, TaskExperiments},
};
use sp_runtime::{
    traits::{Get, SaturatedConversion},
    DispatchError, DispatchResult, Permill,
};

type EntryOf<T> = CurriculumEntry<<T as frame_system::Config>::AccountId>;

impl<T: Config> Pallet<T> {
    /// Refuses an experiment that does not exist or is archived. One with a perfect champion is
    /// accepted: nothing can be minted in it, so it costs the pot nothing, and the council can
    /// remove it like any other.
    pub(crate) fn do_set_curriculum(
        experiment: ExperimentId,
        custodian: Option<T::AccountId>,
        task_share: Permill,
        max_open: u32,
    ) -> DispatchResult {
        T::Experiments::ensure_active(experiment)?;
        ensure!(max_open <= T::MaxOpenTasks::get(), Error::<T>::MaxOpenTooHigh);
        let mut entry = match Entries::<T>::get(experiment) {
            Some(entry) => entry,
            None => Self::new_entry()?,
        };
        Self::appoint(experiment, &mut entry, custodian.clone());
        entry.task_share = task_share;
        entry.max_open = max_open;
        entry.removed = false;
        Entries::<T>::insert(experiment, entry);
        Self::deposit_event(Event::CurriculumSet { experiment, custodian, task_share, max_open });
        Ok(())
    }

    pub(crate) fn do_remove_curriculum(experiment: ExperimentId) -> DispatchResult {
        let mut entry = Entries::<T>::get(experiment)
            .filter(|entry| !entry.removed)
            .ok_or(Error::<T>::NotInCurriculum)?;
        Self::appoint(experiment, &mut entry, None);
        entry.removed = true;
        let open = entry.open;
        Self::put_or_forget(experiment, entry);
        Self::deposit_event(Event::CurriculumRemoved { experiment, open });
        Ok(())
    }

    fn new_entry() -> Result<EntryOf<T>, Error<T>> {
        ensure!(Entries::<T>::count() < T::MaxCurriculum::get(), Error::<T>::CurriculumFull);
        Ok(CurriculumEntry {
            custodian: None,
            task_share: Permill::zero(),
            max_open: 0,
            open: 0,
            removed: false,
        })
    }

    /// Stores an entry, or removes it if it was removed and its last task has ended.
    fn put_or_forget(experiment: ExperimentId, entry: EntryOf<T>) {
        if entry.removed && entry.open == 0 {
            Entries::<T>::remove(experiment)
        } else {
            Entries::<T>::insert(experiment, entry)
        }
    }

    /// Gives the role of custodian to somebody else, or to nobody. Each role counts as one
    /// reference to the account. The new reference is taken before the old one is released.
    fn appoint(experiment: ExperimentId, entry: &mut EntryOf<T>, next: Option<T::AccountId>) {
        if entry.custodian == next {
            return;
        }
        if let Some(custodian) = &next {
            Self::hold_reference(custodian);
        }
        if let Some(custodian) = core::mem::replace(&mut entry.custodian, next) {
            Self::release_reference(&custodian);
            Self::deposit_event(Event::CustodianDismissed { experiment, custodian });
        }
    }

    fn do_open(
        experiment: ExperimentId,
        task: TaskId,
        who: &T::AccountId,
    ) -> Result<u128, DispatchError> {
        let mut entry = Entries::<T>::get(experiment)
            .filter(|entry| entry.custodian.as_ref() == Some(who))
            .ok_or(Error::<T>::NotCustodian)?;
        ensure!(entry.open < entry.max_open, Error::<T>::TooManyOpenTasks);
        ensure!(!OpenTasks::<T>::contains_key(task), Error::<T>::AlreadyOpen);
        entry.open = entry.open.saturating_add(1);
        let budget = CurrencyBooks::<T>::mutate(|books| {
            let share = entry.task_share.mul_floor(books.free_pot());
            books.reserve(share)
        });
        ensure!(budget > 0, Error::<T>::NothingToMint);
        Entries::<T>::insert(experiment, entry);
        Self::store_task(experiment, task, who, budget);
        Ok(budget)
    }

    /// An open task holds a reference to its custodian as well, so that the custodian can reveal
    /// the blocks even after it has lost the role.
    fn store_task(experiment: ExperimentId, task: TaskId, who: &T::AccountId, budget: u128) {
        Self::hold_reference(who);
        OpenTasks::<T>::insert(
            task,
            CurriculumTask { experiment, custodian: who.clone(), budget, paid: false },
        );
        Self::deposit_event(Event::BudgetReserved { task, experiment, budget });
    }

    /// Shares out what an improvement mints, and returns the winner's part. A task that is not
    /// open, or has already been paid, pays nothing, and if the winner cannot be paid, nobody is.
    fn do_pay(task: TaskId, winner: &T::AccountId, improvement: Improvement) -> u128 {
        let Some(mut open) = OpenTasks::<T>::get(task).filter(|open| !open.paid) else {
            return 0;
        };
        let split = MintSplit::of(open.earned(improvement));
        let amount = split.winner;
        let minted = Self::mint_reserved(winner, amount);
        let paid = minted == amount;
        let (validators, provider) = if paid {
            let validators = Self::mint_reserved(&Self::pot_account(), split.validators);
            (validators, Self::vest(task, &open.custodian, split.provider))
        } else {
            (0, 0)
        };
        let taken = minted.saturating_add(validators).saturating_add(provider);
        open.budget = open.budget.saturating_sub(taken);
        open.paid = true;
        Self::add_points(winner, open.experiment, minted);
        OpenTasks::<T>::insert(task, open);
        Self::renew(winner);
        let winner = winner.clone();
        Self::deposit_event(if paid {
            Event::Minted { task, winner, amount, validators, provider }
        } else {
            Event::NotMinted { task, winner, amount }
        });
        minted
    }

    /// A task that is not open, or has already been closed, returns nothing.
    fn do_close(task: TaskId, end: CurriculumEnd) {
        let Some(open) = OpenTasks::<T>::take(task) else {
            return;
        };
        CurrencyBooks::<T>::mutate(|books| books.unreserve(open.budget));
        Self::leave_entry(&open, end);
        Self::release_reference(&open.custodian);
        let amount = open.budget;
        Self::deposit_event(Event::BudgetReturned { task, amount });
    }

    /// Removes the task from the count of its experiment. A custodian that failed loses the role;
    /// one that was appointed after the task had been opened did not fail.
    fn leave_entry(task: &CurriculumTask<T::AccountId>, end: CurriculumEnd) {
        let Some(mut entry) = Entries::<T>::get(task.experiment) else {
            defensive!("the experiment of an open curriculum task is in the curriculum");
            return;
        };
        entry.open = entry.open.saturating_sub(1);
        let failed = end == CurriculumEnd::CustodianFailed;
        if failed && entry.custodian.as_ref() == Some(&task.custodian) {
            Self::appoint(task.experiment, &mut entry, None);
        }
        Self::put_or_forget(task.experiment, entry);
    }
}

impl<T: Config> Curriculum<T::AccountId, BalanceOf<T>> for Pallet<T> {
    fn contains(experiment: ExperimentId) -> bool {
        Entries::<T>::contains_key(experiment)
    }

    fn is_custodian(experiment: ExperimentId, who: &T::AccountId) -> bool {
        Entries::<T>::get(experiment).is_some_and(|entry| entry.custodian.as_ref() == Some(who))
    }

    fn open(
        experiment: ExperimentId,
        task: TaskId,
        who: &T::AccountId,
    ) -> Result<BalanceOf<T>, DispatchError> {
        Self::do_open(experiment, task, who).map(|budget| budget.saturated_into())
    }

    fn pay(task: TaskId, winner: &T::AccountId, improvement: Improvement) -> BalanceOf<T> {
        Self::do_pay(task, winner, improvement).saturated_into()
    }

    fn close(task: TaskId, end: CurriculumEnd) {
        Self::do_close(task, end);
    }

    fn weight() -> Weight {
        T::WeightInfo::curriculum()
    }
}

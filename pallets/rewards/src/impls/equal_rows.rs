//! What it costs a provider of data if test rows of its task were known before.

use crate::{
    types::VestingEntry, Config, CurrencyBooks, Curriculum as Entries, Event, Liable, Pallet,
    Vesting,
};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    reward::VestingPart,
    task::liable_from,
};

/// Whoever shows equal rows gets one part of so many of what the provider loses. Nobody can tell
/// the provider's own accounts from others, so they must not get much of it back.
const SHOWERS_PART: u128 = 5;

impl<T: Config> Pallet<T> {
    /// The provider of a task with enough equal rows loses its part, or will get none if the task
    /// is not paid yet, and loses the role of custodian. Winners keep what they have. Returns
    /// whether this has just happened: it happens once.
    pub(super) fn do_equal_rows_shown(
        task: TaskId,
        rows: u32,
        test_rows: u32,
        by: &T::AccountId,
    ) -> bool {
        rows >= liable_from(test_rows)
            && (Self::forfeit_vesting(task, by) || Self::forfeit_before_payment(task, by))
    }

    /// Takes away the part of a paid task, unless it has vested.
    fn forfeit_vesting(task: TaskId, by: &T::AccountId) -> bool {
        let Some(VestingEntry { experiment, part }) = Vesting::<T>::take(task) else {
            return false;
        };
        let VestingPart { provider, amount, .. } = part;
        let reward = Self::reward_for_rows(task, &provider, amount, by);
        CurrencyBooks::<T>::mutate(|books| books.unreserve(amount.saturating_sub(reward)));
        Self::end_custody(experiment, &provider);
        true
    }

    /// Remembers that the part of a task that is not paid yet will belong to nobody.
    fn forfeit_before_payment(task: TaskId, by: &T::AccountId) -> bool {
        let Some(open) = Self::unpaid(task).filter(|_| !Liable::<T>::contains_key(task)) else {
            return false;
        };
        Liable::<T>::insert(task, by);
        Self::end_custody(open.experiment, &open.custodian);
        true
    }

    fn end_custody(experiment: ExperimentId, provider: &T::AccountId) {
        Entries::<T>::mutate(experiment, |entry| {
            if let Some(entry) = entry {
                Self::dismiss(experiment, entry, provider);
            }
        });
    }

    /// Mints a fifth of a provider's part for whoever showed equal rows, and returns how much that
    /// is. The rest is left for the pot.
    pub(super) fn reward_for_rows(
        task: TaskId,
        provider: &T::AccountId,
        amount: u128,
        by: &T::AccountId,
    ) -> u128 {
        let reward = Self::mint_reserved(by, amount / SHOWERS_PART);
        let (provider, shown_by) = (provider.clone(), by.clone());
        Self::deposit_event(Event::ProviderLiable { task, provider, amount, shown_by, reward });
        reward
    }
}

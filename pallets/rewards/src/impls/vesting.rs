//! The part of whoever provided the data of a paid task. It stays reserved until it has vested.

use crate::{
    types::VestingEntry, Config, CurrencyBooks, CurrentSession, Event, Pallet, Vesting,
    VestingCursor,
};
use nocknock_primitives::{
    ids::TaskId,
    reward::{CurriculumTask, VestingPart},
};
use sp_runtime::traits::Get;

impl<T: Config> Pallet<T> {
    /// Keeps what was set aside for a task for its provider of data.
    pub(super) fn vest(task: TaskId, open: &CurriculumTask<T::AccountId>, amount: u128) {
        if amount == 0 {
            return;
        }
        let due = CurrentSession::<T>::get().saturating_add(T::VestingPeriod::get());
        let part = VestingPart { provider: open.custodian.clone(), amount, due };
        Vesting::<T>::insert(task, VestingEntry { experiment: open.experiment, part });
    }

    /// Looks at the part after the cursor, and starts over at the end. Returns nothing if there is
    /// none.
    pub(crate) fn visit_vesting() -> Option<()> {
        let cursor = VestingCursor::<T>::get();
        let task = Self::vesting_after(cursor).or_else(|| Self::vesting_after(None))?;
        VestingCursor::<T>::put(task);
        let part = Vesting::<T>::get(task)?.part;
        if part.due <= CurrentSession::<T>::get() {
            Self::mint_vested(task, part);
        }
        Some(())
    }

    fn vesting_after(cursor: Option<TaskId>) -> Option<TaskId> {
        match cursor {
            Some(task) => Vesting::<T>::iter_keys_from(Vesting::<T>::hashed_key_for(task)).next(),
            None => Vesting::<T>::iter_keys().next(),
        }
    }

    /// Mints a part. If its owner cannot hold it, it goes back to the pot.
    fn mint_vested(task: TaskId, part: VestingPart<T::AccountId>) {
        let VestingPart { provider, amount, .. } = part;
        Vesting::<T>::remove(task);
        let minted = Self::mint_reserved(&provider, amount);
        CurrencyBooks::<T>::mutate(|books| books.unreserve(amount.saturating_sub(minted)));
        Self::deposit_event(Event::Vested { task, provider, amount: minted });
    }
}

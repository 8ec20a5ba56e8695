//! The experiments whose tasks mint tokens, and their custodians.

use crate::{
    types::{CurriculumEntry, EntryOf, PastEntry, RulesOf},
    Config, Curriculum as Entries, Error, Event, Pallet, PastCurriculum,
};
use frame_support::ensure;
use nocknock_primitives::{ids::ExperimentId, level::FULL_WEIGHT, traits::TaskExperiments};
use sp_runtime::{traits::Get, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Refuses an experiment that does not exist or is archived, and one that is new here and has a
    /// champion: nobody might be able to prove that one. Refuses rules with another encoding than
    /// the experiment names, under which no task could be created.
    pub(crate) fn do_set_curriculum(
        experiment: ExperimentId,
        custodian: Option<T::AccountId>,
        weight: u16,
        rules: RulesOf<T>,
        max_open: u32,
    ) -> DispatchResult {
        T::Experiments::ensure_active(experiment)?;
        T::Experiments::ensure_encoding(experiment, &rules.encoding)?;
        Self::check_rules(weight, &rules, max_open)?;
        let mut entry = match Entries::<T>::get(experiment) {
            Some(entry) => Self::with_rules(entry, rules)?,
            None => Self::new_entry(experiment, rules)?,
        };
        ensure!(weight <= entry.weight, Error::<T>::WeightRose);
        Self::appoint(experiment, &mut entry, custodian.clone());
        entry.weight = weight;
        entry.max_open = max_open;
        entry.removed = false;
        Entries::<T>::insert(experiment, entry);
        PastCurriculum::<T>::remove(experiment);
        Self::deposit_event(Event::CurriculumSet { experiment, custodian, weight, max_open });
        Ok(())
    }

    /// Open tasks were created for the form of the data that was in force. Under another one their
    /// blocks could perhaps not be revealed.
    fn with_rules(entry: EntryOf<T>, rules: RulesOf<T>) -> Result<EntryOf<T>, Error<T>> {
        let is_same = entry.rules.format == rules.format;
        ensure!(is_same || entry.open == 0, Error::<T>::FormatInUse);
        Ok(CurriculumEntry { rules, ..entry })
    }

    fn check_rules(weight: u16, rules: &RulesOf<T>, max_open: u32) -> Result<(), Error<T>> {
        ensure!((1..=FULL_WEIGHT).contains(&weight), Error::<T>::BadWeight);
        ensure!(rules.min_test_rows >= T::MinCurriculumTestRows::get(), Error::<T>::TooFewTestRows);
        ensure!(max_open <= T::MaxOpenTasks::get(), Error::<T>::MaxOpenTooHigh);
        Ok(())
    }

    /// The entry of an experiment that is new here, or comes back with the weight and the level
    /// with which it left.
    fn new_entry(experiment: ExperimentId, rules: RulesOf<T>) -> Result<EntryOf<T>, Error<T>> {
        ensure!(Entries::<T>::count() < T::MaxCurriculum::get(), Error::<T>::CurriculumFull);
        ensure!(T::Experiments::champion(experiment).is_none(), Error::<T>::HasModels);
        let new = PastEntry { weight: FULL_WEIGHT, level: 0 };
        let PastEntry { weight, level } = PastCurriculum::<T>::get(experiment).unwrap_or(new);
        Ok(CurriculumEntry {
            custodian: None,
            weight,
            rules,
            level,
            max_open: 0,
            open: 0,
            removed: false,
        })
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

    /// Stores an entry, or removes it if it was removed and its last task has ended. Its weight and
    /// its level are remembered then.
    pub(super) fn put_or_forget(experiment: ExperimentId, entry: EntryOf<T>) {
        if entry.removed && entry.open == 0 {
            Entries::<T>::remove(experiment);
            let past = PastEntry { weight: entry.weight, level: entry.level };
            PastCurriculum::<T>::insert(experiment, past);
        } else {
            Entries::<T>::insert(experiment, entry);
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

    /// Takes the role away from an account that failed in it. Somebody who was appointed later did
    /// not fail.
    pub(super) fn dismiss(experiment: ExperimentId, entry: &mut EntryOf<T>, who: &T::AccountId) {
        if entry.custodian.as_ref() == Some(who) {
            Self::appoint(experiment, entry, None);
        }
    }
}

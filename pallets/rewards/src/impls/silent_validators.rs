//! Validators that author no blocks.

use crate::{AuthorsOfSession, Candidates, Config, Event, Pallet, SilentSessions, WeightInfo};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::weights::Weight;
use sp_runtime::traits::Get;

impl<T: Config> Pallet<T> {
    /// Notifies the pallet of the author of the current block, and returns the weight of that.
    /// Called once for each block.
    pub fn note_author(author: &T::AccountId) -> Weight {
        AuthorsOfSession::<T>::insert(author, ());
        T::WeightInfo::note_author()
    }

    /// Notifies the pallet that a session in which these accounts validated has ended, and returns
    /// the weight of that.
    ///
    /// A candidate among them that authored none of its blocks was silent. After
    /// `MaxSilentSessions` such sessions in a row its candidacy ends; it may apply again. Sessions
    /// in which it did not validate do not count. A genesis authority serves whenever the election
    /// needs it, whether it was silent or not.
    pub fn on_session_ended(validators: &[T::AccountId]) -> Weight {
        let candidates: BTreeSet<_> = Candidates::<T>::get().into_iter().collect();
        let dropped: Vec<_> = validators
            .iter()
            .filter(|who| Self::was_silent(who) && candidates.contains(*who))
            .filter(|who| Self::count_silent_session(who) >= T::MaxSilentSessions::get())
            .collect();
        for who in dropped {
            Self::end_candidacy(who);
            Self::deposit_event(Event::CandidateSilent { who: who.clone() });
        }
        let validators = u32::try_from(validators.len()).unwrap_or(u32::MAX);
        T::WeightInfo::on_session_ended(validators)
    }

    /// Whether the account authored no block in the session. If it did author one, this removes the
    /// record of that and of its earlier silence.
    fn was_silent(who: &T::AccountId) -> bool {
        let authored = AuthorsOfSession::<T>::take(who).is_some();
        if authored {
            SilentSessions::<T>::remove(who);
        }
        !authored
    }

    /// Adds a silent session to those of a candidate, and returns how many there have been in a
    /// row.
    fn count_silent_session(who: &T::AccountId) -> u32 {
        SilentSessions::<T>::mutate(who, |silent| {
            *silent = silent.saturating_add(1);
            *silent
        })
    }
}

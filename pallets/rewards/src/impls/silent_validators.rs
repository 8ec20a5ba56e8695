//! What validators do, and those that do nothing.

use crate::{
    types::Work, AuthorsOfSession, Config, CurrentSession, Event, Liveness, Pallet,
    VotersOfSession, WeightInfo,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use sp_runtime::traits::{Get, Zero};

impl<T: Config> Pallet<T> {
    /// Notifies the pallet of the author of the current block, and returns the weight of that.
    /// Called once for each block.
    pub fn note_author(author: &T::AccountId) -> Weight {
        AuthorsOfSession::<T>::mutate(author, |blocks| *blocks = blocks.saturating_add(1));
        T::WeightInfo::note_author()
    }

    /// Notes a sign of life of an account, now. Only the signs of accounts with an entry in
    /// [`Liveness`] are kept, and while an account validates, only its blocks and its finality
    /// votes are signs: a validator without a node could send others.
    pub fn note_sign(who: &T::AccountId) {
        let session = CurrentSession::<T>::get();
        Liveness::<T>::mutate(who, |life| {
            if let Some(life) = life.as_mut().filter(|life| !life.validates(session)) {
                life.last_sign = Some(session);
            }
        });
    }

    /// Notes that finality votes of these validators of the current session were seen. Each counts
    /// once in a session, for the payment and as a sign of life.
    pub fn note_votes(voters: &[T::AccountId]) {
        for who in voters {
            VotersOfSession::<T>::insert(who, ());
        }
    }

    /// Notifies the pallet that the current session ends, in which these accounts validated, and
    /// returns the weight of that. They are paid from their pot.
    ///
    /// A validator is silent in a session if it authors no block in it, or if finality votes were
    /// seen but none of its own. A candidate that has never authored a block in its seat is dropped
    /// after one such session, another one after `MaxSilentSessions` of them in a row: it loses
    /// 5 % of its bond and its candidacy, and so its seat in one of the next elections. It may
    /// apply again. Whoever has left the candidates, and not its seat, loses as much of its bond. A
    /// genesis authority is not dropped; it loses its seat like everybody whose node does not run,
    /// and gets it back when it is needed and its node is back. A session with fewer blocks than
    /// validators, as after an interruption of the whole chain, is held against nobody.
    pub fn on_session_ended(validators: &[T::AccountId]) -> Weight {
        let work: Vec<_> = validators.iter().map(|who| (who, Self::take_work(who))).collect();
        Self::forget_work_of_others();
        Self::pay_validators(&work);
        let blocks = work.iter().map(|(_, work)| work.blocks).fold(0, u32::saturating_add);
        let number = u32::try_from(validators.len()).unwrap_or(u32::MAX);
        let votes_seen = work.iter().any(|(_, work)| work.voted);
        for (who, work) in &work {
            if Self::note_work(who, work, votes_seen, blocks >= number) {
                Self::punish_silence(who);
            }
        }
        T::WeightInfo::on_session_ended(number)
    }

    /// Removes the record of what an account did in the session, and returns it.
    fn take_work(who: &T::AccountId) -> Work {
        Work {
            blocks: AuthorsOfSession::<T>::take(who),
            voted: VotersOfSession::<T>::take(who).is_some(),
        }
    }

    /// Removes what was noted of accounts that did not validate. There should be none.
    fn forget_work_of_others() {
        let most = T::MaxValidators::get();
        let _none = AuthorsOfSession::<T>::clear(most, None);
        let _none = VotersOfSession::<T>::clear(most, None);
    }

    /// Notes what a validator did, and returns whether it has become silent for too long now.
    /// Silence that goes on is not paid for again.
    fn note_work(who: &T::AccountId, work: &Work, votes_seen: bool, tells: bool) -> bool {
        let (session, most) = (CurrentSession::<T>::get(), T::MaxSilentSessions::get());
        Liveness::<T>::mutate(who, |life| {
            life.as_mut().is_some_and(|life| {
                let before = life.is_silent(most);
                life.note(session, work, votes_seen, tells);
                !before && life.is_silent(most)
            })
        })
    }

    /// Ends the candidacy of an account whose node does not run, and burns a part of its bond. The
    /// bond answers for the seat: whoever has left the candidates before loses that part as well.
    pub(super) fn punish_silence(who: &T::AccountId) {
        let listed = Self::end_candidacy(who);
        let burnt = Self::burn_for_silence(who);
        if listed || !burnt.is_zero() {
            Self::deposit_event(Event::CandidateSilent { who: who.clone(), burnt });
        }
    }
}

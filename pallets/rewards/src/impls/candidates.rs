//! Candidates for validation, and the election.

use crate::{
    Barred, Candidates, Config, Error, Event, GenesisAuthorities, Pallet, SilentSessions,
    ValidatorKeys,
};
use alloc::vec::Vec;
use frame_support::ensure;
use sp_runtime::{traits::Get, DispatchResult};

type Ranked<T> = (<T as frame_system::Config>::AccountId, u128);

impl<T: Config> Pallet<T> {
    pub(crate) fn do_apply_as_candidate(who: T::AccountId) -> DispatchResult {
        ensure!(!Barred::<T>::contains_key(&who), Error::<T>::Barred);
        ensure!(T::ValidatorKeys::has_keys(&who), Error::<T>::NoSessionKeys);
        let points = Self::points_of(&who);
        ensure!(points >= T::MinCandidatePoints::get(), Error::<T>::TooFewPoints);
        let mut candidates = Candidates::<T>::get();
        ensure!(!candidates.contains(&who), Error::<T>::AlreadyCandidate);
        if candidates.is_full() {
            let last = Self::last_below(points)?;
            candidates.retain(|candidate| *candidate != last);
            SilentSessions::<T>::remove(&last);
            Self::deposit_event(Event::CandidateDisplaced { who: last });
        }
        candidates.try_push(who.clone()).map_err(|_| Error::<T>::CandidatesFull)?;
        Candidates::<T>::put(candidates);
        Self::deposit_event(Event::CandidateAdded { who, points });
        Ok(())
    }

    pub(crate) fn do_leave_candidates(who: &T::AccountId) -> DispatchResult {
        ensure!(Self::end_candidacy(who), Error::<T>::NotCandidate);
        Self::deposit_event(Event::CandidateLeft { who: who.clone() });
        Ok(())
    }

    /// Removes an account from the list, and with it what is stored about its candidacy. Returns
    /// whether it was on the list.
    pub(super) fn end_candidacy(who: &T::AccountId) -> bool {
        SilentSessions::<T>::remove(who);
        Candidates::<T>::mutate(|candidates| {
            let before = candidates.len();
            candidates.retain(|candidate| candidate != who);
            candidates.len() < before
        })
    }

    /// The last candidate, provided that it has fewer points than this.
    fn last_below(points: u128) -> Result<T::AccountId, Error<T>> {
        Self::ranked_candidates()
            .pop()
            .filter(|(_, last)| *last < points)
            .map(|(who, _)| who)
            .ok_or(Error::<T>::CandidatesFull)
    }

    /// The candidates and their points: most points first, and of equals the lower account id
    /// first.
    pub(crate) fn ranked_candidates() -> Vec<Ranked<T>> {
        let mut ranked: Vec<Ranked<T>> = Candidates::<T>::get()
            .into_iter()
            .map(|who| {
                let points = Self::points_of(&who);
                (who, points)
            })
            .collect();
        ranked.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
        ranked
    }

    /// Who validates, in this order:
    ///
    /// 1. The first `MaxValidators` of the ranked candidates that still have `MinCandidatePoints`
    ///    and session keys.
    /// 2. While there are fewer of them than `MinValidators`: the genesis authorities that have
    ///    keys and are not barred, in the order of the genesis, and alongside them only the first
    ///    few of the candidates: as many as may fail without stopping finality, but at least one.
    ///    So a handful of accounts cannot outvote the authorities.
    /// 3. If that leaves nobody: the genesis authorities with keys, even if they are barred, and
    ///    failing that all of them, because a chain must not stop.
    ///
    /// Empty only if the genesis named no authority. Costs `WeightInfo::elect` of the number of
    /// candidates: nothing here depends on the number of workers.
    pub fn elect() -> Vec<T::AccountId> {
        let mut elected = Self::best_candidates();
        if elected.len() < to_usize(T::MinValidators::get()) {
            Self::seat_beside_authorities(&mut elected);
        }
        if elected.is_empty() {
            Self::last_resort()
        } else {
            elected
        }
    }

    fn best_candidates() -> Vec<T::AccountId> {
        let least = T::MinCandidatePoints::get();
        Self::ranked_candidates()
            .into_iter()
            .filter(|(who, points)| *points >= least && Self::may_validate(who))
            .map(|(who, _)| who)
            .take(to_usize(T::MaxValidators::get()))
            .collect()
    }

    /// Combines the genesis authorities that can validate with few enough of the candidates.
    fn seat_beside_authorities(elected: &mut Vec<T::AccountId>) {
        let mut authorities = GenesisAuthorities::<T>::get().into_inner();
        authorities.retain(Self::may_validate);
        if !authorities.is_empty() {
            let most = to_usize(T::MaxValidators::get());
            elected.truncate(seats_beside(authorities.len(), most));
            authorities.retain(|who| !elected.contains(who));
            authorities.truncate(most.saturating_sub(elected.len()));
            elected.extend(authorities);
        }
    }

    fn last_resort() -> Vec<T::AccountId> {
        let all = GenesisAuthorities::<T>::get().into_inner();
        let with_keys: Vec<_> =
            all.iter().filter(|who| T::ValidatorKeys::has_keys(who)).cloned().collect();
        if with_keys.is_empty() {
            all
        } else {
            with_keys
        }
    }

    fn may_validate(who: &T::AccountId) -> bool {
        T::ValidatorKeys::has_keys(who) && !Barred::<T>::contains_key(who)
    }
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// How many candidates serve alongside genesis authorities, out of at most `most` validators.
/// GRANDPA tolerates the failure of fewer than a third, so `c` candidates alongside `a` authorities
/// must satisfy 3c < a + c. One has a seat in any case, so that a chain with few authorities can
/// grow.
fn seats_beside(authorities: usize, most: usize) -> usize {
    let beside_all = authorities.saturating_sub(1) / 2;
    let of_all = most.saturating_sub(1) / 3;
    beside_all.min(of_all).max(1)
}

//! Candidates for validation, and the election. Who has a seat next is decided by
//! [`nocknock_primitives::election`]; this module knows what there is to decide about.

use crate::{
    types::Life, Barred, Candidates, Config, CurrentSession, Error, Event, GenesisAuthorities,
    Liveness, Pallet, Seats, ValidatorKeys, WorkersPoints,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{ensure, BoundedVec};
use nocknock_primitives::election::{next_set, Contender, Right, Rules};
use sp_runtime::{traits::Get, DispatchResult};

type Ranked<T> = (<T as frame_system::Config>::AccountId, u128);
type ContenderOf<T> = Contender<<T as frame_system::Config>::AccountId>;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_apply_as_candidate(who: T::AccountId) -> DispatchResult {
        ensure!(!Barred::<T>::contains_key(&who), Error::<T>::Barred);
        ensure!(T::ValidatorKeys::has_keys(&who), Error::<T>::NoSessionKeys);
        let points = Self::points_of(&who);
        ensure!(points >= T::MinCandidatePoints::get(), Error::<T>::TooFewPoints);
        let candidates = Candidates::<T>::get();
        ensure!(!candidates.contains(&who), Error::<T>::AlreadyCandidate);
        let life = Liveness::<T>::get(&who).unwrap_or_default();
        ensure!(!life.is_silent(T::MaxSilentSessions::get()), Error::<T>::SilentInSeat);
        let last = if candidates.is_full() { Some(Self::last_below(points)?) } else { None };
        Self::hold_bond(&who)?;
        if let Some(last) = last {
            Self::end_candidacy(&last);
            Self::deposit_event(Event::CandidateDisplaced { who: last });
        }
        Candidates::<T>::try_mutate(|candidates| candidates.try_push(who.clone()))
            .map_err(|_| Error::<T>::CandidatesFull)?;
        Liveness::<T>::insert(&who, life);
        Self::deposit_event(Event::CandidateAdded { who, points });
        Ok(())
    }

    pub(crate) fn do_leave_candidates(who: &T::AccountId) -> DispatchResult {
        ensure!(Self::end_candidacy(who), Error::<T>::NotCandidate);
        Self::deposit_event(Event::CandidateLeft { who: who.clone() });
        Ok(())
    }

    /// Removes an account from the list, and lets its bond go when it is time. Returns whether it
    /// was on the list.
    pub(super) fn end_candidacy(who: &T::AccountId) -> bool {
        let listed = Candidates::<T>::mutate(|candidates| {
            let before = candidates.len();
            candidates.retain(|candidate| candidate != who);
            candidates.len() < before
        });
        if listed {
            Self::let_bond_go(who);
            Self::forget_life(who);
        }
        listed
    }

    /// Removes what is known about the node of an account, if that matters no longer.
    fn forget_life(who: &T::AccountId) {
        let seated = Liveness::<T>::get(who).is_some_and(|life| life.entered.is_some());
        let matters = seated
            || Candidates::<T>::get().contains(who)
            || GenesisAuthorities::<T>::get().contains(who);
        if !matters {
            Liveness::<T>::remove(who);
        }
    }

    /// The last candidate without a seat, provided that it has fewer points than this.
    fn last_below(points: u128) -> Result<T::AccountId, Error<T>> {
        let seats: BTreeSet<_> = Seats::<T>::get().into_iter().collect();
        Self::ranked_candidates()
            .into_iter()
            .rev()
            .find(|(who, _)| !seats.contains(who))
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

    /// Elects the validators of the next session, and returns them. The runtime calls it once at
    /// the start of each session, after the end of the one before was reported.
    ///
    /// Costs `WeightInfo::elect` of the number of candidates: nothing here depends on the number of
    /// workers.
    pub fn elect() -> Vec<T::AccountId> {
        let next = Self::next_set();
        let before = Seats::<T>::get();
        let session = CurrentSession::<T>::get().saturating_add(1);
        for who in before.iter().filter(|who| !next.contains(who)) {
            Self::leave_seat(who);
            Self::deposit_event(Event::SeatLeft { who: who.clone(), session });
        }
        for who in next.iter().filter(|who| !before.contains(who)) {
            Liveness::<T>::mutate(who, |life| life.get_or_insert_default().entered = Some(session));
            Self::deposit_event(Event::SeatTaken { who: who.clone(), session });
        }
        Seats::<T>::put(BoundedVec::truncate_from(next.clone()));
        next
    }

    /// Forgets what an account did in the seat that it loses. If it was silent in the end, it has
    /// to give another sign of life before it gets a seat again. Its bond is kept as long as what
    /// it does in the session that has just begun can be reported.
    fn leave_seat(who: &T::AccountId) {
        if Self::is_gone_before_its_first_session(who) {
            Self::punish_silence(who);
        }
        Liveness::<T>::mutate(who, |life| {
            if let Some(life) = life {
                let last_sign = life.last_sign.filter(|_| life.silent == 0);
                *life = Life { last_sign, ..Life::default() };
            }
        });
        Self::keep_bond(who);
        Self::forget_life(who);
    }

    /// Whether an account that loses its seat has removed its keys, or gives no signs of life any
    /// more, before its first session there has ended. That one begins with this block, and what
    /// the account does in it is not judged any more. So this is as bad as silence.
    fn is_gone_before_its_first_session(who: &T::AccountId) -> bool {
        let life = Liveness::<T>::get(who).unwrap_or_default();
        let session = CurrentSession::<T>::get();
        let has_ended = life.entered.is_none_or(|entered| entered < session);
        !has_ended && !Self::is_able(who, &life)
    }

    /// Whether an account has keys, and its node seems to run.
    fn is_able(who: &T::AccountId, life: &Life) -> bool {
        let session = CurrentSession::<T>::get();
        life.is_able(session, T::MaxSilentSessions::get()) && T::ValidatorKeys::has_keys(who)
    }

    /// Why an account may have a seat. Whoever leaves the candidates keeps a seat in which it is
    /// untried: otherwise it would leave before it is found to have no node, and come back.
    fn right_of(
        who: &T::AccountId,
        life: &Life,
        candidates: &BTreeSet<T::AccountId>,
        authorities: &[T::AccountId],
    ) -> Right {
        let is_authority = authorities.contains(who);
        if candidates.contains(who) || (life.is_untried() && !is_authority) {
            Right::Candidate
        } else if is_authority {
            Right::Authority
        } else {
            Right::None
        }
    }

    /// Who would be elected now: [`next_set`] of those who have a seat and keys, and all others
    /// that might have one. Whoever has removed its keys cannot serve, whatever the election says.
    /// If that is everybody, they stay: a chain must not stop.
    pub(crate) fn next_set() -> Vec<T::AccountId> {
        let members = Seats::<T>::get().into_inner();
        let candidates: BTreeSet<_> = Candidates::<T>::get().into_iter().collect();
        let authorities = GenesisAuthorities::<T>::get().into_inner();
        let seats: Vec<_> = members
            .iter()
            .filter(|who| T::ValidatorKeys::has_keys(who))
            .map(|who| Self::contender(who, &candidates, &authorities))
            .collect();
        if seats.is_empty() {
            return members;
        }
        let others: Vec<_> = candidates
            .iter()
            .chain(authorities.iter().filter(|who| !candidates.contains(*who)))
            .filter(|who| !members.contains(who))
            .map(|who| Self::contender(who, &candidates, &authorities))
            .collect();
        next_set(&seats, &others, &Self::election_rules())
    }

    fn election_rules() -> Rules {
        Rules {
            most: to_usize(T::MaxValidators::get()),
            enough: to_usize(T::MinValidators::get()),
            least_points: T::MinCandidatePoints::get(),
        }
    }

    fn contender(
        who: &T::AccountId,
        candidates: &BTreeSet<T::AccountId>,
        authorities: &[T::AccountId],
    ) -> ContenderOf<T> {
        let session = CurrentSession::<T>::get();
        let life = Liveness::<T>::get(who).unwrap_or_default();
        let barred = Barred::<T>::contains_key(who);
        let able = !barred && Self::is_able(who, &life);
        let points = WorkersPoints::<T>::get(who);
        Contender {
            who: who.clone(),
            right: Self::right_of(who, &life, candidates, authorities),
            points: points.at(session, T::PointsDecay::get()),
            experiment: points.experiment(),
            able,
            proven: able && life.proven,
            // An offender leaves before those who are only silent.
            last_sign: life.last_sign.filter(|_| !barred),
        }
    }
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

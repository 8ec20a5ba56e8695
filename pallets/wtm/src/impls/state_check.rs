//! The invariants of this pallet's state.

use super::{claim::first_winner, propose::in_order};
use crate::{
    types::{BalanceOf, CaseOf, FactOf},
    ByDomain, BySubject, Cases, Config, Facts, HoldReason, NextFact, Pallet, Rejected, Stakes,
};
use alloc::collections::BTreeMap;
use frame_support::ensure;
use nocknock_primitives::{
    fact::{FactStatus, Role, Side, LARGEST_VOTES},
    ids::FactId,
};
use sp_runtime::{
    traits::{Saturating, Zero},
    TryRuntimeError,
};

type Amounts<T> = BTreeMap<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// What the stakes of one fact add up to.
struct Sums<Balance> {
    bonds: [Balance; 2],
    open: [u32; 3],
    points: [u128; 2],
    largest: [u128; LARGEST_VOTES],
}

impl<T: Config> Pallet<T> {
    /// Checks the invariants, numbered as in the README:
    ///
    /// 1. A fact's number is below `NextFact`; cases belong to facts, stakes to cases.
    /// 2. Each fact is in both indexes, under its own keys, and nothing else is in them.
    /// 3. What each account has on hold for `Bond` is the sum of its bonds and of the pools that it
    ///    holds as the first of the winners; for `Vote`, the sum of its deposits.
    /// 4. The counters of a case count its stakes. While it is undecided, its sums of bonds, the
    ///    fact's sums of points and the largest votes are those of the stakes; as long as a fact
    ///    stands undisputed, so is the sum of the bonds for it.
    /// 5. The successor of a superseded fact exists, names it, and is or was accepted.
    /// 6. An undecided fact has a case, whose supporter has a bond for it, and is disputed exactly
    ///    if somebody disputes it. A retracted or lapsed fact has a case. Every decided fact has
    ///    the time of its decision.
    /// 7. A pool is held only for decided disputes, and is never more than the losers' bonds.
    /// 8. A proven fact is accepted, and has no case.
    /// 9. Exactly the facts that were voted down are in `Rejected`.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_keys()?;
        Self::check_indexes()?;
        Self::check_rejected()?;
        Self::check_holds()?;
        for (id, case) in Cases::<T>::iter() {
            let fact = Facts::<T>::get(id).ok_or("1: a case without a fact")?;
            Self::check_case(id, &fact, &case)?;
        }
        Facts::<T>::iter().try_for_each(|(id, fact)| Self::check_fact(id, &fact))
    }

    fn check_keys() -> Result<(), TryRuntimeError> {
        let next = NextFact::<T>::get();
        ensure!(Facts::<T>::iter_keys().all(|id| id < next), "1: a fact has a future number");
        ensure!(
            Stakes::<T>::iter_keys().all(|(id, _)| Cases::<T>::contains_key(id)),
            "1: a stake without a case"
        );
        Ok(())
    }

    fn check_indexes() -> Result<(), TryRuntimeError> {
        let facts = Facts::<T>::iter_keys().count();
        ensure!(
            ByDomain::<T>::iter_keys().count() == facts,
            "2: the index by domain has another number of entries"
        );
        ensure!(
            BySubject::<T>::iter_keys().count() == facts,
            "2: the index by subject has another number of entries"
        );
        let all_found = Facts::<T>::iter().all(|(id, fact)| {
            let (domain, subject) = (fact.statement.domain, fact.statement.subject);
            ByDomain::<T>::contains_key(&domain, in_order(id))
                && BySubject::<T>::contains_key((domain, subject), in_order(id))
        });
        ensure!(all_found, "2: a fact is not in the indexes");
        Ok(())
    }

    fn check_rejected() -> Result<(), TryRuntimeError> {
        let rejected = |fact: &FactOf<T>| fact.status == FactStatus::Rejected;
        let mut rejects = Facts::<T>::iter().filter(|(_, fact)| rejected(fact));
        ensure!(
            rejects.all(|(id, _)| Rejected::<T>::contains_key(in_order(id))),
            "9: a fact that was voted down is not listed"
        );
        let listed = |key| Facts::<T>::get(FactId::from_be_bytes(key));
        ensure!(
            Rejected::<T>::iter_keys().all(|key| listed(key).is_some_and(|fact| rejected(&fact))),
            "9: a fact is listed that was not voted down"
        );
        Ok(())
    }

    fn check_holds() -> Result<(), TryRuntimeError> {
        let (mut bonds, mut deposits) = (Amounts::<T>::new(), Amounts::<T>::new());
        for (_, who, stake) in Stakes::<T>::iter() {
            let amounts = match stake.role {
                Role::Voter { .. } => &mut deposits,
                _ => &mut bonds,
            };
            add::<T>(amounts, who, stake.bond);
        }
        for (id, case) in Cases::<T>::iter() {
            let fact = Facts::<T>::get(id).ok_or("1: a case without a fact")?;
            let first = first_winner::<T>(&fact, &case).clone();
            add::<T>(&mut bonds, first, case.pool);
        }
        for who in frame_system::Account::<T>::iter_keys() {
            let sum = |amounts: &Amounts<T>| amounts.get(&who).copied().unwrap_or_default();
            ensure!(
                Self::held(HoldReason::Bond, &who) == sum(&bonds),
                "3: bonds differ from holds"
            );
            ensure!(
                Self::held(HoldReason::Vote, &who) == sum(&deposits),
                "3: deposits differ from holds"
            );
        }
        Ok(())
    }

    fn check_case(id: FactId, fact: &FactOf<T>, case: &CaseOf<T>) -> Result<(), TryRuntimeError> {
        let Sums { bonds, open, points, largest } = Self::sums(id);
        ensure!(
            open == [case.open_support, case.open_against, case.open_votes],
            "4: a counter is not the number of stakes"
        );
        if fact.status.is_open() {
            ensure!(
                bonds == [case.support_bonds, case.against_bonds],
                "4: a sum of bonds is not that of the stakes"
            );
            ensure!(
                points == [fact.tally.support, fact.tally.against] && largest == case.largest,
                "4: a sum of points is not that of the votes"
            );
            let side = Stakes::<T>::get(id, &case.supporter).and_then(|stake| stake.role.side());
            ensure!(side == Some(Side::Support), "6: a supporter has no bond");
        }
        let [support, _] = bonds;
        ensure!(
            !fact.is_standing() || support == case.support_bonds,
            "4: the sum of the bonds for an undisputed fact is not that of the stakes"
        );
        ensure!(!case.is_closed(), "4: a case without stakes is kept");
        let most = fact.losers().map_or_else(Zero::zero, |side| case.bonds(side));
        ensure!(case.pool <= most, "7: a pool is too large");
        Ok(())
    }

    fn sums(id: FactId) -> Sums<BalanceOf<T>> {
        let mut sums: Sums<BalanceOf<T>> =
            Sums { bonds: [Zero::zero(); 2], open: [0; 3], points: [0; 2], largest: [0; 2] };
        let [support, against]: &mut [BalanceOf<T>; 2] = &mut sums.bonds;
        let [open_support, open_against, open_votes] = &mut sums.open;
        let [points_for, points_against] = &mut sums.points;
        let [first, second] = &mut sums.largest;
        for stake in Stakes::<T>::iter_prefix_values(id) {
            let (bonds, open) = match stake.role.side() {
                Some(Side::Support) => (Some(&mut *support), &mut *open_support),
                Some(Side::Against) => (Some(&mut *against), &mut *open_against),
                None => (None, &mut *open_votes),
            };
            *open = open.saturating_add(1);
            if let Some(bonds) = bonds {
                *bonds = bonds.saturating_add(stake.bond);
            }
            if let Role::Voter { support, points } = stake.role {
                let counted = if support { &mut *points_for } else { &mut *points_against };
                *counted = counted.saturating_add(points);
                *second = (*second).max((*first).min(points));
                *first = (*first).max(points);
            }
        }
        sums
    }

    fn check_fact(id: FactId, fact: &FactOf<T>) -> Result<(), TryRuntimeError> {
        if let FactStatus::Superseded { by } = fact.status {
            let successor = Facts::<T>::get(by).ok_or("5: a successor is unknown")?;
            let reopened = Cases::<T>::get(by).is_some_and(|case| case.reopened);
            let keeps = successor.status.is_permanent()
                || (successor.status == FactStatus::Disputed && reopened);
            ensure!(
                successor.supersedes == Some(id) && keeps,
                "5: a successor does not take the place"
            );
        }
        let has_case = Cases::<T>::contains_key(id);
        let open = fact.status.is_open();
        ensure!(has_case || !(open || fact.status.is_withdrawn()), "6: a fact has no case");
        ensure!(
            !open || (fact.status == FactStatus::Disputed) == fact.was_disputed(),
            "6: a status does not tell of a dispute"
        );
        ensure!(fact.decided_at.is_none() == open, "6: the time of a decision is wrong");
        ensure!(
            !fact.is_proven() || (fact.status == FactStatus::Accepted && !has_case),
            "8: a proven fact is not final"
        );
        Ok(())
    }
}

fn add<T: Config>(amounts: &mut Amounts<T>, who: T::AccountId, amount: BalanceOf<T>) {
    let sum = amounts.entry(who).or_default();
    *sum = sum.saturating_add(amount);
}

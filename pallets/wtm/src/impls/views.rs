//! Pages of what is stored.

use super::propose::in_order;
use crate::{
    types::{Domain, FactOf, FactPage, InOrder, StakeOf, Subject},
    ByDomain, BySubject, Config, Facts, NextFact, Pallet, Stakes,
};
use alloc::vec::Vec;
use nocknock_primitives::{
    fact::{backing, Side},
    ids::FactId,
    limits::MAX_PAGE,
};
use sp_runtime::{
    traits::{Get, Saturating},
    Permill, SaturatedConversion,
};

/// How many numbers one page looks at, whether or not anything is stored under them.
const MAX_LOOKS: u64 = 1_024;
/// How many stakes of a fact the confidence in it looks at. So many bonds make 99.9 %.
const MAX_STAKES: usize = 1_024;

impl<T: Config> Pallet<T> {
    pub(crate) fn belief(id: FactId) -> Option<Permill> {
        let fact = Facts::<T>::get(id)?;
        let backing = if fact.is_standing() { Self::backing(id) } else { 0 };
        Some(Permill::from_parts(fact.confidence(backing)))
    }

    /// What all bonds for a fact count for the confidence in it.
    fn backing(id: FactId) -> u128 {
        let now = Self::now();
        let unit = T::AttestBond::get().saturated_into::<u128>();
        let full_age = T::MaturityPeriod::get().saturated_into::<u128>();
        Stakes::<T>::iter_prefix_values(id)
            .take(MAX_STAKES)
            .filter(|stake| stake.role.side() == Some(Side::Support))
            .map(|stake| {
                let age = now.saturating_sub(stake.since).saturated_into::<u128>();
                backing(stake.bond.saturated_into::<u128>(), age, unit, full_age)
            })
            .fold(0, u128::saturating_add)
    }

    pub(crate) fn fact_page(start: FactId, limit: u32) -> FactPage<T> {
        let (end, places) = (NextFact::<T>::get(), page_size(limit));
        let last_look = end.min(start.saturating_add(MAX_LOOKS));
        let (mut page, mut next) = (Vec::new(), start);
        while next < last_look && page.len() < places {
            page.extend(Facts::<T>::get(next).map(|fact| (next, fact)));
            next = next.saturating_add(1);
        }
        (page, Some(next).filter(|next| *next < end))
    }

    pub(crate) fn domain_page(
        domain: Domain,
        after: Option<FactId>,
        limit: u32,
    ) -> Vec<(FactId, FactOf<T>)> {
        let keys = match after {
            Some(id) => {
                let last = ByDomain::<T>::hashed_key_for(&domain, in_order(id));
                ByDomain::<T>::iter_key_prefix_from(domain, last)
            }
            None => ByDomain::<T>::iter_key_prefix(domain),
        };
        Self::indexed(keys, limit)
    }

    pub(crate) fn subject_page(
        subject: Subject,
        after: Option<FactId>,
        limit: u32,
    ) -> Vec<(FactId, FactOf<T>)> {
        let keys = match after {
            Some(id) => {
                let last = BySubject::<T>::hashed_key_for(&subject, in_order(id));
                BySubject::<T>::iter_key_prefix_from(subject, last)
            }
            None => BySubject::<T>::iter_key_prefix(subject),
        };
        Self::indexed(keys, limit)
    }

    pub(crate) fn predecessors(newest: FactId) -> Vec<(FactId, FactOf<T>)> {
        let entry = |id: FactId| Facts::<T>::get(id).map(|fact| (id, fact));
        core::iter::successors(entry(newest), |(_, fact)| fact.supersedes.and_then(entry))
            .take(page_size(MAX_PAGE))
            .collect()
    }

    pub(crate) fn stake_page(
        id: FactId,
        after: Option<T::AccountId>,
        limit: u32,
    ) -> Vec<(T::AccountId, StakeOf<T>)> {
        let entries = match after {
            Some(who) => Stakes::<T>::iter_prefix_from(id, Stakes::<T>::hashed_key_for(id, who)),
            None => Stakes::<T>::iter_prefix(id),
        };
        entries.take(page_size(limit)).collect()
    }

    fn indexed(keys: impl Iterator<Item = InOrder>, limit: u32) -> Vec<(FactId, FactOf<T>)> {
        keys.map(FactId::from_be_bytes)
            .take(page_size(limit))
            .filter_map(|id| Facts::<T>::get(id).map(|fact| (id, fact)))
            .collect()
    }
}

fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_PAGE)).unwrap_or(0)
}

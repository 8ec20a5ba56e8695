//! New facts, and the indexes by which they are found.

use crate::{
    types::{BalanceOf, Domain, FactOf, InOrder, Subject},
    ByDomain, BySubject, Cases, Config, Error, Event, Facts, NextFact, Pallet,
};
use frame_support::ensure;
use nocknock_primitives::{
    fact::{Case, Fact, FactStatus, Role, Source, Statement, Tally, TextError, LARGEST_VOTES},
    ids::FactId,
    limits::{Text, MAX_OBJECT},
};
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    DispatchError, DispatchResult,
};

impl<T> From<TextError> for Error<T> {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Domain => Self::BadDomain,
            TextError::Subject => Self::BadSubject,
            TextError::Predicate => Self::BadPredicate,
            TextError::Object => Self::BadObject,
            TextError::Uri => Self::BadUri,
        }
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_propose(
        who: T::AccountId,
        statement: Statement,
        source: Source,
        supersedes: Option<FactId>,
    ) -> Result<FactId, DispatchError> {
        statement.check().map_err(Error::<T>::from)?;
        source.check().map_err(Error::<T>::from)?;
        ensure!(!statement.is_reserved(), Error::<T>::ReservedDomain);
        let id = Self::add_fact(Fact {
            statement,
            evidence: source.into(),
            status: FactStatus::Proposed,
            author: who.clone(),
            created_at: Self::now(),
            decided_at: None,
            supersedes,
            tally: Tally::default(),
        })?;
        Self::open_case(id, &who)?;
        Self::deposit_event(Event::FactProposed { fact: id, proposer: who, supersedes });
        Ok(id)
    }

    pub(crate) fn do_supersede(
        who: T::AccountId,
        old: FactId,
        object: Text<MAX_OBJECT>,
        source: Source,
    ) -> DispatchResult {
        let fact = Self::known(old)?;
        ensure!(!fact.is_proven(), Error::<T>::ProvenIsFinal);
        ensure!(fact.status == FactStatus::Accepted, Error::<T>::NotAccepted);
        // Proposing the same object again would only replace a fact that votes and attesters stand
        // behind with one that has neither.
        ensure!(fact.statement.object != object, Error::<T>::SameObject);
        let statement = Statement { object, ..fact.statement };
        Self::do_propose(who, statement, source, Some(old)).map(|_| ())
    }

    fn open_case(id: FactId, proposer: &T::AccountId) -> DispatchResult {
        let window_end = Self::now().saturating_add(T::DisputeWindow::get());
        let bond = T::ProposalBond::get();
        Self::take_stake(id, proposer, Role::Proposer, bond)?;
        Cases::<T>::insert(
            id,
            Case {
                window_end,
                vote_end: window_end.saturating_add(T::VotePeriod::get()),
                supporter: proposer.clone(),
                disputer: None,
                support_bonds: bond,
                against_bonds: BalanceOf::<T>::zero(),
                open_support: 1,
                open_against: 0,
                open_votes: 0,
                electorate: 0,
                largest: [0; LARGEST_VOTES],
                pool: BalanceOf::<T>::zero(),
                reopened: false,
            },
        );
        Ok(())
    }

    /// Numbers a fact, stores it and enters it into the indexes.
    pub(crate) fn add_fact(fact: FactOf<T>) -> Result<FactId, Error<T>> {
        let id = NextFact::<T>::get();
        let next = id.checked_add(1).ok_or(Error::<T>::TooManyFacts)?;
        NextFact::<T>::put(next);
        let (domain, subject) = index_keys(&fact.statement);
        ByDomain::<T>::insert(domain, in_order(id), ());
        BySubject::<T>::insert(subject, in_order(id), ());
        Facts::<T>::insert(id, fact);
        Ok(id)
    }

    /// Removes a fact from the storage and the indexes.
    pub(crate) fn erase_fact(id: FactId, fact: &FactOf<T>) {
        let (domain, subject) = index_keys(&fact.statement);
        ByDomain::<T>::remove(domain, in_order(id));
        BySubject::<T>::remove(subject, in_order(id));
        Facts::<T>::remove(id);
        Self::deposit_event(Event::FactRemoved { fact: id });
    }
}

fn index_keys(statement: &Statement) -> (Domain, Subject) {
    let Statement { domain, subject, .. } = statement.clone();
    (domain.clone(), (domain, subject))
}

/// The number as a key of the indexes.
pub(crate) fn in_order(id: FactId) -> InOrder {
    id.to_be_bytes()
}

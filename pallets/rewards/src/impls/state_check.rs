//! The invariants of this pallet's state.

use crate::{
    types::EntryOf, AuthorsOfSession, Barred, Bonds, Candidates, Config, CurrencyBooks,
    CurrentSession, Curriculum as Entries, GenesisAuthorities, GenesisIssuance, HoldReason,
    LastFinality, Liable, Liveness, OpenTasks, Pallet, PastCurriculum, Practice, PracticeBlock,
    RecentRegistrations, Registrations, Seats, Vesting, VotersOfSession, WorkersPoints,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::Inspect};
use nocknock_primitives::{
    level::{Bits, FULL_WEIGHT},
    limits::MAX_HALVINGS,
    reward::CurriculumTask,
    traits::ProofVerifier,
};
use sp_runtime::{traits::Get, TryRuntimeError};

impl<T: Config> Pallet<T> {
    /// Checks the invariants, numbered as in the README:
    ///
    /// 1. Total issuance is what the genesis endowed, plus minted, less burnt.
    /// 2. Free pot, reserved and minted add up to what was released, which is at most `MaxSupply`;
    ///    reserved is the sum of the budgets of open tasks and of the parts that have not vested.
    /// 3. Each open task's experiment is in the curriculum and counts it; the level of an
    ///    experiment is at least what its open tasks have taken together. A removed experiment has
    ///    open tasks and no custodian, and what is remembered of those that have left is of no
    ///    other. A task that is not paid has set aside all that its halvings can mint. Only
    ///    providers of open tasks are marked as liable.
    /// 4. The points of all accounts add up to at most the total, and the total is at most minted.
    ///    Those of an account name distinct experiments, and add up to at most all of its points.
    /// 5. A barred account has no points and no bond, and is not a candidate.
    /// 6. Each account has one sufficient reference for its registration, one for each role of
    ///    custodian, one for each open task that it created, and no others.
    /// 7. No candidate, no genesis authority and nobody with a seat is listed twice.
    /// 8. The practice block hashes to its root, and the count of its rows is correct.
    /// 9. A registration has used at least one round, and expires within `RegistrationLife`; no
    ///    more than `MaxRegistrationsPerSession` were made in the current session.
    /// 10. Signs of life are known of candidates, genesis authorities and those who have a seat,
    ///     and of nobody else. Who has a seat has entered, who has none is not proven and was not
    ///     silent, and no candidate is too silent. No more than `MaxValidators` accounts authored
    ///     in the current session, and no more voted.
    /// 11. Each candidate has a bond without a date, and nobody else has; each bond is on hold, and
    ///     nothing else is.
    /// 12. The finality votes that were noted last are for a block below the one in which they were
    ///     noted, and that one is not above the present one.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        Self::check_issuance()?;
        Self::check_books()?;
        Self::check_curriculum()?;
        Self::check_points()?;
        Self::check_barred()?;
        Self::check_references()?;
        Self::check_lists()?;
        Self::check_practice()?;
        Self::check_registrations()?;
        Self::check_lives()?;
        Self::check_bonds()?;
        Self::check_noted_votes()
    }

    fn check_issuance() -> Result<(), TryRuntimeError> {
        let books = CurrencyBooks::<T>::get();
        let issued =
            super::emission::to_u128(GenesisIssuance::<T>::get()).saturating_add(books.minted);
        let issuance = super::emission::to_u128(T::Currency::total_issuance());
        ensure!(
            issued.checked_sub(books.burnt) == Some(issuance),
            "1: the issuance is not genesis + minted − burnt"
        );
        Ok(())
    }

    fn check_books() -> Result<(), TryRuntimeError> {
        let books = CurrencyBooks::<T>::get();
        let used = books.minted.checked_add(books.reserved);
        ensure!(
            used.is_some_and(|used| used <= books.released),
            "2: more is used than was released"
        );
        ensure!(books.released <= Self::max_supply(), "2: more was released than may be");
        let budgets = OpenTasks::<T>::iter_values().map(|task| task.budget);
        let vesting = Vesting::<T>::iter_values().map(|entry| entry.part.amount);
        ensure!(
            budgets.chain(vesting).fold(0, u128::saturating_add) == books.reserved,
            "2: reserved is not the sum of budgets and of what vests"
        );
        Ok(())
    }

    fn check_curriculum() -> Result<(), TryRuntimeError> {
        let mut open: BTreeMap<_, (u32, Bits)> = BTreeMap::new();
        for task in OpenTasks::<T>::iter_values() {
            let (count, taken) = open.entry(task.experiment).or_default();
            *count = count.saturating_add(1);
            *taken = taken.saturating_add(task.taken);
            ensure!(keeps_its_budget(&task), "3: a task has set aside too little or too much");
        }
        for (experiment, entry) in Entries::<T>::iter() {
            let (counted, taken) = open.remove(&experiment).unwrap_or_default();
            ensure!(entry.open == counted, "3: open tasks are miscounted");
            ensure!(entry.level >= taken, "3: open tasks have taken more than the level");
            Self::check_entry(&entry)?;
        }
        ensure!(open.is_empty(), "3: an open task is outside the curriculum");
        ensure!(
            !PastCurriculum::<T>::iter_keys().any(Entries::<T>::contains_key),
            "3: an experiment of the curriculum counts as one that has left"
        );
        ensure!(
            Liable::<T>::iter_keys().all(OpenTasks::<T>::contains_key),
            "3: the provider of a task that is not open is marked as liable"
        );
        Ok(())
    }

    fn check_entry(entry: &EntryOf<T>) -> Result<(), TryRuntimeError> {
        ensure!(
            !entry.removed || (entry.open > 0 && entry.custodian.is_none()),
            "3: a removed experiment is left over"
        );
        ensure!((1..=FULL_WEIGHT).contains(&entry.weight), "3: a weight is out of range");
        Ok(())
    }

    fn check_points() -> Result<(), TryRuntimeError> {
        let (session, decay) = (CurrentSession::<T>::get(), T::PointsDecay::get());
        let each = WorkersPoints::<T>::iter_values().map(|points| points.at(session, decay));
        let total = Self::points_of_all();
        ensure!(
            each.fold(0, u128::saturating_add) <= total,
            "4: accounts have more points than there are"
        );
        for points in WorkersPoints::<T>::iter_values() {
            let experiments: BTreeSet<_> =
                points.origins.iter().map(|origin| origin.experiment).collect();
            ensure!(experiments.len() == points.origins.len(), "4: an origin is named twice");
            let named = points.origins.iter().map(|origin| origin.amount);
            ensure!(
                named.fold(0, u128::saturating_add) <= points.amount,
                "4: more points are named than there are"
            );
        }
        ensure!(
            total <= CurrencyBooks::<T>::get().minted,
            "4: there are more points than minted tokens"
        );
        Ok(())
    }

    fn check_barred() -> Result<(), TryRuntimeError> {
        let candidates = Candidates::<T>::get();
        for who in Barred::<T>::iter_keys() {
            ensure!(!WorkersPoints::<T>::contains_key(&who), "5: a barred account has points");
            ensure!(!candidates.contains(&who), "5: a barred account is a candidate");
            ensure!(!Bonds::<T>::contains_key(&who), "5: a barred account has a bond");
        }
        Ok(())
    }

    fn check_references() -> Result<(), TryRuntimeError> {
        let mut held = Self::references_held();
        for (who, account) in frame_system::Account::<T>::iter() {
            let expected = held.remove(&who).unwrap_or(0);
            ensure!(account.sufficients >= expected, "6: an account lacks a reference");
            ensure!(account.sufficients == expected, "6: a reference is left over");
        }
        ensure!(held.is_empty(), "6: an account does not exist");
        Ok(())
    }

    /// The references that this pallet holds to each account.
    pub(crate) fn references_held() -> BTreeMap<T::AccountId, u32> {
        let registered = Registrations::<T>::iter_keys();
        let custodians = Entries::<T>::iter_values().filter_map(|entry| entry.custodian);
        let openers = OpenTasks::<T>::iter_values().map(|task| task.custodian);
        let mut held = BTreeMap::new();
        for who in registered.chain(custodians).chain(openers) {
            let count: &mut u32 = held.entry(who).or_default();
            *count = count.saturating_add(1);
        }
        held
    }

    fn check_lists() -> Result<(), TryRuntimeError> {
        let candidates = Candidates::<T>::get();
        let authorities = GenesisAuthorities::<T>::get();
        let seats = Seats::<T>::get();
        ensure!(
            candidates.iter().collect::<BTreeSet<_>>().len() == candidates.len(),
            "7: a candidate is named twice"
        );
        ensure!(
            authorities.iter().collect::<BTreeSet<_>>().len() == authorities.len(),
            "7: an authority is named twice"
        );
        ensure!(
            seats.iter().collect::<BTreeSet<_>>().len() == seats.len(),
            "7: an account has two seats"
        );
        Ok(())
    }

    fn check_practice() -> Result<(), TryRuntimeError> {
        let (Some(practice), Some(block)) = (Practice::<T>::get(), PracticeBlock::<T>::get())
        else {
            let neither = !Practice::<T>::exists() && !PracticeBlock::<T>::exists();
            ensure!(neither, "8: half of the practice block is missing");
            return Ok(());
        };
        let record = T::Verifier::circuit(&practice.circuit).ok_or("8: an unknown circuit")?;
        let architecture = record.info.kind.architecture().ok_or("8: no score circuit")?;
        let found = Self::root_and_rows(architecture, &block)
            .map_err(|_| "8: the practice block is malformed")?;
        ensure!(found == (practice.root, practice.rows), "8: the practice block has another root");
        Ok(())
    }

    fn check_registrations() -> Result<(), TryRuntimeError> {
        let session = CurrentSession::<T>::get();
        let latest = session.saturating_add(T::RegistrationLife::get());
        for registration in Registrations::<T>::iter_values() {
            ensure!(registration.next_round > 0, "9: a round was not used up");
            ensure!(registration.expires <= latest, "9: a registration lives too long");
        }
        ensure!(
            RecentRegistrations::<T>::get().in_session(session)
                <= T::MaxRegistrationsPerSession::get(),
            "9: too many registrations"
        );
        Ok(())
    }

    fn check_lives() -> Result<(), TryRuntimeError> {
        let (candidates, seats) = (Candidates::<T>::get(), Seats::<T>::get());
        let authorities = GenesisAuthorities::<T>::get();
        let known: BTreeSet<_> =
            candidates.iter().chain(&seats).chain(&authorities).cloned().collect();
        let lives: BTreeMap<_, _> = Liveness::<T>::iter().collect();
        ensure!(lives.keys().eq(&known), "10: signs of life of too few or too many accounts");
        for (who, life) in lives {
            ensure!(
                life.entered.is_some() == seats.contains(&who),
                "10: who has a seat and who has entered differ"
            );
            let idle = !life.proven && life.silent == 0;
            ensure!(life.entered.is_some() || idle, "10: somebody without a seat was seen in it");
            ensure!(
                !candidates.contains(&who) || !life.is_silent(T::MaxSilentSessions::get()),
                "10: a candidate was silent for too long"
            );
        }
        let authors = AuthorsOfSession::<T>::iter_keys().count();
        let voters = VotersOfSession::<T>::iter_keys().count();
        ensure!(
            u32::try_from(authors.max(voters)).is_ok_and(|most| most <= T::MaxValidators::get()),
            "10: more authors or voters than validators"
        );
        Ok(())
    }

    fn check_noted_votes() -> Result<(), TryRuntimeError> {
        let now = frame_system::Pallet::<T>::block_number();
        let right = LastFinality::<T>::get()
            .is_none_or(|last| last.block < last.noted_at && last.noted_at <= now);
        ensure!(right, "12: votes were noted before their block, or in a later one");
        Ok(())
    }

    fn check_bonds() -> Result<(), TryRuntimeError> {
        let candidates: BTreeSet<_> = Candidates::<T>::get().into_iter().collect();
        let without_date = Bonds::<T>::iter().filter(|(_, bond)| bond.due.is_none());
        ensure!(
            without_date.map(|(who, _)| who).collect::<BTreeSet<_>>() == candidates,
            "11: the bonds in use are not those of the candidates"
        );
        for who in Bonds::<T>::iter_keys().chain(frame_system::Account::<T>::iter_keys()) {
            let bond = Bonds::<T>::get(&who).map(|bond| bond.amount).unwrap_or_default();
            ensure!(
                Self::held(HoldReason::SeatBond, &who) == bond,
                "11: a bond is not what is on hold"
            );
        }
        Ok(())
    }
}

/// Whether what a task has set aside is all that its halvings can mint, or less once it is paid.
fn keeps_its_budget<AccountId>(task: &CurriculumTask<AccountId>) -> bool {
    let most = task.unit.saturating_mul(MAX_HALVINGS.into());
    task.budget == most || (task.paid && task.budget < most)
}

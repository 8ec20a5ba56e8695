//! Who validates next: a pure function of who does now, of who would, and of what is known about
//! all of them.
//!
//! GRANDPA finalises as long as fewer than a third of its voters fail. An account with many points
//! and without a node must not be able to stop it, nor may many of them together:
//!
//! - Nobody enters who gave no sign of life. Whether an account really validates is seen only when
//!   it does, and whoever enters in session `N` is judged when the set of `N + 1` stands already.
//!   So seats of accounts that have not authored a block since they entered, the *unproven* ones,
//!   are at most a quarter, and no other enters before they have.
//! - In a session at most a quarter of the seats is given to others, and at most a quarter taken.
//! - Accounts whose points come mostly from one experiment get fewer than a third, for whoever
//!   chooses the data of an experiment can earn its points with accounts of its own.
//! - Whoever has a seat and is alive keeps it, however few points are left, so the set does not
//!   depend on what is minted. Only if all seats are taken can more points take one.
//!
//! A set of fewer than four seats tolerates no failure, so one seat may be unproven in any set.

use crate::{ids::ExperimentId, reward::Session};
use alloc::{collections::BTreeMap, vec::Vec};

/// Why an account may have a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// The genesis named it, and it is no candidate.
    Authority,
    /// It is a candidate.
    Candidate,
    /// There is no reason any more.
    None,
}

/// An account with a seat, or one that may get one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender<AccountId> {
    /// The account.
    pub who: AccountId,
    /// Why it may have a seat.
    pub right: Right,
    /// Its work points.
    pub points: u128,
    /// The experiment that most of them come from.
    pub experiment: Option<ExperimentId>,
    /// It can validate, as far as anybody knows.
    pub able: bool,
    /// It has a seat, is able, and has authored a block since it entered.
    pub proven: bool,
    /// The session of its last sign of life.
    pub last_sign: Option<Session>,
}

/// What an election goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The most seats.
    pub most: usize,
    /// With so many candidates the authorities retire.
    pub enough: usize,
    /// The points that a candidate needs to enter.
    pub least_points: u128,
}

/// Who has a seat next.
///
/// `seats` are those who have one now, and `others` everybody else who might, authorities in the
/// order in which they are to serve. The result begins with those who stay, in their order. If
/// nobody of them is able, all stay: then something is wrong with the signs, and not with them.
///
/// 1. Up to a quarter leave: those who are not able, the longest silent first, and then those who
///    have no right to a seat any more.
/// 2. Up to a quarter enter, one after the other, while unproven seats are below a quarter: while
///    there are too few candidates in the set, first the authorities that are able; then the able
///    candidate with most points (of equals the lower account) that has enough of them and for
///    whose experiment there is room. As long as there are too few able candidates to replace the
///    authorities, those in the set stay below a third. If all seats are taken, the member with
///    fewest points gives way, if it has fewer; an authority only if it can be replaced.
/// 3. If there are enough candidates in the set, authorities leave, the last one first.
pub fn next_set<AccountId: Ord + Clone>(
    seats: &[Contender<AccountId>],
    others: &[Contender<AccountId>],
    rules: &Rules,
) -> Vec<AccountId> {
    let mut election = Election::new(seats, others, rules);
    if seats.iter().any(|seat| seat.able) {
        election.remove_leavers();
        election.let_enter();
        election.retire_authorities();
    }
    election.seats.into_iter().map(|seat| seat.who.clone()).collect()
}

/// Whether so many of all seats may fail at once, or there is only one of them.
const fn below_a_third(seats: usize, all: usize) -> bool {
    seats <= 1 || seats.saturating_mul(3) < all
}

/// A quarter of all seats, but at least one.
const fn quarter(all: usize) -> usize {
    let quarter = all / 4;
    if quarter > 1 {
        quarter
    } else {
        1
    }
}

/// An election that goes on.
struct Election<'a, AccountId> {
    rules: &'a Rules,
    /// The most seats that change in either direction.
    quarter: usize,
    seats: Vec<&'a Contender<AccountId>>,
    /// Authorities without a seat that are able.
    authorities: Vec<&'a Contender<AccountId>>,
    /// Candidates without a seat that may have one, the best first.
    candidates: Vec<&'a Contender<AccountId>>,
    left: usize,
    entered: usize,
}

impl<'a, AccountId: Ord> Election<'a, AccountId> {
    fn new(
        seats: &'a [Contender<AccountId>],
        others: &'a [Contender<AccountId>],
        rules: &'a Rules,
    ) -> Self {
        let able = others.iter().filter(|other| other.able);
        let may_enter = |other: &&Contender<AccountId>| {
            other.right == Right::Candidate && other.points >= rules.least_points
        };
        let mut candidates: Vec<_> = able.clone().filter(may_enter).collect();
        candidates.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.who.cmp(&b.who)));
        Self {
            rules,
            quarter: quarter(seats.len()),
            seats: seats.iter().collect(),
            authorities: able.filter(|other| other.right == Right::Authority).collect(),
            candidates,
            left: 0,
            entered: 0,
        }
    }

    fn count(&self, which: impl Fn(&Contender<AccountId>) -> bool) -> usize {
        self.seats.iter().filter(|seat| which(seat)).count()
    }

    fn unproven(&self) -> usize {
        self.count(|seat| !seat.proven)
    }

    /// Candidates with a seat that are able.
    fn able_candidates(&self) -> usize {
        self.count(|seat| seat.able && seat.right == Right::Candidate)
    }

    fn has_enough_candidates(&self) -> bool {
        self.able_candidates() >= self.rules.enough
    }

    /// Whether as many candidates are able as must be to replace the authorities, with or without
    /// a seat.
    fn could_replace_authorities(&self) -> bool {
        let able = self.able_candidates().saturating_add(self.candidates.len());
        able >= self.rules.enough
    }

    fn seats_of(&self, experiment: ExperimentId) -> usize {
        self.count(|seat| seat.experiment == Some(experiment))
    }

    fn remove(&mut self, leaver: &AccountId) {
        self.seats.retain(|seat| seat.who != *leaver);
        self.left = self.left.saturating_add(1);
    }

    /// Removes those who are not able, and after them those without a right, but never the last one
    /// that is able.
    fn remove_leavers(&mut self) {
        let stays = |seat: &Contender<AccountId>| seat.able && seat.right != Right::None;
        let mut leavers: Vec<_> = self.seats.iter().copied().filter(|seat| !stays(seat)).collect();
        leavers.sort_by(|a, b| (a.able, a.last_sign, &a.who).cmp(&(b.able, b.last_sign, &b.who)));
        for leaver in leavers.into_iter().take(self.quarter) {
            if leaver.able && self.count(|seat| seat.able) == 1 {
                return;
            }
            self.remove(&leaver.who);
        }
    }

    fn let_enter(&mut self) {
        while self.entered < self.quarter {
            let entrant = self.authority_to_enter().or_else(|| self.candidate_to_enter());
            let Some((entrant, gives_way)) = entrant else {
                return;
            };
            if let Some(leaver) = gives_way {
                self.remove(&leaver.who);
            }
            self.authorities.retain(|other| other.who != entrant.who);
            self.candidates.retain(|other| other.who != entrant.who);
            self.seats.push(entrant);
            self.entered = self.entered.saturating_add(1);
        }
    }

    /// An authority that may enter, while there are too few candidates.
    fn authority_to_enter(&self) -> Option<Entry<'a, AccountId>> {
        let entrant = *self.authorities.first()?;
        let room = self.seats.len() < self.rules.most && self.has_room_for_unproven(None);
        (room && !self.has_enough_candidates()).then_some((entrant, None))
    }

    /// The best candidate that may enter, and who has to give way to it.
    fn candidate_to_enter(&self) -> Option<Entry<'a, AccountId>> {
        let full = self.seats.len() >= self.rules.most;
        let gives_way = if full { Some(self.weakest()?) } else { None };
        if !self.has_room_for_unproven(gives_way) || !self.has_room_for_candidate(gives_way) {
            return None;
        }
        let may_enter = |other: &Contender<AccountId>| {
            gives_way.is_none_or(|weakest| other.points > weakest.points)
                && self.has_room_for_experiment(other.experiment, gives_way)
        };
        let best = self.candidates.iter().copied().find(|other| may_enter(other))?;
        Some((best, gives_way))
    }

    /// Who has fewest points of those who may have to give way; of equals the higher account.
    fn weakest(&self) -> Option<&'a Contender<AccountId>> {
        if self.left >= self.quarter {
            return None;
        }
        let enough = self.could_replace_authorities();
        let members = self.seats.iter().copied();
        members
            .filter(|seat| enough || seat.right != Right::Authority)
            .min_by(|a, b| a.points.cmp(&b.points).then_with(|| b.who.cmp(&a.who)))
    }

    /// The number of seats when somebody has entered.
    fn seats_after(&self, gives_way: Option<&Contender<AccountId>>) -> usize {
        self.seats.len().saturating_add(usize::from(gives_way.is_none()))
    }

    /// Whether one more seat may be unproven: a quarter, of those before and of those after.
    fn has_room_for_unproven(&self, gives_way: Option<&Contender<AccountId>>) -> bool {
        let freed = usize::from(gives_way.is_some_and(|leaver| !leaver.proven));
        let unproven = self.unproven().saturating_sub(freed);
        unproven < self.quarter && unproven < quarter(self.seats_after(gives_way))
    }

    /// Whether with one more candidate the authorities cannot be outvoted, or may be.
    fn has_room_for_candidate(&self, gives_way: Option<&Contender<AccountId>>) -> bool {
        let is_candidate = |seat: &Contender<AccountId>| seat.right == Right::Candidate;
        let freed = usize::from(gives_way.is_some_and(is_candidate));
        let others = self.count(is_candidate).saturating_sub(freed);
        self.could_replace_authorities()
            || below_a_third(others.saturating_add(1), self.seats_after(gives_way))
    }

    fn has_room_for_experiment(
        &self,
        experiment: Option<ExperimentId>,
        gives_way: Option<&Contender<AccountId>>,
    ) -> bool {
        let Some(experiment) = experiment else {
            return true;
        };
        let freed = gives_way.is_some_and(|leaver| leaver.experiment == Some(experiment));
        let taken = self.seats_of(experiment).saturating_sub(usize::from(freed));
        below_a_third(taken.saturating_add(1), self.seats_after(gives_way))
    }

    fn retire_authorities(&mut self) {
        while self.left < self.quarter && self.has_enough_candidates() && self.may_shrink() {
            let last = self.seats.iter().rev().find(|seat| seat.right == Right::Authority);
            let Some(last) = last.copied() else {
                return;
            };
            self.remove(&last.who);
        }
    }

    /// Whether with one authority less unproven seats are a quarter at most, and those of each
    /// experiment fewer than a third.
    fn may_shrink(&self) -> bool {
        let after = self.seats.len().saturating_sub(1);
        let mut of_experiments = BTreeMap::new();
        for experiment in self.seats.iter().filter_map(|seat| seat.experiment) {
            let seats: &mut usize = of_experiments.entry(experiment).or_default();
            *seats = seats.saturating_add(1);
        }
        self.unproven() <= after / 4
            && of_experiments.into_values().all(|seats| below_a_third(seats, after))
    }
}

/// Who enters, and who gives way to it.
type Entry<'a, AccountId> = (&'a Contender<AccountId>, Option<&'a Contender<AccountId>>);

#[cfg(test)]
mod tests;

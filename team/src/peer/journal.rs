//! The log as a member reads it: checked by signatures and rules, with what the rounds came to.

use super::LogError;
use crate::{
    order::{
        Author, Body, Broken, Entry, Hash, HomeNamed, Key, Log, Outcome, Pause, Slots, State, Terms,
    },
    signed::{verify_entry, SignatureError},
};
use std::collections::BTreeMap;

/// A log whose signatures were checked.
#[derive(Debug)]
pub(super) struct Journal {
    run: Hash,
    terms: Terms,
    spec: Hash,
    log: Log,
    named: Vec<HomeNamed>,
    notes: Notes,
}

/// What the state of the order does not keep.
#[derive(Debug, Default)]
struct Notes {
    /// Keys of all machines that ever joined.
    machines: BTreeMap<u8, Key>,
    /// Who was expected when a round began.
    expected: Vec<Slots>,
    outcomes: Vec<Outcome>,
    /// Index of the entry that paused the round because states differ.
    differed: Option<u64>,
    /// What members said of their state after a round, by slot and round.
    marks: BTreeMap<(u8, u32), Hash>,
}

impl Journal {
    /// A log without entries of a run with this specification.
    pub(super) fn new(run: Hash, terms: Terms, spec: Hash) -> Self {
        let log = Log::new(run, terms);
        Self { run, terms, spec, log, named: Vec::new(), notes: Notes::default() }
    }

    /// Lets the log accept the epoch of this home.
    pub(super) fn name_home(&mut self, named: HomeNamed) {
        self.log.name_home(named);
        self.named.push(named);
    }

    /// What follows from the entries.
    pub(super) fn state(&self) -> &State {
        self.log.state()
    }

    /// Takes entries, the first of which may be known. A later epoch takes back what it lacks.
    pub(super) fn follow(&mut self, entries: &[Entry]) -> Result<(), LogError> {
        let is_known = |entry: &&Entry| self.log.since(entry.index).first() == Some(*entry);
        let known = entries.iter().take_while(is_known).count();
        let news = entries.get(known..).unwrap_or_default();
        match news.first() {
            Some(first) if first.index < self.state().length() => self.turn_to(first.index, news),
            _ => news.iter().try_for_each(|entry| self.take(entry)),
        }
    }

    /// What a round came to, if it is closed.
    pub(super) fn outcome(&self, round: u32) -> Option<&Outcome> {
        self.notes.outcomes.get(usize::try_from(round).ok()?)
    }

    /// Who was expected when a round began.
    pub(super) fn expected(&self, round: u32) -> Slots {
        let place = usize::try_from(round).ok();
        place.and_then(|place| self.notes.expected.get(place)).copied().unwrap_or_default()
    }

    /// How many were expected in each round before this one.
    pub(super) fn expected_before(&self, round: u32) -> Vec<u32> {
        (0..round).map(|round| self.expected(round).count()).collect()
    }

    /// Key of the machine that joined with a slot.
    pub(super) fn machine(&self, slot: u8) -> Option<Key> {
        self.notes.machines.get(&slot).copied()
    }

    /// Index of the entry that paused the round under way because states differ.
    pub(super) fn differed(&self) -> Option<u64> {
        self.notes.differed
    }

    /// Whether a later home is named than the one whose entries were read.
    pub(super) fn awaits_home(&self) -> bool {
        self.named.iter().any(|named| named.epoch > self.state().epoch())
    }

    /// What a member said of its state after a round.
    pub(super) fn mark_of(&self, slot: u8, round: u32) -> Option<Hash> {
        self.notes.marks.get(&(slot, round)).copied()
    }

    fn turn_to(&mut self, index: u64, news: &[Entry]) -> Result<(), LogError> {
        let mut other = Self::new(self.run, self.terms, self.spec);
        self.named.iter().for_each(|named| other.name_home(*named));
        let kept = self.log.since(0).iter().take_while(|entry| entry.index < index);
        kept.chain(news).try_for_each(|entry| other.take(entry))?;
        if other.state().epoch() <= self.state().epoch() {
            return Err(LogError::Rule { index, rule: Broken::Forked });
        }
        *self = other;
        Ok(())
    }

    fn take(&mut self, entry: &Entry) -> Result<(), LogError> {
        let index = entry.index;
        self.check_signatures(entry).map_err(|why| LogError::Signature { index, why })?;
        if matches!(&entry.body, Body::Open { spec, .. } if *spec != self.spec) {
            return Err(LogError::OtherSpec);
        }
        if let Body::Open { home, .. } = entry.body {
            self.check_first_home(home)?;
        }
        self.log.append(entry.clone()).map_err(|rule| LogError::Rule { index, rule })?;
        self.notes.take(entry, self.log.state());
        Ok(())
    }

    /// Anybody can open a log. It counts only if its home is the one that was named, if one was.
    fn check_first_home(&self, home: Key) -> Result<(), LogError> {
        let is_other = |named: &HomeNamed| named.epoch == 0 && named.home != home;
        if self.named.iter().any(is_other) {
            return Err(LogError::Rule { index: 0, rule: Broken::OtherHome });
        }
        Ok(())
    }

    /// The first entry, and one that moves the home, name the key that signs them.
    fn check_signatures(&self, entry: &Entry) -> Result<(), SignatureError> {
        let home = match entry.body {
            Body::Open { home, .. } | Body::Epoch { home } => Some(home),
            _ => self.state().home(),
        };
        let home = home.ok_or(SignatureError::Home)?;
        verify_entry(&self.run, &home, &self.notes.machines, entry)
    }
}

impl Notes {
    /// Notes an entry that led to this state.
    fn take(&mut self, entry: &Entry, state: &State) {
        match &entry.body {
            Body::Joined { slot, machine, .. } => {
                self.machines.insert(*slot, *machine);
            }
            Body::Paused { why: Pause::StatesDiffer } => self.differed = Some(entry.index),
            Body::Resumed => self.begin(state),
            Body::RoundClosed(outcome) => {
                self.differed = None;
                self.outcomes.push(outcome.clone());
                self.begin(state);
            }
            Body::Marked { round, mark, .. } => {
                if let Author::Member(slot) = entry.author {
                    self.marks.insert((slot, *round), *mark);
                }
            }
            _ => {}
        }
    }

    /// A round begins, perhaps for the second time.
    fn begin(&mut self, state: &State) {
        self.expected.truncate(self.outcomes.len());
        self.expected.push(state.expected());
    }
}

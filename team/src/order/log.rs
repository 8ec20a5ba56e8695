//! The log that each member keeps.

use super::{
    core::{Broken, HomeNamed, State, Terms},
    entry::{Author, Body, Entry, Hash},
};
use std::collections::BTreeMap;

/// The entries of a run, each chained to the one before, and the state that follows from them.
#[derive(Clone, Debug)]
pub struct Log {
    run: Hash,
    terms: Terms,
    entries: Vec<Entry>,
    state: State,
    named: BTreeMap<u16, HomeNamed>,
}

impl Log {
    /// A log without entries.
    pub fn new(run: Hash, terms: Terms) -> Self {
        let state = State::new(run, terms);
        Self { run, terms, entries: Vec::new(), state, named: BTreeMap::new() }
    }

    /// Lets the log accept the epoch of this home.
    pub fn name_home(&mut self, named: HomeNamed) {
        self.named.insert(named.epoch, named);
    }

    /// What follows from the entries.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Hash of the last entry; the run's id if there is none.
    pub fn head(&self) -> Hash {
        self.state.head()
    }

    /// Hash of the entry before that of this index: whoever has the same one has the same entries
    /// before it. Nothing if the log is shorter.
    pub fn head_before(&self, index: u64) -> Option<Hash> {
        match self.since(index).first() {
            Some(entry) => Some(entry.previous),
            None => (index == self.state.length()).then_some(self.head()),
        }
    }

    /// The entries from this index on.
    pub fn since(&self, index: u64) -> &[Entry] {
        let index = usize::try_from(index).ok();
        index.and_then(|index| self.entries.get(index..)).unwrap_or_default()
    }

    /// What the home signs and appends to say `body`, or to pass on what a member says.
    pub fn draft(&self, at_ms: u64, author: Author, body: Body, signature: Vec<u8>) -> Entry {
        Entry {
            epoch: self.state.epoch(),
            index: self.state.length(),
            previous: self.head(),
            at_ms,
            author,
            body,
            signature,
            home_signature: Vec::new(),
        }
    }

    /// Adds the next entry.
    ///
    /// # Errors
    ///
    /// The rule that it breaks; then the log is as before.
    pub fn append(&mut self, entry: Entry) -> Result<(), Broken> {
        self.state.apply_with(&entry, self.named.get(&entry.epoch))?;
        self.entries.push(entry);
        Ok(())
    }

    /// Takes entries of another copy of the log, in order; it may know the first of them. Where
    /// the copies differ, the later epoch counts, and what it lacks is taken back.
    ///
    /// # Errors
    ///
    /// The rule that an entry breaks. What came before that entry is kept, but nothing is taken
    /// back then.
    pub fn follow(&mut self, entries: &[Entry]) -> Result<(), Broken> {
        let is_known = |entry: &&Entry| self.since(entry.index).first() == Some(*entry);
        let known = entries.iter().take_while(is_known).count();
        let news = entries.get(known..).unwrap_or_default();
        match news.first() {
            Some(first) if first.index < self.state.length() => self.turn_to(first.index, news),
            _ => self.extend(news),
        }
    }

    fn turn_to(&mut self, index: u64, news: &[Entry]) -> Result<(), Broken> {
        let mut other = Self::new(self.run, self.terms);
        other.named.clone_from(&self.named);
        let kept = self.entries.len().min(usize::try_from(index).unwrap_or(usize::MAX));
        other.extend(self.entries.get(..kept).unwrap_or_default())?;
        other.extend(news)?;
        if other.state.epoch() <= self.state.epoch() {
            return Err(Broken::Forked);
        }
        *self = other;
        Ok(())
    }

    fn extend(&mut self, entries: &[Entry]) -> Result<(), Broken> {
        entries.iter().try_for_each(|entry| self.append(entry.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::*, *};

    /// Moves the home to that of `epoch`, with nothing certified.
    fn move_home(desk: &mut Desk, epoch: u16) -> HomeNamed {
        let named = HomeNamed { epoch, home: [9; 32], rounds: 0, transcript: RUN };
        desk.log.name_home(named);
        desk.move_home(epoch, [9; 32]).unwrap();
        named
    }

    #[test]
    fn a_log_is_handed_on_in_parts() {
        let mut desk = Desk::with_team(2);
        desk.close_round();
        let mut copy = Log::new(RUN, desk.terms);
        copy.follow(&desk.log.since(0)[..3]).unwrap();
        assert_eq!(desk.log.head_before(3), Some(copy.head()));
        copy.follow(desk.log.since(1)).unwrap();
        assert_eq!(copy.state(), desk.log.state());
        copy.follow(desk.log.since(0)).unwrap();
        assert_eq!(copy.since(0), desk.log.since(0));
        assert_eq!(copy.head_before(copy.state().length()), Some(copy.head()));
        assert_eq!(copy.head_before(copy.state().length() + 1), None);
        assert!(copy.since(u64::MAX).is_empty());
    }

    #[test]
    fn a_gap_is_refused() {
        let desk = Desk::with_team(2);
        let mut copy = Log::new(RUN, desk.terms);
        assert_eq!(copy.follow(desk.log.since(1)), Err(Broken::Index));
        assert_eq!(copy.state().length(), 0);
    }

    #[test]
    fn a_later_epoch_takes_back_what_it_lacks_and_an_equal_one_does_not() {
        let mut left = Desk::with_team(2);
        let mut right = left.clone();
        left.close_round();
        right.home(Body::Paused { why: super::super::Pause::Asked }).unwrap();
        let before = left.log.state().clone();
        assert_eq!(left.log.follow(right.log.since(0)), Err(Broken::Forked));
        assert_eq!(left.log.state(), &before);

        let named = move_home(&mut right, 1);
        assert_eq!(left.log.follow(right.log.since(0)), Err(Broken::HomeNotNamed));
        assert_eq!(left.log.state(), &before);
        left.log.name_home(named);
        left.log.follow(right.log.since(0)).unwrap();
        assert_eq!(left.log.state(), right.log.state());
        assert_eq!(right.log.follow(&left.log.since(0)[..3]), Ok(()));
    }

    #[test]
    fn what_is_certified_is_not_taken_back() {
        let mut left = Desk::with_team(2);
        let mut right = left.clone();
        left.close_round();
        let transcript = left.log.state().transcript_after(1).unwrap();
        move_home(&mut right, 1);
        left.log.name_home(HomeNamed { epoch: 1, home: [9; 32], rounds: 1, transcript });
        assert_eq!(left.log.follow(right.log.since(0)), Err(Broken::TakenBack));
        assert_eq!(left.log.state().round(), 1);
    }
}

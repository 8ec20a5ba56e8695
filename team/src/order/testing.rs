//! A home for tests that says what it is told.

use super::{
    Author, Body, Broken, Entry, Hash, Key, Log, Offer, Outcome, Phase, Slots, Terms, Vouch,
};

/// Id of the run.
pub(super) const RUN: Hash = [7; 32];

/// The log of a home and its clock.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) log: Log,
    pub(super) terms: Terms,
    pub(super) now: u64,
}

/// Ten rounds of a second, with half a second of grace.
pub(super) fn terms(members: u8) -> Terms {
    Terms { members, rounds: 10, least_offers: 1, target_ms: 1_000, grace_ms: 500 }
}

/// The update of a member in a round.
pub(super) fn object(slot: u8, round: u32) -> Hash {
    *blake3::hash(&[&[slot][..], &round.to_le_bytes()].concat()).as_bytes()
}

/// The request of a member to join.
pub(super) fn joined(slot: u8) -> Body {
    Body::Joined {
        slot,
        machine: [slot; 32],
        payee: [slot; 32],
        consent: Vec::new(),
        attestation: Vec::new(),
        post: None,
    }
}

/// A set of slots.
pub(super) fn slots(slots: &[u8]) -> Slots {
    slots.iter().copied().collect()
}

impl Desk {
    /// A log without entries.
    pub(super) fn new(terms: Terms) -> Self {
        Self { log: Log::new(RUN, terms), terms, now: 0 }
    }

    /// A run whose members joined, but whose first round has not begun.
    pub(super) fn gathering(members: u8) -> Self {
        let mut desk = Self::new(terms(members));
        desk.home(Body::Open { spec: [1; 32], home: [0; 32] }).unwrap();
        (0..members).for_each(|slot| desk.member(slot, joined(slot)).unwrap());
        desk
    }

    /// A run in its first round.
    pub(super) fn with_team(members: u8) -> Self {
        let mut desk = Self::gathering(members);
        desk.home(Body::Resumed).unwrap();
        desk
    }

    /// A run in whose first round everybody made an offer, and the offers are closed.
    pub(super) fn vouching(members: u8) -> Self {
        let mut desk = Self::with_team(members);
        (0..members).for_each(|slot| desk.offer(slot).unwrap());
        desk.close_offers().unwrap();
        desk
    }

    /// The home says something.
    pub(super) fn home(&mut self, body: Body) -> Result<(), Broken> {
        self.say(Author::Home, body)
    }

    /// A member says something.
    pub(super) fn member(&mut self, slot: u8, body: Body) -> Result<(), Broken> {
        self.say(Author::Member(slot), body)
    }

    fn say(&mut self, author: Author, body: Body) -> Result<(), Broken> {
        let entry = self.log.draft(self.now, author, body, Vec::new());
        self.append(entry)
    }

    /// Adds an entry. If it is refused, nothing has changed.
    pub(super) fn append(&mut self, entry: Entry) -> Result<(), Broken> {
        let before = self.log.state().clone();
        let result = self.log.append(entry);
        assert_eq!(result.is_err(), *self.log.state() == before);
        result
    }

    /// A home goes on with the log.
    pub(super) fn move_home(&mut self, epoch: u16, home: Key) -> Result<(), Broken> {
        let entry = self.log.draft(self.now, Author::Home, Body::Epoch { home }, Vec::new());
        self.append(Entry { epoch, ..entry })
    }

    /// What a member offers in this round.
    pub(super) fn offer_of(&self, slot: u8) -> Offer {
        let [round, work] = [self.log.state().round(), 1 + u32::from(slot)];
        let begun = self.log.state().begun();
        Offer { round, object: object(slot, round), bytes: 1, work, parent: [0; 32], begun }
    }

    /// A member makes its offer.
    pub(super) fn offer(&mut self, slot: u8) -> Result<(), Broken> {
        self.member(slot, Body::Offer(self.offer_of(slot)))
    }

    /// The home closes the offers.
    pub(super) fn close_offers(&mut self) -> Result<(), Broken> {
        self.home(Body::OffersClosed { round: self.log.state().round() })
    }

    /// The vouch of somebody that holds these updates, and calls none of them harmful.
    pub(super) fn vouch_for(&self, have: Slots) -> Vouch {
        let Phase::Vouching { head } = self.log.state().phase() else { panic!("nobody vouches") };
        Vouch { round: self.log.state().round(), have, harmful: Slots::default(), head }
    }

    /// A member vouches for all offers.
    pub(super) fn vouch(&mut self, slot: u8) -> Result<(), Broken> {
        let have = self.log.state().offers().keys().copied().collect();
        self.member(slot, Body::Vouch(self.vouch_for(have)))
    }

    /// The home says what is due, if anything is.
    pub(super) fn say_what_is_due(&mut self) -> Option<Body> {
        let body = self.log.state().due(self.now)?;
        self.home(body.clone()).unwrap();
        Some(body)
    }

    /// All expected members do all that is to do in this round.
    pub(super) fn close_round(&mut self) {
        let expected = self.log.state().expected();
        let expected: Vec<u8> = (0..32).filter(|slot| expected.contains(*slot)).collect();
        expected.iter().for_each(|slot| self.offer(*slot).unwrap());
        self.say_what_is_due().unwrap();
        expected.iter().for_each(|slot| self.vouch(*slot).unwrap());
        self.say_what_is_due().unwrap();
    }

    /// The outcomes of all rounds.
    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        outcomes(&self.log)
    }
}

/// The outcomes in a log.
pub(super) fn outcomes(log: &Log) -> Vec<Outcome> {
    let outcome = |entry: &Entry| match &entry.body {
        Body::RoundClosed(outcome) => Some(outcome.clone()),
        _ => None,
    };
    log.since(0).iter().filter_map(outcome).collect()
}

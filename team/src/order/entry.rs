//! What a log consists of. It is encoded in SCALE, as everything that the chain reads.

use codec::{Decode, Encode};

/// A hash; also the name of an object, which is the hash of its bytes.
pub type Hash = [u8; 32];

/// A public key of a machine.
pub type Key = [u8; 32];

/// A set of slots, a bit for each of the 32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Slots(u32);

/// Who an entry is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Author {
    /// The home, which also appends what others write.
    #[codec(index = 0)]
    Home,
    /// The member of this slot.
    #[codec(index = 1)]
    Member(u8),
}

/// Why a run pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Pause {
    /// Somebody asked for it.
    #[codec(index = 0)]
    Asked,
    /// The home lost most of the members at once: it may be the one that is cut off.
    #[codec(index = 1)]
    MembersLost,
    /// No majority of the offers was trained on the same state.
    #[codec(index = 2)]
    StatesDiffer,
}

/// What a member trained in a round. It makes one offer each time that the round begins.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Offer {
    /// The round.
    pub round: u32,
    /// The update.
    pub object: Hash,
    /// Size of the update.
    pub bytes: u32,
    /// How much was trained; at least 1.
    pub work: u32,
    /// Hash of the state that it was trained on.
    pub parent: Hash,
    /// Hash of the entry that began the round. After a pause this is another one, so nobody can
    /// bring an offer from before it again.
    pub begun: Hash,
}

/// Which updates a member holds after the offers of a round are closed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Vouch {
    /// The round.
    pub round: u32,
    /// Whose updates it holds.
    pub have: Slots,
    /// Whose updates make the model worse, of those that it holds.
    pub harmful: Slots,
    /// Hash of the entry that closed the offers: a vouch counts in one log alone.
    pub head: Hash,
}

/// An update that is merged.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Included {
    /// Slot of the member that made it.
    pub slot: u8,
    /// The update.
    pub object: Hash,
    /// How much was trained.
    pub work: u32,
}

/// What a round decided.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Outcome {
    /// The round.
    pub round: u32,
    /// Hash of the state that is updated.
    pub parent: Hash,
    /// The updates, by slot.
    pub included: Vec<Included>,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Body {
    /// The first entry, by the home.
    #[codec(index = 0)]
    Open {
        /// Digest of the run's specification.
        spec: Hash,
        /// Key of the home.
        home: Key,
    },
    /// A member joins.
    #[codec(index = 1)]
    Joined {
        /// Its slot.
        slot: u8,
        /// Key of its machine.
        machine: Key,
        /// Account that is paid for its work.
        payee: Key,
        /// Signature of that account.
        consent: Vec<u8>,
        /// What the machine says about its image and program.
        attestation: Vec<u8>,
        /// Where others reach it, if they can.
        post: Option<String>,
    },
    /// A member leaves, or the home knows from the chain that it left.
    #[codec(index = 2)]
    Left {
        /// Its slot.
        slot: u8,
        /// For people.
        why: String,
    },
    /// A member offers an update.
    #[codec(index = 3)]
    Offer(Offer),
    /// The home accepts no more offers of the round.
    #[codec(index = 4)]
    OffersClosed {
        /// The round.
        round: u32,
    },
    /// A member says which updates it holds.
    #[codec(index = 5)]
    Vouch(Vouch),
    /// The home closes the round.
    #[codec(index = 6)]
    RoundClosed(Outcome),
    /// A member measured the model after a round.
    #[codec(index = 7)]
    Evaluated {
        /// The round.
        round: u32,
        /// The loss in millionths.
        loss_micro: u64,
        /// Over how many examples.
        count: u64,
    },
    /// A member signed what the chain is to certify.
    #[codec(index = 8)]
    Marked {
        /// The last round that it covers.
        round: u32,
        /// Hash of what was signed.
        mark: Hash,
        /// The signature.
        signature: Vec<u8>,
    },
    /// The chain certified the newest mark.
    #[codec(index = 9)]
    Certified {
        /// Number of the block.
        block: u32,
    },
    /// The run pauses. The offers of the round are made again after it.
    #[codec(index = 10)]
    Paused {
        /// Why.
        why: Pause,
    },
    /// A pause, or the gathering of the members, is over.
    #[codec(index = 11)]
    Resumed,
    /// The run ends early.
    #[codec(index = 12)]
    Stopped {
        /// For people.
        why: String,
    },
    /// A newly named home goes on with the log.
    #[codec(index = 13)]
    Epoch {
        /// Its key.
        home: Key,
    },
}

/// A line of the log. Signatures are checked by whoever takes it from the network.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Entry {
    /// How often the home was moved before.
    pub epoch: u16,
    /// How many entries are before this one.
    pub index: u64,
    /// Hash of the entry before; for the first one, the run's id.
    pub previous: Hash,
    /// Time of the home. It starts anywhere and anew in each epoch: only differences count.
    pub at_ms: u64,
    /// Who it is by.
    pub author: Author,
    /// What it says.
    pub body: Body,
    /// The author's signature of run, epoch and body.
    pub signature: Vec<u8>,
    /// The home's signature of the hash.
    pub home_signature: Vec<u8>,
}

impl Slots {
    /// If `slot` is in the set.
    pub fn contains(self, slot: u8) -> bool {
        self.0 & bit(slot) != 0
    }

    /// Adds `slot`, which is below 32; others are ignored.
    pub fn insert(&mut self, slot: u8) {
        self.0 |= bit(slot);
    }

    /// If all of `others` are in the set.
    pub fn contains_all(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }
}

impl FromIterator<u8> for Slots {
    fn from_iter<I: IntoIterator<Item = u8>>(slots: I) -> Self {
        let mut set = Self::default();
        slots.into_iter().for_each(|slot| set.insert(slot));
        set
    }
}

impl Vouch {
    /// If it takes nothing back of an earlier vouch.
    pub(super) fn says_all_of(&self, earlier: &Self) -> bool {
        self.have.contains_all(earlier.have) && self.harmful.contains_all(earlier.harmful)
    }
}

impl Entry {
    /// Hash of all but the home's signature, which signs it.
    pub fn hash(&self) -> Hash {
        let Self { epoch, index, previous, at_ms, author, body, signature, home_signature: _ } =
            self;
        let signed = (epoch, index, previous, at_ms, author, body, signature);
        signed.using_encoded(|bytes| blake3::derive_key("NockNock 2026 entry of a log", bytes))
    }
}

impl Outcome {
    /// The transcript that follows from that of the rounds before.
    pub(super) fn transcript(&self, before: &Hash) -> Hash {
        let both = (before, self);
        both.using_encoded(|bytes| blake3::derive_key("NockNock 2026 transcript of a run", bytes))
    }
}

fn bit(slot: u8) -> u32 {
    1u32.checked_shl(u32::from(slot)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            epoch: 1,
            index: 2,
            previous: [3; 32],
            at_ms: 4,
            author: Author::Member(5),
            body: Body::OffersClosed { round: 6 },
            signature: vec![7],
            home_signature: vec![8],
        }
    }

    #[test]
    fn an_entry_is_read_back_and_its_format_is_pinned() {
        let bytes = entry().encode();
        assert_eq!(Entry::decode(&mut &bytes[..]).unwrap(), entry());
        let expected: [&[u8]; 3] = [
            &[1, 0, 2, 0, 0, 0, 0, 0, 0, 0],
            &[3; 32],
            &[4, 0, 0, 0, 0, 0, 0, 0, 1, 5, 4, 6, 0, 0, 0, 4, 7, 4, 8],
        ];
        assert_eq!(bytes, expected.concat());
    }

    #[test]
    fn the_hash_covers_everything_but_the_signature_of_it() {
        let changes: [fn(&mut Entry); 7] = [
            |entry| entry.epoch = 9,
            |entry| entry.index = 9,
            |entry| entry.previous[31] = 9,
            |entry| entry.at_ms = 9,
            |entry| entry.author = Author::Home,
            |entry| entry.body = Body::Resumed,
            |entry| entry.signature.push(9),
        ];
        for change in changes {
            let mut other = entry();
            change(&mut other);
            assert_ne!(other.hash(), entry().hash());
        }
        let signed_again = Entry { home_signature: vec![9], ..entry() };
        assert_eq!(signed_again.hash(), entry().hash());
    }

    #[test]
    fn a_set_of_slots_has_32_of_them() {
        let set: Slots = [0, 31, 32, 255].into_iter().collect();
        assert_eq!(set.count(), 2);
        assert!(set.contains(0) && set.contains(31) && !set.contains(32) && !set.contains(1));
        assert!(set.contains_all([31].into_iter().collect()));
        assert!(!set.contains_all([1, 31].into_iter().collect()));
        assert_eq!(set.encode(), [1, 0, 0, 0x80]);
    }
}

//! The run's record on the chain, as far as the order needs it.

use super::{
    super::{quorum::majority, HomeNamed, Slots},
    key, Hash, MEMBERS,
};
use std::collections::BTreeMap;

/// Names homes and certifies rounds when a majority of the members signs.
pub(super) struct Chain {
    named: Vec<HomeNamed>,
    wishes: BTreeMap<u8, Slots>,
    marks: BTreeMap<(u32, Hash), Slots>,
    certified: (u32, Hash),
}

impl Chain {
    pub(super) fn new(run: Hash) -> Self {
        let (wishes, marks) = (BTreeMap::new(), BTreeMap::new());
        Self { named: Vec::new(), wishes, marks, certified: (0, run) }
    }

    pub(super) fn named(&self) -> &[HomeNamed] {
        &self.named
    }

    pub(super) fn epoch(&self) -> u16 {
        u16::try_from(self.named.len()).unwrap()
    }

    /// The newest rounds that are certified, and the transcript after them.
    pub(super) fn certified(&self) -> (u32, Hash) {
        self.certified
    }

    /// The home of an epoch; the first one is that of slot 0.
    pub(super) fn home_of(&self, epoch: u16) -> u8 {
        let named = usize::from(epoch).checked_sub(1).and_then(|index| self.named.get(index));
        named.map_or(0, |named| named.home[0])
    }

    /// A member wants this home after that of `epoch`.
    pub(super) fn wish(&mut self, epoch: u16, member: u8, home: u8) {
        if epoch != self.epoch() {
            return;
        }
        let wishes = self.wishes.entry(home).or_default();
        wishes.insert(member);
        if wishes.count() >= majority(u32::from(MEMBERS)) {
            let (rounds, transcript) = self.certified;
            let epoch = epoch + 1;
            self.named.push(HomeNamed { epoch, home: key(home), rounds, transcript });
            self.wishes.clear();
            self.marks.clear();
        }
    }

    /// A member signs the transcript of the first rounds in the log of `epoch`. What was signed
    /// under a former home counts no longer: its log may be taken back.
    pub(super) fn mark(&mut self, epoch: u16, member: u8, rounds: u32, transcript: Hash) {
        if epoch != self.epoch() || rounds <= self.certified.0 {
            return;
        }
        let marks = self.marks.entry((rounds, transcript)).or_default();
        marks.insert(member);
        if marks.count() >= majority(u32::from(MEMBERS)) {
            self.certified = (rounds, transcript);
        }
    }
}

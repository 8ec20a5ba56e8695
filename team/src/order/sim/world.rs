//! The network of a simulated team, and what goes wrong in it.

use super::{
    chain::Chain,
    peer::{Message, Peer},
    terms, Hash, Lie, MEMBERS,
};
use crate::{
    order::{testing::RUN, Phase, Slots},
    random,
};
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::collections::BTreeMap;

/// Step of the virtual time.
const STEP_MS: u64 = 50;

/// From then on nothing goes wrong.
const HEALED_MS: u64 = 40_000;

/// A team that has not ended by then never will.
const LIMIT_MS: u64 = 400_000;

struct Letter {
    from: u8,
    to: u8,
    message: Message,
}

/// Who is cut off from the others, and from the chain.
struct Split {
    side: Slots,
    until: u64,
}

pub(super) struct World {
    seed: u64,
    random: ChaCha20Rng,
    now: u64,
    healed_at: u64,
    loss_percent: u32,
    split: Split,
    lost_home_at: u64,
    down_until: BTreeMap<u8, u64>,
    letters: BTreeMap<(u64, u64), Letter>,
    sent: u64,
    chain: Chain,
    peers: Vec<Peer>,
    honest: usize,
}

impl World {
    /// The last member lies, if any does. Members start at different times.
    pub(super) fn new(seed: u64, lie: Option<Lie>) -> Self {
        let mut world = Self::without_faults(seed, lie);
        world.healed_at = HEALED_MS;
        world.loss_percent = world.below(25);
        world.lost_home_at = 5_000 + u64::from(world.below(15_000));
        for slot in 1..MEMBERS {
            let start = u64::from(world.below(4_000));
            world.crash(slot, start);
        }
        world
    }

    pub(super) fn without_faults(seed: u64, lie: Option<Lie>) -> Self {
        let mut random = random::stream(seed, "simulation", &[]);
        let terms = terms(lie.is_some());
        let peer = |slot: u8| {
            let own = lie.filter(|_| slot == MEMBERS - 1);
            Peer::new(slot, own, terms, u64::from(random.next_u32()))
        };
        let peers = (0..MEMBERS).map(peer).collect();
        Self {
            seed,
            now: 0,
            healed_at: 0,
            loss_percent: 0,
            split: Split { side: Slots::default(), until: 0 },
            lost_home_at: u64::MAX,
            down_until: BTreeMap::new(),
            letters: BTreeMap::new(),
            sent: 0,
            chain: Chain::new(RUN),
            peers,
            honest: usize::from(MEMBERS) - usize::from(lie.is_some()),
            random,
        }
    }

    /// Until all honest members have the end of one log.
    pub(super) fn run(&mut self) {
        while !self.is_over() {
            assert!(self.now < LIMIT_MS, "seed {}: the team never ends", self.seed);
            self.now += STEP_MS;
            self.harm();
            self.deliver();
            (0..MEMBERS).for_each(|slot| self.tick(slot));
        }
    }

    /// One model, and no certified round was taken back.
    pub(super) fn check(&self) {
        let [first, others @ ..] = self.honest() else { panic!("nobody is honest") };
        for other in others {
            assert_eq!(first.model().hash, other.model().hash, "seed {}", self.seed);
            assert_eq!(first.log().state(), other.log().state(), "seed {}", self.seed);
        }
        let (rounds, transcript) = self.chain.certified();
        let ours = first.log().state().transcript_after(rounds);
        assert_eq!(ours, Some(transcript), "seed {}: a certified round is gone", self.seed);
    }

    pub(super) fn epoch(&self) -> u16 {
        self.chain.epoch()
    }

    pub(super) fn took_back(&self) -> bool {
        self.peers.iter().any(|peer| peer.took_back)
    }

    pub(super) fn head(&self) -> Hash {
        self.peers[0].log().head()
    }

    pub(super) fn share(&self, slot: u8) -> u64 {
        self.peers[0].log().state().share(slot)
    }

    pub(super) fn members(&self) -> Slots {
        self.peers[0].log().state().members()
    }

    fn honest(&self) -> &[Peer] {
        &self.peers[..self.honest]
    }

    fn is_over(&self) -> bool {
        let has_ended = |peer: &Peer| {
            let state = peer.log().state();
            state.phase() == Phase::Ended && peer.model().rounds == state.round()
        };
        let head = self.head();
        self.now >= self.healed_at
            && self.honest().iter().all(|peer| has_ended(peer) && peer.log().head() == head)
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.random.next_u32() % limit
    }

    fn is_up(&self, slot: u8) -> bool {
        self.down_until.get(&slot).is_none_or(|until| self.now >= *until)
    }

    fn is_cut_off(&self, slot: u8) -> bool {
        self.now < self.split.until && self.split.side.contains(slot)
    }

    /// Crashes, splits, and once the loss of the home.
    fn harm(&mut self) {
        if self.now >= self.healed_at {
            self.loss_percent = 0;
            self.split.until = 0;
            self.down_until.clear();
            return;
        }
        if self.below(150) == 0 && self.now >= self.split.until {
            let side = (0..MEMBERS).filter(|_| self.random.next_u32().is_multiple_of(3)).collect();
            let until = self.now + 2_000 + u64::from(self.below(10_000));
            self.split = Split { side, until };
        }
        if self.below(100) == 0 {
            let slot = u8::try_from(self.below(u32::from(MEMBERS))).unwrap();
            let length = 500 + u64::from(self.below(8_000));
            self.crash(slot, length);
        }
        if self.now >= self.lost_home_at {
            self.lost_home_at = u64::MAX;
            self.crash(self.chain.home_of(self.chain.epoch()), 15_000);
        }
    }

    fn crash(&mut self, slot: u8, length: u64) {
        let until = (self.now + length).min(self.healed_at);
        self.down_until.insert(slot, until);
        self.peers[usize::from(slot)].restart(until);
    }

    fn deliver(&mut self) {
        while let Some(first) = self.letters.first_entry() {
            if first.key().0 > self.now {
                return;
            }
            let Letter { from, to, message } = first.remove();
            if self.is_up(to) {
                let peer = &mut self.peers[usize::from(to)];
                let answers = peer.receive(self.now, from, message, &self.chain);
                answers.into_iter().for_each(|(slot, answer)| self.send(to, slot, answer));
            }
        }
    }

    fn tick(&mut self, slot: u8) {
        if self.is_up(slot) {
            let sees_chain = !self.is_cut_off(slot);
            let peer = &mut self.peers[usize::from(slot)];
            let letters = peer.tick(self.now, sees_chain, &mut self.chain, &mut self.random);
            letters.into_iter().for_each(|(to, message)| self.send(slot, to, message));
        }
    }

    /// What a member sends to itself is neither lost nor late.
    fn send(&mut self, from: u8, to: u8, message: Message) {
        let is_lost = self.below(100) < self.loss_percent;
        if from != to && (is_lost || self.is_cut_off(from) != self.is_cut_off(to)) {
            return;
        }
        let delay = if from == to { 0 } else { 5 + u64::from(self.below(200)) };
        self.sent += 1;
        self.letters.insert((self.now + delay, self.sent), Letter { from, to, message });
    }
}

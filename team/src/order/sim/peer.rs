//! A member of a simulated team.

use super::{
    super::{
        quorum::majority,
        testing::{joined, outcomes, RUN},
        Author, Body, Entry, Log, Offer, Outcome, Phase, Slots, Terms, Vouch,
    },
    chain::Chain,
    hash, Hash, Lie, HOME_MS, MEMBERS,
};
use rand_chacha::{rand_core::RngCore, ChaCha20Rng};
use std::collections::{BTreeMap, BTreeSet};

/// How often a member repeats what was not answered.
const REPEAT_MS: u64 = 250;

/// What members send to each other.
pub(super) enum Message {
    /// To the home: append this.
    Post { epoch: u16, body: Body },
    /// To the home: what follows after these entries?
    Ask { length: u64, head: Hash },
    /// From the home.
    Entries(Vec<Entry>),
    /// To a home that was named: my log.
    Handed { epoch: u16, entries: Vec<Entry> },
    /// Who has this update?
    Fetch(Hash),
    /// An update.
    Object(Hash),
}

/// Messages with their addressees.
pub(super) type Outbox = Vec<(u8, Message)>;

/// The rounds that were merged, and what came of them.
#[derive(Clone, Copy)]
pub(super) struct Model {
    pub(super) rounds: u32,
    pub(super) hash: Hash,
    transcript: Hash,
}

struct Training {
    round: u32,
    parent: Hash,
    until: u64,
}

pub(super) struct Peer {
    slot: u8,
    lie: Option<Lie>,
    clock_ms: u64,
    disk: Disk,
    memory: Memory,
    pub(super) took_back: bool,
}

/// What survives a crash.
struct Disk {
    log: Log,
    objects: BTreeSet<Hash>,
    promises: BTreeMap<(u32, Hash), Offer>,
}

struct Memory {
    model: Model,
    training: Option<Training>,
    /// The epoch that the chain named, as far as the member knows.
    epoch: u16,
    attempts: u8,
    heard_at: u64,
    repeat_at: u64,
    look_at: u64,
    handed: Slots,
}

impl Memory {
    fn new(now: u64) -> Self {
        let model = Model { rounds: 0, hash: [0; 32], transcript: RUN };
        Self {
            model,
            training: None,
            epoch: 0,
            attempts: 0,
            heard_at: now,
            repeat_at: now,
            look_at: now,
            handed: Slots::default(),
        }
    }
}

impl Peer {
    /// Its clock is ahead by `clock_ms`.
    pub(super) fn new(slot: u8, lie: Option<Lie>, terms: Terms, clock_ms: u64) -> Self {
        let log = Log::new(RUN, terms);
        let disk = Disk { log, objects: BTreeSet::new(), promises: BTreeMap::new() };
        Self { slot, lie, clock_ms, disk, memory: Memory::new(0), took_back: false }
    }

    pub(super) fn log(&self) -> &Log {
        &self.disk.log
    }

    pub(super) fn model(&self) -> Model {
        self.memory.model
    }

    /// Starts again after a crash. The model follows from the log.
    pub(super) fn restart(&mut self, now: u64) {
        self.memory = Memory { epoch: self.log().state().epoch(), ..Memory::new(now) };
    }

    /// Does what is to do. `sees_chain` says if the chain can be reached.
    pub(super) fn tick(
        &mut self,
        now: u64,
        sees_chain: bool,
        chain: &mut Chain,
        random: &mut ChaCha20Rng,
    ) -> Outbox {
        let mut out = Outbox::new();
        if sees_chain && now >= self.memory.look_at {
            self.look_at_chain(now, chain);
            self.memory.look_at = now + 1_000;
        }
        self.merge();
        let repeats = now >= self.memory.repeat_at;
        let home = chain.home_of(self.memory.epoch);
        if home == self.slot {
            self.lead(now);
        } else if repeats {
            self.keep_up(home, &mut out);
        }
        let is_alone = home != self.slot && now >= self.memory.heard_at + HOME_MS;
        if is_alone && sees_chain && self.log().state().length() > 0 {
            self.wish(now, home, chain);
        }
        self.train(now, random, &mut out);
        if repeats {
            self.take_part(home, &mut out);
            self.fetch(&mut out);
            self.memory.repeat_at = now + REPEAT_MS;
        }
        out
    }

    pub(super) fn receive(
        &mut self,
        now: u64,
        from: u8,
        message: Message,
        chain: &Chain,
    ) -> Outbox {
        let mut out = Outbox::new();
        match message {
            Message::Post { epoch, body } => self.pass_on(now, from, epoch, body, chain),
            Message::Ask { length, head } if self.leads(chain) => {
                let log = &self.disk.log;
                let start = if log.head_before(length) == Some(head) { length } else { 0 };
                out.push((from, Message::Entries(log.since(start).to_vec())));
            }
            Message::Entries(entries) if from == chain.home_of(self.memory.epoch) => {
                self.memory.heard_at = now;
                self.follow(&entries);
            }
            Message::Handed { epoch, entries } if epoch == self.memory.epoch => {
                self.follow(&entries);
                self.memory.handed.insert(from);
            }
            Message::Fetch(object) if self.disk.objects.contains(&object) => {
                out.push((from, Message::Object(object)));
            }
            Message::Object(object) => {
                self.disk.objects.insert(object);
            }
            Message::Ask { .. }
            | Message::Entries(_)
            | Message::Handed { .. }
            | Message::Fetch(_) => {}
        }
        out
    }

    /// A former home is not followed, and an older log is no news.
    fn follow(&mut self, entries: &[Entry]) {
        let rounds = self.log().state().round();
        let before = self.log().state().transcript_after(rounds);
        let _ = self.disk.log.follow(entries);
        self.took_back |= self.log().state().transcript_after(rounds) != before;
    }

    fn look_at_chain(&mut self, now: u64, chain: &mut Chain) {
        let epoch = chain.epoch();
        let unknown = chain.named().iter().filter(|named| named.epoch > self.memory.epoch);
        unknown.for_each(|named| self.disk.log.name_home(*named));
        if epoch != self.memory.epoch {
            self.memory.epoch = epoch;
            self.memory.attempts = 0;
            self.memory.handed = Slots::default();
            self.memory.heard_at = now;
        }
        self.mark(chain);
    }

    /// Signs every fourth transcript.
    fn mark(&self, chain: &mut Chain) {
        let state = self.log().state();
        let rounds = state.round() / 4 * 4;
        if let Some(transcript) = state.transcript_after(rounds) {
            chain.mark(state.epoch(), self.slot, rounds, transcript);
        }
    }

    fn wish(&mut self, now: u64, home: u8, chain: &mut Chain) {
        let candidates = MEMBERS - 1;
        let step = 1 + self.memory.attempts % (candidates - 1);
        chain.wish(self.memory.epoch, self.slot, (home + step) % candidates);
        self.memory.attempts += 1;
        self.memory.heard_at = now;
    }

    fn leads(&self, chain: &Chain) -> bool {
        let is_home = chain.home_of(self.memory.epoch) == self.slot;
        is_home && self.log().state().epoch() == self.memory.epoch
    }

    /// The work of the home. A home that was named first hears a majority.
    fn lead(&mut self, now: u64) {
        let now = now + self.clock_ms;
        let state = self.log().state();
        if state.epoch() < self.memory.epoch {
            self.memory.handed.insert(self.slot);
            if self.memory.handed.count() >= majority(u32::from(MEMBERS)) {
                let home = super::key(self.slot);
                let draft = self.log().draft(now, Author::Home, Body::Epoch { home }, Vec::new());
                let entry = Entry { epoch: self.memory.epoch, ..draft };
                self.disk.log.append(entry).expect("a majority holds what is certified");
            }
            return;
        }
        let body = match state.phase() {
            _ if state.length() == 0 => Body::Open { spec: [1; 32], home: super::key(self.slot) },
            Phase::Gathering if state.members().count() < 3 => return,
            Phase::Gathering | Phase::Paused => Body::Resumed,
            _ => match state.due(now) {
                Some(body) => body,
                None => return,
            },
        };
        let entry = self.log().draft(now, Author::Home, body, Vec::new());
        self.disk.log.append(entry).expect("the home keeps the rules");
    }

    fn pass_on(&mut self, now: u64, from: u8, epoch: u16, body: Body, chain: &Chain) {
        if self.leads(chain) && self.log().state().epoch() == epoch {
            let at_ms = now + self.clock_ms;
            let entry = self.log().draft(at_ms, Author::Member(from), body, Vec::new());
            let _ = self.disk.log.append(entry);
        }
    }

    fn keep_up(&self, home: u8, out: &mut Outbox) {
        let log = self.log();
        if log.state().epoch() < self.memory.epoch {
            let entries = log.since(0).to_vec();
            out.push((home, Message::Handed { epoch: self.memory.epoch, entries }));
        }
        out.push((home, Message::Ask { length: log.state().length(), head: log.head() }));
    }

    /// Merges the rounds whose updates it holds. What was taken back is merged anew.
    fn merge(&mut self) {
        let state = self.disk.log.state();
        let model = &mut self.memory.model;
        if state.transcript_after(model.rounds) != Some(model.transcript) {
            *model = Memory::new(0).model;
        }
        if model.rounds == state.round() {
            return;
        }
        for outcome in outcomes(&self.disk.log).iter().skip(model.rounds as usize) {
            let objects = objects(outcome);
            if !objects.iter().all(|object| self.disk.objects.contains(object)) {
                return;
            }
            assert_eq!(outcome.parent, model.hash, "a false state was merged");
            model.hash = hash(&[&model.hash, &objects.concat()]);
            model.rounds += 1;
            model.transcript = state.transcript_after(model.rounds).unwrap();
        }
    }

    /// Whether it holds the model of the round that takes offers now.
    fn is_current(&self) -> bool {
        let state = self.log().state();
        state.phase() == Phase::Offering && state.round() == self.memory.model.rounds
    }

    fn train(&mut self, now: u64, random: &mut ChaCha20Rng, out: &mut Outbox) {
        let Model { rounds: round, hash: parent, .. } = self.memory.model;
        if !self.is_current() || self.disk.promises.contains_key(&(round, parent)) {
            return;
        }
        match &self.memory.training {
            Some(training) if (training.round, training.parent) == (round, parent) => {
                if now >= training.until {
                    self.promise(round, parent, out);
                }
            }
            _ => {
                let takes = 500 + u64::from(random.next_u32() % 1_300);
                let until = if self.lie.is_some() { now } else { now + takes };
                self.memory.training = Some(Training { round, parent, until });
            }
        }
    }

    /// What is promised is on the disk before it is sent, so a crash makes no second offer.
    fn promise(&mut self, round: u32, parent: Hash, out: &mut Outbox) {
        let object = self.object(round, parent, 0);
        let claimed = if self.lie == Some(Lie::FalseParent) { [0xff; 32] } else { parent };
        let begun = self.log().state().begun();
        let offer = Offer { round, object, bytes: 1, work: 1 + round, parent: claimed, begun };
        self.disk.promises.insert((round, parent), offer);
        if self.lie != Some(Lie::Unseen) {
            self.disk.objects.insert(object);
            out.extend(self.others().map(|slot| (slot, Message::Object(object))));
        }
    }

    fn object(&self, round: u32, parent: Hash, number: u8) -> Hash {
        hash(&[&[self.slot, number], &round.to_le_bytes(), &parent])
    }

    /// Says what the log does not have from it.
    fn take_part(&self, home: u8, out: &mut Outbox) {
        let state = self.log().state();
        let epoch = state.epoch();
        let mut post = |body| out.push((home, Message::Post { epoch, body }));
        if state.length() > 0 && !state.members().contains(self.slot) {
            post(joined(self.slot));
        }
        match state.phase() {
            Phase::Offering if !state.offers().contains_key(&self.slot) => {
                self.offers().into_iter().map(Body::Offer).for_each(post);
            }
            Phase::Vouching { head } if state.offers().contains_key(&self.slot) => {
                let vouch = self.vouch(head);
                if state.vouches().get(&self.slot) != Some(&vouch) {
                    post(Body::Vouch(vouch));
                }
            }
            _ => {}
        }
    }

    fn offers(&self) -> Vec<Offer> {
        let Model { rounds, hash: parent, .. } = self.memory.model;
        let promise = self.disk.promises.get(&(rounds, parent)).filter(|_| self.is_current());
        let Some(promised) = promise else { return Vec::new() };
        let offer = Offer { begun: self.log().state().begun(), ..promised.clone() };
        let other = Offer { object: self.object(rounds, parent, 1), ..offer.clone() };
        let [early, late] =
            [rounds + 1, rounds.wrapping_sub(1)].map(|round| Offer { round, ..offer.clone() });
        match self.lie {
            Some(Lie::TwoOffers) => vec![offer.clone(), other],
            Some(Lie::WrongRound) => vec![early, late],
            _ => vec![offer.clone()],
        }
    }

    fn vouch(&self, head: Hash) -> Vouch {
        let state = self.log().state();
        let is_held = |offer: &Offer| {
            self.lie == Some(Lie::Unseen) || self.disk.objects.contains(&offer.object)
        };
        let held = state.offers().iter().filter(|(_, offer)| is_held(offer));
        let have: Slots = held.map(|(slot, _)| *slot).collect();
        let others = self.others().filter(|slot| have.contains(*slot));
        let harmful = match self.lie {
            Some(Lie::Harm) => others.collect(),
            _ => Slots::default(),
        };
        Vouch { round: state.round(), have, harmful, head }
    }

    fn fetch(&self, out: &mut Outbox) {
        let mut wanted: BTreeSet<Hash> =
            self.log().state().offers().values().map(|offer| offer.object).collect();
        if self.memory.model.rounds < self.log().state().round() {
            let outcomes = outcomes(self.log());
            let missed = outcomes.iter().skip(self.memory.model.rounds as usize);
            wanted.extend(missed.flat_map(objects));
        }
        for object in wanted.difference(&self.disk.objects) {
            out.extend(self.others().map(|slot| (slot, Message::Fetch(*object))));
        }
    }

    fn others(&self) -> impl Iterator<Item = u8> {
        let own = self.slot;
        (0..MEMBERS).filter(move |slot| *slot != own)
    }
}

fn objects(outcome: &Outcome) -> Vec<Hash> {
    outcome.included.iter().map(|update| update.object).collect()
}

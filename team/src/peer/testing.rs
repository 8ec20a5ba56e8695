//! A home with its posts in memory, a model of a few numbers, and a team of them.

use super::{Event, Joining, Lesson, Lessons, Member, Observer, PeerError, Seat, Spec, Step};
use crate::{
    exchange::{Exchange, ExchangeError},
    learner::{data::DataError, Evaluated, InnerState, LearnError, Learner},
    object::{ObjectId, Sealed, TeamKey},
    order::{Author, Body, Broken, Entry, Hash, HomeNamed, Key, Log, Offer, State, Terms},
    random::{stream, uniform},
    signed::{sign_entry, MachineKey, Said},
    Layout, TensorShape,
};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard},
    time::Duration,
};
use tempfile::TempDir;

pub(super) const RUN: Hash = [7; 32];

/// A run of six rounds with three members.
pub(super) fn spec() -> Spec {
    spec_of(3, 6)
}

pub(super) fn spec_of(members: u8, rounds: u32) -> Spec {
    let text = format!(
        r#"
        version = 1
        name = "a team in memory"
        seed = 7
        data = "none"
        members = {members}
        model = {{ kind = "byte-lm", layers = 1, width = 8, heads = 1, context = 8 }}
        inner = {{ batch = 2, learning_rate = 0.2, warm_up = 0.1 }}
        round = {{ rounds = {rounds}, steps = 3, most_seconds = 10, grace_seconds = 1 }}
        update = {{ density = 16, feedback = 0.9, momentum = 0.5, rate = 0.7 }}
        checkpoint = {{ every = 2 }}
        "#
    );
    Spec::from_toml(&text).unwrap()
}

pub(super) fn team_key() -> TeamKey {
    TeamKey::new([3; 32])
}

pub(super) fn layout() -> Layout {
    let tensor = |name: &str, extents: &[usize]| TensorShape {
        name: name.to_owned(),
        extents: extents.to_vec(),
    };
    Layout::new(vec![tensor("bias", &[5]), tensor("weights", &[16, 40])]).unwrap()
}

/// The first numbers of the model.
pub(super) fn first_numbers() -> Vec<f32> {
    numbers("first", &[])
}

fn numbers(purpose: &str, place: &[u64]) -> Vec<f32> {
    let mut random = stream(7, purpose, place);
    (0..layout().parameters()).map(|_| uniform(&mut random)).collect()
}

/// Half the squared distance from a target, and an optimiser with momentum.
#[derive(Debug)]
pub(super) struct Quadratic {
    layout: Layout,
    numbers: Vec<f32>,
    inner: InnerState,
}

impl Quadratic {
    pub(super) fn new() -> Self {
        let numbers = first_numbers();
        let mean = vec![0.0; numbers.len()];
        let inner = InnerState { steps: 0, square: mean.clone(), mean };
        Self { layout: layout(), numbers, inner }
    }
}

impl Learner for Quadratic {
    type Batch = Vec<f32>;

    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn read(&self, into: &mut [f32]) -> Result<(), LearnError> {
        into.copy_from_slice(&self.numbers);
        Ok(())
    }

    fn write(&mut self, from: &[f32]) -> Result<(), LearnError> {
        self.numbers.copy_from_slice(from);
        Ok(())
    }

    fn step(&mut self, target: &Vec<f32>, rate: f64) -> Result<f32, LearnError> {
        if target.iter().any(|number| !number.is_finite()) {
            return Err(LearnError::NotFinite { what: "losses" });
        }
        let mut loss = 0.0;
        let numbers = self.numbers.iter_mut().zip(&mut self.inner.mean);
        for ((number, mean), target) in numbers.zip(target) {
            let gradient = *number - target;
            loss += gradient * gradient / 2.0;
            *mean = 0.5 * *mean + gradient;
            *number -= rate as f32 * *mean;
        }
        self.inner.steps += 1;
        Ok(loss)
    }

    fn evaluate(&self, _: &Vec<f32>) -> Result<Evaluated, LearnError> {
        Ok(Evaluated::default())
    }

    fn inner_state(&self) -> Result<InnerState, LearnError> {
        Ok(self.inner.clone())
    }

    fn restore_inner(&mut self, state: &InnerState) -> Result<(), LearnError> {
        self.inner = state.clone();
        Ok(())
    }
}

/// Targets about one centre. The first `spoiled` of them are no numbers.
#[derive(Debug, Default)]
pub(super) struct Targets {
    pub(super) spoiled: u32,
}

impl Lessons<Vec<f32>> for Targets {
    fn batch(&mut self, lesson: &Lesson<'_>) -> Result<Vec<f32>, DataError> {
        if self.spoiled > 0 {
            self.spoiled -= 1;
            return Ok(vec![f32::NAN; layout().parameters()]);
        }
        let draw = lesson.draw;
        let place = [draw.round, draw.slot, draw.step, lesson.rank].map(u64::from);
        let [centre, noise] = [numbers("centre", &[]), numbers("noise", &place)];
        Ok(centre.iter().zip(noise).map(|(centre, noise)| centre + noise / 4.0).collect())
    }
}

/// Writes down what it sees.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    pub(super) events: Vec<Event>,
}

impl Observer for Recorder {
    fn saw(&mut self, event: &Event) {
        self.events.push(event.clone());
    }
}

impl Recorder {
    pub(super) fn count(&self, which: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| which(event)).count()
    }
}

/// Does not look. It lives as long as any member.
pub(super) fn nobody() -> &'static mut dyn Observer {
    Box::leak(Box::new(()))
}

/// A home, its posts and its clock.
#[derive(Debug)]
pub(super) struct Hall(Mutex<Inside>);

#[derive(Debug)]
struct Inside {
    terms: Terms,
    log: Log,
    key: MachineKey,
    machines: BTreeMap<u8, Key>,
    now: u64,
    objects: BTreeMap<ObjectId, Vec<u8>>,
    offers: Vec<(u8, Offer)>,
    /// It begins with the first round when so many have joined.
    gather: usize,
}

impl Inside {
    fn home(&mut self, body: Body) {
        let epoch = self.log.state().epoch();
        let said = Said::sign(&self.key, &RUN, epoch, Author::Home, body);
        self.write(said).unwrap();
    }

    fn write(&mut self, said: Said) -> Result<u64, ExchangeError> {
        let Said { author, body, signature, .. } = said;
        let entry = self.log.draft(self.now, author, body, signature);
        let index = entry.index;
        let entry = sign_entry(&self.key, &RUN, entry);
        let refused = |rule: Broken| ExchangeError::Refused(rule.to_string());
        self.log.append(entry).map_err(refused)?;
        Ok(index)
    }

    fn say_what_is_due(&mut self) {
        while let Some(body) = self.log.state().due(self.now) {
            self.home(body);
        }
    }

    fn hear(&mut self, said: &Said) -> Result<u64, ExchangeError> {
        let key = match (&said.author, &said.body) {
            (Author::Member(_), Body::Joined { machine, .. }) => *machine,
            (Author::Member(slot), _) => self.machines[slot],
            (Author::Home, _) => self.key.public(),
        };
        said.verify(&RUN, &key).unwrap();
        let index = self.write(said.clone())?;
        match (said.author, &said.body) {
            (Author::Member(slot), Body::Offer(offer)) => self.offers.push((slot, offer.clone())),
            (Author::Member(slot), Body::Joined { .. }) => {
                self.machines.insert(slot, key);
                if self.machines.len() == self.gather {
                    self.home(Body::Resumed);
                }
            }
            _ => {}
        }
        self.say_what_is_due();
        Ok(index)
    }
}

impl Hall {
    /// A run that begins when so many have joined.
    pub(super) fn new(spec: &Spec, gather: usize) -> Self {
        let key = MachineKey::generate();
        let open = Body::Open { spec: spec.digest(), home: key.public() };
        let mut inside = Inside {
            terms: spec.terms(),
            log: Log::new(RUN, spec.terms()),
            key,
            machines: BTreeMap::new(),
            now: 0,
            objects: BTreeMap::new(),
            offers: Vec::new(),
            gather,
        };
        inside.home(open);
        Self(Mutex::new(inside))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }

    /// The clock of the home goes on.
    pub(super) fn advance(&self, ms: u64) {
        let mut inside = self.inside();
        inside.now += ms;
        inside.say_what_is_due();
    }

    pub(super) fn say(&self, body: Body) {
        self.inside().home(body);
    }

    /// Another home goes on with the first so many entries of the log.
    pub(super) fn move_home(&self, entries: usize) -> HomeNamed {
        let mut inside = self.inside();
        let key = MachineKey::generate();
        let home = key.public();
        let named = HomeNamed { epoch: 1, home, rounds: 0, transcript: RUN };
        let mut log = Log::new(RUN, inside.terms);
        log.name_home(named);
        log.follow(&inside.log.since(0)[..entries]).unwrap();
        let said = Said::sign(&key, &RUN, named.epoch, Author::Home, Body::Epoch { home });
        let draft = log.draft(inside.now, said.author, said.body, said.signature);
        let entry = Entry { epoch: named.epoch, ..draft };
        log.append(sign_entry(&key, &RUN, entry)).unwrap();
        inside.log = log;
        inside.key = key;
        named
    }

    pub(super) fn state(&self) -> State {
        self.inside().log.state().clone()
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.inside().log.since(0).to_vec()
    }

    pub(super) fn objects(&self) -> BTreeMap<ObjectId, Vec<u8>> {
        self.inside().objects.clone()
    }

    /// All offers that were ever accepted.
    pub(super) fn offers(&self) -> Vec<(u8, Offer)> {
        self.inside().offers.clone()
    }

    /// Nobody gets the bytes of this object any more, but others.
    pub(super) fn spoil(&self, id: &ObjectId) {
        self.inside().objects.get_mut(id).unwrap()[40] ^= 1;
    }
}

impl Exchange for Hall {
    fn put(&self, object: &Sealed) -> Result<(), ExchangeError> {
        self.inside().objects.entry(object.id).or_insert_with(|| object.bytes.clone());
        Ok(())
    }

    fn get(&self, id: &ObjectId, most: usize) -> Result<Vec<u8>, ExchangeError> {
        let bytes = self.inside().objects.get(id).cloned().ok_or(ExchangeError::Unknown(*id))?;
        if bytes.len() > most {
            return Err(ExchangeError::TooLong { id: *id, most });
        }
        Ok(bytes)
    }

    fn append(&self, said: &Said) -> Result<u64, ExchangeError> {
        self.inside().hear(said)
    }

    fn follow(&self, from: u64, _: Duration) -> Result<Vec<Entry>, ExchangeError> {
        Ok(self.inside().log.since(from).to_vec())
    }
}

/// The way of one member to the hall. One of its calls fails, before or after it had its effect.
#[derive(Debug)]
pub(super) struct Line<'a> {
    hall: &'a Hall,
    calls: Mutex<u32>,
    fails_at: u32,
    has_effect: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(hall: &'a Hall, fails_at: u32, has_effect: bool) -> Self {
        Self { hall, calls: Mutex::new(0), fails_at, has_effect }
    }

    /// Whether the call that fails was made.
    pub(super) fn has_failed(&self) -> bool {
        *self.calls.lock().unwrap() > self.fails_at
    }

    fn call<T>(
        &self,
        call: impl FnOnce(&Hall) -> Result<T, ExchangeError>,
    ) -> Result<T, ExchangeError> {
        let number = {
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            *calls - 1
        };
        if number != self.fails_at {
            return call(self.hall);
        }
        if self.has_effect {
            call(self.hall)?;
        }
        Err(ExchangeError::Unreachable("the line is cut".to_owned()))
    }
}

impl Exchange for Line<'_> {
    fn put(&self, object: &Sealed) -> Result<(), ExchangeError> {
        self.call(|hall| hall.put(object))
    }

    fn get(&self, id: &ObjectId, most: usize) -> Result<Vec<u8>, ExchangeError> {
        self.call(|hall| hall.get(id, most))
    }

    fn append(&self, said: &Said) -> Result<u64, ExchangeError> {
        self.call(|hall| hall.append(said))
    }

    fn follow(&self, from: u64, wait: Duration) -> Result<Vec<Entry>, ExchangeError> {
        self.call(|hall| hall.follow(from, wait))
    }
}

/// A copy of the log that has so many entries alone.
#[derive(Debug)]
pub(super) struct OldCopy<'a> {
    pub(super) hall: &'a Hall,
    pub(super) entries: u64,
}

impl Exchange for OldCopy<'_> {
    fn put(&self, object: &Sealed) -> Result<(), ExchangeError> {
        self.hall.put(object)
    }

    fn get(&self, id: &ObjectId, most: usize) -> Result<Vec<u8>, ExchangeError> {
        self.hall.get(id, most)
    }

    fn append(&self, said: &Said) -> Result<u64, ExchangeError> {
        self.hall.append(said)
    }

    fn follow(&self, from: u64, wait: Duration) -> Result<Vec<Entry>, ExchangeError> {
        let entries = self.hall.follow(from, wait)?;
        Ok(entries.into_iter().filter(|entry| entry.index < self.entries).collect())
    }
}

pub(super) type TestMember<'a> = Member<'a, Quadratic, Targets>;

/// Machines with their folders, and the hall in which they meet.
pub(super) struct Team {
    pub(super) spec: Spec,
    pub(super) hall: Hall,
    keys: Vec<MachineKey>,
    folders: Vec<TempDir>,
}

impl Team {
    pub(super) fn new(spec: Spec, gather: usize) -> Self {
        let hall = Hall::new(&spec, gather);
        let keys = (0..spec.members).map(|_| MachineKey::generate()).collect();
        let folders = (0..spec.members).map(|_| tempfile::tempdir().unwrap()).collect();
        Self { spec, hall, keys, folders }
    }

    pub(super) fn key(&self, slot: u8) -> &MachineKey {
        &self.keys[usize::from(slot)]
    }

    pub(super) fn folder(&self, slot: u8) -> &Path {
        self.folders[usize::from(slot)].path()
    }

    pub(super) fn seat(&self, slot: u8) -> Seat {
        Seat {
            run: RUN,
            slot,
            key: team_key(),
            machine: self.key(slot).clone(),
            spec: self.spec.clone(),
            joining: Joining::default(),
        }
    }

    /// A member as it is after a start, or after a restart from its folder.
    pub(super) fn member(&self, slot: u8) -> TestMember<'_> {
        self.member_with(slot, Targets::default(), &self.hall, nobody())
    }

    pub(super) fn member_with<'a>(
        &self,
        slot: u8,
        targets: Targets,
        exchange: &'a dyn Exchange,
        observer: &'a mut dyn Observer,
    ) -> TestMember<'a> {
        let seat = self.seat(slot);
        let folder = self.folder(slot);
        Member::start(seat, folder, Quadratic::new(), targets, exchange, observer).unwrap()
    }

    /// All members that have a seat.
    pub(super) fn members(&self) -> Vec<TestMember<'_>> {
        (0..self.spec.members).map(|slot| self.member(slot)).collect()
    }
}

/// The next step of a member, which does not wait.
pub(super) fn step(member: &mut TestMember<'_>) -> Result<Step, PeerError> {
    member.step(Duration::ZERO)
}

/// Steps a member until it has nothing to do, or has done `last`.
pub(super) fn step_until(member: &mut TestMember<'_>, last: Step) {
    for _ in 0..100 {
        if step(member).unwrap() == last {
            return;
        }
    }
    panic!("a member never came to {last:?}");
}

/// Steps the members in turn until the run has come to a round, or nobody has anything to do.
pub(super) fn play(hall: &Hall, members: &mut [TestMember<'_>], round: u32) {
    for _ in 0..1_000 {
        if hall.state().round() >= round {
            return;
        }
        let steps: Vec<Step> = members.iter_mut().map(|member| step(member).unwrap()).collect();
        let is_idle = |step: &Step| matches!(step, Step::Waiting | Step::Missing | Step::Done);
        if steps.iter().all(is_idle) {
            return;
        }
    }
    panic!("the run does not end");
}

/// Steps the members until all are done, and gives the digest of each.
pub(super) fn finish(members: &mut [TestMember<'_>]) -> Vec<Hash> {
    for _ in 0..1_000 {
        let steps: Vec<Step> = members.iter_mut().map(|member| step(member).unwrap()).collect();
        if steps.iter().all(|step| *step == Step::Done) {
            return members.iter().map(|member| member.finished().digest).collect();
        }
    }
    panic!("the run does not end");
}

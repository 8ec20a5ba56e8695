//! A member and its phases.

use super::{
    files::{Folder, Global, Local, Promise},
    journal::Journal,
    replay::{Claim, Invalid, Rules, Updates},
    Event, Lessons, LogError, Observer, PeerError, Spec,
};
use crate::{
    exchange::{Exchange, ExchangeError},
    learner::{InnerState, Learner},
    object::{ObjectError, ObjectId, Sealed, TeamKey},
    order::{Author, Body, Broken, Hash, HomeNamed, Key, Offer, Phase, Slots, Vouch},
    outer::{OuterError, State},
    signed::{MachineKey, Said},
};
use codec::Encode;
use std::{collections::BTreeMap, path::Path, thread, time::Duration};

/// How long a member waits for entries when there is nothing to do.
const PATIENCE: Duration = Duration::from_secs(20);

/// After how long it asks again for what it did not get.
const AGAIN: Duration = Duration::from_secs(1);

/// So often in a row the home may refuse what a member says. One refusal may be bad luck: the log
/// has grown meanwhile.
const MOST_REFUSALS: u8 = 3;

/// Who a member is.
#[derive(Debug)]
pub struct Seat {
    /// Id of the run.
    pub run: Hash,
    /// The member's place in the team.
    pub slot: u8,
    /// Key of the team, which opens its objects.
    pub key: TeamKey,
    /// Key of this machine, which signs what the member says.
    pub machine: MachineKey,
    /// What the run is about.
    pub spec: Spec,
    /// What the member says when it joins.
    pub joining: Joining,
}

/// What a member says of itself when it joins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joining {
    /// Account that is paid for its work.
    pub payee: Key,
    /// Signature of that account.
    pub consent: Vec<u8>,
    /// What the machine says about its image and program.
    pub attestation: Vec<u8>,
    /// Where others reach it, if they can.
    pub post: Option<String>,
}

/// What a member has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It asked to be a member.
    Joined,
    /// It read a part of the log, which does not reach its state yet.
    Followed,
    /// It merged rounds that were closed, or computed its state again.
    Merged,
    /// It trained, and wrote down what it is going to offer.
    Trained,
    /// It made its offer.
    Offered,
    /// It vouched for the updates that it holds.
    Vouched,
    /// It said which state it has.
    Marked,
    /// Nothing: it is the turn of others.
    Waiting,
    /// Nothing: updates that it should hold cannot be fetched now.
    Missing,
    /// Nothing: the run has ended, and the model is there.
    Done,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// How many rounds were closed.
    pub rounds: u32,
    /// The state after them.
    pub state: State,
    /// Its digest.
    pub digest: Hash,
    /// A hash of all outcomes.
    pub transcript: Hash,
}

/// One member of a team.
///
/// All that it does is in steps, between which it may be killed at any time. Its calls block.
#[derive(Debug)]
pub struct Member<'a, L, S> {
    pub(super) slot: u8,
    pub(super) machine: MachineKey,
    pub(super) spec: Spec,
    pub(super) joining: Joining,
    pub(super) rules: Rules,
    pub(super) exchange: &'a dyn Exchange,
    pub(super) observer: &'a mut dyn Observer,
    pub(super) learner: L,
    pub(super) lessons: S,
    pub(super) folder: Folder,
    pub(super) journal: Journal,
    /// The state before the first round.
    pub(super) first: Global,
    pub(super) global: Global,
    /// Digest of the state.
    pub(super) digest: Hash,
    pub(super) local: Local,
    /// Updates of the round under way.
    pub(super) updates: Updates,
    pub(super) invalid: BTreeMap<Claim, Invalid>,
    /// The round before which the states differed, until the state has been agreed on again.
    pub(super) diverged: Option<u32>,
    /// Index of the last pause after which the state was computed again.
    pub(super) rechecked: Option<u64>,
    /// How many rounds, from the first one on, are over for the own updates: what was not merged of
    /// them is in the feedback again.
    pub(super) settled: u32,
    pub(super) refusals: u8,
}

/// What came of an attempt to hold an update.
#[derive(Debug)]
pub(super) enum Held {
    Valid,
    Invalid(Invalid),
    Missing(ExchangeError),
}

impl<'a, L: Learner, S: Lessons<L::Batch>> Member<'a, L, S> {
    /// Takes a seat in a run. The learner comes with the first numbers of the run, which follow
    /// from its seed. The folder belongs to this seat alone; what a killed member has left in it
    /// is taken over.
    ///
    /// # Errors
    ///
    /// If the specification or a file of the folder cannot be used, or the learner fails.
    pub fn start(
        seat: Seat,
        folder: &Path,
        learner: L,
        lessons: S,
        exchange: &'a dyn Exchange,
        observer: &'a mut dyn Observer,
    ) -> Result<Self, PeerError> {
        let Seat { run, slot, key, machine, spec, joining } = seat;
        spec.check()?;
        let folder = Folder::open(folder, &run, slot, &spec)?;
        let layout = learner.layout().clone();
        let rules = Rules { run, key, layout, kind: spec.kind(), outer: spec.outer() };
        let first = first_state(&learner, &rules)?;
        let local = folder.load_local()?.map_or_else(|| first_memory(&learner), Ok)?;
        let global = folder.load_global()?.unwrap_or_else(|| first.clone());
        let digest = global.state.digest(&rules.layout);
        let journal = Journal::new(run, spec.terms(), spec.digest());
        Ok(Self {
            slot,
            machine,
            spec,
            joining,
            rules,
            exchange,
            observer,
            learner,
            lessons,
            folder,
            journal,
            first,
            global,
            digest,
            local,
            updates: Updates::new(),
            invalid: BTreeMap::new(),
            diverged: None,
            rechecked: None,
            settled: 0,
            refusals: 0,
        })
    }

    /// Lets the log accept the epoch of this home, which was verified on the chain. With epoch 0,
    /// it is the first home, and a log that another one has opened is refused.
    pub fn name_home(&mut self, named: HomeNamed) {
        self.journal.name_home(named);
    }

    /// Works until the run has ended. What may pass is tried again without end.
    ///
    /// # Errors
    ///
    /// As [`step`](Self::step), if trying again does not help.
    pub fn run(&mut self) -> Result<Finished, PeerError> {
        let mut wait = Duration::ZERO;
        loop {
            wait = match self.step(wait) {
                Ok(Step::Done) => return Ok(self.finished()),
                Ok(Step::Waiting) => PATIENCE,
                Ok(Step::Missing) => AGAIN,
                Ok(_) => Duration::ZERO,
                Err(error) if error.may_pass() => {
                    self.observer.saw(&Event::Unreachable { why: error.to_string() });
                    thread::sleep(AGAIN);
                    Duration::ZERO
                }
                Err(error) => return Err(error),
            };
        }
    }

    /// Follows the log, for which it waits at most so long, then does the one thing that is to be
    /// done next.
    ///
    /// # Errors
    ///
    /// If the others cannot be reached or refuse, entries or updates are not what they should be, a
    /// file cannot be written, the learner fails, or this machine computes wrongly.
    pub fn step(&mut self, wait: Duration) -> Result<Step, PeerError> {
        let has_news = self.follow(wait)?;
        if has_news && self.global.round > self.journal.state().round() {
            return Ok(Step::Followed);
        }
        if self.catch_up()? {
            return Ok(Step::Merged);
        }
        if self.journal.state().phase() == Phase::Ended {
            return self.end();
        }
        if !self.is_member()? {
            return self.join();
        }
        if self.owes_mark() {
            return self.mark();
        }
        if self.owes_recheck() {
            return self.recheck_once();
        }
        match self.journal.state().phase() {
            Phase::Offering => self.offering(),
            Phase::Vouching { head } => self.vouching(head),
            Phase::Gathering | Phase::Paused | Phase::Ended => Ok(Step::Waiting),
        }
    }

    /// What the run came to so far.
    pub fn finished(&self) -> Finished {
        let Global { round, transcript, state } = self.global.clone();
        Finished { rounds: round, state, digest: self.digest, transcript }
    }

    /// Says if there was something new. A new home may lack entries that this member has; then it
    /// goes back, further each time, until it finds one that both have.
    fn follow(&mut self, wait: Duration) -> Result<bool, PeerError> {
        let length = self.journal.state().length();
        let mut read = self.take_entries(length, wait);
        let (mut from, mut back) = (length, 1);
        while from > 0 && self.is_of_another_log(&read) {
            from = length.saturating_sub(back);
            back = back.saturating_mul(2);
            read = self.take_entries(from, Duration::ZERO);
        }
        read.map(Option::unwrap_or_default)
    }

    /// Whether what was read, or that there was nothing to read, may come from a home that lacks
    /// entries which this member has.
    fn is_of_another_log(&self, read: &Result<Option<bool>, PeerError>) -> bool {
        match read {
            Ok(None) => self.journal.awaits_home(),
            Err(PeerError::Log(LogError::Rule { rule, .. })) => {
                matches!(rule, Broken::Index | Broken::Previous)
            }
            _ => false,
        }
    }

    /// Says if there was something new; nothing if there was nothing at all.
    fn take_entries(&mut self, from: u64, wait: Duration) -> Result<Option<bool>, PeerError> {
        let entries = self.exchange.follow(from, wait)?;
        if entries.is_empty() {
            return Ok(None);
        }
        self.observer.saw(&Event::Got { bytes: entries.encoded_size() });
        let before = self.journal.state().head();
        self.journal.follow(&entries)?;
        let has_news = self.journal.state().head() != before;
        if has_news {
            self.refusals = 0;
        }
        Ok(Some(has_news))
    }

    fn is_member(&self) -> Result<bool, PeerError> {
        match self.journal.machine(self.slot) {
            None => Ok(false),
            Some(key) if key != self.machine.public() => {
                Err(PeerError::SlotTaken { slot: self.slot })
            }
            Some(_) if self.journal.state().members().contains(self.slot) => Ok(true),
            Some(_) => Err(PeerError::Gone),
        }
    }

    fn join(&mut self) -> Result<Step, PeerError> {
        if self.journal.state().home().is_none() {
            return Ok(Step::Waiting);
        }
        let Joining { payee, consent, attestation, post } = self.joining.clone();
        let machine = self.machine.public();
        let slot = self.slot;
        let body = Body::Joined { slot, machine, payee, consent, attestation, post };
        self.say(body, Step::Joined)
    }

    /// Trains and writes the promise down, or makes the offer that was promised, once for each
    /// beginning of the round. The offer of a member that has lost its folder is in the log, and it
    /// makes no other.
    fn offering(&mut self) -> Result<Step, PeerError> {
        if self.journal.state().offers().contains_key(&self.slot) {
            return Ok(Step::Waiting);
        }
        if self.is_behind() {
            return Ok(Step::Waiting);
        }
        let promise = self.local.promise.as_ref().filter(|promise| self.is_binding(promise));
        let Some(promise) = promise.cloned() else {
            self.promise()?;
            return Ok(Step::Trained);
        };
        let promise = self.renewed(promise)?;
        let object = Sealed { id: ObjectId(promise.offer.object), bytes: promise.sealed };
        if let Err(error) = self.exchange.put(&object) {
            return self.bear(error);
        }
        self.observer.saw(&Event::Sent { bytes: object.bytes.len() });
        self.say(Body::Offer(promise.offer), Step::Offered)
    }

    /// Whether a later round was promised in this epoch. Then what was read of the log, perhaps a
    /// copy of it, lacks what this member has seen before, and another promise would take the place
    /// of that one.
    fn is_behind(&self) -> bool {
        let promise = self.local.promise.as_ref();
        promise.is_some_and(|promise| {
            let Promise { epoch, offer, sealed: _ } = promise;
            offer.round > self.global.round && *epoch >= self.journal.state().epoch()
        })
    }

    /// The promise for the present beginning of its round, which is written down if it was for
    /// another one.
    fn renewed(&mut self, promise: Promise) -> Result<Promise, PeerError> {
        let state = self.journal.state();
        let (epoch, begun) = (state.epoch(), state.begun());
        if promise.offer.begun == begun {
            return Ok(promise);
        }
        let offer = Offer { begun, ..promise.offer };
        let promise = Promise { epoch, offer, sealed: promise.sealed };
        self.local.promise = Some(promise.clone());
        self.folder.save_local(&self.local)?;
        Ok(promise)
    }

    /// Whether an offer has to be made as it was promised. If the round has begun anew since then,
    /// another one may be made, and is if this one follows from a wrong state.
    fn is_binding(&self, promise: &Promise) -> bool {
        let offer = &promise.offer;
        let is_same = offer.begun == self.journal.state().begun() || offer.parent == self.digest;
        offer.round == self.global.round && is_same
    }

    /// Vouches for the updates that it holds, and again when it holds more.
    fn vouching(&mut self, head: Hash) -> Result<Step, PeerError> {
        let offers = self.journal.state().offers().clone();
        if !offers.contains_key(&self.slot) {
            return Ok(Step::Waiting);
        }
        let mut have = Slots::default();
        let mut rest = Step::Waiting;
        for (slot, offer) in &offers {
            match self.hold(&Claim::of_offer(*slot, offer)) {
                Held::Valid => have.insert(*slot),
                Held::Invalid(_) => {}
                Held::Missing(_) => rest = Step::Missing,
            }
        }
        let said = self.journal.state().vouches().get(&self.slot).map(|vouch| vouch.have);
        if said.is_some_and(|said| said == have || !have.contains_all(said)) {
            return Ok(rest);
        }
        let round = self.journal.state().round();
        let vouch = Vouch { round, have, harmful: Slots::default(), head };
        self.say(Body::Vouch(vouch), Step::Vouched)
    }

    /// When states differ, nobody knows whose is the wrong one, so everybody computes its own
    /// again; also who hears of the pause when it is over.
    fn owes_recheck(&self) -> bool {
        let differed = self.journal.differed();
        differed.is_some() && differed != self.rechecked
    }

    fn recheck_once(&mut self) -> Result<Step, PeerError> {
        let differed = self.journal.differed();
        self.recheck()?;
        self.rechecked = differed;
        Ok(Step::Merged)
    }

    /// Whoever is in the run says which state it ends with.
    fn end(&mut self) -> Result<Step, PeerError> {
        self.folder.save_global(&self.global)?;
        let is_member = self.is_member().unwrap_or(false);
        if is_member && self.owes_mark() {
            return self.mark();
        }
        Ok(Step::Done)
    }

    /// At a checkpoint and at the end, everybody says which state it has. Before the first round is
    /// closed, there is nothing to say.
    fn owes_mark(&self) -> bool {
        let Some(last) = self.global.round.checked_sub(1) else { return false };
        let is_due = self.global.round.is_multiple_of(self.spec.checkpoint.every)
            || self.journal.state().phase() == Phase::Ended;
        is_due && self.journal.mark_of(self.slot, last).is_none()
    }

    fn mark(&mut self) -> Result<Step, PeerError> {
        let round = self.global.round.saturating_sub(1);
        let mark = mark(&self.rules.run, round, &self.digest, &self.global.transcript);
        let signature = self.machine.sign(&mark).to_vec();
        self.say(Body::Marked { round, mark, signature }, Step::Marked)
    }

    /// Says something, which the home may refuse because the log has grown meanwhile.
    fn say(&mut self, body: Body, done: Step) -> Result<Step, PeerError> {
        let epoch = self.journal.state().epoch();
        let author = Author::Member(self.slot);
        let said = Said::sign(&self.machine, &self.rules.run, epoch, author, body);
        match self.exchange.append(&said) {
            Ok(_) => {
                self.observer.saw(&Event::Sent { bytes: said.encoded_size() });
                Ok(done)
            }
            Err(error) => self.bear(error),
        }
    }

    /// Bears a refusal that may pass when more of the log is read.
    fn bear(&mut self, error: ExchangeError) -> Result<Step, PeerError> {
        match error {
            ExchangeError::Stale { .. } => Ok(Step::Waiting),
            ExchangeError::Refused(_) if self.refusals < MOST_REFUSALS => {
                self.refusals += 1;
                Ok(Step::Waiting)
            }
            error => Err(error.into()),
        }
    }

    /// Holds an update, from the own promise or from others.
    pub(super) fn hold(&mut self, claim: &Claim) -> Held {
        if self.updates.contains_key(claim) {
            return Held::Valid;
        }
        if let Some(why) = self.invalid.get(claim) {
            return Held::Invalid(why.clone());
        }
        let bytes = match self.fetch(claim) {
            Ok(bytes) => bytes,
            Err(ExchangeError::TooLong { .. }) => return self.refuse(claim, Invalid::TooLong),
            Err(error) => return Held::Missing(error),
        };
        match self.rules.read(claim, &bytes) {
            Ok(update) => {
                self.updates.insert(*claim, update);
                Held::Valid
            }
            // Others may have the right bytes.
            Err(Invalid::Object(ObjectError::OtherBytes)) => {
                Held::Missing(ExchangeError::Unknown(ObjectId(claim.object)))
            }
            Err(why) => self.refuse(claim, why),
        }
    }

    fn fetch(&mut self, claim: &Claim) -> Result<Vec<u8>, ExchangeError> {
        let promise = self.local.promise.as_ref();
        let own = promise.filter(|promise| promise.offer.object == claim.object);
        if let Some(own) = own {
            return Ok(own.sealed.clone());
        }
        let id = ObjectId(claim.object);
        let bytes = self.exchange.get(&id, self.rules.most_bytes())?;
        self.observer.saw(&Event::Got { bytes: bytes.len() });
        Ok(bytes)
    }

    fn refuse(&mut self, claim: &Claim, why: Invalid) -> Held {
        let Claim { round, slot, .. } = *claim;
        self.observer.saw(&Event::Invalid { round, slot, why: why.clone() });
        self.invalid.insert(*claim, why.clone());
        Held::Invalid(why)
    }
}

/// What a member says of its state: a hash of run, round, state and transcript.
pub(super) fn mark(run: &Hash, round: u32, state: &Hash, transcript: &Hash) -> Hash {
    let marked = (run, round, state, transcript);
    marked.using_encoded(|bytes| blake3::derive_key("NockNock 2026 mark of a team's state", bytes))
}

/// The state of a model before its first round.
fn first_state<L: Learner>(learner: &L, rules: &Rules) -> Result<Global, PeerError> {
    let mut parameters = vec![0.0; rules.layout.parameters()];
    learner.read(&mut parameters)?;
    let state = State::new(parameters, &rules.outer);
    let state = state.map_err(|why: OuterError| PeerError::Merge { round: 0, why })?;
    Ok(Global { round: 0, transcript: rules.run, state })
}

/// What a member has that trained nothing yet.
fn first_memory<L: Learner>(learner: &L) -> Result<Local, PeerError> {
    let inner: InnerState = learner.inner_state()?;
    let error = vec![0.0; learner.layout().parameters()];
    Ok(Local { inner, error, promise: None })
}

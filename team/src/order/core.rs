//! The rules of the order: a pure state machine of integers.

use super::{
    entry::{Author, Body, Entry, Hash, Key, Offer, Outcome, Pause, Slots, Vouch},
    quorum,
};
use codec::Encode;
use std::collections::BTreeMap;

/// After so many rounds without a sign, nobody waits for a member.
const PATIENCE: u8 = 2;

/// Most bytes of what a member says when it joins, and of all else that it says.
const MOST_BYTES: [usize; 2] = [1 << 16, 512];

/// What the rules need of a run's specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The most members, up to 32.
    pub members: u8,
    /// How many rounds there are.
    pub rounds: u32,
    /// A round needs so many offers, and at least one. With 2·f + 1, the honest are a majority of
    /// the live of every round although f members lie.
    pub least_offers: u32,
    /// How long a round is to take.
    pub target_ms: u64,
    /// How long a late member is waited for.
    pub grace_ms: u64,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The members join.
    Gathering,
    /// The members train and make their offers.
    Offering,
    /// The members fetch the updates and vouch for what they hold.
    Vouching {
        /// Hash of the entry that closed the offers, which each vouch repeats.
        head: Hash,
    },
    /// Nobody trains.
    Paused,
    /// The last round is closed, or the run was stopped.
    Ended,
}

/// What the run's record on the chain says of the home, moved by a certificate of a majority.
/// Whoever makes one has checked it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HomeNamed {
    /// How often the home was moved, this time included.
    pub epoch: u16,
    /// Key of the home.
    pub home: Key,
    /// How many rounds were certified when it was moved.
    pub rounds: u32,
    /// The transcript after these rounds; the run's id if there were none.
    pub transcript: Hash,
}

/// The rule that an entry breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is not the next entry.
    #[error("the entry has not the index that is next")]
    Index,
    /// It follows another entry.
    #[error("the entry follows another entry than the last one")]
    Previous,
    /// It is of another epoch.
    #[error("the entry is of another epoch")]
    Epoch,
    /// The time of the home ran backwards.
    #[error("the entry is older than the one before")]
    Clock,
    /// Somebody else must say this.
    #[error("this is not for the author of the entry to say")]
    Author,
    /// The run has not been opened.
    #[error("the first entry opens the run")]
    NotOpened,
    /// The run is open.
    #[error("the run has been opened before")]
    OpenedTwice,
    /// There is no such slot.
    #[error("the run has fewer slots")]
    Slot,
    /// Somebody has, or had, the slot.
    #[error("the slot is taken")]
    SlotTaken,
    /// The machine has a slot.
    #[error("the machine has a slot already")]
    MachineTwice,
    /// Nobody has the slot.
    #[error("nobody joined with this slot")]
    NotAMember,
    /// The member left, or was excluded for two offers in a round.
    #[error("the member is no longer in the run")]
    Gone,
    /// The run has ended.
    #[error("the run has ended")]
    Ended,
    /// Nothing is offered now.
    #[error("the round takes no offers now")]
    NotOffering,
    /// Nobody vouches now.
    #[error("the round takes no vouches now")]
    NotVouching,
    /// It is about another round.
    #[error("the entry is about another round")]
    OtherRound,
    /// The round has begun anew since, or in another log.
    #[error("the offer is for another beginning of the round")]
    OtherBeginning,
    /// The work is zero.
    #[error("an offer without work weighs nothing")]
    NoWork,
    /// The offer is in the log.
    #[error("the same offer has been made before")]
    OfferedTwice,
    /// The member made no offer in this round.
    #[error("only who made an offer in the round vouches in it")]
    NotLive,
    /// The offers were closed by another entry.
    #[error("the vouch is for another log")]
    OtherHead,
    /// It vouches for what nobody offered.
    #[error("the vouch names an update that was not offered")]
    NotOffered,
    /// It judges what it does not hold.
    #[error("the vouch judges an update that it does not hold")]
    HarmUnseen,
    /// It takes back what was said before.
    #[error("the vouch takes back what an earlier one said")]
    HaveShrank,
    /// The vouch is in the log.
    #[error("the same vouch has been made before")]
    VouchedTwice,
    /// Members may still offer.
    #[error("offers are still expected, and the grace is not over")]
    OffersExpected,
    /// There are too few offers.
    #[error("there are fewer offers than a round needs")]
    TooFewOffers,
    /// Members may still vouch.
    #[error("vouches are still expected, and the grace is not over")]
    VouchesExpected,
    /// No majority was trained on the same state.
    #[error("no majority of the offers was trained on the same state")]
    NoMajority,
    /// Another outcome follows from the log.
    #[error("another outcome follows from offers and vouches")]
    OtherOutcome,
    /// The states do not differ.
    #[error("a majority of the offers was trained on the same state")]
    StatesAgree,
    /// There is no round that could pause.
    #[error("no round is under way")]
    NotRunning,
    /// There is no pause that could end.
    #[error("the run does not pause")]
    NotPaused,
    /// There are too few members for a round.
    #[error("there are fewer members than a round needs offers")]
    TooFewMembers,
    /// The round has no outcome yet.
    #[error("the round is not closed")]
    RoundNotClosed,
    /// The member has said this, or the like of a later round.
    #[error("the member has spoken of this round, or of a later one, before")]
    SaidBefore,
    /// It fills the log.
    #[error("a member does not need so many bytes to say this")]
    TooLong,
    /// Nothing says that the chain named the home.
    #[error("the chain named no home for this epoch")]
    HomeNotNamed,
    /// The chain named another home.
    #[error("the chain named another home for this epoch")]
    OtherHome,
    /// There has been such an epoch.
    #[error("the epoch is not later than the one before")]
    EpochNotLater,
    /// The log lacks rounds that were certified.
    #[error("rounds that the chain certified would be taken back")]
    TakenBack,
    /// Two logs of one epoch differ.
    #[error("the home wrote two logs in one epoch")]
    Forked,
}

/// What follows from a log. Equal logs give equal states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    terms: Terms,
    head: Hash,
    length: u64,
    epoch: u16,
    at_ms: u64,
    home: Option<Key>,
    members: BTreeMap<u8, Member>,
    phase: Phase,
    round: u32,
    begun: Hash,
    began_ms: u64,
    offers: BTreeMap<u8, Offer>,
    vouches: BTreeMap<u8, Vouch>,
    transcripts: Vec<Hash>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    machine: Key,
    expected_from: u32,
    rounds_without_offer: u8,
    rounds_without_vouch: u8,
    /// Of how many rounds, from the first one on, it has said or passed over what it measured.
    evaluated: u32,
    /// The same of its marks.
    marked: u32,
    is_gone: bool,
    share: u64,
}

impl State {
    /// Before the first entry.
    pub fn new(run: Hash, terms: Terms) -> Self {
        Self {
            terms,
            head: run,
            length: 0,
            epoch: 0,
            at_ms: 0,
            home: None,
            members: BTreeMap::new(),
            phase: Phase::Gathering,
            round: 0,
            begun: run,
            began_ms: 0,
            offers: BTreeMap::new(),
            vouches: BTreeMap::new(),
            transcripts: vec![run],
        }
    }

    /// Takes the next entry, which does not move the home.
    ///
    /// # Errors
    ///
    /// The rule that it breaks; then the state is as before.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Broken> {
        self.apply_with(entry, None)
    }

    /// Takes the next entry, which may move the home to that of `named`.
    ///
    /// # Errors
    ///
    /// The rule that it breaks; then the state is as before.
    pub fn apply_with(&mut self, entry: &Entry, named: Option<&HomeNamed>) -> Result<(), Broken> {
        self.check_place(entry)?;
        let hash = entry.hash();
        match entry.author {
            Author::Home => self.hear_home(entry, hash, named)?,
            Author::Member(slot) => self.hear_member(slot, &entry.body)?,
        }
        self.head = hash;
        self.length = self.length.saturating_add(1);
        self.at_ms = entry.at_ms;
        Ok(())
    }

    /// What the home has to say at this time, if anything.
    pub fn due(&self, at_ms: u64) -> Option<Body> {
        match self.phase {
            Phase::Offering if self.check_offers(at_ms).is_ok() => {
                Some(Body::OffersClosed { round: self.round })
            }
            Phase::Vouching { .. } if self.check_vouches(at_ms).is_ok() => {
                let differ = Body::Paused { why: Pause::StatesDiffer };
                Some(self.outcome().map_or(differ, Body::RoundClosed))
            }
            _ => None,
        }
    }

    /// Hash of the last entry; the run's id if there is none.
    pub fn head(&self) -> Hash {
        self.head
    }

    /// How many entries there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// How often the home was moved.
    pub fn epoch(&self) -> u16 {
        self.epoch
    }

    /// Key of the home, from the first entry on.
    pub fn home(&self) -> Option<Key> {
        self.home
    }

    /// Where the run is.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The round that is under way, which is how many were closed.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// Hash of the entry that began the round, or began it anew; the run's id before the first one.
    pub fn begun(&self) -> Hash {
        self.begun
    }

    /// The members that did not leave.
    pub fn members(&self) -> Slots {
        self.slots(|_, _| true)
    }

    /// The members whose offers the round waits for.
    pub fn expected(&self) -> Slots {
        self.slots(|_, member| member.rounds_without_offer < PATIENCE && self.has_begun(member))
    }

    /// The offers of the round.
    pub fn offers(&self) -> &BTreeMap<u8, Offer> {
        &self.offers
    }

    /// The newest vouch of each member in the round.
    pub fn vouches(&self) -> &BTreeMap<u8, Vouch> {
        &self.vouches
    }

    /// The keys of all machines that ever joined, by slot.
    pub fn machines(&self) -> BTreeMap<u8, Key> {
        self.members.iter().map(|(slot, member)| (*slot, member.machine)).collect()
    }

    /// The work of a member that was merged.
    pub fn share(&self, slot: u8) -> u64 {
        self.members.get(&slot).map_or(0, |member| member.share)
    }

    /// A hash of the outcomes of the first `rounds` rounds, if so many are closed.
    pub fn transcript_after(&self, rounds: u32) -> Option<Hash> {
        let rounds = usize::try_from(rounds).ok()?;
        self.transcripts.get(rounds).copied()
    }

    fn check_place(&self, entry: &Entry) -> Result<(), Broken> {
        if entry.index != self.length {
            return Err(Broken::Index);
        }
        if entry.previous != self.head {
            return Err(Broken::Previous);
        }
        match entry.body {
            Body::Epoch { .. } => Ok(()),
            _ if entry.epoch != self.epoch => Err(Broken::Epoch),
            _ if entry.at_ms < self.at_ms => Err(Broken::Clock),
            Body::Open { .. } => Ok(()),
            _ if self.home.is_none() => Err(Broken::NotOpened),
            _ => Ok(()),
        }
    }

    fn hear_home(
        &mut self,
        entry: &Entry,
        hash: Hash,
        named: Option<&HomeNamed>,
    ) -> Result<(), Broken> {
        match &entry.body {
            Body::Open { home, .. } => self.open(*home),
            Body::Left { slot, .. } => self.leave(*slot),
            Body::OffersClosed { round } => self.close_offers(*round, entry.at_ms, hash),
            Body::RoundClosed(outcome) => self.close_round(outcome, entry.at_ms, hash),
            Body::Certified { .. } => Ok(()),
            Body::Paused { why } => self.pause(*why),
            Body::Resumed => self.resume(entry.at_ms, hash),
            Body::Stopped { .. } => self.stop(),
            Body::Epoch { home } => self.move_home(entry, *home, named),
            Body::Joined { .. }
            | Body::Offer(_)
            | Body::Vouch(_)
            | Body::Evaluated { .. }
            | Body::Marked { .. } => Err(Broken::Author),
        }
    }

    fn hear_member(&mut self, author: u8, body: &Body) -> Result<(), Broken> {
        check_length(body)?;
        match body {
            Body::Joined { slot, machine, .. } if *slot == author => self.join(author, *machine),
            Body::Left { slot, .. } if *slot == author => self.leave(author),
            Body::Offer(offer) => self.offer(author, offer),
            Body::Vouch(vouch) => self.vouch(author, vouch),
            Body::Evaluated { round, .. } => self.tell(author, *round, |one| &mut one.evaluated),
            Body::Marked { round, .. } => self.tell(author, *round, |one| &mut one.marked),
            _ => Err(Broken::Author),
        }
    }

    /// A member speaks of each closed round once, and in their order. `told` is of how many it did.
    fn tell(
        &mut self,
        slot: u8,
        round: u32,
        told: impl FnOnce(&mut Member) -> &mut u32,
    ) -> Result<(), Broken> {
        self.check_member(slot)?;
        if round >= self.round {
            return Err(Broken::RoundNotClosed);
        }
        let told = self.members.get_mut(&slot).map(told).ok_or(Broken::NotAMember)?;
        if round < *told {
            return Err(Broken::SaidBefore);
        }
        *told = round.saturating_add(1);
        Ok(())
    }

    fn open(&mut self, home: Key) -> Result<(), Broken> {
        match self.home {
            Some(_) => Err(Broken::OpenedTwice),
            None => {
                self.home = Some(home);
                Ok(())
            }
        }
    }

    /// The clock of another home starts anew, so the phase does, too.
    fn move_home(
        &mut self,
        entry: &Entry,
        home: Key,
        named: Option<&HomeNamed>,
    ) -> Result<(), Broken> {
        if self.home.is_none() {
            return Err(Broken::NotOpened);
        }
        let named = named.filter(|named| named.epoch == entry.epoch).ok_or(Broken::HomeNotNamed)?;
        if home != named.home {
            return Err(Broken::OtherHome);
        }
        if entry.epoch <= self.epoch {
            return Err(Broken::EpochNotLater);
        }
        if self.transcript_after(named.rounds) != Some(named.transcript) {
            return Err(Broken::TakenBack);
        }
        self.home = Some(home);
        self.epoch = entry.epoch;
        self.began_ms = entry.at_ms;
        Ok(())
    }

    fn join(&mut self, slot: u8, machine: Key) -> Result<(), Broken> {
        if self.phase == Phase::Ended {
            return Err(Broken::Ended);
        }
        if slot >= self.terms.members.min(32) {
            return Err(Broken::Slot);
        }
        if self.members.contains_key(&slot) {
            return Err(Broken::SlotTaken);
        }
        if self.members.values().any(|member| member.machine == machine) {
            return Err(Broken::MachineTwice);
        }
        let expected_from = match self.phase {
            Phase::Gathering => self.round,
            _ => self.round.saturating_add(1),
        };
        let member = Member {
            machine,
            expected_from,
            rounds_without_offer: 0,
            rounds_without_vouch: 0,
            evaluated: 0,
            marked: 0,
            is_gone: false,
            share: 0,
        };
        self.members.insert(slot, member);
        Ok(())
    }

    /// What it offered may still be merged.
    fn leave(&mut self, slot: u8) -> Result<(), Broken> {
        self.check_member(slot)?;
        self.exclude(slot);
        Ok(())
    }

    /// Whoever makes two offers after one beginning of a round is excluded: both are signed.
    fn offer(&mut self, slot: u8, offer: &Offer) -> Result<(), Broken> {
        self.check_member(slot)?;
        if self.phase != Phase::Offering {
            return Err(Broken::NotOffering);
        }
        self.check_round(offer.round)?;
        if offer.begun != self.begun {
            return Err(Broken::OtherBeginning);
        }
        if offer.work == 0 {
            return Err(Broken::NoWork);
        }
        match self.offers.get(&slot) {
            Some(first) if first == offer => return Err(Broken::OfferedTwice),
            Some(_) => {
                self.offers.remove(&slot);
                self.exclude(slot);
            }
            None => {
                self.offers.insert(slot, offer.clone());
            }
        }
        Ok(())
    }

    /// A later vouch replaces an earlier one, and says more. So they are few, and nobody can bring
    /// an earlier one again.
    fn vouch(&mut self, slot: u8, vouch: &Vouch) -> Result<(), Broken> {
        self.check_member(slot)?;
        let Phase::Vouching { head } = self.phase else {
            return Err(Broken::NotVouching);
        };
        self.check_round(vouch.round)?;
        if !self.offers.contains_key(&slot) {
            return Err(Broken::NotLive);
        }
        if vouch.head != head {
            return Err(Broken::OtherHead);
        }
        if !self.offered().contains_all(vouch.have) {
            return Err(Broken::NotOffered);
        }
        if !vouch.have.contains_all(vouch.harmful) {
            return Err(Broken::HarmUnseen);
        }
        match self.vouches.get(&slot) {
            Some(earlier) if earlier == vouch => return Err(Broken::VouchedTwice),
            Some(earlier) if !vouch.says_all_of(earlier) => return Err(Broken::HaveShrank),
            _ => self.vouches.insert(slot, vouch.clone()),
        };
        Ok(())
    }

    fn close_offers(&mut self, round: u32, at_ms: u64, head: Hash) -> Result<(), Broken> {
        if self.phase != Phase::Offering {
            return Err(Broken::NotOffering);
        }
        self.check_round(round)?;
        self.check_offers(at_ms)?;
        self.phase = Phase::Vouching { head };
        self.began_ms = at_ms;
        Ok(())
    }

    fn close_round(&mut self, claimed: &Outcome, at_ms: u64, begun: Hash) -> Result<(), Broken> {
        if !matches!(self.phase, Phase::Vouching { .. }) {
            return Err(Broken::NotVouching);
        }
        self.check_round(claimed.round)?;
        self.check_vouches(at_ms)?;
        let outcome = self.outcome().ok_or(Broken::NoMajority)?;
        if *claimed != outcome {
            return Err(Broken::OtherOutcome);
        }
        self.book(&outcome);
        self.start_round(self.round.saturating_add(1), at_ms, begun);
        Ok(())
    }

    fn pause(&mut self, why: Pause) -> Result<(), Broken> {
        if !matches!(self.phase, Phase::Offering | Phase::Vouching { .. }) {
            return Err(Broken::NotRunning);
        }
        if why == Pause::StatesDiffer {
            self.check_states_differ()?;
        }
        self.rest(Phase::Paused);
        Ok(())
    }

    fn resume(&mut self, at_ms: u64, begun: Hash) -> Result<(), Broken> {
        if !matches!(self.phase, Phase::Gathering | Phase::Paused) {
            return Err(Broken::NotPaused);
        }
        if self.members().count() < self.least_offers() {
            return Err(Broken::TooFewMembers);
        }
        self.start_round(self.round, at_ms, begun);
        Ok(())
    }

    fn stop(&mut self) -> Result<(), Broken> {
        if self.phase == Phase::Ended {
            return Err(Broken::Ended);
        }
        self.rest(Phase::Ended);
        Ok(())
    }

    fn check_member(&self, slot: u8) -> Result<(), Broken> {
        match self.members.get(&slot) {
            None => Err(Broken::NotAMember),
            Some(member) if member.is_gone => Err(Broken::Gone),
            Some(_) => Ok(()),
        }
    }

    fn check_round(&self, round: u32) -> Result<(), Broken> {
        (round == self.round).then_some(()).ok_or(Broken::OtherRound)
    }

    fn check_states_differ(&self) -> Result<(), Broken> {
        if self.phase == Phase::Offering {
            return Err(Broken::NotVouching);
        }
        match quorum::majority_parent(&self.offers) {
            Some(_) => Err(Broken::StatesAgree),
            None => Ok(()),
        }
    }

    /// If the offers may be closed.
    fn check_offers(&self, at_ms: u64) -> Result<(), Broken> {
        if self.offered().count() < self.least_offers() {
            return Err(Broken::TooFewOffers);
        }
        let Terms { target_ms, grace_ms, .. } = self.terms;
        let is_late = self.elapsed(at_ms) >= target_ms.saturating_add(grace_ms);
        let is_complete = self.offered().contains_all(self.expected());
        (is_complete || is_late).then_some(()).ok_or(Broken::OffersExpected)
    }

    /// If the round may be closed. Without the majority, a round could close at once and empty
    /// when nobody is expected to vouch.
    fn check_vouches(&self, at_ms: u64) -> Result<(), Broken> {
        let offered = self.offered();
        let complete = self.vouches.iter().filter(|(_, vouch)| vouch.have == offered);
        let complete: Slots = complete.map(|(slot, _)| *slot).collect();
        let is_complete = complete.contains_all(self.expected_to_vouch())
            && complete.count() >= quorum::majority(offered.count());
        let is_late = self.elapsed(at_ms) >= self.terms.grace_ms;
        (is_complete || is_late).then_some(()).ok_or(Broken::VouchesExpected)
    }

    fn outcome(&self) -> Option<Outcome> {
        quorum::outcome(self.round, &self.offers, &self.vouches)
    }

    fn offered(&self) -> Slots {
        self.offers.keys().copied().collect()
    }

    fn expected_to_vouch(&self) -> Slots {
        self.slots(|slot, member| {
            let is_live = self.offers.contains_key(&slot);
            is_live && member.rounds_without_vouch < PATIENCE && self.has_begun(member)
        })
    }

    fn slots(&self, which: impl Fn(u8, &Member) -> bool) -> Slots {
        let present = self.members.iter().filter(|(_, member)| !member.is_gone);
        present.filter(|(slot, member)| which(**slot, member)).map(|(slot, _)| *slot).collect()
    }

    fn has_begun(&self, member: &Member) -> bool {
        member.expected_from <= self.round
    }

    fn least_offers(&self) -> u32 {
        self.terms.least_offers.max(1)
    }

    fn elapsed(&self, at_ms: u64) -> u64 {
        at_ms.saturating_sub(self.began_ms)
    }

    fn exclude(&mut self, slot: u8) {
        if let Some(member) = self.members.get_mut(&slot) {
            member.is_gone = true;
        }
    }

    fn book(&mut self, outcome: &Outcome) {
        for (slot, member) in &mut self.members {
            let [offered, vouched] =
                [self.offers.contains_key(slot), self.vouches.contains_key(slot)];
            let has_begun = member.expected_from <= self.round;
            count_silence(&mut member.rounds_without_offer, offered, has_begun);
            count_silence(&mut member.rounds_without_vouch, vouched, has_begun);
        }
        for included in &outcome.included {
            if let Some(member) = self.members.get_mut(&included.slot) {
                member.share = member.share.saturating_add(u64::from(included.work));
            }
        }
        let before = self.transcripts.last().copied().unwrap_or_default();
        self.transcripts.push(outcome.transcript(&before));
    }

    fn start_round(&mut self, round: u32, at_ms: u64, begun: Hash) {
        let is_over = round >= self.terms.rounds;
        self.rest(if is_over { Phase::Ended } else { Phase::Offering });
        self.round = round;
        self.begun = begun;
        self.began_ms = at_ms;
    }

    fn rest(&mut self, phase: Phase) {
        self.phase = phase;
        self.offers.clear();
        self.vouches.clear();
    }
}

/// Nobody needs more than this, so nobody fills the log.
fn check_length(body: &Body) -> Result<(), Broken> {
    let [joining, all_else] = MOST_BYTES;
    let most = if matches!(body, Body::Joined { .. }) { joining } else { all_else };
    (body.encoded_size() <= most).then_some(()).ok_or(Broken::TooLong)
}

fn count_silence(rounds: &mut u8, was_heard: bool, is_expected: bool) {
    if was_heard {
        *rounds = 0;
    } else if is_expected {
        *rounds = rounds.saturating_add(1);
    }
}

#[cfg(test)]
mod tests;

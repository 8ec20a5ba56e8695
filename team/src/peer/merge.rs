//! How a member comes to the state of the team: by replay, whether a round was closed a moment or
//! a hundred rounds ago.

use super::{
    files::Global,
    member::{Held, Member},
    observer::Merged,
    replay::Claim,
    Event, Lessons, PeerError,
};
use crate::{
    learner::{InnerState, Learner},
    order::{Hash, Outcome, Phase},
    update::{Feedback, Update},
};

impl<L: Learner, S: Lessons<L::Batch>> Member<'_, L, S> {
    /// Merges all rounds that are closed. Says if there were any.
    pub(super) fn catch_up(&mut self) -> Result<bool, PeerError> {
        if !self.is_in_log(&self.global) {
            self.reload()?;
            self.settled = self.global.round;
        }
        let [mut merged, mut missed] = [0u32, 0];
        while let Some(outcome) = self.journal.outcome(self.global.round).cloned() {
            if self.digest != outcome.parent {
                self.diverge(outcome.round)?;
                continue;
            }
            self.agree(outcome.round)?;
            missed += u32::from(self.is_missed(&outcome));
            self.merge(&outcome)?;
            merged += 1;
        }
        if missed > 0 {
            self.observer.saw(&Event::CaughtUp { rounds: missed, state: self.digest });
        }
        Ok(merged > 0)
    }

    /// Computes the state again after a pause because states differ. If it was the own one that was
    /// wrong, the round is trained again: the pause has made all offers void, and what comes after
    /// it is another beginning.
    pub(super) fn recheck(&mut self) -> Result<(), PeerError> {
        self.reload()?;
        self.catch_up()?;
        let round = self.global.round;
        if self.is_wrong_and_void(round) {
            self.observer.saw(&Event::Diverged { round });
            self.forget(round)?;
        }
        Ok(())
    }

    /// Whether the promise for a round follows from another state, and its offer counts no more.
    fn is_wrong_and_void(&self, round: u32) -> bool {
        let state = self.journal.state();
        let promised = self.local.promise.as_ref().map(|promise| &promise.offer);
        promised.is_some_and(|offer| {
            let is_void = state.phase() == Phase::Paused || offer.begun != state.begun();
            offer.round == round && offer.parent != self.digest && is_void
        })
    }

    /// Whether a state follows from the log, as far as there is one.
    fn is_in_log(&self, global: &Global) -> bool {
        let transcript = self.journal.state().transcript_after(global.round);
        transcript == Some(global.transcript) || self.journal.state().length() == 0
    }

    /// Goes back to the newest state that a majority agreed on, or to the first one.
    fn reload(&mut self) -> Result<(), PeerError> {
        let kept = self.folder.load_global()?.filter(|kept| self.is_in_log(kept));
        let kept = kept.map(|kept| (kept.state.digest(&self.rules.layout), kept));
        let agreed = kept.filter(|(digest, kept)| self.is_agreed(digest, kept.round));
        let first = || (self.first.state.digest(&self.rules.layout), self.first.clone());
        let (digest, global) = agreed.unwrap_or_else(first);
        self.digest = digest;
        self.global = global;
        self.updates.clear();
        Ok(())
    }

    /// A state is agreed on when the next round is closed. Until then, it is not doubted.
    fn is_agreed(&self, digest: &Hash, round: u32) -> bool {
        self.journal.outcome(round).is_none_or(|outcome| outcome.parent == *digest)
    }

    /// The majority has the same state before a round, which is kept if it is the newest such.
    fn agree(&mut self, round: u32) -> Result<(), PeerError> {
        if self.diverged.is_some_and(|diverged| diverged <= round) {
            self.diverged = None;
        }
        let is_newest = self.journal.outcome(round.saturating_add(1)).is_none();
        if is_newest {
            self.folder.save_global(&self.global)?;
        }
        Ok(())
    }

    /// The majority has another state before a round: this machine, or a file of it, is wrong.
    fn diverge(&mut self, round: u32) -> Result<(), PeerError> {
        if self.diverged.is_some() {
            return Err(PeerError::ComputesWrongly { round });
        }
        self.diverged = Some(round);
        self.observer.saw(&Event::Diverged { round });
        self.forget(round)?;
        self.reload()
    }

    /// What was learnt from a wrong state helps nobody. An offer of a later round than `round` may
    /// be on its way, so its promise is kept.
    fn forget(&mut self, round: u32) -> Result<(), PeerError> {
        let InnerState { steps, mean, square } = &mut self.local.inner;
        *steps = 0;
        mean.fill(0.0);
        square.fill(0.0);
        self.local.error.fill(0.0);
        self.local.promise.take_if(|promise| promise.offer.round <= round);
        Ok(self.folder.save_local(&self.local)?)
    }

    /// Whether a round was closed without an offer of this member, which may have been away.
    fn is_missed(&self, outcome: &Outcome) -> bool {
        let promise = self.local.promise.as_ref();
        let has_part = promise.is_some_and(|promise| promise.offer.round == outcome.round);
        outcome.round >= self.settled && !has_part
    }

    fn merge(&mut self, outcome: &Outcome) -> Result<(), PeerError> {
        let round = outcome.round;
        let merged = self.hold_all(outcome)?;
        let closed = self.rules.close(&mut self.global.state, outcome, &self.updates);
        closed.map_err(|why| PeerError::Merge { round, why })?;
        self.global.round = round.saturating_add(1);
        let transcript = self.journal.state().transcript_after(self.global.round);
        self.global.transcript = transcript.unwrap_or_default();
        self.digest = self.global.state.digest(&self.rules.layout);
        // A round that is merged once more must not take back once more.
        if round >= self.settled {
            self.settle(outcome)?;
            self.settled = self.global.round;
        }
        self.updates.clear();
        self.invalid.clear();
        self.observer.saw(&Event::RoundClosed { round, state: self.digest, merged });
        self.tell_who_is_lost(round);
        Ok(())
    }

    fn hold_all(&mut self, outcome: &Outcome) -> Result<Vec<Merged>, PeerError> {
        let mut merged = Vec::new();
        for included in &outcome.included {
            let claim = Claim::of_included(outcome, included);
            let Claim { round, slot, .. } = claim;
            match self.hold(&claim) {
                Held::Valid => {}
                Held::Invalid(why) => return Err(PeerError::Invalid { round, slot, why }),
                Held::Missing(why) => return Err(why.into()),
            }
            merged.extend(self.updates.get(&claim).map(Merged::of));
        }
        Ok(merged)
    }

    /// What was promised for this round and not merged goes back into the feedback. Whoever missed
    /// a round begins with none: what it had held back may have been sent by others since.
    fn settle(&mut self, outcome: &Outcome) -> Result<(), PeerError> {
        let round = outcome.round;
        let Some(promise) = self.local.promise.take_if(|promise| promise.offer.round <= round)
        else {
            if self.local.promise.is_none() {
                self.local.error.fill(0.0);
            }
            return Ok(());
        };
        let claim = Claim::of_offer(self.slot, &promise.offer);
        if claim.round < round {
            self.local.error.fill(0.0);
        } else if !outcome.included.iter().any(|one| Claim::of_included(outcome, one) == claim) {
            let own = self.rules.read(&claim, &promise.sealed);
            let slot = self.slot;
            let own = own.map_err(|why| PeerError::Invalid { round, slot, why })?;
            self.take_back(round, &own);
        }
        Ok(())
    }

    fn take_back(&mut self, round: u32, own: &Update) {
        let error = std::mem::take(&mut self.local.error);
        let mut feedback = Feedback::resumed(error, self.spec.update.feedback);
        feedback.take_back(own);
        self.local.error = feedback.error().to_vec();
        self.observer.saw(&Event::TakenBack { round });
    }

    fn tell_who_is_lost(&mut self, closed: u32) {
        let round = closed.saturating_add(1);
        let [before, now] = [closed, round].map(|round| self.journal.expected(round));
        for slot in (0..32).filter(|slot| before.contains(*slot) && !now.contains(*slot)) {
            self.observer.saw(&Event::MemberLost { round, slot });
        }
    }
}

impl Merged {
    fn of(update: &Update) -> Self {
        let header = update.header();
        Self {
            slot: header.slot,
            work: header.work,
            loss_first: header.loss_first,
            loss_last: header.loss_last,
        }
    }
}

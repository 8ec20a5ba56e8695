//! What a member learns in a round, and the promise that comes of it.

use super::{
    files::{Local, Promise},
    member::Member,
    replay::Claim,
    Event, Lesson, Lessons, Pace, PeerError,
};
use crate::{
    learner::{data::Draw, LearnError, Learner},
    object::seal,
    order::Offer,
    update::{Feedback, Header, Sent},
};
use std::time::Instant;

/// So often a round is trained, each time at half the rate, until its numbers are finite.
const MOST_ATTEMPTS: u32 = 3;

/// What was learnt in a round.
#[derive(Debug)]
struct Trained {
    /// The state of the team less what it was trained to.
    change: Vec<f32>,
    steps: u32,
    loss_first: f32,
    loss_last: f32,
}

/// Where a member stands in a round.
#[derive(Debug)]
struct Place {
    round: u32,
    expected: Vec<u32>,
    rank: u32,
}

impl<L: Learner, S: Lessons<L::Batch>> Member<'_, L, S> {
    /// Trains, and writes the promise down. Nothing is sent.
    pub(super) fn promise(&mut self) -> Result<(), PeerError> {
        let trained = self.train()?;
        let header = self.header(&trained);
        let keep = self.spec.update.feedback;
        let mut feedback = Feedback::resumed(self.local.error.clone(), keep);
        let Sent { bytes, update } = feedback.send(&self.rules.layout, &header, &trained.change)?;
        let sealed = seal(&self.rules.key, &self.rules.run, &bytes);
        let offer = Offer {
            round: header.round,
            object: sealed.id.0,
            bytes: u32::try_from(sealed.bytes.len()).unwrap_or(u32::MAX),
            work: header.work,
            parent: header.parent,
            begun: self.journal.state().begun(),
        };
        let claim = Claim::of_offer(self.slot, &offer);
        let epoch = self.journal.state().epoch();
        let promise = Some(Promise { epoch, offer, sealed: sealed.bytes });
        let inner = self.learner.inner_state()?;
        let local = Local { inner, error: feedback.error().to_vec(), promise };
        self.folder.save_local(&local)?;
        self.local = local;
        self.updates.insert(claim, update);
        Ok(())
    }

    fn header(&self, trained: &Trained) -> Header {
        let Trained { steps, loss_first, loss_last, .. } = *trained;
        Header {
            run: self.rules.run,
            round: self.global.round,
            slot: self.slot,
            kind: self.rules.kind,
            parent: self.digest,
            layout: self.rules.layout.digest(),
            work: steps.saturating_mul(self.spec.inner.batch),
            steps,
            loss_first,
            loss_last,
        }
    }

    /// Trains from the state of the team. If the numbers are no longer finite, it begins again at
    /// half the rate.
    fn train(&mut self) -> Result<Trained, PeerError> {
        let place = self.place();
        let mut share = 1.0;
        for _ in 0..MOST_ATTEMPTS {
            self.learner.write(&self.global.state.parameters)?;
            self.learner.restore_inner(&self.local.inner)?;
            match self.attempt(&place, share) {
                Err(PeerError::Learn(LearnError::NotFinite { .. })) => {
                    self.observer.saw(&Event::NotFinite { round: place.round });
                    share /= 2.0;
                }
                trained => return trained,
            }
        }
        Err(PeerError::NotFinite { round: place.round })
    }

    fn place(&self) -> Place {
        let round = self.global.round;
        let expected = self.journal.expected(round);
        let before = (0..self.slot).filter(|slot| expected.contains(*slot)).count();
        let rank = if expected.contains(self.slot) {
            u32::try_from(before).unwrap_or(u32::MAX)
        } else {
            expected.count().saturating_add(u32::from(self.slot))
        };
        Place { round, expected: self.journal.expected_before(round), rank }
    }

    fn attempt(&mut self, place: &Place, share: f64) -> Result<Trained, PeerError> {
        let clock = Clock { pace: self.spec.pace(), begun: Instant::now() };
        let schedule = self.spec.schedule();
        let mut steps = 0u32;
        let [mut first, mut last] = [None, None];
        while let Some(part) = clock.part(steps) {
            let rate = share * schedule.rate(place.round, part);
            let loss = self.learn(place, steps, rate)?;
            first = first.or(Some(loss));
            last = Some(loss);
            steps = steps.saturating_add(1);
        }
        let [loss_first, loss_last] = [first, last].map(Option::unwrap_or_default);
        Ok(Trained { change: self.change()?, steps, loss_first, loss_last })
    }

    fn learn(&mut self, place: &Place, step: u32, rate: f64) -> Result<f32, PeerError> {
        let slot = u32::from(self.slot);
        let draw = Draw { seed: self.spec.seed, round: place.round, slot, step };
        let lesson = Lesson { draw, expected: &place.expected, rank: place.rank };
        let batch = self.lessons.batch(&lesson)?;
        Ok(self.learner.step(&batch, rate)?)
    }

    fn change(&self) -> Result<Vec<f32>, PeerError> {
        let mut change = vec![0.0; self.rules.layout.parameters()];
        self.learner.read(&mut change)?;
        for (trained, parameter) in change.iter_mut().zip(&self.global.state.parameters) {
            *trained = parameter - *trained;
        }
        if change.iter().all(|number| number.is_finite()) {
            Ok(change)
        } else {
            Err(LearnError::NotFinite { what: "parameters" }.into())
        }
    }
}

/// How much of a round's training is left.
#[derive(Debug)]
struct Clock {
    pace: Pace,
    begun: Instant,
}

impl Clock {
    /// The part of the round that has passed after so many steps; nothing if there is no step more.
    fn part(&self, steps: u32) -> Option<f64> {
        match self.pace {
            Pace::Steps(count) => (steps < count).then(|| f64::from(steps) / f64::from(count)),
            Pace::Seconds { seconds, most_steps } => {
                let passed = self.begun.elapsed().as_secs_f64() / f64::from(seconds);
                let goes_on = steps == 0 || (steps < most_steps && passed < 1.0);
                goes_on.then_some(passed.min(1.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_of_seconds_has_one_step_at_least() {
        let pace = Pace::Seconds { seconds: 1, most_steps: 3 };
        let clock = Clock { pace, begun: Instant::now() };
        assert!(clock.part(0).is_some());
        assert_eq!(clock.part(3), None);
    }

    #[test]
    fn a_round_of_steps_passes_evenly() {
        let clock = Clock { pace: Pace::Steps(4), begun: Instant::now() };
        let parts: Vec<f64> = (0..).map_while(|steps| clock.part(steps)).collect();
        assert_eq!(parts, [0.0, 0.25, 0.5, 0.75]);
    }
}

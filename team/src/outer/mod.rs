//! How a team merges the updates of a round, with the same bits on every machine.
//!
//! Only `+ − × ÷ √` on `f32` and `f64` are used, which all processors round alike, and never a
//! fused multiplication. Each number of the model is computed on its own, from the updates in the
//! order of their slots; threads share the numbers, so their count changes nothing. What belongs to
//! a whole update is computed in `f64` and rounded once.

mod digest;
mod exact;
mod merge;
mod step;

use crate::update::{flushed, Update};
use merge::Merge;

/// Numbers that one thread takes at a time.
const PART: usize = 1 << 14;

/// How the updates of a round move the model. All members have the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outer {
    /// How far the model moves along the mean of the updates.
    pub rate: f64,
    /// Share of the last rounds' movement that carries over (Nesterov); from 0, below 1.
    pub momentum: f64,
    /// The longest update counts as this many times the median length.
    pub clip: f64,
    /// The most work in an update counts as this many times the median work.
    pub work_ratio: f64,
}

/// What all members of a team have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The model, in the order of its layout.
    pub parameters: Vec<f32>,
    /// The movement that carries over, in the same order; empty without momentum.
    pub momentum: Vec<f32>,
}

/// An update that counts in a round.
#[derive(Clone, Copy, Debug)]
pub struct Included<'a> {
    /// The member's place in the team.
    pub slot: u8,
    /// Samples that the member has learnt from.
    pub work: u32,
    /// Its update.
    pub update: &'a Update,
}

/// Why a round cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OuterError {
    /// A setting is out of its bounds.
    #[error("{name} is out of its bounds")]
    Setting {
        /// Its name.
        name: &'static str,
    },
    /// Nobody has sent an update.
    #[error("a round without updates moves nothing")]
    Empty,
    /// A member has two updates.
    #[error("there are two updates of slot {slot}")]
    TwoOfASlot {
        /// The slot.
        slot: u8,
    },
    /// There is no work in the updates.
    #[error("the updates are of no work")]
    NoWork,
    /// An update is of another model.
    #[error("the update of slot {slot} has {found} numbers, the model {expected}")]
    Size {
        /// The slot.
        slot: u8,
        /// Numbers of the model.
        expected: usize,
        /// Numbers of the update.
        found: usize,
    },
    /// The state has no place for the movement that carries over, or one without need.
    #[error("the state has {found} numbers of momentum in place of {expected}")]
    Momentum {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A number of the state has grown beyond all bounds.
    #[error("the state is not finite")]
    NotFinite,
    /// The processor is set to another arithmetic than that of the other members.
    #[error("this thread rounds the smallest numbers to zero, so it computes unlike the others")]
    Subnormals,
}

impl Outer {
    fn check(&self) -> Result<(), OuterError> {
        let positive = |number: f64| number.is_finite() && number > 0.0;
        let settings = [
            ("the rate", positive(self.rate)),
            ("the momentum", (0.0..1.0).contains(&self.momentum)),
            ("the bound of lengths", positive(self.clip)),
            ("the bound of work", positive(self.work_ratio)),
        ];
        match settings.into_iter().find(|(_, is_good)| !is_good) {
            Some((name, _)) => Err(OuterError::Setting { name }),
            None => Ok(()),
        }
    }

    /// Numbers of momentum that a model with so many parameters has.
    fn momentum_of(&self, parameters: usize) -> usize {
        if self.momentum > 0.0 {
            parameters
        } else {
            0
        }
    }
}

impl<'a> From<&'a Update> for Included<'a> {
    /// With what the update says of itself.
    fn from(update: &'a Update) -> Self {
        let header = update.header();
        Self { slot: header.slot, work: header.work, update }
    }
}

impl State {
    /// The state before the first round. Parameters below 1e-30 become zero.
    ///
    /// # Errors
    ///
    /// If a setting is out of its bounds or a parameter is not finite.
    pub fn new(parameters: Vec<f32>, outer: &Outer) -> Result<Self, OuterError> {
        outer.check()?;
        if !step::are_finite(&parameters) {
            return Err(OuterError::NotFinite);
        }
        let momentum = vec![0.0; outer.momentum_of(parameters.len())];
        Ok(Self { parameters: parameters.into_iter().map(flushed).collect(), momentum })
    }

    /// Closes a round: moves the model by the updates that count, in whatever order they are given.
    ///
    /// # Errors
    ///
    /// If a setting is out of its bounds, there is no update or one that does not fit, or the
    /// result is not finite. Then the state is as before.
    pub fn close(&mut self, outer: &Outer, included: &[Included<'_>]) -> Result<(), OuterError> {
        outer.check()?;
        self.check(outer, included)?;
        let merge = Merge::of(outer, included)?;
        let mut next = self.clone();
        step::advance(&mut next, outer, &merge)?;
        *self = next;
        Ok(())
    }

    fn check(&self, outer: &Outer, included: &[Included<'_>]) -> Result<(), OuterError> {
        let parameters = self.parameters.len();
        let [expected, found] = [outer.momentum_of(parameters), self.momentum.len()];
        if expected != found {
            return Err(OuterError::Momentum { expected, found });
        }
        let foreign = included.iter().find(|one| one.update.parameters() != parameters);
        foreign.map_or(Ok(()), |one| {
            let found = one.update.parameters();
            Err(OuterError::Size { slot: one.slot, expected: parameters, found })
        })
    }
}

#[cfg(test)]
mod tests;

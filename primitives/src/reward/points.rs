//! Work points as they are stored: amounts, and the session in which they were written. Nothing is
//! rewritten as they fade; what they are worth follows from the present session.

use super::Session;
use crate::{
    decay::Decay,
    ids::ExperimentId,
    limits::{List, MAX_ORIGINS},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Reverse;
use scale_info::TypeInfo;

/// The points of all accounts together. They are rounded up, so they are at least the sum.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Points {
    /// The points in that session.
    pub amount: u128,
    /// The session in which they were written.
    pub session: Session,
}

impl Points {
    /// What the points are worth in a session.
    pub fn at(&self, session: Session, decay: Decay) -> u128 {
        decay.at_most(self.amount, session.saturating_sub(self.session))
    }

    /// The points in this session, with `amount` added.
    pub fn plus(&self, amount: u128, session: Session, decay: Decay) -> Self {
        Self {
            amount: self.at(session, decay).saturating_add(amount),
            session: session.max(self.session),
        }
    }

    /// The points in this session, with `amount` taken away.
    pub fn minus(&self, amount: u128, session: Session, decay: Decay) -> Self {
        Self {
            amount: self.at(session, decay).saturating_sub(amount),
            session: session.max(self.session),
        }
    }
}

/// The part of an account's points that comes from one experiment.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Origin {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The points, in the session of all points of the account.
    pub amount: u128,
}

/// The points of an account, rounded down.
///
/// Up to four experiments are named that they come from. A fifth one takes the place of that of
/// which fewest are left: those points stay, without a name. The newest earnings are always named,
/// so nobody hides where most points come from by earning them in small parts.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct AccountPoints {
    /// All points in that session.
    pub amount: u128,
    /// The session in which they were written.
    pub session: Session,
    /// The experiments that they come from; at most `amount` in all.
    pub origins: List<Origin, MAX_ORIGINS>,
}

impl AccountPoints {
    /// What the points are worth in a session.
    pub fn at(&self, session: Session, decay: Decay) -> u128 {
        decay.at_least(self.amount, session.saturating_sub(self.session))
    }

    /// The points in this session, with `amount` added that was earned in an experiment.
    pub fn plus(
        &self,
        experiment: ExperimentId,
        amount: u128,
        session: Session,
        decay: Decay,
    ) -> Self {
        let passed = session.saturating_sub(self.session);
        let mut origins = self.origins.clone();
        for origin in &mut origins {
            origin.amount = decay.at_least(origin.amount, passed);
        }
        name(&mut origins, Origin { experiment, amount });
        Self {
            amount: self.at(session, decay).saturating_add(amount),
            session: session.max(self.session),
            origins,
        }
    }

    /// The experiment that most of the named points come from; of equals the lowest.
    pub fn experiment(&self) -> Option<ExperimentId> {
        let largest =
            self.origins.iter().max_by_key(|origin| (origin.amount, Reverse(origin.experiment)));
        largest.map(|origin| origin.experiment)
    }
}

/// Adds points to those of their experiment. If that has no place, and there is none left, the
/// smallest makes room.
fn name(origins: &mut List<Origin, MAX_ORIGINS>, earned: Origin) {
    if let Some(named) = origins.iter_mut().find(|named| named.experiment == earned.experiment) {
        named.amount = named.amount.saturating_add(earned.amount);
    } else if let Err(earned) = origins.try_push(earned) {
        let smallest =
            origins.iter_mut().min_by_key(|named| (named.amount, Reverse(named.experiment)));
        if let Some(smallest) = smallest {
            *smallest = earned;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const DECAY: Decay = Decay::HALF_IN_720;

    fn earned(parts: &[(ExperimentId, u128)]) -> AccountPoints {
        let none = AccountPoints::default();
        parts.iter().fold(none, |points, (of, amount)| points.plus(*of, *amount, 0, DECAY))
    }

    fn named(points: &AccountPoints) -> Vec<(ExperimentId, u128)> {
        points.origins.iter().map(|origin| (origin.experiment, origin.amount)).collect()
    }

    #[test]
    fn points_name_the_experiment_that_most_of_them_come_from() {
        assert_eq!(AccountPoints::default().experiment(), None);
        let points = earned(&[(7, 10), (3, 20), (7, 15)]);
        assert_eq!((points.amount, points.experiment()), (45, Some(7)));
        assert_eq!(named(&points), [(7, 25), (3, 20)]);
        assert_eq!(earned(&[(7, 10), (3, 10)]).experiment(), Some(3));
    }

    #[test]
    fn a_fifth_experiment_takes_the_name_of_the_smallest_and_no_points() {
        let points = earned(&[(1, 40), (2, 10), (3, 30), (4, 20), (5, 5)]);
        assert_eq!(points.amount, 105);
        assert_eq!(named(&points), [(1, 40), (5, 5), (3, 30), (4, 20)]);
    }

    #[test]
    fn who_earns_in_small_parts_does_not_hide_the_experiment() {
        let mut points = earned(&[(1, 10), (2, 10), (3, 10), (4, 10)]);
        for _ in 0..20 {
            points = points.plus(5, 9, 0, DECAY);
        }
        assert_eq!(points.experiment(), Some(5));
    }

    #[test]
    fn all_points_of_an_account_fade_alike() {
        let points = earned(&[(1, 1_000_000), (2, 4_000_000)]).plus(1, 0, 1_440, DECAY);
        assert_eq!((points.amount, points.session), (1_249_999, 1_440));
        assert_eq!(named(&points), [(1, 249_999), (2, 999_999)]);
    }

    #[test]
    fn points_do_not_grow_when_the_session_falls() {
        let points = earned(&[]).plus(1, 8, 5, DECAY);
        assert_eq!(points.at(4, DECAY), 8);
        assert_eq!(points.plus(1, 1, 4, DECAY).session, 5);
        let total = Points::default().plus(8, 5, DECAY);
        assert_eq!(total.at(4, DECAY), 8);
        assert_eq!(total.minus(9, 4, DECAY), Points { amount: 0, session: 5 });
    }
}

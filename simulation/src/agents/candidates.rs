//! Accounts that want seats.

use super::{Sent, Strategy, View};
use crate::chain::{AccountId, Rewards, Runtime, CANDIDATE_POINTS, SESSION};

/// Accounts that stand for validation as soon as they have the points.
pub(crate) struct Candidates(pub(crate) Vec<AccountId>);

impl Strategy for Candidates {
    fn act(&mut self, view: &View<'_>) -> Vec<Sent> {
        if view.now % SESSION != 1 {
            return Vec::new();
        }
        let listed = pallet_rewards::Candidates::<Runtime>::get();
        let may_stand = |who: &&AccountId| {
            !listed.contains(who) && Rewards::work_points((*who).clone()) >= CANDIDATE_POINTS
        };
        let stand = |who| Sent::by(who, pallet_rewards::Call::<Runtime>::apply_as_candidate {});
        self.0.iter().filter(may_stand).map(stand).collect()
    }
}

//! What a majority is, and what follows from the votes of one.

use super::entry::{Hash, Included, Offer, Outcome, Vouch};
use std::collections::BTreeMap;

/// The fewest that are more than half.
pub(super) fn majority(of: u32) -> u32 {
    of / 2 + 1
}

/// The state on which more than half of the offers were trained.
pub(super) fn majority_parent(offers: &BTreeMap<u8, Offer>) -> Option<Hash> {
    let share = |parent: Hash| offers.values().filter(|offer| offer.parent == parent).count();
    offers.values().map(|offer| offer.parent).find(|parent| share(*parent) * 2 > offers.len())
}

/// What is merged; nothing if no majority was trained on the same state.
///
/// Live are those that made an offer. An update is merged if it was trained on the state of the
/// majority, a majority of the live holds it, and at most half of those that vouched call it
/// harmful.
pub(super) fn outcome(
    round: u32,
    offers: &BTreeMap<u8, Offer>,
    vouches: &BTreeMap<u8, Vouch>,
) -> Option<Outcome> {
    let parent = majority_parent(offers)?;
    let is_held = |slot: u8| {
        let holders = vouches.values().filter(|vouch| vouch.have.contains(slot)).count();
        holders * 2 > offers.len()
    };
    let is_harmful = |slot: u8| {
        let against = vouches.values().filter(|vouch| vouch.harmful.contains(slot)).count();
        against * 2 > vouches.len()
    };
    let included = offers
        .iter()
        .filter(|(slot, offer)| offer.parent == parent && is_held(**slot) && !is_harmful(**slot))
        .map(|(slot, offer)| Included { slot: *slot, object: offer.object, work: offer.work })
        .collect();
    Some(Outcome { round, parent, included })
}

#[cfg(test)]
mod tests {
    use super::{super::entry::Slots, *};

    fn offers(parents: &[u8]) -> BTreeMap<u8, Offer> {
        let offer = |(slot, parent): (u8, &u8)| {
            let parent = [*parent; 32];
            let begun = [0; 32];
            (slot, Offer { round: 3, object: [slot; 32], bytes: 1, work: 1, parent, begun })
        };
        (0u8..).zip(parents).map(offer).collect()
    }

    fn vouches(votes: &[(&[u8], &[u8])]) -> BTreeMap<u8, Vouch> {
        let set = |slots: &[u8]| slots.iter().copied().collect::<Slots>();
        let vouch = |(slot, (have, harmful)): (u8, &(&[u8], &[u8]))| {
            let [have, harmful] = [set(have), set(harmful)];
            (slot, Vouch { round: 3, have, harmful, head: [0; 32] })
        };
        (0u8..).zip(votes).map(vouch).collect()
    }

    fn included(parents: &[u8], votes: &[(&[u8], &[u8])]) -> Option<Vec<u8>> {
        let outcome = outcome(3, &offers(parents), &vouches(votes))?;
        Some(outcome.included.iter().map(|included| included.slot).collect())
    }

    #[test]
    fn half_is_no_majority() {
        assert_eq!([1, 2, 3, 4, 5].map(majority), [1, 2, 2, 3, 3]);
        assert_eq!(majority_parent(&offers(&[1, 2])), None);
        assert_eq!(majority_parent(&offers(&[1, 2, 1])), Some([1; 32]));
        assert_eq!(majority_parent(&offers(&[])), None);
    }

    #[test]
    fn what_half_of_the_live_hold_is_left_out() {
        let all: &[u8] = &[0, 1, 2, 3];
        let votes: [(&[u8], &[u8]); 3] = [(all, &[]), (all, &[]), (&[0, 1], &[])];
        assert_eq!(included(&[1; 4], &votes), Some(vec![0, 1]));
    }

    #[test]
    fn what_was_trained_on_another_state_is_left_out() {
        let all: &[u8] = &[0, 1, 2];
        assert_eq!(included(&[1, 2, 1], &[(all, &[]), (all, &[])]), Some(vec![0, 2]));
        assert_eq!(included(&[1, 2, 3], &[(all, &[]), (all, &[])]), None);
    }

    #[test]
    fn more_than_half_of_the_votes_exclude_and_half_do_not() {
        let all: &[u8] = &[0, 1, 2, 3];
        let half: [(&[u8], &[u8]); 4] = [(all, &[2]), (all, &[2]), (all, &[]), (all, &[])];
        assert_eq!(included(&[1; 4], &half), Some(vec![0, 1, 2, 3]));
        let more: [(&[u8], &[u8]); 4] = [(all, &[2]), (all, &[2]), (all, &[2]), (all, &[])];
        assert_eq!(included(&[1; 4], &more), Some(vec![0, 1, 3]));
    }
}

//! What becomes of a motion is a function of voices, members and time.

use crate::types::{Stage, Verdict, Voices};
use proptest::{collection::btree_set, prelude::*, sample::subsequence};

/// Accounts out of which councils and voices are drawn.
const ACCOUNTS: std::ops::Range<u64> = 0..40;

fn voices(accounts: Vec<u64>) -> Voices<u64> {
    Voices::truncate_from(accounts)
}

/// Members in order, those who are for something, and those who are against it.
fn council() -> impl Strategy<Value = (Vec<u64>, Vec<u64>, Vec<u64>)> {
    let everybody: Vec<u64> = ACCOUNTS.collect();
    let members = btree_set(ACCOUNTS, 0..20).prop_map(|set| set.into_iter().collect::<Vec<_>>());
    let spoken = subsequence(everybody, 0..=40).prop_flat_map(|spoken| {
        let most = spoken.len();
        (Just(spoken), 0..=most)
    });
    (members, spoken).prop_map(|(members, (spoken, ayes))| {
        let (ayes, nays) = spoken.split_at(ayes);
        (members, ayes.to_vec(), nays.to_vec())
    })
}

/// How many of these are members.
fn present(members: &[u64], voices: &[u64]) -> usize {
    voices.iter().filter(|voice| members.contains(voice)).count()
}

proptest! {
    /// Two thirds of the members carry, whenever they do; more than half reject; time rejects.
    #[test]
    fn a_vote_is_carried_by_two_thirds_of_the_members_and_nobody_else(
        (members, ayes, nays) in council(),
        now in 0..4u64,
    ) {
        let stage = Stage::Voting {
            until: 2,
            ayes: voices(ayes.clone()),
            nays: voices(nays.clone()),
        };
        let (all, ayes, nays) =
            (members.len(), present(&members, &ayes), present(&members, &nays));
        let carried = ayes > 0 && 3 * ayes >= 2 * all;
        let by_majority = 2 * nays > all;
        prop_assert!(!(carried && by_majority));
        let expected = if carried {
            Verdict::Carried
        } else if by_majority || now >= 2 {
            Verdict::Rejected { by_majority }
        } else {
            Verdict::Open
        };
        prop_assert_eq!(stage.verdict(&members, &now), expected);
    }

    /// A third of the members stop, whenever they do; time ends it.
    #[test]
    fn a_carried_motion_is_stopped_by_a_third_of_the_members_and_nobody_else(
        (members, objections, _) in council(),
        now in 0..6u64,
    ) {
        let stage = Stage::Carried { from: 2, until: 4, objections: voices(objections.clone()) };
        let objections = present(&members, &objections);
        let expected = if objections > 0 && 3 * objections >= members.len() {
            Verdict::Stopped
        } else if now >= 4 {
            Verdict::Lapsed
        } else {
            Verdict::Open
        };
        prop_assert_eq!(stage.verdict(&members, &now), expected);
    }
}

/// How many of so many members carry a motion, and how many stop it.
#[test]
fn the_numbers_of_small_councils() {
    let least = |members: u64, verdict: &dyn Fn(Vec<u64>) -> Verdict, wanted| {
        (0..=members).find(|count| verdict((0..*count).collect()) == wanted)
    };
    for (size, carry, stop) in
        [(1, 1, 1), (2, 2, 1), (3, 2, 1), (4, 3, 2), (6, 4, 2), (16, 11, 6), (100, 67, 34)]
    {
        let members: Vec<u64> = (0..size).collect();
        let vote = |ayes| {
            let stage = Stage::Voting { until: 9, ayes: voices(ayes), nays: voices(vec![]) };
            stage.verdict(&members, &0)
        };
        let objection = |objections| {
            let stage = Stage::Carried { from: 5, until: 9, objections: voices(objections) };
            stage.verdict(&members, &0)
        };
        assert_eq!(least(size, &vote, Verdict::Carried), Some(carry), "{size}");
        assert_eq!(least(size, &objection, Verdict::Stopped), Some(stop), "{size}");
    }
}

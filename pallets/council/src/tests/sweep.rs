use crate::{mock::*, types::Stage, Motions, SweepCursor, WeightInfo};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use std::collections::BTreeSet;

/// Ends this many blocks that have room for the sweep.
fn sweep(blocks: u64) {
    for _ in 0..blocks {
        let used = Council::on_idle(System::block_number(), Weight::MAX);
        assert_eq!(used, <() as WeightInfo>::sweep());
        wait(1);
    }
}

/// F11. With pallet-collective, a motion stayed until somebody paid for its end.
#[test]
fn what_nobody_cares_about_goes_by_itself() {
    build_and_execute(|| {
        for member in SIX {
            assert_ok!(Council::propose(by(member), Box::new(write(1))));
        }
        all_vote(0, &SIX, true);
        all_vote(1, &SIX, false);
        sweep(12);
        // One was carried and one voted down; the others wait for votes.
        assert_eq!(Motions::<Test>::iter_keys().count(), 5);
        assert!(matches!(motion(0).stage, Stage::Carried { .. }));
        sweep(VOTING + DELAY + ENACTMENT + 12);
        assert_eq!(Motions::<Test>::iter_keys().count(), 0);
        assert!(written().is_empty(), "the sweep enacts nothing");
        assert_eq!(SIX.map(|member| Council::held(&member)), [0; 6]);
    });
}

#[test]
fn every_motion_has_its_turn() {
    build_and_execute(|| {
        for member in SIX {
            assert_ok!(Council::propose(by(member), Box::new(write(1))));
        }
        let visit = |_| {
            sweep(1);
            SweepCursor::<Test>::get()
        };
        let (visited, all): (BTreeSet<_>, BTreeSet<_>) =
            ((0..6).map(visit).collect(), (0..6).map(Some).collect());
        assert_eq!(visited, all);
    });
}

#[test]
fn a_full_block_has_no_time_for_it() {
    build_and_execute(|| {
        let id = proposed(write(1));
        wait(VOTING);
        let almost = <() as WeightInfo>::sweep() - Weight::from_parts(1, 0);
        assert_eq!(Council::on_idle(System::block_number(), almost), Weight::zero());
        assert!(Council::motion(id).is_some());
        sweep(1);
        assert_gone(id);
    });
}

#[test]
fn without_motions_there_is_nothing_to_do() {
    build_and_execute(|| sweep(2));
}

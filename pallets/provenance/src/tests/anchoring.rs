use super::plain_root;
use crate::{mock::*, Anchors, Event, NextAnchor, Pending, WeightInfo};
use nocknock_primitives::provenance::{keccak_256, Anchor};

fn leaves(range: core::ops::Range<u64>) -> Vec<[u8; 32]> {
    range.map(|id| recorded(id).leaf(GENESIS, id).hash(keccak_256)).collect()
}

#[test]
fn the_pending_records_are_closed_at_the_end_of_the_period() {
    build_and_execute(|| {
        record_many(5);
        start_block(9);
        assert_eq!(NextAnchor::<Test>::get(), 0);
        let block = end_period();
        let root = plain_root(&leaves(0..5));
        let expected = Anchor { number: 0, first: 0, count: 5, root, block };
        assert_eq!(Anchors::<Test>::get(0), Some(expected));
        assert!(Pending::<Test>::get().is_empty());
        System::assert_last_event(
            Event::AnchorClosed { number: 0, first: 0, count: 5, root }.into(),
        );
    });
}

#[test]
fn a_period_without_records_makes_no_anchor() {
    build_and_execute(|| {
        end_period();
        record_many(1);
        end_period();
        end_period();
        assert_eq!(NextAnchor::<Test>::get(), 1);
        assert_eq!(Anchors::<Test>::get(0).unwrap().block, 20);
    });
}

#[test]
fn the_next_anchor_begins_where_the_last_one_ended() {
    build_and_execute(|| {
        record_many(3);
        end_period();
        record_many(4);
        end_period();
        let anchor = Anchors::<Test>::get(1).unwrap();
        assert_eq!((anchor.first, anchor.count), (3, 4));
        assert_eq!(anchor.root, plain_root(&leaves(3..7)));
    });
}

#[test]
fn a_full_anchor_is_closed_at_once() {
    build_and_execute(|| {
        MaxRecordsPerAnchor::set(4);
        record_many(9);
        let ranges: Vec<_> = Anchors::<Test>::iter_values()
            .map(|anchor| (anchor.first, anchor.count, anchor.block))
            .collect();
        assert_eq!(ranges.len(), 2);
        assert!(ranges.contains(&(0, 4, 1)) && ranges.contains(&(4, 4, 1)));
        assert_eq!(Pending::<Test>::get().count(), 1);
    });
}

#[test]
fn an_anchor_may_hold_a_single_record_whose_leaf_is_the_root() {
    build_and_execute(|| {
        MaxRecordsPerAnchor::set(1);
        record_many(2);
        assert_eq!(Anchors::<Test>::get(1).unwrap().root, leaves(1..2)[0]);
    });
}

#[test]
fn the_hook_costs_the_same_whatever_is_pending() {
    build_and_execute(|| {
        let closing = <() as WeightInfo>::close_anchor();
        for count in [0, 1, 99] {
            record_many(count);
            assert!(Provenances::close_if_due(11).all_lt(closing));
            assert_eq!(u64::from(Provenances::pending_count()), count);
            assert_eq!(Provenances::close_if_due(20), closing);
        }
        assert_eq!(NextAnchor::<Test>::get(), 2);
    });
}

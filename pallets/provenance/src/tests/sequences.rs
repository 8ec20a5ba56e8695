//! Random deliveries over many blocks.

use super::plain_root;
use crate::{mock::*, Anchors, NextAnchor, NextRecord};
use nocknock_primitives::provenance::keccak_256;
use proptest::{collection::vec, prelude::*};

/// Checks all that anybody can see against a plain recomputation.
fn check_everything() {
    let anchored = (0..NextAnchor::<Test>::get())
        .map(|number| {
            let anchor = Anchors::<Test>::get(number).unwrap();
            let ids = anchor.first..anchor.first + u64::from(anchor.count);
            let leaves: Vec<_> =
                ids.map(|id| recorded(id).leaf(GENESIS, id).hash(keccak_256)).collect();
            assert_eq!(anchor.root, plain_root(&leaves));
            u64::from(anchor.count)
        })
        .sum::<u64>();
    let all = NextRecord::<Test>::get();
    assert_eq!(anchored + u64::from(Provenances::pending_count()), all);
    for id in 0..all {
        match Provenances::inclusion_proof(id) {
            None => assert!(id >= anchored),
            Some(proof) => {
                let anchor = Anchors::<Test>::get(proof.anchor).unwrap();
                assert_eq!(proof.verify(GENESIS, &recorded(id), &anchor), Ok(()));
            }
        }
    }
}

/// 48 cases, or more if `PROPTEST_CASES` asks for more than the usual 256.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases * 3 / 16, ..config }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_is_delivered_when_every_record_ends_up_in_one_anchor(
        max in 1u32..12,
        blocks in vec(vec((0u64..40, 0u8..4), 0..4), 0..60),
    ) {
        build_and_execute(|| {
            MaxRecordsPerAnchor::set(max);
            let mut of_task = [0; 40];
            for (number, deliveries) in (2..).zip(blocks) {
                start_block(number);
                for (task, model) in deliveries {
                    let place = usize::try_from(task).unwrap();
                    of_task[place] += 1;
                    // A task pays no more ranks than that.
                    if of_task[place] <= 16 {
                        assert!(record(task, model).is_some());
                    }
                }
            }
            check_everything();
            Provenances::do_try_state().expect("the invariants hold");
        });
    }
}

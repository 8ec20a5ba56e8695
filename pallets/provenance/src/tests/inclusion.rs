use crate::{mock::*, Anchors};
use nocknock_primitives::provenance::InclusionError;
use proptest::prelude::*;

#[test]
fn a_pending_or_unknown_record_has_no_proof() {
    build_and_execute(|| {
        record_many(2);
        assert_eq!(Provenances::inclusion_proof(1), None);
        end_period();
        assert!(Provenances::inclusion_proof(1).is_some());
        assert_eq!(Provenances::inclusion_proof(2), None);
    });
}

#[test]
fn a_single_record_needs_no_siblings() {
    build_and_execute(|| {
        record_many(1);
        end_period();
        let proof = Provenances::inclusion_proof(0).unwrap();
        assert!(proof.siblings.is_empty());
        let anchor = Anchors::<Test>::get(0).unwrap();
        assert_eq!(proof.verify(GENESIS, &recorded(0), &anchor), Ok(()));
    });
}

#[test]
fn a_proof_of_another_anchor_is_refused() {
    build_and_execute(|| {
        record_many(3);
        end_period();
        record_many(3);
        end_period();
        let [first, second] = [0, 1].map(|number| Anchors::<Test>::get(number).unwrap());
        let proof = Provenances::inclusion_proof(1).unwrap();
        let refused = proof.verify(GENESIS, &recorded(1), &second);
        assert_eq!(refused, Err(InclusionError::OtherAnchor { expected: 0, given: 1 }));
        let renamed = nocknock_primitives::provenance::Anchor { number: 0, ..second };
        let refused = proof.verify(GENESIS, &recorded(1), &renamed);
        assert_eq!(refused, Err(InclusionError::OtherRecord(1)));
        let shifted = nocknock_primitives::provenance::Anchor { first: 0, ..renamed };
        let refused = proof.verify(GENESIS, &recorded(1), &shifted);
        assert_eq!(refused, Err(InclusionError::WrongRoot));
        assert_eq!(proof.verify(GENESIS, &recorded(1), &first), Ok(()));
    });
}

#[test]
fn a_record_of_another_chain_is_refused() {
    build_and_execute(|| {
        record_many(3);
        end_period();
        let anchor = Anchors::<Test>::get(0).unwrap();
        let proof = Provenances::inclusion_proof(2).unwrap();
        let refused = proof.verify([0x12; 32], &recorded(2), &anchor);
        assert_eq!(refused, Err(InclusionError::WrongRoot));
    });
}

#[test]
fn two_deliveries_that_say_the_same_have_different_leaves() {
    build_and_execute(|| {
        for _ in 0..2 {
            assert!(record(1, 1).is_some());
        }
        end_period();
        let anchor = Anchors::<Test>::get(0).unwrap();
        let mut proof = Provenances::inclusion_proof(0).unwrap();
        assert_eq!(proof.verify(GENESIS, &recorded(0), &anchor), Ok(()));
        proof.record = 1;
        let refused = proof.verify(GENESIS, &recorded(1), &anchor);
        assert_eq!(refused, Err(InclusionError::WrongRoot));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_proof_of_each_record_verifies_and_no_flipped_byte_does(
        count in 0u64..=70,
        place in 0usize..32,
        bit in 0u32..8,
    ) {
        build_and_execute(|| {
            record_many(count);
            end_period();
            for id in 0..count {
                let anchor = Anchors::<Test>::get(0).unwrap();
                let proof = Provenances::inclusion_proof(id).unwrap();
                assert_eq!(proof.verify(GENESIS, &recorded(id), &anchor), Ok(()));
                for sibling in 0..proof.siblings.len() {
                    let mut changed = proof.clone();
                    changed.siblings[sibling][place] ^= 1 << bit;
                    let refused = changed.verify(GENESIS, &recorded(id), &anchor);
                    assert_eq!(refused, Err(InclusionError::WrongRoot));
                }
                let mut changed = recorded(id);
                changed.model.0[place] ^= 1 << bit;
                let refused = proof.verify(GENESIS, &changed, &anchor);
                assert_eq!(refused, Err(InclusionError::WrongRoot));
            }
        });
    }
}

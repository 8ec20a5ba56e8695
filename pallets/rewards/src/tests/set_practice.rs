use super::builders::*;
use crate::{mock::*, Error, Event, Practice};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    ids::CircuitId,
    limits::List,
    model::{
        shape::{Dimensions, ShapeName},
        MlpShape,
    },
    reward::PracticeSpec,
    score::Score,
};
use sp_runtime::traits::BadOrigin;

fn set(spec: PracticeSpec) -> Result<(), sp_runtime::DispatchError> {
    let result = Rewards::set_practice(RuntimeOrigin::root(), Box::new(spec));
    result.map(|_| ()).map_err(|refused| refused.error)
}

#[test]
fn the_council_sets_another_block() {
    build_and_execute(|| {
        let before = Practice::<Test>::get().unwrap();
        let mut spec = practice_spec();
        spec.block.rows = List::truncate_from(practice_rows(4));
        spec.min_score = Score::new(1, 1);
        assert_ok!(set(spec.clone()));
        let (terms, block) = Rewards::practice().unwrap();
        assert_ne!(terms.root, before.root);
        assert_eq!((terms.rows, terms.min_score), (4, Score::new(1, 1)));
        assert_eq!(block, spec.block);
        System::assert_last_event(
            Event::PracticeSet {
                circuit: SCORE,
                root: terms.root,
                rows: 4,
                min_score: Score::new(1, 1),
            }
            .into(),
        );
    });
}

#[test]
fn nobody_else_may() {
    build_and_execute(|| {
        let call = Rewards::set_practice(RuntimeOrigin::signed(bob()), Box::new(practice_spec()));
        assert_noop!(call, BadOrigin);
    });
}

#[test]
fn registered_workers_stay_and_proofs_for_the_old_block_are_refused() {
    build_and_execute(|| {
        let (old, again) = (registration(&dave()), registration(&bob()));
        assert_ok!(apply_bare(again));
        let mut spec = practice_spec();
        spec.block.rows = List::truncate_from(practice_rows(5));
        assert_ok!(set(spec));
        assert!(may_work(&bob()));
        assert_noop!(dispatch_bare(old), Error::<Test>::ScoreTooHigh);
        let proof = practice_proof(&dave(), 0, 5);
        assert_ok!(apply_bare(registration_with(&dave(), 5, proof)));
    });
}

#[test]
fn only_an_active_score_circuit_is_taken() {
    build_and_execute(|| {
        for circuit in [DELIVERY, CircuitId([9; 32])] {
            let spec = PracticeSpec { circuit, ..practice_spec() };
            assert_noop!(set(spec), Error::<Test>::CircuitNotActive);
        }
        neighbours(|neighbours| neighbours.disabled.push(SCORE));
        assert_noop!(set(practice_spec()), Error::<Test>::CircuitNotActive);
    });
}

#[test]
fn a_malformed_block_is_refused() {
    build_and_execute(|| {
        let mut spec = practice_spec();
        spec.block.salt = [0xff; 32];
        assert_noop!(set(spec), Error::<Test>::BadSalt);
        for rows in [vec![], vec![9], practice_rows(0), vec![0xff; 100]] {
            let mut spec = practice_spec();
            spec.block.rows = List::truncate_from(rows);
            assert_noop!(set(spec), Error::<Test>::MalformedRows);
        }
    });
}

#[test]
fn a_minimum_that_is_no_ratio_is_refused() {
    build_and_execute(|| {
        for min_score in [Score::new(2, 1), Score::new(0, 0)] {
            let spec = PracticeSpec { min_score, ..practice_spec() };
            assert_noop!(set(spec), Error::<Test>::BadMinimum);
        }
    });
}

#[test]
fn a_shape_too_large_for_the_chain_is_refused() {
    build_and_execute(|| {
        // One element for each row.
        let dimensions = Dimensions {
            inputs: 62,
            hidden: 8,
            classes: 3,
            input_bits: 4,
            weight_bits: 6,
            hidden_bias_bits: 12,
            output_bias_bits: 14,
            shift: 6,
            preactivation_bits: 16,
            gap_bits: 20,
            block_rows: 2_001,
        };
        let name = ShapeName::new("large").unwrap();
        let shape = MlpShape::new(name, dimensions).expect("the shape is usable off the chain");
        let circuit = CircuitId([8; 32]);
        neighbours(|neighbours| neighbours.circuits.push((circuit, shape)));
        let spec = PracticeSpec { circuit, ..practice_spec() };
        assert_noop!(set(spec), Error::<Test>::ShapeTooLarge);
    });
}

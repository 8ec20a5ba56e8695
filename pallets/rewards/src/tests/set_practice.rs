use super::builders::*;
use crate::{mock::*, Error, Event, Practice};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use nocknock_primitives::{
    ids::CircuitId,
    limits::List,
    model::{Architecture, Description, Label, Sample},
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
        assert_ok!(apply_bare(registration_with(&dave(), practice_proof(&dave(), 0, 5))));
    });
}

#[test]
fn only_an_active_score_circuit_is_taken() {
    build_and_execute(|| {
        for circuit in [DELIVERY, CircuitId([9; 32])] {
            let spec = PracticeSpec { circuit, ..practice_spec() };
            assert_noop!(set(spec), Error::<Test>::CircuitNotActive);
        }
        neighbours(|neighbours| neighbours.retired.push(SCORE));
        assert_noop!(set(practice_spec()), Error::<Test>::CircuitNotActive);
        neighbours(|neighbours| neighbours.disabled.push(SCORE));
        assert_noop!(set(practice_spec()), Error::<Test>::CircuitNotActive);
    });
}

#[test]
fn a_malformed_block_is_refused() {
    build_and_execute(|| {
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
fn a_salt_may_be_any_bytes() {
    build_and_execute(|| {
        let mut spec = practice_spec();
        spec.block.salt = [0xff; 32];
        assert_ok!(set(spec));
    });
}

/// A practice block of one row, of an architecture with so many inputs and as many rows as there
/// can be.
fn wide_practice(inputs: u16) -> PracticeSpec {
    let description = Description {
        inputs,
        input_bits: 1,
        hidden: List::default(),
        head: tiny().head,
        samples: 4_096,
    };
    let architecture = Architecture::new(description).expect("it is usable off the chain");
    let sample = Sample { inputs: vec![1; inputs.into()], label: Label::Class(1) };
    let rows = wire(&architecture, vec![sample]);
    let circuit = CircuitId([8; 32]);
    neighbours(|neighbours| neighbours.circuits = vec![(circuit, architecture)]);
    let mut spec = PracticeSpec { circuit, ..practice_spec() };
    spec.block.rows = List::truncate_from(rows);
    spec
}

#[test]
fn an_architecture_too_large_for_the_chain_is_refused() {
    build_and_execute(|| {
        assert_noop!(set(wide_practice(129)), Error::<Test>::ArchitectureTooLarge);
        assert_ok!(set(wide_practice(128)));
    });
}

#[test]
fn what_is_not_read_is_given_back() {
    build_and_execute(|| {
        let call = crate::Call::<Test>::set_practice { practice: Box::new(practice_spec()) };
        let charged = call.get_dispatch_info().call_weight;
        let done = Rewards::do_set_practice(practice_spec()).expect("the block is well formed");
        let used = done.actual_weight.expect("the weight is known");
        assert!(used.ref_time() < charged.ref_time() / 10, "{used:?} of {charged:?}");
    });
}

use super::*;
use ark_ff::{AdditiveGroup, Field};

/// `x · x = y`, `x + y + y − y = z`, with x and z public.
fn example(recording: bool) -> Synthesizer {
    let [x, z] = [3u8, 12].map(Fr::from);
    let mut cs = if recording {
        Synthesizer::recording(&[x, z])
    } else {
        Synthesizer::assigning(&[x, z], 4)
    };
    cs.section("square");
    let y = cs.witness(x * x);
    cs.enforce(wire(1), wire(1), wire(y));
    cs.section("sum");
    let sum = [(Fr::ONE, y), (Fr::ONE, 1), (Fr::ONE, y), (-Fr::ONE, y), (Fr::ZERO, ONE)];
    cs.enforce_equal(sum, wire(2));
    cs
}

#[test]
fn both_ways_allocate_the_same_assignment() {
    assert_eq!(*example(true).into_assignment(), *example(false).into_assignment());
    assert_eq!(example(false).into_matrices(), None);
}

#[test]
fn rows_are_sorted_merged_and_without_zeros() {
    let matrices = example(true).into_matrices().unwrap();
    let [a, b, c] = matrices.abc();
    assert_eq!(a[1], [(Fr::ONE, 1), (Fr::ONE, 3)]);
    assert_eq!(b[1], [(Fr::ONE, ONE)]);
    assert_eq!(c[1], [(Fr::ONE, 2)]);
    assert_eq!((matrices.constraints(), matrices.wires(), matrices.public()), (2, 4, 2));
    assert_eq!(matrices.entries(), 7);
    assert_eq!(matrices.domain_size(), 8);
}

#[test]
fn rows_are_counted_by_section() {
    let mut cs = example(true);
    cs.section("square");
    cs.enforce([], [], []);
    let matrices = cs.into_matrices().unwrap();
    assert_eq!(matrices.rows_by_section(), [("square", 2), ("sum", 1)]);
}

#[test]
fn wires_are_found_by_section() {
    let mut cs = example(true);
    cs.section("more");
    let more = [cs.witness(Fr::ZERO), cs.witness(Fr::ONE)];
    // A section that is taken up again goes on.
    cs.section("more");
    let last = cs.witness(Fr::ONE);
    let matrices = cs.into_matrices().unwrap();
    assert_eq!(matrices.wires_of("square"), [3]);
    assert_eq!(matrices.wires_of("sum"), [0; 0]);
    assert_eq!(matrices.wires_of("more"), [more[0], more[1], last]);
    assert_eq!(matrices.sections().len(), 3);
    assert_eq!(matrices.rows_by_section(), [("square", 1), ("sum", 1)]);
}

#[test]
fn violations_are_found_and_named() {
    let matrices = example(true).into_matrices().unwrap();
    let mut assignment = example(false).into_assignment();
    assert!(matrices.is_satisfied_by(&assignment));
    assert!(!matrices.is_satisfied_by(&assignment[..3]));
    assignment[2] += Fr::ONE;
    assert_eq!(matrices.violated_sections(&assignment), ["sum"]);
    assignment[3] += Fr::ONE;
    assert_eq!(matrices.violated_sections(&assignment), ["square"]);
    assert_eq!(matrices.violated_rows(&assignment).collect::<Vec<_>>(), [0]);
}

#[test]
fn an_assignment_that_does_not_start_with_one_satisfies_nothing() {
    let matrices = example(true).into_matrices().unwrap();
    assert!(!matrices.is_satisfied_by(&[Fr::ZERO; 4]));
}

#[test]
fn the_hash_sees_every_entry_and_count() {
    let honest = example(true).into_matrices().unwrap().hash();
    let mut other = example(true);
    other.witness(Fr::ZERO);
    assert_ne!(other.into_matrices().unwrap().hash(), honest);
    let mut other = example(true);
    other.enforce([], [], []);
    assert_ne!(other.into_matrices().unwrap().hash(), honest);
    assert_eq!(example(true).into_matrices().unwrap().hash(), honest);
}

#[test]
fn debug_output_shows_no_values() {
    assert_eq!(format!("{:?}", example(false)), "Synthesizer { wires: 4, .. }");
}

#[test]
fn what_follows_from_an_overridden_wire_follows_it() {
    let circuit = |cs: &mut Synthesizer| {
        let root = cs.witness(Fr::from(3u8));
        let square = cs.witness(cs.value(root).square());
        cs.enforce(wire(root), wire(root), wire(square));
    };
    let mut recorded = Synthesizer::recording(&[]);
    circuit(&mut recorded);
    let matrices = recorded.into_matrices().unwrap();
    let assignment = |wire: usize| {
        let mut cs = Synthesizer::overriding(&[], [(wire, Fr::from(5u8))].into());
        circuit(&mut cs);
        cs.into_assignment()
    };
    assert_eq!(*assignment(1), [1u8, 5, 25].map(Fr::from));
    assert!(matrices.is_satisfied_by(&assignment(1)));
    assert_eq!(*assignment(2), [1u8, 3, 5].map(Fr::from));
    assert!(!matrices.is_satisfied_by(&assignment(2)));
}

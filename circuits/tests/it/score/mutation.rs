//! No wire can take another value alone: whatever a prover changes, a row breaks. Rows are
//! evaluated from the matrices, not from values that a constraint system has cached.

use crate::support::{random_private, rng, TINY};
use ark_bn254::Fr;
use ark_ff::{Field, UniformRand};
use ark_std::rand::{seq::SliceRandom, Rng};
use nocknock_circuits::{delivery, r1cs::Matrices, score::Circuit};
use nocknock_primitives::model::{shape::DIGITS_64X32X10, MlpShape};

/// Rows in which each wire occurs.
fn rows_of_wires(matrices: &Matrices) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); matrices.wires()];
    for matrix in matrices.abc() {
        for (row, terms) in matrix.iter().enumerate() {
            terms.iter().for_each(|(_, wire)| rows[*wire].push(row));
        }
    }
    rows
}

fn is_violated(matrices: &Matrices, row: usize, assignment: &[Fr]) -> bool {
    let [a, b, c] = matrices.abc().each_ref().map(|matrix| {
        matrix[row].iter().map(|(coefficient, wire)| *coefficient * assignment[*wire]).sum::<Fr>()
    });
    a * b != c
}

/// Changes these wires one by one, in several ways each.
pub(crate) fn assert_each_is_bound(
    matrices: &Matrices,
    mut assignment: Vec<Fr>,
    wires: impl Iterator<Item = usize>,
    rng: &mut impl Rng,
) {
    assert!(matrices.is_satisfied_by(&assignment));
    let rows = rows_of_wires(matrices);
    for wire in wires {
        let honest = assignment[wire];
        let changes = [honest + Fr::ONE, honest - Fr::ONE, Fr::ONE - honest, Fr::rand(rng)];
        for changed in changes.into_iter().filter(|changed| *changed != honest) {
            assignment[wire] = changed;
            let caught = rows[wire].iter().any(|row| is_violated(matrices, *row, &assignment));
            assert!(caught, "wire {wire} can be {changed} instead of {honest}");
        }
        assignment[wire] = honest;
    }
}

fn score_assignment(
    circuit: &Circuit,
    shape: &MlpShape,
    rng: &mut ark_std::rand::rngs::StdRng,
) -> Vec<Fr> {
    let private = random_private(shape, rng);
    let public = private.public_inputs(shape, Fr::rand(rng)).unwrap();
    circuit.assign(&public, &private).to_vec()
}

#[test]
fn mutating_any_wire_of_the_small_score_circuit_breaks_a_row() {
    let circuit = Circuit::compile(TINY);
    let mut rng = rng(8);
    for _ in 0..3 {
        let assignment = score_assignment(&circuit, TINY, &mut rng);
        let wires = 1..circuit.matrices().wires();
        assert_each_is_bound(circuit.matrices(), assignment, wires, &mut rng);
    }
}

#[test]
fn mutating_a_sample_of_the_full_score_circuit_breaks_a_row() {
    let circuit = Circuit::compile(&DIGITS_64X32X10);
    let mut rng = rng(9);
    let assignment = score_assignment(&circuit, &DIGITS_64X32X10, &mut rng);
    let mut wires: Vec<usize> = (1..circuit.matrices().wires()).collect();
    wires.shuffle(&mut rng);
    let sample = wires.into_iter().take(5000).chain(1..6);
    assert_each_is_bound(circuit.matrices(), assignment, sample, &mut rng);
}

#[test]
fn mutating_any_wire_of_the_delivery_circuit_breaks_a_row() {
    let mut rng = rng(10);
    for shape in [TINY, &DIGITS_64X32X10] {
        let circuit = delivery::Circuit::compile(shape);
        let weights = crate::support::random_weights(shape, &mut rng);
        let [key, salt, context] = [0; 3].map(|_| Fr::rand(&mut rng));
        let private = delivery::Private::new(shape, key, salt, &weights).unwrap();
        let public = private.public_inputs(shape, context);
        let assignment = circuit.assign(&public, &private).to_vec();
        let wires = 1..circuit.matrices().wires();
        assert_each_is_bound(circuit.matrices(), assignment, wires, &mut rng);
    }
}

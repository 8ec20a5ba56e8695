//! Randomness, what a circuit demands of its inputs, and wires that are changed one by one.

use ark_bn254::Fr;
use ark_ff::{Field, UniformRand};
use ark_std::rand::{rngs::StdRng, Rng, SeedableRng};
use nocknock_circuits::{r1cs::Matrices, Circuit, Statement};

/// Randomness that is the same in every run.
pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// What a circuit demands a public input to be: the left side of the row `x · 1 = input`.
pub(crate) fn computed<S: Statement>(
    circuit: &Circuit<S>,
    public: &S::Public,
    private: &S::Private,
    input: usize,
) -> Fr {
    let assignment = circuit.assign(public, private);
    let [a, _, c] = circuit.matrices().abc();
    let row = c.iter().position(|terms| terms[..] == [(Fr::from(1u8), input)]).unwrap();
    a[row].iter().map(|(coefficient, wire)| *coefficient * assignment[*wire]).sum()
}

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

/// Changes these wires one by one, in several ways each. Rows are evaluated from the matrices, not
/// from values that a constraint system has cached.
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

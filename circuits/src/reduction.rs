//! From constraints to polynomials the way snarkjs does it.
//!
//! Groth16 needs `H(X) = (A(X)·B(X) − C(X)) / Z(X)` in the exponent, where A, B and C interpolate
//! the rows of the constraint system over a domain of n-th roots of unity and Z vanishes there.
//! arkworks' default computes the n − 1 coefficients of H, and its keys hold `τ^i·Z(τ)/δ`.
//!
//! snarkjs avoids the division. `H·Z` has degree below 2n − 1, so its values on the 2n-th roots
//! of unity determine it, and on the even ones it is zero because the constraints hold. Its keys
//! hold the Lagrange basis of the odd ones, `L_{2i+1}(τ)/δ`, and the prover supplies the n values
//! of `A·B − C` there. The values of C on the domain are those of `A·B`, so the matrix of C is
//! not needed for proving, and one transform of seven falls away.

use ark_ff::PrimeField;
use ark_groth16::r1cs_to_qap::{evaluate_constraint, LibsnarkReduction, R1CSToQAP};
use ark_poly::EvaluationDomain;
use ark_relations::{
    gr1cs::{ConstraintSystemRef, SynthesisError},
    utils::matrix::Matrix,
};
use rayon::prelude::*;

/// The reduction that keys from a snarkjs ceremony are made for.
#[derive(Clone, Copy, Debug)]
pub struct CircomReduction;

impl R1CSToQAP for CircomReduction {
    fn instance_map_with_evaluation<F: PrimeField, D: EvaluationDomain<F>>(
        cs: ConstraintSystemRef<F>,
        t: &F,
    ) -> Result<(Vec<F>, Vec<F>, Vec<F>, F, usize, usize), SynthesisError> {
        LibsnarkReduction::instance_map_with_evaluation::<F, D>(cs, t)
    }

    /// Values of `A·B − C` on the odd 2n-th roots of unity. Of the matrices only the first two
    /// are used: the assignment is taken to satisfy the constraints, and a proof made from one
    /// that does not is refused by every verifier.
    fn witness_map_from_matrices<F: PrimeField, D: EvaluationDomain<F>>(
        matrices: &[Matrix<F>],
        num_inputs: usize,
        num_constraints: usize,
        full_assignment: &[F],
    ) -> Result<Vec<F>, SynthesisError> {
        let [matrix_a, matrix_b, ..] = matrices else {
            return Err(SynthesisError::Unsatisfiable);
        };
        let inputs = full_assignment.get(..num_inputs).ok_or(SynthesisError::AssignmentMissing)?;
        let domain = domain::<F, D>(num_constraints + num_inputs)?;
        let odd = odd_roots::<F, D>(&domain)?;

        let mut a = row_values(matrix_a, full_assignment, inputs, domain.size());
        let mut b = row_values(matrix_b, full_assignment, &[], domain.size());
        let mut c = domain.mul_polynomials_in_evaluation_domain(&a, &b);
        for values in [&mut a, &mut b, &mut c] {
            domain.ifft_in_place(values);
            odd.fft_in_place(values);
        }
        let mut h = odd.mul_polynomials_in_evaluation_domain(&a, &b);
        h.par_iter_mut().zip(&c).for_each(|(ab, c)| *ab -= c);
        Ok(h)
    }

    /// `L_{2i+1}(t)/δ` for the n odd 2n-th roots of unity.
    fn h_query_scalars<F: PrimeField, D: EvaluationDomain<F>>(
        max_power: usize,
        t: F,
        _: F,
        delta_inverse: F,
    ) -> Result<Vec<F>, SynthesisError> {
        let doubled = domain::<F, D>(2 * (max_power + 1))?;
        let lagrange = doubled.evaluate_all_lagrange_coefficients(t);
        Ok(lagrange.into_iter().skip(1).step_by(2).map(|value| value * delta_inverse).collect())
    }
}

fn domain<F: PrimeField, D: EvaluationDomain<F>>(size: usize) -> Result<D, SynthesisError> {
    D::new(size).ok_or(SynthesisError::PolynomialDegreeTooLarge)
}

/// The coset of the domain that holds the odd roots of unity of twice its order.
fn odd_roots<F: PrimeField, D: EvaluationDomain<F>>(domain: &D) -> Result<D, SynthesisError> {
    let doubled = self::domain::<F, D>(2 * domain.size())?;
    domain.get_coset(doubled.group_gen()).ok_or(SynthesisError::PolynomialDegreeTooLarge)
}

/// A matrix times the assignment, then `appended`, then zeros up to `size`.
fn row_values<F: PrimeField>(
    matrix: &Matrix<F>,
    assignment: &[F],
    appended: &[F],
    size: usize,
) -> Vec<F> {
    let mut values = Vec::with_capacity(size);
    let products = matrix.par_iter();
    values.par_extend(products.map(|row| evaluate_constraint(row, assignment)));
    values.extend_from_slice(appended);
    values.resize(size, F::ZERO);
    values
}

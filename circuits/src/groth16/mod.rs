//! The prover of Groth16.
//!
//! For an assignment `z` and random numbers r and s, a proof is
//!
//! ```text
//! A = α + Σ z_i·A_i + r·δ                                     in G1
//! B = β + Σ z_i·B_i + s·δ                                     in G2
//! C = Σ z_i·L_i + Σ h_j·H_j + s·A + r·(β + Σ z_i·B_i)         in G1
//! ```
//!
//! where h is the quotient, in the form that the key's [`Reduction`] has points for, and L counts
//! private wires alone. That is, point by point, the proof of `ark-groth16` for the same r and s.
//! What differs is how the five sums are computed: the scalars are sorted by size once for the four
//! sums over `z`, and large ones go to a multiplication that takes less time than that of `ark-ec`.

mod sums;

use crate::{keys::Reduction, r1cs::Matrices, reduction::CircomReduction};
use ark_bn254::{Bn254, Fr, G1Projective, G2Projective};
use ark_ec::CurveGroup;
use ark_ff::UniformRand;
use ark_groth16::{
    r1cs_to_qap::{LibsnarkReduction, R1CSToQAP},
    ProvingKey,
};
use ark_poly::GeneralEvaluationDomain;
use ark_relations::gr1cs::SynthesisError;
use ark_std::rand::{CryptoRng, RngCore};
use nocknock_groth16::Proof;
use sums::{dense_sum, Scalars};
use zeroize::Zeroizing;

/// Proves that an assignment `(1, public inputs, private wires)` satisfies a constraint system,
/// under a key that was made for it and for this reduction.
///
/// `rng` must be secret: whoever knows its numbers can learn about private wires from the proof.
///
/// **Verify what comes out before it leaves the machine.** An assignment that violates a row, or a
/// key of another circuit, leads to a proof as well, one that no verifier accepts.
///
/// # Errors
///
/// [`AssignmentMissing`](SynthesisError::AssignmentMissing) if the assignment does not have one
/// value for each wire, [`PolynomialDegreeTooLarge`](SynthesisError::PolynomialDegreeTooLarge) if
/// the field has no evaluation domain of the system's size.
pub fn prove(
    points: &ProvingKey<Bn254>,
    reduction: Reduction,
    matrices: &Matrices,
    assignment: &[Fr],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Proof, SynthesisError> {
    if assignment.len() != matrices.wires() {
        return Err(SynthesisError::AssignmentMissing);
    }
    let [r, s] = [(); 2].map(|()| Zeroizing::new(Fr::rand(rng)));
    let (h, wires) =
        rayon::join(|| quotient(reduction, matrices, assignment), || Scalars::sorted(assignment));
    let h = h?;
    let (h, wires) = rayon::join(
        || dense_sum(h, &points.h_query),
        || WireSums::compute(wires, points, matrices.public() + 1),
    );
    Ok(combined(points, &wires, h, &r, &s))
}

/// The quotient in the form that the key has points for.
fn quotient(
    reduction: Reduction,
    matrices: &Matrices,
    assignment: &[Fr],
) -> Result<Zeroizing<Vec<Fr>>, SynthesisError> {
    let reduced = match reduction {
        Reduction::Libsnark => quotient_by::<LibsnarkReduction>(matrices, assignment),
        Reduction::Circom => quotient_by::<CircomReduction>(matrices, assignment),
    };
    reduced.map(Zeroizing::new)
}

fn quotient_by<R: R1CSToQAP>(
    matrices: &Matrices,
    assignment: &[Fr],
) -> Result<Vec<Fr>, SynthesisError> {
    R::witness_map_from_matrices::<Fr, GeneralEvaluationDomain<Fr>>(
        matrices.abc(),
        matrices.public() + 1,
        matrices.constraints(),
        assignment,
    )
}

/// The sums over the wires, each wire's points times its value.
struct WireSums {
    a: G1Projective,
    b_g1: G1Projective,
    b_g2: G2Projective,
    l: G1Projective,
}

impl WireSums {
    /// The sums for the values of all wires; number `private` is the first private one. The values
    /// are wiped at the end.
    fn compute(wires: Scalars, points: &ProvingKey<Bn254>, private: usize) -> Self {
        let a = || wires.sum(&points.a_query, 0);
        let b_g1 = || wires.sum(&points.b_g1_query, 0);
        let b_g2 = || wires.sum(&points.b_g2_query, 0);
        let l = || wires.sum(&points.l_query, private);
        let ((b_g2, b_g1), (a, l)) = rayon::join(|| rayon::join(b_g2, b_g1), || rayon::join(a, l));
        Self { a, b_g1, b_g2, l }
    }
}

/// The proof from its sums, blinded with r and s.
fn combined(
    points: &ProvingKey<Bn254>,
    wires: &WireSums,
    h: G1Projective,
    r: &Fr,
    s: &Fr,
) -> Proof {
    let a = points.delta_g1 * r + wires.a + points.vk.alpha_g1;
    let b = points.vk.delta_g2 * s + wires.b_g2 + points.vk.beta_g2;
    let c = a * s + (wires.b_g1 + points.beta_g1) * r + wires.l + h;
    Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() }
}

#[cfg(test)]
mod tests;

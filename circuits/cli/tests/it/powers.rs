//! Powers of tau in the form that `snarkjs powersoftau prepare phase2` leaves, with a secret that
//! this file states.
//!
//! snarkjs needs minutes to prepare powers for a circuit of a few thousand rows. The test that
//! rehearses a whole ceremony lets snarkjs make them for a smaller circuit.

use std::{fs, path::Path};

use ark_bn254::{Fq, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{scalar_mul::BatchMulPreprocessing, AffineRepr, PrimeGroup};
use ark_ff::{BigInt, BigInteger, Field, PrimeField, Zero};
use ark_poly::{EvaluationDomain, GeneralEvaluationDomain};

type Sections = Vec<(u32, Vec<u8>)>;

/// Writes prepared powers for domains up to `2^power`.
pub(super) fn write_powers(path: &Path, power: u32) {
    let (tau, alpha, beta) = (Fr::from(0x7a0u64), Fr::from(0xa1fau64), Fr::from(0xbe7au64));
    let one = Fr::from(1u8);
    let size = 1 << power;
    let mut sections = vec![(1, header(power))];
    sections.push((2, in_g1(&powers(tau, one, 2 * size - 1))));
    sections.push((3, in_g2(&powers(tau, one, size))));
    sections.push((4, in_g1(&powers(tau, alpha, size))));
    sections.push((5, in_g1(&powers(tau, beta, size))));
    sections.push((6, in_g2(&[beta])));
    sections.push((7, 0u32.to_le_bytes().to_vec()));
    sections.push((12, in_g1(&lagrange(tau, one, power + 1))));
    sections.push((13, in_g2(&lagrange(tau, one, power))));
    sections.push((14, in_g1(&lagrange(tau, alpha, power))));
    sections.push((15, in_g1(&lagrange(tau, beta, power))));
    fs::write(path, container(&sections)).expect("the powers cannot be written");
}

fn header(power: u32) -> Vec<u8> {
    let mut bytes = 32u32.to_le_bytes().to_vec();
    bytes.extend(Fq::MODULUS.to_bytes_le());
    bytes.extend(power.to_le_bytes());
    bytes.extend(power.to_le_bytes());
    bytes
}

fn powers(tau: Fr, factor: Fr, count: usize) -> Vec<Fr> {
    std::iter::successors(Some(factor), |last| Some(*last * tau)).take(count).collect()
}

/// The Lagrange polynomials at tau for every domain up to `2^power`, smallest first.
fn lagrange(tau: Fr, factor: Fr, power: u32) -> Vec<Fr> {
    let domains = (0..=power).map(|power| GeneralEvaluationDomain::<Fr>::new(1 << power));
    domains
        .flat_map(|domain| {
            let domain = domain.expect("the field has these roots of unity");
            domain.evaluate_all_lagrange_coefficients(tau)
        })
        .map(|value| value * factor)
        .collect()
}

fn in_g1(scalars: &[Fr]) -> Vec<u8> {
    let table = BatchMulPreprocessing::new(G1Projective::generator(), scalars.len());
    let points: Vec<G1Affine> = table.batch_mul(scalars);
    let coordinates = points.iter().flat_map(|point| {
        let (x, y) = point.xy().unwrap_or((Fq::zero(), Fq::zero()));
        [x, y]
    });
    coordinates.flat_map(montgomery).collect()
}

fn in_g2(scalars: &[Fr]) -> Vec<u8> {
    let table = BatchMulPreprocessing::new(G2Projective::generator(), scalars.len());
    let points: Vec<G2Affine> = table.batch_mul(scalars);
    let coordinates = points.iter().flat_map(|point| {
        let (x, y) = point.xy().unwrap_or_default();
        [x.c0, x.c1, y.c0, y.c1]
    });
    coordinates.flat_map(montgomery).collect()
}

/// Little-endian bytes of a coordinate times 2^256.
fn montgomery(value: Fq) -> Vec<u8> {
    let shift = Fq::from(BigInt::<4>::one() << 128).square();
    (value * shift).into_bigint().to_bytes_le()
}

fn container(sections: &Sections) -> Vec<u8> {
    let mut bytes = b"ptau".to_vec();
    bytes.extend(1u32.to_le_bytes());
    bytes.extend((sections.len() as u32).to_le_bytes());
    for (id, contents) in sections {
        bytes.extend(id.to_le_bytes());
        bytes.extend((contents.len() as u64).to_le_bytes());
        bytes.extend(contents);
    }
    bytes
}

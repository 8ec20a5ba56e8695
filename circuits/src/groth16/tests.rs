use super::*;
use crate::r1cs::{input, wire, Synthesizer};
use ark_ff::{AdditiveGroup, Field};
use ark_groth16::{Groth16, Proof as ArkProof};
use ark_std::rand::{rngs::StdRng, SeedableRng};
use nocknock_groth16::verify;

/// The square of the first public input is the second one; beside it, wires of every size.
fn example(mut cs: Synthesizer) -> Synthesizer {
    cs.enforce(wire(input(0)), wire(input(0)), wire(input(1)));
    for value in [0, 1, -1, 200, -200, 70_000, -70_000, i64::MAX, -i64::MAX].map(Fr::from) {
        square(&mut cs, value);
    }
    for bit in 0..90u8 {
        let bit = cs.witness(Fr::from(bit % 2));
        cs.enforce_boolean(|| wire(bit));
    }
    let mut value = Fr::from(3u8).inverse().unwrap();
    for _ in 0..60 {
        value = square(&mut cs, value);
    }
    cs
}

fn square(cs: &mut Synthesizer, value: Fr) -> Fr {
    let (root, square) = (cs.witness(value), cs.witness(value.square()));
    cs.enforce(wire(root), wire(root), wire(square));
    value.square()
}

fn public() -> [Fr; 2] {
    [5u8, 25].map(Fr::from)
}

fn matrices() -> Matrices {
    example(Synthesizer::recording(&public())).into_matrices().unwrap()
}

fn assignment() -> Zeroizing<Vec<Fr>> {
    example(Synthesizer::assigning(&public(), 0)).into_assignment()
}

fn key<R: R1CSToQAP>() -> ProvingKey<Bn254> {
    let mut rng = StdRng::seed_from_u64(1);
    Groth16::<Bn254, R>::generate_random_parameters_with_reduction(&matrices(), &mut rng).unwrap()
}

/// The proof of ark-groth16 for r and s as `prove` draws them.
fn ark_proof<R: R1CSToQAP>(key: &ProvingKey<Bn254>, assignment: &[Fr], mut rng: StdRng) -> Proof {
    let matrices = matrices();
    let (r, s) = (Fr::rand(&mut rng), Fr::rand(&mut rng));
    let proof = Groth16::<Bn254, R>::create_proof_with_reduction_and_matrices(
        key,
        r,
        s,
        matrices.abc(),
        matrices.public() + 1,
        matrices.constraints(),
        assignment,
    );
    let ArkProof { a, b, c } = proof.unwrap();
    Proof { a, b, c }
}

fn assert_same_as_ark<R: R1CSToQAP>(reduction: Reduction) {
    let (key, matrices) = (key::<R>(), matrices());
    let honest = assignment();
    // One that violates rows: the proof is worth nothing, but the same.
    let mut changed = honest.clone();
    changed[7] += Fr::ONE;
    for (assignment, seed) in [(&honest, 2), (&honest, 3), (&changed, 4)] {
        let rng = || StdRng::seed_from_u64(seed);
        let found = prove(&key, reduction, &matrices, assignment, &mut rng()).unwrap();
        assert_eq!(found, ark_proof::<R>(&key, assignment, rng()), "seed {seed}");
    }
}

#[test]
fn the_example_is_satisfied_and_does_not_fill_its_domain() {
    assert!(matrices().is_satisfied_by(&assignment()));
    assert!(!matrices().constraints().is_power_of_two());
}

#[test]
fn a_proof_is_that_of_ark_groth16() {
    assert_same_as_ark::<LibsnarkReduction>(Reduction::Libsnark);
    assert_same_as_ark::<CircomReduction>(Reduction::Circom);
}

#[test]
fn a_proof_holds_for_its_public_inputs_alone() {
    let (points, matrices) = (key::<LibsnarkReduction>(), matrices());
    let key = crate::keys::verifying_key(&points.vk).prepare(matrices.public()).unwrap();
    let mut rng = StdRng::seed_from_u64(5);
    let proof = prove(&points, Reduction::Libsnark, &matrices, &assignment(), &mut rng).unwrap();
    assert_eq!(verify(&key, &public(), &proof), Ok(()));
    assert!(verify(&key, &[Fr::ZERO, Fr::ZERO], &proof).is_err());
    let other = prove(&points, Reduction::Libsnark, &matrices, &assignment(), &mut rng).unwrap();
    assert_ne!(proof.a, other.a);
    assert_ne!(proof.b, other.b);
}

#[test]
fn the_reduction_must_be_that_of_the_key() {
    let (points, matrices) = (key::<CircomReduction>(), matrices());
    let key = crate::keys::verifying_key(&points.vk).prepare(matrices.public()).unwrap();
    let mut rng = StdRng::seed_from_u64(6);
    let proof = prove(&points, Reduction::Libsnark, &matrices, &assignment(), &mut rng).unwrap();
    assert!(verify(&key, &public(), &proof).is_err());
}

#[test]
fn an_assignment_of_another_length_is_refused() {
    let (points, matrices) = (key::<LibsnarkReduction>(), matrices());
    let mut rng = StdRng::seed_from_u64(7);
    let honest = assignment();
    let longer = [&honest[..], &[Fr::ZERO]].concat();
    for assignment in [&honest[..0], &honest[..1], &honest[..honest.len() - 1], &longer[..]] {
        let refused = prove(&points, Reduction::Libsnark, &matrices, assignment, &mut rng);
        assert!(matches!(refused, Err(SynthesisError::AssignmentMissing)));
    }
}

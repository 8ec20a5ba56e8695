//! No wire can take another value, neither alone nor with everything behind it.

use super::{circuit, Sealing};
use crate::support::{assert_each_is_bound, rng};
use ark_bn254::Fr;
use ark_ff::Field;
use ark_std::rand::seq::SliceRandom;
use nocknock_circuits::{
    r1cs::{Matrices, Synthesizer},
    seal::{Public, SealKey},
    PublicInputs, Statement,
};
use nocknock_primitives::model::recipient::places;
use std::{collections::BTreeMap, ops::Range};

#[test]
fn mutating_any_wire_breaks_a_row() {
    let mut rng = rng(90);
    for _ in 0..3 {
        let Sealing { public, private, .. } = Sealing::random(&mut rng);
        let assignment = circuit().assign(&public, &private).to_vec();
        let wires = 1..circuit().matrices().wires();
        assert_each_is_bound(circuit().matrices(), assignment, wires, &mut rng);
    }
}

/// The values of all wires if one of them is chosen and everything behind it follows.
fn follow(sealing: &Sealing, wire: usize, value: Fr) -> Vec<Fr> {
    let Sealing { public, private, .. } = sealing;
    let overrides = BTreeMap::from([(wire, value)]);
    let mut cs = Synthesizer::overriding(&public.to_fields(), overrides);
    SealKey::synthesize(&mut cs, &(), public, private);
    cs.into_assignment().to_vec()
}

fn section(matrices: &Matrices, name: &str) -> Range<usize> {
    let section = matrices.sections().iter().find(|section| section.name == name).unwrap();
    section.start..section.start + section.rows
}

/// The wires that the prover chooses: the key and the bits of the number.
fn free_wires(matrices: &Matrices) -> (usize, Vec<usize>) {
    let [a, _, c] = matrices.abc();
    // The first S-box follows the key, and each boolean row has its wire on the left.
    let key = c[section(matrices, "key hash").start][0].1 - 1;
    let bits = section(matrices, "ephemeral scalar bits").map(|row| a[row][0].1).collect();
    (key, bits)
}

/// Whether a row only says that something is a public input that nothing else depends on: a cheat
/// would publish what comes out.
fn is_output(matrices: &Matrices, row: usize) -> bool {
    let outputs = [places::KEY_HASH, places::EPHEMERAL_X, places::EPHEMERAL_Y, places::MASKED_KEY];
    let [_, _, c] = matrices.abc();
    outputs.iter().any(|place| c[row][..] == [(Fr::ONE, 1 + place)])
}

#[test]
fn no_derived_wire_can_be_chosen_even_if_everything_behind_it_follows() {
    let matrices = circuit().matrices();
    let sealing = Sealing::seeded(91);
    let honest = circuit().assign(&sealing.public, &sealing.private).to_vec();
    let (key, bits) = free_wires(matrices);
    let derived = 1 + places::COUNT as usize..matrices.wires();
    let mut wires: Vec<usize> =
        derived.filter(|wire| *wire != key && !bits.contains(wire)).collect();
    assert_eq!(wires.len() + 251 + 8, matrices.wires());
    wires.shuffle(&mut rng(92));
    for wire in wires.into_iter().take(300) {
        let assignment = follow(&sealing, wire, honest[wire] + Fr::ONE);
        let caught = matrices.violated_rows(&assignment).any(|row| !is_output(matrices, row));
        assert!(caught, "wire {wire}");
    }
}

/// Everything does follow: what the prover may choose breaks nothing but the comparisons with what
/// was published.
#[test]
fn key_and_number_can_be_chosen_and_everything_follows() {
    let matrices = circuit().matrices();
    let sealing = Sealing::seeded(93);
    let honest = circuit().assign(&sealing.public, &sealing.private).to_vec();
    let (key, bits) = free_wires(matrices);
    assert_eq!(honest[key], sealing.private.key);
    let assignment = follow(&sealing, key, honest[key] + Fr::ONE);
    assert_eq!(matrices.violated_sections(&assignment), ["published key hash", "masked key"]);
    assert!(matrices.violated_rows(&assignment).all(|row| is_output(matrices, row)));
    for bit in [bits[0], bits[1], bits[100], bits[249]] {
        let assignment = follow(&sealing, bit, Fr::ONE - honest[bit]);
        assert_eq!(matrices.violated_sections(&assignment), ["ephemeral point", "masked key"]);
        assert!(matrices.violated_rows(&assignment).all(|row| is_output(matrices, row)));
    }
}

/// Not even both coordinates of the shared point together, with a mask of the cheat's choice.
#[test]
fn another_shared_point_is_refused() {
    let matrices = circuit().matrices();
    let [sealing, other] = [94, 95].map(Sealing::seeded);
    let [honest, wanted] =
        [&sealing, &other].map(|sealing| circuit().assign(&sealing.public, &sealing.private));
    let rows = section(matrices, "shared point");
    let [a, ..] = matrices.abc();
    // The last two rows are the quotients, `x · denominator = numerator`.
    let [x, y] = [rows.end - 2, rows.end - 1].map(|row| a[row][0].1);
    let public: &Public = &sealing.public;
    let overrides = BTreeMap::from([(x, wanted[x]), (y, wanted[y])]);
    let mut cs = Synthesizer::overriding(&public.to_fields(), overrides);
    SealKey::synthesize(&mut cs, &(), public, &sealing.private);
    let assignment = cs.into_assignment();
    assert!(honest[x] != assignment[x] && honest[y] != assignment[y]);
    assert_eq!(matrices.violated_sections(&assignment), ["shared point", "masked key"]);
}

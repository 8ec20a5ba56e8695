//! Attacks on the order of the transcript. Those with one wrong sum and with folded inputs that fit
//! an old challenge are in `forgeries`.

use super::{
    case::{Forgery, Goods},
    transcript::{follow, forged_sums, Late},
};
use crate::{
    fold::{
        forgeries::{context, Claim, Sent},
        known, named,
    },
    support::rng,
};
use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use nocknock_circuits::fold::{Circuit, Private, Public};
use nocknock_poseidon::{packing::PACKED_BITS, sponge_hash, DomainTag};
use nocknock_primitives::model::{
    architecture::{Architecture, Dense, Description, Head},
    fold::{evaluate, fold_inputs, inputs_hash},
    samples::{Block, Label, Sample},
    transcript,
    weights::{LayerWeights, Weights},
};
use std::cmp::Ordering;

/// Public inputs that a prover would like: `C_Y` commits to its sums, and `ρ` comes from another
/// commitment.
fn under_own_challenge(late: &Late<'_>) -> Public {
    let claim = late.claim();
    let rho = late.rho;
    let folded = fold_inputs(claim.architecture, claim.known, rho);
    let inputs = inputs_hash(claim.architecture, &folded);
    let theta = transcript::theta(rho, inputs);
    let labels = claim.known.label_elements(claim.architecture);
    let evaluation = evaluate(theta, &folded, &labels);
    let context = context();
    let (commitment, sums, score) = (Fr::ZERO, Fr::ZERO, claim.score);
    let unsent = Public { context, commitment, sums, inputs, rho, theta, evaluation, score };
    let (digests, _) = claim.run(&unsent, &late.choices);
    Public { commitment: digests.commitment, sums: digests.sums, ..unsent }
}

#[test]
fn sums_that_fit_the_challenge_of_another_commitment_do_not_fit_their_own() {
    let circuit = Circuit::compile(&named("tiny-4x3x2"));
    let late = Late::find(&circuit).unwrap();
    let (claim, own) = (late.claim(), under_own_challenge(&late));
    // The circuit knows nothing of where ρ comes from.
    let (_, assignment) = claim.run(&own, &late.choices);
    assert!(circuit.matrices().is_satisfied_by(&assignment));
    let goods = Goods::of(circuit.shape(), &late.private);
    assert!(goods.score(circuit.shape(), claim.known) < own.score);
    assert_eq!(goods.commitment(circuit.shape()), own.commitment);
    // The chain does.
    let (derived, assignment) = claim.forge(Sent::default(), |_| late.choices.clone());
    assert_eq!((derived.commitment, derived.sums), (own.commitment, own.sums));
    assert_ne!(derived.rho, own.rho);
    assert_eq!(circuit.matrices().violated_sections(&assignment), ["layer"]);
}

/// One unit, whose activation is the second highest bit of its sum if the highest is set. All
/// others are dropped, and two groups of five samples fill their elements.
fn one_bit() -> Architecture {
    let dense = Dense { units: 1, weight_bits: 2, bias_bits: 2, sum_bits: 50, shift: 48 };
    let head =
        Head::Classes { classes: 2, best: 1, weight_bits: 2, bias_bits: 2, distance_bits: 3 };
    let hidden = vec![dense].try_into().unwrap();
    let description = Description { inputs: 1, input_bits: 1, hidden, head, samples: 10 };
    Architecture::new(description).unwrap()
}

/// A model that sees an activation of 1 in no sample, and would have the class right if it did.
fn blind(architecture: &Architecture) -> Private {
    let layer = |weights: &[i32], biases: &[i32]| LayerWeights {
        weights: weights.to_vec(),
        biases: biases.to_vec(),
    };
    let weights = Weights { layers: vec![layer(&[1], &[0]), layer(&[-2, 1], &[0, 0])] };
    assert_eq!(weights.is_safe(architecture), Ok(()));
    let sample = |number: u16| Sample { inputs: vec![number % 2], label: Label::Class(1) };
    let block = Block::new(architecture, (0..10).map(sample).collect()).unwrap();
    let [key, bind, sums_salt] = [81u8, 82, 83].map(Fr::from);
    Private { weights, key, bind, sums_salt, block }
}

/// `C_Y` in a transcript that leaves out the bits which the shift drops.
fn digest_of_upper_bits(circuit: &Circuit, private: &Private, assignment: &[Fr]) -> Fr {
    let matrices = circuit.matrices();
    let sums = matrices.wires_of("sum bits");
    let upper = sums.chunks(50).flat_map(|bits| &bits[48..]).copied();
    let [distances, right, labels] =
        ["distance bits", "right answers", "label bits"].map(|section| matrices.wires_of(section));
    // Behind the products of a sample's classes, but that of the last, is whether it is right.
    let right = right.chunks(2).map(|wires| wires[1]);
    let bits: Vec<usize> = upper.chain(distances).chain(right).chain(labels).collect();
    let value = |wire: &usize| assignment[*wire];
    let element = |bits: &[usize]| -> Fr {
        bits.iter().rev().fold(Fr::ZERO, |element, bit| element.double() + value(bit))
    };
    let mut inputs = vec![circuit.shape().digest(), private.sums_salt];
    inputs.extend(bits.chunks(PACKED_BITS as usize).map(element));
    inputs.extend(matrices.wires_of("tops").iter().map(value));
    sponge_hash(DomainTag::new(b"nn/fold/sums/v2_"), &inputs)
}

/// A transcript that hashes only what the activations are made of seems to bind all that matters.
/// But with the dropped bits free after `ρ`, wrong activations fold like the true ones: one in some
/// ten thousand choices for the second group leaves digits for the first that keep its bits. No
/// answer is right, and all count.
#[test]
fn dropped_bits_that_are_not_hashed_make_any_activation_fold_as_it_should() {
    let architecture = one_bit();
    let layer = architecture.layers().next().unwrap();
    assert_eq!((layer.wide_bits, layer.pack), (50, 5));
    let (circuit, private) = (Circuit::compile(&architecture), blind(&architecture));
    let block = private.block.clone();
    let goods = Goods::of(&architecture, &private);
    assert_eq!(goods.score(&architecture, &block), 0);
    let lowest = 1i64 << 48;

    // Before ρ: the upper bits of all sums, and a head that goes with them.
    let (choices, score) = follow(&circuit, &private, &[vec![lowest; 10]]);
    assert_eq!(score, 10);
    let claim = Claim { architecture: &architecture, private: &private, known: &block, score };
    let root = known(&architecture, &block).root();
    let sent = Sent { sums: Some(Fr::ZERO), ..Sent::default() };
    let (public, assignment) = claim.forge(sent, |_| choices.clone());
    let digest = digest_of_upper_bits(&circuit, &private, &assignment);
    let rho = transcript::rho(context(), public.commitment, root, digest);

    // After ρ: the others.
    let sums = forged_sums(&architecture, &private, rho, lowest..2 * lowest, &mut rng(171));
    let (late, _) = follow(&circuit, &private, &sums);
    let sent = Sent { sums: Some(digest), ..Sent::default() };
    let (public, assignment) = claim.forge(sent, |_| late.clone());
    assert_eq!(public.rho, rho);
    assert_eq!(digest_of_upper_bits(&circuit, &private, &assignment), public.sums);
    // All that the other transcript would state is satisfied.
    assert_eq!(circuit.matrices().violated_sections(&assignment), ["sums commitment"]);
    let forgery = Forgery { public, assignment, goods, known: block.clone() };
    forgery.assert_gains(&circuit, Ordering::Greater);

    // The real one hashes every bit. So the sums have another C_Y, and with it another ρ.
    let hashed = [&choices, &late].map(|choices| claim.run(&public, choices).0.sums);
    assert_ne!(hashed[0], hashed[1]);
    let (_, assignment) = claim.forge(Sent::default(), |_| late.clone());
    assert_eq!(circuit.matrices().violated_sections(&assignment), ["layer"]);
}

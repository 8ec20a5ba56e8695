use super::*;
use crate::r1cs::{wire, Matrices, Synthesizer};
use ark_ff::{Field, UniformRand};
use ark_std::rand::{rngs::StdRng, SeedableRng};
use nocknock_poseidon::{packing, sponge_hash, DomainTag, Keystream};

const TAG: DomainTag = DomainTag::new(b"test");

/// Runs a gadget and gives its rows and values.
fn run<T>(gadget: impl Fn(&mut Synthesizer) -> T) -> (T, Matrices, Vec<Fr>) {
    let mut cs = Synthesizer::recording(&[]);
    let result = gadget(&mut cs);
    let mut again = Synthesizer::assigning(&[], 0);
    gadget(&mut again);
    let assignment = again.into_assignment().to_vec();
    (result, cs.into_matrices().unwrap(), assignment)
}

fn value(terms: &[Term], assignment: &[Fr]) -> Fr {
    terms.iter().map(|(coefficient, wire)| *coefficient * assignment[*wire]).sum()
}

fn elements(count: usize) -> Vec<Fr> {
    let mut rng = StdRng::seed_from_u64(count as u64);
    (0..count).map(|_| Fr::rand(&mut rng)).collect()
}

#[test]
fn the_sponge_of_every_length_is_the_native_one() {
    for count in [0, 1, 2, 11, 12, 13, 24, 25, 60] {
        let inputs = elements(count);
        let (digest, matrices, assignment) = run(|cs| {
            let wires = inputs.iter().map(|input| wire(cs.witness(*input)).to_vec()).collect();
            sponge(cs, TAG, wires)
        });
        assert_eq!(value(&digest, &assignment), sponge_hash(TAG, &inputs), "{count} elements");
        assert!(matrices.is_satisfied_by(&assignment));
        assert_eq!(matrices.constraints(), 507 * count.div_ceil(12).max(1));
    }
}

#[test]
fn the_keystream_is_the_native_one() {
    let inputs = elements(2);
    for count in [1, 12, 13, 40] {
        let (stream, matrices, assignment) = run(|cs| {
            let wires = inputs.iter().map(|input| wire(cs.witness(*input)).to_vec()).collect();
            Sponge::absorb(cs, TAG, wires).squeeze(cs, count)
        });
        let native: Vec<Fr> = Keystream::new(TAG, &inputs).take(count).collect();
        let found: Vec<Fr> = stream.iter().map(|terms| value(terms, &assignment)).collect();
        assert_eq!(found, native);
        assert!(matrices.is_satisfied_by(&assignment));
    }
}

#[test]
fn changing_any_sbox_wire_breaks_a_row() {
    let inputs = elements(3);
    let (_, matrices, assignment) = run(|cs| {
        let wires = inputs.iter().map(|input| wire(cs.witness(*input)).to_vec()).collect();
        sponge(cs, TAG, wires)
    });
    for wire in 4..matrices.wires() {
        let mut changed = assignment.clone();
        changed[wire] += Fr::ONE;
        assert!(!matrices.is_satisfied_by(&changed), "wire {wire}");
    }
}

#[test]
fn bits_hold_exactly_the_values_of_their_width() {
    for number in -20..40 {
        let (bits, matrices, assignment) = run(|cs| Bits::allocate(cs, number, 4));
        let terms: Vec<Term> = bits.terms().collect();
        assert_eq!(value(&terms, &assignment), Fr::from(number));
        assert_eq!(matrices.is_satisfied_by(&assignment), (0..16).contains(&number), "{number}");
    }
}

#[test]
fn signed_values_hold_exactly_the_values_of_their_width() {
    for number in -20..20 {
        let (signed, matrices, assignment) = run(|cs| Signed::allocate(cs, number, 4));
        let terms: Vec<Term> = signed.terms().collect();
        assert_eq!(value(&terms, &assignment), Fr::from(number));
        assert_eq!(matrices.is_satisfied_by(&assignment), (-8..8).contains(&number), "{number}");
    }
}

#[test]
fn parts_of_bits_are_shifted_values() {
    let (bits, _, assignment) = run(|cs| Bits::allocate(cs, 0b1011_0110, 8));
    let above: Vec<Term> = bits.above(3).collect();
    assert_eq!(value(&above, &assignment), Fr::from(0b10110u8));
    let middle: Vec<Term> = bits.lowest(7).above(2).collect();
    assert_eq!(value(&middle, &assignment), Fr::from(0b01101u8));
    assert_eq!(assignment[bits.top()], Fr::ONE);
}

#[test]
fn streams_pack_as_the_native_packer_does() {
    let fields = [(5u64, 3), (1 << 50, 60), (77, 63), (1, 1), ((1 << 62) - 1, 62), (9, 63), (0, 2)];
    let mut packer = packing::Packer::new();
    fields.iter().for_each(|(value, bits)| packer.push(*value, *bits).unwrap());
    let (packed, _, assignment) = run(|cs| {
        let mut stream = Stream::new();
        for (value, bits) in fields {
            stream.push(wire(cs.witness(Fr::from(value))), bits);
        }
        stream.finish()
    });
    let found: Vec<Fr> = packed.iter().map(|terms| value(terms, &assignment)).collect();
    assert_eq!(found, packer.finish());
}

#[test]
fn an_accumulator_accepts_the_true_sum_alone() {
    for (total, holds) in [(14 + 15, true), (28, false)] {
        let (_, matrices, assignment) = run(|cs| {
            let [a, b, c, d] = [2u8, 7, 3, 5].map(|number| cs.witness(Fr::from(number)));
            let mut sum = Accumulator::default();
            sum.add(cs, (wire(a), Fr::from(2u8)), (wire(b), Fr::from(7u8)));
            sum.finish(cs, wire(c), wire(d), [(Fr::from(total), 0)]);
        });
        assert_eq!(matrices.constraints(), 2);
        assert_eq!(matrices.is_satisfied_by(&assignment), holds);
    }
}

#[test]
fn one_product_needs_no_running_sum() {
    let (_, matrices, assignment) = run(|cs| {
        let [a, b] = [2u8, 7].map(|number| cs.witness(Fr::from(number)));
        Accumulator::default().finish(cs, wire(a), wire(b), [(Fr::from(14u8), 0)]);
    });
    assert_eq!(matrices.constraints(), 1);
    assert!(matrices.is_satisfied_by(&assignment));
}

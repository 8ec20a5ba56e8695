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

#[test]
fn the_activation_is_the_shifted_sum_or_zero() {
    for number in -8..8i64 {
        for shift in 0..3 {
            let (activation, matrices, assignment) = run(|cs| {
                let sum = Signed::allocate(cs, number, 4);
                relu_shift(cs, sum.raised(), shift)
            });
            assert_eq!(assignment[activation.index], Fr::from(number.max(0) >> shift));
            assert_eq!(matrices.constraints(), 5);
            assert!(matrices.is_satisfied_by(&assignment));
        }
    }
}

#[test]
fn a_fold_is_the_sum_over_all_samples() {
    let challenge = elements(1)[0];
    for (samples, pack) in [(1, 3), (3, 3), (4, 3), (10, 3), (7, 1)] {
        let numbers = elements(samples);
        let (total, matrices, assignment) = run(|cs| {
            let challenge = cs.witness(challenge);
            let powers = Powers::allocate(cs, challenge, samples);
            let fold = Fold::new(&powers, 5, pack, samples);
            let numbers: Vec<usize> = numbers.iter().map(|number| cs.witness(*number)).collect();
            let packed = fold.pack(numbers.iter().map(|number| wire(*number)));
            fold.sum(cs, &packed)
        });
        let weighed = numbers.iter().enumerate().map(|(n, number)| {
            let place = Fr::from(1u64 << (5 * (n % pack)));
            challenge.pow([(n / pack) as u64]) * place * number
        });
        assert_eq!(assignment[total.index], weighed.sum::<Fr>(), "{samples} samples");
        assert!(matrices.is_satisfied_by(&assignment));
        let groups = samples.div_ceil(pack);
        let rows = samples.saturating_sub(2) + (groups - 1).max(1);
        assert_eq!(matrices.constraints(), rows);
    }
}

#[test]
fn a_unit_takes_the_true_sums_of_all_samples_alone() {
    let samples = [[1i64, 5], [0, 7], [6, 2], [3, 3], [7, 0]];
    for wrong in 0..=samples.len() {
        let (_, matrices, assignment) = run(|cs| {
            let challenge = cs.witness(elements(1)[0]);
            let powers = Powers::allocate(cs, challenge, 3);
            let fold = Fold::new(&powers, 8, 2, samples.len());
            let weights = [3, -2].map(|weight| Integer::allocate(cs, weight, 4));
            let unit = Unit { weights: &weights, bias: Integer::allocate(cs, 1, 4) };
            let inputs = [0, 1].map(|input| {
                let column = samples.map(|sample| cs.witness(Fr::from(sample[input])));
                let packed = fold.pack(column.map(wire));
                fold.sum(cs, &packed)
            });
            let sums = samples.iter().enumerate().map(|(n, [a, b])| {
                let error = i64::from(n == wrong);
                Signed::allocate(cs, 3 * a - 2 * b + 1 + error, 6).terms()
            });
            let sums: Vec<_> = sums.collect();
            let packed = fold.pack(sums);
            fold.enforce_unit(cs, &inputs, unit, &packed, []);
        });
        assert_eq!(matrices.is_satisfied_by(&assignment), wrong == samples.len(), "{wrong}");
    }
}

#[test]
fn exceptions_are_lowered_and_the_own_class_is_not_raised() {
    let (distances, matrices, assignment) = run(|cs| {
        let marks = [0u8, 1, 0].map(|mark| cs.witness(Fr::from(mark)));
        let distances = Distances::allocate(cs, &[6, 0, 4], 3);
        let exceptions = Exceptions::allocate(cs, &[false, false, true], 2);
        exceptions.enforce_most(cs, 2);
        let distances = distances.except(exceptions);
        let terms =
            |class: usize| distances.terms(class, wire(marks[class])).collect::<Vec<Term>>();
        [0, 1, 2].map(terms)
    });
    let found = distances.map(|terms| value(&terms, &assignment));
    assert_eq!(found, [7i64, 0, 4 + 1 - 8].map(Fr::from));
    assert!(matrices.is_satisfied_by(&assignment));
}

#[test]
fn no_more_exceptions_than_allowed_are_made() {
    let marks = [[false; 3], [true, false, false], [true, false, true], [true; 3]];
    for (marks, holds) in marks.into_iter().zip([true, true, true, false]) {
        let (_, matrices, assignment) = run(|cs| {
            let exceptions = Exceptions::allocate(cs, &marks, 2);
            exceptions.enforce_most(cs, 2);
        });
        assert_eq!(matrices.is_satisfied_by(&assignment), holds, "{marks:?}");
    }
}

#[test]
fn the_chosen_selector_is_one_and_all_others_are_zero() {
    for chosen in 0..3 {
        let (selectors, matrices, assignment) = run(|cs| {
            let selectors = OneHot::allocate(cs, chosen, 3);
            [0, 1, 2].map(|place| selectors.terms(place))
        });
        let found = selectors.map(|terms| value(&terms, &assignment));
        assert_eq!(found, [0, 1, 2].map(|place| Fr::from(place == chosen)));
        assert_eq!((matrices.constraints(), matrices.wires()), (3, 1 + 2));
        assert!(matrices.is_satisfied_by(&assignment));
    }
}

#[test]
fn exactly_one_selector_is_set() {
    let (_, matrices, honest) = run(|cs| OneHot::allocate(cs, 0, 3));
    let cases =
        [([0i64, 0], true), ([1, 0], true), ([0, 1], true), ([1, 1], false), ([2, -1], false)];
    for (selectors, holds) in cases {
        let mut assignment = honest.clone();
        assignment[1..].copy_from_slice(&selectors.map(Fr::from));
        assert_eq!(matrices.is_satisfied_by(&assignment), holds, "{selectors:?}");
    }
}

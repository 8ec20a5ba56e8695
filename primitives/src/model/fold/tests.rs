use super::*;
use crate::model::{
    architecture::{Description, Layer},
    samples::{
        generate::{seven, small, text, Numbers, CLASSES, LABELS},
        Label, Sample,
    },
};

fn first_layer(architecture: &Architecture) -> Layer {
    architecture.layers().next().unwrap()
}

fn power(base: Fr, exponent: usize) -> Fr {
    if exponent == 0 {
        return Fr::from(1u8);
    }
    let even = power(base * base, exponent / 2);
    if exponent.is_multiple_of(2) {
        even
    } else {
        even * base
    }
}

/// The fold as its formula says it, with all arithmetic in the field.
fn naive_fold(architecture: &Architecture, block: &Block, rho: Fr) -> Vec<Fr> {
    let layer = first_layer(architecture);
    let wide = power(Fr::from(2u8), layer.wide_bits as usize);
    let mut folded = vec![Fr::default(); architecture.inputs.into()];
    for (n, sample) in block.samples().iter().enumerate() {
        let kappa = power(rho, n / layer.pack) * power(wide, n % layer.pack);
        for (sum, input) in folded.iter_mut().zip(&sample.inputs) {
            *sum += kappa * Fr::from(*input);
        }
    }
    folded
}

#[test]
fn the_fast_fold_equals_the_formula() {
    let mut numbers = Numbers(4);
    let mut partly_filled = 0;
    for _ in 0..150 {
        let architecture = numbers.architecture();
        let capacity = usize::from(architecture.samples);
        let pack = first_layer(&architecture).pack;
        for samples in [0, 1, pack.min(capacity), numbers.within(0, capacity as u64), capacity] {
            let (block, rho) = (numbers.block(&architecture, samples), numbers.element());
            let expected = naive_fold(&architecture, &block, rho);
            assert_eq!(fold_inputs(&architecture, &block, rho), expected, "{samples} of {pack}");
            partly_filled += u32::from(samples > pack && !samples.is_multiple_of(pack));
        }
    }
    assert!(partly_filled > 50, "only {partly_filled} blocks ended within a group");
}

/// As many samples as there can be, each at the largest input, under the largest challenge.
#[test]
fn the_largest_block_does_not_overflow() {
    let mut description = Description::clone(&small(CLASSES));
    description.inputs = 1;
    description.input_bits = 16;
    description.samples = 4096;
    let architecture = Architecture::new(description).unwrap();
    let sample = Sample { inputs: vec![u16::MAX], label: Label::Class(0) };
    let block = Block::new(&architecture, vec![sample; 4096]).unwrap();
    let rho = -Fr::from(1u8);
    assert_eq!(fold_inputs(&architecture, &block, rho), naive_fold(&architecture, &block, rho));
}

#[test]
fn limbs_stand_for_the_element_that_they_are_cut_from() {
    let mut numbers = Numbers(5);
    let largest = -Fr::from(1u8);
    for value in [Fr::default(), Fr::from(u64::MAX), largest, numbers.element()] {
        let limbs = limbs(&value);
        assert!(limbs.iter().all(|limb| *limb <= u32::MAX.into()));
        assert_eq!(element(&limbs, place_252()), value);
    }
}

#[test]
fn the_largest_sums_carry_into_the_element() {
    let limb = u64::from(u32::MAX) * u64::from(u16::MAX) * 4096;
    for sums in [[limb; 8], [0, 0, 0, 0, 0, 0, 0, limb], [limb, 0, 0, 0, 0, 0, 0, 0]] {
        let place = Fr::from(1u64 << 32);
        let horner =
            sums.iter().rev().fold(Fr::default(), |sum, limb| sum * place + Fr::from(*limb));
        assert_eq!(element(&sums, place_252()), horner);
    }
}

#[test]
fn without_samples_everything_is_zero() {
    let architecture = small(CLASSES);
    let block = Block::new(&architecture, Vec::new()).unwrap();
    let folded = fold_inputs(&architecture, &block, Fr::from(7u8));
    assert_eq!(folded, [Fr::default(); 3]);
    let labels = block.label_elements(&architecture);
    assert_eq!(evaluate(Fr::from(9u8), &folded, &labels), Fr::default());
}

#[test]
fn the_evaluation_is_the_sum_of_powers() {
    let mut numbers = Numbers(6);
    for (inputs, labels) in [(1, 1), (3, 2), (5, 0), (0, 0)] {
        let theta = numbers.element();
        let inputs: Vec<Fr> = (0..inputs).map(|_| numbers.element()).collect();
        let labels: Vec<Fr> = (0..labels).map(|_| numbers.element()).collect();
        let mut expected = Fr::default();
        for (place, input) in inputs.iter().enumerate() {
            expected += power(theta, place) * input;
        }
        for (place, label) in labels.iter().enumerate() {
            expected += power(theta, inputs.len() + place) * label;
        }
        assert_eq!(evaluate(theta, &inputs, &labels), expected);
    }
}

#[test]
fn the_hash_takes_the_architecture_and_the_inputs_in_order() {
    let (architecture, other) = (small(CLASSES), small(LABELS));
    let [one, two] = [1u8, 2].map(Fr::from);
    let expected = sponge_hash(INPUTS_TAG, &[architecture.digest(), one, two]);
    assert_eq!(inputs_hash(&architecture, &[one, two]), expected);
    assert_ne!(inputs_hash(&architecture, &[two, one]), expected);
    assert_ne!(inputs_hash(&other, &[one, two]), expected);
}

/// The figures come from a separate program.
#[test]
fn the_fold_of_seven_samples_is_fixed() {
    let rho = field::from_bytes(&core::array::from_fn(|place| place as u8 + 1)).unwrap();
    let folded = fold_inputs(&small(CLASSES), &seven(), rho);
    let expected = [
        "0x29d4d4635f5f28dc8c97a03cc5d2038c5d0d362778adb1dca5d542b999eb4d76",
        "0x014d8b5b9f7f36ceed7ccbe523cfca3accdcd5852b3aeb43f188b73de3b39628",
        "0x0e24abd6bd9f887f597f65e6d94d68efc9424e7e289496d3b6b196fa31e1d838",
    ];
    assert_eq!(folded.iter().map(|sum| text(*sum)).collect::<Vec<_>>(), expected);
}

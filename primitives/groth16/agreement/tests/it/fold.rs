//! The chain folds blocks in wasm as provers do natively.

use crate::module;
use nocknock_groth16_agreement::{claim::Claim, wasm::Wasm};
use nocknock_primitives::model::{
    names::{for_tests, offered},
    Architecture, Dense, Description, Goal, Head,
};
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};

/// Architectures without a name that are tried.
const RANDOM: u64 = 60;

fn agree(wasm: &mut Wasm, architecture: &Architecture, samples: u16, seed: u64) {
    let claim = Claim::random(architecture, samples, seed).unwrap();
    assert_eq!(wasm.fold(&claim).unwrap(), claim.fold().unwrap(), "{architecture:?}, {samples}");
}

#[test]
fn full_and_empty_blocks_of_named_architectures_fold_alike() {
    let mut wasm = Wasm::new(module()).unwrap();
    for (seed, (_, architecture)) in (0..).zip(offered().into_iter().chain(for_tests())) {
        for samples in [architecture.samples, 1, 0] {
            agree(&mut wasm, &architecture, samples, seed);
        }
    }
}

#[test]
fn blocks_of_random_architectures_fold_alike() {
    let (mut wasm, mut random) = (Wasm::new(module()).unwrap(), ChaCha20Rng::seed_from_u64(1));
    for seed in 0..RANDOM {
        let architecture = random_architecture(&mut random);
        let samples = random_number(&mut random, 0, architecture.samples);
        agree(&mut wasm, &architecture, samples, seed);
    }
}

/// What native code refuses, wasm refuses too.
#[test]
fn a_block_that_is_cut_off_is_refused() {
    let mut wasm = Wasm::new(module()).unwrap();
    for (_, architecture) in for_tests() {
        let claim = Claim::random(&architecture, 3, 1).unwrap().cut_off();
        assert!(claim.fold().is_err() && wasm.fold(&claim).is_err(), "{architecture:?}");
    }
}

/// From `least` to `most`.
fn random_number(random: &mut impl RngCore, least: u16, most: u16) -> u16 {
    let span = u32::from(most - least) + 1;
    least + u16::try_from(random.next_u32() % span).unwrap()
}

fn random_architecture(random: &mut impl RngCore) -> Architecture {
    let mut number = |least, most| random_number(random, least, most);
    let hidden: Vec<Dense> = (0..number(0, 2))
        .map(|_| Dense {
            units: number(1, 30),
            weight_bits: 4,
            bias_bits: 6,
            sum_bits: u8::try_from(number(20, 40)).unwrap(),
            shift: 4,
        })
        .collect();
    let (weight_bits, bias_bits, distance_bits) = (4, 6, 40);
    let number_head = |goal| Head::Number { weight_bits, bias_bits, distance_bits, goal };
    let head = match number(0, 3) {
        0 => {
            let classes = number(2, 256);
            Head::Classes { classes, best: 1, weight_bits, bias_bits, distance_bits }
        }
        1 => Head::Labels { labels: number(1, 256), weight_bits, bias_bits, sum_bits: 40 },
        2 => number_head(Goal::AbsoluteError { cap: 1000 }),
        _ => number_head(Goal::Within { tolerance: 1000 }),
    };
    let description = Description {
        inputs: number(1, 300),
        input_bits: u8::try_from(number(1, 16)).unwrap(),
        hidden: hidden.try_into().unwrap(),
        head,
        samples: number(1, 300),
    };
    Architecture::new(description).unwrap()
}

//! Models and data of the tiny architecture: a sample is of class 1 if its first value is above its
//! second.
//!
//! Of the samples of each block half are of class 1, and in a third of those the two values differ
//! by one. So the score of a model does not depend on which blocks are drawn.

use nocknock_circuits::{
    fold::FoldedScore, keys::generate, seal::SealKey, Circuit, FoldProver, OnChain, Prover,
    SealProver,
};
use nocknock_primitives::{
    model::{names::named, Architecture, Block, Label, Sample, Weights},
    score::Score,
};
use serde_json::{json, Value};
use std::{ops::RangeInclusive, sync::LazyLock};

/// The architecture.
pub(crate) static TINY: LazyLock<Architecture> =
    LazyLock::new(|| named("tiny-4x3x2").expect("the architecture has this name"));
/// Makes proofs of scores under the development key, which comes from a public seed and is made
/// here.
pub(crate) static S3: LazyLock<FoldProver> = LazyLock::new(|| prover::<FoldedScore>(&TINY));
/// Makes proofs of deliveries under the development key.
pub(crate) static D2: LazyLock<SealProver> = LazyLock::new(|| prover::<SealKey>(&()));

/// A prover under the development key of a circuit.
pub(crate) fn prover<S: OnChain>(shape: &S::Shape) -> Prover<S> {
    let circuit = Circuit::compile(shape);
    let key = generate(&circuit).expect("the circuit has a key");
    Prover::new(circuit, key).expect("the key belongs to the circuit")
}

/// A model with these weights of the first unit, this bias of it, and outputs that name class 1 if
/// that unit is active.
fn first_unit(weights: [i32; 2], bias: i32) -> Weights {
    let mut model = constant();
    let [hidden, head] = &mut model.layers[..] else {
        unreachable!("the architecture has one hidden layer");
    };
    hidden.weights[..2].copy_from_slice(&weights);
    hidden.biases[0] = bias;
    head.weights[3] = 3;
    model
}

/// Answers every sample correctly.
pub(crate) fn perfect() -> Weights {
    first_unit([3, -3], 0)
}

/// Takes samples whose values differ by one for class 0.
pub(crate) fn short_sighted() -> Weights {
    first_unit([2, -2], -2)
}

/// Always answers class 0.
pub(crate) fn constant() -> Weights {
    let mut model = Weights::zero(&TINY);
    model.layers[1].biases[0] = 1;
    model
}

/// `count` samples, the same for the same seed.
pub(crate) fn samples(seed: u64, count: usize) -> Vec<Sample> {
    let mut random = fastrand::Rng::with_seed(seed);
    let differences = (0..count).map(|place| difference(place, count));
    let mut samples: Vec<_> = differences.map(|range| sample(range, &mut random)).collect();
    random.shuffle(&mut samples);
    samples
}

/// By how much the first value of a sample is above its second.
fn difference(place: usize, count: usize) -> RangeInclusive<i32> {
    if place < count / 6 {
        1..=1
    } else if place < count / 2 {
        2..=3
    } else {
        -3..=0
    }
}

/// A sample whose first two values differ like this.
fn sample(difference: RangeInclusive<i32>, random: &mut fastrand::Rng) -> Sample {
    loop {
        let inputs: Vec<u16> = (0..4).map(|_| random.u16(0..4)).collect();
        let above = i32::from(inputs[0]) - i32::from(inputs[1]);
        if difference.contains(&above) {
            return Sample { inputs, label: Label::Class(u8::from(above > 0)) };
        }
    }
}

/// A block of `count` samples.
pub(crate) fn block(seed: u64, count: usize) -> Block {
    Block::new(&TINY, samples(seed, count)).expect("the samples fit")
}

/// The bytes of a block on the chain.
pub(crate) fn wire(block: &Block) -> Vec<u8> {
    block.to_wire(&TINY)
}

/// Salt of the practice block.
pub(crate) const PRACTICE_SALT: [u8; 32] = [77; 32];

/// Rows of the practice block.
pub(crate) fn practice_rows() -> Block {
    block(99, 30)
}

/// The practice block in a genesis.
pub(crate) fn practice_json() -> Value {
    json!({
        "circuit": S3.info().id(),
        "salt": hex_text(&PRACTICE_SALT),
        "rows": hex_text(&wire(&practice_rows())),
        "minScore": Score::new(8, 10),
    })
}

fn hex_text(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

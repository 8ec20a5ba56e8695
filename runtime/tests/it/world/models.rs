//! Models and data of the tiny shape: a sample is of class 1 if its first value is above its
//! second.

use nocknock_circuits::{delivery, keys::generate, score, Circuit, OnChain, Prover};
use nocknock_primitives::{
    model::{
        field,
        rows::{fill_block, Row},
        shape::TINY_4X3X2,
        wire::encode_rows,
        Fr, Weights,
    },
    score::Score,
};
use serde_json::{json, Value};
use std::sync::LazyLock;

pub(crate) use nocknock_primitives::model::shape::TINY_4X3X2 as SHAPE;

/// Makes proofs of scores under the development key, which comes from a public seed and is made
/// here.
pub(crate) static S1: LazyLock<score::Prover> = LazyLock::new(prover);
/// Makes proofs of deliveries under the development key.
pub(crate) static D1: LazyLock<delivery::Prover> = LazyLock::new(prover);

fn prover<S: OnChain>() -> Prover<S> {
    let circuit = Circuit::compile(&SHAPE);
    let key = generate(&circuit).expect("the circuit has a key");
    Prover::new(circuit, key).expect("the key belongs to the circuit")
}

/// Answers every sample correctly.
pub(crate) fn perfect() -> Weights {
    let mut weights = Weights::zero(&SHAPE);
    weights.hidden[..2].copy_from_slice(&[3, -3]);
    weights.output[3] = 3;
    weights.output_bias[0] = 1;
    weights
}

/// Takes samples whose values differ by one for class 0.
pub(crate) fn short_sighted() -> Weights {
    let mut weights = perfect();
    weights.hidden[..2].copy_from_slice(&[2, -2]);
    weights.hidden_bias[0] = -2;
    weights
}

/// Always answers class 0.
pub(crate) fn constant() -> Weights {
    let mut weights = Weights::zero(&SHAPE);
    weights.output_bias[0] = 1;
    weights
}

/// `count` samples, the same for the same seed.
pub(crate) fn samples(seed: u64, count: usize) -> Vec<Row> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..count)
        .map(|_| {
            let inputs: Vec<u16> = (0..4).map(|_| random.u16(0..4)).collect();
            let class = u8::from(inputs[0] > inputs[1]);
            Row::sample(&SHAPE, inputs, class)
        })
        .collect()
}

/// A block of `count` samples.
pub(crate) fn block(seed: u64, count: usize) -> Vec<Row> {
    fill_block(&SHAPE, samples(seed, count)).expect("the samples fit")
}

/// The bytes of rows on the chain.
pub(crate) fn wire(rows: &[Row]) -> Vec<u8> {
    encode_rows(&TINY_4X3X2, rows).expect("the rows are well formed")
}

/// Salt of the practice block.
pub(crate) fn practice_salt() -> Fr {
    Fr::from(77u32)
}

/// Rows of the practice block.
pub(crate) fn practice_rows() -> Vec<Row> {
    block(99, 30)
}

/// The practice block in a genesis.
pub(crate) fn practice_json() -> Value {
    json!({
        "circuit": S1.info().id(),
        "salt": hex_text(&field::to_bytes(&practice_salt())),
        "rows": hex_text(&wire(&practice_rows())),
        "minScore": Score::new(8, 10),
    })
}

fn hex_text(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

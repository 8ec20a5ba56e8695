//! The EVM's precompiled contracts, called as the Solidity verifiers that snarkjs writes call them.

use crate::statement::Item;
use nocknock_groth16::{VerifyingKey, G1_BYTES, G2_BYTES};
use num_bigint::BigUint;
use revm_precompile::bn254::{run_add, run_mul, run_pair};

/// The modulus of the base field.
const Q: &str = "21888242871839275222246405745257275088696311157297823662689037894645226208583";

/// The order of the groups.
const R: &str = "21888242871839275222246405745257275088548364400416034343698204186575808495617";

/// Bytes of A and B.
const A_AND_B: usize = G1_BYTES + G2_BYTES;

/// Whether a contract with this key accepts the item; a call that the EVM reverts is a refusal.
pub fn accepts(key: &VerifyingKey, item: &Item) -> bool {
    let in_field = item.inputs.iter().all(|input| BigUint::from_bytes_be(input) < decimal(R));
    let complete = item.proof.len() == A_AND_B + G1_BYTES && item.inputs.len() == key.input_count();
    in_field && complete && holds(key, item).unwrap_or(false)
}

fn holds(key: &VerifyingKey, item: &Item) -> Option<bool> {
    let bytes = key.to_bytes();
    let (alpha, rest) = bytes.split_at(G1_BYTES);
    let (beta, rest) = rest.split_at(G2_BYTES);
    let (gamma, rest) = rest.split_at(G2_BYTES);
    let (delta, rest) = rest.split_at(G2_BYTES);
    let statement = statement(&rest[4..], &item.inputs)?;
    let (a, b_and_c) = item.proof.split_at(G1_BYTES);
    let (b, c) = b_and_c.split_at(G2_BYTES);
    let pairs = [&negated(a), b, alpha, beta, &statement, gamma, c, delta].concat();
    let output = run_pair(&pairs, 0, 0, 0).ok()?.bytes;
    Some(output.last() == Some(&1))
}

/// `ic[0]` plus the sum of `inputs[i] · ic[i + 1]`.
fn statement(ic: &[u8], inputs: &[[u8; 32]]) -> Option<Vec<u8>> {
    let (constant, points) = ic.split_at(G1_BYTES);
    let mut sum = constant.to_vec();
    for (point, input) in points.chunks(G1_BYTES).zip(inputs) {
        let product = run_mul(&[point, input].concat(), 0, 0).ok()?.bytes;
        sum = run_add(&[sum.as_slice(), &product].concat(), 0, 0).ok()?.bytes.to_vec();
    }
    Some(sum)
}

/// Solidity's `mod(sub(q, y), q)`, where `sub` wraps around.
fn negated(point: &[u8]) -> Vec<u8> {
    let (x, y) = point.split_at(32);
    let wrapped = (decimal(Q) + (BigUint::from(1u8) << 256u32) - BigUint::from_bytes_be(y))
        % (BigUint::from(1u8) << 256u32);
    let digits = (wrapped % decimal(Q)).to_bytes_be();
    [x, &vec![0; 32 - digits.len()], &digits].concat()
}

fn decimal(digits: &str) -> BigUint {
    digits.parse().unwrap_or_default()
}

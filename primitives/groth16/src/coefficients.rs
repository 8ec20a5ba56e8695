//! Coefficients of a batch, hashed from all of it.

use crate::{encode_input, multiples::Coefficient, BatchItem};
use blake2::{digest::consts::U32, Blake2b, Digest};

/// Precedes the batch when the seed is hashed.
const SEED_TAG: &[u8] = b"nocknock/groth16/batch-seed/1";

/// Precedes seed and position when a coefficient is hashed.
const COEFFICIENT_TAG: &[u8] = b"nocknock/groth16/batch-coefficient/1";

/// One coefficient for each item. Whoever changes any bit of the batch changes all of them.
pub(crate) fn coefficients<'a>(
    items: &'a [BatchItem<'_>],
) -> impl Iterator<Item = Coefficient> + 'a {
    let seed = seed(items);
    (0u64..).zip(items).map(move |(position, _)| coefficient(&seed, position))
}

fn seed(items: &[BatchItem<'_>]) -> [u8; 32] {
    let mut hasher = Blake2b::<U32>::new();
    hasher.update(SEED_TAG);
    for item in items {
        // The key fixes the number of inputs, so the concatenation has one reading.
        hasher.update(item.key.id().0);
        item.inputs.iter().for_each(|input| hasher.update(encode_input(input)));
        hasher.update(item.proof.to_evm_bytes());
    }
    hasher.finalize().into()
}

fn coefficient(seed: &[u8; 32], position: u64) -> Coefficient {
    let mut hasher = Blake2b::<U32>::new();
    hasher.update(COEFFICIENT_TAG);
    hasher.update(seed);
    hasher.update(position.to_be_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    let [low, high, ..] = digest.as_chunks().0 else {
        return Coefficient { low: 1, high: 1 };
    };
    Coefficient { low: u64::from_be_bytes(*low), high: u64::from_be_bytes(*high) }
}

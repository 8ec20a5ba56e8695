//! Randomness of the booster, in streams of their own: none is one of a training with that seed.

use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

const DOMAIN: &str = "NockNock 2026 randomness of boosting";

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Which inputs a tree may use.
    Columns {
        /// Number of the tree.
        tree: u64,
    },
    /// Which samples are in which fold.
    Folds,
    /// Rows that are mixed from two.
    Mixed,
}

impl Purpose {
    fn numbers(self) -> [u64; 2] {
        match self {
            Self::Columns { tree } => [0, tree],
            Self::Folds => [1, 0],
            Self::Mixed => [2, 0],
        }
    }
}

/// The stream of a purpose.
pub(super) fn stream(seed: u64, purpose: Purpose) -> ChaCha20Rng {
    let [kind, number] = purpose.numbers();
    let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
    for value in [seed, kind, number] {
        hasher.update(&value.to_le_bytes());
    }
    ChaCha20Rng::from_seed(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::RngCore;

    #[test]
    fn streams_differ_by_seed_purpose_and_number() {
        let purposes = [
            (1, Purpose::Columns { tree: 0 }),
            (1, Purpose::Columns { tree: 1 }),
            (1, Purpose::Folds),
            (2, Purpose::Folds),
            (1, Purpose::Mixed),
        ];
        let mut firsts: Vec<u64> =
            purposes.iter().map(|(seed, purpose)| stream(*seed, *purpose).next_u64()).collect();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), purposes.len());
    }
}

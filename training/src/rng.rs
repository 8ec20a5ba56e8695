//! Randomness that follows from the seed alone.
//!
//! Each use has a stream of its own, found again from its numbers. A checkpoint therefore needs no
//! state of a generator: seed, epoch and step say all of it. candle's generator on the CPU cannot
//! be seeded and is not used.

use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};

const DOMAIN: &str = "NockNock 2026 randomness of a training";

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Which samples are kept for validation.
    Split,
    /// The first weights of a layer.
    Weights {
        /// Number of the layer.
        layer: u64,
    },
    /// The order of the samples in an epoch.
    Order {
        /// Number of the epoch.
        epoch: u64,
    },
    /// How the images of a step move.
    Shift {
        /// Number of the step.
        step: u64,
    },
    /// Which inputs and units a step leaves out.
    Dropout {
        /// Number of the step.
        step: u64,
    },
    /// Which synthetic rows a step takes.
    Synthetic {
        /// Number of the step.
        step: u64,
    },
    /// The values of a setting in the plans of a search.
    Plans {
        /// Number of the setting.
        setting: u64,
    },
    /// What a search changes about its best plan to get another.
    Neighbour {
        /// Number of the other plan.
        plan: u64,
    },
    /// What is measured beside the score.
    Measures {
        /// 0 for the samples by which it is measured, else the number of a column, from 1, whose
        /// values are exchanged.
        number: u64,
    },
}

impl Purpose {
    fn numbers(self) -> [u64; 2] {
        match self {
            Self::Split => [0, 0],
            Self::Weights { layer } => [1, layer],
            Self::Order { epoch } => [2, epoch],
            Self::Shift { step } => [3, step],
            Self::Dropout { step } => [4, step],
            Self::Synthetic { step } => [5, step],
            Self::Plans { setting } => [6, setting],
            Self::Measures { number } => [7, number],
            Self::Neighbour { plan } => [8, plan],
        }
    }
}

/// The stream of a purpose.
pub fn stream(seed: u64, purpose: Purpose) -> ChaCha20Rng {
    let [kind, number] = purpose.numbers();
    let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
    for value in [seed, kind, number] {
        hasher.update(&value.to_le_bytes());
    }
    ChaCha20Rng::from_seed(*hasher.finalize().as_bytes())
}

/// A number below `bound`, which is at least 1; each is equally likely.
pub fn below(rng: &mut ChaCha20Rng, bound: u32) -> u32 {
    // Values at the end of the range that would favour small results are drawn again.
    let fair = u32::MAX - u32::MAX % bound;
    loop {
        let value = rng.next_u32();
        if value < fair {
            return value % bound;
        }
    }
}

/// A number in `[-1, 1)` with 24 random bits.
pub fn symmetric(rng: &mut ChaCha20Rng) -> f32 {
    let bits = rng.next_u32() >> 8;
    bits as f32 / (1 << 23) as f32 - 1.0
}

/// Puts items into a random order.
pub fn shuffle(rng: &mut ChaCha20Rng, items: &mut [u32]) {
    let mut end = items.len();
    while end > 1 {
        // There are never more items than a u32 can number: see `TrainingSet::check`.
        let chosen = below(rng, end as u32) as usize;
        end -= 1;
        items.swap(chosen, end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_seed_purpose_and_number() {
        let purposes = [
            (1, Purpose::Split),
            (2, Purpose::Split),
            (1, Purpose::Weights { layer: 0 }),
            (1, Purpose::Weights { layer: 1 }),
            (1, Purpose::Order { epoch: 0 }),
            (1, Purpose::Shift { step: 0 }),
            (1, Purpose::Dropout { step: 0 }),
            (1, Purpose::Synthetic { step: 0 }),
            (1, Purpose::Plans { setting: 0 }),
            (1, Purpose::Neighbour { plan: 0 }),
            (1, Purpose::Measures { number: 0 }),
            (1, Purpose::Measures { number: 1 }),
        ];
        let mut firsts: Vec<u64> =
            purposes.iter().map(|(seed, purpose)| stream(*seed, *purpose).next_u64()).collect();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), purposes.len());
    }

    #[test]
    fn a_shuffle_keeps_every_item_and_moves_most() {
        let mut items: Vec<u32> = (0..1000).collect();
        shuffle(&mut stream(7, Purpose::Split), &mut items);
        let unmoved = (0u32..).zip(&items).filter(|(i, item)| i == *item).count();
        assert!(unmoved < 20);
        items.sort_unstable();
        assert!(items.into_iter().eq(0..1000));
    }

    #[test]
    fn numbers_below_a_bound_are_even() {
        let mut rng = stream(3, Purpose::Split);
        let mut counts = [0u32; 3];
        for _ in 0..30_000 {
            counts[below(&mut rng, 3) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)));
    }

    #[test]
    fn symmetric_numbers_fill_their_range() {
        let mut rng = stream(4, Purpose::Split);
        let drawn: Vec<f32> = (0..10_000).map(|_| symmetric(&mut rng)).collect();
        assert!(drawn.iter().all(|value| (-1.0..1.0).contains(value)));
        let mean: f32 = drawn.iter().sum::<f32>() / 10_000.0;
        assert!(mean.abs() < 0.03);
    }
}

//! Randomness of a team, which follows from the seed of its run alone.

use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};

/// A stream for one purpose, found again from its numbers.
pub(crate) fn stream(seed: u64, purpose: &str, numbers: &[u64]) -> ChaCha20Rng {
    let mut hasher = blake3::Hasher::new_derive_key("NockNock 2026 randomness of a team");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&(purpose.len() as u64).to_le_bytes());
    hasher.update(purpose.as_bytes());
    for number in numbers {
        hasher.update(&number.to_le_bytes());
    }
    ChaCha20Rng::from_seed(*hasher.finalize().as_bytes())
}

/// A number from −1 up to but not including 1, of 24 bits: exact in `f32` on every machine.
pub(crate) fn uniform(random: &mut ChaCha20Rng) -> f32 {
    const STEPS: f32 = (1 << 23) as f32;
    (random.next_u32() >> 8) as f32 / STEPS - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_found_again_and_belongs_to_its_purpose() {
        let draw = |seed, purpose: &str, numbers: &[u64]| stream(seed, purpose, numbers).next_u64();
        assert_eq!(draw(1, "weights", &[2]), draw(1, "weights", &[2]));
        let others = [draw(2, "weights", &[2]), draw(1, "batch", &[2]), draw(1, "weights", &[3])];
        assert!(others.iter().all(|other| *other != draw(1, "weights", &[2])));
    }

    #[test]
    fn uniform_numbers_keep_their_bounds() {
        let mut random = stream(1, "weights", &[]);
        let drawn: Vec<f32> = (0..1_000).map(|_| uniform(&mut random)).collect();
        assert!(drawn.iter().all(|number| (-1.0..1.0).contains(number)));
        assert!(drawn.iter().any(|number| *number < -0.9) && drawn.iter().any(|n| *n > 0.9));
    }
}

//! The puzzle of a registration: some work for each proof that a node is asked to verify.
//!
//! A registration is sent without a signature and without a fee, and verifying a proof costs every
//! node milliseconds. So the chain first looks at a hash that took its sender thousands or millions
//! of tries, and that costs the node a microsecond. The hash covers the proof: each proof, bogus or
//! not, needs a number of its own. It also covers a seed of the draw that was not known long
//! before, so nothing can be prepared.

use crate::{ids::ModelCommitment, task::ProvedScore};
use alloc::vec::Vec;
use blake2::{digest::consts::U32, Blake2b, Digest};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What the hashes of this puzzle begin with.
const TAG: &[u8] = b"nn/register/puzzle";

/// How many bits more are asked for when all places of a session are taken than when half are.
const MOST_EXTRA_BITS: u32 = 8;

/// What a registration has to name and to solve at present.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct RegistrationTerms {
    /// The number of the newest seed of the draw: the one to prove for.
    pub newest: u64,
    /// That seed.
    pub seed: [u8; 32],
    /// The number of the oldest seed for which a proof is still accepted.
    pub oldest: u64,
    /// How many zero bits the hash of the puzzle has to begin with.
    pub bits: u32,
}

impl RegistrationTerms {
    /// Whether a proof for the seed of this number is still accepted.
    pub fn accepts(&self, seed: u64) -> bool {
        (self.oldest..=self.newest).contains(&seed)
    }
}

/// The puzzle of one registration. Whoever finds a number for which the hash begins with enough
/// zero bits has solved it.
///
/// The hash is `blake2b-256("nn/register/puzzle" ‖ seed ‖ account ‖ blake2b-256(SCALE(commitment,
/// score)) ‖ number)`, the number as 8 bytes, little endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Puzzle {
    /// Everything that is hashed before the number.
    prefix: Vec<u8>,
}

impl Puzzle {
    /// The puzzle for the registration of an account with this proof, bound to this seed.
    pub fn of_registration(
        seed: &[u8; 32],
        worker: &[u8; 32],
        model: &ModelCommitment,
        score: &ProvedScore,
    ) -> Self {
        let proof: [u8; 32] = Blake2b::<U32>::digest((model, score).encode()).into();
        Self { prefix: [TAG, seed, worker, &proof].concat() }
    }

    /// How many zero bits the hash with this number begins with.
    pub fn zero_bits(&self, nonce: u64) -> u32 {
        let hash: [u8; 32] = Blake2b::<U32>::new()
            .chain_update(&self.prefix)
            .chain_update(nonce.to_le_bytes())
            .finalize()
            .into();
        leading_zeros(&hash)
    }

    /// Whether this number solves the puzzle for so many bits.
    pub fn is_solved(&self, nonce: u64, bits: u32) -> bool {
        self.zero_bits(nonce) >= bits
    }

    /// The first of these numbers that solves the puzzle for so many bits. One try in `2^bits`
    /// succeeds.
    pub fn solve(&self, bits: u32, nonces: impl IntoIterator<Item = u64>) -> Option<u64> {
        nonces.into_iter().find(|nonce| self.is_solved(*nonce, bits))
    }
}

fn leading_zeros(hash: &[u8; 32]) -> u32 {
    let whole = hash.iter().take_while(|byte| **byte == 0).count();
    let rest = hash.get(whole).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(whole).unwrap_or(u32::MAX).saturating_mul(u8::BITS).saturating_add(rest)
}

/// How many zero bits are asked for while `used` of the `most` places of a session are taken: the
/// number `base` up to half of them, and from there on one more for each further sixteenth that is
/// begun.
///
/// So whoever takes all places for accounts of their own works 256 times as long for the last one
/// as for the first, and a newcomer in a quiet session does not notice.
pub fn difficulty(base: u32, used: u32, most: u32) -> u32 {
    let above = u64::from(used.saturating_sub(most / 2));
    let steps = above.saturating_mul(16).div_ceil(u64::from(most.max(1)));
    let extra = u32::try_from(steps).unwrap_or(u32::MAX).min(MOST_EXTRA_BITS);
    base.saturating_add(extra)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::ProofBytes;
    use proptest::prelude::*;

    const SEED: [u8; 32] = [1; 32];
    const WORKER: [u8; 32] = [2; 32];
    const MODEL: ModelCommitment = ModelCommitment([3; 32]);
    const SCORE: ProvedScore =
        ProvedScore { points: 4, sums: [5; 32], inputs: [6; 32], proof: ProofBytes([7; 256]) };

    fn puzzle() -> Puzzle {
        Puzzle::of_registration(&SEED, &WORKER, &MODEL, &SCORE)
    }

    #[test]
    fn the_hash_is_the_documented_one() {
        let mut content = MODEL.0.to_vec();
        content.extend(4u32.to_le_bytes());
        content.extend([5; 32]);
        content.extend([6; 32]);
        content.extend([7; 256]);
        let proof: [u8; 32] = Blake2b::<U32>::digest(&content).into();
        let whole = [&b"nn/register/puzzle"[..], &SEED, &WORKER, &proof, &9u64.to_le_bytes()];
        let hash: [u8; 32] = Blake2b::<U32>::digest(whole.concat()).into();
        let number = u64::from_be_bytes(*hash.first_chunk().expect("32 bytes"));
        assert_eq!(puzzle().zero_bits(9), number.leading_zeros());
    }

    #[test]
    fn zero_bits_are_counted_over_bytes() {
        let with = |bytes: &[u8]| {
            let mut hash = [0; 32];
            hash[..bytes.len()].copy_from_slice(bytes);
            leading_zeros(&hash)
        };
        assert_eq!(with(&[0x80]), 0);
        assert_eq!(with(&[0x01]), 7);
        assert_eq!(with(&[0, 0xff]), 8);
        assert_eq!(with(&[0, 0, 0x10]), 19);
        assert_eq!(with(&[]), 256);
    }

    /// A number that was found for one registration is worth nothing for another one: of 64 such
    /// numbers, about one solves the other puzzle as well, and hardly more than five.
    #[test]
    fn a_number_solves_no_other_puzzle() {
        let nonces: Vec<u64> = (0..64 << 6).filter(|nonce| puzzle().is_solved(*nonce, 6)).collect();
        assert!(nonces.len() > 30, "{}", nonces.len());
        let other_proof = ProvedScore { proof: ProofBytes([8; 256]), ..SCORE };
        let others = [
            Puzzle::of_registration(&[9; 32], &WORKER, &MODEL, &SCORE),
            Puzzle::of_registration(&SEED, &[9; 32], &MODEL, &SCORE),
            Puzzle::of_registration(&SEED, &WORKER, &ModelCommitment([9; 32]), &SCORE),
            Puzzle::of_registration(&SEED, &WORKER, &MODEL, &ProvedScore { points: 9, ..SCORE }),
            Puzzle::of_registration(&SEED, &WORKER, &MODEL, &other_proof),
        ];
        for other in others {
            let solved = nonces.iter().filter(|nonce| other.is_solved(**nonce, 6)).count();
            assert!(solved <= 8, "{solved} of {}", nonces.len());
        }
    }

    #[test]
    fn half_of_the_places_cost_the_base_and_the_last_ones_eight_bits_more() {
        let bits = |used| difficulty(22, used, 400);
        assert_eq!([0, 1, 199, 200].map(bits), [22; 4]);
        assert_eq!([201, 225, 226, 250, 251].map(bits), [23, 23, 24, 24, 25]);
        assert_eq!([375, 376, 399, 400].map(bits), [29, 30, 30, 30]);
    }

    #[test]
    fn a_session_with_one_place_or_none_has_a_difficulty() {
        assert_eq!(difficulty(5, 0, 1), 5);
        assert_eq!(difficulty(5, 0, 0), 5);
        assert_eq!(difficulty(5, u32::MAX, 0), 13);
        assert_eq!(difficulty(u32::MAX, 9, 9), u32::MAX);
    }

    #[test]
    fn a_proof_is_accepted_for_the_newest_seeds() {
        let terms = RegistrationTerms { newest: 9, seed: SEED, oldest: 8, bits: 0 };
        assert_eq!([7, 8, 9, 10].map(|seed| terms.accepts(seed)), [false, true, true, false]);
    }

    proptest! {
        /// The more places are taken, the harder it is, and never by more than eight bits.
        #[test]
        fn the_difficulty_never_falls(base in 0..200u32, most in 1..5_000u32, used in 0..5_000u32) {
            let bits = difficulty(base, used, most);
            prop_assert!((base..=base + MOST_EXTRA_BITS).contains(&bits));
            prop_assert!(difficulty(base, used + 1, most) >= bits);
            prop_assert_eq!(bits == base, used <= most / 2);
        }

        /// What solves a puzzle solves it for fewer bits, and a solution is the first there is.
        #[test]
        fn a_solution_is_the_first_number_with_enough_bits(
            seed in any::<[u8; 32]>(),
            worker in any::<[u8; 32]>(),
            bits in 0..9u32,
        ) {
            let puzzle = Puzzle::of_registration(&seed, &worker, &MODEL, &SCORE);
            let nonce = puzzle.solve(bits, 0..).expect("there are enough numbers");
            prop_assert!((0..=bits).all(|fewer| puzzle.is_solved(nonce, fewer)));
            prop_assert!((0..nonce).all(|earlier| puzzle.zero_bits(earlier) < bits));
            prop_assert_eq!(puzzle.solve(bits, 0..nonce), None);
        }

        /// The hash covers every byte of the proof.
        #[test]
        fn each_proof_has_a_puzzle_of_its_own(place in 0..256usize, flip in 1..=255u8) {
            let mut proof = [7; 256];
            proof[place] ^= flip;
            let other = ProvedScore { proof: ProofBytes(proof), ..SCORE };
            prop_assert_ne!(Puzzle::of_registration(&SEED, &WORKER, &MODEL, &other), puzzle());
        }
    }
}

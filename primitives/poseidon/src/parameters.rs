//! The parameters as the paper defines them, for circuit writers and as the reference of the tests.

use crate::{
    grain::Grain,
    rounds::{partial_rounds, FULL_ROUNDS},
    PoseidonError,
};
use alloc::vec::Vec;
use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};

/// Round constants and matrix of one width, in plain form: each round adds its constants, raises
/// elements to the fifth power (all of them in a full round, the first one in a partial round) and
/// multiplies by the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    width: usize,
    partial_rounds: usize,
    constants: Vec<Fr>,
    mds: Vec<Fr>,
}

impl Parameters {
    /// Derives the parameters of a width from 2 to 13; takes milliseconds, so keep the result.
    pub fn derive(width: usize) -> Result<Self, PoseidonError> {
        let unsupported = || PoseidonError::Width { width };
        let partial_rounds = partial_rounds(width).ok_or_else(unsupported)?;
        let mut grain = Grain::new(small(width)?, small(FULL_ROUNDS)?, small(partial_rounds)?);
        let rounds = FULL_ROUNDS.saturating_add(partial_rounds);
        let constants =
            (0..width.saturating_mul(rounds)).map(|_| reduced(grain.field_element())).collect();
        let cauchy: Vec<Fr> =
            (0..width.saturating_mul(2)).map(|_| reduced(grain.integer())).collect();
        let (xs, ys) = cauchy.split_at(width);
        let sums = xs.iter().flat_map(|x| ys.iter().map(move |y| *x + y));
        let mds = sums.map(|sum| sum.inverse().unwrap_or_default()).collect();
        Ok(Self { width, partial_rounds, constants, mds })
    }

    /// Number of elements of the state.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of full rounds: half of them come first, half of them last.
    pub fn full_rounds(&self) -> usize {
        FULL_ROUNDS
    }

    /// Number of partial rounds, in the middle.
    pub fn partial_rounds(&self) -> usize {
        self.partial_rounds
    }

    /// The constants of each round in order, `width` elements a round.
    pub fn round_constants(&self) -> impl ExactSizeIterator<Item = &[Fr]> {
        self.constants.chunks_exact(self.width)
    }

    /// The rows of the MDS matrix: element i of the product is row i times the state.
    pub fn mds(&self) -> impl ExactSizeIterator<Item = &[Fr]> {
        self.mds.chunks_exact(self.width)
    }

    /// Whether a round, counted from 0, raises all elements to the fifth power.
    pub fn is_full_round(&self, round: usize) -> bool {
        let first_partial = FULL_ROUNDS / 2;
        let partial = first_partial..first_partial.saturating_add(self.partial_rounds);
        !partial.contains(&round)
    }

    /// The permutation step by step as defined: about six times slower than
    /// [`permute`](crate::permute).
    pub fn permute(&self, state: &mut [Fr]) -> Result<(), PoseidonError> {
        if state.len() != self.width {
            return Err(PoseidonError::Width { width: state.len() });
        }
        for (round, constants) in self.round_constants().enumerate() {
            state.iter_mut().zip(constants).for_each(|(element, constant)| *element += constant);
            let powers = if self.is_full_round(round) { self.width } else { 1 };
            state.iter_mut().take(powers).for_each(|element| *element = element.pow([5]));
            self.mix(state);
        }
        Ok(())
    }

    fn mix(&self, state: &mut [Fr]) {
        let product = |row: &[Fr]| row.iter().zip(&*state).map(|(a, b)| *a * b).sum();
        let mixed: Vec<Fr> = self.mds().map(product).collect();
        state.copy_from_slice(&mixed);
    }
}

fn small(value: usize) -> Result<u16, PoseidonError> {
    u16::try_from(value).map_err(|_| PoseidonError::Width { width: value })
}

fn reduced(limbs: [u64; 4]) -> Fr {
    let bytes = limbs.map(u64::to_le_bytes).concat();
    Fr::from_le_bytes_mod_order(&bytes)
}

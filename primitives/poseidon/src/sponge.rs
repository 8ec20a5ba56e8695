//! The sponge for inputs of any length.

use crate::{permute_fixed, DomainTag};
use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use core::fmt;

/// Elements of the sponge's state.
pub const SPONGE_WIDTH: usize = 13;

/// Elements that the sponge takes in or gives out for one permutation.
pub const SPONGE_RATE: usize = SPONGE_WIDTH - 1;

/// More or fewer elements than the sponge was started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpongeError {
    /// The declared number of elements was already there.
    #[error("the sponge was started for {declared} elements and was given one more: declare the real number")]
    TooMany {
        /// The number that the sponge was started for.
        declared: u64,
    },
    /// The digest was asked for too early.
    #[error("the sponge was started for {declared} elements but was given {absorbed}: absorb the missing ones")]
    TooFew {
        /// The number that the sponge was started for.
        declared: u64,
        /// The number that arrived.
        absorbed: u64,
    },
}

/// Hashes any number of elements under a tag.
pub fn sponge_hash(tag: DomainTag, inputs: &[Fr]) -> Fr {
    digest(&absorbed(tag, inputs))
}

/// A sponge that takes its elements one by one; their number is declared first, because it is part
/// of the digest.
#[derive(Clone)]
pub struct Sponge {
    state: [Fr; SPONGE_WIDTH],
    declared: u64,
    absorbed: u64,
    filled: usize,
}

impl Sponge {
    /// A sponge that will take `length` elements.
    pub fn new(tag: DomainTag, length: u64) -> Self {
        Self { state: initial_state(tag, length), declared: length, absorbed: 0, filled: 0 }
    }

    /// Takes one element.
    pub fn absorb(&mut self, element: Fr) -> Result<(), SpongeError> {
        if self.absorbed >= self.declared {
            return Err(SpongeError::TooMany { declared: self.declared });
        }
        if self.filled == SPONGE_RATE {
            self.permute();
        }
        if let Some(place) = self.state.iter_mut().skip(1).nth(self.filled) {
            *place += element;
        }
        self.filled = self.filled.saturating_add(1);
        self.absorbed = self.absorbed.saturating_add(1);
        Ok(())
    }

    /// Takes elements in order; stops at the first that is one too many.
    pub fn absorb_all(
        &mut self,
        elements: impl IntoIterator<Item = Fr>,
    ) -> Result<(), SpongeError> {
        elements.into_iter().try_for_each(|element| self.absorb(element))
    }

    /// The digest, once all declared elements are there.
    pub fn finish(mut self) -> Result<Fr, SpongeError> {
        let Self { declared, absorbed, .. } = self;
        if absorbed < declared {
            return Err(SpongeError::TooFew { declared, absorbed });
        }
        self.permute();
        Ok(digest(&self.state))
    }

    fn permute(&mut self) {
        permute_fixed(&mut self.state);
        self.filled = 0;
    }
}

/// The state may hold secrets, so it is never printed.
impl fmt::Debug for Sponge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { declared, absorbed, .. } = self;
        f.debug_struct("Sponge")
            .field("declared", declared)
            .field("absorbed", absorbed)
            .finish_non_exhaustive()
    }
}

/// The state after all inputs went in.
pub(crate) fn absorbed(tag: DomainTag, inputs: &[Fr]) -> [Fr; SPONGE_WIDTH] {
    // A slice is never longer than u64 can count.
    let mut state = initial_state(tag, inputs.len() as u64);
    for block in inputs.chunks(SPONGE_RATE) {
        for (place, element) in state.iter_mut().skip(1).zip(block) {
            *place += element;
        }
        permute_fixed(&mut state);
    }
    if inputs.is_empty() {
        permute_fixed(&mut state);
    }
    state
}

fn initial_state(tag: DomainTag, length: u64) -> [Fr; SPONGE_WIDTH] {
    let mut state = [Fr::ZERO; SPONGE_WIDTH];
    let [capacity, ..] = &mut state;
    *capacity = Fr::from(tag.value()) * Fr::from(1u128 << 64) + Fr::from(length);
    state
}

fn digest(state: &[Fr; SPONGE_WIDTH]) -> Fr {
    let [_, digest, ..] = state;
    *digest
}

//! An endless stream of elements from a key.

use crate::{permute_fixed, sponge, DomainTag, SPONGE_RATE, SPONGE_WIDTH};
use ark_bn254::Fr;
use core::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Squeezes the sponge: after the inputs went in, the twelve elements behind the capacity come out
/// in order, then the state is permuted, and so on.
///
/// The first element equals [`sponge_hash`](crate::sponge_hash) of the same inputs under the same
/// tag, so a keystream needs a tag of its own. Ciphertext element i is message element i plus
/// keystream element i. The state, from which the key could be computed, is wiped on drop.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Keystream {
    state: [Fr; SPONGE_WIDTH],
    #[zeroize(skip)]
    given: usize,
}

impl Keystream {
    /// The stream that the inputs, among them the key, determine under a tag.
    pub fn new(tag: DomainTag, inputs: &[Fr]) -> Self {
        Self { state: sponge::absorbed(tag, inputs), given: 0 }
    }

    /// The next element; the stream never ends.
    pub fn next_element(&mut self) -> Fr {
        if self.given == SPONGE_RATE {
            permute_fixed(&mut self.state);
            self.given = 0;
        }
        self.given = self.given.saturating_add(1);
        self.state.get(self.given).copied().unwrap_or_default()
    }
}

impl Iterator for Keystream {
    type Item = Fr;

    /// Always `Some`.
    fn next(&mut self) -> Option<Fr> {
        Some(self.next_element())
    }
}

/// The state reveals the stream, so it is never printed.
impl fmt::Debug for Keystream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keystream").finish_non_exhaustive()
    }
}

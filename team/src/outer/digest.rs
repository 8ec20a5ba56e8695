//! The name of a state: what has the same one is the same to the bit.

use super::{State, PART};
use crate::Layout;

impl State {
    /// A hash of the layout, the parameters and the momentum, as little-endian bytes.
    pub fn digest(&self, layout: &Layout) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("NockNock 2026 state of a team's model");
        hasher.update(&layout.digest());
        for part in self.parameters.chunks(PART).chain(self.momentum.chunks(PART)) {
            let bytes: Vec<u8> = part.iter().flat_map(|number| number.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
        *hasher.finalize().as_bytes()
    }
}

//! The public inputs of the proof that a key was sealed.

use super::{RecipientKey, SealedKey};
use crate::{
    ids::{FieldBytes, PointBytes},
    model::field,
};
use nocknock_poseidon::Fr;

/// What everybody sees of D2, the sealing of a key: field elements, or their bytes.
///
/// The chain must have checked that `(recipient_x, recipient_y)` is a [`RecipientKey`], since the
/// proof does not say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealInputs<F = Fr> {
    /// `ctx`: chain, circuit, task and worker that the delivery is for; part of the mask.
    pub context: F,
    /// `h_k`: hash of the key.
    pub key_hash: F,
    /// `PK.x`.
    pub recipient_x: F,
    /// `PK.y`.
    pub recipient_y: F,
    /// `R.x`.
    pub ephemeral_x: F,
    /// `R.y`.
    pub ephemeral_y: F,
    /// `c`.
    pub masked_key: F,
}

/// Places in [`SealInputs::in_order`], counted from 0.
pub mod places {
    /// Place of `ctx`.
    pub const CONTEXT: usize = 0;
    /// Place of `h_k`.
    pub const KEY_HASH: usize = 1;
    /// Place of `PK.x`.
    pub const RECIPIENT_X: usize = 2;
    /// Place of `PK.y`.
    pub const RECIPIENT_Y: usize = 3;
    /// Place of `R.x`.
    pub const EPHEMERAL_X: usize = 4;
    /// Place of `R.y`.
    pub const EPHEMERAL_Y: usize = 5;
    /// Place of `c`.
    pub const MASKED_KEY: usize = 6;
    /// Number of inputs.
    pub const COUNT: u32 = 7;
}

impl SealInputs {
    /// The inputs for a key that was sealed, with its hash `h_k`.
    pub fn new(recipient: &RecipientKey, context: Fr, key_hash: Fr, sealed: &SealedKey) -> Self {
        let (recipient_x, recipient_y) = recipient.0.coordinates();
        let (ephemeral_x, ephemeral_y) = sealed.ephemeral.coordinates();
        let masked_key = sealed.masked_key;
        Self { context, key_hash, recipient_x, recipient_y, ephemeral_x, ephemeral_y, masked_key }
    }

    /// The same inputs as bytes.
    pub fn to_bytes(&self) -> SealInputs<FieldBytes> {
        SealInputs {
            context: field::to_bytes(&self.context),
            key_hash: field::to_bytes(&self.key_hash),
            recipient_x: field::to_bytes(&self.recipient_x),
            recipient_y: field::to_bytes(&self.recipient_y),
            ephemeral_x: field::to_bytes(&self.ephemeral_x),
            ephemeral_y: field::to_bytes(&self.ephemeral_y),
            masked_key: field::to_bytes(&self.masked_key),
        }
    }
}

impl SealInputs<FieldBytes> {
    /// The inputs for a key that was sealed, as the chain has their parts. The proof is refused if
    /// one of them is no field element.
    pub fn from_bytes(
        recipient: &PointBytes,
        context: FieldBytes,
        key_hash: FieldBytes,
        ephemeral: &PointBytes,
        masked_key: FieldBytes,
    ) -> Self {
        let [recipient_x, recipient_y] = recipient.coordinates();
        let [ephemeral_x, ephemeral_y] = ephemeral.coordinates();
        Self { context, key_hash, recipient_x, recipient_y, ephemeral_x, ephemeral_y, masked_key }
    }
}

impl<F: Copy> SealInputs<F> {
    /// The inputs in the order in which a verifier takes them.
    pub fn in_order(&self) -> [F; places::COUNT as usize] {
        [
            self.context,
            self.key_hash,
            self.recipient_x,
            self.recipient_y,
            self.ephemeral_x,
            self.ephemeral_y,
            self.masked_key,
        ]
    }
}

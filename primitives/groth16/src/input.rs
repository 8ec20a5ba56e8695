//! Public inputs as 32 big-endian bytes.

use crate::encoding::{field_from_be_bytes, field_to_be_bytes, FIELD_BYTES};
use ark_bn254::Fr;

/// Bytes of a public input.
pub const INPUT_BYTES: usize = FIELD_BYTES;

/// A public input that is not an element of the scalar field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// The number is r or more; reducing it would let one statement have several encodings.
    #[error("the public input is not below the order of the scalar field")]
    TooLarge,
}

/// Decodes a public input; a number of r or more is refused, never reduced.
pub fn decode_input(bytes: &[u8; INPUT_BYTES]) -> Result<Fr, InputError> {
    field_from_be_bytes(bytes).ok_or(InputError::TooLarge)
}

/// Encodes a public input.
pub fn encode_input(input: &Fr) -> [u8; INPUT_BYTES] {
    field_to_be_bytes(input)
}

//! Encryption of a model under the key that the payment is for.
//!
//! The plaintext is the salt of `C_W` followed by the packed weights. Ciphertext element `i` is
//! plaintext element `i` plus element `i` of a Poseidon keystream over `(k, ctx)`. With the key,
//! the buyer gets weights and salt and recomputes `C_W`.
//!
//! Use a fresh uniform key for every delivery: two models under the same key and context would
//! reveal their difference.

use super::{
    commit::{commit_packed_weights, Purpose},
    packing::{pack_weights, unpack_weights, weight_elements},
    shape::MlpShape,
    weights::{WeightError, Weights},
};
use alloc::vec::Vec;
use core::fmt;
use nocknock_poseidon::{packing::PackingError, Fr, Keystream};

/// A decrypted model.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// Salt of the commitment.
    pub salt: Fr,
    /// The weights.
    pub weights: Weights,
}

/// Why a ciphertext does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The ciphertext has the wrong number of elements.
    #[error("a ciphertext of this shape has {expected} elements, not {found}")]
    Length {
        /// Elements of the shape.
        expected: usize,
        /// Elements that were given.
        found: usize,
    },
    /// The result is not packed weights.
    #[error("the key does not open this ciphertext: {0}")]
    Packing(#[from] PackingError),
    /// The result is weights, but not those of the commitment.
    #[error("the key opens this ciphertext to another model than the one committed to")]
    OtherModel,
}

/// Number of elements of a shape's ciphertext.
pub fn ciphertext_len(shape: &MlpShape) -> usize {
    weight_elements(shape).saturating_add(1)
}

/// Encrypts a model.
pub fn encrypt(
    shape: &MlpShape,
    key: Fr,
    context: Fr,
    salt: Fr,
    weights: &Weights,
) -> Result<Vec<Fr>, WeightError> {
    let packed = pack_weights(shape, weights)?;
    let plaintext = core::iter::once(salt).chain(packed);
    Ok(plaintext
        .zip(keystream(shape, key, context))
        .map(|(plain, key)| masked(plain, key))
        .collect())
}

/// Decrypts a model and checks it against its commitment.
pub fn decrypt(
    shape: &MlpShape,
    key: Fr,
    context: Fr,
    commitment: Fr,
    ciphertext: &[Fr],
) -> Result<Opened, OpenError> {
    let expected = ciphertext_len(shape);
    let mut stream = keystream(shape, key, context);
    let (salt, packed) = match ciphertext.split_first() {
        Some((first, rest)) if ciphertext.len() == expected => {
            let salt = unmasked(*first, stream.next_element());
            (
                salt,
                rest.iter()
                    .zip(stream)
                    .map(|(cipher, key)| unmasked(*cipher, key))
                    .collect::<Vec<_>>(),
            )
        }
        _ => return Err(OpenError::Length { expected, found: ciphertext.len() }),
    };
    let weights = unpack_weights(shape, &packed)?;
    if commit_packed_weights(shape, salt, &packed) == commitment {
        Ok(Opened { salt, weights })
    } else {
        Err(OpenError::OtherModel)
    }
}

/// The elements that are added to the plaintext.
pub fn keystream(shape: &MlpShape, key: Fr, context: Fr) -> Keystream {
    Keystream::new(Purpose::Keystream.tag(shape), &[key, context])
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "arithmetic of the field is modular: it neither overflows nor panics"
)]
fn masked(plain: Fr, key: Fr) -> Fr {
    plain + key
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "arithmetic of the field is modular: it neither overflows nor panics"
)]
fn unmasked(cipher: Fr, key: Fr) -> Fr {
    cipher - key
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{commit::model_commitment, shape::DIGITS_64X32X10};

    const SHAPE: &MlpShape = &DIGITS_64X32X10;

    fn model() -> Weights {
        let mut weights = Weights::zero(SHAPE);
        let values = weights.hidden.iter_mut().zip((0..64).cycle());
        values.for_each(|(weight, value)| *weight = value - 32);
        weights.output_bias[9] = -8192;
        weights
    }

    fn numbers() -> [Fr; 3] {
        [11u32, 22, 33].map(Fr::from)
    }

    #[test]
    fn the_key_opens_what_was_encrypted() {
        let [key, context, salt] = numbers();
        let ciphertext = encrypt(SHAPE, key, context, salt, &model()).unwrap();
        assert_eq!(ciphertext.len(), ciphertext_len(SHAPE));
        let commitment = model_commitment(SHAPE, salt, &model()).unwrap();
        let opened = decrypt(SHAPE, key, context, commitment, &ciphertext).unwrap();
        assert_eq!(opened, Opened { salt, weights: model() });
    }

    #[test]
    fn another_key_or_context_does_not_open_it() {
        let [key, context, salt] = numbers();
        let ciphertext = encrypt(SHAPE, key, context, salt, &model()).unwrap();
        let commitment = model_commitment(SHAPE, salt, &model()).unwrap();
        let open = |key, context| decrypt(SHAPE, key, context, commitment, &ciphertext);
        assert!(matches!(open(key + key, context), Err(OpenError::Packing(_))));
        assert!(matches!(open(key, context + key), Err(OpenError::Packing(_))));
    }

    #[test]
    fn another_model_or_salt_is_noticed() {
        let [key, context, salt] = numbers();
        let commitment = model_commitment(SHAPE, salt, &model()).unwrap();
        for (salt, weights) in [(salt, Weights::zero(SHAPE)), (salt + key, model())] {
            let ciphertext = encrypt(SHAPE, key, context, salt, &weights).unwrap();
            let opened = decrypt(SHAPE, key, context, commitment, &ciphertext);
            assert_eq!(opened, Err(OpenError::OtherModel));
        }
    }

    #[test]
    fn a_ciphertext_of_another_length_is_refused() {
        let [key, context, salt] = numbers();
        let mut ciphertext = encrypt(SHAPE, key, context, salt, &model()).unwrap();
        let expected = ciphertext.len();
        ciphertext.push(salt);
        for ciphertext in [&ciphertext[..], &ciphertext[..expected - 1], &[]] {
            let refused = OpenError::Length { expected, found: ciphertext.len() };
            assert_eq!(decrypt(SHAPE, key, context, salt, ciphertext), Err(refused));
        }
    }
}

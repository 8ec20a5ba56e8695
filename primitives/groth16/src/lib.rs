#![doc = include_str!("../README.md")]
#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

extern crate alloc;

mod batch;
mod coefficients;
mod encoding;
mod input;
mod key;
mod multiples;
mod powers;
mod prepared;
mod proof;
mod subgroup;
mod validate;
mod verify;

pub use ark_bn254::{Fr, G1Affine, G2Affine};
pub use batch::{verify_batch, BatchError, BatchItem};
pub use encoding::{PointError, G1_BYTES, G2_BYTES};
pub use input::{decode_input, encode_input, InputError, INPUT_BYTES};
pub use key::{KeyDecodeError, KeyId, KeyPart, VerifyingKey, MAX_INPUTS};
pub use prepared::{PreparedDecodeError, PreparedVerifyingKey};
pub use proof::{Proof, ProofDecodeError, ProofPart, PROOF_BYTES};
pub use validate::KeyError;
pub use verify::{verify, VerifyError};

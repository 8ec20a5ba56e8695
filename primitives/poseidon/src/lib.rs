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

mod bytes;
mod dot;
mod error;
mod grain;
mod hash;
mod keystream;
pub mod packing;
mod parameters;
mod permutation;
mod rounds;
mod sponge;
mod tables;
mod tag;

/// The field of the hash: the scalar field of BN254.
pub type Fr = ark_bn254::Fr;

pub use bytes::{from_be_bytes, to_be_bytes};
pub use error::PoseidonError;
pub use hash::hash;
pub use keystream::Keystream;
pub use parameters::Parameters;
pub use permutation::{permute, permute_fixed, State};
pub use rounds::{partial_rounds, FULL_ROUNDS, MAX_WIDTH, MIN_WIDTH};
pub use sponge::{sponge_hash, Sponge, SpongeError, SPONGE_RATE, SPONGE_WIDTH};
pub use tag::DomainTag;

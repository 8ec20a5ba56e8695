#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]

extern crate alloc;

// Not denied in the modules whose enums SCALE's derive encodes: it casts the index of a variant.
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod decay;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod deposits;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod draw;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod election;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod finality;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod level;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod life;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod model;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod puzzle;
#[cfg_attr(not(test), deny(clippy::cast_possible_truncation))]
pub mod score;

pub mod circuit;
pub mod claim;
pub mod experiment;
pub mod fact;
pub mod format;
pub mod ids;
pub mod limits;
pub mod phase;
pub mod provenance;
pub mod reward;
pub mod task;
pub mod text;
#[cfg(feature = "traits")]
pub mod traits;

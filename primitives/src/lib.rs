#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod circuit;
pub mod draw;
pub mod experiment;
pub mod fact;
pub mod ids;
pub mod limits;
pub mod model;
pub mod phase;
pub mod provenance;
pub mod reward;
pub mod score;
pub mod task;
#[cfg(feature = "traits")]
pub mod traits;

#![doc = include_str!("../README.md")]

pub mod ark;
pub mod blob;
pub mod claim;
pub mod evm;
pub mod native;
pub mod statement;
pub mod wasm;

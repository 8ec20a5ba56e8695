#![doc = include_str!("../README.md")]

mod layout;
pub mod learner;
pub mod order;
pub mod outer;
mod random;
pub mod update;

pub use layout::{Layout, LayoutError, TensorShape};

#![doc = include_str!("../README.md")]

mod exchange;
mod layout;
pub mod learner;
pub mod object;
pub mod order;
pub mod outer;
pub mod peer;
pub mod post;
mod random;
pub mod signed;
pub mod update;

pub use exchange::{Exchange, ExchangeError};
pub use layout::{Layout, LayoutError, TensorShape};

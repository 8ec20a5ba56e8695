//! Circuits.

pub mod interop;

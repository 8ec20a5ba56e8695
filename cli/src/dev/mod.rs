//! A development chain on this machine.

pub(crate) mod node;
pub(crate) mod session;

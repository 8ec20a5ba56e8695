//! The calls of the chain, in the words of the domain.
//!
//! A function of this module makes a [`Call`]; nothing happens until it is submitted by
//! [`Client::submit`](crate::Client::submit). Before anything is signed, each argument is checked
//! against the types that the node's runtime declares, by name.

pub mod balances;
mod deposits;
pub mod experiments;
pub mod rewards;
pub mod session;
pub mod tasks;
pub mod utility;
pub mod verifier;
pub mod wtm;

pub(crate) use deposits::Hold;

use codec::Encode;
use std::fmt;

/// A list has more entries than the chain takes in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given} entries, but one call takes {limit}: split them over several calls")]
pub struct TooLong {
    /// How many were given.
    pub given: usize,
    /// How many there may be.
    pub limit: u32,
}

/// A call with its arguments.
///
/// Its `Debug` form names the call and never shows an argument: some are secret until the block
/// that takes them.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    pallet: &'static str,
    name: &'static str,
    arguments: Vec<(&'static str, Argument)>,
    holds: Vec<Hold>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Argument {
    /// A value in SCALE.
    Value(Vec<u8>),
    /// Other calls, whose encoding depends on the runtime.
    Calls(Vec<Call>),
}

impl Call {
    pub(crate) fn new(pallet: &'static str, name: &'static str) -> Self {
        Self { pallet, name, arguments: Vec::new(), holds: Vec::new() }
    }

    pub(crate) fn with(self, argument: &'static str, value: impl Encode) -> Self {
        self.with_argument(argument, Argument::Value(value.encode()))
    }

    pub(crate) fn with_calls(self, argument: &'static str, calls: &[Call]) -> Self {
        self.with_argument(argument, Argument::Calls(calls.to_vec()))
    }

    fn with_argument(mut self, name: &'static str, value: Argument) -> Self {
        self.arguments.push((name, value));
        self
    }

    pub(crate) fn holding(mut self, hold: Hold) -> Self {
        self.holds.push(hold);
        self
    }

    /// The pallet that the call belongs to.
    pub fn pallet(&self) -> &'static str {
        self.pallet
    }

    /// The name of the call in its pallet.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it puts on hold of the sender's tokens, beside the fee.
    pub(crate) fn holds(&self) -> &[Hold] {
        &self.holds
    }

    pub(crate) fn arguments(&self) -> &[(&'static str, Argument)] {
        &self.arguments
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pallet, self.name)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({self})")
    }
}

#[cfg(test)]
mod tests;

//! S1: the circuit against the reference, rule by rule.

mod differential;
mod forgeries;
pub(crate) mod mutation;
mod rules;

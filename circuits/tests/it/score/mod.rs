//! S1: the circuit against the reference, rule by rule.

mod differential;
mod forgeries;
mod mutation;
mod rules;

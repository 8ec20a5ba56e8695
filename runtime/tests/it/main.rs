//! Tests of the runtime as a whole, on the state that its presets build.

mod chain;
mod council;
mod fees;
mod offences;
mod presets;
mod versions;

//! Tests of the built program.

mod chain;
mod dev_chain;
mod help;
mod offline;
mod processes;
mod support;
mod workers;

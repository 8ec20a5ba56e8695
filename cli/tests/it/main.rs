//! Tests of the built program.

mod dev_chain;
mod help;
mod offline;
mod support;

//! Tests of the built program.

mod chain;
mod dev_chain;
mod documentation;
mod faults;
mod help;
mod kills;
mod lifecycle;
mod offline;
mod people;
mod processes;
mod support;
mod workers;
mod wtm;

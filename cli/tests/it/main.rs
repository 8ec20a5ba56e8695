//! Tests of the built program.

mod chain;
mod dev_chain;
mod documentation;
mod encodings;
mod exports;
mod faults;
mod first_steps;
mod help;
mod kills;
mod lifecycle;
mod marathon;
mod model_files;
mod models;
mod offline;
mod people;
mod predict;
mod processes;
mod support;
mod tables;
mod workers;
mod wtm;

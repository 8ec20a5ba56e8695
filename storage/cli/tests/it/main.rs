//! Tests of the program, one module per topic.

mod commands;
mod kill;

//! Tests of the worker from outside.

mod agreement;
mod program;

//! Tests of the trainer from outside.

mod accuracy;
mod regularisation;
mod resume;
mod rules;
mod safety;
mod samples;
mod together;

//! Training, from outside.

mod accuracy;
mod resume;
mod rules;
mod samples;

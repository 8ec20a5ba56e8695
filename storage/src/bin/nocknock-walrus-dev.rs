//! The development store as a program.

fn main() {}

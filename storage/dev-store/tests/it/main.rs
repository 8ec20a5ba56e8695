//! Tests of the store's interface, one module per topic.

mod damage;
mod faults;
mod program;
mod store;

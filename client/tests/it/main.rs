//! The client against a real node.
//!
//! The node's program is taken from `NOCKNOCK_NODE`, or from beside the test's own folder, where
//! `cargo build --release -p nocknock-node` puts it.

mod connection;
mod events;
mod queries;
mod submission;
mod support;

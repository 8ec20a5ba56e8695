//! What goes wrong around a worker, with real programs: what it says, the exit codes, what is left
//! in its state directory and on the chain, and that it goes on once the fault is mended.
//! `docs/worker.md` has the table.

mod account;
mod clock;
mod hand;
mod keys;
#[cfg(target_os = "linux")]
mod machine;
mod node;
mod store;
mod task;
mod world;

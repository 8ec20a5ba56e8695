//! One file for each call; `reopen` is about disputes of accepted facts, `sweep` about what the
//! chain removes by itself; `cheats` has a test for each way to cheat, `sequences` random ones.

mod builders;

mod attest;
mod cheats;
mod claim;
mod dispute;
mod layout;
mod propose;
mod proven;
mod remove;
mod reopen;
mod resolve;
mod retract;
mod sequences;
mod state_check;
mod supersede;
mod sweep;
mod views;
mod vote;

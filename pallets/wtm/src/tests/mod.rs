//! One file for each call; `cheats` has a test for each way to cheat, `sequences` random ones.

mod builders;

mod attest;
mod cheats;
mod claim;
mod dispute;
mod layout;
mod propose;
mod proven;
mod remove;
mod resolve;
mod retract;
mod sequences;
mod state_check;
mod supersede;
mod views;
mod vote;

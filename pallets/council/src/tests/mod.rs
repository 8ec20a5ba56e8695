//! One file for each call, one for the verdict; `sequences` has random ones.

mod close;
mod enact;
mod layout;
mod object;
mod propose;
mod sequences;
mod state_check;
mod sweep;
mod verdict;
mod views;
mod vote;

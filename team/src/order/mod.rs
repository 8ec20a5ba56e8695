//! The order of a team's run: a log that every member replays to the same state.
//!
//! A *home* appends to the log. The rules are a pure state machine of integers, so whoever has the
//! entries checks the home: an entry that breaks a rule is refused by name. The home is named by
//! the run's record on the chain, and only a majority certificate there moves it. Entries that
//! only the lost home had are taken back; rounds that were certified are not.

mod core;
mod entry;
mod log;
mod quorum;
#[cfg(test)]
mod sim;
#[cfg(test)]
mod testing;

pub use self::{
    core::{Broken, HomeNamed, Phase, State, Terms},
    entry::{Author, Body, Entry, Hash, Included, Key, Offer, Outcome, Pause, Slots, Vouch},
    log::Log,
};

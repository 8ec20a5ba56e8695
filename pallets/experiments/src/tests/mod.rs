//! One file for each call, and one each for what tasks report, genesis, reads, stored layouts,
//! invariants and random sequences.

mod accept_transfer;
mod archive_experiment;
mod cancel_transfer;
mod create_experiment;
mod describe_experiment;
mod encoding;
mod genesis;
mod invariants;
mod layout;
mod leaderboard;
mod offer_transfer;
mod registry;
mod retire_champion;
mod sequences;
mod set_stage;
mod transfer_model;
mod views;

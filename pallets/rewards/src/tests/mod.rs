//! One file for each call, trait and subject; `cheats` has a test for each way to cheat,
//! `sequences` random ones.

mod builders;

mod apply_as_candidate;
mod bonds;
mod burn_log;
mod cheats;
mod curriculum;
mod election;
mod emission;
mod equal_rows;
mod expired_registrations;
mod genesis;
mod layout;
mod leave_candidates;
mod level;
mod note_finality;
mod payout;
mod points;
mod register_worker;
mod remove_curriculum;
mod remove_worker;
mod sequences;
mod set_curriculum;
mod set_practice;
mod sign_of_life;
mod silent_validators;
mod state_check;
mod unregister;
mod vesting;
mod views;
mod worker_registry;

//! One file for each call; `cheats` has a test for each way to cheat, `sequences` random ones, and
//! `heads` goes through everything that depends on what a model answers. `rounds` is about who is
//! asked for proofs, `payment` about who is paid how much, and `deposits` about what storage costs.

mod builders;

mod ask;
mod cancel_task;
mod cheats;
mod claim;
mod close_commitment;
mod commit_model;
mod create_task;
mod deliver;
mod deposits;
mod draw_split;
mod finish_task;
mod free_calls;
mod heads;
mod payment;
mod prove_champion;
mod publish_training_data;
mod remove_task;
mod reveal_block;
mod rounds;
mod sequences;
mod settle;
mod show_equal_rows;
mod state_check;
mod submit_scores;
mod sweep;
mod upload_chunk;
mod views;
mod withdraw_commitment;

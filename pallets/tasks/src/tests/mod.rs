//! One file for each call; `cheats` has a test for each way to cheat, `sequences` random ones, and
//! `heads` goes through everything that depends on what a model answers.

mod builders;

mod cancel_task;
mod cheats;
mod close_commitment;
mod commit_model;
mod create_task;
mod deliver;
mod draw_split;
mod finish_task;
mod free_calls;
mod heads;
mod publish_training_data;
mod remove_task;
mod reveal_block;
mod sequences;
mod settle;
mod state_check;
mod submit_scores;
mod sweep;
mod upload_chunk;
mod views;
mod withdraw_commitment;

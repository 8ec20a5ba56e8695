//! The long forms of tests that have a short one. `scripts/test --marathon` runs them: for a
//! release, and when what they cover has changed.

use crate::{kills, lifecycle};

#[test]
fn killed_in_every_stage_everybody_goes_on_and_nothing_is_paid_twice_or_lost() {
    kills::the_whole_walk();
}

#[test]
fn earned_tokens_are_spent_on_everything_that_the_program_can_do() {
    lifecycle::the_whole_story();
}

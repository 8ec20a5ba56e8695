//! A requester's task from the data file to the checked model.
//!
//! [`state`] keeps on disk what must not be lost, [`terms`] makes the offer, [`steps`] decides what is to be done next from the
//! state and the chain alone, [`act`] does it, and [`trials`] says how long it goes on after
//! failures. Whoever is killed at any moment goes on with the next step.

pub(crate) mod act;
pub(crate) mod state;
pub(crate) mod steps;
pub(crate) mod terms;
pub(crate) mod trials;

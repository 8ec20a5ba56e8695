//! What a follower tells while it works.

use crate::{errors::FollowError, steps::Step};
use std::time::Duration;

/// Something that whoever looks on may want to know.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Another step than before is taken.
    Began(Step),
    /// Something failed that may pass, and is tried again after a pause.
    Retrying {
        /// What failed.
        attempt: Attempt,
        /// How long until the next try.
        pause: Duration,
        /// Why it failed.
        error: &'a FollowError,
    },
}

/// What a follower does at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It looks at the chain.
    Look,
    /// It takes a step.
    Step(Step),
}

/// Whoever looks on. It is called from the task that follows, and should return soon.
pub trait Observer {
    /// Something happened.
    fn observe(&self, event: Event<'_>);
}

impl<F: Fn(Event<'_>)> Observer for F {
    fn observe(&self, event: Event<'_>) {
        self(event);
    }
}

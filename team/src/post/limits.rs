//! How much a post takes, and how long it waits.

use std::time::Duration;

/// The bounds of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of an object.
    pub object_bytes: usize,
    /// Most bytes of all objects that a member puts in a round.
    pub member_bytes: u64,
    /// Most bytes of what a member says at a time.
    pub said_bytes: usize,
    /// The longest that a reader of the log is let wait.
    pub wait: Duration,
    /// How long a body may take to arrive.
    pub patience: Duration,
    /// How many objects are read at a time. Others wait.
    pub at_a_time: usize,
}

impl Limits {
    /// Limits for objects of at most so many bytes, of which a member puts three in a round.
    pub fn of_objects(largest: usize) -> Self {
        Self {
            object_bytes: largest,
            member_bytes: (largest as u64).saturating_mul(3),
            said_bytes: 1 << 16,
            wait: Duration::from_secs(25),
            patience: Duration::from_secs(120),
            at_a_time: 16,
        }
    }
}

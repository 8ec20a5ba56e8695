//! How far a transfer is.

use std::{fmt, sync::Arc};

use super::Target;

/// What is being done with a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its id is being computed before an upload.
    Hashing,
    /// It is on its way to a publisher.
    Uploading,
    /// It is on its way from an aggregator.
    Downloading,
    /// All bytes are here and the id is being recomputed.
    Checking,
}

/// A step of a transfer. `done` falls back when a try starts over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which blob; `None` before its id is known.
    pub target: Option<Target>,
    /// What is being done.
    pub stage: Stage,
    /// Bytes done in this stage.
    pub done: u64,
    /// Bytes in all, as far as known.
    pub total: Option<u64>,
}

/// A function that is told of every step. It is called on the thread that moves the bytes, so it
/// must return at once.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<dyn Fn(Step) + Send + Sync>>);

impl Progress {
    /// Tells nobody.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Tells `listener`.
    pub fn to(listener: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(crate) fn tell(&self, step: impl FnOnce() -> Step) {
        if let Some(listener) = &self.0 {
            listener(step());
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listener = if self.0.is_some() { "listener" } else { "none" };
        write!(f, "Progress({listener})")
    }
}

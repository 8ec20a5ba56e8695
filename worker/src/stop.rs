//! How work is asked to end.

use tokio_util::sync::CancellationToken;

/// Asks work to end at the next place where nothing is lost. Clones belong together.
#[derive(Clone, Debug, Default)]
pub struct Stop(CancellationToken);

impl Stop {
    /// Not asked yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that can be asked alone, and is asked with this one.
    pub fn child(&self) -> Self {
        Self(self.0.child_token())
    }

    /// Asks.
    pub fn ask(&self) {
        self.0.cancel();
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Waits until it is asked.
    pub async fn asked(&self) {
        self.0.cancelled().await;
    }
}

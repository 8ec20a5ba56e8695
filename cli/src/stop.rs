//! What asks a command to end that would go on for ever.

use crate::failure::{other, Failure};
use tokio::signal::unix::{signal, Signal, SignalKind};

/// Ctrl-C, and the signal by which services are stopped.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// From now on these signals no longer end the program by themselves.
    pub(crate) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(other)?,
            interrupt: signal(SignalKind::interrupt()).map_err(other)?,
        })
    }

    /// Returns when one of them has come.
    pub(crate) async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

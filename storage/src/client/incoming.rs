//! Bytes on their way from an aggregator.

use std::time::Duration;

use bytes::Bytes;
use futures::{stream::BoxStream, StreamExt};
use tokio::time::timeout;

use super::{Fault, Timeouts};
use crate::speed::SpeedWatch;

/// The body of an answer, whose sender may be neither silent nor slow for long.
pub(super) struct Incoming {
    body: BoxStream<'static, Result<Bytes, Fault>>,
    idle: Duration,
    watch: SpeedWatch,
}

impl Incoming {
    pub(super) fn new(body: BoxStream<'static, Result<Bytes, Fault>>, timeouts: &Timeouts) -> Self {
        Self { body, idle: timeouts.idle, watch: SpeedWatch::new(timeouts.least_speed) }
    }

    /// The next piece; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let piece = self.watch.wait(timeout(self.idle, self.body.next())).await?;
        let Some(piece) = piece.map_err(|_| Fault::Silent(self.idle))? else {
            return Ok(None);
        };
        let piece = piece?;
        self.watch.count(piece.len() as u64);
        Ok(Some(piece))
    }
}

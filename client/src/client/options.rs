//! How to reach the chain.

use crate::{errors::ConnectError, types::Hash};
use std::time::Duration;

/// How to reach the chain.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// Addresses of nodes that begin with `ws://` or `wss://`, tried in turn.
    pub urls: Vec<String>,
    /// How long a single answer may take.
    pub request_timeout: Duration,
    /// How long to go on trying when no node answers, before a call fails.
    pub patience: Duration,
    /// How often to look for new blocks. A fraction of the time between blocks is sensible.
    pub poll_interval: Duration,
    /// The chain to connect to, by the hash of its genesis; any if none is given.
    pub genesis: Option<Hash>,
}

impl ConnectOptions {
    /// Sensible options for these addresses.
    pub fn new<S: AsRef<str>>(urls: &[S]) -> Self {
        Self {
            urls: urls.iter().map(|url| url.as_ref().to_owned()).collect(),
            request_timeout: Duration::from_secs(30),
            patience: Duration::from_secs(120),
            poll_interval: Duration::from_millis(200),
            genesis: None,
        }
    }

    pub(super) fn check(&self) -> Result<(), ConnectError> {
        let is_node = |url: &String| url.starts_with("ws://") || url.starts_with("wss://");
        match self.urls.iter().find(|url| !is_node(url)) {
            Some(bad) => Err(ConnectError::BadAddress(bad.clone())),
            None if self.urls.is_empty() => Err(ConnectError::NoAddress),
            None => Ok(()),
        }
    }
}

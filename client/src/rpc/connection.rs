//! A connection to one of several nodes that is renewed when it breaks.

use super::RpcError;
use crate::types::Hash;
use nocknock_primitives::text::printable;
use serde::de::DeserializeOwned;
use std::{
    future::Future,
    sync::OnceLock,
    time::{Duration, Instant},
};
use subxt::{
    ext::jsonrpsee::{
        client_transport::ws::{Url, WsTransportClientBuilder},
        core::client::Client as WsClient,
    },
    rpcs::{
        client::{RpcClient, RpcParams},
        Error as TransportError,
    },
};
use tokio::{sync::Mutex, time::timeout};

/// Pause after the first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The most bytes of a question or an answer. A full block has 5 MiB, which are 10 MiB in
/// hexadecimal digits and with what surrounds them more than the usual limit; nodes give 15 MiB at
/// most unless they are told otherwise.
const MAX_MESSAGE: u32 = 32 * 1024 * 1024;

/// What a [`Connection`] is made of.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionOptions {
    /// Addresses of nodes, in the order in which they are tried.
    pub(crate) urls: Vec<String>,
    /// How long a single answer may take.
    pub(crate) request_timeout: Duration,
    /// How long to go on trying to reach a node.
    pub(crate) patience: Duration,
}

/// A connection that outlives the node behind it.
#[derive(Debug)]
pub(crate) struct Connection {
    options: ConnectionOptions,
    genesis: OnceLock<Hash>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connection: Option<RpcClient>,
    /// Counts connections, so that one failure noticed by several callers ends one connection.
    generation: u64,
    next_url: usize,
}

/// How one attempt failed.
enum Failure {
    /// The connection is of no use any more.
    Broken(String),
    /// The node answered, and asking again would not change the answer.
    Final(RpcError),
}

impl Connection {
    pub(crate) fn new(options: ConnectionOptions) -> Self {
        Self { options, genesis: OnceLock::new(), state: Mutex::default() }
    }

    /// From now on only nodes of the chain with this genesis are accepted.
    pub(crate) fn expect_genesis(&self, genesis: Hash) {
        self.genesis.get_or_init(|| genesis);
    }

    /// Asks until a node answers or patience runs out. Only for questions: whoever asks twice must
    /// not change anything twice.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        params: RpcParams,
    ) -> Result<T, RpcError> {
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let reason = match self.attempt(method, params.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Broken(reason)) => reason,
            };
            if start.elapsed() >= self.options.patience {
                return Err(self.unreachable(reason));
            }
            tracing::debug!(method, reason, "asking again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Asks once.
    pub(crate) async fn ask_once<T: DeserializeOwned>(
        &self,
        method: &str,
        params: RpcParams,
    ) -> Result<T, RpcError> {
        match self.attempt(method, params).await {
            Ok(answer) => Ok(answer),
            Err(Failure::Final(error)) => Err(error),
            Err(Failure::Broken(reason)) => Err(self.unreachable(reason)),
        }
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        method: &str,
        params: RpcParams,
    ) -> Result<T, Failure> {
        let (generation, connection) = self.connection().await?;
        let answer = self.limited(connection.request(method, params)).await;
        match answer {
            Ok(answer) => Ok(answer),
            Err(error) => {
                let failure = failure(method, error);
                if matches!(failure, Failure::Broken(_)) {
                    self.disconnect(generation).await;
                }
                Err(failure)
            }
        }
    }

    async fn connection(&self) -> Result<(u64, RpcClient), Failure> {
        let mut state = self.state.lock().await;
        if let Some(connection) = &state.connection {
            return Ok((state.generation, connection.clone()));
        }
        let connection = self.connect_to_any(&mut state.next_url).await?;
        state.generation += 1;
        state.connection = Some(connection.clone());
        Ok((state.generation, connection))
    }

    async fn connect_to_any(&self, next_url: &mut usize) -> Result<RpcClient, Failure> {
        let mut failure = Failure::Broken("no address is given".to_owned());
        for _ in &self.options.urls {
            let position = *next_url % self.options.urls.len();
            *next_url = position + 1;
            match self.connect_to(&self.options.urls[position]).await {
                Ok(connection) => {
                    *next_url = position;
                    return Ok(connection);
                }
                Err(other) => failure = other,
            }
        }
        Err(failure)
    }

    async fn connect_to(&self, url: &str) -> Result<RpcClient, Failure> {
        let opened = self.limited(open(url)).await;
        let connection = opened.map_err(|error| Failure::Broken(cause(&error)))?;
        let Some(expected) = self.genesis.get().copied() else {
            return Ok(connection);
        };
        let mut params = RpcParams::new();
        params.push(0).map_err(|error| failure("chain_getBlockHash", error))?;
        let answer = self.limited(connection.request("chain_getBlockHash", params)).await;
        let found: Hash = answer.map_err(|error| failure("chain_getBlockHash", error))?;
        if found == expected {
            tracing::info!(url, "connected");
            return Ok(connection);
        }
        Err(Failure::Final(RpcError::OtherChain { url: url.to_owned(), found, expected }))
    }

    async fn disconnect(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.generation == generation && state.connection.take().is_some() {
            tracing::warn!("the connection to the node is lost");
        }
    }

    async fn limited<T>(
        &self,
        work: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        timeout(self.options.request_timeout, work)
            .await
            .unwrap_or_else(|elapsed| Err(TransportError::Client(Box::new(elapsed))))
    }

    fn unreachable(&self, reason: String) -> RpcError {
        RpcError::Unreachable { urls: self.options.urls.join(", "), reason }
    }
}

async fn open(url: &str) -> Result<RpcClient, TransportError> {
    let url = Url::parse(url).map_err(|error| TransportError::Client(Box::new(error)))?;
    let opened = transport().build(url).await;
    let (sender, receiver) = opened.map_err(|error| TransportError::Client(Box::new(error)))?;
    let client = WsClient::builder().build_with_tokio(sender, receiver);
    Ok(RpcClient::new(client))
}

fn transport() -> WsTransportClientBuilder {
    WsTransportClientBuilder::default().max_request_size(MAX_MESSAGE).max_response_size(MAX_MESSAGE)
}

fn failure(method: &str, error: TransportError) -> Failure {
    match error {
        TransportError::User(error) => {
            let details = error.data.map(|data| data.get().trim_matches('"').to_owned());
            let message: Vec<String> =
                [Some(error.message), details].into_iter().flatten().collect();
            Failure::Final(RpcError::Refused {
                method: method.to_owned(),
                code: error.code,
                message: printable(&message.join(": ")).into_owned(),
            })
        }
        TransportError::Client(_) | TransportError::DisconnectedWillReconnect(_) => {
            Failure::Broken(cause(&error))
        }
        other => Failure::Final(RpcError::malformed(method, other)),
    }
}

/// What went wrong, without the names of the layers that pass it on.
fn cause(error: &TransportError) -> String {
    let text = error.to_string();
    let mut rest = text.as_str();
    while let Some(inner) = LAYERS.iter().find_map(|layer| rest.strip_prefix(*layer)) {
        rest = inner;
    }
    printable(rest).into_owned()
}

/// How subxt begins the text of an error that it passes on.
const LAYERS: [&str; 2] = ["RPC error: ", "client error: "];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{rpc::Version, runtime::Runtime};

    #[test]
    fn a_lost_connection_is_explained_by_its_cause_alone() {
        let refused = std::io::Error::other("connection refused");
        let inner = TransportError::Client(Box::new(refused));
        assert_eq!(cause(&inner), "connection refused");
        let outer = TransportError::Client(Box::new(inner));
        assert_eq!(cause(&outer), "connection refused");
    }

    #[test]
    fn the_longest_block_fits_into_an_answer() {
        let version =
            Version { spec_name: "nocknock".into(), spec_version: 1, transaction_version: 1 };
        let metadata = include_bytes!("../../metadata/nocknock.scale");
        let runtime = Runtime::new(Hash::zero(), version, metadata).expect("metadata");
        // For each class of transactions, and of the header.
        let limits = runtime.constant::<([u32; 3], Option<u32>)>("System", "BlockLength");
        let (lengths, _) = limits.expect("a constant");
        let longest = lengths.into_iter().max().expect("a class");
        assert!(transport().max_response_size > longest * 2 + longest / 2);
    }
}

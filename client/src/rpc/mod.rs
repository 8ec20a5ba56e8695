//! What the client asks of a node.
//!
//! Everything above this module speaks to [`Node`], so that submissions and streams are tested
//! against a chain in memory. [`connection::Connection`] leads to real nodes.

pub(crate) mod connection;
#[cfg(test)]
pub(crate) mod fake;
mod methods;

use crate::types::{AccountId, BlockNumber, Hash, SessionKeys};
use async_trait::async_trait;
use nocknock_primitives::text::printable;

/// Why a node did not answer a question.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RpcError {
    /// No node could be reached for as long as the connection's patience lasts.
    #[error("no node answers at {urls}: {reason}. Start one, or give the address of another")]
    Unreachable {
        /// The addresses that were tried.
        urls: String,
        /// What went wrong last.
        reason: String,
    },
    /// The node answered with an error.
    #[error("the node refused {method}: {message} (code {code})")]
    Refused {
        /// The method.
        method: String,
        /// The code of the error.
        code: i32,
        /// The text of the error, with the details that the node adds.
        message: String,
    },
    /// The node's answer does not have the form that the method promises.
    #[error("the node's answer to {method} cannot be read: {reason}")]
    Malformed {
        /// The method.
        method: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The address is that of a node of another chain.
    #[error("{url} belongs to another chain: its genesis is {found:?}, not {expected:?}")]
    OtherChain {
        /// The address.
        url: String,
        /// The genesis hash of the chain found there.
        found: Hash,
        /// The genesis hash that was expected.
        expected: Hash,
    },
}

impl RpcError {
    pub(crate) fn malformed(method: &str, reason: impl std::fmt::Display) -> Self {
        let reason = printable(&reason.to_string()).into_owned();
        Self::Malformed { method: method.to_owned(), reason }
    }

    /// The question may be answered later, by this node or another one.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// The node has removed the state of that block.
    pub(crate) fn is_pruned_state(&self) -> bool {
        let Self::Refused { message, .. } = self else {
            return false;
        };
        ["State already discarded", "UnknownBlock", "Unknown block"]
            .iter()
            .any(|text| message.contains(text))
    }
}

/// The versions of a runtime.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    pub(crate) spec_name: String,
    pub(crate) spec_version: u32,
    pub(crate) transaction_version: u32,
}

/// A node of the chain.
#[async_trait]
pub(crate) trait Node: Send + Sync {
    /// Hash of the best block.
    async fn best_hash(&self) -> Result<Hash, RpcError>;

    /// Hash of the last finalised block.
    async fn finalised_hash(&self) -> Result<Hash, RpcError>;

    /// Height of a block that the node knows.
    async fn number_of(&self, hash: Hash) -> Result<Option<BlockNumber>, RpcError>;

    /// Hash of the block before one that the node knows.
    async fn parent_of(&self, hash: Hash) -> Result<Option<Hash>, RpcError>;

    /// Hash of the block of this height on the best chain.
    async fn hash_of(&self, number: BlockNumber) -> Result<Option<Hash>, RpcError>;

    /// The encoded transactions of a block.
    async fn extrinsics(&self, block: Hash) -> Result<Option<Vec<Vec<u8>>>, RpcError>;

    /// A value of the state of a block.
    async fn storage(&self, key: &[u8], block: Hash) -> Result<Option<Vec<u8>>, RpcError>;

    /// Calls a function of the runtime on the state of a block.
    async fn call(&self, function: &str, input: &[u8], block: Hash) -> Result<Vec<u8>, RpcError>;

    /// The versions of the runtime of a block.
    async fn version(&self, block: Hash) -> Result<Version, RpcError>;

    /// The nonce for the next transaction of an account, after those that wait in the node's pool.
    async fn next_nonce(&self, account: &AccountId) -> Result<u64, RpcError>;

    /// Hands in a transaction. Tried once: after [`RpcError::Unreachable`] it may have arrived or
    /// not.
    async fn submit(&self, transaction: &[u8]) -> Result<(), RpcError>;

    /// Makes new session keys for an account, and keeps their secret parts. Tried once, so that no
    /// unused keys pile up.
    async fn make_session_keys(&self, owner: &AccountId) -> Result<SessionKeys, RpcError>;

    /// A method that answers with JSON.
    async fn json(&self, method: &str) -> Result<serde_json::Value, RpcError>;
}

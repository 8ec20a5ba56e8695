//! The JSON-RPC methods behind [`Node`].

use super::{connection::Connection, Node, RpcError, Version};
use crate::types::{AccountId, BlockNumber, Hash, PublicSessionKeys, SessionKeys};
use async_trait::async_trait;
use codec::DecodeAll;
use serde::Deserialize;
use subxt::{rpcs::client::RpcParams, rpcs::Error as TransportError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    number: String,
    parent_hash: Hash,
}

#[derive(Deserialize)]
struct SignedBlock {
    block: Block,
}

#[derive(Deserialize)]
struct Block {
    extrinsics: Vec<String>,
}

#[derive(Deserialize)]
struct GeneratedKeys {
    keys: String,
    proof: String,
}

const HEADER: &str = "chain_getHeader";

async fn header(connection: &Connection, block: Hash) -> Result<Option<Header>, RpcError> {
    connection.ask(HEADER, params(HEADER, [block])?).await
}

#[async_trait]
impl Node for Connection {
    async fn best_hash(&self) -> Result<Hash, RpcError> {
        self.ask("chain_getBlockHash", RpcParams::new()).await
    }

    async fn finalised_hash(&self) -> Result<Hash, RpcError> {
        self.ask("chain_getFinalizedHead", RpcParams::new()).await
    }

    async fn number_of(&self, hash: Hash) -> Result<Option<BlockNumber>, RpcError> {
        let header = header(self, hash).await?;
        header.map(|header| number(HEADER, &header.number)).transpose()
    }

    async fn parent_of(&self, hash: Hash) -> Result<Option<Hash>, RpcError> {
        let header = header(self, hash).await?;
        Ok(header.map(|header| header.parent_hash))
    }

    async fn hash_of(&self, number: BlockNumber) -> Result<Option<Hash>, RpcError> {
        const METHOD: &str = "chain_getBlockHash";
        self.ask(METHOD, params(METHOD, [number])?).await
    }

    async fn extrinsics(&self, block: Hash) -> Result<Option<Vec<Vec<u8>>>, RpcError> {
        const METHOD: &str = "chain_getBlock";
        let block: Option<SignedBlock> = self.ask(METHOD, params(METHOD, [block])?).await?;
        let decode = |text: &String| bytes(METHOD, text);
        block.map(|signed| signed.block.extrinsics.iter().map(decode).collect()).transpose()
    }

    async fn storage(&self, key: &[u8], block: Hash) -> Result<Option<Vec<u8>>, RpcError> {
        const METHOD: &str = "state_getStorage";
        let params = params(METHOD, [prefixed(key), format!("{block:?}")])?;
        let value: Option<String> = self.ask(METHOD, params).await?;
        value.map(|text| bytes(METHOD, &text)).transpose()
    }

    async fn call(&self, function: &str, input: &[u8], block: Hash) -> Result<Vec<u8>, RpcError> {
        const METHOD: &str = "state_call";
        let arguments = [function.to_owned(), prefixed(input), format!("{block:?}")];
        let answer: String = self.ask(METHOD, params(METHOD, arguments)?).await?;
        bytes(METHOD, &answer)
    }

    async fn version(&self, block: Hash) -> Result<Version, RpcError> {
        const METHOD: &str = "state_getRuntimeVersion";
        self.ask(METHOD, params(METHOD, [block])?).await
    }

    async fn next_nonce(&self, account: &AccountId) -> Result<u64, RpcError> {
        const METHOD: &str = "system_accountNextIndex";
        self.ask(METHOD, params(METHOD, [account])?).await
    }

    async fn submit(&self, transaction: &[u8]) -> Result<(), RpcError> {
        const METHOD: &str = "author_submitExtrinsic";
        let params = params(METHOD, [prefixed(transaction)])?;
        self.ask_once::<Hash>(METHOD, params).await.map(|_| ())
    }

    async fn make_session_keys(&self, owner: &AccountId) -> Result<SessionKeys, RpcError> {
        const METHOD: &str = "author_rotateKeysWithOwner";
        let params = params(METHOD, [prefixed(&owner.0)])?;
        let made: GeneratedKeys = self.ask_once(METHOD, params).await?;
        let keys = PublicSessionKeys::decode_all(&mut &bytes(METHOD, &made.keys)?[..]);
        let keys = keys.map_err(|error| RpcError::malformed(METHOD, error))?;
        Ok(SessionKeys { keys, proof: bytes(METHOD, &made.proof)? })
    }

    async fn json(&self, method: &str) -> Result<serde_json::Value, RpcError> {
        self.ask(method, RpcParams::new()).await
    }
}

fn params<T: serde::Serialize>(
    method: &str,
    values: impl IntoIterator<Item = T>,
) -> Result<RpcParams, RpcError> {
    let pushed = values.into_iter().try_fold(RpcParams::new(), |mut params, value| {
        params.push(value)?;
        Ok::<_, TransportError>(params)
    });
    pushed.map_err(|error| RpcError::malformed(method, error))
}

fn prefixed(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn bytes(method: &str, text: &str) -> Result<Vec<u8>, RpcError> {
    hex::decode(text.trim_start_matches("0x")).map_err(|error| RpcError::malformed(method, error))
}

fn number(method: &str, text: &str) -> Result<BlockNumber, RpcError> {
    BlockNumber::from_str_radix(text.trim_start_matches("0x"), 16)
        .map_err(|error| RpcError::malformed(method, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_bytes_of_answers_are_hexadecimal() {
        assert_eq!(number("m", "0x1f").ok(), Some(31));
        assert_eq!(bytes("m", "0x00ff").ok(), Some(vec![0, 255]));
        assert!(number("m", "0x1ffffffff").is_err());
        assert!(bytes("m", "0x0").is_err());
    }

    #[test]
    fn parameters_are_a_json_list() {
        let params = params("m", ["a", "b"]).ok().and_then(RpcParams::build);
        assert_eq!(params.map(|raw| raw.get().to_owned()), Some(r#"["a","b"]"#.to_owned()));
    }
}

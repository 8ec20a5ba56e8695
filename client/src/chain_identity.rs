//! Knowing a chain again.
//!
//! The hash of the genesis does not tell two chains apart that were begun with the same
//! specification, as a development chain is each time it starts. What tells them apart is a later
//! block. A program that keeps something about a chain on a disk keeps a [`KnownChain`] beside it,
//! and compares it with the node before it believes what it kept.
//!
//! Two blocks are kept. The newest one that is final finds out that the chain is not the one that
//! was seen last. A node that has not come to it yet could be any chain, so the first block after
//! the genesis is kept too: it decides as soon as the node has one that is final.

use crate::{
    client::Client,
    errors::QueryError,
    rpc::{Node, RpcError},
    types::{BlockNumber, BlockRef, Hash},
};
use serde::{Deserialize, Serialize};

/// The first block that differs between two chains with the same genesis.
const FIRST: BlockNumber = 1;

/// A final block that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownBlock {
    /// Its height.
    pub number: BlockNumber,
    /// Its hash.
    pub hash: Hash,
}

/// What is kept of a chain, so that it is known again. It has a form in files, through serde.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownChain {
    /// The first block after the genesis, unless the node did not have it.
    pub first: Option<KnownBlock>,
    /// The newest final block that was seen.
    pub latest: KnownBlock,
}

/// How a node's chain compares with one that was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainMatch {
    /// It is the same.
    Same,
    /// It may be the same: the node does not have the newest block that was seen, because it is
    /// still fetching the chain, or because the chain was begun anew and has no block yet.
    Behind {
        /// The newest final block of the node.
        finalised: BlockNumber,
        /// The newest final block that was seen before.
        seen: BlockNumber,
    },
    /// It is another one, and never becomes the one that was seen.
    Other(OtherChain),
}

/// The chain is not the one that was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is another chain than before, although its genesis is the same: its block {number} is \
     {found:?}, and was {expected:?}. The chain was begun anew, or the address is that of another \
     network"
)]
pub struct OtherChain {
    /// The block that differs.
    pub number: BlockNumber,
    /// Its hash when it was seen.
    pub expected: Hash,
    /// Its hash now.
    pub found: Hash,
}

impl From<BlockRef> for KnownBlock {
    fn from(block: BlockRef) -> Self {
        Self { number: block.number, hash: block.hash }
    }
}

impl Client {
    /// What to keep of the chain as it stands. Nothing is worth keeping before a block after the
    /// genesis is final.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn known_chain(&self) -> Result<Option<KnownChain>, QueryError> {
        Ok(known(self.node()).await?)
    }

    /// Compares the node's chain with one that was seen before. Costs a few short questions.
    ///
    /// # Errors
    ///
    /// See [`QueryError`]. That it is another chain is no error, but an answer.
    pub async fn compare_chain(&self, known: &KnownChain) -> Result<ChainMatch, QueryError> {
        Ok(compare(self.node(), known).await?)
    }
}

async fn known(node: &dyn Node) -> Result<Option<KnownChain>, RpcError> {
    let latest = finalised(node).await?;
    if latest.number < FIRST {
        return Ok(None);
    }
    let first = node.hash_of(FIRST).await?;
    let first = first.map(|hash| KnownBlock { number: FIRST, hash });
    Ok(Some(KnownChain { first, latest }))
}

async fn compare(node: &dyn Node, known: &KnownChain) -> Result<ChainMatch, RpcError> {
    // The final block is asked for first: the best chain, whose hashes follow, descends from it.
    let finalised = finalised(node).await?.number;
    // The newest block first: whoever has it has all before it, even if a node that was set up
    // lately has not fetched those yet.
    for block in [Some(known.latest), known.first].into_iter().flatten() {
        let KnownBlock { number, hash: expected } = block;
        match node.hash_of(number).await? {
            Some(found) if found == expected && block == known.latest => {
                return Ok(ChainMatch::Same);
            }
            // A block above the final one may still be abandoned for the one that was seen.
            Some(found) if found != expected && number <= finalised => {
                return Ok(ChainMatch::Other(OtherChain { number, expected, found }));
            }
            _ => {}
        }
    }
    Ok(ChainMatch::Behind { finalised, seen: known.latest.number })
}

async fn finalised(node: &dyn Node) -> Result<KnownBlock, RpcError> {
    let hash = node.finalised_hash().await?;
    let number = node.number_of(hash).await?;
    let unknown =
        || RpcError::malformed("chain_getHeader", format!("the block {hash:?} is unknown"));
    Ok(KnownBlock { number: number.ok_or_else(unknown)?, hash })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::fake::{hash_at, FakeChain};
    use std::sync::Arc;

    /// A chain with so many blocks after the genesis; the last two are not final.
    fn chain(blocks: u32) -> Arc<FakeChain> {
        let chain = FakeChain::begun();
        (0..blocks).for_each(|_| chain.grow());
        chain
    }

    fn block(number: BlockNumber) -> KnownBlock {
        KnownBlock { number, hash: hash_at(number as usize) }
    }

    /// A block of the same height on another chain.
    fn foreign(number: BlockNumber) -> KnownBlock {
        KnownBlock { number, hash: Hash::repeat_byte(9) }
    }

    #[tokio::test]
    async fn a_chain_that_grew_is_the_same() {
        let chain = chain(6);
        let seen = known(&*chain).await.unwrap().unwrap();
        assert_eq!(seen, KnownChain { first: Some(block(1)), latest: block(4) });
        (0..5).for_each(|_| chain.grow());
        assert_eq!(compare(&*chain, &seen).await.unwrap(), ChainMatch::Same);
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_chain_whose_first_block_is_not_final() {
        assert_eq!(known(&*chain(2)).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_chain_begun_anew_is_told_by_its_first_block_long_before_it_is_as_high() {
        let seen = KnownChain { first: Some(foreign(1)), latest: foreign(1000) };
        let ChainMatch::Other(other) = compare(&*chain(3), &seen).await.unwrap() else {
            panic!("it is another chain");
        };
        assert_eq!(other.number, 1);
        assert_eq!((other.expected, other.found), (foreign(1).hash, hash_at(1)));
        assert!(other.to_string().contains("begun anew"), "{other}");
    }

    #[tokio::test]
    async fn a_chain_that_left_the_known_one_later_is_told_by_the_newest_block() {
        let seen = KnownChain { first: Some(block(1)), latest: foreign(4) };
        let found = compare(&*chain(6), &seen).await.unwrap();
        assert!(matches!(found, ChainMatch::Other(OtherChain { number: 4, .. })), "{found:?}");
    }

    #[tokio::test]
    async fn a_node_that_is_still_fetching_the_chain_is_no_other_chain() {
        for first in [Some(block(1)), None] {
            let seen = KnownChain { first, latest: block(1000) };
            let found = compare(&*chain(6), &seen).await.unwrap();
            assert_eq!(found, ChainMatch::Behind { finalised: 4, seen: 1000 });
        }
    }

    #[tokio::test]
    async fn a_block_that_is_not_final_decides_nothing_against_the_chain() {
        let seen = KnownChain { first: None, latest: foreign(5) };
        let found = compare(&*chain(6), &seen).await.unwrap();
        assert_eq!(found, ChainMatch::Behind { finalised: 4, seen: 5 });
        let seen = KnownChain { first: Some(foreign(1)), latest: foreign(1000) };
        let found = compare(&*chain(2), &seen).await.unwrap();
        assert_eq!(found, ChainMatch::Behind { finalised: 0, seen: 1000 });
    }

    #[tokio::test]
    async fn a_node_that_lacks_old_blocks_is_known_by_the_newest_one() {
        // As if its first block were another one: what follows a known final block is the same.
        let seen = KnownChain { first: Some(block(9000)), latest: block(4) };
        assert_eq!(compare(&*chain(6), &seen).await.unwrap(), ChainMatch::Same);
    }

    #[test]
    fn what_is_kept_survives_its_file() {
        let seen = KnownChain { first: Some(block(1)), latest: block(70) };
        let text = serde_json::to_string(&seen).unwrap();
        assert_eq!(serde_json::from_str::<KnownChain>(&text).unwrap(), seen);
    }
}

//! The search for a transaction on the chain.

use super::{Inclusion, Wait};
use crate::{
    ends::Ends,
    errors::QueryError,
    rpc::Node,
    runtime::decode_all,
    types::{AccountId, BlockNumber, BlockRef, Hash},
};
use codec::Encode;
use std::collections::BTreeMap;

/// New blocks after which a transaction that is in none of them is handed in again.
const REPEAT_AFTER: BlockNumber = 4;

/// What is known about a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is in a block, as deep as was asked for.
    Included(Inclusion),
    /// It may still be included.
    Waiting,
    /// Its nonce was used by another transaction in a finalised block.
    Superseded,
    /// Its life is over, and it is in no finalised block.
    Expired { until: BlockNumber },
}

/// What a look at the best chain found.
enum Look {
    Found(BlockRef, u32),
    /// It is in none of the blocks.
    NotThere,
    /// The node did not have all of the blocks, because it is changing to another chain.
    Incomplete,
}

/// A search that goes on as the chain grows.
pub(super) struct Search<'a> {
    node: &'a dyn Node,
    bytes: &'a [u8],
    owner: Option<(&'a AccountId, u64)>,
    /// Last block in which it can be included.
    until: BlockNumber,
    /// First block that may hold it and was not searched for good.
    next: BlockNumber,
    /// Where it stands in the blocks that were read, if it is in them.
    read: BTreeMap<Hash, Option<u32>>,
    /// Height of the chain when it was handed in last.
    handed_in_at: Option<BlockNumber>,
    /// The finalised block for which the nonce was asked last.
    asked: Option<BlockRef>,
}

impl<'a> Search<'a> {
    /// A search in the blocks after `signed_at`, in which it was signed, up to `until`.
    pub(super) fn new(
        node: &'a dyn Node,
        bytes: &'a [u8],
        signed_at: BlockNumber,
        until: BlockNumber,
        owner: Option<(&'a AccountId, u64)>,
    ) -> Self {
        Self {
            node,
            bytes,
            owner,
            until,
            next: signed_at.saturating_add(1),
            read: BTreeMap::new(),
            handed_in_at: None,
            asked: None,
        }
    }

    /// Looks at the blocks that are new.
    pub(super) async fn step(&mut self, ends: Ends, wait: Wait) -> Result<Verdict, QueryError> {
        let look = self.look(ends.best).await?;
        if matches!(look, Look::Incomplete) || !self.is_one_chain(ends).await? {
            return Ok(Verdict::Waiting);
        }
        if let Look::Found(block, index) = look {
            return Ok(judge(block, index, ends, wait));
        }
        self.next = ends.finalised.number.saturating_add(1).max(self.next);
        if self.nonce_is_used(ends.finalised).await? {
            return Ok(Verdict::Superseded);
        }
        if ends.finalised.number >= self.until {
            return Ok(Verdict::Expired { until: self.until });
        }
        self.repeat(ends.best.number).await;
        Ok(Verdict::Waiting)
    }

    /// The finalised block is on the chain that was searched, and the search has come to it. Where
    /// several nodes answer in turn, the best block of one may be behind the finalised block of
    /// another, or on another branch.
    async fn is_one_chain(&self, ends: Ends) -> Result<bool, QueryError> {
        let finalised = ends.finalised;
        if finalised.number < self.next {
            return Ok(true);
        }
        let found = self.node.hash_of(finalised.number).await?;
        Ok(finalised.number <= ends.best.number && found == Some(finalised.hash))
    }

    /// Looks for it on the best chain.
    async fn look(&mut self, best: BlockRef) -> Result<Look, QueryError> {
        for number in self.next..=best.number.min(self.until) {
            let hash = if number == best.number {
                Some(best.hash)
            } else {
                self.node.hash_of(number).await?
            };
            let position = match hash {
                Some(hash) => self.position_in(hash).await?.map(|index| (hash, index)),
                None => None,
            };
            match position {
                None => return Ok(Look::Incomplete),
                Some((_, None)) => (),
                Some((hash, Some(index))) => {
                    return Ok(Look::Found(BlockRef { number, hash }, index))
                }
            }
        }
        Ok(Look::NotThere)
    }

    /// Its place in a block; the outer `None` stands for a block that the node does not have.
    async fn position_in(&mut self, block: Hash) -> Result<Option<Option<u32>>, QueryError> {
        if let Some(known) = self.read.get(&block) {
            return Ok(Some(*known));
        }
        let Some(extrinsics) = self.node.extrinsics(block).await? else {
            return Ok(None);
        };
        let position = extrinsics.iter().position(|bytes| bytes == self.bytes);
        let position = position.and_then(|position| u32::try_from(position).ok());
        self.read.insert(block, position);
        Ok(Some(position))
    }

    /// Whether the finalised chain, on which it was not found, has used up its nonce.
    async fn nonce_is_used(&mut self, finalised: BlockRef) -> Result<bool, QueryError> {
        let Some((account, nonce)) = self.owner.filter(|_| self.asked != Some(finalised)) else {
            return Ok(false);
        };
        let function = "AccountNonceApi_account_nonce";
        let answer = self.node.call(function, &account.encode(), finalised.hash).await?;
        let next: u32 = decode_all("the nonce", &answer)?;
        self.asked = Some(finalised);
        Ok(u64::from(next) > nonce)
    }

    /// Hands it in again after some blocks without it: a node that restarts forgets its pool.
    async fn repeat(&mut self, best: BlockNumber) {
        let last = *self.handed_in_at.get_or_insert(best);
        if best.saturating_sub(last) < REPEAT_AFTER {
            return;
        }
        self.handed_in_at = Some(best);
        // Whatever the node says, only the chain decides what became of the transaction.
        if let Err(error) = self.node.submit(self.bytes).await {
            tracing::debug!(%error, "handed in again");
        }
    }
}

fn judge(block: BlockRef, index: u32, ends: Ends, wait: Wait) -> Verdict {
    let finalised = block.number <= ends.finalised.number;
    if wait == Wait::Finalised && !finalised {
        return Verdict::Waiting;
    }
    Verdict::Included(Inclusion { block, index, finalised })
}

//! Submission of transactions.
//!
//! A transaction is signed for one nonce and lives for 64 blocks from a finalised one, or as long
//! as its last block allows. It is handed in again with the same bytes whenever it may have been
//! lost, so it can never take effect twice, and a new one is signed only when the chain has shown
//! that the old one cannot be included any more: its nonce was used up by another transaction in a
//! finalised block, or the node never took it.
//!
//! Where a transaction has become invalid, the next one of the account is signed for its nonce.
//! That is no gap that all later ones wait behind, and still only one of both can be included.

mod answer;
mod life;
mod nonces;
mod search;

use crate::{
    ends::{Ends, EndsWatch},
    errors::{QueryError, SubmitError},
    rpc::Node,
    types::{AccountId, BlockNumber, BlockRef, Hash},
};
use answer::{read, Answer};
pub(crate) use life::Life;
pub(crate) use nonces::Nonces;
use nonces::Ticket;
use search::{Search, Verdict};
use std::{sync::Arc, time::Duration};

/// How long a submission is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until a node has taken it. Nothing is known about its effect then.
    Submitted,
    /// Until it is in a block. The block may still be abandoned; the transaction is then included
    /// in another one as a rule.
    InBlock,
    /// Until it is in a finalised block.
    Finalised,
}

/// Where a transaction was included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inclusion {
    pub(crate) block: BlockRef,
    pub(crate) index: u32,
    pub(crate) finalised: bool,
}

/// A transaction that a node has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) transaction: Hash,
    /// None if nobody waited for it.
    pub(crate) inclusion: Option<Inclusion>,
}

/// Transactions of one account signed anew at most, because others used their nonce.
const MAX_ATTEMPTS: u32 = 8;
/// Times that a transaction is handed in to a node that is lost each time.
const MAX_HANDOVERS: u32 = 20;
/// Pause after a node was lost, or a nonce was taken.
const PAUSE: Duration = Duration::from_millis(250);

/// What submissions need of the chain.
pub(crate) struct Sender<'a> {
    pub(crate) node: &'a dyn Node,
    pub(crate) watch: EndsWatch,
    /// How many blocks a transaction lives.
    pub(crate) mortality: BlockNumber,
    /// The last block in which it may be included, if that matters.
    pub(crate) last_block: Option<BlockNumber>,
}

/// What hands in a transaction can come to.
enum Handover {
    Taken,
    /// Another transaction has this nonce, and this one never reached a node.
    NonceTaken,
}

impl Sender<'_> {
    /// Submits a transaction of an account, which `sign` makes for a nonce and a life. It is asked
    /// again, with a newer life, whenever a new transaction is needed.
    pub(crate) async fn signed(
        &mut self,
        nonces: &Nonces,
        account: &AccountId,
        wait: Wait,
        mut sign: impl FnMut(u64, Life) -> Result<Vec<u8>, SubmitError>,
    ) -> Result<Sent, SubmitError> {
        for _ in 0..MAX_ATTEMPTS {
            let ends = self.watch.now()?;
            let life = self.life(ends).await?;
            let handed_in = self.hand_in_next(nonces, account, life, &mut sign);
            let Some((ticket, bytes)) = handed_in.await? else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let (signed_at, until) = (ends.finalised.number, life.last_block());
            let owner = Some((account, ticket.nonce()));
            let search = Search::new(self.node, &bytes, signed_at, until, owner);
            match self.follow(&bytes, search, wait).await? {
                Some(sent) => return Ok(sent),
                None => tracing::info!(nonce = ticket.nonce(), "the nonce was used elsewhere"),
            }
        }
        Err(SubmitError::Contested)
    }

    /// Submits a transaction without a signature.
    pub(crate) async fn unsigned(&mut self, bytes: &[u8], wait: Wait) -> Result<Sent, SubmitError> {
        let life = Life { anchor: self.watch.now()?.finalised, period: self.mortality };
        match self.hand_in(bytes).await? {
            Handover::Taken => (),
            Handover::NonceTaken => {
                return Err(SubmitError::Invalid {
                    reason: "a transaction that excludes it is waiting or was included".to_owned(),
                })
            }
        }
        let search = Search::new(self.node, bytes, life.anchor.number, life.last_block(), None);
        let sent = self.follow(bytes, search, wait).await?;
        sent.ok_or(SubmitError::Contested)
    }

    /// The life of a transaction that is signed now.
    async fn life(&self, ends: Ends) -> Result<Life, SubmitError> {
        let Some(last) = self.last_block else {
            return Ok(Life { anchor: ends.finalised, period: self.mortality });
        };
        let life = life::ending_with(ends, last, self.mortality);
        let (start, period) = life.ok_or(SubmitError::TooLate { last })?;
        let hash = self.node.hash_of(start).await?;
        let hash = hash.ok_or_else(|| QueryError::NoSuchBlock(start.to_string()))?;
        Ok(Life { anchor: BlockRef { number: start, hash }, period })
    }

    /// Signs for the next free nonce and hands in, one transaction of an account at a time, so that
    /// they reach the node in the order of their nonces.
    async fn hand_in_next<'n>(
        &self,
        nonces: &'n Nonces,
        account: &AccountId,
        life: Life,
        mut sign: impl FnMut(u64, Life) -> Result<Vec<u8>, SubmitError>,
    ) -> Result<Option<(Ticket<'n>, Arc<[u8]>)>, SubmitError> {
        let mut lane = nonces.lane(account).await;
        let due = self.node.next_nonce(account).await?;
        let nonce =
            if self.is_stranded(&lane.followed(due)).await { due } else { lane.first_free(due) };
        let bytes: Arc<[u8]> = sign(nonce, life)?.into();
        let ticket = lane.follow(nonce, bytes.clone());
        match self.hand_in(&bytes).await? {
            Handover::Taken => Ok(Some((ticket, bytes))),
            Handover::NonceTaken => Ok(None),
        }
    }

    /// The node waits for the nonce of these transactions, yet does not count on any of them, not
    /// even if it gets it again: they have become invalid, as a free call does whose time is over.
    /// Another one may have their nonce then, lest all later ones wait until they expire. Only one
    /// with this nonce can ever be included, and the followers of the others see that it was used.
    async fn is_stranded(&self, due: &[Arc<[u8]>]) -> bool {
        for bytes in due {
            let Err(error) = self.node.submit(bytes).await else {
                return false;
            };
            // A node bans what has become invalid, or keeps it aside for a while.
            let (Answer::Known
            | Answer::Refused(SubmitError::CannotPay | SubmitError::Invalid { .. })) = read(error)
            else {
                return false;
            };
        }
        !due.is_empty()
    }

    /// Hands in until a node has the transaction. Repeating it is harmless: the bytes are the same.
    async fn hand_in(&self, bytes: &[u8]) -> Result<Handover, SubmitError> {
        let mut lost = None;
        for _ in 0..MAX_HANDOVERS {
            let error = match self.node.submit(bytes).await {
                Ok(()) => return Ok(Handover::Taken),
                Err(error) => error,
            };
            match read(error) {
                Answer::Known => return Ok(Handover::Taken),
                // Only following it shows whether it was this transaction that used the nonce.
                Answer::NonceTaken if lost.is_some() => return Ok(Handover::Taken),
                Answer::NonceTaken => return Ok(Handover::NonceTaken),
                Answer::Lost(error) => lost = Some(error),
                Answer::Refused(error) => return Err(error),
            }
            tokio::time::sleep(PAUSE).await;
            // A question is asked for as long as the connection's patience lasts, so a restart of
            // the node is waited out.
            self.node.best_hash().await?;
        }
        Err(lost.map_or(SubmitError::Contested, SubmitError::from))
    }

    /// Follows a transaction. None if it can never be included, because its nonce was used.
    async fn follow(
        &mut self,
        bytes: &[u8],
        mut search: Search<'_>,
        wait: Wait,
    ) -> Result<Option<Sent>, SubmitError> {
        let transaction = hash(bytes);
        let sent = |inclusion| Sent { transaction, inclusion };
        if wait == Wait::Submitted {
            return Ok(Some(sent(None)));
        }
        let mut ends = self.watch.now()?;
        loop {
            match search.step(ends, wait).await? {
                Verdict::Included(inclusion) => return Ok(Some(sent(Some(inclusion)))),
                Verdict::Superseded => return Ok(None),
                Verdict::Expired { until } => {
                    return Err(SubmitError::Expired { transaction, until })
                }
                Verdict::Waiting => (),
            }
            ends = self.watch.changed().await?;
        }
    }
}

/// The hash by which a transaction is known.
pub(crate) fn hash(bytes: &[u8]) -> Hash {
    sp_crypto_hashing::blake2_256(bytes).into()
}

#[cfg(test)]
mod tests;

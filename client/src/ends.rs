//! The two ends of the chain, watched once for all users of a client.
//!
//! The watch asks at short intervals instead of subscribing: there is no subscription to lose, so a
//! node that restarts, or is replaced by another one, needs no special treatment.

use crate::{
    rpc::{Node, RpcError},
    types::{BlockRef, Follow, Hash},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// The newest blocks of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) best: BlockRef,
    pub(crate) finalised: BlockRef,
}

impl Ends {
    pub(crate) fn of(&self, follow: Follow) -> BlockRef {
        match follow {
            Follow::Best => self.best,
            Follow::Finalised => self.finalised,
        }
    }
}

/// What the watch saw last: the ends, or why it could not see them.
type Seen = Result<Ends, RpcError>;

/// A view of the two ends that follows the chain.
#[derive(Clone, Debug)]
pub(crate) struct EndsWatch {
    seen: watch::Receiver<Seen>,
}

impl EndsWatch {
    /// Starts to watch. The watch ends when the last [`EndsWatch`] of it is dropped.
    pub(crate) async fn start(node: Arc<dyn Node>, interval: Duration) -> Result<Self, RpcError> {
        let ends = look(&*node, None).await?;
        let (sender, seen) = watch::channel(Ok(ends));
        tokio::spawn(keep_looking(node, interval, ends, sender));
        Ok(Self { seen })
    }

    /// The ends as they were seen last.
    pub(crate) fn now(&mut self) -> Seen {
        self.seen.borrow_and_update().clone()
    }

    /// Waits until something has changed since the last look.
    pub(crate) async fn changed(&mut self) -> Seen {
        match self.seen.changed().await {
            Ok(()) => self.now(),
            Err(_) => Err(RpcError::Unreachable {
                urls: "the node".to_owned(),
                reason: "the watch of the chain has ended with its runtime".to_owned(),
            }),
        }
    }
}

async fn keep_looking(
    node: Arc<dyn Node>,
    interval: Duration,
    mut last: Ends,
    sender: watch::Sender<Seen>,
) {
    while !sender.is_closed() {
        tokio::time::sleep(interval).await;
        let seen = look(&*node, Some(last)).await;
        if let Ok(ends) = &seen {
            last = *ends;
        }
        sender.send_if_modified(|old| replace_if_news(old, seen));
    }
}

fn replace_if_news(old: &mut Seen, new: Seen) -> bool {
    let is_old = matches!((&*old, &new), (Ok(old), Ok(new)) if old == new);
    if !is_old {
        *old = new;
    }
    !is_old
}

async fn look(node: &dyn Node, last: Option<Ends>) -> Result<Ends, RpcError> {
    // The finalised block first: the best block asked for afterwards is a descendant of it.
    let finalised = node.finalised_hash().await?;
    let finalised = block_ref(node, finalised, last.map(|ends| ends.finalised)).await?;
    let best = node.best_hash().await?;
    let best = block_ref(node, best, last.map(|ends| ends.best)).await?;
    Ok(Ends { best, finalised })
}

async fn block_ref(
    node: &dyn Node,
    hash: Hash,
    known: Option<BlockRef>,
) -> Result<BlockRef, RpcError> {
    if let Some(block) = known.filter(|block| block.hash == hash) {
        return Ok(block);
    }
    let number = node.number_of(hash).await?;
    let number = number.ok_or_else(|| {
        RpcError::malformed("chain_getHeader", format!("the block {hash:?} is unknown"))
    })?;
    Ok(BlockRef { number, hash })
}

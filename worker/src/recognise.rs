//! Whether the chain is still the one that the state directory is about.
//!
//! Task numbers begin at 0 on every chain. A journal of a chain that was begun anew since would be
//! taken for one about the new task of the same number: it would count as paid, or be proved with a
//! model for other data. So the state directory keeps blocks of its chain, and they are compared
//! with the node's before anything is planned, again and again, because a node can be exchanged for
//! another one behind the same address.

use crate::{
    chain::{asking, Chain, ChainError},
    state::{StateDir, StateError},
};
use nocknock_client::{BlockNumber, ChainMatch, Client, KnownChain};
use std::path::Path;

/// How many blocks the chain grows before a newer one is kept.
const KEEP_EVERY: BlockNumber = 10;

/// Why nothing may be planned.
#[derive(Debug, thiserror::Error)]
pub enum RecogniseError {
    /// The chain did not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// It is another chain, or what is kept of it cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The node may be one of another chain, and cannot be told from one of the same that is still
    /// fetching it.
    #[error(
        "the node has come to block {finalised}, and this state directory has seen block {seen}: \
         wait until the node has caught up with the chain, or ask another one (--url, or \
         chain.urls)"
    )]
    Behind {
        /// The newest final block of the node.
        finalised: BlockNumber,
        /// The newest final block that was seen before.
        seen: BlockNumber,
    },
}

/// Compares the chain with the one that a state directory has seen, and keeps what it needs to do
/// so the next time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recogniser {
    known: Option<KnownChain>,
}

impl Recogniser {
    /// Reads what a state directory keeps of its chain.
    pub fn of(state: &StateDir) -> Result<Self, StateError> {
        Ok(Self { known: StateDir::known_chain(state.folder())? })
    }

    /// Fails unless the chain is the one that was seen before, and has come as far.
    pub async fn check(
        &mut self,
        chain: &dyn Chain,
        state: &StateDir,
    ) -> Result<(), RecogniseError> {
        if let Some(known) = &self.known {
            refuse_other(chain.compare(known).await?, state.folder())?;
        }
        self.keep(chain, state).await
    }

    /// Keeps a newer block from time to time.
    async fn keep(&mut self, chain: &dyn Chain, state: &StateDir) -> Result<(), RecogniseError> {
        let best = chain.clock().await?.best;
        let is_new = |known: &KnownChain| best >= known.latest.number.saturating_add(KEEP_EVERY);
        if !self.known.as_ref().is_none_or(is_new) {
            return Ok(());
        }
        let Some(newer) = chain.known().await? else {
            return Ok(());
        };
        let is_old = |known: KnownChain| newer.latest.number <= known.latest.number;
        if self.known.is_some_and(is_old) {
            return Ok(());
        }
        // The first block stays: a node that has not fetched it yet does not give it.
        let first = self.known.and_then(|known| known.first).or(newer.first);
        let known = KnownChain { first, ..newer };
        state.save_known_chain(&known)?;
        self.known = Some(known);
        Ok(())
    }
}

/// Fails unless a node's chain is the one that a folder has seen before, and has come as far. The
/// folder is only read, without locking it. A folder that has seen no chain is that of any.
pub async fn recognise(client: &Client, folder: &Path) -> Result<(), RecogniseError> {
    match StateDir::known_chain(folder)? {
        Some(known) => {
            let found = client.compare_chain(&known).await.map_err(asking)?;
            refuse_other(found, folder)
        }
        None => Ok(()),
    }
}

fn refuse_other(found: ChainMatch, folder: &Path) -> Result<(), RecogniseError> {
    match found {
        ChainMatch::Same => Ok(()),
        ChainMatch::Behind { finalised, seen } => Err(RecogniseError::Behind { finalised, seen }),
        ChainMatch::Other(difference) => {
            let path = folder.to_owned();
            Err(StateError::OtherChain { path, difference }.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chain::fake::FakeChain, stages::test_services::circuits};
    use nocknock_client::Hash;

    async fn checked(chain: &FakeChain, state: &StateDir) -> Result<(), RecogniseError> {
        Recogniser::of(state).unwrap().check(chain, state).await
    }

    fn kept(state: &StateDir) -> Option<BlockNumber> {
        let known = StateDir::known_chain(state.folder()).unwrap();
        known.map(|known| known.latest.number)
    }

    #[tokio::test]
    async fn the_same_chain_is_known_again_and_a_newer_block_is_kept_from_time_to_time() {
        let (chain, folder) = (FakeChain::new(circuits()), tempfile::tempdir().unwrap());
        let state = StateDir::open(folder.path()).unwrap();
        for (now, expected) in [(100, 100), (105, 100), (109, 100), (110, 110), (500, 500)] {
            chain.world().now = now;
            checked(&chain, &state).await.unwrap();
            assert_eq!(kept(&state), Some(expected));
        }
    }

    #[tokio::test]
    async fn a_chain_begun_anew_is_told_and_nothing_is_changed() {
        let (chain, folder) = (FakeChain::new(circuits()), tempfile::tempdir().unwrap());
        let state = StateDir::open(folder.path()).unwrap();
        checked(&chain, &state).await.unwrap();
        let before = std::fs::read(folder.path().join("chain.json")).unwrap();
        chain.world().hash = Hash::repeat_byte(2);
        for now in [100, 5000] {
            chain.world().now = now;
            let refused = checked(&chain, &state).await.unwrap_err();
            let text = refused.to_string();
            assert!(matches!(refused, RecogniseError::State(StateError::OtherChain { .. })));
            assert!(text.contains("begun anew") && text.contains("old-chain"), "{text}");
        }
        assert_eq!(std::fs::read(folder.path().join("chain.json")).unwrap(), before);
    }

    #[tokio::test]
    async fn a_node_that_is_still_fetching_the_chain_is_waited_for() {
        let (chain, folder) = (FakeChain::new(circuits()), tempfile::tempdir().unwrap());
        let state = StateDir::open(folder.path()).unwrap();
        checked(&chain, &state).await.unwrap();
        chain.world().now = 40;
        let early = checked(&chain, &state).await.unwrap_err();
        assert!(matches!(early, RecogniseError::Behind { finalised: 40, seen: 100 }), "{early}");
        chain.world().now = 100;
        checked(&chain, &state).await.unwrap();
    }
}

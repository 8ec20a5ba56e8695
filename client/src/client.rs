//! The client itself.

mod chain;
mod info;
mod options;
mod outcome;

pub(crate) use chain::Chain;
pub use info::ChainInfo;
pub use options::ConnectOptions;
pub use outcome::{DryRun, Estimate, Included};

use crate::{
    calls::Call,
    ends::EndsWatch,
    errors::{ConnectError, QueryError, SubmitError},
    events::{BlockStream, EventCursor, EventStream},
    keys::Keys,
    queries::{shown, Snapshot},
    rpc::{
        connection::{Connection, ConnectionOptions},
        Node,
    },
    runtime::MORTALITY,
    submit::{Life, Sender, Sent, Wait},
    types::{AccountId, Balance, BlockNumber, BlockRef, Follow, Hash, SessionKeys},
};
use chain::ChainEvents;
use info::Clock;
use nocknock_primitives::text::printable;
use std::{fmt, sync::Arc, time::Duration};

/// What a submission may have that others do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubmitOptions {
    /// What the author of the block gets beside the fee. Of the calls that wait, those with more of
    /// it for what they take of a block come first. A call with a tip is never free.
    pub tip: Balance,
    /// The last block that may include the call. The transaction cannot be in a later one, whatever
    /// becomes of it.
    pub last_block: Option<BlockNumber>,
}

/// How often a dry run looks whether a block with a place in it has come.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// A client of one chain. Clones share the connection and the nonces.
#[derive(Clone)]
pub struct Client {
    chain: Arc<Chain>,
    watch: EndsWatch,
}

impl Client {
    /// Connects to the first of these nodes that answers. The connection is renewed by itself, to
    /// any of them that serves the same chain.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub async fn connect<S: AsRef<str>>(urls: &[S]) -> Result<Self, ConnectError> {
        Self::connect_with(ConnectOptions::new(urls)).await
    }

    /// Connects with other than the usual options.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`].
    pub async fn connect_with(options: ConnectOptions) -> Result<Self, ConnectError> {
        options.check()?;
        let connection = Connection::new(ConnectionOptions {
            urls: options.urls,
            request_timeout: options.request_timeout,
            patience: options.patience,
        });
        if let Some(genesis) = options.genesis {
            connection.expect_genesis(genesis);
        }
        let genesis = connection.hash_of(0).await?;
        let genesis = genesis.ok_or_else(|| QueryError::NoSuchBlock("0".to_owned()))?;
        connection.expect_genesis(genesis);
        Self::over(Arc::new(connection), genesis, options.poll_interval).await
    }

    async fn over(
        node: Arc<dyn Node>,
        genesis: Hash,
        poll_interval: Duration,
    ) -> Result<Self, ConnectError> {
        let watch = EndsWatch::start(node.clone(), poll_interval).await?;
        Ok(Self { chain: Arc::new(Chain::new(node, genesis)), watch })
    }

    /// The hash of the chain's genesis.
    pub fn genesis_hash(&self) -> Hash {
        self.chain.genesis()
    }

    /// The chain, and how it stands.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn chain(&self) -> Result<ChainInfo, QueryError> {
        let node = self.chain.node();
        let name = node.json("system_chain").await?;
        let health = node.json("system_health").await?;
        let best = self.best().await?;
        let finalised = self.finalised().await?.block();
        let clock = Clock::of(&best).await?;
        let version = best.runtime().version.clone();
        Ok(ChainInfo {
            name: printable(name.as_str().unwrap_or_default()).into_owned(),
            genesis: self.chain.genesis(),
            spec_name: printable(&version.spec_name).into_owned(),
            spec_version: version.spec_version,
            transaction_version: version.transaction_version,
            best: best.block(),
            finalised,
            slot_millis: clock.slot_millis,
            epoch_slots: clock.epoch_slots,
            epoch: clock.epoch,
            peers: health["peers"].as_u64().unwrap_or_default(),
            syncing: health["isSyncing"].as_bool().unwrap_or_default(),
        })
    }

    /// The node that answers.
    pub(crate) fn node(&self) -> &dyn Node {
        self.chain.node()
    }

    /// The state after the newest block.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn best(&self) -> Result<Snapshot, QueryError> {
        let hash = self.chain.node().best_hash().await?;
        self.at(hash).await
    }

    /// The state after the newest finalised block.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn finalised(&self) -> Result<Snapshot, QueryError> {
        let hash = self.chain.node().finalised_hash().await?;
        self.at(hash).await
    }

    /// The state after a block.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn at(&self, block: Hash) -> Result<Snapshot, QueryError> {
        let number = self.chain.node().number_of(block).await?;
        let number = number.ok_or_else(|| QueryError::NoSuchBlock(shown(block)))?;
        let block = BlockRef { number, hash: block };
        self.chain.snapshot(block).await
    }

    /// The state after the block of this height on the best chain.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn at_number(&self, number: BlockNumber) -> Result<Snapshot, QueryError> {
        let hash = self.chain.node().hash_of(number).await?;
        let hash = hash.ok_or_else(|| QueryError::NoSuchBlock(number.to_string()))?;
        self.chain.snapshot(BlockRef { number, hash }).await
    }

    /// The encoded transactions of the block of this height on the best chain. A node keeps them
    /// for longer than the states of its blocks.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn transactions(&self, number: BlockNumber) -> Result<Vec<Vec<u8>>, QueryError> {
        let no_such_block = || QueryError::NoSuchBlock(number.to_string());
        let node = self.chain.node();
        let hash = node.hash_of(number).await?.ok_or_else(no_such_block)?;
        node.extrinsics(hash).await?.ok_or_else(no_such_block)
    }

    /// Waits until the chain has reached a height, and gives its end then.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn wait_for_block(
        &self,
        number: BlockNumber,
        follow: Follow,
    ) -> Result<BlockRef, QueryError> {
        let mut watch = self.watch.clone();
        let mut end = watch.now()?.of(follow);
        while end.number < number {
            end = watch.changed().await?.of(follow);
        }
        Ok(end)
    }

    /// The blocks of the chain from the present one on.
    pub fn blocks(&self, follow: Follow) -> BlockStream {
        BlockStream::new(self.source(), self.watch.clone(), follow)
    }

    /// The events of the chain from a place on, each once, even if the node restarts meanwhile.
    pub fn events(&self, from: EventCursor, follow: Follow) -> EventStream {
        EventStream::new(self.source(), self.watch.clone(), follow, from)
    }

    /// Lets the node make new session keys for an account, for the call that
    /// [`Session`](crate::calls::Session) makes of them. Their secret parts stay in the node's
    /// keystore.
    ///
    /// # Errors
    ///
    /// A node refuses this unless it is asked on its own machine, or runs with unsafe methods.
    pub async fn make_session_keys(&self, owner: &AccountId) -> Result<SessionKeys, QueryError> {
        Ok(self.chain.node().make_session_keys(owner).await?)
    }

    /// Signs a call and submits it. May be used for the same account by several tasks at a time.
    ///
    /// The transaction lives for 64 blocks. It takes effect once or never, whatever happens to the
    /// connection or the node meanwhile.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`].
    pub async fn submit(
        &self,
        keys: &Keys,
        call: &Call,
        wait: Wait,
    ) -> Result<Included, SubmitError> {
        self.submit_with(keys, call, wait, SubmitOptions::default()).await
    }

    /// Submits a call as [`submit`](Self::submit) does, with a tip or a last block. A transaction
    /// with a last block lives as long as any other, or until then; where finality is far behind,
    /// longer.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`]; [`SubmitError::TooLate`] if the last block is there already.
    pub async fn submit_with(
        &self,
        keys: &Keys,
        call: &Call,
        wait: Wait,
        options: SubmitOptions,
    ) -> Result<Included, SubmitError> {
        self.signed(keys, call, wait, options, |_| Ok(())).await
    }

    /// Submits a call as [`submit`](Self::submit) does, and says directly before each signing from
    /// which block on the new transaction lives. Nothing is signed if `announce` fails, whose words
    /// are then those of the error.
    ///
    /// Several transactions may be signed one after the other, and long after the call of this
    /// function where no node answers. Whoever keeps the highest of the numbers on a disk can tell
    /// after a kill when none of them can be included any more: 64 blocks later.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`].
    pub async fn submit_announced(
        &self,
        keys: &Keys,
        call: &Call,
        wait: Wait,
        announce: impl FnMut(BlockNumber) -> Result<(), String>,
    ) -> Result<Included, SubmitError> {
        self.signed(keys, call, wait, SubmitOptions::default(), announce).await
    }

    async fn signed(
        &self,
        keys: &Keys,
        call: &Call,
        wait: Wait,
        options: SubmitOptions,
        mut announce: impl FnMut(BlockNumber) -> Result<(), String>,
    ) -> Result<Included, SubmitError> {
        let best = self.best().await?;
        let sign = |nonce, life: Life| {
            announce(life.anchor.number).map_err(|reason| SubmitError::Unannounced { reason })?;
            let signed = best.runtime().signed(call, keys, nonce, life, options.tip);
            signed.map_err(SubmitError::from)
        };
        let mut sender = Sender { last_block: options.last_block, ..self.sender() };
        let sent = sender.signed(self.chain.nonces(), &keys.account(), wait, sign).await?;
        tracing::debug!(%call, transaction = ?sent.transaction, "submitted");
        self.outcome(sent).await
    }

    /// Submits a call without a signature. Only the registration of a worker is such a call.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`].
    pub async fn submit_unsigned(&self, call: &Call, wait: Wait) -> Result<Included, SubmitError> {
        let bytes = self.best().await?.runtime().unsigned(call)?;
        let sent = self.sender().unsigned(&bytes, wait).await?;
        self.outcome(sent).await
    }

    /// What a call would cost an account. Nothing is signed.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`].
    pub async fn estimate(
        &self,
        account: &AccountId,
        call: &Call,
    ) -> Result<Estimate, SubmitError> {
        outcome::estimate(&self.best().await?, account, call).await
    }

    /// What a call would cost and do, if it were in the next block. Nothing is submitted.
    ///
    /// The node gets to see a valid transaction, and could submit it itself: ask only a node that
    /// you trust as far.
    ///
    /// # Errors
    ///
    /// See [`SubmitError`]. A call that would be refused is no error, but an outcome.
    pub async fn dry_run(&self, keys: &Keys, call: &Call) -> Result<DryRun, SubmitError> {
        let mut looks = 0;
        loop {
            match self.rehearse(keys, call).await {
                // The first block of a session has no place for transactions; the next one has.
                Err(error) if outcome::is_of_full_block(&error) && looks < LOOKS => looks += 1,
                rehearsed => return rehearsed,
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    async fn rehearse(&self, keys: &Keys, call: &Call) -> Result<DryRun, SubmitError> {
        let best = self.best().await?;
        let account = keys.account();
        let estimate = outcome::estimate(&best, &account, call).await?;
        let nonce = best.balance(&account).await?.nonce;
        // The next block is built on the best one, whose own hash the runtime does not know yet.
        let before = best.block().number.saturating_sub(1);
        let anchor = self.at_number(before).await?.block();
        let life = Life { anchor, period: MORTALITY };
        let bytes = best.runtime().signed(call, keys, nonce.into(), life, 0)?;
        let outcome = outcome::applied(&best, &bytes).await?;
        Ok(DryRun { estimate, outcome })
    }

    fn source(&self) -> Arc<ChainEvents> {
        Arc::new(ChainEvents(self.chain.clone()))
    }

    fn sender(&self) -> Sender<'_> {
        Sender {
            node: self.chain.node(),
            watch: self.watch.clone(),
            mortality: MORTALITY,
            last_block: None,
        }
    }

    /// What a transaction did, from the events of its block.
    async fn outcome(&self, sent: Sent) -> Result<Included, SubmitError> {
        match sent.inclusion {
            Some(inclusion) => {
                let snapshot = self.chain.snapshot(inclusion.block).await?;
                outcome::included(&snapshot, sent.transaction, inclusion).await
            }
            None => Ok(outcome::submitted(sent.transaction)),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("genesis", &self.chain.genesis()).finish_non_exhaustive()
    }
}

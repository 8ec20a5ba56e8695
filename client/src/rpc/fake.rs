//! A chain in memory, with the faults of real nodes.

use super::{Node, RpcError, Version};
use crate::{
    ends::EndsWatch,
    types::{AccountId, BlockNumber, Hash, SessionKeys},
};
use async_trait::async_trait;
use codec::{Decode, Encode};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

/// Time between blocks, of which none passes in tests with a paused clock.
const SLOT: Duration = Duration::from_secs(1);

/// What goes wrong when a transaction is handed in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The connection breaks before the node has it.
    LostBefore,
    /// The connection breaks after the node has taken it.
    LostAfter,
    /// The node refuses it with this code and text.
    Refuse(i32, &'static str),
}

/// A transaction of the chain in memory.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Transaction {
    pub(crate) account: AccountId,
    pub(crate) nonce: u64,
    pub(crate) note: u32,
}

#[derive(Debug, Default)]
struct Block {
    transactions: Vec<Vec<u8>>,
    nonces: BTreeMap<AccountId, u64>,
}

/// The state of a [`FakeChain`].
#[derive(Debug, Default)]
pub(crate) struct State {
    blocks: Vec<Block>,
    pool: Vec<Vec<u8>>,
    pub(crate) faults: VecDeque<Fault>,
    /// Transactions with these notes have become invalid, and are refused with this code and text.
    pub(crate) invalid: BTreeMap<u32, (i32, &'static str)>,
    /// The pool loses everything before each block.
    pub(crate) forgetful: bool,
    /// No question is answered.
    pub(crate) silent: bool,
    pub(crate) handed_in: u32,
}

/// A chain whose blocks are finalised two blocks later.
#[derive(Debug, Default)]
pub(crate) struct FakeChain(Mutex<State>);

const FINALITY_LAG: usize = 2;

impl FakeChain {
    /// A chain with its genesis alone.
    pub(crate) fn begun() -> Arc<Self> {
        let chain = Arc::new(Self::default());
        chain.state().blocks.push(Block::default());
        chain
    }

    /// A chain that grows by a block each second.
    pub(crate) fn growing() -> Arc<Self> {
        let chain = Self::begun();
        let growing = chain.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SLOT).await;
                growing.grow();
            }
        });
        chain
    }

    pub(crate) async fn watch(self: &Arc<Self>) -> EndsWatch {
        let node: Arc<dyn Node> = self.clone();
        EndsWatch::start(node, SLOT / 10).await.expect("an answering node")
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics while it holds the lock")
    }

    /// Adds a block with all transactions of the pool that are due.
    pub(crate) fn grow(&self) {
        let mut state = self.state();
        if state.forgetful {
            state.pool.clear();
        }
        let State { pool, invalid, .. } = &mut *state;
        pool.retain(|bytes| !invalid.contains_key(&read(bytes).note));
        let mut nonces = state.blocks.last().expect("a genesis").nonces.clone();
        let mut pool = std::mem::take(&mut state.pool);
        pool.sort_by_key(|bytes| read(bytes).nonce);
        let (due, later) = pool.into_iter().partition(|bytes| {
            let transaction = read(bytes);
            let nonce = nonces.entry(transaction.account).or_default();
            let is_due = *nonce == transaction.nonce;
            *nonce += u64::from(is_due);
            is_due
        });
        state.pool = later;
        state.blocks.push(Block { transactions: due, nonces });
    }

    /// All transactions of an account in blocks, with the heights of the blocks.
    pub(crate) fn included(&self, account: &AccountId) -> Vec<(usize, Transaction)> {
        let state = self.state();
        let blocks = state.blocks.iter().enumerate();
        blocks
            .flat_map(|(number, block)| {
                block.transactions.iter().map(move |bytes| (number, read(bytes)))
            })
            .filter(|(_, transaction)| transaction.account == *account)
            .collect()
    }

    /// The node restarts: its pool is empty afterwards.
    pub(crate) fn forget_pool(&self) {
        self.state().pool.clear();
    }

    /// Another program's transaction reaches the pool.
    pub(crate) fn add(&self, transaction: &Transaction) {
        self.state().pool.push(transaction.encode());
    }

    fn with<T>(&self, answer: impl FnOnce(&mut State) -> T) -> Result<T, RpcError> {
        let mut state = self.state();
        if state.silent {
            return Err(lost());
        }
        Ok(answer(&mut state))
    }
}

impl State {
    fn finalised(&self) -> usize {
        self.blocks.len().saturating_sub(1 + FINALITY_LAG)
    }

    fn block(&self, hash: Hash) -> Option<&Block> {
        self.blocks.get(height(hash))
    }

    fn nonce(&self, account: &AccountId) -> u64 {
        let block = self.blocks.last().expect("a genesis");
        block.nonces.get(account).copied().unwrap_or_default()
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), RpcError> {
        let new = read(bytes);
        if new.nonce < self.nonce(&new.account) {
            return Err(refused(1010, "Invalid Transaction: Transaction is outdated"));
        }
        if let Some((code, message)) = self.invalid.get(&new.note) {
            return Err(refused(*code, message));
        }
        if self.pool.iter().any(|old| old == bytes) {
            return Err(refused(1013, "Transaction Already Imported"));
        }
        let same = |old: &Vec<u8>| {
            let old = read(old);
            (old.account, old.nonce) == (new.account, new.nonce)
        };
        if self.pool.iter().any(same) {
            return Err(refused(1014, "Priority is too low"));
        }
        self.pool.push(bytes.to_vec());
        Ok(())
    }
}

pub(crate) fn hash_at(number: usize) -> Hash {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    Hash::from(bytes)
}

fn height(hash: Hash) -> usize {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_be_bytes(bytes) as usize
}

fn read(bytes: &[u8]) -> Transaction {
    Transaction::decode(&mut &*bytes).expect("a transaction of a test")
}

fn lost() -> RpcError {
    RpcError::Unreachable { urls: "the chain in memory".into(), reason: "lost".into() }
}

fn refused(code: i32, message: &str) -> RpcError {
    RpcError::Refused { method: "author_submitExtrinsic".into(), code, message: message.into() }
}

#[async_trait]
impl Node for FakeChain {
    async fn best_hash(&self) -> Result<Hash, RpcError> {
        self.with(|state| hash_at(state.blocks.len() - 1))
    }

    async fn finalised_hash(&self) -> Result<Hash, RpcError> {
        self.with(|state| hash_at(state.finalised()))
    }

    async fn number_of(&self, hash: Hash) -> Result<Option<BlockNumber>, RpcError> {
        self.with(|state| state.block(hash).map(|_| height(hash) as BlockNumber))
    }

    async fn parent_of(&self, hash: Hash) -> Result<Option<Hash>, RpcError> {
        self.with(|state| {
            let block = state.block(hash).map(|_| height(hash));
            block.map(|number| hash_at(number.saturating_sub(1)))
        })
    }

    async fn hash_of(&self, number: BlockNumber) -> Result<Option<Hash>, RpcError> {
        self.with(|state| {
            let number = number as usize;
            state.blocks.get(number).map(|_| hash_at(number))
        })
    }

    async fn extrinsics(&self, block: Hash) -> Result<Option<Vec<Vec<u8>>>, RpcError> {
        self.with(|state| state.block(block).map(|block| block.transactions.clone()))
    }

    async fn storage(&self, _: &[u8], _: Hash) -> Result<Option<Vec<u8>>, RpcError> {
        Ok(None)
    }

    async fn call(&self, function: &str, input: &[u8], block: Hash) -> Result<Vec<u8>, RpcError> {
        assert_eq!(function, "AccountNonceApi_account_nonce");
        let account = AccountId::decode(&mut &*input).expect("an account");
        self.with(|state| {
            let nonces = state.block(block).map(|block| &block.nonces);
            let nonce = nonces.and_then(|nonces| nonces.get(&account)).copied();
            (nonce.unwrap_or_default() as u32).encode()
        })
    }

    async fn version(&self, _: Hash) -> Result<Version, RpcError> {
        Err(refused(-32601, "Method not found"))
    }

    async fn next_nonce(&self, account: &AccountId) -> Result<u64, RpcError> {
        self.with(|state| {
            let mut waiting: Vec<Transaction> =
                state.pool.iter().map(|bytes| read(bytes)).collect();
            waiting.retain(|one| one.account == *account);
            waiting.sort_by_key(|one| one.nonce);
            // Those behind a gap are not counted.
            waiting.iter().fold(state.nonce(account), |next, one| {
                if one.nonce == next {
                    next + 1
                } else {
                    next
                }
            })
        })
    }

    async fn submit(&self, bytes: &[u8]) -> Result<(), RpcError> {
        let mut state = self.state();
        state.handed_in += 1;
        match state.faults.pop_front() {
            Some(Fault::LostBefore) => Err(lost()),
            Some(Fault::LostAfter) => state.take(bytes).and(Err(lost())),
            Some(Fault::Refuse(code, message)) => Err(refused(code, message)),
            None => state.take(bytes),
        }
    }

    async fn make_session_keys(&self, _: &AccountId) -> Result<SessionKeys, RpcError> {
        Err(refused(-32601, "Method not found"))
    }

    async fn json(&self, _: &str) -> Result<serde_json::Value, RpcError> {
        Ok(serde_json::Value::Null)
    }
}

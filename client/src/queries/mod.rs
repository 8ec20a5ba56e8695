//! Questions about the state of the chain.
//!
//! A [`Snapshot`] is the state after one block, so that several answers agree with each other.

mod balances;
mod experiments;
mod provenance;
mod rewards;
mod tasks;
mod verifier;
mod wtm;

pub use balances::AccountBalance;
pub use rewards::{CurriculumEntry, EmissionState, Practice, SeatBond};
pub use tasks::TaskPhase;

use crate::{
    client::Chain,
    errors::QueryError,
    events::{DomainEvent, EventRecord},
    rpc::RpcError,
    runtime::{decode_all, Runtime},
    types::{BlockRef, Hash},
};
use codec::{Decode, Encode};
use nocknock_primitives::limits::MAX_PAGE;
use std::{fmt, future::Future, sync::Arc};

/// The state of the chain after one block.
#[derive(Clone)]
pub struct Snapshot {
    chain: Arc<Chain>,
    runtime: Arc<Runtime>,
    block: BlockRef,
}

/// Why the runtime did not execute a view function.
#[derive(Debug, Decode)]
enum ViewFailure {
    NotImplemented,
    NotFound([u8; 32]),
    Codec,
}

impl ViewFailure {
    fn reason(&self) -> String {
        match self {
            Self::NotImplemented => "it has no view functions".to_owned(),
            Self::NotFound(id) => format!("it has no function 0x{}", hex::encode(id)),
            Self::Codec => "it cannot read the arguments".to_owned(),
        }
    }
}

impl Snapshot {
    pub(crate) fn new(chain: Arc<Chain>, runtime: Arc<Runtime>, block: BlockRef) -> Self {
        Self { chain, runtime, block }
    }

    /// The block after which this is the state.
    pub fn block(&self) -> BlockRef {
        self.block
    }

    /// A constant of a pallet, such as a minimum or a period.
    ///
    /// # Errors
    ///
    /// If there is no such constant, or it is of another type.
    pub fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Result<T, QueryError> {
        self.runtime.constant(pallet, name)
    }

    /// The events of this block that mean something to users, in order.
    ///
    /// # Errors
    ///
    /// See [`QueryError`].
    pub async fn events(&self) -> Result<Vec<EventRecord>, QueryError> {
        let record = |event: crate::events::record::ChainEvent| {
            let read = DomainEvent::read(&event)?;
            Ok(read.map(|domain| EventRecord {
                block: self.block,
                index: event.index,
                extrinsic: event.place.extrinsic(),
                event: domain,
            }))
        };
        let all = self.chain_events().await?;
        all.into_iter().filter_map(|event| record(event).transpose()).collect()
    }

    /// All events of this block.
    pub(crate) async fn chain_events(
        &self,
    ) -> Result<Vec<crate::events::record::ChainEvent>, QueryError> {
        let bytes = self.storage("System", "Events", &[]).await?;
        self.runtime.events(bytes.unwrap_or_default())
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Asks a view function.
    async fn view<T: Decode>(
        &self,
        pallet: &'static str,
        name: &'static str,
        arguments: impl Encode,
    ) -> Result<T, QueryError> {
        let what = format!("{pallet}.{name}");
        let input = self.runtime.view_input(pallet, name, arguments.encode())?;
        let answer = self.call("RuntimeViewFunction_execute_view_function", &input).await?;
        let outcome: Result<Vec<u8>, ViewFailure> = decode_all(&what, &answer)?;
        match outcome {
            Ok(bytes) => decode_all(&what, &bytes),
            Err(failure) => Err(QueryError::View { function: what, reason: failure.reason() }),
        }
    }

    /// Reads a value of a pallet's storage that has no view function.
    async fn storage(
        &self,
        pallet: &str,
        item: &str,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, QueryError> {
        let prefix = [pallet, item].map(|name| sp_crypto_hashing::twox_128(name.as_bytes()));
        let key = [&prefix[0], &prefix[1], key].concat();
        let value = self.chain.node().storage(&key, self.block.hash).await;
        value.map_err(|error| self.explain(error))
    }

    pub(crate) async fn call(&self, function: &str, input: &[u8]) -> Result<Vec<u8>, QueryError> {
        let answer = self.chain.node().call(function, input, self.block.hash).await;
        answer.map_err(|error| self.explain(error))
    }

    fn explain(&self, error: RpcError) -> QueryError {
        if error.is_pruned_state() {
            QueryError::Pruned { block: self.block.number.to_string() }
        } else {
            QueryError::Rpc(error)
        }
    }

    /// A page of up to `limit`, but at most 64, entries of a list that is kept by number, from
    /// number `start`. The chain passes over missing numbers in steps of bounded work; this goes on
    /// until the page is full or the list at its end, so a page that is not full is the last one.
    async fn numbered<V: Decode>(
        &self,
        pallet: &'static str,
        name: &'static str,
        start: u64,
        limit: u32,
    ) -> Result<Vec<(u64, V)>, QueryError> {
        let places = limit.min(MAX_PAGE);
        let (mut page, mut next) = (Vec::new(), Some(start));
        while let Some(from) = next {
            let taken = u32::try_from(page.len()).unwrap_or(u32::MAX);
            let left = places.saturating_sub(taken);
            if left == 0 {
                break;
            }
            let answer: (Vec<(u64, V)>, Option<u64>) =
                self.view(pallet, name, (from, left)).await?;
            page.extend(answer.0);
            next = answer.1.filter(|next| *next > from);
        }
        Ok(page)
    }

    /// Goes through all pages of a list. `ask` takes the last key of the page before.
    async fn pages<K: Clone, V, F>(
        &self,
        ask: impl FnMut(Option<K>) -> F,
    ) -> Result<Vec<(K, V)>, QueryError>
    where
        F: Future<Output = Result<Vec<(K, V)>, QueryError>>,
    {
        all_pages(last_key, ask).await
    }

    /// Goes through all pages of a list whose entries are known by their place. `ask` takes the
    /// place at which a page starts, the first being 0.
    async fn pages_by_place<V, F>(&self, ask: impl FnMut(u32) -> F) -> Result<Vec<V>, QueryError>
    where
        F: Future<Output = Result<Vec<V>, QueryError>>,
    {
        all_pages(next_place, ask).await
    }
}

/// Goes through all pages of a list. `next` says, by what was read until now, where to go on, and
/// `ask` reads the page there.
async fn all_pages<V, C, F>(
    next: fn(&[V]) -> C,
    mut ask: impl FnMut(C) -> F,
) -> Result<Vec<V>, QueryError>
where
    F: Future<Output = Result<Vec<V>, QueryError>>,
{
    let mut all: Vec<V> = Vec::new();
    loop {
        let page = ask(next(&all)).await?;
        let is_last = page.len() < PAGE;
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

fn last_key<K: Clone, V>(read: &[(K, V)]) -> Option<K> {
    read.last().map(|(key, _)| key.clone())
}

fn next_place<V>(read: &[V]) -> u32 {
    u32::try_from(read.len()).unwrap_or(u32::MAX)
}

/// Entries of a full page.
const PAGE: usize = MAX_PAGE as usize;

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("block", &self.block).finish_non_exhaustive()
    }
}

/// The text form of a hash, as logs and explorers show it.
pub(crate) fn shown(hash: Hash) -> String {
    format!("{hash:?}")
}

#[cfg(test)]
mod tests;

//! Streams of blocks and events.
//!
//! A stream holds no subscription, only the place that it has reached. It asks the chain for the
//! block after it, so neither a lost connection nor a restart of the node makes a gap or a repeat.

use super::record::{EventCursor, EventRecord};
use crate::{
    ends::EndsWatch,
    errors::{QueryError, StreamError},
    types::{BlockNumber, BlockRef, Follow, Hash},
};
use async_trait::async_trait;
use std::{collections::VecDeque, fmt, sync::Arc};

/// Where a stream reads blocks.
#[async_trait]
pub(crate) trait EventSource: Send + Sync {
    /// Hash of the block of this height on the best chain.
    async fn hash_of(&self, number: BlockNumber) -> Result<Option<Hash>, QueryError>;

    /// Hash of the block before one; none if the node does not know it.
    async fn parent_of(&self, block: Hash) -> Result<Option<Hash>, QueryError>;

    /// The events of a block that mean something to users, in order.
    async fn events_of(&self, block: BlockRef) -> Result<Vec<EventRecord>, QueryError>;
}

/// The blocks of the chain as they come.
#[derive(Debug)]
pub struct BlockStream {
    source: Reader,
    watch: EndsWatch,
    follow: Follow,
    last: Option<BlockRef>,
}

/// The events of the chain, from a place on, in order and each once.
///
/// Of [`Follow::Best`] that holds as long as no block is abandoned: events of an abandoned block
/// were delivered, those of the block that took its place are not.
#[derive(Debug)]
pub struct EventStream {
    source: Reader,
    watch: EndsWatch,
    follow: Follow,
    cursor: EventCursor,
    /// The block that was read last.
    last: Option<BlockRef>,
    ready: VecDeque<EventRecord>,
}

#[derive(Clone)]
struct Reader(Arc<dyn EventSource>);

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl Reader {
    async fn block(&self, number: BlockNumber, end: BlockRef) -> Result<BlockRef, QueryError> {
        if number == end.number {
            return Ok(end);
        }
        let hash = self.0.hash_of(number).await?;
        let hash = hash.ok_or_else(|| QueryError::NoSuchBlock(number.to_string()))?;
        Ok(BlockRef { number, hash })
    }

    /// The finalised block of this height, below an end that was seen. None for now if the node
    /// that answers does not have that end on its best chain: another node has told the end, and
    /// this one may be on another branch.
    async fn finalised(
        &self,
        number: BlockNumber,
        end: BlockRef,
        last: Option<BlockRef>,
    ) -> Result<Option<BlockRef>, QueryError> {
        if number < end.number && self.0.hash_of(end.number).await? != Some(end.hash) {
            return Ok(None);
        }
        let block = self.block(number, end).await?;
        let Some(before) = last.filter(|last| last.number.checked_add(1) == Some(number)) else {
            return Ok(Some(block));
        };
        match self.0.parent_of(block.hash).await? {
            Some(parent) if parent == before.hash => Ok(Some(block)),
            Some(_) => Err(QueryError::OtherBranch { block: number.to_string() }),
            None => Ok(None),
        }
    }
}

impl BlockStream {
    pub(crate) fn new(source: Arc<dyn EventSource>, watch: EndsWatch, follow: Follow) -> Self {
        Self { source: Reader(source), watch, follow, last: None }
    }

    /// The next block; the first one is the present one.
    ///
    /// [`Follow::Finalised`] gives every block once and in order; [`Follow::Best`] the newest best
    /// block whenever there is another one, with gaps where several came at once.
    ///
    /// # Errors
    ///
    /// If no node answers for as long as the connection's patience lasts, or a finalised block does
    /// not follow the one before it. Ask again to go on.
    pub async fn next(&mut self) -> Result<BlockRef, StreamError> {
        let mut end = self.watch.now();
        loop {
            if let Some(block) = self.after_last(end?.of(self.follow)).await? {
                self.last = Some(block);
                return Ok(block);
            }
            end = self.watch.changed().await;
        }
    }

    async fn after_last(&self, end: BlockRef) -> Result<Option<BlockRef>, QueryError> {
        let Some(last) = self.last else {
            return Ok(Some(end));
        };
        match self.follow {
            Follow::Best => Ok((last != end).then_some(end)),
            Follow::Finalised if last.number >= end.number => Ok(None),
            Follow::Finalised => {
                let next = last.number.saturating_add(1);
                self.source.finalised(next, end, Some(last)).await
            }
        }
    }
}

impl EventStream {
    pub(crate) fn new(
        source: Arc<dyn EventSource>,
        watch: EndsWatch,
        follow: Follow,
        from: EventCursor,
    ) -> Self {
        Self {
            source: Reader(source),
            watch,
            follow,
            cursor: from,
            last: None,
            ready: VecDeque::new(),
        }
    }

    /// The next event. Waits until there is one.
    ///
    /// Dropping the future before it is done loses nothing.
    ///
    /// # Errors
    ///
    /// If no node answers for as long as the connection's patience lasts, the node has thrown away
    /// the state of the block that is due, or a finalised block does not follow the one before it.
    /// Ask again to go on at the same place.
    pub async fn next(&mut self) -> Result<EventRecord, StreamError> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                self.cursor = if self.ready.is_empty() {
                    EventCursor::from_block(record.block.number.saturating_add(1))
                } else {
                    EventCursor::after(&record)
                };
                return Ok(record);
            }
            self.read_block().await?;
        }
    }

    /// The place after the last event that was delivered. A stream from here goes on without a gap
    /// or a repeat.
    pub fn cursor(&self) -> EventCursor {
        self.cursor
    }

    /// Waits for the block that the cursor is in, reads it, and moves on if nothing is left in it.
    async fn read_block(&mut self) -> Result<(), StreamError> {
        let block = self.due_block().await?;
        let mut records = self.source.0.events_of(block).await?;
        records.retain(|record| record.index >= self.cursor.index());
        if records.is_empty() {
            self.cursor = EventCursor::from_block(block.number.saturating_add(1));
        }
        self.last = Some(block);
        self.ready = records.into();
        Ok(())
    }

    async fn due_block(&mut self) -> Result<BlockRef, StreamError> {
        loop {
            let end = self.reach_cursor().await?;
            let number = self.cursor.block();
            let block = match self.follow {
                Follow::Best => Some(self.source.block(number, end).await?),
                Follow::Finalised => self.source.finalised(number, end, self.last).await?,
            };
            if let Some(block) = block {
                return Ok(block);
            }
            self.watch.changed().await?;
        }
    }

    async fn reach_cursor(&mut self) -> Result<BlockRef, StreamError> {
        let mut end = self.watch.now()?.of(self.follow);
        if self.cursor == EventCursor::NOW {
            self.cursor = EventCursor::from_block(end.number.saturating_add(1));
        }
        while end.number < self.cursor.block() {
            end = self.watch.changed().await?.of(self.follow);
        }
        Ok(end)
    }
}

#[cfg(test)]
mod tests;

//! A stripe: adjacent columns of the extended matrix, reduced to hashes.

use std::ops::Range;

use reed_solomon_simd::ReedSolomonEncoder;

use super::{
    layout::Layout,
    merkle::{self, Node},
    repair::{encoder, RepairColumns},
    source::{read_padded, Source},
    BlobIdError,
};

/// Levels of a row's tree that lie within a stripe.
pub(super) const STRIPE_LEVELS: u32 = 4;

/// Columns of a stripe. A power of two, so that a stripe is a subtree of every row's tree.
pub(super) const STRIPE: usize = 1 << STRIPE_LEVELS;

/// What remains of a stripe.
#[derive(Debug)]
pub(super) struct StripeNodes {
    /// For each row the node above the stripe's leaves.
    pub(super) row_nodes: Vec<Node>,
    /// The root of each column.
    pub(super) column_roots: Vec<Node>,
}

/// One thread's work space.
pub(super) struct Worker<'a, S> {
    source: &'a S,
    layout: &'a Layout,
    repair: &'a RepairColumns,
    encoder: Option<ReedSolomonEncoder>,
    /// Some columns of the message matrix, row by row.
    block: Vec<u8>,
}

impl<'a, S: Source> Worker<'a, S> {
    pub(super) fn new(source: &'a S, layout: &'a Layout, repair: &'a RepairColumns) -> Self {
        Self {
            source,
            layout,
            repair,
            encoder: None,
            block: Vec::new(),
        }
    }

    /// Hashes the columns of one stripe.
    pub(super) fn stripe(&mut self, columns: Range<usize>) -> Result<StripeNodes, BlobIdError> {
        let message_end = columns.end.min(self.layout.columns);
        let mut leaves = Vec::with_capacity(columns.len());
        for start in (columns.start..message_end).step_by(self.block_width()) {
            let block = start..(start + self.block_width()).min(message_end);
            self.hash_block(block, &mut leaves)?;
        }
        let repair = self.repair;
        for column in columns.start.max(self.layout.columns)..columns.end {
            leaves.push(self.hash_column(repair.column(column))?);
        }
        let column_roots = leaves.iter().cloned().map(merkle::root).collect();
        let levels = STRIPE_LEVELS.min(merkle::height(self.layout.shards));
        Ok(StripeNodes {
            row_nodes: merkle::climb(leaves, levels).concat(),
            column_roots,
        })
    }

    /// How many columns are read at a time: adjacent symbols lie side by side in the blob, so more
    /// columns mean fewer reads, while the work space of a thread stays near one MiB.
    fn block_width(&self) -> usize {
        const BLOCK_BYTES: usize = 1 << 20;
        let column_len = self.layout.rows * self.layout.symbol_len;
        (BLOCK_BYTES / column_len).clamp(1, STRIPE)
    }

    /// Reads some columns of the message matrix and hashes each.
    fn hash_block(
        &mut self,
        columns: Range<usize>,
        leaves: &mut Vec<Vec<Node>>,
    ) -> Result<(), BlobIdError> {
        let symbol_len = self.layout.symbol_len;
        let width = columns.len() * symbol_len;
        let mut block = std::mem::take(&mut self.block);
        block.resize(self.layout.rows * width, 0);
        for (row, target) in block.chunks_exact_mut(width).enumerate() {
            let offset = self.layout.offset(row, columns.start);
            read_padded(self.source, self.layout.len, offset, target)?;
        }
        for start in (0..width).step_by(symbol_len) {
            let symbols = block.chunks_exact(width);
            leaves.push(self.hash_column(symbols.map(|row| &row[start..][..symbol_len]))?);
        }
        self.block = block;
        Ok(())
    }

    /// Extends one column, given by its symbols in the rows of the message matrix, and hashes all
    /// its symbols.
    fn hash_column<'s>(
        &mut self,
        message: impl Iterator<Item = &'s [u8]>,
    ) -> Result<Vec<Node>, BlobIdError> {
        let layout = self.layout;
        let message: Vec<&'s [u8]> = message.collect();
        let mut symbols: Vec<&[u8]> = message;
        let encoder = encoder(&mut self.encoder, layout.rows, layout)?;
        for symbol in &symbols {
            encoder.add_original_shard(symbol)?;
        }
        let extended = encoder.encode()?;
        symbols.extend(extended.recovery_iter());
        Ok(merkle::leaves(&symbols, layout.symbol_len))
    }
}

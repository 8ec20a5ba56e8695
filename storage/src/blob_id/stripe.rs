//! A stripe: adjacent columns of the extended matrix, reduced to hashes.

use std::ops::Range;

use super::{
    extend::{words, Extender},
    layout::Layout,
    merkle::{self, Node},
    repair::RepairColumns,
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
    extender: Extender,
}

impl<'a, S: Source> Worker<'a, S> {
    pub(super) fn new(
        source: &'a S,
        layout: &'a Layout,
        repair: &'a RepairColumns,
    ) -> Result<Self, reed_solomon_simd::Error> {
        Ok(Self { source, layout, repair, extender: Extender::new(layout, layout.rows)? })
    }

    /// Hashes the columns of one stripe.
    pub(super) fn stripe(&mut self, columns: Range<usize>) -> Result<StripeNodes, BlobIdError> {
        let mut leaves = Vec::with_capacity(columns.len());
        let message_end = columns.end.min(self.layout.columns);
        for start in (columns.start..message_end).step_by(self.block_width()) {
            let block = start..(start + self.block_width()).min(message_end);
            let bytes = self.read(&block)?;
            self.hash_columns(self.columns_of(&bytes, block.len()), &mut leaves)?;
        }
        let repair_start = columns.start.max(self.layout.columns);
        let repair = (repair_start..columns.end).map(|column| self.repair.column(column));
        self.hash_columns(repair.collect(), &mut leaves)?;
        let column_roots = leaves.iter().cloned().map(merkle::root).collect();
        let levels = STRIPE_LEVELS.min(merkle::height(self.layout.shards));
        Ok(StripeNodes { row_nodes: merkle::climb(leaves, levels).concat(), column_roots })
    }

    /// How many columns are read at a time: adjacent symbols lie side by side in the blob, so more
    /// columns mean fewer reads, while the work space of a thread stays near one MiB.
    fn block_width(&self) -> usize {
        const BLOCK_BYTES: usize = 1 << 20;
        let column_len = self.layout.rows * self.layout.symbol_len;
        (BLOCK_BYTES / column_len).clamp(1, STRIPE)
    }

    /// The symbols of some columns of the message matrix, row by row.
    fn read(&self, columns: &Range<usize>) -> Result<Vec<u8>, BlobIdError> {
        let width = columns.len() * self.layout.symbol_len;
        let mut block = vec![0; self.layout.rows * width];
        for (row, target) in block.chunks_exact_mut(width).enumerate() {
            let offset = self.layout.offset(row, columns.start);
            read_padded(self.source, self.layout.len, offset, target)?;
        }
        Ok(block)
    }

    /// The columns of a block that was read.
    fn columns_of<'s>(&self, block: &'s [u8], count: usize) -> Vec<Vec<&'s [u8]>> {
        let symbol_len = self.layout.symbol_len;
        let column = |index: usize| {
            block
                .chunks_exact(count * symbol_len)
                .map(|row| &row[index * symbol_len..][..symbol_len])
                .collect()
        };
        (0..count).map(column).collect()
    }

    /// Extends columns, given by their symbols in the rows of the message matrix, and hashes all
    /// their symbols.
    fn hash_columns(
        &mut self,
        columns: Vec<Vec<&[u8]>>,
        leaves: &mut Vec<Vec<Node>>,
    ) -> Result<(), BlobIdError> {
        let symbol_len = self.layout.symbol_len;
        for group in columns.chunks(words(symbol_len)) {
            let repairs = self.extender.extend(group)?;
            for (word, message) in group.iter().enumerate() {
                let column = [message.as_slice(), &repairs.of(word)].concat();
                leaves.push(merkle::leaves(&column, symbol_len));
            }
        }
        Ok(())
    }
}

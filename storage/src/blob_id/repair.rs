//! The columns that the row code adds.

use std::ops::Range;

use rayon::prelude::*;
use reed_solomon_simd::ReedSolomonEncoder;

use super::{
    layout::Layout,
    source::{read_padded, Source},
    BlobIdError,
};

/// Some adjacent repair columns, for the rows of the message matrix.
#[derive(Debug)]
pub(super) struct RepairColumns {
    columns: Range<usize>,
    symbol_len: usize,
    /// One row after the other.
    symbols: Vec<u8>,
}

impl RepairColumns {
    /// Extends every row of the message matrix and keeps those repair symbols that lie in
    /// `columns`. Nothing is done when none do.
    pub(super) fn extend(
        source: &impl Source,
        layout: &Layout,
        columns: &Range<usize>,
    ) -> Result<Self, BlobIdError> {
        let columns = columns.start.max(layout.columns)..columns.end.max(layout.columns);
        let kept_len = columns.len() * layout.symbol_len;
        let mut symbols = vec![0; layout.rows * kept_len];
        if kept_len > 0 {
            symbols
                .par_chunks_exact_mut(kept_len)
                .enumerate()
                .try_for_each_init(
                    || RowExtender::new(source, layout, columns.start),
                    |extender, (row, kept)| extender.extend(row, kept),
                )?;
        }
        Ok(Self {
            columns,
            symbol_len: layout.symbol_len,
            symbols,
        })
    }

    /// The symbols of `column` from the first row down.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &[u8]> {
        let start = (column - self.columns.start) * self.symbol_len;
        self.symbols
            .chunks_exact(self.columns.len() * self.symbol_len)
            .map(move |row| &row[start..][..self.symbol_len])
    }
}

/// One thread's work space.
struct RowExtender<'a, S> {
    source: &'a S,
    layout: &'a Layout,
    first_kept: usize,
    row: Vec<u8>,
    encoder: Option<ReedSolomonEncoder>,
}

impl<'a, S: Source> RowExtender<'a, S> {
    fn new(source: &'a S, layout: &'a Layout, first_column: usize) -> Self {
        Self {
            source,
            layout,
            first_kept: first_column - layout.columns,
            row: vec![0; layout.row_len()],
            encoder: None,
        }
    }

    fn extend(&mut self, row: usize, kept: &mut [u8]) -> Result<(), BlobIdError> {
        let layout = self.layout;
        let offset = layout.offset(row, 0);
        read_padded(self.source, layout.len, offset, &mut self.row)?;
        let encoder = encoder(&mut self.encoder, layout.columns, layout)?;
        for symbol in self.row.chunks_exact(layout.symbol_len) {
            encoder.add_original_shard(symbol)?;
        }
        let extended = encoder.encode()?;
        let symbols = extended.recovery_iter().skip(self.first_kept);
        for (target, symbol) in kept.chunks_exact_mut(layout.symbol_len).zip(symbols) {
            target.copy_from_slice(symbol);
        }
        Ok(())
    }
}

/// The encoder in `slot`, made on first use, that extends `from` symbols to one per shard.
pub(super) fn encoder<'a>(
    slot: &'a mut Option<ReedSolomonEncoder>,
    from: usize,
    layout: &Layout,
) -> Result<&'a mut ReedSolomonEncoder, reed_solomon_simd::Error> {
    let encoder = match slot.take() {
        Some(encoder) => encoder,
        None => ReedSolomonEncoder::new(from, layout.shards - from, layout.symbol_len)?,
    };
    Ok(slot.insert(encoder))
}

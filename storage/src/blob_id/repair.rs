//! The columns that the row code adds.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    extend::{words, Extender},
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
            let group = words(layout.symbol_len);
            symbols.par_chunks_mut(group * kept_len).enumerate().try_for_each_init(
                || Extender::new(layout, layout.columns),
                |extender, (index, kept)| {
                    let extender = extender.as_mut().map_err(|error| *error)?;
                    extend_rows(extender, source, layout, index * group, &columns, kept)
                },
            )?;
        }
        Ok(Self { columns, symbol_len: layout.symbol_len, symbols })
    }

    /// The symbols of `column` from the first row down.
    pub(super) fn column(&self, column: usize) -> Vec<&[u8]> {
        let start = (column - self.columns.start) * self.symbol_len;
        self.symbols
            .chunks_exact(self.columns.len() * self.symbol_len)
            .map(|row| &row[start..][..self.symbol_len])
            .collect()
    }
}

/// Extends the rows from `first` on for which `kept` has room.
fn extend_rows(
    extender: &mut Extender,
    source: &impl Source,
    layout: &Layout,
    first: usize,
    columns: &Range<usize>,
    kept: &mut [u8],
) -> Result<(), BlobIdError> {
    let kept_len = columns.len() * layout.symbol_len;
    let mut rows = vec![0; kept.len() / kept_len * layout.row_len()];
    read_padded(source, layout.len, layout.offset(first, 0), &mut rows)?;
    let messages: Vec<Vec<&[u8]>> = rows
        .chunks_exact(layout.row_len())
        .map(|row| row.chunks_exact(layout.symbol_len).collect())
        .collect();
    let repairs = extender.extend(&messages)?;
    let skipped = columns.start - layout.columns;
    for (row, kept) in kept.chunks_exact_mut(kept_len).enumerate() {
        let symbols = repairs.of(row).into_iter().skip(skipped);
        for (target, symbol) in kept.chunks_exact_mut(layout.symbol_len).zip(symbols) {
            target.copy_from_slice(symbol);
        }
    }
    Ok(())
}

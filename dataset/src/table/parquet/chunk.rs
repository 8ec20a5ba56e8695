//! The pages of the columns that are read, before the crate reads them.

use super::{
    compact::Compact,
    damaged, ends_early, lengths,
    page::{Content, Page},
    unpacked::Packing,
    unusable,
};
use crate::table::TableFault;
use ::parquet::{
    arrow::ProjectionMask,
    basic::{Compression, Type},
    file::metadata::{ColumnChunkMetaData, ParquetMetaData},
};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
};

/// Most rows that are unpacked at a time.
const BATCH_ROWS: u64 = 1_024;

/// Bytes, about, that a cell takes while it is unpacked, beside those of a text.
const CELL_BYTES: u64 = 64;

/// Bytes of the length of a text in a page.
const LENGTH_BYTES: u64 = 4;

/// How many rows can be unpacked at a time with this memory. Refuses a file whose pages do not fit
/// in it.
pub(super) fn batch_rows(
    file: &File,
    metadata: &ParquetMetaData,
    read: &ProjectionMask,
    memory: u64,
) -> Result<usize, TableFault> {
    let length = file.metadata()?.len();
    let mut walk = Walk { file, source: BufReader::new(file), length, left: length, memory };
    let mut widest = 1;
    for group in metadata.row_groups() {
        let mut needs = Needs::default();
        for (leaf, chunk) in group.columns().iter().enumerate() {
            if read.leaf_included(leaf) {
                needs.add(walk.chunk(chunk)?);
            }
        }
        if needs.held.max(needs.row) > memory {
            return Err(TableFault::OutOfMemory { limit: memory });
        }
        widest = widest.max(needs.row);
    }
    let rows = (memory / widest).clamp(1, BATCH_ROWS);
    Ok(usize::try_from(rows).unwrap_or(1))
}

/// Bytes that it takes to unpack columns.
#[derive(Clone, Copy, Debug, Default)]
struct Needs {
    /// For the pages that are unpacked at the same time.
    held: u64,
    /// For the largest row that there can be. A short page can say that all of its rows have the
    /// longest text.
    row: u64,
}

impl Needs {
    fn add(&mut self, other: Self) {
        self.held = self.held.saturating_add(other.held);
        self.row = self.row.saturating_add(other.row);
    }
}

/// A walk through a file's columns.
struct Walk<'a> {
    file: &'a File,
    source: BufReader<&'a File>,
    length: u64,
    /// Bytes of the file that no column has claimed.
    left: u64,
    memory: u64,
}

impl Walk<'_> {
    fn chunk(&mut self, chunk: &ColumnChunkMetaData) -> Result<Needs, TableFault> {
        let (start, length) = place(chunk).ok_or_else(damaged)?;
        let end = start.checked_add(length).filter(|end| *end <= self.length);
        let end = end.ok_or_else(ends_early)?;
        let left = self.left.checked_sub(length);
        self.left = left.ok_or_else(|| unusable("its columns lie on top of each other"))?;
        self.source.seek(SeekFrom::Start(start))?;
        let mut largest = Largest::default();
        let mut left = length;
        while left > 0 {
            let mut compact = Compact::new(&mut self.source, left);
            let page = Page::read(&mut compact)?;
            left = compact.left().checked_sub(page.packed).ok_or_else(ends_early)?;
            self.check(chunk, page)?;
            self.pass(chunk, page, end.saturating_sub(left))?;
            largest.add(page, size(chunk, page));
        }
        let lengths = if largest.has_lengths { lengths::most(self.file, chunk)? } else { 0 };
        Ok(largest.needs(chunk, lengths))
    }

    fn check(&self, chunk: &ColumnChunkMetaData, page: Page) -> Result<(), TableFault> {
        if page.packed.max(page.unpacked) > self.memory {
            return Err(TableFault::OutOfMemory { limit: self.memory });
        }
        let Content::Dictionary { values } = page.content else {
            return Ok(());
        };
        let least = if chunk.column_type() == Type::BYTE_ARRAY { LENGTH_BYTES } else { 1 };
        if values.saturating_mul(least) > size(chunk, page) {
            return Err(unusable("a page says that it has more values than fit in it"));
        }
        Ok(())
    }

    /// Goes to the end of a page, which must not unpack to more than it says.
    fn pass(
        &mut self,
        chunk: &ColumnChunkMetaData,
        page: Page,
        end: u64,
    ) -> Result<(), TableFault> {
        let part = Packing::of(chunk.compression()).zip(plain(page));
        let Some((packing, plain)) = part else {
            return self.skip(page.packed);
        };
        let said = page.unpacked.checked_sub(plain).ok_or_else(damaged)?;
        let packed = page.packed.checked_sub(plain).ok_or_else(damaged)?;
        // The crate does not unpack what is nothing.
        if said > 0 {
            self.skip(plain)?;
            self.unpack(packing, packed, said)?;
        }
        self.source.seek(SeekFrom::Start(end))?;
        Ok(())
    }

    fn unpack(&mut self, packing: Packing, packed: u64, said: u64) -> Result<(), TableFault> {
        let most = match packing {
            Packing::Gzip | Packing::Brotli => said,
            Packing::Lz4 => self.memory,
        };
        let page = self.source.by_ref().take(packed);
        let unpacked = packing.unpacked(page, packed, most);
        let unpacked = unpacked.map_err(|_| unusable("a page of it cannot be unpacked"))?;
        match packing {
            _ if unpacked <= most => Ok(()),
            Packing::Gzip | Packing::Brotli => {
                Err(unusable("a page of it unpacks to more than it says"))
            }
            Packing::Lz4 => Err(TableFault::OutOfMemory { limit: self.memory }),
        }
    }

    fn skip(&mut self, bytes: u64) -> Result<(), TableFault> {
        let bytes = i64::try_from(bytes).map_err(|_| damaged())?;
        Ok(self.source.seek_relative(bytes)?)
    }
}

/// Where a column's values of a group of rows begin, and how many bytes they take.
fn place(chunk: &ColumnChunkMetaData) -> Option<(u64, u64)> {
    let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
    Some((u64::try_from(start).ok()?, u64::try_from(chunk.compressed_size()).ok()?))
}

/// Bytes in front of what is packed, if something is.
fn plain(page: Page) -> Option<u64> {
    match page.content {
        Content::Other => None,
        Content::Dictionary { .. } => Some(0),
        Content::Data { plain, is_packed, .. } => is_packed.then_some(plain),
    }
}

/// Bytes of a page as its values are read from it.
fn size(chunk: &ColumnChunkMetaData, page: Page) -> u64 {
    match chunk.compression() {
        Compression::UNCOMPRESSED => page.packed,
        _ if plain(page).is_none() => page.packed,
        _ => page.unpacked,
    }
}

/// The largest pages of a column.
#[derive(Clone, Copy, Debug, Default)]
struct Largest {
    dictionary: u64,
    data: u64,
    packed: u64,
    has_lengths: bool,
}

impl Largest {
    fn add(&mut self, page: Page, size: u64) {
        self.packed = self.packed.max(page.packed);
        match page.content {
            Content::Other => (),
            Content::Dictionary { .. } => self.dictionary = self.dictionary.max(size),
            Content::Data { has_lengths, .. } => {
                self.data = self.data.max(size);
                self.has_lengths |= has_lengths;
            }
        }
    }

    fn needs(self, chunk: &ColumnChunkMetaData, lengths: u64) -> Needs {
        let pages = self.dictionary.saturating_add(self.data).saturating_add(self.packed);
        let value = match chunk.column_type() {
            Type::BYTE_ARRAY => self.dictionary.max(self.data),
            Type::FIXED_LEN_BYTE_ARRAY => {
                u64::try_from(chunk.column_descr().type_length()).unwrap_or_default()
            }
            Type::BOOLEAN
            | Type::INT32
            | Type::INT64
            | Type::INT96
            | Type::FLOAT
            | Type::DOUBLE => 0,
        };
        Needs {
            held: pages.saturating_add(lengths.saturating_mul(LENGTH_BYTES)),
            row: value.saturating_add(CELL_BYTES),
        }
    }
}

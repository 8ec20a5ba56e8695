//! Lengths of texts that are packed by their differences. The crate allocates as many as a page
//! says it has, and a few bytes can say any number.

use super::{compact::Compact, damaged};
use crate::table::TableFault;
use ::parquet::{
    basic::Encoding,
    column::page::Page,
    file::{metadata::ColumnChunkMetaData, reader::SerializedPageReader},
};
use std::{fs::File, sync::Arc};

/// How many lengths are in the page with the most. The sizes of the pages were checked before.
pub(super) fn most(file: &File, chunk: &ColumnChunkMetaData) -> Result<u64, TableFault> {
    let is_optional = chunk.column_descr().max_def_level() > 0;
    let file = Arc::new(file.try_clone()?);
    let mut most = 0;
    for page in SerializedPageReader::new(file, chunk, 0, None)? {
        most = most.max(of_page(&page?, is_optional)?);
    }
    Ok(most)
}

fn of_page(page: &Page, is_optional: bool) -> Result<u64, TableFault> {
    let (values, encoding): (&[u8], Encoding) = match page {
        Page::DataPage { buf, encoding, def_level_encoding, .. } if is_optional => {
            (without_levels(buf, *def_level_encoding)?, *encoding)
        }
        Page::DataPage { buf, encoding, .. } => (buf.as_ref(), *encoding),
        Page::DataPageV2 { buf, encoding, def_levels_byte_len, rep_levels_byte_len, .. } => {
            let levels = def_levels_byte_len.saturating_add(*rep_levels_byte_len);
            (behind(buf, levels)?, *encoding)
        }
        Page::DictionaryPage { .. } => return Ok(0),
    };
    let mut values = Compact::new(values, u64::try_from(values.len()).unwrap_or(u64::MAX));
    match encoding {
        Encoding::DELTA_LENGTH_BYTE_ARRAY => Ok(List::read(&mut values)?.count),
        Encoding::DELTA_BYTE_ARRAY => {
            let prefixes = List::read(&mut values)?;
            prefixes.pass(&mut values)?;
            Ok(prefixes.count.saturating_add(List::read(&mut values)?.count))
        }
        _ => Ok(0),
    }
}

/// What follows the levels that say which values are missing.
fn without_levels(page: &[u8], encoding: Encoding) -> Result<&[u8], TableFault> {
    let (length, rest) = page.split_first_chunk::<4>().ok_or_else(damaged)?;
    if encoding != Encoding::RLE {
        return Err(damaged());
    }
    behind(rest, u32::from_le_bytes(*length))
}

fn behind(bytes: &[u8], count: u32) -> Result<&[u8], TableFault> {
    let rest = usize::try_from(count).ok().and_then(|count| bytes.get(count..));
    rest.ok_or_else(damaged)
}

/// What stands in front of numbers that are packed by their differences.
struct List {
    count: u64,
    /// Parts of a block.
    parts: u64,
    /// Numbers of a part.
    of_part: u64,
}

impl List {
    fn read(list: &mut Compact<&[u8]>) -> Result<Self, TableFault> {
        let (block, parts, count) = (list.number()?, list.number()?, list.number()?);
        // The first number.
        list.whole()?;
        let of_part = block.checked_div(parts).ok_or_else(damaged)?;
        let is_even = block.is_multiple_of(parts) && of_part.is_multiple_of(32);
        if !is_even || of_part == 0 {
            return Err(damaged());
        }
        Ok(Self { count, parts, of_part })
    }

    /// Passes the numbers behind the first one.
    fn pass(&self, list: &mut Compact<&[u8]>) -> Result<(), TableFault> {
        let mut left = self.count.saturating_sub(1);
        while left > 0 {
            // The least difference.
            list.whole()?;
            let mut bytes = 0u64;
            for _ in 0..self.parts {
                let bits = u64::from(list.byte()?).saturating_mul(self.of_part);
                if left > 0 {
                    bytes = bytes.saturating_add(bits / 8);
                }
                left = left.saturating_sub(self.of_part);
            }
            list.pass_bytes(bytes)?;
        }
        Ok(())
    }
}

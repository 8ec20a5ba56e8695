//! What stands in front of a page of a column.

use super::{
    compact::{Compact, Fields, Kind, Wire},
    damaged,
};
use crate::table::TableFault;
use std::io::Read;

const DATA: i16 = 5;
const DICTIONARY: i16 = 7;
const SECOND_DATA: i16 = 8;

const DATA_FIELDS: Fields =
    &[(1, Kind::Whole), (2, Kind::Whole), (3, Kind::Whole), (4, Kind::Whole)];

const DICTIONARY_FIELDS: Fields = &[(1, Kind::Whole), (2, Kind::Whole), (3, Kind::Truth)];

const SECOND_DATA_FIELDS: Fields = &[
    (1, Kind::Whole),
    (2, Kind::Whole),
    (3, Kind::Whole),
    (4, Kind::Whole),
    (5, Kind::Whole),
    (6, Kind::Whole),
    (7, Kind::Truth),
];

const FIELDS: Fields = &[
    (1, Kind::Whole),
    (2, Kind::Whole),
    (3, Kind::Whole),
    (4, Kind::Whole),
    (DATA, Kind::Structure(DATA_FIELDS)),
    (6, Kind::Structure(&[])),
    (DICTIONARY, Kind::Structure(DICTIONARY_FIELDS)),
    (SECOND_DATA, Kind::Structure(SECOND_DATA_FIELDS)),
];

/// How values are written as texts with lengths that are packed by their differences.
const LENGTHS: [i64; 2] = [6, 7];

/// Ways to write values of which it is known what they allocate.
const KNOWN: [i64; 8] = [0, 2, 3, 5, 6, 7, 8, 9];

/// A page, by what is said in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Bytes of the page in the file, without what stands in front.
    pub(super) packed: u64,
    /// Bytes of the page when it is unpacked.
    pub(super) unpacked: u64,
    pub(super) content: Content,
}

/// What a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Something that is not read.
    Other,
    /// So many values, which others refer to.
    Dictionary { values: u64 },
    Data {
        /// Whether they have lengths that are packed by their differences.
        has_lengths: bool,
        /// Bytes in front of the values that are never packed.
        plain: u64,
        /// Whether the rest is packed, if the column is.
        is_packed: bool,
    },
}

impl Page {
    /// Reads what stands in front of a page.
    pub(super) fn read<R: Read>(compact: &mut Compact<R>) -> Result<Self, TableFault> {
        let mut numbers = [None; 5];
        let mut content = None;
        let mut last = 0;
        while let Some((number, wire)) = compact.field(last)? {
            last = number;
            let found = match (number, wire) {
                (DATA, Wire::Structure) => (0, data(compact)?),
                (DICTIONARY, Wire::Structure) => (2, dictionary(compact)?),
                (SECOND_DATA, Wire::Structure) => (3, second_data(compact)?),
                field => {
                    compact.keep(FIELDS, field, &mut numbers)?;
                    continue;
                }
            };
            // Readers would not agree on which one of two it is.
            if content.replace(found).is_some() {
                return Err(damaged());
            }
        }
        let [_, kind, unpacked, packed, _] = numbers;
        let content = match (kind, content) {
            (Some(1), None) => Content::Other,
            (Some(kind), Some((expected, content))) if kind == expected => content,
            _ => return Err(damaged()),
        };
        Ok(Self { packed: size(packed)?, unpacked: size(unpacked)?, content })
    }
}

/// A size that has 32 bits in the file.
fn size(number: Option<i64>) -> Result<u64, TableFault> {
    let number = number.and_then(|number| i32::try_from(number).ok());
    number.and_then(|number| u64::try_from(number).ok()).ok_or_else(damaged)
}

/// The numbers of a structure by their fields.
fn numbers<R: Read>(
    compact: &mut Compact<R>,
    fields: Fields,
) -> Result<[Option<i64>; 8], TableFault> {
    let mut numbers = [None; 8];
    let mut last = 0;
    while let Some((number, wire)) = compact.field(last)? {
        last = number;
        compact.keep(fields, (number, wire), &mut numbers)?;
    }
    Ok(numbers)
}

fn data<R: Read>(compact: &mut Compact<R>) -> Result<Content, TableFault> {
    let [_, _, encoding, ..] = numbers(compact, DATA_FIELDS)?;
    Ok(Content::Data { has_lengths: has_lengths(encoding)?, plain: 0, is_packed: true })
}

fn dictionary<R: Read>(compact: &mut Compact<R>) -> Result<Content, TableFault> {
    let [_, values, ..] = numbers(compact, DICTIONARY_FIELDS)?;
    Ok(Content::Dictionary { values: size(values)? })
}

fn second_data<R: Read>(compact: &mut Compact<R>) -> Result<Content, TableFault> {
    let [_, _, _, _, encoding, definitions, repetitions, is_packed] =
        numbers(compact, SECOND_DATA_FIELDS)?;
    Ok(Content::Data {
        has_lengths: has_lengths(encoding)?,
        plain: size(definitions)?.saturating_add(size(repetitions)?),
        is_packed: is_packed != Some(0),
    })
}

fn has_lengths(encoding: Option<i64>) -> Result<bool, TableFault> {
    match encoding {
        Some(encoding) if KNOWN.contains(&encoding) => Ok(LENGTHS.contains(&encoding)),
        _ => Err(super::unusable("its values are written in a way that is not known")),
    }
}

//! Thrift's compact protocol, in which Parquet files describe themselves.
//!
//! Values are passed and not kept, so nothing is allocated. Every count is compared with the bytes
//! that are left, and nesting ends at a fixed depth. The crate that reads Parquet takes a known
//! field for what it is to be, whatever type is written in front of it, so a known field of another
//! type is refused: both would read different files. For the same reason lists of truth values are
//! refused, which the crate passes in another way than others do.

use super::{damaged, ends_early};
use crate::table::TableFault;
use std::io::{self, Read};

/// Most levels of lists and structures in each other.
const DEPTH: u8 = 16;

/// Bytes, about, that a structure takes when it is kept.
const STRUCTURE_BYTES: u64 = 256;

/// Bytes that an item of a list takes when it is kept.
const ITEM_BYTES: u64 = 8;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// The value is part of the type.
    Truth(bool),
    Byte,
    /// A whole number of at most 64 bits.
    Whole,
    Double,
    /// Bytes with their length in front of them.
    Bytes,
    List,
    Structure,
}

/// What a field is to be.
#[derive(Debug)]
pub(super) enum Kind {
    Truth,
    Byte,
    Whole,
    Double,
    Bytes,
    List(&'static Kind),
    Structure(Fields),
}

/// The known fields of a structure, by their numbers.
pub(super) type Fields = &'static [(i16, Kind)];

impl Wire {
    fn of(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Truth(true)),
            2 => Some(Self::Truth(false)),
            3 => Some(Self::Byte),
            4..=6 => Some(Self::Whole),
            7 => Some(Self::Double),
            8 => Some(Self::Bytes),
            9 | 10 => Some(Self::List),
            12 => Some(Self::Structure),
            // Maps and identifiers, which Parquet has not, and what nobody knows.
            _ => None,
        }
    }
}

/// Bytes in the protocol, of which no more than so many are read.
#[derive(Debug)]
pub(super) struct Compact<R> {
    source: R,
    left: u64,
    weight: u64,
}

impl<R: Read> Compact<R> {
    pub(super) fn new(source: R, left: u64) -> Self {
        Self { source, left, weight: 0 }
    }

    /// Bytes that were not read.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Bytes, about, that it takes to keep what was passed.
    pub(super) fn weight(&self) -> u64 {
        self.weight
    }

    /// Adds to the bytes that it takes to keep what was passed.
    pub(super) fn add_weight(&mut self, bytes: u64) {
        self.weight = self.weight.saturating_add(bytes);
    }

    /// One byte.
    pub(super) fn byte(&mut self) -> Result<u8, TableFault> {
        self.left = self.left.checked_sub(1).ok_or_else(ends_early)?;
        let mut byte = [0];
        self.source.read_exact(&mut byte).map_err(super::cut)?;
        let [byte] = byte;
        Ok(byte)
    }

    /// A number without a sign.
    pub(super) fn number(&mut self) -> Result<u64, TableFault> {
        let mut number = 0;
        for shift in (0u32..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(damaged())
    }

    /// A number with a sign.
    pub(super) fn whole(&mut self) -> Result<i64, TableFault> {
        let number = self.number()?;
        let sign = if number & 1 == 1 { -1 } else { 0 };
        Ok((number >> 1).cast_signed() ^ sign)
    }

    /// Passes so many bytes.
    pub(super) fn pass_bytes(&mut self, count: u64) -> Result<(), TableFault> {
        self.left = self.left.checked_sub(count).ok_or_else(ends_early)?;
        let passed = io::copy(&mut self.source.by_ref().take(count), &mut io::sink())?;
        if passed == count {
            Ok(())
        } else {
            Err(ends_early())
        }
    }

    /// Passes bytes with their length in front of them, and says how many they are.
    pub(super) fn bytes(&mut self) -> Result<u64, TableFault> {
        let length = self.number()?;
        self.pass_bytes(length)?;
        Ok(length)
    }

    /// How the items of a list are written, and how many they are.
    pub(super) fn list(&mut self) -> Result<(Wire, u64), TableFault> {
        let head = self.byte()?;
        if head == 0 {
            // Some programs write no type for an empty list.
            return Ok((Wire::Byte, 0));
        }
        let item = Wire::of(head & 0x0f).ok_or_else(damaged)?;
        let count = match head >> 4 {
            15 => self.number()?,
            count => count.into(),
        };
        if count > self.left || matches!(item, Wire::Truth(_)) {
            return Err(damaged());
        }
        Ok((item, count))
    }

    /// The number of a structure's next field and how it is written, or nothing at its end. `last`
    /// is the number of the field before, or 0.
    pub(super) fn field(&mut self, last: i16) -> Result<Option<(i16, Wire)>, TableFault> {
        let head = self.byte()?;
        let code = head & 0x0f;
        if code == 0 {
            return Ok(None);
        }
        let wire = Wire::of(code).ok_or_else(damaged)?;
        let number = match head >> 4 {
            0 => i16::try_from(self.whole()?).ok(),
            step => last.checked_add(step.into()),
        };
        Ok(Some((number.ok_or_else(damaged)?, wire)))
    }

    /// Passes a field of a structure with these known fields.
    pub(super) fn pass(
        &mut self,
        fields: Fields,
        number: i16,
        wire: Wire,
    ) -> Result<(), TableFault> {
        self.pass_field(fields, number, wire, DEPTH)
    }

    /// Keeps a field that is a whole number or a truth value at the place of its number, and passes
    /// others.
    pub(super) fn keep(
        &mut self,
        fields: Fields,
        (number, wire): (i16, Wire),
        kept: &mut [Option<i64>],
    ) -> Result<(), TableFault> {
        let value = match (kind(fields, number), wire) {
            (Some(Kind::Whole), Wire::Whole) => self.whole()?,
            (Some(Kind::Truth), Wire::Truth(truth)) => truth.into(),
            _ => return self.pass(fields, number, wire),
        };
        let place = usize::try_from(number).ok().and_then(|place| kept.get_mut(place));
        *place.ok_or_else(damaged)? = Some(value);
        Ok(())
    }

    fn pass_field(
        &mut self,
        fields: Fields,
        number: i16,
        wire: Wire,
        depth: u8,
    ) -> Result<(), TableFault> {
        match kind(fields, number) {
            Some(kind) => self.pass_known(kind, wire, depth),
            None => self.pass_unknown(wire, depth),
        }
    }

    fn pass_known(&mut self, kind: &Kind, wire: Wire, depth: u8) -> Result<(), TableFault> {
        match (kind, wire) {
            (Kind::Truth, Wire::Truth(_))
            | (Kind::Byte, Wire::Byte)
            | (Kind::Whole, Wire::Whole)
            | (Kind::Double, Wire::Double)
            | (Kind::Bytes, Wire::Bytes) => self.pass_unknown(wire, depth),
            (Kind::List(kind), Wire::List) => {
                let depth = below(depth)?;
                let (item, count) = self.list()?;
                for _ in 0..count {
                    self.add_weight(ITEM_BYTES);
                    self.pass_known(kind, item, depth)?;
                }
                Ok(())
            }
            (Kind::Structure(fields), Wire::Structure) => {
                let fields = *fields;
                let depth = below(depth)?;
                self.add_weight(STRUCTURE_BYTES);
                let mut last = 0;
                while let Some((number, wire)) = self.field(last)? {
                    last = number;
                    self.pass_field(fields, number, wire, depth)?;
                }
                Ok(())
            }
            _ => Err(damaged()),
        }
    }

    fn pass_unknown(&mut self, wire: Wire, depth: u8) -> Result<(), TableFault> {
        match wire {
            Wire::Truth(_) => Ok(()),
            Wire::Byte => self.byte().map(|_| ()),
            Wire::Whole => self.number().map(|_| ()),
            Wire::Double => self.pass_bytes(8),
            Wire::Bytes => self.bytes().map(|_| ()),
            Wire::List => {
                let depth = below(depth)?;
                let (item, count) = self.list()?;
                (0..count).try_for_each(|_| self.pass_unknown(item, depth))
            }
            Wire::Structure => {
                let depth = below(depth)?;
                while let Some((_, wire)) = self.field(0)? {
                    self.pass_unknown(wire, depth)?;
                }
                Ok(())
            }
        }
    }
}

fn kind(fields: Fields, number: i16) -> Option<&'static Kind> {
    fields.iter().find(|(known, _)| *known == number).map(|(_, kind)| kind)
}

fn below(depth: u8) -> Result<u8, TableFault> {
    depth.checked_sub(1).ok_or_else(damaged)
}

//! Texts in UTF-8 and UTF-16, whose mark tells which it is, as texts in UTF-8 without a mark.

use super::TableFault;
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// A text from its beginning.
pub(super) type Source = Box<dyn BufRead + Send>;

/// Bytes of the longest mark.
const MARK: u64 = 3;

/// Bytes of UTF-16 that are decoded at a time: whole units.
const CHUNK: u64 = 64 * 1024;

/// Bytes of a unit: a character, or half of one.
const UNIT: u64 = 2;

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// The lower one.
    Little,
    /// The higher one.
    Big,
}

/// The text behind the mark in UTF-8, and what is to be told about it. Without a mark it is passed
/// on as it is.
pub(super) fn open(mut source: Source) -> io::Result<(Source, Option<String>)> {
    let mut head = Vec::new();
    source.by_ref().take(MARK).read_to_end(&mut head)?;
    let (mark, order) = match head.as_slice() {
        [0xef, 0xbb, 0xbf] => (3, None),
        [0xff, 0xfe, ..] => (2, Some(Order::Little)),
        [0xfe, 0xff, ..] => (2, Some(Order::Big)),
        _ => (0, None),
    };
    let rest = head.split_off(mark);
    let source: Source = Box::new(Cursor::new(rest).chain(source));
    let Some(order) = order else {
        return Ok((source, None));
    };
    let text: Source = Box::new(BufReader::new(Utf16::new(source, order)));
    Ok((text, Some(order.note())))
}

impl Order {
    /// The units of a text, without half a one at its end.
    fn units(self, bytes: &[u8]) -> impl DoubleEndedIterator<Item = u16> + '_ {
        let (units, _) = bytes.as_chunks::<2>();
        units.iter().map(move |unit| match self {
            Self::Little => u16::from_le_bytes(*unit),
            Self::Big => u16::from_be_bytes(*unit),
        })
    }

    fn note(self) -> String {
        let first = match self {
            Self::Little => "lower",
            Self::Big => "higher",
        };
        format!("the text is read as UTF-16 with the {first} byte first, as its mark says")
    }
}

/// Bytes that are no text in UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {byte} begins no character in UTF-16")]
pub(super) struct NotUtf16 {
    /// The first of them, from 1, the mark included.
    byte: u64,
}

impl NotUtf16 {
    /// What a reader's error says, if it is about UTF-16.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).copied()
    }
}

impl From<NotUtf16> for io::Error {
    fn from(fault: NotUtf16) -> Self {
        Self::new(io::ErrorKind::InvalidData, fault)
    }
}

impl From<NotUtf16> for TableFault {
    fn from(NotUtf16 { byte }: NotUtf16) -> Self {
        Self::NotUtf16 { byte }
    }
}

/// A text in UTF-16 that is read as UTF-8.
struct Utf16 {
    source: Source,
    order: Order,
    /// Bytes of the text that were decoded, the mark included.
    passed: u64,
    decoded: Cursor<Vec<u8>>,
}

impl Utf16 {
    /// Of what follows a mark.
    fn new(source: Source, order: Order) -> Self {
        Self { source, order, passed: UNIT, decoded: Cursor::default() }
    }

    /// Decodes the next bytes. Nothing is decoded at the end.
    fn decode_chunk(&mut self) -> io::Result<()> {
        let bytes = self.chunk()?;
        let mut text = String::with_capacity(bytes.len());
        for decoded in char::decode_utf16(self.order.units(&bytes)) {
            let next = decoded.map_err(|_| self.fault())?;
            self.passed = self.passed.saturating_add(length(next));
            text.push(next);
        }
        if !bytes.len().is_multiple_of(2) {
            return Err(self.fault());
        }
        self.decoded = Cursor::new(text.into_bytes());
        Ok(())
    }

    /// The next bytes, which end with no half of a character unless the text does.
    fn chunk(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.source.by_ref().take(CHUNK).read_to_end(&mut bytes)?;
        let is_first_half = |unit: u16| (0xd800..0xdc00).contains(&unit);
        if self.order.units(&bytes).next_back().is_some_and(is_first_half) {
            self.source.by_ref().take(UNIT).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    /// What comes next is no character.
    fn fault(&self) -> io::Error {
        NotUtf16 { byte: self.passed.saturating_add(1) }.into()
    }
}

/// Bytes of a character.
fn length(character: char) -> u64 {
    if u32::from(character) > 0xffff {
        2 * UNIT
    } else {
        UNIT
    }
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.decoded.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        self.decode_chunk()?;
        self.decoded.read(buffer)
    }
}

#[cfg(test)]
mod tests;

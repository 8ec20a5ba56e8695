//! The objects of a text, one after the other.

use crate::table::{text::line_ends, unicode::Source, Place, TableFault};
use nocknock_primitives::text::printable;
use std::io::{BufRead, Read};

/// Longest object that is read with little memory as well, in bytes.
const SMALL_OBJECT: u64 = 64 * 1024;

/// So many bytes of memory are allowed for a byte of an object.
const MEMORY_OF_BYTE: u64 = 16;

/// The text of an object.
#[derive(Debug)]
pub(super) struct Object {
    /// The line on which it begins.
    pub(super) line: u64,
    /// From its first brace to its last one.
    pub(super) text: String,
}

impl Object {
    /// Says what is wrong with it.
    pub(super) fn fault(&self, reason: String) -> TableFault {
        TableFault::Json { place: Place::Line(self.line), reason }
    }
}

/// Where in a text the next object is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the beginning.
    Start,
    /// Below other objects.
    Lines,
    /// In a list.
    List,
    /// Behind a list.
    End,
}

/// Takes a text apart into objects.
pub(super) struct Objects {
    source: Source,
    state: State,
    line: u64,
    memory: u64,
}

impl Objects {
    pub(super) fn new(source: Source, memory: u64) -> Self {
        Self { source, state: State::Start, line: 1, memory }
    }

    /// The next object, if there is one.
    pub(super) fn advance(&mut self) -> Result<Option<Object>, TableFault> {
        if !self.find_object()? {
            return Ok(None);
        }
        let bytes = self.object()?;
        let line = self.line;
        let ends = line_ends(&bytes);
        // No object has a zero byte, but those in UTF-16 do.
        if let Some(zero) = bytes.iter().position(|byte| *byte == 0) {
            return Err(not_utf8(line, bytes.get(..zero)));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            not_utf8(line, error.as_bytes().get(..error.utf8_error().valid_up_to()))
        })?;
        self.line = line.saturating_add(ends);
        Ok(Some(Object { line, text }))
    }

    /// Goes to the next brace. `false` if the text ends.
    fn find_object(&mut self) -> Result<bool, TableFault> {
        loop {
            let next = self.source.fill_buf()?.first().copied();
            match next {
                None => return self.end().map(|()| false),
                Some(b'{') if self.state != State::End => {
                    if self.state == State::Start {
                        self.state = State::Lines;
                    }
                    return Ok(true);
                }
                Some(byte) => self.pass(byte)?,
            }
        }
    }

    /// Passes a byte that stands between objects.
    fn pass(&mut self, byte: u8) -> Result<(), TableFault> {
        match (byte, self.state) {
            (b'\n', _) => self.line = self.line.saturating_add(1),
            (b' ' | b'\t' | b'\r', _) | (b',', State::List) => (),
            (b'[', State::Start) => self.state = State::List,
            (b']', State::List) => self.state = State::End,
            (0 | 0x80..=0xff, _) => {
                return Err(TableFault::NotUtf8 { place: Place::Line(self.line) })
            }
            _ => return Err(self.stray(byte)),
        }
        self.source.consume(1);
        Ok(())
    }

    fn stray(&self, byte: u8) -> TableFault {
        let text = char::from(byte).to_string();
        let text = printable(&text);
        self.fault(match self.state {
            State::End => format!("`{text}` stands behind the end of the list: remove it"),
            State::Start | State::Lines | State::List => format!(
                "`{text}` stands where an object is to begin: write one in braces for each row"
            ),
        })
    }

    fn end(&self) -> Result<(), TableFault> {
        match self.state {
            State::List => {
                Err(self.fault("the list does not end: write the file again".to_owned()))
            }
            State::Start | State::Lines | State::End => Ok(()),
        }
    }

    fn fault(&self, reason: String) -> TableFault {
        TableFault::Json { place: Place::Line(self.line), reason }
    }

    /// Everything up to the brace that ends the object.
    fn object(&mut self) -> Result<Vec<u8>, TableFault> {
        let most = (self.memory / MEMORY_OF_BYTE).max(SMALL_OBJECT);
        let mut bytes = Vec::new();
        let mut inside = Inside::default();
        loop {
            let before = bytes.len();
            let room = most.saturating_sub(before as u64);
            let read = self.source.by_ref().take(room).read_until(b'}', &mut bytes)?;
            if read == 0 && room == 0 {
                return Err(TableFault::OutOfMemory { limit: self.memory });
            }
            if read == 0 {
                return Err(self.fault("the object does not end: write the file again".to_owned()));
            }
            inside.pass(bytes.get(before..).unwrap_or_default());
            if inside.depth == 0 {
                return Ok(bytes);
            }
        }
    }
}

/// What follows these bytes of an object that begins on this line is not text.
fn not_utf8(line: u64, before: Option<&[u8]>) -> TableFault {
    let lines = line_ends(before.unwrap_or_default());
    TableFault::NotUtf8 { place: Place::Line(line.saturating_add(lines)) }
}

/// Where in an object one is.
#[derive(Default)]
struct Inside {
    /// Braces that are open.
    depth: u64,
    text: bool,
    escape: bool,
}

impl Inside {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match (byte, self.text) {
                _ if self.escape => self.escape = false,
                (b'\\', true) => self.escape = true,
                (b'"', _) => self.text = !self.text,
                (b'{', false) => self.depth = self.depth.saturating_add(1),
                (b'}', false) => self.depth = self.depth.saturating_sub(1),
                _ => (),
            }
        }
    }
}

//! What NumPy saves: an array (NPY), or an archive of arrays (NPZ).

use super::{
    builder::{Builder, Reader},
    words::Words,
    Place, ReadOptions, TableFault,
};
use std::{
    fs::File,
    io::{self, BufRead, Read},
};

mod archive;
mod header;
mod kind;
mod literal;

use archive::Contents;
use header::{Cell, Header};

/// Opens a file with one array.
pub(super) fn open_array(
    source: Box<dyn BufRead + Send>,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>, TableFault> {
    Ok(Box::new(Arrays::new(Contents::of_one(Array::open(source)?), options)))
}

/// Opens an archive. What its arrays mean is told by their names and dimensions.
pub(super) fn open_archive(
    file: File,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>, TableFault> {
    Ok(Box::new(Arrays::new(archive::read(file, options.memory)?, options)))
}

/// Arrays side by side, with equally many rows.
struct Arrays {
    contents: Contents,
    words: Words,
    /// Rows that were read.
    read: u64,
}

impl Arrays {
    fn new(contents: Contents, options: &ReadOptions) -> Self {
        Self { contents, words: Words::of(&options.text), read: 0 }
    }

    fn columns(&self) -> u64 {
        let columns = self.contents.arrays.iter().map(|array| array.header.columns());
        columns.fold(0, u64::saturating_add)
    }

    fn rows(&self) -> u64 {
        self.contents.arrays.first().map_or(0, |array| array.header.rows())
    }

    fn push_row(&mut self, builder: &mut Builder) -> Result<(), TableFault> {
        let place = Place::Row(self.read.saturating_add(1));
        let mut column = 0;
        for array in &mut self.contents.arrays {
            array.advance()?;
            column = array.push(builder, column, &self.words, place)?;
        }
        builder.end_row(place)
    }
}

impl Reader for Arrays {
    fn start(&mut self, memory: u64) -> Result<Builder, TableFault> {
        let found = self.columns();
        let columns = usize::try_from(found).map_err(|_| TableFault::TooManyColumns { found })?;
        let mut builder = Builder::new(self.contents.names.take(), columns, memory)?;
        if let Some(note) = self.contents.note.take() {
            builder.note(note);
        }
        for array in &mut self.contents.arrays {
            array.prepare(memory)?;
        }
        Ok(builder)
    }

    fn read(&mut self, builder: &mut Builder, rows: usize) -> Result<bool, TableFault> {
        while builder.rows() < rows {
            if self.read >= self.rows() {
                return Ok(false);
            }
            self.push_row(builder)?;
            self.read = self.read.saturating_add(1);
        }
        Ok(true)
    }
}

/// An array that is read row by row.
struct Array {
    header: Header,
    source: Box<dyn BufRead + Send>,
    /// Where a row's values are.
    cells: Vec<Cell>,
    /// Bytes that are held at a time.
    size: u64,
    /// The row that is read, or all of an array whose columns lie one after the other.
    held: Vec<u8>,
    /// Where the row begins in these bytes.
    row: usize,
    /// Bytes from one row to the next in these bytes.
    step: usize,
}

impl Array {
    fn open(mut source: Box<dyn BufRead + Send>) -> Result<Self, TableFault> {
        let header = Header::read(&mut source)?;
        let (cells, held) = (Vec::new(), Vec::new());
        Ok(Self { header, source, cells, size: 0, held, row: 0, step: 0 })
    }

    /// Finds out where the values are. Called when it is known that the columns are not too many.
    fn prepare(&mut self, memory: u64) -> Result<(), TableFault> {
        let too_large = || TableFault::OutOfMemory { limit: memory };
        self.cells = self.header.cells().ok_or_else(too_large)?;
        let size = self.header.held_bytes().filter(|size| *size <= memory);
        self.size = size.ok_or_else(too_large)?;
        if self.header.by_rows() {
            return Ok(());
        }
        self.hold()
    }

    /// Goes to the next row.
    fn advance(&mut self) -> Result<(), TableFault> {
        if self.header.by_rows() {
            return self.hold();
        }
        self.row = self.row.saturating_add(self.step);
        self.step = self.header.item_bytes();
        Ok(())
    }

    /// Holds the next bytes instead of those from before. Memory grows with what is read.
    fn hold(&mut self) -> Result<(), TableFault> {
        self.held.clear();
        let mut next = self.source.by_ref().take(self.size);
        let read = next.read_to_end(&mut self.held).map_err(cut)?;
        if u64::try_from(read).is_ok_and(|read| read == self.size) {
            Ok(())
        } else {
            Err(ends_early())
        }
    }

    /// Adds the row's values, the first one to this column. Says what the next column is.
    fn push(
        &self,
        builder: &mut Builder,
        first_column: usize,
        words: &Words,
        place: Place,
    ) -> Result<usize, TableFault> {
        let mut text = String::new();
        let mut column = first_column;
        for cell in &self.cells {
            let bytes = cell.bytes(&self.held, self.row).ok_or_else(ends_early)?;
            let value = cell.kind.value(bytes, &mut text, words.rules());
            let next = column.saturating_add(1);
            let value =
                value.map_err(|reason| unusable(&format!("{place}, column {next}: {reason}")))?;
            builder.push(column, words.apply(value))?;
            column = next;
        }
        Ok(column)
    }
}

/// What is wrong with an array, and what to do.
fn unusable(reason: &str) -> TableFault {
    TableFault::Npy(reason.to_owned())
}

fn ends_early() -> TableFault {
    unusable("it ends before its last value; save it again")
}

fn cut(error: io::Error) -> TableFault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ends_early(),
        _ => TableFault::Io(error),
    }
}

#[cfg(test)]
mod tests;

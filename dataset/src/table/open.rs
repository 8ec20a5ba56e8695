//! From a file to its reader, and from its reader to tables.

use super::{
    builder::{Builder, Reader},
    feather, json, numpy, parquet, text, unpack, ReadOptions, Table, TableError, TableFault,
};
use std::{
    ffi::OsStr,
    fmt,
    fs::File,
    io::{BufRead, BufReader, Cursor, Read, Seek},
    panic::{catch_unwind, AssertUnwindSafe},
    path::{Path, PathBuf},
};

/// Bytes of a file that tell its format.
const HEAD: u64 = 8;

/// Reads a whole file.
pub(super) fn all(path: &Path, options: &ReadOptions) -> Result<Table, TableError> {
    Pieces::open(path, options, usize::MAX)?.whole()
}

/// Reads a whole text with separated cells.
pub(super) fn all_of_text(
    source: &[u8],
    name: &Path,
    options: &ReadOptions,
) -> Result<Table, TableError> {
    let told = separator(extension(name).as_deref());
    let source = Box::new(Cursor::new(source.to_vec()));
    let open = || text::open(source, options, told);
    Pieces::start(name, open, options, usize::MAX)?.whole()
}

/// A table in pieces, for files larger than memory.
///
/// Each piece has at least one row and the same columns. A file without rows gives
/// [`TableFault::Empty`] once. What was noted is in the first piece that follows. Nothing follows
/// an error.
pub struct Pieces {
    file: PathBuf,
    reader: Box<dyn Reader>,
    builder: Builder,
    rows: usize,
    more: bool,
    any: bool,
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Pieces {
    /// Opens a file that is read in pieces of about so many rows.
    pub fn open(path: &Path, options: &ReadOptions, rows: usize) -> Result<Self, TableError> {
        Self::start(path, || reader(path, options), options, rows)
    }

    fn start(
        path: &Path,
        open: impl FnOnce() -> Result<Box<dyn Reader>, TableFault>,
        options: &ReadOptions,
        rows: usize,
    ) -> Result<Self, TableError> {
        let started = guarded(|| {
            let mut reader = open()?;
            let mut builder = reader.start(options.memory)?;
            builder.leave_out(&options.text);
            Ok((reader, builder))
        });
        let (reader, builder) = started.map_err(|fault| TableError::new(path, fault))?;
        let file = path.to_owned();
        Ok(Self { file, reader, builder, rows: rows.max(1), more: true, any: false })
    }

    fn whole(mut self) -> Result<Table, TableError> {
        let table = self.next();
        table.unwrap_or_else(|| Err(TableError::new(&self.file, TableFault::Empty)))
    }

    /// The next rows, or nothing behind the last one.
    fn piece(&mut self) -> Result<Option<Table>, TableFault> {
        let Self { reader, builder, rows, more, .. } = self;
        guarded(|| {
            while *more && builder.rows() < *rows {
                *more = reader.read(builder, *rows)?;
            }
            Ok(())
        })?;
        match (self.builder.rows(), self.any) {
            (0, true) => Ok(None),
            (0, false) => Err(TableFault::Empty),
            _ => {
                self.any = true;
                Ok(Some(self.builder.take()))
            }
        }
    }
}

impl Iterator for Pieces {
    type Item = Result<Table, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.more {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.more = false;
        }
        piece.map_err(|fault| TableError::new(&self.file, fault)).transpose()
    }
}

/// A reader's panic is a fault of the file.
fn guarded<T>(read: impl FnOnce() -> Result<T, TableFault>) -> Result<T, TableFault> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(TableFault::Broken))
}

/// What a file is read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// With the separator that the name tells.
    Text(Option<u8>),
    Json,
    Parquet,
    Feather,
    Array,
    Archive,
}

fn reader(path: &Path, options: &ReadOptions) -> Result<Box<dyn Reader>, TableFault> {
    let mut file = File::open(path)?;
    let head = head(&mut file)?;
    if is_packed(&head) {
        return packed_reader(path, unpack::open(file)?, options);
    }
    match format(&head, path)? {
        Format::Parquet => parquet::open(file, options),
        Format::Feather => feather::open(file, options),
        Format::Archive => numpy::open_archive(file, options),
        format => stream_reader(format, Box::new(BufReader::new(file)), options),
    }
}

/// Of what gzip or zstd had packed.
fn packed_reader(
    path: &Path,
    mut source: Box<dyn BufRead + Send>,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>, TableFault> {
    let format = format(source.fill_buf()?, path)?;
    stream_reader(format, source, options)
}

/// Of a format that needs no seeking.
fn stream_reader(
    format: Format,
    source: Box<dyn BufRead + Send>,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>, TableFault> {
    const UNPACK: &str = "it is packed once more: unpack it with gunzip or unzstd first";
    match format {
        Format::Text(told) => text::open(source, options, told),
        Format::Json => json::open(source, options),
        Format::Array => numpy::open_array(source, options),
        Format::Parquet => Err(TableFault::Parquet(UNPACK.to_owned())),
        Format::Feather => Err(TableFault::Feather(UNPACK.to_owned())),
        Format::Archive => Err(TableFault::Archive(UNPACK.to_owned())),
    }
}

/// The first bytes of a file, which is at its beginning again afterwards.
fn head(file: &mut File) -> Result<Vec<u8>, TableFault> {
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(head)
}

fn is_packed(head: &[u8]) -> bool {
    head.starts_with(b"\x1f\x8b") || head.starts_with(b"\x28\xb5\x2f\xfd")
}

/// The format of these bytes, or else of this name.
fn format(head: &[u8], path: &Path) -> Result<Format, TableFault> {
    let starts: [(&[u8], Format); 7] = [
        (b"PAR1", Format::Parquet),
        (b"ARROW1", Format::Feather),
        // A stream.
        (b"\xff\xff\xff\xff", Format::Feather),
        (b"FEA1", Format::Feather),
        (b"\x93NUMPY", Format::Array),
        (b"PK\x03\x04", Format::Archive),
        (b"PK\x05\x06", Format::Archive),
    ];
    let by_content = starts.into_iter().find(|(start, _)| head.starts_with(start));
    by_content
        .map(|(_, format)| format)
        .or_else(|| by_extension(extension(path).as_deref()))
        .ok_or(TableFault::UnknownFormat)
}

fn by_extension(extension: Option<&str>) -> Option<Format> {
    match extension? {
        "csv" | "tab" | "tsv" | "txt" => Some(Format::Text(separator(extension))),
        "json" | "jsonl" | "ndjson" => Some(Format::Json),
        "parquet" => Some(Format::Parquet),
        "arrow" | "arrows" | "feather" | "ipc" => Some(Format::Feather),
        "npy" => Some(Format::Array),
        "npz" => Some(Format::Archive),
        _ => None,
    }
}

/// The separator that a name tells.
fn separator(extension: Option<&str>) -> Option<u8> {
    matches!(extension, Some("tab" | "tsv")).then_some(b'\t')
}

/// The end of a name in lower case, without that of packing.
fn extension(path: &Path) -> Option<String> {
    let last = lower(path.extension())?;
    match last.as_str() {
        "gz" | "zst" => lower(Path::new(path.file_stem()?).extension()),
        _ => Some(last),
    }
}

fn lower(extension: Option<&OsStr>) -> Option<String> {
    Some(extension?.to_str()?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{table::Place, value::Value};
    use std::{collections::VecDeque, io::Write};

    /// What a reader does when it is asked for rows.
    enum Step {
        /// Adds a row; more may come.
        Row,
        /// Says that nothing more comes.
        End,
        Fail,
        Panic,
    }

    struct Steps(VecDeque<Step>);

    impl Reader for Steps {
        fn start(&mut self, memory: u64) -> Result<Builder, TableFault> {
            Builder::new(None, 1, memory)
        }

        fn read(&mut self, builder: &mut Builder, _rows: usize) -> Result<bool, TableFault> {
            match self.0.pop_front() {
                Some(Step::Row) => {
                    builder.push(0, Value::Truth(true))?;
                    builder.end_row(Place::Row(1)).map(|()| true)
                }
                None | Some(Step::End) => Ok(false),
                Some(Step::Fail) => Err(TableFault::UnknownFormat),
                Some(Step::Panic) => panic!("a reader panics"),
            }
        }
    }

    fn pieces(steps: impl IntoIterator<Item = Step>, rows: usize) -> Pieces {
        let steps = Box::new(Steps(steps.into_iter().collect()));
        let options = ReadOptions { memory: 1_000, ..ReadOptions::default() };
        Pieces::start(Path::new("file"), || Ok(steps), &options, rows).unwrap()
    }

    fn fault(path: &Path) -> TableFault {
        Table::read(path, &ReadOptions::default()).unwrap_err().fault
    }

    #[test]
    fn pieces_have_the_rows_asked_for_and_the_last_one_the_rest() {
        for (steps, expected) in [(5, vec![2, 2, 1]), (4, vec![2, 2])] {
            let steps = std::iter::repeat_with(|| Step::Row).take(steps);
            let lengths: Vec<usize> = pieces(steps, 2).map(|piece| piece.unwrap().len()).collect();
            assert_eq!(lengths, expected);
        }
        let whole = pieces([Step::Row, Step::Row, Step::End], usize::MAX).whole();
        assert_eq!(whole.unwrap().len(), 2);
    }

    #[test]
    fn a_file_without_rows_is_told_once() {
        let mut empty = pieces([Step::End], 2);
        assert!(matches!(empty.next(), Some(Err(TableError { fault: TableFault::Empty, .. }))));
        assert!(empty.next().is_none());
        assert!(matches!(pieces([], 1).whole().unwrap_err().fault, TableFault::Empty));
    }

    #[test]
    fn nothing_follows_an_error() {
        let mut pieces = pieces([Step::Row, Step::Fail, Step::Row], 1);
        assert!(pieces.next().unwrap().is_ok());
        assert!(pieces.next().unwrap().is_err());
        assert!(pieces.next().is_none());
    }

    #[test]
    fn a_panic_of_a_reader_is_a_fault_of_the_file() {
        let mut pieces = pieces([Step::Panic], 1);
        let error = pieces.next().unwrap().unwrap_err();
        assert!(matches!(error.fault, TableFault::Broken));
        assert!(error.to_string().starts_with("file: breaks the reader"), "{error}");
        assert!(pieces.next().is_none());
    }

    #[test]
    fn content_tells_the_format_before_the_name_does() {
        let told = |head: &[u8], name: &str| format(head, Path::new(name)).ok();
        for (head, expected) in [
            (&b"PAR1\x15\x04"[..], Format::Parquet),
            (&b"ARROW1\0\0"[..], Format::Feather),
            (&b"\xff\xff\xff\xff\x10"[..], Format::Feather),
            (&b"FEA1"[..], Format::Feather),
            (&b"\x93NUMPY\x01\0"[..], Format::Array),
            (&b"PK\x03\x04"[..], Format::Archive),
        ] {
            assert_eq!(told(head, "data.csv"), Some(expected));
        }
        for (name, expected) in [
            ("a.csv", Some(Format::Text(None))),
            ("a.txt.gz", Some(Format::Text(None))),
            ("a.TSV.zst", Some(Format::Text(Some(b'\t')))),
            ("a.tab", Some(Format::Text(Some(b'\t')))),
            ("a.jsonl", Some(Format::Json)),
            ("a.ndjson.GZ", Some(Format::Json)),
            ("a.json", Some(Format::Json)),
            ("a.parquet", Some(Format::Parquet)),
            ("a.feather", Some(Format::Feather)),
            ("a.npy", Some(Format::Array)),
            ("a.npz", Some(Format::Archive)),
            ("a.xls", None),
            ("a.gz", None),
            ("csv", None),
        ] {
            assert_eq!(told(b"1,2\n", name), expected, "{name}");
        }
    }

    #[test]
    fn files_are_read_by_their_name_packed_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let file = folder.path().join(name);
            std::fs::write(&file, bytes).unwrap();
            file
        };
        let read = |file: &Path| Table::read(file, &ReadOptions::default()).unwrap();
        let plain = read(&write("a.TSV", b"a\tk\n1\tx\n2\ty\n"));
        assert_eq!(plain.len(), 2);
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"a,k\n1,x\n2,y\n").unwrap();
        let packed = packer.finish().unwrap();
        for name in ["a.csv.gz", "packed.csv"] {
            assert_eq!(read(&write(name, &packed)).columns(), plain.columns(), "{name}");
        }
        assert!(matches!(fault(&write("a.xls", b"a,k\n")), TableFault::UnknownFormat));
        assert!(matches!(fault(&write("a.csv", b"")), TableFault::Empty));
        assert!(matches!(fault(&folder.path().join("b.csv")), TableFault::Io(_)));
    }

    #[test]
    fn what_is_packed_twice_is_refused_with_what_to_do() {
        for format in [Format::Parquet, Format::Feather, Format::Archive] {
            let source = Box::new(Cursor::new(Vec::new()));
            let opened = stream_reader(format, source, &ReadOptions::default());
            let fault = opened.err().unwrap().to_string();
            assert!(fault.ends_with("unpack it with gunzip or unzstd first"), "{fault}");
        }
    }
}

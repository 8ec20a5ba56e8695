//! Arrow's own files: Feather of version 2, and streams.
//!
//! Messages are read one by one, and nothing is allocated that a file merely promises.

use super::{arrow::Batches, builder::Reader, ipc, ReadOptions, TableFault};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ipc::{
    convert::try_fb_to_schema,
    reader::{read_dictionary, read_record_batch},
    root_as_footer, root_as_message, Buffer, Message, RecordBatch as Packed, Schema,
};
use arrow_schema::SchemaRef;
use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    sync::Arc,
    vec,
};

/// What a file begins and ends with. A stream does not.
const MAGIC: [u8; 6] = *b"ARROW1";

/// What a file of Feather's first version begins with.
const FIRST_VERSION: &[u8] = b"FEA1";

/// Bytes at a file's end: the length of its list of messages, and the magic word.
const END_BYTES: i64 = 10;

/// Most bytes of a message's metadata, which are a few for each column. Where a text is taken for a
/// stream, its first characters stand for more.
const MOST_METADATA: u32 = 1 << 26;

/// Stands in front of a message's length, but not in files of before 2019.
const CONTINUES: [u8; 4] = [0xff; 4];

/// Opens a file of Arrow, or a stream.
pub(super) fn open(file: File, options: &ReadOptions) -> Result<Box<dyn Reader>, TableFault> {
    let memory = options.memory;
    let mut source = BufReader::new(file);
    let (schema, places) = if has_list(&mut source)? {
        let (schema, places) = read_list(&mut source, memory)?;
        (schema, Some(places.into_iter()))
    } else {
        (read_schema(&mut source, memory)?, None)
    };
    let dictionaries = HashMap::new();
    let messages = Messages { source, places, memory, schema: schema.clone(), dictionaries };
    Ok(Box::new(Batches::new(schema, messages, options, TableFault::Feather)))
}

/// Whether it is a file with a list of its messages. Else it is a stream, which is at its beginning
/// afterwards.
fn has_list(source: &mut BufReader<File>) -> Result<bool, TableFault> {
    let mut start = [0; 6];
    source.read_exact(&mut start).map_err(cut)?;
    if start.starts_with(FIRST_VERSION) {
        let reason = "it is of version 1; write it again with version=2, or save it as CSV";
        return Err(TableFault::Feather(reason.to_owned()));
    }
    source.rewind()?;
    Ok(start == MAGIC)
}

/// The columns and the places of the messages: first the values that others refer to.
fn read_list(
    source: &mut BufReader<File>,
    memory: u64,
) -> Result<(SchemaRef, Vec<u64>), TableFault> {
    let mut end = [0; 10];
    source.seek(SeekFrom::End(-END_BYTES)).map_err(|_| ends_early())?;
    source.read_exact(&mut end).map_err(cut)?;
    let [a, b, c, d, magic @ ..] = end;
    if magic != MAGIC {
        return Err(ends_early());
    }
    let length = u32::from_le_bytes([a, b, c, d]);
    let start = SeekFrom::End(-END_BYTES - i64::from(length));
    source.seek(start).map_err(|_| ends_early())?;
    let list = take(source, length.into(), memory)?;
    let list = root_as_footer(&list).map_err(|_| unusable("its list of messages is damaged"))?;
    let blocks = list.dictionaries().into_iter().chain(list.recordBatches()).flatten();
    let places = blocks.map(|block| u64::try_from(block.offset()).ok());
    let places: Option<Vec<u64>> = places.collect();
    let places = places.ok_or_else(|| unusable("a message has a negative place"))?;
    Ok((columns(list.schema(), memory)?, places))
}

fn read_schema(source: &mut impl Read, memory: u64) -> Result<SchemaRef, TableFault> {
    let bytes = Bytes::read(source, memory)?.ok_or_else(ends_early)?;
    columns(message(&bytes.metadata)?.header_as_schema(), memory)
}

fn columns(schema: Option<Schema<'_>>, memory: u64) -> Result<SchemaRef, TableFault> {
    let schema = schema.ok_or_else(|| unusable("it does not say what its columns are"))?;
    if !schema.endianness().equals_to_target_endianness() {
        return Err(unusable("its bytes are in the order of another kind of machine"));
    }
    ipc::check(schema, memory)?;
    Ok(Arc::new(try_fb_to_schema(schema)?))
}

/// The batches of a file or a stream.
struct Messages {
    source: BufReader<File>,
    /// Where the next messages are. In a stream they follow each other.
    places: Option<vec::IntoIter<u64>>,
    memory: u64,
    schema: SchemaRef,
    /// Values that batches refer to.
    dictionaries: HashMap<i64, ArrayRef>,
}

impl Iterator for Messages {
    type Item = Result<RecordBatch, TableFault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().transpose()
    }
}

impl Messages {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, TableFault> {
        while let Some(bytes) = self.next_message()? {
            if let Some(batch) = self.unpack(bytes)? {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    fn next_message(&mut self) -> Result<Option<Bytes>, TableFault> {
        let Some(places) = &mut self.places else {
            return Bytes::read(&mut self.source, self.memory);
        };
        let Some(place) = places.next() else {
            return Ok(None);
        };
        self.source.seek(SeekFrom::Start(place))?;
        Bytes::read(&mut self.source, self.memory)?.ok_or_else(ends_early).map(Some)
    }

    /// The batch that a message holds, unless it holds values for later batches.
    fn unpack(&mut self, bytes: Bytes) -> Result<Option<RecordBatch>, TableFault> {
        let Bytes { metadata, body } = bytes;
        let message = message(&metadata)?;
        let version = message.version();
        if let Some(batch) = message.header_as_record_batch() {
            check_sizes(batch, &body, self.memory)?;
            let (schema, values) = (self.schema.clone(), &self.dictionaries);
            let batch = read_record_batch(&body.into(), batch, schema, values, None, &version);
            return Ok(Some(batch?));
        }
        let values = message.header_as_dictionary_batch();
        let values = values.ok_or_else(|| unusable("it holds what is no table"))?;
        let batch = values.data().ok_or_else(|| unusable("a list of values is not there"))?;
        check_sizes(batch, &body, self.memory)?;
        read_dictionary(&body.into(), values, &self.schema, &mut self.dictionaries, &version)?;
        self.check_dictionaries()?;
        Ok(None)
    }

    /// Refuses values for later batches that together take more than fits in memory.
    fn check_dictionaries(&self) -> Result<(), TableFault> {
        let sizes = self.dictionaries.values().map(|values| values.get_array_memory_size());
        let size = sizes.fold(0, usize::saturating_add);
        if u64::try_from(size).is_ok_and(|size| size <= self.memory) {
            Ok(())
        } else {
            Err(TableFault::OutOfMemory { limit: self.memory })
        }
    }
}

/// Refuses buffers that together are longer than the message, as each one may be copied, and packed
/// buffers that promise more than fits in memory.
fn check_sizes(batch: Packed<'_>, body: &[u8], memory: u64) -> Result<(), TableFault> {
    let mut buffers = batch.buffers().into_iter().flatten();
    let left = buffers.try_fold(body.len(), |left, buffer| {
        left.checked_sub(usize::try_from(buffer.length()).ok()?)
    });
    if left.is_none() {
        return Err(unusable("its columns are longer than the message they are in"));
    }
    if batch.compression().is_none() {
        return Ok(());
    }
    let buffers = batch.buffers().into_iter().flatten();
    let size = buffers.map(|buffer| promise(buffer, body)).fold(0, u64::saturating_add);
    if size > memory {
        return Err(TableFault::OutOfMemory { limit: memory });
    }
    Ok(())
}

/// The size to which a packed buffer says it unpacks. It stands in the buffer's first bytes.
fn promise(buffer: &Buffer, body: &[u8]) -> u64 {
    if buffer.length() == 0 {
        return 0;
    }
    let start = usize::try_from(buffer.offset()).ok();
    let size = start.and_then(|start| body.get(start..)?.first_chunk::<8>());
    size.map_or(0, |size| u64::try_from(i64::from_le_bytes(*size)).unwrap_or_default())
}

/// A message as it was read.
struct Bytes {
    metadata: Vec<u8>,
    body: Vec<u8>,
}

impl Bytes {
    /// The next message, unless the stream ends.
    fn read(source: &mut impl Read, memory: u64) -> Result<Option<Self>, TableFault> {
        let Some(length) = metadata_length(source)? else {
            return Ok(None);
        };
        let metadata = take(source, length.into(), memory)?;
        let length = u64::try_from(message(&metadata)?.bodyLength());
        let length = length.map_err(|_| unusable("a message has a negative length"))?;
        let body = take(source, length, memory)?;
        Ok(Some(Self { metadata, body }))
    }
}

fn message(metadata: &[u8]) -> Result<Message<'_>, TableFault> {
    root_as_message(metadata).map_err(|_| unusable("a message is not one of Arrow"))
}

/// Length of the next message's metadata. A stream may end with or without a length of 0.
fn metadata_length(source: &mut impl Read) -> Result<Option<u32>, TableFault> {
    let mut length = [0; 4];
    match source.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    if length == CONTINUES {
        source.read_exact(&mut length).map_err(cut)?;
    }
    match u32::from_le_bytes(length) {
        0 => Ok(None),
        length @ 1..=MOST_METADATA => Ok(Some(length)),
        _ => Err(unusable("it does not consist of messages")),
    }
}

/// So many bytes, if the file has them and they fit in memory.
fn take(source: &mut impl Read, length: u64, memory: u64) -> Result<Vec<u8>, TableFault> {
    if length > memory {
        return Err(TableFault::OutOfMemory { limit: memory });
    }
    let mut bytes = Vec::new();
    let read = source.take(length).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read == length) {
        Ok(bytes)
    } else {
        Err(ends_early())
    }
}

fn cut(error: io::Error) -> TableFault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ends_early(),
        _ => TableFault::Io(error),
    }
}

fn ends_early() -> TableFault {
    unusable("it ends too early")
}

fn unusable(reason: &str) -> TableFault {
    TableFault::Feather(format!("{reason}; write it again, or save it as CSV"))
}

#[cfg(test)]
mod tests;

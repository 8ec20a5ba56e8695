use super::*;
use arrow_array::{types::Int32Type, DictionaryArray, Int32Array, Int64Array, StringArray};
use arrow_ipc::{
    writer::{FileWriter, IpcWriteOptions, StreamWriter},
    CompressionType,
};
use std::io::Write;

const MEMORY: u64 = 1 << 20;

/// Rows of the packed batch, and the bytes of its values.
const ROWS: usize = 1_000;
const VALUE_BYTES: u64 = 8_000;

fn batch() -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![7; ROWS]));
    RecordBatch::try_from_iter([("a", numbers)]).unwrap()
}

fn packed(codec: Option<CompressionType>) -> IpcWriteOptions {
    IpcWriteOptions::default().try_with_compression(codec).unwrap()
}

fn file(codec: Option<CompressionType>) -> Vec<u8> {
    let batch = batch();
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &batch.schema(), packed(codec)).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

fn stream(codec: Option<CompressionType>) -> Vec<u8> {
    stream_of(&batch(), codec)
}

fn stream_of(batch: &RecordBatch, codec: Option<CompressionType>) -> Vec<u8> {
    let mut writer =
        StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), packed(codec)).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

/// Reads all rows and says how many they are.
fn read(bytes: &[u8]) -> Result<usize, TableFault> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    let mut reader = open(file, &ReadOptions { memory: MEMORY, ..ReadOptions::default() })?;
    let mut builder = reader.start(MEMORY)?;
    while reader.read(&mut builder, usize::MAX)? {}
    Ok(builder.rows())
}

#[test]
fn files_and_streams_are_read_packed_or_not() {
    for codec in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        assert_eq!(read(&file(codec)).unwrap(), ROWS);
        assert_eq!(read(&stream(codec)).unwrap(), ROWS);
    }
}

#[test]
fn a_file_that_is_cut_is_refused() {
    let file = file(Some(CompressionType::ZSTD));
    for length in 0..file.len() {
        assert!(read(&file[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_stream_may_end_without_saying_so() {
    let stream = stream(None);
    let end = [CONTINUES, [0; 4]].concat();
    assert_eq!(read(stream.strip_suffix(end.as_slice()).unwrap()).unwrap(), ROWS);
}

#[test]
fn the_first_version_of_feather_is_refused_with_what_to_do() {
    let fault = read(b"FEA1\0\0\0\0").unwrap_err().to_string();
    assert!(fault.contains("version 1; write it again with version=2"), "{fault}");
}

#[test]
fn a_promise_of_unpacked_bytes_allocates_nothing() {
    for codec in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        let mut bytes = stream(Some(codec));
        let promise = VALUE_BYTES.to_le_bytes();
        let place = bytes.windows(8).position(|window| window == promise).unwrap();
        bytes[place..place + 8].copy_from_slice(&(1u64 << 62).to_le_bytes());
        let fault = read(&bytes).unwrap_err();
        assert!(matches!(fault, TableFault::OutOfMemory { limit: MEMORY }), "{fault}");
    }
}

/// Three columns of one row, each with so many bytes of texts that it may refer to.
fn with_dictionaries(bytes: usize) -> RecordBatch {
    let column = |name| {
        let texts = StringArray::from(vec!["x".to_owned(), "y".repeat(bytes)]);
        let codes = Int32Array::from(vec![0]);
        let codes = DictionaryArray::<Int32Type>::try_new(codes, Arc::new(texts)).unwrap();
        let column: ArrayRef = Arc::new(codes);
        (name, column)
    };
    RecordBatch::try_from_iter(["a", "b", "c"].map(column)).unwrap()
}

#[test]
fn texts_that_columns_refer_to_take_no_more_memory_than_allowed() {
    let codec = Some(CompressionType::ZSTD);
    assert_eq!(read(&stream_of(&with_dictionaries(1_000), codec)).unwrap(), 1);
    let fault = read(&stream_of(&with_dictionaries(600_000), codec)).unwrap_err();
    assert!(matches!(fault, TableFault::OutOfMemory { limit: MEMORY }), "{fault}");
}

#[test]
fn columns_that_lie_on_top_of_each_other_are_refused() {
    let column: ArrayRef = Arc::new(Int64Array::from(vec![7; ROWS]));
    let columns = ["a", "b", "c"].map(|name| (name, column.clone()));
    let mut bytes = stream_of(&RecordBatch::try_from_iter(columns).unwrap(), None);
    assert_eq!(read(&bytes).unwrap(), ROWS);
    // All columns get the length of the whole message, which each of them does not exceed.
    let length = i64::try_from(VALUE_BYTES).unwrap().to_le_bytes();
    let places = (0..bytes.len() - 8).filter(|place| bytes[*place..*place + 8] == length);
    let places: Vec<usize> = places.collect();
    assert!(places.len() >= 3, "{places:?}");
    for place in places {
        bytes[place..place + 8].copy_from_slice(&(3 * VALUE_BYTES).to_le_bytes());
    }
    let fault = read(&bytes).unwrap_err().to_string();
    assert!(fault.contains("longer than the message"), "{fault}");
}

#[test]
fn names_of_columns_take_no_more_memory_than_allowed() {
    let column: ArrayRef = Arc::new(Int64Array::from(vec![7; 1]));
    let columns: Vec<(String, ArrayRef)> =
        (0..2_100).map(|number| (number.to_string(), column.clone())).collect();
    let wide = stream_of(&RecordBatch::try_from_iter(columns).unwrap(), None);
    assert!(wide.len() < 1 << 20, "{}", wide.len());
    let fault = read(&wide).unwrap_err();
    assert!(matches!(fault, TableFault::OutOfMemory { limit: MEMORY }), "{fault}");
}

#[test]
fn a_promise_of_a_long_message_allocates_nothing() {
    for (length, expected) in
        [(1 << 19, "ends too early"), (1 << 25, "memory"), (i32::MAX, "messages")]
    {
        let mut bytes = stream(None);
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
        let fault = read(&bytes).unwrap_err().to_string();
        assert!(fault.contains(expected), "{fault}");
    }
}

use super::*;
use crate::{table::MAX_COLUMNS, value::Value, Table};
use flate2::{write::GzEncoder, Compression};
use std::{
    io::{Read, Seek, Write},
    slice,
};
use thrift::{natural, whole, Thrift, BYTES, STRUCTURE, WHOLE};

mod thrift;

const MEMORY: u64 = 1 << 20;

/// Types of values, as the format numbers them.
const INT32: i64 = 1;
const BYTE_ARRAY: i64 = 6;
const FIXED: i64 = 7;

/// Ways to pack pages.
const NONE: i64 = 0;
const SNAPPY: i64 = 1;
const GZIP: i64 = 2;
const BROTLI: i64 = 4;
const LZ4: i64 = 5;

/// Ways to write values.
const PLAIN: i64 = 0;
const RLE: i64 = 3;
const DELTA_LENGTH: i64 = 6;
const DELTA_TEXT: i64 = 7;
const ALP: i64 = 10;

fn read_within(bytes: &[u8], memory: u64) -> Result<Table, TableFault> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let mut reader = open(file, &ReadOptions { memory, ..ReadOptions::default() })?;
    let mut builder = reader.start(memory)?;
    while reader.read(&mut builder, usize::MAX)? {}
    Ok(builder.take())
}

fn read(bytes: &[u8]) -> Result<Table, TableFault> {
    read_within(bytes, MEMORY)
}

fn refused(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

fn is_out_of_memory(bytes: &[u8]) -> bool {
    matches!(read(bytes), Err(TableFault::OutOfMemory { limit: MEMORY }))
}

fn keys(table: &Table) -> Vec<Vec<String>> {
    let key = |value: Value<'_>| value.key().unwrap_or_default().into_owned();
    table.columns().iter().map(|column| column.values().map(key).collect()).collect()
}

/// A column or a group of so many columns.
fn entry(name: &str, kind: Option<i64>, repetition: i64, children: i64) -> Vec<u8> {
    let entry = match kind {
        Some(kind) => Thrift::default().whole(1, kind),
        None => Thrift::default(),
    };
    let entry = entry.whole(3, repetition).text(4, name.as_bytes());
    match children {
        0 => entry.end(),
        children => entry.whole(5, children).end(),
    }
}

fn root(children: i64) -> Vec<u8> {
    Thrift::default().text(4, b"schema").whole(5, children).end()
}

fn column(name: &str, kind: i64) -> Vec<u8> {
    entry(name, Some(kind), 0, 0)
}

/// A column whose pages are these bytes of the file.
fn chunk(kind: i64, codec: i64, start: usize, length: usize) -> Vec<u8> {
    let length = i64::try_from(length).unwrap();
    let column = Thrift::default()
        .whole(1, kind)
        .list(2, WHOLE, &[whole(PLAIN)])
        .list(3, BYTES, &[thrift::bytes(b"a")])
        .whole(4, codec)
        .whole(5, 3)
        .whole(6, length)
        .whole(7, length)
        .whole(9, i64::try_from(start).unwrap())
        .end();
    Thrift::default().whole(2, 0).structure(3, &column).end()
}

fn group(chunks: &[Vec<u8>]) -> Vec<u8> {
    Thrift::default().list(1, STRUCTURE, chunks).whole(2, 12).whole(3, 3).end()
}

fn footer(schema: &[Vec<u8>], groups: &[Vec<u8>]) -> Thrift {
    let rows = i64::try_from(3 * groups.len()).unwrap();
    let footer = Thrift::default().whole(1, 1).list(2, STRUCTURE, schema).whole(3, rows);
    footer.list(4, STRUCTURE, groups)
}

fn file(pages: &[u8], footer: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
    [&b"PAR1"[..], pages, &footer, &length, b"PAR1"].concat()
}

/// A page of three values.
fn page(encoding: i64, unpacked: usize, body: &[u8]) -> Vec<u8> {
    let header = sizes(0, unpacked, body.len()).structure(5, &data(3, encoding)).end();
    [header, body.to_vec()].concat()
}

/// What is said of so many values.
fn data(values: i64, encoding: i64) -> Vec<u8> {
    Thrift::default().whole(1, values).whole(2, encoding).whole(3, RLE).whole(4, RLE).end()
}

fn sizes(kind: i64, unpacked: usize, packed: usize) -> Thrift {
    let size = |size: usize| i64::try_from(size).unwrap();
    Thrift::default().whole(1, kind).whole(2, size(unpacked)).whole(3, size(packed))
}

/// A file with one column, which has these pages.
fn one_column(kind: i64, codec: i64, pages: &[u8]) -> Vec<u8> {
    let groups = [group(&[chunk(kind, codec, 4, pages.len())])];
    file(pages, footer(&[root(1), column("a", kind)], &groups).end())
}

fn numbers() -> Vec<u8> {
    [1i32, 2, 3].map(i32::to_le_bytes).concat()
}

/// A file with nothing but this footer.
fn nothing_but(footer: Thrift) -> Vec<u8> {
    file(&[], footer.end())
}

#[test]
fn files_by_hand_are_read() {
    let plain = one_column(INT32, NONE, &page(PLAIN, 12, &numbers()));
    assert_eq!(keys(&read(&plain).unwrap()), [["1", "2", "3"]]);
    for (codec, packed) in [(GZIP, gzipped(&numbers())), (BROTLI, packed_by_brotli(&numbers()))] {
        let packed = one_column(INT32, codec, &page(PLAIN, 12, &packed));
        assert_eq!(keys(&read(&packed).unwrap()), [["1", "2", "3"]]);
    }
}

#[test]
fn a_cut_file_is_refused() {
    let whole = one_column(INT32, NONE, &page(PLAIN, 12, &numbers()));
    for length in 0..whole.len() {
        assert!(read(&whole[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_promise_of_a_long_footer_allocates_nothing() {
    let footer = [&u32::MAX.to_le_bytes()[..], b"PAR1"].concat();
    assert!(refused(&footer).contains("ends too early"));
    let mut long = vec![0; 1 << 21];
    long.extend((1u32 << 21).to_le_bytes());
    long.extend(b"PAR1");
    assert!(is_out_of_memory(&long));
    assert!(refused(b"\0\0\0\0PARE").contains("encrypted"));
}

#[test]
fn a_promise_of_columns_allocates_nothing() {
    let schema = [root(1), entry("g", None, 0, i64::from(i32::MAX))];
    assert!(refused(&nothing_but(footer(&schema, &[]))).contains("damaged"));
    let promise = Thrift::default().whole(1, 1).promise(2, STRUCTURE, 1 << 30);
    assert!(refused(&nothing_but(promise)).contains("damaged"));
    let many = i64::try_from(MAX_COLUMNS + 1).unwrap();
    let fault = read(&nothing_but(footer(&[root(many)], &[]))).unwrap_err();
    assert!(matches!(fault, TableFault::TooManyColumns { found: 65_537 }), "{fault}");
}

#[test]
fn names_of_many_columns_take_no_more_memory_than_allowed() {
    let columns: Vec<Vec<u8>> = (0..500).map(|n| column(&n.to_string(), INT32)).collect();
    let of_group = |name: &str| {
        let group = [root(1), entry(name, None, 0, 500)];
        nothing_but(footer(&[&group[..], &columns].concat(), &[]))
    };
    // The columns are nested, so there are none.
    assert!(matches!(read(&of_group("g")), Err(TableFault::NoColumns)));
    assert!(is_out_of_memory(&of_group(&"g".repeat(2_000))));
}

#[test]
fn groups_of_groups_end_at_some_depth() {
    let nested = |depth: usize| {
        let groups = (0..depth).map(|_| entry("g", None, 0, 1));
        let schema: Vec<_> =
            [root(1)].into_iter().chain(groups).chain([column("a", INT32)]).collect();
        read(&nothing_but(footer(&schema, &[]))).unwrap_err()
    };
    assert!(matches!(nested(60), TableFault::NoColumns));
    assert!(nested(64).to_string().contains("too many groups"));
    // Structures that nobody knows, each in the tenth field of the one before.
    let deep = Thrift::default().raw(&[0xac].repeat(100_000));
    assert!(refused(&nothing_but(deep)).contains("damaged"));
}

#[test]
fn groups_of_rows_take_no_more_memory_than_allowed() {
    let pages = page(PLAIN, 12, &numbers());
    let groups = |count: usize| {
        let groups = vec![group(&[chunk(INT32, NONE, 4, 0)]); count];
        file(&pages, footer(&[root(1), column("a", INT32)], &groups).end())
    };
    assert!(!is_out_of_memory(&groups(1_000)));
    assert!(is_out_of_memory(&groups(2_000)));
}

#[test]
fn columns_that_lie_on_top_of_each_other_are_refused() {
    let pages = page(PLAIN, 1_012, &[numbers(), vec![0; 1_000]].concat());
    let chunk = chunk(INT32, NONE, 4, pages.len());
    let of_groups = |count: usize| {
        let groups = vec![group(slice::from_ref(&chunk)); count];
        file(&pages, footer(&[root(1), column("a", INT32)], &groups).end())
    };
    assert!(read(&of_groups(1)).is_ok());
    assert!(refused(&of_groups(100)).contains("on top of each other"));
}

#[test]
fn a_known_field_of_another_type_is_refused() {
    let rest = |footer: Thrift| footer.list(2, STRUCTURE, &[root(0)]).whole(3, 0);
    let good = rest(Thrift::default().whole(1, 1)).list(4, STRUCTURE, &[]);
    assert!(matches!(read(&nothing_but(good)), Err(TableFault::NoColumns)));
    let text = rest(Thrift::default().text(1, b"1")).list(4, STRUCTURE, &[]);
    assert!(refused(&nothing_but(text)).contains("damaged"));
    let truths = rest(Thrift::default().whole(1, 1)).promise(9, 1, 3).raw(&[1, 1, 1]);
    assert!(refused(&nothing_but(truths)).contains("damaged"));
}

#[test]
fn a_promise_of_a_long_page_allocates_nothing() {
    let long = usize::try_from(MEMORY).unwrap() + 1;
    assert!(is_out_of_memory(&one_column(INT32, SNAPPY, &page(PLAIN, long, &numbers()))));
    let header = sizes(0, 12, 1 << 30).structure(5, &data(3, PLAIN)).end();
    assert!(refused(&one_column(INT32, NONE, &header)).contains("ends too early"));
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn packed_by_brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::CompressorReader::new(bytes, 4_096, 5, 22).read_to_end(&mut packed).unwrap();
    packed
}

#[test]
fn a_page_does_not_unpack_to_more_than_it_says() {
    let zeros = vec![0; 1 << 24];
    for (codec, packed) in [(GZIP, gzipped(&zeros)), (BROTLI, packed_by_brotli(&zeros))] {
        let bomb = one_column(INT32, codec, &page(PLAIN, 12, &packed));
        assert!(refused(&bomb).contains("unpacks to more"), "{codec}");
    }
    let garbage = one_column(INT32, GZIP, &page(PLAIN, 12, b"no packed page"));
    assert!(refused(&garbage).contains("cannot be unpacked"));
    let frame = [&b"\x04\x22\x4d\x18"[..], &[0; 5_000]].concat();
    assert!(is_out_of_memory(&one_column(INT32, LZ4, &page(PLAIN, 12, &frame))));
    let short = one_column(INT32, LZ4, &page(PLAIN, 12, &frame[..100]));
    assert!(matches!(read(&short), Err(TableFault::Parquet(_))));
}

#[test]
fn a_promise_of_values_to_refer_to_allocates_nothing() {
    let dictionary = |values: i64| {
        let values = Thrift::default().whole(1, values).whole(2, PLAIN).end();
        let body = [[1, 0, 0, 0, b'x'], [1, 0, 0, 0, b'y']].concat();
        let header = sizes(2, body.len(), body.len()).structure(7, &values).end();
        // Three times the second one.
        [header, body, page(8, 3, &[1, 6, 1])].concat()
    };
    let table = read(&one_column(BYTE_ARRAY, NONE, &dictionary(2))).unwrap();
    assert_eq!(keys(&table), [["y", "y", "y"]]);
    for values in [3, i64::from(i32::MAX)] {
        let fault = refused(&one_column(BYTE_ARRAY, NONE, &dictionary(values)));
        assert!(fault.contains("more values than fit"), "{fault}");
    }
}

#[test]
fn values_of_a_promised_length_allocate_nothing() {
    let fixed = |length: i64| {
        let column = Thrift::default().whole(1, FIXED).whole(2, length).whole(3, 0).text(4, b"a");
        let pages = page(PLAIN, 12, &numbers());
        let groups = [group(&[chunk(FIXED, NONE, 4, pages.len())])];
        file(&pages, footer(&[root(1), column.end()], &groups).end())
    };
    assert_eq!(keys(&read(&fixed(4)).unwrap())[0][0], "01000000");
    assert!(is_out_of_memory(&fixed(i64::from(i32::MAX))));
}

/// Numbers of which all but the first are the number before.
fn equal_numbers(count: u64, first: i64) -> Vec<u8> {
    let head = [natural(128), natural(4), natural(count), whole(first)].concat();
    let block = [whole(0), vec![0; 4]].concat();
    let blocks = usize::try_from(count.saturating_sub(1).div_ceil(128).min(1 << 10)).unwrap();
    [head, block.repeat(blocks)].concat()
}

#[test]
fn a_promise_of_lengths_allocates_nothing() {
    let texts = [equal_numbers(3, 1), b"xyz".to_vec()].concat();
    let column = one_column(BYTE_ARRAY, NONE, &page(DELTA_LENGTH, texts.len(), &texts));
    assert_eq!(keys(&read(&column).unwrap()), [["x", "y", "z"]]);
    let beginnings = [equal_numbers(3, 0), texts].concat();
    let column = one_column(BYTE_ARRAY, NONE, &page(DELTA_TEXT, beginnings.len(), &beginnings));
    assert_eq!(keys(&read(&column).unwrap()), [["x", "y", "z"]]);

    let promise = equal_numbers(1 << 40, 0);
    let column = one_column(BYTE_ARRAY, NONE, &page(DELTA_LENGTH, promise.len(), &promise));
    assert!(is_out_of_memory(&column));
    let second = [equal_numbers(3, 0), promise].concat();
    let column = one_column(BYTE_ARRAY, NONE, &page(DELTA_TEXT, second.len(), &second));
    assert!(is_out_of_memory(&column));
}

#[test]
fn values_that_are_written_in_an_unknown_way_are_refused() {
    let fault = refused(&one_column(INT32, NONE, &page(ALP, 12, &numbers())));
    assert!(fault.contains("in a way that is not known"), "{fault}");
}

#[test]
fn a_page_is_of_one_kind() {
    let data = data(3, PLAIN);
    let dictionary = Thrift::default().whole(1, 3).whole(2, PLAIN).truth(3, false).end();
    let both = sizes(0, 12, 12).structure(5, &data).structure(7, &dictionary).end();
    let other = sizes(2, 12, 12).structure(5, &data).end();
    for header in [both, other] {
        let pages = [header, numbers()].concat();
        assert!(refused(&one_column(INT32, NONE, &pages)).contains("damaged"));
    }
}

#[test]
fn one_long_text_that_many_rows_refer_to_is_not_copied_for_all_of_them() {
    let text = vec![b'x'; 600_000];
    let body = [&600_000u32.to_le_bytes()[..], &text].concat();
    let values = Thrift::default().whole(1, 1).whole(2, PLAIN).end();
    let header = sizes(2, body.len(), body.len()).structure(7, &values).end();
    let indices = [vec![1], natural(2 * 1_024), vec![0]].concat();
    let page = sizes(0, indices.len(), indices.len()).structure(5, &data(1_024, 8)).end();
    let bytes = one_column(BYTE_ARRAY, NONE, &[header, body, page, indices].concat());
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    file.rewind().unwrap();
    let metadata = footer::read(&file, 2 * MEMORY).unwrap();
    let read = plain_columns(metadata.file_metadata().schema_descr());
    assert_eq!(chunk::batch_rows(&file, &metadata, &read, 2 * MEMORY).unwrap(), 3);
}

#[test]
fn columns_with_several_values_in_a_cell_are_left_out_before_they_are_read() {
    let pages = page(PLAIN, 12, &numbers());
    let schema = [
        root(3),
        column("a", INT32),
        entry("pair", None, 1, 1),
        entry("x", Some(INT32), 1, 0),
        entry("list", Some(INT32), 2, 0),
    ];
    // The pages of the others are none.
    let broken = || chunk(INT32, NONE, 0, 4);
    let group = group(&[chunk(INT32, NONE, 4, pages.len()), broken(), broken()]);
    let table = read(&file(&pages, footer(&schema, &[group]).end())).unwrap();
    assert_eq!(keys(&table), [["1", "2", "3"]]);
    assert!(table.notes()[0].contains("left out"), "{:?}", table.notes());
    assert!(table.notes()[0].contains("`pair`, `list`"), "{:?}", table.notes());
}

#[test]
fn what_arrow_says_about_columns_takes_no_more_memory_than_allowed() {
    use arrow_schema::{DataType, Field, Schema};
    let columns: Vec<Field> =
        (0..1_000).map(|n| Field::new(n.to_string(), DataType::Int32, false)).collect();
    let text = ::parquet::arrow::encode_arrow_schema(&Schema::new(columns));
    let pair = Thrift::default().text(1, b"ARROW:schema").text(2, text.as_bytes()).end();
    let bytes = nothing_but(footer(&[root(0)], &[]).list(5, STRUCTURE, &[pair]));
    let within = u64::try_from(bytes.len()).unwrap() + 2_000;
    assert!(within < 500_000, "{within}");
    assert!(matches!(read_within(&bytes, within), Err(TableFault::OutOfMemory { .. })));
    assert!(!matches!(read(&bytes), Err(TableFault::OutOfMemory { .. })));
}

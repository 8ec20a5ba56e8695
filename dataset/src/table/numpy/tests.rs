use super::*;
use crate::{value::Value, Table};
use proptest::prelude::*;
use std::io::{Cursor, Seek, Write};
use zip::{write::SimpleFileOptions, CompressionMethod, ZipWriter};

const MEMORY: u64 = 1 << 20;

/// An NPY file of version 1 with this type, order and shape.
fn npy(kind: &str, by_columns: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if by_columns { "True" } else { "False" };
    file(1, &format!("{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}\n"), data)
}

fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes()),
        _ => bytes.extend(u32::try_from(header.len()).unwrap().to_le_bytes()),
    }
    bytes.extend(header.bytes());
    bytes.extend(data);
    bytes
}

fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in arrays {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn options() -> ReadOptions {
    ReadOptions { memory: MEMORY, ..ReadOptions::default() }
}

fn all(reader: Result<Box<dyn Reader>, TableFault>) -> Result<Table, TableFault> {
    let mut reader = reader?;
    let mut builder = reader.start(MEMORY)?;
    while reader.read(&mut builder, usize::MAX)? {}
    Ok(builder.take())
}

fn read(bytes: &[u8]) -> Result<Table, TableFault> {
    all(open_array(Box::new(Cursor::new(bytes.to_vec())), &options()))
}

fn read_archive(arrays: &[(&str, Vec<u8>)]) -> Result<Table, TableFault> {
    read_archive_of(&npz(arrays))
}

fn read_archive_of(bytes: &[u8]) -> Result<Table, TableFault> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    all(open_archive(file, &options()))
}

fn refused(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

fn names(table: &Table) -> Vec<&str> {
    table.columns().iter().map(|column| column.name()).collect()
}

fn rows(table: &Table) -> Vec<Vec<Value<'_>>> {
    (0..table.len()).map(|row| row_of(table, row)).collect()
}

fn row_of(table: &Table, row: usize) -> Vec<Value<'_>> {
    table.columns().iter().map(|column| column.get(row)).collect()
}

fn whole(rows: &[&[i64]]) -> Vec<Vec<Value<'static>>> {
    rows.iter().map(|row| row.iter().map(|number| Value::Integer(*number)).collect()).collect()
}

#[test]
fn arrays_of_both_orders_and_of_one_dimension_are_read() {
    let by_rows = read(&npy("'|u1'", false, "(2, 3)", &[1, 2, 0, 4, 5, 9])).unwrap();
    assert_eq!(names(&by_rows), ["c0", "c1", "c2"]);
    assert!(!by_rows.has_names());
    assert_eq!(rows(&by_rows), whole(&[&[1, 2, 0], &[4, 5, 9]]));
    let by_columns = read(&npy("'|u1'", true, "(2, 3)", &[1, 4, 2, 5, 0, 9])).unwrap();
    assert_eq!(rows(&by_columns), rows(&by_rows));
    for by_columns in [false, true] {
        let one = read(&npy("'>i2'", by_columns, "(3,)", &[0, 1, 255, 255, 0, 3])).unwrap();
        assert_eq!(rows(&one), whole(&[&[1], &[-1], &[3]]));
    }
}

#[test]
fn fields_are_columns_and_padding_is_none() {
    let kind = "[('a', '|u1'), ('', '|V1'), ('b', '<u2')]";
    let table = read(&npy(kind, false, "(2,)", &[1, 99, 2, 0, 3, 99, 4, 1])).unwrap();
    assert_eq!(names(&table), ["a", "b"]);
    assert!(table.has_names());
    assert_eq!(rows(&table), whole(&[&[1, 2], &[3, 260]]));
}

#[test]
fn names_of_fields_are_latin_before_version_3() {
    let header = "{'descr': [('é', '|u1')], 'fortran_order': False, 'shape': (1,)}";
    let latin: Vec<u8> = header.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(latin.len()).unwrap().to_le_bytes());
    bytes.extend(latin);
    bytes.push(7);
    assert_eq!(names(&read(&bytes).unwrap()), ["é"]);
    assert_eq!(names(&read(&file(3, header, &[7])).unwrap()), ["é"]);
}

#[test]
fn arrays_that_are_no_table_are_refused_with_what_to_do() {
    for (kind, shape, expected) in [
        ("'<f8'", "()", "0 dimensions"),
        ("'<f8'", "(1, 1, 1)", "into rows and columns with reshape"),
        ("'<c8'", "(2, 2)", "`<c8`; convert them with astype"),
        ("'|O'", "(2, 2)", "convert them with astype"),
        ("'|V4'", "(2, 2)", "raw bytes"),
        ("[('a', '|V4')]", "(2,)", "raw bytes"),
        ("[('a', '<i4', (2,))]", "(2,)", "a field holds more than one value"),
        ("[('a', [('b', '<i4')])]", "(2,)", "a field holds more than one value"),
        ("[('a', '<i4')]", "(2, 2)", "one list of rows"),
        ("'<f8'", "(2, 2)", "it ends before its last value"),
    ] {
        let fault = refused(&npy(kind, false, shape, &[0; 31]));
        assert!(fault.contains(expected), "{kind} {shape}: {fault}");
    }
    assert!(refused(b"").contains("ends before"));
    assert!(refused(b"PK\x03\x04\0\0\0\0\0\0").contains("does not begin as one"));
    assert!(refused(b"\x93NUMPY\x09\0\0\0\0\0").contains("unknown version"));
    let text = npy("'|S1'", false, "(2,)", b"a\xff");
    assert!(refused(&text).contains("row 2, column 1: the bytes are not text"));
}

#[test]
fn a_promise_of_columns_allocates_nothing() {
    let columns = |shape: &str| read(&npy("'<f8'", false, shape, &[])).unwrap_err();
    let fault = columns("(0, 99999999999)");
    assert!(matches!(fault, TableFault::TooManyColumns { found: 99_999_999_999 }), "{fault}");
    let fault = columns("(18446744073709551615, 18446744073709551615)");
    assert!(matches!(fault, TableFault::TooManyColumns { .. }), "{fault}");
    assert!(matches!(columns("(5, 0)"), TableFault::NoColumns));
}

#[test]
fn a_promise_of_rows_or_of_long_texts_allocates_nothing() {
    let rows = npy("'<f8'", false, "(18446744073709551615, 2)", &[0; 16]);
    assert!(refused(&rows).contains("ends before"));
    for (kind, by_columns, shape) in [
        ("'<f8'", true, "(18446744073709551615, 2)"),
        ("'<f8'", true, "(1000000, 2)"),
        ("'<U4611686018427387903'", false, "(1,)"),
        ("'<U1000000'", false, "(1,)"),
    ] {
        let fault = read(&npy(kind, by_columns, shape, &[0; 16])).unwrap_err();
        assert!(matches!(fault, TableFault::OutOfMemory { limit: MEMORY }), "{kind}: {fault}");
    }
}

#[test]
fn a_deeply_nested_header_is_refused_at_once() {
    for open in ["(", "[", "{"] {
        let header = format!("{{'descr': {}", open.repeat(60_000));
        assert!(refused(&file(1, &header, &[])).contains("header"));
    }
    assert!(refused(b"\x93NUMPY\x02\0\xff\xff\xff\xff").contains("header is too long"));
}

#[test]
fn an_array_is_read_in_pieces() {
    let bytes = npy("'|u1'", false, "(5,)", &[1, 2, 3, 4, 5]);
    let mut reader = open_array(Box::new(Cursor::new(bytes)), &options()).unwrap();
    let mut builder = reader.start(MEMORY).unwrap();
    let pieces: [&[&[i64]]; 3] = [&[&[1], &[2]], &[&[3], &[4]], &[&[5]]];
    for expected in pieces {
        let more = reader.read(&mut builder, 2).unwrap();
        assert_eq!(more, expected.len() == 2);
        assert_eq!(rows(&builder.take()), whole(expected));
    }
}

fn samples() -> Vec<u8> {
    npy("'|u1'", true, "(2, 2)", &[1, 3, 2, 4])
}

fn classes() -> Vec<u8> {
    npy("'|S1'", false, "(2,)", b"xy")
}

#[test]
fn an_archive_of_one_array_is_that_array() {
    let table = read_archive(&[("any.npy", samples()), ("readme.txt", Vec::new())]).unwrap();
    assert_eq!(rows(&table), whole(&[&[1, 2], &[3, 4]]));
    assert_eq!(table.notes().len(), 0);
}

#[test]
fn samples_and_classes_are_put_side_by_side_with_a_note() {
    for (x, y) in [("X", "y"), ("data", "target")] {
        let (x_file, y_file) = (format!("{x}.npy"), format!("{y}.npy"));
        let other = npy("'<f8'", false, "(1, 1, 1)", &[0; 8]);
        let arrays = [(&*y_file, classes()), ("other.npy", other), (&*x_file, samples())];
        let table = read_archive(&arrays).unwrap();
        assert_eq!(names(&table), ["c0", "c1", "c2"]);
        assert_eq!(table.columns()[2].get(1), Value::Text("y".into()));
        let note = &table.notes()[0];
        assert!(note.contains(&format!("`{x}`, and the last column is `{y}`")), "{note}");
        assert!(note.contains("left out: `other`"), "{note}");
    }
}

#[test]
fn equally_long_arrays_are_named_columns() {
    let column = npy("'|u1'", false, "(2,)", &[7, 8]);
    let table = read_archive(&[("a.npy", column.clone()), ("k.npy", classes())]).unwrap();
    assert_eq!(names(&table), ["a", "k"]);
    assert_eq!(table.columns()[0].get(1), Value::Integer(8));
    let longer = npy("'|u1'", false, "(3,)", &[7, 8, 9]);
    for other in [longer, samples()] {
        let fault = read_archive(&[("a.npy", column.clone()), ("b.npy", other)]).unwrap_err();
        assert!(fault.to_string().contains("(`a`, `b`); save one array, or X and y"), "{fault}");
    }
}

#[test]
fn archives_that_are_no_table_are_refused_with_what_to_do() {
    let fault = |arrays: &[(&str, Vec<u8>)]| read_archive(arrays).unwrap_err().to_string();
    assert!(fault(&[("xl/workbook.xml", Vec::new())]).contains("a spreadsheet as CSV"));
    let three = npy("'|S1'", false, "(3,)", b"xyz");
    let uneven = fault(&[("X.npy", samples()), ("y.npy", three)]);
    assert!(uneven.contains("`y` must have one class for each row of `X`"), "{uneven}");
    let broken = fault(&[("a.npy", npy("'|O'", false, "(2,)", &[]))]);
    assert!(broken.contains("array `a`: its values are of type `|O`"), "{broken}");
}

#[test]
fn an_array_that_unpacks_to_more_than_memory_is_refused() {
    let size = usize::try_from(MEMORY).unwrap();
    let large = npy("'|u1'", false, &format!("({size},)"), &vec![0; size]);
    let fault = read_archive(&[("a.npy", large)]).unwrap_err();
    assert!(matches!(fault, TableFault::OutOfMemory { limit: MEMORY }), "{fault}");
}

#[test]
fn a_promise_of_a_large_array_unpacks_nothing() {
    let mut bytes = npz(&[("a.npy", samples())]);
    let entry = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&(1u32 << 30).to_le_bytes());
    let fault = read_archive_of(&bytes).unwrap_err();
    assert!(matches!(fault, TableFault::OutOfMemory { limit: MEMORY }), "{fault}");
}

#[test]
fn numbers_that_are_words_for_missing_values_are_missing() {
    let missing = vec!["-1".to_owned(), "x".to_owned()];
    let text = crate::TextRules { missing, ..crate::TextRules::default() };
    let options = ReadOptions { text, ..options() };
    let numbers = npy("'<i2'", false, "(2,)", &[255, 255, 1, 0]);
    let table = all(open_array(Box::new(Cursor::new(numbers)), &options)).unwrap();
    assert_eq!(rows(&table), [[Value::Missing], [Value::Integer(1)]]);
    let table = all(open_array(Box::new(Cursor::new(classes())), &options)).unwrap();
    assert_eq!(rows(&table), [[Value::Missing], [Value::Text("y".into())]]);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
        let _ = read(&[&b"\x93NUMPY\x01\x00"[..], &bytes[..]].concat());
        let text = String::from_utf8_lossy(&bytes);
        let _ = read(&file(2, &format!("{{'descr': {text}"), &[]));
    }
}

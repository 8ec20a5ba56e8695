use super::*;
use crate::{
    table::{Header, Pieces, Table, DEFAULT_MEMORY},
    value::Value,
};
use proptest::prelude::*;
use std::path::Path;

fn read(text: impl AsRef<[u8]>) -> Result<Table, TableFault> {
    let table = Table::read_csv(text.as_ref(), Path::new("data.csv"), &ReadOptions::default());
    table.map_err(|error| error.fault)
}

fn keys(table: &Table, column: usize) -> Vec<String> {
    let values = table.columns()[column].values();
    values.map(|value| value.key().unwrap_or_default().into_owned()).collect()
}

/// Where a row with too few cells is.
fn ragged(text: &str) -> Place {
    match read(text).unwrap_err() {
        TableFault::Ragged { place, .. } => place,
        other => panic!("{text:?}: {other}"),
    }
}

#[test]
fn names_and_values_are_read() {
    let table = read("a, b ,kind\n1,2.5,dog\n-3e2,,cat\n\n5,6,\" x,\n y\"\n").unwrap();
    let names: Vec<&str> = table.columns().iter().map(|column| column.name()).collect();
    assert_eq!(names, ["a", "b", "kind"]);
    assert!(table.has_names());
    assert_eq!(keys(&table, 0), ["1", "-300", "5"]);
    assert_eq!(keys(&table, 1), ["2.5", "", "6"]);
    assert_eq!(keys(&table, 2), ["dog", "cat", "x,\n y"]);
}

#[test]
fn three_and_three_point_zero_are_one_value() {
    let table = read("a,label\n1,3\n2,3.0\n3,5\n").unwrap();
    assert_eq!(keys(&table, 1), ["3", "3", "5"]);
}

#[test]
fn truth_values_are_one_value_however_they_are_written() {
    let table = read("a,label\n1,True\n2,true\n3,FALSE\n").unwrap();
    assert_eq!(keys(&table, 1), ["true", "true", "false"]);
}

#[test]
fn without_names_columns_are_numbered() {
    let table = read("1,2,0\n3,4,1\n").unwrap();
    assert_eq!(table.columns()[2].name(), "c2");
    assert!(!table.has_names());
    assert_eq!(table.len(), 2);
}

#[test]
fn texts_without_rows_are_refused() {
    for text in ["", "\n\n", "\u{feff}", "a,k\n"] {
        assert!(matches!(read(text), Err(TableFault::Empty)), "{text:?}");
    }
}

#[test]
fn a_row_of_another_length_is_refused_with_its_line() {
    let fault = read("a,b,k\n1,2,x\n1,2\n").unwrap_err();
    let expected = "line 3 has 2 cells, but the first line has 3";
    assert!(fault.to_string().starts_with(expected), "{fault}");
}

#[test]
fn lines_are_counted_with_blank_ones_and_both_line_ends() {
    for text in [
        "a,k\r\n1,x\r\n\r\n\r\n1\r\n2,y\r\n",
        "a,k\n1,\"x\n\n\"\n1\n2,y",
        "\n\na,k\n\n1\n2,y\n",
        "\u{feff}\na,k\n\n\n1\n2,y\n",
    ] {
        assert_eq!(ragged(text), Place::Line(5), "{text:?}");
    }
    let long = format!("a,k\n{}1\n", "12345,x\n\n".repeat(50_000));
    assert_eq!(ragged(&long), Place::Line(100_002));
}

#[test]
fn other_encodings_are_refused_with_the_line_and_what_to_do() {
    let refused = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    let text = |line: u64| format!("line {line} is not text in UTF-8: save the file as UTF-8");
    let utf16: Vec<u16> = "a,k\n1,x\n2,y\n".encode_utf16().collect();
    let little: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    assert_eq!(refused(&little), text(1), "without a mark");
    assert_eq!(refused(&big), text(1), "without a mark");
    assert_eq!(refused(b"a,k\n1,x\n2,caf\xe9\n"), text(3));
    assert_eq!(refused(b"a,k\n1,\"x\n\ny\xe9\"\n"), text(4));
    assert_eq!(refused(b"a,\xe9\n1,x\n"), text(1));
}

#[test]
fn letters_of_two_cells_do_not_make_one() {
    assert!(matches!(read(b"a,k\n\xc3,\xa9\n"), Err(TableFault::NotUtf8 { .. })));
}

#[test]
fn a_record_without_an_end_takes_no_more_memory_than_allowed() {
    let options = ReadOptions { memory: 1 << 20, ..ReadOptions::default() };
    let open = |row: &str| {
        let text = format!("a,k\n{}\"{row}", "1,x\n".repeat(20_000));
        Table::read_csv(text.as_bytes(), Path::new("x"), &options).map_err(|error| error.fault)
    };
    let endless = open(&"y\n".repeat(1 << 20));
    assert!(matches!(endless, Err(TableFault::OutOfMemory { limit: 0x10_0000 })));
    assert_eq!(open("y\",z").unwrap().len(), 20_001);
}

#[test]
fn pieces_are_the_table() {
    let folder = tempfile::tempdir().unwrap();
    for (name, first) in [("named.csv", "a,k\n"), ("unnamed.csv", "")] {
        let file = folder.path().join(name);
        let rows: String = (0..10).map(|n| format!("{n},{n}\n")).collect();
        std::fs::write(&file, format!("{first}{rows}")).unwrap();
        let pieces = Pieces::open(&file, &ReadOptions::default(), 4).unwrap();
        let pieces: Vec<Table> = pieces.map(Result::unwrap).collect();
        assert_eq!(pieces.iter().map(Table::len).collect::<Vec<_>>(), [4, 4, 2]);
        let read: Vec<String> = pieces.iter().flat_map(|piece| keys(piece, 0)).collect();
        assert_eq!(read, (0..10).map(|n| n.to_string()).collect::<Vec<_>>());
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let source = || Box::new(Cursor::new(bytes.clone()));
        for told in [None, Some(b'\t')] {
            let Ok(mut reader) = open(source(), &ReadOptions::default(), told) else { continue };
            let Ok(mut builder) = reader.start(DEFAULT_MEMORY) else { continue };
            let _ = reader.read(&mut builder, usize::MAX);
        }
    }

    #[test]
    fn arbitrary_cells_never_panic(text in "[0-9a,;\t|.\"\n\r -]{0,200}") {
        let _ = read(&text);
    }

    #[test]
    fn numbers_written_as_csv_are_read_back_exactly(
        rows in proptest::collection::vec((-1e300..1e300f64, any::<i32>()), 2..20),
    ) {
        let lines: String = rows.iter().map(|(a, b)| format!("{a},{b}\n")).collect();
        let options = ReadOptions { header: Header::Absent, ..ReadOptions::default() };
        let table = Table::read_csv(lines.as_bytes(), Path::new("x"), &options).unwrap();
        for (row, (a, b)) in rows.iter().enumerate() {
            prop_assert_eq!(table.columns()[0].get(row).number(), Some(*a));
            prop_assert_eq!(table.columns()[1].get(row), Value::Integer(i64::from(*b)));
        }
    }
}

use super::*;
use proptest::prelude::*;

fn read(text: &str, options: &ReadOptions) -> Result<Table, TableError> {
    Table::read_csv(text.as_bytes(), Path::new("data.csv"), options)
}

fn labelled(text: &str) -> Result<Table, TableError> {
    read(text, &ReadOptions::default())
}

fn fault(text: &str) -> TableFault {
    labelled(text).unwrap_err().fault
}

fn by_name(label: &str) -> ReadOptions {
    ReadOptions { label: LabelColumn::Named(label.into()), ..ReadOptions::default() }
}

/// A version 1 NPY file of this type, order and shape.
fn npy(kind: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(data);
    bytes
}

fn read_npy(bytes: &[u8]) -> Result<Table, TableError> {
    Table::read_npy(bytes, Path::new("data.npy"), &ReadOptions::default())
}

#[test]
fn the_last_column_is_the_label_and_a_line_of_names_is_seen() {
    let table = labelled("a, b ,kind\n1,2.5,dog\n-3e2,4,cat\n\n5,6,dog\n").unwrap();
    assert_eq!(table.columns(), ["a", "b"]);
    assert!(table.has_names());
    let rows: Vec<_> = table.rows().collect();
    assert_eq!(rows, [[1.0, 2.5], [-300.0, 4.0], [5.0, 6.0]]);
    let labels = table.labels().unwrap();
    assert_eq!(labels.column, "kind");
    assert_eq!(labels.classes, ["cat", "dog"]);
    assert_eq!(labels.of_row, [1, 0, 1]);
}

#[test]
fn a_label_in_the_middle_can_be_named_and_numbers_sort_by_size() {
    let table = read("a,kind,b\n1,10,2\n3,9,4\n5,-1,6\n", &by_name("kind")).unwrap();
    assert_eq!(table.columns(), ["a", "b"]);
    assert_eq!(table.rows().nth(1), Some(&[3.0, 4.0][..]));
    assert_eq!(table.labels().unwrap().classes, ["-1", "9", "10"]);
    assert_eq!(table.labels().unwrap().of_row, [2, 1, 0]);
}

#[test]
fn semicolons_and_tabs_are_seen() {
    let expected = labelled("a,b,k\n1.5,2,x\n3,4,y\n").unwrap();
    for text in [
        "a;b;k\n1.5;2;x\n3;4;y\n",
        "a\tb\tk\r\n1.5\t2\tx\r\n3\t4\ty",
        "\u{feff}\"a\"; b;k\n\n1.5;2;\"x\"\n3;4;y\n",
    ] {
        assert_eq!(labelled(text).unwrap(), expected, "{text:?}");
    }
    let unnamed = labelled("1;2;x\n3;4;y\n").unwrap();
    assert_eq!(unnamed.columns(), ["c0", "c1"]);
}

#[test]
fn a_semicolon_in_the_name_of_the_only_column_separates_nothing() {
    let options = ReadOptions { label: LabelColumn::None, ..ReadOptions::default() };
    let table = read("width; mm\n5\n7\n", &options).unwrap();
    assert_eq!(table.columns(), ["width; mm"]);
    assert_eq!(table.len(), 2);
}

#[test]
fn decimals_with_a_comma_are_refused_with_what_to_write() {
    let error = labelled("a;k\n1,5;x\n2;y\n").unwrap_err().to_string();
    assert!(error.contains("line 2, column `a`: \"1,5\" is not a number"));
    assert!(error.contains("with a point"), "{error}");
}

#[test]
fn other_encodings_are_refused_with_the_line_and_what_to_do() {
    let refused = |bytes: &[u8]| {
        let read = Table::read_csv(bytes, Path::new("data.csv"), &ReadOptions::default());
        read.unwrap_err().to_string()
    };
    let text =
        |line: u64| format!("data.csv: line {line} is not text in UTF-8: save the file as UTF-8");
    let utf16: Vec<u16> = "\u{feff}a,k\n1,x\n2,y\n".encode_utf16().collect();
    let little: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    assert_eq!(refused(&little), text(1));
    assert_eq!(refused(&big), text(1));
    assert_eq!(refused(b"a,k\n1,x\n2,caf\xe9\n"), text(3));
}

#[test]
fn without_names_columns_are_numbered() {
    let table = read("1,2,0\n3,4,1\n", &by_name("c1")).unwrap();
    assert_eq!(table.columns(), ["c0", "c2"]);
    assert!(!table.has_names());
    assert_eq!(table.len(), 2);
}

#[test]
fn the_header_can_be_said_to_be_there_or_not() {
    let with = |header| ReadOptions { header, label: LabelColumn::None };
    let present = read("2020,2021\n1,2\n", &with(Header::Present)).unwrap();
    assert_eq!(present.columns(), ["2020", "2021"]);
    let absent = read("2020,2021\n1,2\n", &with(Header::Absent)).unwrap();
    assert_eq!((absent.len(), absent.labels()), (2, None));
}

#[test]
fn faults_name_line_and_column() {
    let text = |fault: TableFault| fault.to_string();
    assert_eq!(
        text(fault("a,b,k\n1,2,x\n1,,y\n")),
        "line 3, column `b`: the value is missing; fill it in or remove the row or column"
    );
    assert!(matches!(
        fault("a,b,k\n1,NaN,x\n"),
        TableFault::Missing { place: Place::Line(2), column } if column == "b"
    ));
    assert!(matches!(
        fault("a,b,k\n1,2,x\n\n1,2,?\n"),
        TableFault::Missing { place: Place::Line(4), column } if column == "k"
    ));
    assert!(matches!(
        fault("a,b,k\n1,two,x\n"),
        TableFault::NotANumber { place: Place::Line(2), text, .. } if text == "two"
    ));
    assert!(matches!(
        fault("a,b,k\n1,-inf,x\n"),
        TableFault::Infinite { place: Place::Line(2), .. }
    ));
    assert!(matches!(
        fault("a,b,k\n1,2,x\n1,2\n"),
        TableFault::Ragged { place: Place::Line(3), expected: 3, found: 2 }
    ));
    let error = labelled("a,b,k\n1,2,x\n1,2\n").unwrap_err();
    assert!(error.to_string().starts_with("data.csv: line 3 has 2 cells"));
}

#[test]
fn lines_are_counted_with_blank_ones_and_both_line_ends() {
    for text in ["a,k\r\n1,x\r\n\r\n\r\n,y\r\n", "a,k\n1,\"x\n\n\"\n,y", "\n\n1,x\n\n,y\n"] {
        assert!(
            matches!(fault(text), TableFault::Missing { place: Place::Line(5), .. }),
            "{text:?}: {}",
            fault(text)
        );
    }
}

#[test]
fn tables_that_nothing_can_be_learnt_from_are_refused() {
    assert!(matches!(fault(""), TableFault::Empty));
    assert!(matches!(fault("a,k\n"), TableFault::Empty));
    assert!(matches!(fault("k\nx\ny\n"), TableFault::NoFeatures));
    assert!(matches!(
        fault("a,k\n1,x\n2,x\n"),
        TableFault::OneClass { column } if column == "k"
    ));
    assert!(matches!(
        fault("a,a,k\n1,2,x\n"),
        TableFault::RepeatedColumn { column } if column == "a"
    ));
    let many: String = (0..257).map(|n| format!("1,{n}\n")).collect();
    assert!(matches!(
        fault(&format!("a,k\n{many}")),
        TableFault::TooManyClasses { limit: 256, .. }
    ));
    assert!(matches!(fault("a,k\n1,\u{1b}[31m\n"), TableFault::ClassName { .. }));
    assert!(matches!(fault("a\u{7},k\n1,x\n"), TableFault::ColumnName { number: 1, .. }));
    let unknown = read("a,b\n1,2\n", &by_name("z")).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "data.csv: has no column \"z\" to take the classes from; its columns are a, b"
    );
}

#[test]
fn as_many_classes_as_a_task_may_have_are_read() {
    let rows: String = (0..256).map(|n| format!("1,{n}\n")).collect();
    let table = labelled(&format!("a,k\n{rows}")).unwrap();
    assert_eq!(table.labels().unwrap().of_row, (0..=255).collect::<Vec<u8>>());
}

#[test]
fn arrays_of_both_orders_and_several_types_are_read() {
    let floats: Vec<u8> =
        [1.5f64, 2.0, 0.0, 3.0, 4.0, 1.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let table = read_npy(&npy("<f8", false, "(2, 3)", &floats)).unwrap();
    assert_eq!(table.columns(), ["c0", "c1"]);
    assert_eq!(table.rows().collect::<Vec<_>>(), [[1.5, 2.0], [3.0, 4.0]]);
    assert_eq!(table.labels().unwrap().classes, ["0", "1"]);
    let columns_first = read_npy(&npy("|u1", true, "(2, 3)", &[1, 4, 2, 5, 0, 9])).unwrap();
    assert_eq!(columns_first.rows().collect::<Vec<_>>(), [[1.0, 2.0], [4.0, 5.0]]);
    let big_endian = read_npy(&npy(">i2", false, "(2, 2)", &[0, 1, 0, 2, 255, 255, 0, 3])).unwrap();
    assert_eq!(big_endian.rows().collect::<Vec<_>>(), [[1.0], [-1.0]]);
}

#[test]
fn arrays_that_are_no_table_are_refused() {
    let refused = |bytes: &[u8]| read_npy(bytes).unwrap_err().fault;
    for bytes in [
        npy("<f8", false, "(3,)", &[0; 24]),
        npy("<f8", false, "(2, 2)", &[0; 31]),
        npy("<c8", false, "(2, 2)", &[0; 32]),
        npy("<U3", false, "(2, 2)", &[0; 48]),
        npy("|u1", false, "(18446744073709551615, 2)", &[0; 4]),
        b"PK\x03\x04".to_vec(),
        Vec::new(),
    ] {
        assert!(matches!(refused(&bytes), TableFault::Npy(_)), "{bytes:?}");
    }
    let nan = f64::NAN.to_le_bytes();
    assert!(matches!(
        refused(&npy("<f8", false, "(1, 2)", &[nan, nan].concat())),
        TableFault::Missing { place: Place::Row(1), column } if column == "c0"
    ));
}

#[test]
fn the_end_of_the_name_tells_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        Table::read(&file, &ReadOptions::default())
    };
    assert_eq!(write("a.TSV", "a\tk\n1\tx\n2\ty\n").unwrap().len(), 2);
    assert_eq!(write("a.csv", "a,k\n1,x\n2,y\n").unwrap().len(), 2);
    let unknown = write("a.txt", "a,k\n1,x\n2,y\n").unwrap_err();
    assert!(matches!(unknown.fault, TableFault::UnknownFormat));
    let missing = Table::read(&folder.path().join("b.csv"), &ReadOptions::default());
    assert!(matches!(missing.unwrap_err().fault, TableFault::Io(_)));
    #[cfg(not(feature = "parquet"))]
    assert!(matches!(write("a.parquet", "").unwrap_err().fault, TableFault::NoParquet));
}

#[test]
fn a_description_counts_rows_and_classes() {
    let table = labelled("a,k\n1,x\n2,long\n3,x\n").unwrap();
    assert_eq!(
        table.describe().to_string(),
        "3 rows, 1 columns, 2 classes in `k`:\n  long        1\n  x           2\nAlways answering \
         the most frequent class is right in 66.7 % of rows."
    );
    let unlabelled = ReadOptions { label: LabelColumn::None, ..ReadOptions::default() };
    let description = read("a\n1\n", &unlabelled).unwrap().describe();
    assert_eq!(description.to_string(), "1 rows, 1 columns");
    assert_eq!(description.majority(), None);
}

#[test]
fn a_description_warns_of_data_without_a_difference_and_of_repeated_rows() {
    let constant = labelled("a,b,k\n1,2,x\n1,2,y\n").unwrap().describe();
    assert_eq!((constant.constant_columns, constant.repeated_rows), (2, 0));
    assert!(constant.to_string().contains("there is nothing to learn"));
    let repeated = labelled("a,b,k\n1,2,x\n3,2,y\n1,2,x\n1,2,y\n1,2,x\n");
    let repeated = repeated.unwrap().describe();
    assert_eq!((repeated.constant_columns, repeated.repeated_rows), (1, 2));
    let text = repeated.to_string();
    assert!(text.contains("warning: rows that repeat another one: 2."));
    assert!(!text.contains("nothing to learn"), "{text}");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Table::read_csv(&bytes[..], Path::new("x"), &ReadOptions::default());
        let _ = read_npy(&bytes);
        let _ = read_npy(&[&b"\x93NUMPY\x01\x00"[..], &bytes[..]].concat());
    }

    #[test]
    fn numbers_written_as_csv_are_read_back_exactly(
        rows in proptest::collection::vec((-1e300..1e300f64, any::<i32>()), 2..20),
    ) {
        let lines = rows.iter().enumerate().map(|(n, (a, b))| format!("{a},{b},{n}\n"));
        let table = labelled(&format!("a,b,k\n{}", lines.collect::<String>())).unwrap();
        let expected: Vec<_> = rows.iter().map(|(a, b)| [*a, f64::from(*b)]).collect();
        prop_assert_eq!(table.rows().collect::<Vec<_>>(), expected);
    }
}

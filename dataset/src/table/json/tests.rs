use super::*;
use crate::table::{Table, DEFAULT_MEMORY};
use proptest::prelude::*;
use std::io::Cursor;

fn read(text: impl Into<Vec<u8>>) -> Result<Table, TableFault> {
    read_within(text, DEFAULT_MEMORY)
}

fn read_within(text: impl Into<Vec<u8>>, memory: u64) -> Result<Table, TableFault> {
    let options = ReadOptions { memory, ..ReadOptions::default() };
    let mut reader = open(Box::new(Cursor::new(text.into())), &options)?;
    let mut builder = reader.start(memory)?;
    while reader.read(&mut builder, usize::MAX)? {}
    Ok(builder.take())
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn column(table: &Table, name: &str) -> Vec<Value<'static>> {
    let (_, column) = table.column(name).unwrap();
    column.values().map(Value::into_owned).collect()
}

fn names(table: &Table) -> Vec<&str> {
    table.columns().iter().map(|column| column.name()).collect()
}

#[test]
fn lines_and_lists_are_the_same_table() {
    let lines = read("{\"a\":1,\"k\":\"x\"}\n\n{\"k\":\"y\",\"a\":2.0}\r\n").unwrap();
    assert_eq!(names(&lines), ["a", "k"]);
    assert_eq!(column(&lines, "a"), [Value::Integer(1), Value::Integer(2)]);
    assert_eq!(column(&lines, "k"), [Value::Text("x".into()), Value::Text("y".into())]);
    for list in [
        "[{\"a\":1,\"k\":\"x\"},{\"a\":2,\"k\":\"y\"}]",
        "\u{feff} [\n  {\n    \"a\": 1,\n    \"k\": \"x\"\n  },\n  {\"a\":2,\"k\":\"y\"}\n]\n",
    ] {
        assert_eq!(read(list).unwrap(), lines, "{list}");
    }
}

#[test]
fn fields_become_columns_in_order_of_appearance_and_may_be_left_out() {
    let table = read("{\"b\":1}\n{\"a\":true,\"b\":null}\n{}\n{\"c\":\"\"}\n").unwrap();
    assert_eq!(names(&table), ["b", "a", "c"]);
    let missing = Value::Missing;
    let b = [Value::Integer(1), missing.clone(), missing.clone(), missing.clone()];
    assert_eq!(column(&table, "b"), b);
    assert_eq!(column(&table, "a")[1], Value::Truth(true));
    assert_eq!(column(&table, "c"), [missing.clone(), missing.clone(), missing.clone(), missing]);
}

#[test]
fn numbers_keep_all_digits() {
    let text =
        "{\"a\":9007199254740993}\n{\"a\":12345678901234567890}\n{\"a\":0.1}\n{\"a\":-1.5E3}";
    let table = read(text).unwrap();
    let expected = ["9007199254740993", "12345678901234567890", "0.1", "-1500"];
    let values = column(&table, "a");
    let keys: Vec<_> = values.iter().map(|value| value.key().unwrap()).collect();
    assert_eq!(keys, expected);
}

#[test]
fn words_that_programs_write_for_numbers_without_a_form_are_read() {
    let table = read("{\"a\":NaN}\n{\"a\":Infinity}\n{\"a\":-Infinity}\n").unwrap();
    let infinities = [f64::INFINITY, f64::NEG_INFINITY].map(Value::Number);
    assert_eq!(column(&table, "a")[0], Value::Missing);
    assert_eq!(column(&table, "a")[1..], infinities);
}

#[test]
fn texts_are_understood_as_those_of_other_formats() {
    let table =
        read("{\"a\":\"3.0\"}\n{\"a\":\"n/a\"}\n{\"a\":\"007\"}\n{\"a\":\"}{\\\"\"}").unwrap();
    let text = |text: &'static str| Value::Text(text.into());
    let expected = [Value::Integer(3), Value::Missing, text("007"), text("}{\"")];
    assert_eq!(column(&table, "a"), expected);
}

#[test]
fn words_for_missing_values_hold_for_numbers_and_texts() {
    let missing = vec!["-999".to_owned()];
    let text = crate::TextRules { missing, ..crate::TextRules::default() };
    let options = ReadOptions { text, ..ReadOptions::default() };
    let source = "{\"a\":-999.0}\n{\"a\":\"-999\"}\n{\"a\":999}";
    let mut reader = open(Box::new(source.as_bytes()), &options).unwrap();
    let mut builder = reader.start(1 << 20).unwrap();
    assert!(!reader.read(&mut builder, usize::MAX).unwrap());
    let expected = [Value::Missing, Value::Missing, Value::Integer(999)];
    assert_eq!(column(&builder.take(), "a"), expected);
}

#[test]
fn what_is_no_number_of_json_is_refused_with_its_line() {
    for word in ["007", "1x", "-", "+1", ".5", "inf", "nan", "undefined", ""] {
        let error = refused(&format!("{{\"a\":1}}\n{{\"a\":{word}}}\n"));
        let expected = format!("line 2 is not usable JSON: the field \"a\" holds {word}, which");
        assert!(error.starts_with(&expected), "{error}");
    }
    let long = format!("{{\"a\":{}}}", "1".repeat(401));
    assert!(refused(&long).contains("too many digits: write it in quotation marks"));
}

#[test]
fn nested_values_are_refused_with_the_field() {
    let error = refused("{\"a\":1}\n{\"a\":{\"b\":[1]}}\n");
    let expected = "line 2 is not usable JSON: the field \"a\" holds a list or an object";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn a_field_that_comes_late_is_refused_with_its_line() {
    let first = "{\"a\":1}\n".repeat(NAMING);
    assert_eq!(read(first.clone()).unwrap().len(), NAMING);
    let error = refused(&format!("{first}{{\"b\":2}}\n"));
    let expected =
        "line 10001 is not usable JSON: the field \"b\" is in none of the objects at the";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn too_many_fields_are_refused_before_the_next_object_is_read() {
    let fields: Vec<String> = (0..=MAX_COLUMNS).map(|n| format!("\"{n}\":1")).collect();
    let refused = read(format!("{{{}}}\nno object", fields.join(",")));
    assert!(matches!(refused, Err(TableFault::TooManyColumns { .. })), "{refused:?}");
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    assert!(refused("{\"a\":1,\"a\":2}").contains("the field \"a\" twice: keep one"));
}

#[test]
fn texts_that_are_no_objects_are_refused_with_their_line() {
    for (text, expected) in [
        ("a,k\n1,x\n", "line 1 is not usable JSON: `a` stands where an object is to begin"),
        ("[[1,2],[3,4]]", "line 1 is not usable JSON: `[` stands where"),
        ("{\"a\":1},\n{\"a\":2}", "line 1 is not usable JSON: `,` stands where"),
        ("{\"a\":1}\n\n[{\"a\":2}]", "line 3 is not usable JSON: `[` stands where"),
        ("[{\"a\":1}]\n{\"a\":2}", "line 2 is not usable JSON: `{` stands behind the end"),
        ("[\n{\"a\":1}\n", "line 3 is not usable JSON: the list does not end"),
        ("{\"a\":1}\n{\"a\":\"}", "line 2 is not usable JSON: the object does not end"),
        ("\u{1b}", "line 1 is not usable JSON: `\u{fffd}` stands where"),
    ] {
        let error = refused(text);
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    for text in ["", "\n", "[]", "[ ]\n"] {
        assert!(matches!(read(text), Err(TableFault::Empty)), "{text:?}");
    }
    assert!(matches!(read("{}\n"), Err(TableFault::NoColumns)));
}

#[test]
fn other_encodings_are_refused_with_their_line() {
    let line = |text: &[u8]| match read(text) {
        Err(TableFault::NotUtf8 { place }) => place,
        other => panic!("{other:?}"),
    };
    assert_eq!(line(b"{\"a\":1}\n{\n\"a\":\"\xe9\"}"), Place::Line(3));
    assert_eq!(line(b"{\"a\":1}\n\xff"), Place::Line(2));
    assert_eq!(line(b"\n{\0}\0"), Place::Line(2), "UTF-16 without a mark");
    assert_eq!(line(b"\0{\0"), Place::Line(1), "UTF-16 without a mark");
}

#[test]
fn an_object_without_an_end_takes_no_more_memory_than_allowed() {
    let endless = format!("{{\"a\":\"{}", "}".repeat(200_000));
    let refused = read_within(endless, 1 << 20);
    assert!(matches!(refused, Err(TableFault::OutOfMemory { limit: 0x10_0000 })));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(bytes.clone());
        let _ = read([b"{\"a\":".as_slice(), &bytes, b"}"].concat());
    }

    #[test]
    fn arbitrary_objects_never_panic(text in "[{}\\[\\]\",:a1.e\\\\ \n-]{0,120}") {
        let _ = read(text);
    }
}

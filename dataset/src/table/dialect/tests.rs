use super::*;
use crate::table::Table;
use std::path::Path;

/// Everything about a text that its beginning tells: columns, rows and notes.
struct Found {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

fn found(text: &str) -> Found {
    found_with(text, &ReadOptions::default())
}

fn found_with(text: &str, options: &ReadOptions) -> Found {
    let table = Table::read_csv(text.as_bytes(), Path::new("data.csv"), options).unwrap();
    let columns = table.columns().iter().map(|column| column.name().to_owned());
    let key = |value: Value<'_>| value.key().unwrap_or_default().into_owned();
    let row = |row| table.columns().iter().map(|column| key(column.get(row))).collect();
    Found {
        columns: columns.collect(),
        rows: (0..table.len()).map(row).collect(),
        notes: table.notes().to_vec(),
    }
}

fn header(header: Header) -> ReadOptions {
    ReadOptions { header, ..ReadOptions::default() }
}

/// There is one note, which has these words.
fn assert_noted(found: &Found, words: &[&str]) {
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    for word in words {
        assert!(found.notes[0].contains(word), "{:?} has no {word:?}", found.notes);
    }
}

#[test]
fn separators_are_seen_and_told_if_they_are_no_commas() {
    let commas = found("a,b,k\n1.5,2,x\n3,4,y\n");
    assert_eq!(commas.rows, [["1.5", "2", "x"], ["3", "4", "y"]]);
    assert!(commas.notes.is_empty(), "{:?}", commas.notes);
    for (text, name) in [
        ("a;b;k\n1.5;2;x\n3;4;y\n", "semicolons"),
        ("a\tb\tk\r\n1.5\t2\tx\r\n3\t4\ty", "tabs"),
        ("a|b|k\n1.5|2|x\n3|4|y\n", "vertical bars"),
        ("\u{feff}\"a\"; b;k\n\n1.5;2;\"x\"\n3;4;y\n", "semicolons"),
    ] {
        let other = found(text);
        assert_eq!((&other.columns, &other.rows), (&commas.columns, &commas.rows), "{text:?}");
        assert_noted(&other, &[name, "`--separator`"]);
    }
}

#[test]
fn a_name_tells_the_separator_unless_that_leaves_the_first_line_in_one_piece() {
    let read = |text: &str| {
        let options = ReadOptions::default();
        Table::read_csv(text.as_bytes(), Path::new("data.tsv"), &options).unwrap()
    };
    let tabs = read("a,b\tk\n1,z\tx\n");
    assert_eq!(tabs.columns()[0].name(), "a,b");
    assert!(tabs.notes().is_empty());
    let commas = read("a,k\n1,x\n");
    assert_eq!(commas.columns().len(), 2);
    assert!(commas.notes()[0].contains("commas"));
    assert_eq!(read("a\nx, y\n").columns().len(), 1);
}

#[test]
fn a_separator_that_is_told_is_used() {
    let options = ReadOptions { separator: Some(b'#'), ..ReadOptions::default() };
    let told = found_with("a#b,c\n1#2\n", &options);
    assert_eq!(told.columns, ["a", "b,c"]);
    assert!(told.notes.is_empty());
}

#[test]
fn a_semicolon_in_the_name_of_the_only_column_separates_nothing() {
    let one = found("width; mm\n5\n7\n");
    assert_eq!((one.columns.len(), one.rows.len()), (1, 2));
}

#[test]
fn one_line_that_is_cut_differently_does_not_change_the_separator() {
    let text = "a;b;k\n1;2;x\n3;4;y\n5;6\n";
    let error = Table::read_csv(text.as_bytes(), Path::new("x"), &ReadOptions::default());
    let error = error.unwrap_err().to_string();
    assert!(error.contains("line 4 has 2 cells, but the first line has 3"), "{error}");
}

#[test]
fn a_table_knows_how_its_text_is_laid_out() {
    let layout = |text: &str, options: &ReadOptions| {
        let table = Table::read_csv(text.as_bytes(), Path::new("data.csv"), options).unwrap();
        let layout = table.layout().unwrap();
        (layout.separator, layout.decimal_comma)
    };
    let usual = ReadOptions::default();
    assert_eq!(layout("a,b\n1.5,2\n", &usual), (b',', false));
    assert_eq!(layout("a;b\n1,5;2\n", &usual), (b';', true));
    assert_eq!(layout("a\tb\n1.5\t2\n", &usual), (b'\t', false));
    let told = ReadOptions { separator: Some(b'#'), decimal_told: true, ..usual };
    assert_eq!(layout("a#b\n1,5#2\n", &told), (b'#', false));
}

#[test]
fn decimal_commas_are_seen_and_told() {
    let german = found("a;k\n1,5;x\n-2;y\n");
    assert_eq!(german.rows, [["1.5", "x"], ["-2", "y"]]);
    assert!(german.notes.iter().any(|note| note.contains("1,5 is read as 1.5")));
    let unnamed = found("1,5;2,5;3\n3,5;4,5;4\n");
    assert_eq!(unnamed.rows, [["1.5", "2.5", "3"], ["3.5", "4.5", "4"]]);
}

#[test]
fn commas_are_no_decimal_marks_beside_points_or_where_points_are_told() {
    let mixed = found("a;k\n1,5;x\n2.5;y\n");
    assert_eq!(mixed.rows, [["1,5", "x"], ["2.5", "y"]]);
    let options = ReadOptions { decimal_told: true, ..ReadOptions::default() };
    let told = found_with("a;k\n1,5;x\n2,5;y\n", &options);
    assert_eq!(told.rows, [["1,5", "x"], ["2,5", "y"]]);
    assert_noted(&told, &["semicolons"]);
}

#[test]
fn decimals_are_two_groups_of_digits() {
    for cell in ["1,5", "-1,5", "+0,25", " 1,5 "] {
        assert!(is_decimal(cell.as_bytes(), b','), "{cell:?}");
    }
    for cell in ["1", "1,", ",5", "1,5,6", "a,5", "--1,5", "1.5", ""] {
        assert!(!is_decimal(cell.as_bytes(), b','), "{cell:?}");
    }
}

#[test]
fn a_line_without_numbers_names_the_columns() {
    let named = found("age,?,kind\n1,2,x\n");
    assert_eq!(named.columns, ["age", "?", "kind"]);
    assert!(named.notes.is_empty(), "{:?}", named.notes);
    let truth = found("true,x\nfalse,y\n");
    assert_eq!(truth.columns, ["c0", "c1"]);
    assert_eq!(truth.rows.len(), 2);
}

#[test]
fn texts_that_occur_again_or_are_dates_are_a_header_with_a_word() {
    for text in [
        "red,x\nblue,y\nred,x\n",
        "red,u\nblue,y\nred,x\n",
        "2024-01-31,u\n2024-02-01,x\n2024-02-02,y\n",
    ] {
        let doubtful = found(text);
        assert_eq!((doubtful.columns.len(), doubtful.rows.len()), (2, 2), "{text:?}");
        assert_noted(&doubtful, &["header", "occur again or are dates", "`--header absent`"]);
    }
}

#[test]
fn a_first_row_with_a_text_that_does_not_occur_again_is_told() {
    for text in ["id,2019,note\n1,2,x\ny,3,z\n", "7,8,kind\n1,2,x\n3,4,y\n"] {
        let rows = found(text);
        assert_eq!((rows.columns[0].as_str(), rows.rows.len()), ("c0", 3), "{text:?}");
        assert_noted(&rows, &["row", "has numbers", "`--header present`"]);
    }
    let dates = found("2024-01-31,5\n2024-02-01,2\n");
    assert!(dates.notes.is_empty(), "{:?}", dates.notes);
}

#[test]
fn names_that_are_numbers_are_names_with_a_word() {
    for text in [
        "0,1,label\n0.1,0.2,cat\n0.9,0.8,dog\n",
        "0,1,2\n0.1,0.2,0\n0.9,0.8,1\n0.2,0.1,0\n0.8,0.9,1\n",
        "0,1,2,3,4,5,6,7\n0,0,0,5,6,0,0,1\n0,1,0,5,6,0,0,1\n",
    ] {
        let places = found(text);
        assert_eq!(places.columns[..2], ["0", "1"]);
        assert_eq!(places.rows.len(), text.lines().count() - 1);
        assert_noted(&places, &["header", "places", "`--header absent`"]);
    }
    let indexed = found(",0,1,label\n0,0.5,0.2,x\n1,0.9,0.8,y\n");
    assert_eq!(indexed.columns[1..], ["0", "1", "label"]);
    assert!(indexed.notes.iter().any(|note| note.contains("places")));
}

#[test]
fn one_name_that_is_a_number_is_a_name_with_a_word() {
    let years = found("age,2019,label\n1,2,x\n3,4,y\n");
    assert_eq!(years.columns, ["age", "2019", "label"]);
    assert_noted(&years, &["header", "2019", "`--header absent`"]);
}

#[test]
fn rows_of_numbers_are_rows() {
    for text in [
        "1,2,0\n3,4,1\n",
        "5.1,3.5,setosa\n4.9,3,setosa\n",
        "0,1\n1,0\n",
        "0,1,2\n1,2,3\n2,3,4\n",
        "0,1,x\n1,1,x\n",
        "0,1,2\n0,2,1\n",
        "0,1,x\n",
    ] {
        let rows = found(text);
        assert_eq!(rows.columns[0], "c0", "{text:?}");
        assert_eq!(rows.rows.len(), text.lines().count(), "{text:?}");
        assert!(rows.notes.is_empty(), "{:?}", rows.notes);
    }
}

#[test]
fn the_header_can_be_said_to_be_there_or_not() {
    let present = found_with("2020,2021\n1,2\n", &header(Header::Present));
    assert_eq!((present.columns[0].as_str(), present.rows.len()), ("2020", 1));
    let absent = found_with("a,b\nc,d\n", &header(Header::Absent));
    assert_eq!((absent.columns[0].as_str(), absent.rows.len()), ("c0", 2));
    assert!(present.notes.is_empty() && absent.notes.is_empty());
}

#[test]
fn a_nameless_column_is_told() {
    let indexed = found(",a,b,label\n0,1,2,x\n1,3,4,y\n");
    assert_eq!(indexed.columns, ["unnamed1", "a", "b", "label"]);
    assert_noted(&indexed, &["column 1 has no name"]);
}

#[test]
fn the_beginning_of_a_wide_table_holds_some_lines() {
    let names = (0..30_000).map(|n| format!("name{n}")).collect::<Vec<_>>().join(";");
    let row = vec!["1,5"; 30_000].join(";");
    let wide = found(&format!("{names}\n{row}\n{row}\n{row}\n"));
    assert_eq!((wide.columns.len(), wide.rows.len()), (30_000, 3));
    assert_eq!(wide.rows[2][29_999], "1.5");
}

#[test]
fn a_line_that_the_beginning_cuts_is_not_counted() {
    let rows = "1,2,x\n".repeat(20_000);
    let long = found(&format!("a,b,k\n{rows}"));
    assert_eq!(long.rows.len(), 20_000);
    let sample = Sample::take(&mut rows.as_bytes()).unwrap();
    assert!(sample.records(b',').iter().all(|record| record.len() == 3));
}

use super::{levels::Linear, *};
use crate::{
    profile::{LabelColumn, Wanted},
    schema::Schema,
    table::ReadOptions,
};
use nocknock_primitives::model::names::named;
use proptest::prelude::*;
use std::path::Path;

const ENCODING: &str = r#"{"version":1,"inputs":8,"inputBits":2,"named":true,"width":4,"columns":[{"name":"größe","place":0,"how":{"kind":"steps","at":["-3","0.1","300000"],"missing":{"level":1,"flag":true}}},{"name":"b","place":1,"how":{"kind":"choices","values":[["red"],["blé","ble\u0301"]],"other":true,"missing":false}}],"target":{"kind":"classes","column":"k","place":3,"names":["no","yes"]}}"#;

/// A column of each kind. That of the classes stands in the middle.
const ALL_KINDS: &str = r#"{"version":1,"inputs":13,"inputBits":4,"named":true,"width":6,"columns":[{"name":"a","place":0,"how":{"kind":"steps","at":["0.5","1.5"],"missing":{"level":8,"flag":true}}},{"name":"b","place":1,"how":{"kind":"choices","values":[["red"],["true"]],"other":true,"missing":false}},{"name":"c","place":3,"how":{"kind":"ranks","values":[["low"],["mid"],["high"]],"other":1,"missing":2}},{"name":"d","place":4,"how":{"kind":"buckets","inputs":3,"missing":true}},{"name":"e","place":5,"how":{"kind":"date","form":"day-first","parts":[{"part":"days","levels":{"steps":["0"]}},{"part":"weekday","levels":{"table":[1,2,3,4,5,6,7]}}],"missing":true}}],"target":{"kind":"classes","column":"k","place":2,"names":["no","yes"]}}"#;

const ROWS: &str = "1.0,red,mid,x,31.1.2024\nna,?,?,?,?\nx,TRUE,none,3.0,1970-01-01\n\
                    -inf,blue,high,2024/01/31,30/12/1969 23:59\n";

/// What a separate program makes of these rows.
const INPUTS: [[u16; 13]; 4] = [
    [8, 0, 15, 0, 0, 8, 0, 0, 15, 0, 15, 3, 0],
    [8, 15, 0, 0, 15, 2, 0, 0, 0, 15, 0, 0, 15],
    [8, 15, 0, 15, 0, 1, 0, 0, 15, 0, 15, 4, 0],
    [0, 0, 0, 0, 15, 15, 0, 15, 0, 0, 0, 2, 0],
];

fn read(json: &str) -> Encoding {
    serde_json::from_str(json).unwrap()
}

fn table(text: &str) -> Table {
    Table::read_csv(text.as_bytes(), Path::new("t.csv"), &ReadOptions::default()).unwrap()
}

fn tiny() -> Architecture {
    named("tiny-4x3x2").unwrap()
}

/// 128 inputs of 8 bits.
fn wide() -> Architecture {
    named("table-128x64x2").unwrap()
}

fn fit_with(text: &str, schema: &str, range: Range) -> Result<Fitted, EncodingError> {
    let table = table(text);
    let schema = Schema::parse(&format!("version = 1\n{schema}")).unwrap();
    let profile = Profile::of(&table, &Wanted { schema, ..Wanted::default() }).unwrap();
    Encoding::fit(&table, &profile, &wide(), range)
}

fn fit(text: &str, range: Range) -> Encoding {
    fit_with(text, "", range).unwrap().encoding
}

/// Lines of one cell and a class each, under the name `a`.
fn column(cells: &[&str]) -> String {
    let lines = cells.iter().zip(["x", "y"].iter().cycle());
    let lines: String = lines.map(|(cell, class)| format!("{cell},{class}\n")).collect();
    format!("a,kind\n{lines}")
}

fn thresholds(encoding: &Encoding, column: usize) -> &[f64] {
    match &encoding.columns()[column].how {
        How::Steps { at, .. } => at,
        other => panic!("{other:?} are no steps"),
    }
}

/// The figure comes from a separate program.
#[test]
fn the_hash_of_two_columns_and_classes_is_fixed() {
    let expected = "0x421c1e50e87d5ea6fe5593d2822c2dad8f132f206e33cc080ee5fc3309ee9e30";
    let encoding = read(ENCODING);
    assert_eq!(encoding.to_json(), ENCODING.replace("\\u0301", "\u{301}").into_bytes());
    assert_eq!(encoding.hash().to_string(), expected);
}

#[test]
fn every_part_changes_the_hash() {
    let before = read(ENCODING).hash();
    for (from, to) in [
        ("\"inputs\":8", "\"inputs\":9"),
        ("\"inputBits\":2", "\"inputBits\":3"),
        ("\"named\":true", "\"named\":false"),
        ("\"width\":4", "\"width\":5"),
        ("größe", "a"),
        ("\"place\":0", "\"place\":2"),
        ("0.1", "0.2"),
        ("\"level\":1", "\"level\":2"),
        ("\"flag\":true", "\"flag\":false"),
        ("red", "green"),
        ("blé", "ble"),
        ("\"other\":true", "\"other\":false"),
        ("\"missing\":false", "\"missing\":true"),
        ("\"column\":\"k\"", "\"column\":\"j\""),
        ("\"place\":3", "\"place\":2"),
        ("[\"no\",\"yes\"]", "[\"yes\",\"no\"]"),
        ("\"width\":4", "\"width\":4,\"missing\":[\"-999\"]"),
    ] {
        let changed = ENCODING.replacen(from, to, 1);
        assert_ne!(changed, ENCODING);
        assert_ne!(read(&changed).hash(), before, "{to}");
    }
}

#[test]
fn impossible_encodings_are_refused() {
    for (from, to) in [
        ("\"version\":1", "\"version\":2"),
        ("\"inputs\":13", "\"inputs\":12"),
        ("\"inputs\":13", "\"inputs\":4097"),
        ("\"inputBits\":4", "\"inputBits\":0"),
        ("\"inputBits\":4", "\"inputBits\":17"),
        ("\"inputBits\":4", "\"inputBits\":1"),
        ("\"width\":6", "\"width\":5"),
        ("\"width\":6", "\"width\":6,\"more\":1"),
        ("\"width\":6", "\"width\":6,\"missing\":[\"b\",\"a\"]"),
        ("\"width\":6", "\"width\":6,\"missing\":[\"a\",\"a\"]"),
        ("\"width\":6", "\"width\":6,\"missing\":[\"\"]"),
        ("\"width\":6", "\"width\":6,\"missing\":[\"\\u202e\"]"),
        ("\"place\":0", "\"place\":0,\"more\":1"),
        ("\"kind\":\"steps\"", "\"kind\":\"steps\",\"more\":1"),
        ("\"place\":1", "\"place\":0"),
        ("\"place\":1", "\"place\":2"),
        ("\"name\":\"b\"", "\"name\":\"a\""),
        ("\"name\":\"b\"", "\"name\":\"k\""),
        ("\"name\":\"b\"", "\"name\":\"\""),
        ("\"name\":\"b\"", "\"name\":\"\\u001b[31m\""),
        ("[\"0.5\",\"1.5\"]", "[\"1.5\",\"0.5\"]"),
        ("\"0.5\"", "\"0.50\""),
        ("\"0.5\"", "\"-0\""),
        ("\"0.5\"", "\"-inf\""),
        ("\"1.5\"", "\"NaN\""),
        ("\"1.5\"", "\"1e400\""),
        ("\"1.5\"", "\"9007199254740993\""),
        ("\"level\":8", "\"level\":16"),
        ("\"other\":1", "\"other\":16"),
        ("[[\"red\"],[\"true\"]]", "[]"),
        ("[\"red\"]", "[]"),
        ("[\"red\"]", "[\"true\"]"),
        ("[\"red\"]", "[\"red\\u202e\"]"),
        ("\"inputs\":3", "\"inputs\":0"),
        ("[1,2,3,4,5,6,7]", "[1,2,3,4,5,6]"),
        ("[1,2,3,4,5,6,7]", "[1,2,3,4,5,6,16]"),
        ("{\"table\":[1,2,3,4,5,6,7]}", "{\"steps\":[\"2\",\"1\"]}"),
        ("\"day-first\"", "\"year-first\""),
        ("[\"no\",\"yes\"]", "[\"no\"]"),
        ("[\"no\",\"yes\"]", "[\"1\",\"1.0\"]"),
        ("[\"no\",\"yes\"]", "[\"no\",\"\\u001b\"]"),
    ] {
        let changed = ALL_KINDS.replacen(from, to, 1);
        assert_ne!(changed, ALL_KINDS);
        assert!(serde_json::from_str::<Encoding>(&changed).is_err(), "{to}");
    }
    let text = ALL_KINDS.replace("\"no\"", "\"\\u001b[31m\"");
    let error = serde_json::from_str::<Encoding>(&text).unwrap_err().to_string();
    assert!(!error.contains('\u{1b}') && error.contains("[31m"), "{error}");
}

#[test]
fn an_encoding_has_few_words_for_missing_values_and_no_field_without_any() {
    let with = |count: usize| {
        let words: Vec<String> = (0..count).map(|word| format!("\"w{word:03}\"")).collect();
        let words = format!("\"width\":4,\"missing\":[{}]", words.join(","));
        serde_json::from_str::<Encoding>(&ENCODING.replace("\"width\":4", &words))
    };
    let kept = with(form::MAX_WORDS).unwrap();
    assert_eq!(kept.missing().len(), form::MAX_WORDS);
    assert_eq!(serde_json::from_slice::<Encoding>(&kept.to_json()).unwrap(), kept);
    assert!(with(form::MAX_WORDS + 1).is_err());
    assert_eq!(with(0).unwrap().hash(), read(ENCODING).hash());
}

/// Read with words for missing values, or without.
fn read_with(text: &str, missing: &[&str]) -> Table {
    let missing = missing.iter().map(|word| (*word).to_owned()).collect();
    let options = ReadOptions {
        separator: Some(b';'),
        text: crate::TextRules { missing, ..crate::TextRules::default() },
        ..ReadOptions::default()
    };
    Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap()
}

/// Numbers with a comma, categories and dates, in each of which a word stands for nothing.
const WITH_WORDS: &str = "a;b;c;k\n1,5;red;31.1.2024;x\n-999,0;unknown;1.1.1900;y\n\
                          2,5;blue;13.2.2024;-999\n4,5;red;14.2.2025;y\n3,0;red;15.3.2024;x\n";

#[test]
fn whoever_predicts_need_not_say_words_for_missing_values_again() {
    let words = ["unknown", "-999", "1.1.1900", "NA"];
    let told = read_with(WITH_WORDS, &words);
    let profile = Profile::of(&told, &Wanted::default()).unwrap();
    let encoding = Encoding::fit(&told, &profile, &wide(), Range::Auto).unwrap().encoding;
    assert_eq!(encoding.missing(), ["-999", "1.1.1900", "unknown"]);
    assert!(encoding.columns().iter().all(|column| column.how.tells_missing_apart()));
    let untold = read_with(WITH_WORDS, &[]);
    assert_eq!(encoding.rows(&untold), encoding.rows(&told));
    let encoder = encoding.for_table(&untold).unwrap();
    assert_eq!(encoder.label(2), crate::Value::Missing);
    assert_eq!(encoder.label(3), crate::Value::Text("y".into()));
    let mut form = serde_json::to_value(&encoding).unwrap();
    form.as_object_mut().unwrap().remove("missing");
    let forgotten: Encoding = serde_json::from_value(form).unwrap();
    assert_ne!(forgotten.rows(&untold), encoding.rows(&untold));
}

#[test]
fn words_that_an_encoding_cannot_hold_are_refused() {
    let fit = |words: &[&str]| {
        let table = read_with("a;k\n1;x\n2;y\n", words);
        let profile = Profile::of(&table, &Wanted::default()).unwrap();
        Encoding::fit(&table, &profile, &wide(), Range::Auto)
    };
    let steering = fit(&["\u{1b}[31m"]).unwrap_err();
    assert_eq!(steering, EncodingError::Word { word: "\u{fffd}[31m".to_owned() });
    let many: Vec<String> = (0..=form::MAX_WORDS).map(|word| format!("w{word}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let most = form::MAX_WORDS;
    assert_eq!(fit(&many), Err(EncodingError::TooManyWords { found: most + 1, most }));
}

#[test]
fn columns_of_every_kind_become_the_inputs_that_a_separate_program_makes() {
    let encoding = read(ALL_KINDS);
    let table = table(&format!("a,b,c,d,e\n{ROWS}"));
    let encoder = encoding.for_table(&table).unwrap();
    for (row, expected) in INPUTS.iter().enumerate() {
        assert_eq!(encoder.row(row), expected, "row {row}");
    }
    assert_eq!(encoding.rows(&table).unwrap(), INPUTS);
    assert_eq!(encoding.used_inputs(), 13);
}

#[test]
fn columns_are_found_by_name_wherever_they_stand() {
    let encoding = read(ALL_KINDS);
    let first = "31.1.2024,7,mid,red,1.0,yes,x\n";
    let table = table(&format!("e,z,c,b,a,k,d\n{first}"));
    let encoder = encoding.for_table(&table).unwrap();
    assert_eq!(encoder.row(0), INPUTS[0]);
    assert!(encoder.has_label());
    assert_eq!(encoder.label(0), crate::Value::Text("yes".into()));
    let notes = encoder.notes();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].ends_with(": z"), "{notes:?}");
}

#[test]
fn missing_columns_are_all_named() {
    let error = read(ALL_KINDS).rows(&table("a,x,d\n1,2,y\n")).unwrap_err();
    let missing = ["b", "c", "e"].map(str::to_owned).to_vec();
    assert_eq!(error, EncodingError::Columns { missing });
    assert!(error.to_string().contains("b, c, e"), "{error}");
}

#[test]
fn columns_without_names_are_found_by_place_with_and_without_the_classes() {
    let encoding = read(ALL_KINDS);
    let options = ReadOptions { header: crate::Header::Absent, ..ReadOptions::default() };
    let nameless =
        |text: &str| Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap();
    let without = nameless(ROWS);
    let encoder = encoding.for_table(&without).unwrap();
    assert!(!encoder.has_label());
    assert!(encoder.notes()[0].contains("by their places"), "{:?}", encoder.notes());
    assert_eq!(encoding.rows(&without).unwrap(), INPUTS);
    let with = nameless("1.0,red,yes,mid,x,31.1.2024\n");
    let encoder = encoding.for_table(&with).unwrap();
    assert_eq!(encoder.row(0), INPUTS[0]);
    assert_eq!(encoder.label(0), crate::Value::Text("yes".into()));
    let error = encoding.rows(&nameless("1,2\n")).unwrap_err();
    assert_eq!(error, EncodingError::Width { expected: 6, found: 2 });
}

#[test]
fn an_encoding_is_for_one_size_of_inputs_and_enough_classes() {
    let json = ENCODING.replace("\"inputs\":8,", "\"inputs\":128,");
    let encoding = read(&json.replace("\"inputBits\":2", "\"inputBits\":8"));
    assert_eq!(encoding.check_architecture(&wide()), Ok(()));
    let error = encoding.check_architecture(&tiny()).unwrap_err();
    assert!(matches!(error, EncodingError::Shape { inputs: 128, input_bits: 8, .. }), "{error}");
    let three = String::from_utf8(encoding.to_json()).unwrap();
    let three = read(&three.replace("\"yes\"", "\"yes\",\"maybe\""));
    assert_eq!(
        three.check_architecture(&wide()),
        Err(EncodingError::Classes { found: 3, classes: 2 })
    );
}

/// The encoding of two columns for models that answer with a number.
fn with_numbers() -> String {
    let target = r#""target":{"kind":"number","column":"k","place":3,"low":"-20","step":"0.25"}"#;
    let (columns, _) = ENCODING.split_once("\"target\"").unwrap();
    format!("{columns}{target}}}").replace("\\u0301", "\u{301}")
}

#[test]
fn numbers_to_be_learnt_have_targets_in_steps() {
    let json = with_numbers();
    let encoding = read(&json);
    assert_eq!(encoding.to_json(), json.into_bytes());
    let scale = encoding.scale().unwrap();
    assert_eq!((scale.low(), scale.step()), (-20.0, 0.25));
    assert_eq!((encoding.label(), encoding.label_place()), ("k", 3));
    assert!(encoding.classes().is_empty());
    let table =
        table("größe,b,x,k\n1,red,0,-19.5\n1,red,0,\n1,red,0,inf\n1,red,0,red\n1,red,0,true\n");
    let encoder = encoding.for_table(&table).unwrap();
    let targets: Vec<Option<u16>> = (0..5).map(|row| encoder.target(row)).collect();
    assert_eq!(targets, [Some(2), None, None, None, Some(84)]);
    assert_eq!(read(ENCODING).scale(), None);
    assert_eq!(read(ENCODING).for_table(&table).unwrap().target(0), None);
}

#[test]
fn targets_that_are_impossible_are_refused_and_each_part_changes_the_hash() {
    let json = with_numbers();
    let before = read(&json).hash();
    for (from, to) in
        [("-20", "-21"), ("0.25", "0.5"), ("\"k\"", "\"j\""), (":3,\"low", ":2,\"low")]
    {
        assert_ne!(read(&json.replacen(from, to, 1)).hash(), before, "{to}");
    }
    for (from, to) in [
        ("\"0.25\"", "\"0\""),
        ("\"0.25\"", "\"-1\""),
        ("\"0.25\"", "\"0.250\""),
        ("\"0.25\"", "0.25"),
        ("\"0.25\"", "\"1e305\""),
        ("\"0.25\"", "\"1e-18\""),
        ("\"-20\"", "\"inf\""),
        ("\"-20\"", "\"NaN\""),
        ("\"low\"", "\"more\":1,\"low\""),
        ("\"place\":3", "\"place\":4"),
        ("}}", "},\"metric\":\"balanced-accuracy\"}"),
    ] {
        let (columns, target) = json.split_once("\"target\"").unwrap();
        let changed = format!("{columns}\"target\"{}", target.replacen(from, to, 1));
        assert_ne!(changed, json);
        assert!(serde_json::from_str::<Encoding>(&changed).is_err(), "{to}");
    }
}

#[test]
fn an_encoding_of_numbers_is_for_models_that_answer_with_one() {
    let sized = |json: &str| {
        let json = json.replace("\"inputs\":8,", "\"inputs\":128,");
        read(&json.replace("\"inputBits\":2", "\"inputBits\":8"))
    };
    let (numbers, classes) = (sized(&with_numbers()), sized(ENCODING));
    let shape = |name: &str| named(name).unwrap();
    for name in ["value-128x64-within", "value-128x64"] {
        assert_eq!(numbers.check_architecture(&shape(name)), Ok(()));
        let error = classes.check_architecture(&shape(name)).unwrap_err();
        let expected = EncodingError::Answer { answer: "a class", shape: name.to_owned() };
        assert_eq!(error, expected);
    }
    let error = numbers.check_architecture(&wide()).unwrap_err();
    let shape = "table-128x64x2".to_owned();
    assert_eq!(error, EncodingError::Answer { answer: "a number", shape });
}

#[test]
fn a_fitted_scale_makes_the_tolerance_that_of_the_shape() {
    let rows: String = (0..100).map(|n| format!("{n},{}\n", n % 7)).collect();
    let table = table(&format!("a,k\n{rows}"));
    let fit = |schema: &str, shape: &str| {
        let schema = Schema::parse(&format!("version = 1\n{schema}")).unwrap();
        let profile = Profile::of(&table, &Wanted { schema, ..Wanted::default() }).unwrap();
        Encoding::fit(&table, &profile, &named(shape).unwrap(), Range::Auto)
    };
    let scale = |shape: &str| fit("tolerance = 0.5", shape).unwrap().encoding.scale().unwrap();
    assert_eq!(scale("value-128x64-within").distance(1_024.0), 0.5);
    assert_eq!(scale("value-128x64").distance(1_024.0), 0.5);
    assert_eq!(scale("tiny-4x3-within").distance(50.0), 0.5);
    let refused = fit("tolerance = 0.5", "table-128x64x2").unwrap_err();
    assert!(matches!(refused, EncodingError::Answer { answer: "a number", .. }), "{refused}");
    for tolerance in ["tolerance = 1e308", "tolerance = 1e-18"] {
        let refused = fit(tolerance, "value-128x64-within").unwrap_err();
        assert_eq!(refused, EncodingError::Tolerance { column: "k".to_owned() }, "{tolerance}");
    }
}

#[test]
fn the_fixed_range_of_digits_keeps_whole_numbers_and_clips_16() {
    let rows: String = (0..17).map(|n| format!("{n},{},{}\n", 16 - n, n % 2)).collect();
    let table = table(&format!("a,b,k\n{rows}"));
    let profile = Profile::of(&table, &Wanted::default()).unwrap();
    let range = Range::Fixed { low: 0.0, high: 15.0 };
    let digits = named("digits-64x32x10").unwrap();
    let fitted = Encoding::fit(&table, &profile, &digits, range).unwrap();
    let rows = fitted.encoding.rows(&table).unwrap();
    for (value, row) in (0u16..).zip(rows) {
        assert_eq!(row[..3], [value.min(15), (16 - value).min(15), 0]);
        assert_eq!(row.len(), 64);
    }
}

#[test]
fn a_fixed_range_does_not_depend_on_the_data() {
    let range = Range::Fixed { low: -1.0, high: 4.0 };
    let one = fit("a,b,c,k\n1,5,0,x\n2,5,1,y\n3,5,0.5,x\n", range);
    let other = fit("a,b,c,k\n9,-7,true,x\n9,,false,y\n9,3,true,y\n", range);
    assert_eq!(one, other);
    assert_eq!(one.used_inputs(), 3, "a constant column and one with a missing value, too");
    let error = fit_with("a,k\nred,x\n1,y\n", "", range).unwrap_err();
    assert_eq!(error, EncodingError::NotANumber { column: "a".into() });
}

#[test]
fn a_fixed_range_takes_a_column_that_happens_to_count() {
    let range = Range::Fixed { low: 0.0, high: 100.0 };
    let of = |cell: fn(usize) -> usize| {
        let rows = (0..30).map(|n| format!("{},{},{}\n", cell(n), n % 3, n % 2));
        fit(&format!("a,b,k\n{}", rows.collect::<String>()), range)
    };
    let counting = of(|n| n);
    assert_eq!(counting.used_inputs(), 2);
    assert_eq!(counting, of(|n| n % 7));
}

#[test]
fn ranges_and_tails_that_leave_nothing_are_refused() {
    let text = "a,k\n1,x\n2,y\n";
    for (low, high) in [(1.0, 0.0), (f64::NAN, 1.0), (f64::MIN, f64::MAX)] {
        let fitted = fit_with(text, "", Range::Fixed { low, high });
        assert_eq!(fitted, Err(EncodingError::Range { column: "a".into() }));
    }
    for tail in [-0.1, 0.5, f64::NAN] {
        let fitted = fit_with(text, "", Range::Quantiles { tail });
        assert_eq!(fitted, Err(EncodingError::Tail));
    }
    let far = "a,k\n-1.7e308,x\n1.7e308,y\n0,x\n";
    let fitted = fit_with(far, "", Range::MinMax);
    assert_eq!(fitted, Err(EncodingError::Range { column: "a".into() }));
    assert_eq!(fit_with(far, "", Range::Auto).unwrap().told[0].lost, 0.0);
}

#[test]
fn quantiles_leave_outliers_out() {
    let rows: String = (0..100).map(|n| format!("{}.5,0,{}\n", n * 7 % 100, n % 2)).collect();
    let text = format!("a,b,k\n{rows}100000,1,1\n");
    let encoding = fit(&text, Range::Quantiles { tail: 0.01 });
    let expected = Linear { low: 1.5, high: 99.5 }.thresholds(255);
    assert_eq!(thresholds(&encoding, 0), expected);
    let expected = Linear { low: 0.0, high: 1.0 }.thresholds(255);
    assert_eq!(thresholds(&encoding, 1), expected, "constant without its outlier");
}

#[test]
fn the_range_of_a_schema_holds_for_its_column() {
    let schema = "[columns.a]\nrange = [0, 15]";
    let fitted = fit_with("a,b,k\n1,3,x\n2,,y\n9,5,x\n", schema, Range::Auto).unwrap();
    let expected = Linear { low: 0.0, high: 15.0 }.thresholds(255);
    assert_eq!(thresholds(&fitted.encoding, 0), expected);
    let expected = Linear { low: 3.0, high: 5.0 }.thresholds(255);
    assert_eq!(thresholds(&fitted.encoding, 1), expected);
}

#[test]
fn even_steps_give_way_where_they_lose_much() {
    let powers: Vec<String> = (0..40).map(|n| format!("1e{n}")).collect();
    let powers: Vec<&str> = powers.iter().map(String::as_str).collect();
    let skewed = fit_with(&column(&powers), "", Range::Auto).unwrap();
    assert_eq!(thresholds(&skewed.encoding, 0).len(), 39);
    assert_eq!(skewed.told[0].lost, 0.0);
    let even = fit_with(&column(&powers), "", Range::MinMax).unwrap();
    assert!(even.told[0].lost > 0.5, "{:?}", even.told);
    let few = fit(&column(&["3", "1", "5"]), Range::Auto);
    assert_eq!(thresholds(&few, 0), Linear { low: 1.0, high: 5.0 }.thresholds(255));
}

#[test]
fn levels_have_short_thresholds_with_equally_many_rows_between_them() {
    let few = fit(&column(&["18", "17", "0.25", "-4", "17"]), Range::Levels);
    assert_eq!(thresholds(&few, 0), [-2.0, 9.0, 18.0]);
    let many: Vec<String> = (0..1000).map(|n| format!("{}", n * 7 % 1000)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let at = fit(&column(&many), Range::Levels);
    let at = thresholds(&at, 0);
    assert_eq!(at.len(), 255);
    assert!(at.windows(2).all(|pair| (3.0..=5.0).contains(&(pair[1] - pair[0]))), "{at:?}");
}

#[test]
fn a_value_with_most_of_the_rows_takes_one_level() {
    let mut cells = vec!["0"; 900];
    let others: Vec<String> = (1..=300).map(|n| n.to_string()).collect();
    cells.extend(others.iter().map(String::as_str));
    let encoding = fit(&column(&cells), Range::Levels);
    assert_eq!(thresholds(&encoding, 0).len(), 255, "all levels are used");
    assert_eq!(thresholds(&encoding, 0)[0], 0.5);
}

#[test]
fn missing_numbers_have_the_middle_level_and_are_told_apart() {
    let fitted = fit_with("a,b,k\n1,2,x\n,4,y\n9,6,x\n5,8,x\n", "", Range::Levels).unwrap();
    let rows = fitted.encoding.rows(&table("a,b\n,\n5,9\n")).unwrap();
    assert_eq!(rows[0][..3], [128, 255, 85]);
    assert_eq!(rows[1][..3], [128, 0, 255]);
    assert_eq!(fitted.told[0].how, "number in 3 steps, missing ones apart");
    assert_eq!((fitted.told[0].inputs, fitted.told[1].inputs), (2, 1));
}

#[test]
fn truth_values_have_one_threshold() {
    let encoding = fit(&column(&["true", "0", "False", "1"]), Range::Auto);
    assert_eq!(thresholds(&encoding, 0), [1.0]);
    let rows = encoding.rows(&table("a\nTRUE\n0\n1.0\nfalse\n")).unwrap();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), [255, 0, 255, 0]);
}

#[test]
fn two_categories_are_ranks_and_more_are_choices() {
    let how = |cells: &[&str]| fit(&column(cells), Range::Auto).columns()[0].how.clone();
    let lists = |texts: &[&str]| -> Vec<Vec<String>> {
        texts.iter().map(|text| vec![(*text).to_owned()]).collect()
    };
    let two = How::Ranks { values: lists(&["no", "yes"]), other: 255, missing: 255 };
    assert_eq!(how(&["yes", "no", "yes"]), two);
    let missing = How::Choices { values: lists(&["no", "yes"]), other: false, missing: true };
    assert_eq!(how(&["yes", "no", "", "no"]), missing);
    let three = How::Choices { values: lists(&["a", "b", "c"]), other: false, missing: false };
    assert_eq!(how(&["c", "a", "b", "b", "a", "a"]), three);
}

#[test]
fn the_most_frequent_categories_have_an_input_each() {
    let cells: Vec<String> = (0..20).flat_map(|n| vec![format!("c{n:02}"); 30 - n]).collect();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    let fitted = fit_with(&column(&cells), "", Range::Auto).unwrap();
    let column = &fitted.encoding.columns()[0];
    assert_eq!(column.inputs(), 16);
    assert_eq!(column.describe(), "15 categories and all others");
    let How::Choices { values, other: true, missing: false } = &column.how else {
        panic!("{column:?}");
    };
    assert_eq!(values.first().unwrap()[0], "c00");
    assert_eq!(values.last().unwrap()[0], "c14");
    assert!(fitted.told[0].lost > 0.0 && fitted.told[0].lost < 0.2, "{:?}", fitted.told);
}

#[test]
fn the_order_of_a_schema_makes_ranks() {
    let schema = "[columns.a]\norder = [\"low\", \"mid\", \"high\"]";
    let text = column(&["mid", "high", "low", "low", "high"]);
    let encoding = fit_with(&text, schema, Range::Auto).unwrap().encoding;
    let rows = encoding.rows(&table("a\nlow\nmid\nhigh\nother\n\"\"\n ?\n")).unwrap();
    let first: Vec<u16> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(first[..4], [0, 128, 255, 128]);
    assert_eq!(first.last(), Some(&128));
}

#[test]
fn spellings_of_one_text_have_one_input() {
    let text = column(&["bl\u{e9}", "ble\u{301}", "red", "green"]);
    let encoding = fit(&text, Range::Auto);
    let rows = encoding.rows(&table("a\nble\u{301}\nbl\u{e9}\nred\n")).unwrap();
    assert_eq!(rows[0], rows[1]);
    assert_ne!(rows[0], rows[2]);
    assert_eq!(encoding.used_inputs(), 3);
}

#[test]
fn dates_become_steps_and_hands_of_clocks() {
    let days = ["2024-01-31", "2025-04-01", "", "2023-07-15", "2024-10-20"];
    let fitted = fit_with(&column(&days), "", Range::Auto).unwrap();
    let column = &fitted.encoding.columns()[0];
    assert_eq!(column.describe(), "date: year, month, weekday, day, missing ones apart");
    assert_eq!(column.inputs(), 8);
    assert_eq!(fitted.told[0].lost, 0.0);
    let rows = fitted.encoding.rows(&table("a\n2024-01-31\n?\n")).unwrap();
    assert_eq!(rows[0][..3], [128, 128, 255], "second of three years, January");
    assert_eq!(rows[1][..8], [0, 0, 0, 0, 0, 0, 0, 255]);
}

#[test]
fn what_does_not_fit_shares_what_is_left() {
    let names: Vec<String> = (0..10).map(|n| format!("c{n}")).collect();
    let row = |n: usize| {
        let cells = (0..10).map(|column| format!("v{},", (n * (column + 1)) % 13));
        format!("{}{}\n", cells.collect::<String>(), n % 2)
    };
    let rows: String = (0..130).map(row).collect();
    let text = format!("{},k\n{rows}", names.join(","));
    let table = table(&text);
    let profile = Profile::of(&table, &Wanted::default()).unwrap();
    let needs = Encoding::needs(&table, &profile, Range::Auto);
    assert_eq!(needs, Needs { inputs: 130, least_inputs: 20, bits: 4 });
    let fitted = Encoding::fit(&table, &profile, &wide(), Range::Auto).unwrap();
    assert_eq!(fitted.encoding.used_inputs(), 128);
    let inputs: Vec<usize> = fitted.told.iter().map(|column| column.inputs).collect();
    assert_eq!(inputs, [13, 13, 13, 13, 13, 13, 13, 13, 12, 12]);
    let error = Encoding::fit(&table, &profile, &tiny(), Range::Auto).unwrap_err();
    assert_eq!(error, EncodingError::TooManyInputs { needed: 20, inputs: 4 });
}

#[test]
fn a_table_tells_which_inputs_it_needs() {
    let needs = |text: &str| {
        let table = table(text);
        let profile = Profile::of(&table, &Wanted::default()).unwrap();
        Encoding::needs(&table, &profile, Range::Auto)
    };
    let narrow = needs("a,b,k\n1,red,x\n,blue,y\n3,green,x\n");
    assert_eq!(narrow, Needs { inputs: 5, least_inputs: 3, bits: 4 });
    let many: String = (0..18).map(|n| format!("{n}.5,x{}\n", n % 2)).collect();
    assert_eq!(needs(&format!("a,k\n{many}")).bits, 8);
    assert_eq!(needs("a,k\n2024-01-01,x\n2024-02-01,y\n").bits, 8);
}

#[test]
fn a_table_without_classes_has_no_encoding() {
    let table = table("a,b\n1,2\n3,4\n");
    let wanted = Wanted { label: LabelColumn::None, ..Wanted::default() };
    let profile = Profile::of(&table, &wanted).unwrap();
    let fitted = Encoding::fit(&table, &profile, &tiny(), Range::Auto);
    assert_eq!(fitted, Err(EncodingError::NoLabels));
}

fn of_ranges(
    inputs: u16,
    bits: u8,
    ranges: &[(&str, f64, f64)],
) -> Result<Encoding, EncodingError> {
    let ranges: Vec<_> = ranges.iter().map(|(name, l, h)| ((*name).to_owned(), *l, *h)).collect();
    let classes = vec!["cat".to_owned(), "dog".to_owned()];
    Encoding::from_ranges(inputs, bits, true, &ranges, classes)
}

#[test]
fn ranges_of_earlier_releases_scale_as_they_did() {
    let encoding = of_ranges(4, 2, &[("a", 0.0, 3.0), ("class", -10.0, 10.0), ("c", 5.0, 5.0)]);
    let encoding = encoding.unwrap();
    let rows = encoding.rows(&table("a,class,c\n0,-10,5\n3,10,9\n1,0,0\n1.6,-1,5\n?,?,?\n"));
    let expected = [[0, 0, 0, 0], [3, 3, 0, 0], [1, 2, 0, 0], [2, 1, 0, 0], [2, 2, 0, 0]];
    assert_eq!(rows.unwrap(), expected);
    assert_eq!(encoding.label(), "class_2", "the name of a column is no name for the classes");
}

#[test]
fn impossible_ranges_of_earlier_releases_are_refused() {
    assert!(of_ranges(4, 2, &[("a", 0.0, 1.0)]).is_ok());
    for (low, high) in [(1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (f64::MIN, f64::MAX)] {
        let error = of_ranges(4, 2, &[("a\u{1b}", low, high)]).unwrap_err();
        assert_eq!(error, EncodingError::Range { column: "a\u{fffd}".into() });
    }
    let two = [("a", 0.0, 1.0), ("b", 0.0, 1.0)];
    let error = of_ranges(1, 2, &two).unwrap_err();
    assert_eq!(error, EncodingError::TooManyInputs { needed: 2, inputs: 1 });
    for (bits, name) in [(0, "a"), (17, "a"), (2, ""), (2, "\u{1b}")] {
        let error = of_ranges(4, bits, &[(name, 0.0, 1.0)]).unwrap_err();
        assert!(matches!(error, EncodingError::Form(_)), "{error}");
    }
    let names: Vec<String> = (0..100).map(|n| format!("c{n}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), 0.0, 1.0)).collect();
    let error = of_ranges(100, 16, &many).unwrap_err();
    assert!(error.to_string().contains("too many"), "{error}");
}

/// The formula by which earlier releases scaled numbers.
fn scaled(value: f64, low: f64, high: f64, max: u16) -> u16 {
    if low >= high {
        return 0;
    }
    let share = (value.clamp(low, high) - low) / (high - low);
    (share * f64::from(max)).round() as u16
}

proptest! {
    #[test]
    fn linear_steps_are_the_formula_of_before(
        low in prop_oneof![-1e3..1e3, any::<f64>(), Just(0.0), Just(-0.0)],
        width in prop_oneof![0.0..1e3, 0.0..1e300f64, Just(5e-324), Just(15.0)],
        bits in 1u8..=12,
        shares in prop::collection::vec(-0.1..1.1f64, 1..40),
        other in any::<f64>(),
    ) {
        let linear = Linear { low, high: low + width };
        prop_assume!(linear.is_usable());
        let max = largest(bits);
        let at = linear.thresholds(max);
        let step = |value: f64| {
            let reached = at.partition_point(|threshold| *threshold <= value);
            evaluate::level(reached, at.len(), max)
        };
        let near = at.iter().flat_map(|at| [at.next_down(), *at, at.next_up()]);
        let values = shares.iter().map(|share| low + share * width).chain(near).chain([other]);
        for value in values.filter(|value| !value.is_nan()) {
            let expected = scaled(value, low, linear.high, max);
            prop_assert_eq!(step(value), expected, "{} in {:?}", value, linear);
        }
    }

    #[test]
    fn json_brings_every_threshold_back_bit_for_bit(
        ranges in prop::collection::vec((-1e300..1e300f64, 0.0..1e300f64), 1..4),
    ) {
        let ranges = ranges.iter().enumerate();
        let ranges: Vec<_> =
            ranges.map(|(n, (low, width))| (format!("c{n}"), *low, low + width)).collect();
        let classes = vec!["a".to_owned(), "b".to_owned()];
        let encoding = Encoding::from_ranges(4, 8, false, &ranges, classes).unwrap();
        let read: Encoding = serde_json::from_slice(&encoding.to_json()).unwrap();
        prop_assert_eq!(read, encoding);
    }

    #[test]
    fn no_two_numbers_share_a_level_if_there_are_enough_levels(
        numbers in prop::collection::vec(any::<f64>(), 2..100),
    ) {
        let spread = levels::Spread::of(numbers.iter().copied());
        let at = spread.thresholds(255);
        prop_assert!(at.is_sorted() && at.iter().all(|at| at.is_finite()));
        prop_assert_eq!(spread.lost(&at), 0.0);
    }

    #[test]
    fn whatever_the_numbers_there_are_no_more_thresholds_than_levels(
        numbers in prop::collection::vec(-50i32..50, 1..300), max in 1u16..20,
    ) {
        let spread = levels::Spread::of(numbers.iter().map(|number| f64::from(*number)));
        let at = spread.thresholds(max);
        prop_assert!(at.len() <= usize::from(max));
        prop_assert!(at.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

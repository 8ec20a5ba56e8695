//! The encoding in Rust and the one in Python give the same inputs.

use nocknock_dataset::{
    names,
    value::{decimal, moment::DateForm},
    Encoding, Header, ReadOptions, Table, TextRules, Value,
};
use proptest::{
    array,
    collection::vec,
    prelude::*,
    sample::{select, subsequence},
};
use serde::de::DeserializeOwned;
use serde_json::{json, Value as Json};
use std::{
    collections::HashSet,
    fs::{self, File},
    path::Path,
    process::Command,
};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/lib/encoding.py");

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Texts at the edges of the rules.
const TEXTS: &[&str] = &[
    "",
    "?",
    " NaN ",
    "<NA>",
    "#n/a",
    "None",
    "-999",
    "true",
    "\tFALSE\r\n",
    "yes",
    "0",
    "-0",
    "-0.0",
    "1",
    "1.0",
    "1e0",
    "+1",
    "1.",
    ".5",
    "-.5e-3",
    ".",
    "e5",
    "007",
    "1_000",
    "1,5",
    "1,5e3",
    "1,5,5",
    "\u{ff11}",
    "\u{a0}1",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "123456789012345678901",
    "1234567890123456789012",
    "1e21",
    "1e-7",
    "1e-8",
    "0.1000000000000000055511151231257827",
    "1.7976931348623157e308",
    "1e400",
    "-1e400",
    "1e-400",
    "5e-324",
    "2.5e-324",
    "1e99999",
    "1e100000",
    "inf",
    "-Infinity",
    "+-inf",
    "2024-02-29",
    "2023-02-29",
    "2024/01/31 23:59:59.9999999",
    "1969-12-31T23:59:59.999999Z",
    "0000-01-01T00:00+23:59",
    "9999-12-31 23:59-23:59",
    "31.1.2024",
    "1/2/2024 10:00",
    "12-31-2024T10:00:60",
    "bl\u{e9}",
    "ble\u{301}",
    "\u{130}nf",
    "a \"b\"\n,c",
];

/// Words for missing values, in ascending order.
const WORDS: &[&str] = &[
    "#n/a",
    "-0.0",
    "-999",
    "0.10",
    "1,5",
    "1e400",
    "2024-02-29",
    "9007199254740993",
    "None",
    "bl\u{e9}",
    "inf",
    "true",
];

/// An encoding and rows for it.
#[derive(Clone, Debug)]
struct Case {
    /// The texts of all cells.
    texts: Vec<String>,
    /// For each cell the place of its text.
    rows: Vec<[usize; 5]>,
    bits: u8,
    form: &'static str,
    flags: [bool; 6],
    rules: TextRules,
    /// Words for missing values that the encoding knows.
    words: Vec<&'static str>,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(TEXTS).prop_map(str::to_owned),
        1 => any::<f64>().prop_map(|number| format!("{number:e}")),
        1 => any::<f64>().prop_map(|number| number.to_string()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => "[+-]?[0-9]{0,3}[.,]?[0-9]{0,25}([eE][+-]?[0-9]{1,6})?",
        1 => "[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}( [0-2][0-9]:[0-5][0-9])?",
        1 => "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9](Z|[+-]0[0-9]:[0-9]0)?",
        1 => "[0-9]{4}-0[1-9]-[0-3][0-9]( [0-1][0-9]:00:[0-6][0-9]([.][0-9]{1,10})?)?",
        1 => "[ \t\n\r]{0,2}[a-zA-Z?#/]{0,6}[ \t\n]{0,2}",
        1 => "\\PC{0,8}",
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let texts = vec(text(), 50..60);
    let rows = vec(array::uniform5(0usize..50), 64);
    let form = select(vec!["iso", "day-first", "month-first"]);
    let words = subsequence(WORDS, 0..=WORDS.len());
    (texts, rows, 5u8..=16, form, any::<[bool; 6]>(), any::<[bool; 2]>(), words).prop_map(
        |(texts, rows, bits, form, flags, [decimal_comma, says_words], words)| {
            let told = if says_words { vec!["-999", "None"] } else { Vec::new() };
            let missing = told.into_iter().map(str::to_owned).collect();
            let rules = TextRules { decimal_comma, missing };
            Case { texts, rows, bits, form, flags, rules, words }
        },
    )
}

impl Case {
    fn values(&self) -> impl Iterator<Item = Value<'_>> + '_ {
        self.texts.iter().map(|text| Value::from_text(text, &self.rules))
    }

    /// Some of the numbers that occur, and their neighbours.
    fn thresholds(&self) -> Vec<String> {
        let numbers = self.values().filter_map(|value| value.number());
        let some = numbers.filter(|number| number.is_finite()).take(10);
        let mut at: Vec<f64> = some.flat_map(|number| [number, number.next_up()]).collect();
        at.retain(|number| number.is_finite());
        at.sort_by(f64::total_cmp);
        at.into_iter().map(decimal::of_f64).collect()
    }

    /// Some of the keys that occur, at most two to a category.
    fn categories(&self, skip: usize) -> Vec<Vec<String>> {
        let mut seen = HashSet::new();
        let keys = self.values().skip(skip).filter_map(|value| Some(value.key()?.into_owned()));
        let usable = keys.filter(|key| names::check(key).is_ok() && seen.insert(key.clone()));
        let some: Vec<String> = usable.take(9).collect();
        some.chunks(2).map(<[String]>::to_vec).collect()
    }

    fn encoding(&self) -> Json {
        let [flag, other, missing, bucket, date, named] = self.flags;
        let level = json!({ "level": 7, "flag": flag });
        let step = json!({ "kind": "steps", "at": self.thresholds(), "missing": level });
        let [some, others] = [0, 20].map(|skip| self.categories(skip));
        let choices =
            json!({ "kind": "choices", "values": some, "other": other, "missing": missing });
        let ranks = json!({ "kind": "ranks", "values": others, "other": 3, "missing": 5 });
        let buckets = json!({ "kind": "buckets", "inputs": 7, "missing": bucket });
        let dates = json!({ "kind": "date", "form": self.form, "parts": parts(), "missing": date });
        let hows = [step, choices, ranks, buckets, dates];
        let columns = NAMES.iter().zip(hows).enumerate();
        let columns: Vec<Json> = columns
            .map(|(place, (name, how))| json!({ "name": name, "place": place, "how": how }))
            .collect();
        let target = json!({ "kind": "classes", "column": "k", "place": 5, "names": ["0", "1"] });
        json!({
            "version": 1, "inputs": 40, "inputBits": self.bits, "named": named, "width": 6,
            "missing": self.words, "columns": columns, "target": target,
        })
    }

    fn table(&self) -> Table {
        let quoted = |place: &usize| format!("\"{}\"", self.texts[*place].replace('"', "\"\""));
        let lines = self.rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>());
        let lines: String = lines.map(|cells| cells.join(",") + "\n").collect();
        let options = ReadOptions {
            header: Header::Present,
            separator: Some(b','),
            text: self.rules.clone(),
            decimal_told: true,
            ..ReadOptions::default()
        };
        let text = format!("{}\n{lines}", NAMES.join(","));
        Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap()
    }

    /// What the program in Python reads: each row as the values that were read, then each row as
    /// texts.
    fn lines(&self, table: &Table) -> String {
        let head = json!({
            "names": NAMES, "named": true, "decimalComma": self.rules.decimal_comma,
            "missing": self.rules.missing,
        });
        let typed = (0..table.len()).map(|row| {
            let cells = table.columns().iter().map(|column| cell(&column.get(row)));
            Json::Array(cells.collect())
        });
        let plain = self.rows.iter().map(|row| json!(row.map(|place| &self.texts[place])));
        let lines = std::iter::once(head).chain(typed).chain(plain);
        lines.map(|line| line.to_string() + "\n").collect()
    }
}

fn parts() -> Json {
    let steps = |part: &str, at: &[&str]| json!({ "part": part, "levels": { "steps": at } });
    let table = |part: &str, size: u16| {
        let levels: Vec<u16> = (0..size).map(|value| value % 32).collect();
        json!({ "part": part, "levels": { "table": levels } })
    };
    json!([
        steps("year", &["0", "1969", "1970", "2024"]),
        table("month", 12),
        table("day", 31),
        table("weekday", 7),
        table("hour", 24),
        table("minute", 60),
        steps("days", &["-719528", "-1", "0", "19000.5"]),
    ])
}

fn cell(value: &Value<'_>) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Truth(truth) => json!({ "truth": truth }),
        Value::Integer(number) => json!({ "integer": number.to_string() }),
        Value::Number(number) => json!({ "number": format!("{:016x}", number.to_bits()) }),
        Value::Decimal(text) => json!({ "decimal": text }),
        Value::Moment(moment) => json!({ "moment": moment }),
        Value::Text(text) => json!({ "text": text }),
    }
}

/// What the program in Python prints, line by line.
fn python<T: DeserializeOwned>(encoding: &Json, options: &[&str], lines: &str) -> Vec<T> {
    let folder = tempfile::tempdir().unwrap();
    let (json, rows) = (folder.path().join("encoding.json"), folder.path().join("rows.jsonl"));
    fs::write(&json, encoding.to_string()).unwrap();
    fs::write(&rows, lines).unwrap();
    let mut program = Command::new("python3");
    program.arg(PROGRAM).arg(json).args(options).stdin(File::open(rows).unwrap());
    let output = program.output().expect("python3 is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn rust_and_python_give_the_same_inputs_for_hostile_values(case in case()) {
        let json = case.encoding();
        prop_assume!(!case.categories(0).is_empty() && !case.categories(20).is_empty());
        let encoding: Encoding = serde_json::from_value(json.clone()).unwrap();
        let table = case.table();
        let expected = encoding.rows(&table).unwrap();
        let found: Vec<Vec<u16>> = python(&json, &[], &case.lines(&table));
        prop_assert_eq!(found.len(), 2 * expected.len());
        for (row, found) in found.iter().enumerate() {
            let row = row % expected.len();
            let texts = case.rows[row].map(|place| &case.texts[place]);
            prop_assert_eq!(found, &expected[row], "{:?}", texts);
        }
    }

    #[test]
    fn rust_and_python_give_the_same_targets_for_hostile_values(
        case in case(), low in -1e6f64..1e6, step in prop_oneof![1e-9f64..1.0, 1.0..1e12, Just(0.1)],
    ) {
        let mut json = case.encoding();
        prop_assume!(!case.categories(0).is_empty() && !case.categories(20).is_empty());
        let [low, step] = [low, step].map(decimal::of_f64);
        // The numbers to be learnt stand in one of the columns that are there.
        let columns = json["columns"].as_array_mut().unwrap();
        columns.remove(0);
        json["width"] = json!(5);
        json["target"] =
            json!({ "kind": "number", "column": "a", "place": 0, "low": low, "step": step });
        let encoding: Encoding = serde_json::from_value(json.clone()).unwrap();
        let table = case.table();
        let encoder = encoding.for_table(&table).unwrap();
        let expected: Vec<Option<u16>> = (0..table.len()).map(|row| encoder.target(row)).collect();
        let found: Vec<Option<u16>> = python(&json, &["--targets"], &case.lines(&table));
        prop_assert_eq!(found, [expected.as_slice(), &expected].concat());
    }
}

#[test]
fn columns_are_found_by_names_that_are_too_long_to_be_published() {
    let names = [
        "How satisfied are you with the service that you received in our branch?".to_owned(),
        "\u{e9}".repeat(40),
        "b\u{1b}[31m".to_owned(),
        format!(" {}\t", "x".repeat(64)),
    ];
    let text = format!("{}\n1,2,3,4\n", names.join(","));
    let (header, separator) = (Header::Present, Some(b','));
    let options = ReadOptions { header, separator, ..ReadOptions::default() };
    let table = Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap();
    let how = json!({
        "kind": "steps", "at": ["2", "3", "4"], "missing": { "level": 0, "flag": false },
    });
    // In another order than in the file.
    let columns = table.columns().iter().enumerate().rev();
    let columns: Vec<Json> = columns
        .map(|(place, column)| json!({ "name": column.name(), "place": place, "how": how }))
        .collect();
    let json = json!({
        "version": 1, "inputs": 4, "inputBits": 2, "named": true, "width": 5, "columns": columns,
        "target": { "kind": "classes", "column": "k", "place": 4, "names": ["0", "1"] },
    });
    let encoding: Encoding = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(encoding.rows(&table).unwrap(), [[3, 2, 1, 0]]);
    let head = json!({ "names": names, "named": true });
    let lines = format!("{head}\n{}\n", json!(["1", "2", "3", "4"]));
    assert_eq!(python::<Vec<u16>>(&json, &[], &lines), [[3, 2, 1, 0]]);
}

#[test]
fn the_names_of_date_forms_are_those_of_the_program_in_python() {
    for (form, name) in [
        (DateForm::Iso, "iso"),
        (DateForm::DayFirst, "day-first"),
        (DateForm::MonthFirst, "month-first"),
    ] {
        assert_eq!(serde_json::to_value(form).unwrap(), name);
    }
}

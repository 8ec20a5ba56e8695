use super::*;
use crate::{table::ReadOptions, value::Value};
use proptest::prelude::*;
use std::{borrow::Cow, path::Path};

fn table(text: &str) -> Table {
    Table::read_csv(text.as_bytes(), Path::new("data.csv"), &ReadOptions::default()).unwrap()
}

fn profile(text: &str) -> Profile {
    Profile::of(&table(text), &Wanted::default()).unwrap()
}

fn labels(text: &str) -> Labels {
    profile(text).labels.unwrap()
}

fn refused(text: &str) -> String {
    Profile::of(&table(text), &Wanted::default()).unwrap_err().to_string()
}

fn told(schema: &str) -> Wanted {
    let schema = Schema::parse(&format!("version = 1\n{schema}")).unwrap();
    Wanted { schema, ..Wanted::default() }
}

fn named(label: &str) -> Wanted {
    Wanted { label: LabelColumn::Named(label.to_owned()), ..Wanted::default() }
}

fn column<'a>(profile: &'a Profile, name: &str) -> &'a ColumnProfile {
    profile.columns.iter().find(|column| column.name == name).unwrap()
}

/// A table with a line of names, as many rows, and a class at the end of each.
fn rows(names: &str, count: usize, cells: impl Fn(usize) -> String) -> String {
    let row = |n: usize| format!("{},{}\n", cells(n), ["x", "y", "z"][n % 3]);
    format!("{names},kind\n{}", (0..count).map(row).collect::<String>())
}

fn every_kind() -> String {
    rows("size,truth,colour,day,id,name,text,same,none", 24, |n| {
        let size = if n == 0 { String::new() } else { format!("{}.5", n * 3 % 7) };
        let truth = ["True", "false", "1", "0"][n % 4];
        let colour = ["red", "blue"][n % 2];
        let (day, id) = (n + 1, n + 100);
        format!("{size},{truth},{colour},2024-01-{day:02},{id},n{n},a long text about {id},7,")
    })
}

#[test]
fn every_kind_is_found() {
    let profile = profile(&every_kind());
    let kinds: Vec<Kind> = profile.columns.iter().map(|column| column.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Number,
            Kind::Truth,
            Kind::Category,
            Kind::Date,
            Kind::Identifier,
            Kind::Identifier,
            Kind::Prose,
            Kind::Constant,
            Kind::Empty
        ]
    );
    let used: Vec<&str> = profile.used().map(|column| column.name.as_str()).collect();
    assert_eq!(used, ["size", "truth", "colour", "day"]);
    assert!(profile.used().all(|column| column.told.is_empty()));
    for column in profile.columns.iter().filter(|column| !column.used) {
        assert!(column.told.starts_with("left out, because"), "{}", column.name);
    }
    assert_eq!((profile.rows, profile.width, profile.named), (24, 10, true));
}

#[test]
fn missing_and_different_values_are_counted() {
    let profile = profile(&every_kind());
    let counts = |name: &str| (column(&profile, name).missing, column(&profile, name).distinct);
    assert_eq!(counts("size"), (1, 7));
    assert_eq!(counts("truth"), (0, 2));
    assert_eq!(counts("day"), (0, 24));
    assert_eq!(counts("none"), (24, 0));
}

#[test]
fn the_nameless_index_of_pandas_is_left_out_even_if_its_rows_are_shuffled() {
    let profile = profile(",a,kind\n5,1,x\n3,2,y\n");
    assert_eq!(column(&profile, "unnamed1").kind, Kind::Identifier);
    assert_eq!(profile.used().count(), 1);
}

#[test]
fn numbers_that_count_by_one_over_a_few_rows_are_numbers() {
    let short = profile(&rows("n", 19, |n| n.to_string()));
    assert_eq!(column(&short, "n").kind, Kind::Number);
    let other = profile(&rows("n", 24, |n| (n + n / 23).to_string()));
    assert_eq!(column(&other, "n").kind, Kind::Number);
}

#[test]
fn whether_there_is_a_value_at_all_is_no_constant() {
    let profile = profile("a,b,kind\n7,1,x\n,2,y\n7,3,x\n");
    let found = column(&profile, "a");
    assert_eq!((found.kind, found.used, found.missing), (Kind::Number, true, 1));
}

#[test]
fn numbers_among_texts_make_a_category_and_the_first_odd_value_is_told() {
    let profile = profile("a,kind\n1,x\n2,y\nnone,x\n1,y\nsome,y\n");
    let found = column(&profile, "a");
    assert_eq!((found.kind, found.distinct), (Kind::Category, 4));
    assert!(found.told.contains("most values are numbers, but row 3 holds \"none\""));
}

#[test]
fn dates_are_read_if_day_and_month_can_be_told_apart() {
    let days = profile("a,kind\n31.01.2024,x\n1.2.2024,y\n");
    let found = column(&days, "a");
    assert_eq!((found.kind, found.date), (Kind::Date, DateForm::DayFirst));
    assert!(found.told.contains("the day first"));
    let months = profile("a,kind\n1/31/2024,x\n1/2/2024,y\n");
    assert_eq!(column(&months, "a").date, DateForm::MonthFirst);
    let unclear = profile("a,kind\n1/3/2024,x\n1/2/2024,y\n");
    assert_eq!(column(&unclear, "a").kind, Kind::Category);
    assert!(column(&unclear, "a").told.contains("looks like dates"));
    let iso = profile("a,kind\n2024-01-03,x\n2024-01-02,y\n");
    assert_eq!((column(&iso, "a").kind, column(&iso, "a").told.as_str()), (Kind::Date, ""));
}

#[test]
fn categories_are_sorted_by_their_rows_and_unicode_forms_of_one_text_are_one() {
    let profile = profile("a,kind\neau,x\nbl\u{e9},y\nble\u{301},x\nbl\u{e9},y\nair,x\n");
    let found = column(&profile, "a");
    let category = |texts: &[&str], rows| Category {
        texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        rows,
    };
    let expected =
        [category(&["bl\u{e9}", "ble\u{301}"], 3), category(&["air"], 1), category(&["eau"], 1)];
    assert_eq!(found.categories, expected);
    assert!(found.told.contains("Unicode"), "{}", found.told);
}

#[test]
fn sixteen_spellings_of_a_text_are_kept_and_more_are_told() {
    let letter = |n: usize, bit: usize| ["\u{e9}", "e\u{301}"][(n >> bit) & 1];
    let spelling = |n: usize| (0..5).map(|bit| letter(n, bit)).collect::<String>();
    let profile = profile(&rows("a", 96, |n| spelling(n % 32)));
    let found = column(&profile, "a");
    assert_eq!((found.kind, found.distinct, found.categories.len()), (Kind::Category, 32, 1));
    assert_eq!((found.categories[0].texts.len(), found.categories[0].rows), (16, 96));
    assert!(found.told.contains("only 16 spellings"), "{}", found.told);
}

#[test]
fn both_unicode_forms_belong_to_a_category_even_if_the_table_has_one() {
    let profile = profile("a,kind\nble\u{301},x\nair,y\nair,x\n");
    let texts = &column(&profile, "a").categories[1].texts;
    assert_eq!(*texts, ["bl\u{e9}", "ble\u{301}"]);
    assert_eq!(column(&profile, "a").told, "");
}

#[test]
fn texts_that_cannot_be_published_are_no_categories() {
    let long = "x".repeat(65);
    let some = profile(&format!("a,b,kind\n{long},1,x\nok,2,y\n{long},3,x\nfine,4,y\n"));
    let found = column(&some, "a");
    assert_eq!((found.kind, found.categories.len()), (Kind::Category, 2));
    assert!(found.told.contains("not told apart: 1") && found.told.contains("row 1"));
    let all = profile(&format!("a,b,kind\n{long},1,x\n{long}y,2,y\n"));
    assert_eq!((column(&all, "a").kind, column(&all, "a").used), (Kind::Prose, false));
}

#[test]
fn a_schema_says_what_columns_are() {
    let text = rows("zip,id,joined,size,junk,pixel,gone", 24, |n| {
        let size = ["S", "M", "L"][n % 3];
        let junk = if n == 4 { "*".to_owned() } else { n.to_string() };
        format!("{},{n},{}.2.2024,{size},{junk},0,{n}", 10_000 + n * n, n % 12 + 1)
    });
    let schema = "[columns]\nzip = { kind = \"category\" }\nid = { kind = \"number\" }\n\
                  joined = { date = \"day-first\" }\nsize = { order = [\"S\", \"M\"] }\n\
                  junk = { kind = \"number\" }\npixel = { range = [0, 15] }\n\
                  gone = { kind = \"ignore\" }\n";
    let profile = Profile::of(&table(&text), &told(schema)).unwrap();
    let kind = |name: &str| (column(&profile, name).kind, column(&profile, name).used);
    assert_eq!(kind("zip"), (Kind::Category, true));
    assert_eq!(column(&profile, "zip").categories.len(), 24);
    assert_eq!(kind("id"), (Kind::Number, true));
    assert_eq!(kind("joined"), (Kind::Date, true));
    assert_eq!(column(&profile, "joined").date, DateForm::DayFirst);
    assert_eq!(kind("size"), (Kind::Category, true));
    assert_eq!(column(&profile, "size").order, ["S", "M"]);
    assert!(column(&profile, "size").told.contains("not in the order of the schema: 8"));
    assert_eq!((kind("junk"), column(&profile, "junk").missing), ((Kind::Number, true), 1));
    assert!(column(&profile, "junk").told.contains("\"*\" in row 5"));
    assert_eq!(kind("pixel"), (Kind::Number, true));
    assert_eq!(column(&profile, "pixel").range, Some([0.0, 15.0]));
    assert_eq!(kind("gone"), (Kind::Number, false));
    assert_eq!(column(&profile, "gone").told, "left out, as the schema says");
}

#[test]
fn a_column_may_be_said_by_a_name_that_is_too_long_to_be_published() {
    let (long, label) = ("x".repeat(70), "y".repeat(70));
    let text = format!("{long},b,{label}\n1,5,p\n2,6,q\n3,7,p\n");
    let schema = format!("[columns.{long}]\nkind = \"category\"\n");
    let wanted = Wanted { label: LabelColumn::Named(label), ..told(&schema) };
    let profile = Profile::of(&table(&text), &wanted).unwrap();
    let kind = profile.columns.iter().find(|column| column.place == 0).map(|column| column.kind);
    assert_eq!(kind, Some(Kind::Category));
    assert_eq!(profile.labels.unwrap().place, 2);
}

#[test]
fn what_would_be_left_out_is_used_if_nothing_else_is_left() {
    let text = rows("id,name,same", 24, |n| format!("{n},n{n},7"));
    let profile = Profile::of(&table(&text), &Wanted::default()).unwrap();
    let used: Vec<_> = profile.used().map(|used| (used.name.as_str(), used.kind)).collect();
    assert_eq!(used, [("id", Kind::Number), ("name", Kind::Category)]);
    assert_eq!(column(&profile, "name").categories.len(), 24);
    assert!(profile.used().all(|column| column.told.contains("nothing else is left")));
}

#[test]
fn constants_are_used_if_there_are_only_constants() {
    let profile = profile("a,b,kind\n1,,x\n1,,y\n");
    let used: Vec<_> = profile.used().map(|used| (used.name.as_str(), used.kind)).collect();
    assert_eq!(used, [("a", Kind::Number)]);
}

#[test]
fn a_table_without_a_usable_column_is_refused() {
    for text in ["kind\nx\ny\n", "a,kind\n,x\n,y\n"] {
        assert!(refused(text).contains("no column to learn from"), "{text:?}");
    }
    let ignored = told("[columns.a]\nkind = \"ignore\"\n");
    let refused = Profile::of(&table("a,kind\n1,x\n2,y\n"), &ignored).unwrap_err();
    assert!(refused.to_string().contains("no column to learn from"));
}

#[test]
fn the_last_column_is_the_label_and_that_is_told() {
    let profile = profile("a,kind\n1,dog\n2,cat\n3,dog\n4,\n");
    assert_eq!(
        profile.notes,
        [
            "the last column, `kind`, holds the classes: name another one with --label",
            "rows without a class in `kind`, which are left out: 1"
        ]
    );
    let labels = profile.labels.unwrap();
    assert_eq!((labels.column.as_str(), labels.place), ("kind", 1));
    assert_eq!(labels.classes, ["cat", "dog"]);
    assert_eq!(labels.of_row, [Some(1), Some(0), Some(1), None]);
    assert_eq!((labels.counts(), labels.known_rows()), (vec![1, 2], vec![0, 1, 2]));
    assert!((labels.majority() - 2.0 / 3.0).abs() < 1e-9);
}

#[test]
fn the_label_that_is_asked_for_goes_before_that_of_the_schema() {
    let table = table("a,b,kind\n1,2,x\n3,4,y\n");
    let of = |wanted: &Wanted| Profile::of(&table, wanted).unwrap();
    let schema = told("label = \"b\"\n");
    assert_eq!(of(&schema).labels.unwrap().classes, ["2", "4"]);
    assert_eq!(of(&schema).notes, Vec::<String>::new());
    let asked = Wanted { schema: schema.schema.clone(), ..named("a") };
    assert_eq!(of(&asked).labels.unwrap().column, "a");
    let none = Wanted { label: LabelColumn::None, ..schema };
    assert_eq!((of(&none).labels, of(&none).columns.len()), (None, 3));
}

#[test]
fn classes_that_are_numbers_are_sorted_by_size() {
    assert_eq!(labels("a,kind\n1,10\n2,9\n3,-1\n").classes, ["-1", "9", "10"]);
}

#[test]
fn three_and_three_point_zero_are_one_class() {
    let labels = labels("a,kind\n1,3\n2,3.0\n3,5\n");
    assert_eq!(
        (labels.classes, labels.of_row),
        (vec!["3".to_owned(), "5".to_owned()], vec![Some(0), Some(0), Some(1)])
    );
}

#[test]
fn truth_values_are_one_class_however_they_are_written() {
    let labels = labels("a,kind\n1,True\n2,FALSE\n3,true\n");
    assert_eq!(labels.classes, ["false", "true"]);
    assert_eq!(labels.of_row, [Some(1), Some(0), Some(1)]);
    let earlier = ["False".to_owned(), "True".to_owned()];
    assert_eq!(class_of(&Value::Truth(true), &earlier), Some(1));
}

#[test]
fn labels_beyond_two_to_the_53_stay_apart() {
    let labels = labels("a,kind\n1,9007199254740993\n2,9007199254740992\n3,5\n");
    assert_eq!(labels.classes, ["5", "9007199254740992", "9007199254740993"]);
    let value = Value::Integer(9_007_199_254_740_993);
    assert_eq!(class_of(&value, &labels.classes), Some(2));
}

#[test]
fn classes_that_differ_only_in_their_unicode_form_are_one() {
    let labels = labels("a,kind\n1,\u{e9}\n2,e\u{301}\n3,f\n");
    assert_eq!(labels.classes, ["f", "\u{e9}"]);
    assert_eq!(labels.of_row, [Some(1), Some(1), Some(0)]);
    let value = Value::Text(Cow::Borrowed("e\u{301}"));
    assert_eq!(class_of(&value, &labels.classes), Some(1));
}

#[test]
fn a_value_names_a_class_by_its_key() {
    let classes = ["3.0", "na", "x"].map(str::to_owned);
    assert_eq!(class_of(&Value::Integer(3), &classes), Some(0));
    assert_eq!(class_of(&Value::Text(Cow::Borrowed("na")), &classes), Some(1));
    assert_eq!(class_of(&Value::Text(Cow::Borrowed(" x ")), &classes), Some(2));
    assert_eq!(class_of(&Value::Text(Cow::Borrowed("X")), &classes), None);
    assert_eq!(class_of(&Value::Missing, &classes), None);
}

#[test]
fn labels_that_are_no_classes_are_refused() {
    let many = |label: fn(usize) -> String| {
        let row = |n: usize| format!("{},{}\n", n % 3, label(n));
        format!("a,kind\n{}", (0..257).map(row).collect::<String>())
    };
    let codes = Profile::of(&table(&many(|n| n.to_string())), &told("target = \"class\""));
    assert!(codes
        .unwrap_err()
        .to_string()
        .contains("at most 256 classes; with `target = \"number"));
    assert!(refused(&many(|n| format!("t{n}"))).contains("at most 256 classes"));
    assert!(refused("a,kind\n1,x\n2,x\n").contains("all rows with a class are of the class \"x\""));
    assert!(refused("a,kind\n1,\n2,?\n").contains("no row has a class"));
    let steering = refused("a,kind\n1,x\n2,\u{1b}[31m\n");
    assert!(steering.starts_with("column `kind`, row 2: the class \"\u{fffd}[31m\" cannot be"));
}

#[test]
fn as_many_classes_as_a_task_may_have_are_found() {
    let row = |n: usize| format!("{},{n}\n", n % 3);
    let table = table(&format!("a,kind\n{}", (0..256).map(row).collect::<String>()));
    let labels = Profile::of(&table, &told("target = \"class\"")).unwrap().labels.unwrap();
    assert_eq!(labels.of_row, (0..=255).map(Some).collect::<Vec<_>>());
}

/// Rows with a number each.
fn priced(rows: usize, price: impl Fn(usize) -> String) -> String {
    let row = |n: usize| format!("{},{}\n", n % 3, price(n));
    format!("a,price\n{}", (0..rows).map(row).collect::<String>())
}

#[test]
fn many_different_numbers_are_learnt_as_numbers_and_that_is_told() {
    let profile = profile(&priced(200, |n| match n {
        0 => "inf".to_owned(),
        1 => String::new(),
        _ => format!("{n}.5"),
    }));
    assert_eq!(profile.labels, None);
    assert_eq!(
        profile.notes,
        [
            "the last column, `price`, holds the numbers to be learnt: name another one with --label",
            "`price` holds so many different numbers that models learn to answer with a number: say \
             `target = \"class\"` in a schema (--table) if each of them is a class",
            "an answer counts as right if it is off by 9 at most: say more or less with --tolerance",
            "rows without a finite number in `price`, which are left out: 2",
        ]
    );
    let shown = profile.to_string();
    assert!(shown.starts_with("200 rows, 1 columns, numbers to be learnt in `price`\n"), "{shown}");
    let numbers = "lie between 2.5 and 199.5, and the one in the middle is 101.5.";
    assert!(shown.contains(numbers), "{shown}");
    let numbers = profile.numbers.unwrap();
    assert_eq!((numbers.column.as_str(), numbers.place, numbers.tolerance), ("price", 1, 9.0));
    assert_eq!(numbers.of_row[..3], [None, None, Some(2.5)]);
    assert_eq!((numbers.known().len(), numbers.known_rows()[0]), (198, 2));
}

#[test]
fn few_numbers_or_numbers_with_many_rows_are_classes() {
    let is_class = |text: &str| profile(text).labels.is_some();
    assert!(is_class(&priced(32, |n| n.to_string())));
    assert!(!is_class(&priced(33, |n| n.to_string())));
    assert!(is_class(&priced(330, |n| (n % 33).to_string())));
    assert!(!is_class(&priced(329, |n| (n % 33).to_string())));
    assert!(!is_class(&priced(2_570, |n| (n % 257).to_string())));
    assert!(is_class(&priced(100, |n| format!("x{n}"))));
}

#[test]
fn a_schema_says_whether_numbers_are_classes() {
    let text = priced(100, |n| (n % 5).to_string());
    let of = |schema: &str| Profile::of(&table(&text), &told(schema)).unwrap();
    let numbers = of("target = \"number\"\n").numbers.unwrap();
    assert_eq!(numbers.tolerance, 0.5, "whole numbers are to be met");
    assert_eq!(of("tolerance = 2.0\n").numbers.unwrap().tolerance, 2.0);
    assert!(of("tolerance = 2.0\n").notes.iter().all(|note| !note.contains("--tolerance")));
    assert!(of("target = \"class\"\n").labels.is_some());
    let same = Profile::of(&table(&priced(9, |_| "7".to_owned())), &told("tolerance = 1\n"));
    assert!(same.unwrap_err().to_string().contains("nothing to learn"));
}

#[test]
fn all_problems_of_a_file_are_told_at_once() {
    let schema = "[columns]\nnope = { kind = \"number\" }\nday = { kind = \"date\" }\n\
                  size = { order = [\"1\", \"1.0\"] }\n";
    let wanted = Wanted { label: LabelColumn::Named("class".to_owned()), ..told(schema) };
    let problems = Profile::of(&table("day,size,kind\na,1,x\nb,2,y\n"), &wanted).unwrap_err();
    assert_eq!(problems.0.len(), 4);
    let told = problems.to_string();
    for part in [
        "the label: the table has no column \"class\" to take the classes from; name one of its \
         columns with --label: day, size, kind",
        "the schema: it has rules for a column \"nope\"",
        "column `day`: the schema says that it is of the kind date",
        "column `size`: its order names \"1.0\" twice",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn rules_for_the_label_are_told_to_change_nothing() {
    let wanted = told("[columns.kind]\nkind = \"category\"\n");
    let profile = Profile::of(&table("a,kind\n1,x\n2,y\n"), &wanted).unwrap();
    assert!(profile.notes.iter().any(|note| note.contains("its rules in the schema change")));
}

#[test]
fn people_see_columns_classes_and_what_always_answering_the_same_reaches() {
    let shown = profile("a,b,kind\n1,7,x\n2,7,long\n3,7,x\n").to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines,
        [
            "3 rows, 2 columns, 2 classes in `kind`",
            "  column  kind          missing  different",
            "  a       number              0          3",
            "  b       constant            0          1  left out, because it holds one value in \
             all rows",
            "  class       rows",
            "  long           1",
            "  x              2",
            "Always answering the most frequent class is right in 66.7 % of rows.",
            "the last column, `kind`, holds the classes: name another one with --label",
        ]
    );
}

#[test]
fn of_many_columns_those_with_something_to_tell_are_shown() {
    let names: Vec<String> = (0..50).map(|n| format!("p{n}")).collect();
    let cells =
        |n: usize| (0..50).map(|p| (n * (p % 10)).to_string()).collect::<Vec<_>>().join(",");
    let shown = profile(&rows(&names.join(","), 9, cells)).to_string();
    assert!(shown.contains("\n  p40 ") && !shown.contains("\n  p41 "), "{shown}");
    assert!(shown.contains("… and 45 more; all by kind: number 45, constant 5"), "{shown}");
}

proptest! {
    #[test]
    fn no_table_makes_a_panic(
        cells in proptest::collection::vec("[ -~é\u{301}\u{200b}]{0,8}", 2..60),
    ) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "'"));
        let lines = cells.chunks_exact(2).map(|pair| {
            pair.iter().map(quoted).collect::<Vec<_>>().join(",")
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        let read = Table::read_csv(text.as_bytes(), Path::new("x.csv"), &ReadOptions::default());
        if let Ok(table) = read {
            let shown = match Profile::of(&table, &Wanted::default()) {
                Ok(profile) => profile.to_string(),
                Err(problems) => problems.to_string(),
            };
            prop_assert!(!shown.is_empty());
        }
    }
}

#[test]
fn classes_are_found_among_those_of_an_encoding_or_named() {
    let encoded = ["1", "10", "\u{e9}"].map(str::to_owned);
    let found = labels("a,kind\n1,e\u{301}\n2,1\n3,\n4,1.0\n");
    let among = found.among(&encoded).unwrap();
    assert_eq!(among.classes, encoded);
    assert_eq!(among.of_row, [Some(2), Some(0), None, Some(0)]);
    let refused = found.among(&encoded[..2]).unwrap_err();
    assert!(refused.to_string().contains("the classes are 1, 10"), "{refused}");
}

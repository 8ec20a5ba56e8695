use super::*;
use moment::DateForm;
use proptest::prelude::*;

fn value(text: &str) -> Value<'_> {
    Value::from_text(text, &TextRules::default())
}

fn key(text: &str) -> String {
    value(text).key().unwrap().into_owned()
}

fn decimal(text: &str) -> Value<'_> {
    Value::Decimal(Cow::Borrowed(text))
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

#[test]
fn the_usual_words_and_those_of_the_rules_are_missing() {
    for word in ["", " \t\n\u{b}\u{c}\r", "?", "NA", " n/a ", "NaN", "null", "<NA>", "#N/A"] {
        assert_eq!(value(word), Value::Missing, "{word:?}");
    }
    assert_eq!(value("None"), text("None"));
    assert_eq!(value("-nan"), text("-nan"));
    let rules = TextRules { missing: vec!["-999".into(), "none".into()], ..TextRules::default() };
    assert_eq!(Value::from_text(" -999", &rules), Value::Missing);
    assert_eq!(Value::from_text("-999.0", &rules), Value::Integer(-999));
    assert_eq!(Value::from_text("None", &rules), text("None"));
}

#[test]
fn truth_values_are_known_in_each_case() {
    for word in ["true", "True", "TRUE "] {
        assert_eq!(value(word), Value::Truth(true));
    }
    assert_eq!(value("tRUE"), Value::Truth(true));
    assert_eq!(value("yes"), text("yes"));
}

#[test]
fn whole_numbers_are_one_value_however_they_are_written() {
    for written in ["3", "+3", "3.", "3.0", "3.000", "3e0", "30e-1", ".3e1", "0.03E+00002"] {
        assert_eq!(value(written), Value::Integer(3), "{written}");
    }
    for zero in ["0", "-0", "-0.0", ".0", "0e99999"] {
        assert_eq!(value(zero), Value::Integer(0), "{zero}");
    }
    assert_eq!(value("-9223372036854775808"), Value::Integer(i64::MIN));
    assert_eq!(value("9223372036854775807"), Value::Integer(i64::MAX));
    assert_eq!(value("9007199254740993.0"), Value::Integer(9_007_199_254_740_993));
}

#[test]
fn numbers_keep_all_their_digits() {
    assert_eq!(value("0.10"), Value::Number(0.1));
    assert_eq!(value("10000000000000000000"), Value::Number(1e19));
    assert_eq!(value("9223372036854775808"), decimal("9223372036854775808"));
    assert_eq!(value("18446744073709551615"), decimal("18446744073709551615"));
    assert_eq!(value("0.10000000000000000001"), decimal("0.10000000000000000001"));
    assert_eq!(value("1e400"), decimal("1e400"));
    assert_eq!(value("-1.5e-400"), decimal("-1.5e-400"));
    assert_eq!(value("5e-324"), Value::Number(5e-324));
    assert_eq!(value("4e-324"), decimal("4e-324"));
}

#[test]
fn what_looks_like_a_number_can_be_a_text() {
    let long = "1".repeat(401);
    let digits = "\u{661}\u{662}";
    for written in [
        "007", "-01", "00", "1_000", "1,5", "1.2.3", ".", "+", "-.", "e5", ".e5", "1e", "1e+",
        "1e123456", "0x10", "1f", "--1", "1 2", digits, &long,
    ] {
        assert_eq!(value(written), text(written), "{written}");
        assert_eq!(decimal::canonical(written), None, "{written}");
    }
    assert_eq!(value(&"9".repeat(400)), decimal(&format!("9.{}e399", "9".repeat(399))));
    assert_eq!(Value::from_decimal("12.50 "), Value::Number(12.5));
    assert_eq!(Value::from_decimal("true"), text("true"));
}

#[test]
fn a_decimal_comma_takes_the_place_of_the_point() {
    let rules = TextRules { decimal_comma: true, ..TextRules::default() };
    assert_eq!(Value::from_text("-1,5e1", &rules), Value::Integer(-15));
    assert_eq!(Value::from_text(",5", &rules), Value::Number(0.5));
    assert_eq!(Value::from_text("1.5", &rules), text("1.5"));
    assert_eq!(Value::from_text("1,5,0", &rules), text("1,5,0"));
}

#[test]
fn infinities_are_numbers() {
    for written in ["inf", "+INF", "Infinity"] {
        assert_eq!(value(written), Value::Number(f64::INFINITY), "{written}");
    }
    assert_eq!(value("-infinity"), Value::Number(f64::NEG_INFINITY));
    assert_eq!(key("-inf"), "-inf");
    assert_eq!(value("infinite"), text("infinite"));
    assert_eq!(Value::from(f64::NEG_INFINITY), Value::Number(f64::NEG_INFINITY));
    assert_eq!(Value::from(f32::INFINITY), Value::Number(f64::INFINITY));
    assert_eq!(Value::from(f16::INFINITY), Value::Number(f64::INFINITY));
}

#[test]
fn only_ascii_blanks_are_trimmed_and_unicode_stays_as_it_is() {
    assert_eq!(value("\u{b}\u{c} 1\r\n"), Value::Integer(1));
    assert_eq!(value("\u{a0}1"), text("\u{a0}1"));
    assert_eq!(value(" ble\u{301} "), text("ble\u{301}"));
    assert_ne!(value("bl\u{e9}"), value("ble\u{301}"));
    assert_eq!(text(" a\t").key().as_deref(), Some("a"));
}

#[test]
fn canonical_decimals_are_plain_up_to_twenty_places() {
    for (written, canonical) in [
        ("0.0000001", "0.0000001"),
        ("0.00000001", "1e-8"),
        ("1.50e-8", "1.5e-8"),
        ("100000000000000000000", "100000000000000000000"),
        ("1000000000000000000000", "1e21"),
        ("-123456789012345678901.5", "-123456789012345678901.5"),
        ("-1234567890123456789012.5", "-1.2345678901234567890125e21"),
        ("12.340", "12.34"),
        ("0.5e-1", "0.05"),
        ("5e0", "5"),
    ] {
        assert_eq!(decimal::canonical(written).as_deref(), Some(canonical), "{written}");
    }
    assert_eq!(decimal::of_f64(1e21), "1e21");
    assert_eq!(decimal::of_f64(-0.0), "0");
    assert_eq!(decimal::of_f64(f64::MAX), "1.7976931348623157e308");
    assert_eq!(decimal::of_f64(f64::INFINITY), "inf");
}

#[test]
fn a_decimal_in_the_middle_of_two_short_ones_is_the_even_one() {
    assert_eq!(decimal::of_f64(1e15 + 0.25), "1000000000000000.2");
    assert_eq!(decimal::of_f64(1e15 + 0.75), "1000000000000000.8");
    assert_eq!(decimal::of_f64(-1e14 - 0.125), "-100000000000000.12");
    assert_eq!(value("1000000000000000.2"), Value::Number(1e15 + 0.25));
    assert_eq!(Value::from(1_048_576.0_f32 + 0.25), Value::Number(1_048_576.2));
    assert_eq!(Value::from(1_048_576.0_f32 + 0.75), Value::Number(1_048_576.8));
}

#[test]
fn small_floats_stand_for_their_shortest_decimal() {
    assert_eq!(Value::from(0.1_f32), Value::Number(0.1));
    assert_eq!(Value::from(3.0_f32), Value::Integer(3));
    assert_eq!(Value::from(16_777_216.0_f32), Value::Integer(16_777_216));
    assert_eq!(Value::from(1e-45_f32), Value::Number(1e-45));
    assert_eq!(Value::from(f32::NAN), Value::Missing);
    let half = |number: f32| Value::from(f16::from_f32(number));
    assert_eq!(half(0.1), Value::Number(0.1));
    assert_eq!(half(0.015_625), Value::Number(0.01563));
    assert_eq!(half(-0.156_25), Value::Number(-0.1562));
    assert_eq!(half(65_504.0), Value::Integer(65_500));
    assert_eq!(half(6e-8), Value::Number(6e-8));
    assert_eq!(half(-0.0), Value::Integer(0));
    assert_eq!(Value::from(f16::NAN), Value::Missing);
}

#[test]
fn whole_numbers_beyond_64_bits_are_kept() {
    assert_eq!(Value::from(u64::MAX), decimal("18446744073709551615"));
    assert_eq!(Value::from(7_u64), Value::Integer(7));
    assert_eq!(Value::from(-(10_i128.pow(21))), Value::Number(-1e21));
    assert_eq!(Value::from(i128::from(i64::MIN)), Value::Integer(i64::MIN));
    assert_eq!(Value::from(2f64.powi(60)), Value::Integer(1_152_921_504_606_847_000));
    assert_eq!(Value::from(f64::NAN), Value::Missing);
}

#[test]
fn values_are_compared_as_the_nearest_float() {
    assert_eq!(Value::Truth(true).number(), Some(1.0));
    assert_eq!(value("9007199254740993").number(), Some(9_007_199_254_740_992.0));
    assert_eq!(value("9007199254740995").number(), Some(9_007_199_254_740_996.0));
    assert_eq!(value("1e400").number(), Some(f64::INFINITY));
    assert_eq!(value("1e-400").number(), Some(0.0));
    for none in [Value::Missing, Value::Moment(0), text("1")] {
        assert_eq!(none.number(), None);
    }
    assert!(value("1e400").is_number() && !Value::Truth(true).is_number());
}

#[test]
fn keys_tell_values_apart() {
    assert_eq!(key("3.0"), "3");
    assert_eq!(key("TRUE"), "true");
    assert_eq!(key("1e-8"), "1e-8");
    assert_eq!(key("18446744073709551615"), "18446744073709551615");
    assert_eq!(key("2024/01/31"), "2024-01-31");
    assert_eq!(key("2024-01-31 12:00"), "2024-01-31T12:00:00");
    assert_eq!(Value::Missing.key(), None);
    assert!(Value::Missing.is_missing() && !value("x").is_missing());
}

#[test]
fn moments_are_read_with_time_and_zone() {
    let read = |text| moment::parse(text, DateForm::Iso);
    for (written, expected) in [
        ("2024-01-31", 1_706_659_200_000_000),
        (" 2024/01/31\n", 1_706_659_200_000_000),
        ("2024-01-31 12:00", 1_706_702_400_000_000),
        ("2024-01-31T12:00:00Z", 1_706_702_400_000_000),
        ("2024-01-31T12:00:00+02:30", 1_706_693_400_000_000),
        ("2024-01-31T23:30-01:00", 1_706_747_400_000_000),
        ("2024-02-29T23:59:59.9999999", 1_709_251_199_999_999),
        ("1969-12-31T23:59:59.5", -500_000),
        ("0001-01-01", -62_135_596_800_000_000),
        ("9999-12-31", 253_402_214_400_000_000),
    ] {
        assert_eq!(read(written), Some(expected), "{written}");
        assert_eq!(value(written), Value::Moment(expected), "{written}");
    }
}

#[test]
fn what_is_no_day_or_time_is_no_moment() {
    for written in [
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-01",
        "2024-04-31",
        "2024-01-00",
        "2024-1-31",
        "24-01-31",
        "2024-01/31",
        "2024-01-31T",
        "2024-01-31T24:00",
        "2024-01-31 1:00",
        "2024-01-31T12:60",
        "2024-01-31T12:00:60",
        "2024-01-31T12:00:00.",
        "2024-01-31T12:00Z+01:00",
        "2024-01-31T12:00+0100",
        "2024-01-31T12:00:00.1234567890",
        "2024-01-31-01",
        "2024-01-31Z",
        "31.01.2024",
        "+024-01-31",
        "20240131T12",
    ] {
        assert_eq!(moment::parse(written, DateForm::Iso), None, "{written}");
        assert_eq!(value(written), text(written), "{written}");
    }
}

#[test]
fn other_date_forms_are_read_if_told() {
    let day = moment::parse("2024-03-04", DateForm::Iso);
    for written in ["4.3.2024", "04/03/2024", "04-3-2024", "4.03.2024 00:00"] {
        assert_eq!(moment::parse(written, DateForm::DayFirst), day, "{written}");
    }
    assert_eq!(moment::parse("3/4/2024", DateForm::MonthFirst), day);
    assert_eq!(moment::parse("31/1/2024", DateForm::MonthFirst), None);
    assert_eq!(moment::parse("4.3.24", DateForm::DayFirst), None);
    assert_eq!(moment::parse("2024-03-04", DateForm::DayFirst), None);
}

#[test]
fn calendars_and_clocks_are_right_before_1970_too() {
    let fields = moment::fields(-500_000);
    assert_eq!((fields.year, fields.month, fields.day, fields.weekday), (1969, 11, 30, 2));
    assert_eq!((fields.hour, fields.minute, fields.days), (23, 59, -1));
    let leap = moment::fields(1_709_251_199_999_999);
    assert_eq!((leap.year, leap.month, leap.day, leap.weekday), (2024, 1, 28, 3));
    assert_eq!(moment::text(-500_000), "1969-12-31T23:59:59.500000");
    assert_eq!(moment::text(i64::MAX), "294247-01-10T04:00:54.775807");
}

#[test]
fn owned_values_are_the_same() {
    for written in ["", "true", "1", "0.5", "1e400", "2024-01-31", "x"] {
        assert_eq!(value(written).into_owned(), value(written));
    }
}

proptest! {
    #[test]
    fn floats_of_all_sizes_are_read_back_from_their_keys(bits: u64, small: u32, half: u16) {
        let wide = f64::from_bits(bits);
        let (single, half) = (f32::from_bits(small), f16::from_bits(half));
        for value in [Value::from(wide), Value::from(single), Value::from(half)] {
            let key = value.key().unwrap_or_default().into_owned();
            prop_assert_eq!(Value::from_text(&key, &TextRules::default()), value);
        }
        if !wide.is_nan() {
            prop_assert_eq!(Value::from(wide).number(), Some(wide));
        }
    }

    #[test]
    fn canonical_decimals_are_canonical(
        written in "[+-]?(0|[1-9][0-9]{0,25})(\\.[0-9]{0,25})?(e[+-]?[0-9]{1,3})?",
    ) {
        let once = decimal::canonical(&written).unwrap();
        prop_assert_eq!(decimal::canonical(&once), Some(once.clone()));
        prop_assert_eq!(once.parse::<f64>(), written.parse::<f64>());
    }

    #[test]
    fn moments_are_read_back_from_their_texts(
        moment in -62_135_596_800_000_000_i64..253_402_300_800_000_000,
    ) {
        prop_assert_eq!(moment::parse(&moment::text(moment), DateForm::Iso), Some(moment));
        let fields = moment::fields(moment);
        prop_assert!(fields.month < 12 && fields.day < 31 && fields.weekday < 7);
    }

    #[test]
    fn arbitrary_texts_never_panic(written: String, moment: i64) {
        let value = value(&written);
        prop_assert_eq!(value.key().is_none(), value.is_missing());
        let _ = moment::parse(&written, DateForm::DayFirst);
        let _ = moment::text(moment);
    }
}

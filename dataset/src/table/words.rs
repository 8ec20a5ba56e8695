//! Words that stand for missing values, whether a cell is written as they are or has their value.

use crate::value::{trim, TextRules, Value};
use std::{borrow::Cow, collections::BTreeSet};

/// How texts are understood, and the values that stand for none.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    rules: TextRules,
    /// What the words are as cells of a text, and the words themselves as texts.
    values: Vec<Value<'static>>,
}

impl Words {
    pub(crate) fn of(rules: &TextRules) -> Self {
        let words = rules.missing.iter();
        let texts = words.map(|word| Value::Text(Cow::Owned(trim(word).to_owned())));
        let mut all = values(rules);
        let others: Vec<Value<'static>> = texts.filter(|text| !all.contains(text)).collect();
        all.extend(others);
        Self { rules: rules.clone(), values: all }
    }

    /// Words by their [`keys`].
    pub(crate) fn of_keys(keys: &[String]) -> Self {
        Self::of(&TextRules { missing: keys.to_vec(), ..TextRules::default() })
    }

    /// How texts are understood.
    pub(super) fn rules(&self) -> &TextRules {
        &self.rules
    }

    /// The value of a cell with this text.
    pub(super) fn read<'a>(&self, text: &'a str) -> Value<'a> {
        self.apply(Value::from_text(text, &self.rules))
    }

    /// The value, or nothing if a word stands for it: -999.0 where the word is `-999`.
    pub(crate) fn apply<'a>(&self, value: Value<'a>) -> Value<'a> {
        if self.values.contains(&value) {
            Value::Missing
        } else {
            value
        }
    }
}

/// The words as they are written where numbers have a point, in ascending order, without those that
/// always stand for a missing value.
pub(super) fn keys(rules: &TextRules) -> Vec<String> {
    let values = values(rules);
    let keys = values.iter().filter_map(|value| value.key().map(Cow::into_owned));
    keys.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the words would be if they stood for nothing else.
fn values(rules: &TextRules) -> Vec<Value<'static>> {
    let usual = TextRules { decimal_comma: rules.decimal_comma, missing: Vec::new() };
    let values = rules.missing.iter().map(|word| Value::from_text(word, &usual).into_owned());
    values.filter(|value| !value.is_missing()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Words {
        let missing = words.iter().map(|word| (*word).to_owned()).collect();
        Words::of(&TextRules { missing, ..TextRules::default() })
    }

    #[test]
    fn numbers_that_are_equal_to_a_word_are_missing() {
        let words = words(&["-999", "0.1", "18446744073709551615", "inf"]);
        for value in [
            Value::from(-999i64),
            Value::from(-999.0f64),
            Value::from(-999.0f32),
            Value::from(0.1f32),
            Value::from(u64::MAX),
            Value::from(f64::INFINITY),
        ] {
            assert_eq!(words.apply(value.clone()), Value::Missing, "{value:?}");
        }
        for value in [Value::from(999i64), Value::from(-999.5f64), Value::Truth(true)] {
            assert_eq!(words.apply(value.clone()), value);
        }
    }

    #[test]
    fn texts_are_compared_by_their_value_and_as_they_are_written() {
        let words = words(&["-999", " x"]);
        for text in ["-999", " -999.0", "-9.99e2", "x "] {
            assert_eq!(words.read(text), Value::Missing, "{text}");
        }
        assert_eq!(words.read("X"), Value::Text("X".into()));
        // Bytes of a fixed length are texts of digits.
        assert_eq!(words.apply(Value::Text("-999".into())), Value::Missing);
    }

    #[test]
    fn words_with_a_decimal_comma_are_kept_with_a_point() {
        let missing = ["-999,50", "none", "NA", "none", "1,5,5"].map(str::to_owned).to_vec();
        let rules = TextRules { decimal_comma: true, missing };
        assert_eq!(keys(&rules), ["-999.5", "1,5,5", "none"]);
        let kept = Words::of_keys(&keys(&rules));
        for text in ["-999,5", "none", "1,5,5"] {
            let value = Value::from_text(text, &TextRules { missing: Vec::new(), ..rules.clone() });
            assert_eq!(kept.apply(value), Value::Missing, "{text}");
        }
    }

    #[test]
    fn other_values_are_compared_as_well() {
        let words = words(&["1900-01-01", "00ff"]);
        let date = Value::from_text("1900-01-01", words.rules());
        assert_eq!(date, Value::Missing);
        let date = Value::from_text("1900-01-01T00:00", words.rules());
        assert!(matches!(date, Value::Moment(_)), "{date:?}");
        assert_eq!(words.apply(date), Value::Missing);
        assert_eq!(words.apply(Value::Text("00ff".into())), Value::Missing);
        assert_eq!(words.apply(Value::Text("00fe".into())), Value::Text("00fe".into()));
    }
}

//! Words that stand for missing values, where values are no texts.

use crate::value::{TextRules, Value};

/// How texts are understood, and the values that stand for none.
#[derive(Clone, Debug)]
pub(super) struct Words {
    rules: TextRules,
    /// What the words would be as cells of a text.
    values: Vec<Value<'static>>,
}

impl Words {
    pub(super) fn of(rules: &TextRules) -> Self {
        let usual = TextRules::default();
        let values = rules.missing.iter().map(|word| Value::from_text(word, &usual).into_owned());
        let values = values.filter(|value| !value.is_missing()).collect();
        Self { rules: rules.clone(), values }
    }

    /// How texts are understood.
    pub(super) fn rules(&self) -> &TextRules {
        &self.rules
    }

    /// The value, or nothing if a word stands for it: -999.0 where the word is `-999`.
    pub(super) fn apply<'a>(&self, value: Value<'a>) -> Value<'a> {
        if self.values.iter().any(|word| *word == value) {
            Value::Missing
        } else {
            value
        }
    }
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

//! The values of a table's cells. A number has one form, however it was written, so that no two
//! readers, formats or machines disagree about it.

use half::f16;
use std::borrow::Cow;

pub mod decimal;
pub mod moment;

/// What is taken off both ends of a text. All other blanks belong to it.
const BLANKS: [char; 6] = [' ', '\t', '\n', '\u{b}', '\u{c}', '\r'];

/// Words that stand for a missing value, in lower case.
const MISSING: [&str; 8] = ["", "?", "na", "n/a", "nan", "null", "<na>", "#n/a"];

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// There is none.
    Missing,
    /// True or false.
    Truth(bool),
    /// A whole number, also one that was written as `3.0` or `3e0`.
    Integer(i64),
    /// A number that is no [`Integer`](Self::Integer) and has this number's shortest decimal, or an
    /// infinity; never NaN.
    Number(f64),
    /// The [canonical decimal](decimal::canonical) of a number that neither of the two holds.
    Decimal(Cow<'a, str>),
    /// Microseconds since the beginning of 1970 in UTC.
    Moment(i64),
    /// Anything else.
    Text(Cow<'a, str>),
}

/// How texts are understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextRules {
    /// Whether a comma stands in front of the fraction of a number. A point is no number then.
    pub decimal_comma: bool,
    /// Words that stand for a missing value, beside the usual ones. [`Value::from_text`] takes them
    /// exactly as written; readers of tables also take what has the value of one.
    pub missing: Vec<String>,
}

/// The text without the six ASCII blanks at its ends: space, tab, line feed, vertical tab, form
/// feed and carriage return.
pub fn trim(text: &str) -> &str {
    text.trim_matches(BLANKS)
}

impl TextRules {
    fn stand_for_missing(&self, trimmed: &str) -> bool {
        MISSING.iter().any(|word| trimmed.eq_ignore_ascii_case(word))
            || self.missing.iter().any(|word| trimmed == word)
    }

    fn point(&self) -> char {
        if self.decimal_comma {
            ','
        } else {
            '.'
        }
    }
}

impl<'a> Value<'a> {
    /// The value that a text stands for: after [trimming](trim) nothing, a truth value, a number, a
    /// moment in ISO form, or the text itself.
    pub fn from_text(text: &'a str, rules: &TextRules) -> Self {
        let text = trim(text);
        if rules.stand_for_missing(text) {
            return Self::Missing;
        }
        truth(text)
            .or_else(|| number(text, rules.point()))
            .or_else(|| moment::parse(text, moment::DateForm::Iso).map(Self::Moment))
            .unwrap_or(Self::Text(Cow::Borrowed(text)))
    }

    /// The value of a number that is written with a point. What is no number is a text.
    pub fn from_decimal(text: &str) -> Self {
        let text = trim(text);
        number(text, '.').unwrap_or_else(|| Self::Text(Cow::Owned(text.to_owned())))
    }

    /// The nearest number of 64 bits, ties to even: 0 and 1 for truth values, nothing for what is
    /// missing, a moment or a text.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Truth(truth) => Some(f64::from(*truth)),
            Self::Integer(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            Self::Decimal(text) => text.parse().ok(),
            Self::Missing | Self::Moment(_) | Self::Text(_) => None,
        }
    }

    /// The text by which values are told apart, or nothing if the value is missing.
    pub fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Missing => None,
            Self::Truth(true) => Some(Cow::Borrowed("true")),
            Self::Truth(false) => Some(Cow::Borrowed("false")),
            Self::Integer(number) => Some(Cow::Owned(number.to_string())),
            Self::Number(number) => Some(Cow::Owned(decimal::of_f64(*number))),
            Self::Moment(moment) => Some(Cow::Owned(moment::text(*moment))),
            Self::Decimal(text) | Self::Text(text) => Some(Cow::Borrowed(trim(text))),
        }
    }

    /// Whether there is no value.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Whether it is a number of any size. Truth values are none.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Integer(_) | Self::Number(_) | Self::Decimal(_))
    }

    /// The value with texts of its own.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Missing => Value::Missing,
            Self::Truth(truth) => Value::Truth(truth),
            Self::Integer(number) => Value::Integer(number),
            Self::Number(number) => Value::Number(number),
            Self::Decimal(text) => Value::Decimal(Cow::Owned(text.into_owned())),
            Self::Moment(moment) => Value::Moment(moment),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
        }
    }
}

fn truth(text: &str) -> Option<Value<'static>> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    (is("true") || is("false")).then(|| Value::Truth(is("true")))
}

/// The number that a text stands for, with this character in front of its fraction.
fn number(text: &str, point: char) -> Option<Value<'static>> {
    let decimal = decimal::read(text, point);
    decimal.map(of_decimal).or_else(|| infinity(text).map(Value::Number))
}

fn infinity(text: &str) -> Option<f64> {
    let (sign, word) = match text.strip_prefix('-') {
        Some(word) => (-1.0, word),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_infinite = ["inf", "infinity"].iter().any(|name| word.eq_ignore_ascii_case(name));
    is_infinite.then_some(sign * f64::INFINITY)
}

/// The value of a canonical decimal.
fn of_decimal(canonical: String) -> Value<'static> {
    if let Ok(whole) = canonical.parse() {
        return Value::Integer(whole);
    }
    match canonical.parse::<f64>() {
        Ok(nearest) if decimal::of_f64(nearest) == canonical => Value::Number(nearest),
        _ => Value::Decimal(Cow::Owned(canonical)),
    }
}

/// The value of a float's shortest decimal. That of an infinity and NaN is not a decimal.
fn of_float(number: f64, shortest: &str) -> Value<'static> {
    if number.is_nan() {
        return Value::Missing;
    }
    decimal::canonical(shortest).map_or(Value::Number(number), of_decimal)
}

impl From<bool> for Value<'static> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<i64> for Value<'static> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for Value<'static> {
    fn from(number: u64) -> Self {
        Self::from(i128::from(number))
    }
}

impl From<i128> for Value<'static> {
    fn from(number: i128) -> Self {
        match i64::try_from(number) {
            Ok(number) => Self::Integer(number),
            Err(_) => Self::from_decimal(&number.to_string()),
        }
    }
}

impl From<f64> for Value<'static> {
    fn from(number: f64) -> Self {
        if number.is_finite() && number.fract() != 0.0 {
            return Self::Number(number);
        }
        of_float(number, &decimal::shortest(number))
    }
}

/// The value of the shortest decimal, so that 0.1 is 0.1.
impl From<f32> for Value<'static> {
    fn from(number: f32) -> Self {
        of_float(f64::from(number), &decimal::shortest(number))
    }
}

/// The value of the shortest decimal, so that 0.1 is 0.1.
impl From<f16> for Value<'static> {
    fn from(number: f16) -> Self {
        of_float(f64::from(number), &shortest_of_half(number))
    }
}

/// The shortest decimal of a float of 16 bits, which has at most five digits. What is equally near
/// to two of them is rounded to the even one, unless only the larger one is nearer to this float
/// than to the one below it.
fn shortest_of_half(number: f16) -> String {
    let wide = f32::from(number);
    let larger = if wide < 0.0 { wide.next_down() } else { wide.next_up() };
    let is_it = |text: &String| text.parse().is_ok_and(|near| f16::from_f32(near) == number);
    (0usize..5)
        .flat_map(|digits| [wide, larger].map(|near| format!("{near:.digits$e}")))
        .find(is_it)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;

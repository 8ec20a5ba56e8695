//! The parts of an encoding, and what is checked before any of them is used.

use super::{largest, EncodingError, NumberScale};
use crate::{
    metric::Metric,
    names::{self, shown},
    value::{
        decimal,
        moment::{DateForm, Fields},
        TextRules, Value,
    },
};
use nocknock_primitives::model::architecture::MAX_INPUTS;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::HashSet, ops::RangeInclusive};

pub(super) const VERSION: u8 = 1;

const BITS: RangeInclusive<u8> = 1..=16;
const CLASSES: RangeInclusive<usize> = 2..=256;

/// Most words for missing values. Each value is compared with all of them.
pub(super) const MAX_WORDS: usize = 64;

/// An encoding of any origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Form {
    pub(super) version: u8,
    pub(super) inputs: u16,
    pub(super) input_bits: u8,
    pub(super) named: bool,
    pub(super) width: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<String>,
    pub(super) columns: Vec<EncodedColumn>,
    pub(super) target: Target,
    #[serde(default, skip_serializing_if = "Metric::is_accuracy")]
    pub(super) metric: Metric,
}

/// What a model of the data says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Target {
    /// The class of a row.
    Classes { column: String, place: u16, names: Vec<String> },
    /// A number.
    Number {
        column: String,
        place: u16,
        #[serde(with = "decimals")]
        low: f64,
        #[serde(with = "decimals")]
        step: f64,
    },
}

impl Target {
    /// The name of its column.
    pub(super) fn column(&self) -> &str {
        match self {
            Self::Classes { column, .. } | Self::Number { column, .. } => column,
        }
    }

    /// What it is, in words.
    pub(super) fn answer(&self) -> &'static str {
        match self {
            Self::Classes { .. } => "a class",
            Self::Number { .. } => "a number",
        }
    }

    /// The place of its column in the file.
    pub(super) fn place(&self) -> u16 {
        match self {
            Self::Classes { place, .. } | Self::Number { place, .. } => *place,
        }
    }

    fn check(&self) -> Result<(), EncodingError> {
        match self {
            Self::Classes { names, .. } => check_classes(names),
            Self::Number { low, step, .. } if NumberScale::new(*low, *step).is_some() => Ok(()),
            Self::Number { .. } => broken("its targets do not rise, or are not finite".to_owned()),
        }
    }
}

/// A column and how it becomes inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodedColumn {
    /// Name of the column.
    pub name: String,
    /// Its place among the columns of the file, from 0.
    pub place: u16,
    /// How it becomes inputs.
    pub how: How,
}

/// How the values of a column become inputs. [The module](crate::encoding) says exactly what each
/// means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum How {
    /// Numbers by the thresholds that they reach.
    Steps {
        /// The thresholds, which never fall.
        #[serde(with = "thresholds")]
        at: Vec<f64>,
        /// What is no number.
        missing: MissingLevel,
    },
    /// Categories, an input for each of them.
    Choices {
        /// For each category the texts that stand for it.
        values: Vec<Vec<String>>,
        /// Whether an input stands for all others.
        other: bool,
        /// Whether an input stands for missing values.
        missing: bool,
    },
    /// Categories in an order, as levels of one input.
    Ranks {
        /// For each category the texts that stand for it, in the order.
        values: Vec<Vec<String>>,
        /// The level of all others.
        other: u16,
        /// The level of missing values.
        missing: u16,
    },
    /// Categories by their hash.
    Buckets {
        /// Inputs that they share.
        inputs: u16,
        /// Whether one more input stands for missing values.
        missing: bool,
    },
    /// Dates by what a calendar and a clock say about them.
    Date {
        /// The order of day, month and year in texts.
        form: DateForm,
        /// An input each.
        parts: Vec<DatePart>,
        /// Whether one more input stands for missing values.
        missing: bool,
    },
}

/// What the input of a number is if there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingLevel {
    /// The input itself.
    pub level: u16,
    /// Whether one more input tells missing values apart.
    pub flag: bool,
}

/// One input of a date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatePart {
    /// What it tells.
    pub part: Part,
    /// As which level.
    pub levels: Levels,
}

/// What a calendar and a clock say about a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The year.
    Year,
    /// The month, January is 0.
    Month,
    /// The day of the month, the first is 0.
    Day,
    /// The day of the week, Monday is 0.
    Weekday,
    /// The hour.
    Hour,
    /// The minute.
    Minute,
    /// Days since the beginning of 1970.
    Days,
}

/// How a part of a date becomes a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Levels {
    /// By the thresholds that it reaches.
    Steps(#[serde(with = "thresholds")] Vec<f64>),
    /// By a list with a level for each of its values.
    Table(Vec<u16>),
}

/// Thresholds as texts in JSON: unlike numbers, which parsers of JSON may round, they come back bit
/// for bit.
mod thresholds {
    use super::{decimal, decimals::number, Deserialize};
    use serde::{de::Error, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(at.iter().map(|threshold| decimal::of_f64(*threshold)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<f64>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let numbers = texts.iter().map(|text| number(text));
        let expected = "expected the shortest decimals of finite numbers as texts";
        numbers.collect::<Option<_>>().ok_or_else(|| D::Error::custom(expected))
    }
}

/// One number, in the same way.
mod decimals {
    use super::{decimal, Deserialize};
    use serde::{de::Error, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&decimal::of_f64(*number))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = "expected the shortest decimal of a finite number as a text";
        number(&text).ok_or_else(|| D::Error::custom(expected))
    }

    /// The number whose shortest decimal this is.
    pub(super) fn number(text: &str) -> Option<f64> {
        let number: f64 = text.parse().ok()?;
        (number.is_finite() && decimal::of_f64(number) == text).then_some(number)
    }
}

impl Part {
    /// What a calendar or a clock shows.
    pub(super) fn of(self, fields: &Fields) -> i64 {
        match self {
            Self::Year => fields.year,
            Self::Month => fields.month.into(),
            Self::Day => fields.day.into(),
            Self::Weekday => fields.weekday.into(),
            Self::Hour => fields.hour.into(),
            Self::Minute => fields.minute.into(),
            Self::Days => fields.days,
        }
    }

    /// How many values it has, if they come round again.
    pub(super) fn cycle(self) -> Option<usize> {
        match self {
            Self::Year | Self::Days => None,
            Self::Month => Some(12),
            Self::Day => Some(31),
            Self::Weekday => Some(7),
            Self::Hour => Some(24),
            Self::Minute => Some(60),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Days => "days",
        }
    }
}

impl How {
    /// Inputs that it makes.
    pub(super) fn inputs(&self) -> usize {
        match self {
            Self::Steps { missing, .. } => 1 + usize::from(missing.flag),
            Self::Choices { values, other, missing } => {
                values.len() + usize::from(*other) + usize::from(*missing)
            }
            Self::Ranks { .. } => 1,
            Self::Buckets { inputs, missing } => usize::from(*inputs) + usize::from(*missing),
            Self::Date { parts, missing, .. } => parts.len() + usize::from(*missing),
        }
    }

    /// The texts of each category, if it lists them.
    pub(super) fn values(&self) -> &[Vec<String>] {
        match self {
            Self::Choices { values, .. } | Self::Ranks { values, .. } => values,
            Self::Steps { .. } | Self::Buckets { .. } | Self::Date { .. } => &[],
        }
    }

    /// Whether an input tells that a value is missing.
    pub(super) fn tells_missing_apart(&self) -> bool {
        match self {
            Self::Steps { missing, .. } => missing.flag,
            Self::Choices { missing, .. }
            | Self::Buckets { missing, .. }
            | Self::Date { missing, .. } => *missing,
            Self::Ranks { .. } => false,
        }
    }

    /// What it is, in words.
    pub(super) fn describe(&self) -> String {
        let missing = if self.tells_missing_apart() { ", missing ones apart" } else { "" };
        self.in_words() + missing
    }

    fn in_words(&self) -> String {
        match self {
            Self::Steps { at, .. } if at.is_empty() => "always 0".to_owned(),
            Self::Steps { at, .. } => format!("number in {} steps", at.len() + 1),
            Self::Choices { values, other: false, .. } => format!("{} categories", values.len()),
            Self::Choices { values, .. } => format!("{} categories and all others", values.len()),
            Self::Ranks { values, .. } => format!("{} categories in an order", values.len()),
            Self::Buckets { inputs, .. } => format!("categories by hash in {inputs} inputs"),
            Self::Date { parts, .. } => format!("date: {}", part_names(parts)),
        }
    }

    fn check(&self, max: u16) -> Result<(), &'static str> {
        let levels_fit = match self {
            Self::Steps { missing, .. } => missing.level <= max,
            Self::Ranks { other, missing, .. } => (*other).max(*missing) <= max,
            Self::Choices { .. } | Self::Buckets { .. } | Self::Date { .. } => true,
        };
        if !levels_fit {
            return Err("a level exceeds the largest input");
        }
        match self {
            Self::Steps { at, .. } => check_steps(at, max),
            Self::Choices { values, .. } | Self::Ranks { values, .. } => check_values(values),
            Self::Buckets { inputs: 0, .. } => Err("a column has no inputs"),
            Self::Buckets { .. } => Ok(()),
            Self::Date { parts, .. } if parts.is_empty() => Err("a column has no inputs"),
            Self::Date { parts, .. } => parts.iter().try_for_each(|part| part.check(max)),
        }
    }
}

impl DatePart {
    fn check(&self, max: u16) -> Result<(), &'static str> {
        match &self.levels {
            Levels::Steps(at) => check_steps(at, max),
            Levels::Table(table) if Some(table.len()) != self.part.cycle() => {
                Err("a list of levels does not have one for each value")
            }
            Levels::Table(table) if table.iter().any(|level| *level > max) => {
                Err("a level exceeds the largest input")
            }
            Levels::Table(_) => Ok(()),
        }
    }
}

impl EncodedColumn {
    /// Inputs that it takes.
    pub fn inputs(&self) -> usize {
        self.how.inputs()
    }

    /// How it becomes inputs, in words.
    pub fn describe(&self) -> String {
        self.how.describe()
    }
}

impl Form {
    pub(super) fn used_inputs(&self) -> usize {
        self.columns.iter().map(EncodedColumn::inputs).sum()
    }

    pub(super) fn check(&self) -> Result<(), EncodingError> {
        self.check_sizes()?;
        self.check_words()?;
        self.check_columns()?;
        self.target.check()?;
        self.check_metric()
    }

    fn check_metric(&self) -> Result<(), EncodingError> {
        match (&self.target, self.metric) {
            (_, Metric::Accuracy) | (Target::Classes { .. }, Metric::BalancedAccuracy) => Ok(()),
            (Target::Number { .. }, Metric::BalancedAccuracy) => {
                broken("only classes can count the same".to_owned())
            }
        }
    }

    fn check_sizes(&self) -> Result<(), EncodingError> {
        if self.version != VERSION {
            return broken(format!("its version is {}, not {VERSION}", self.version));
        }
        if !BITS.contains(&self.input_bits) || !(1..=MAX_INPUTS).contains(&self.inputs) {
            return broken(format!("there must be 1 to {MAX_INPUTS} inputs of 1 to 16 bits"));
        }
        if self.columns.is_empty() {
            return broken("it has no columns".to_owned());
        }
        let needed = self.used_inputs();
        if needed > usize::from(self.inputs) {
            return Err(EncodingError::TooManyInputs { needed, inputs: self.inputs });
        }
        Ok(())
    }

    fn check_words(&self) -> Result<(), EncodingError> {
        if self.missing.len() > MAX_WORDS {
            return broken(format!("there must be at most {MAX_WORDS} words for missing values"));
        }
        self.missing.iter().try_for_each(|word| check_text(word))?;
        if self.missing.is_sorted_by(|word, next| word < next) {
            Ok(())
        } else {
            broken("words for missing values must rise".to_owned())
        }
    }

    fn check_columns(&self) -> Result<(), EncodingError> {
        let target = (self.target.column(), self.target.place());
        let (mut names, mut places) = (HashSet::new(), HashSet::new());
        let columns = self.columns.iter().map(|column| (column.name.as_str(), column.place));
        for (name, place) in columns.chain([target]) {
            check_text(name)?;
            if !names.insert(name) || !places.insert(place) || u32::from(place) >= self.width {
                return broken(format!("column `{}` has a wrong place or name", shown(name)));
            }
        }
        let max = largest(self.input_bits);
        self.columns.iter().try_for_each(|column| check_column(column, max))
    }
}

fn check_column(column: &EncodedColumn, max: u16) -> Result<(), EncodingError> {
    column.how.values().iter().flatten().try_for_each(|text| check_text(text))?;
    let name = shown(&column.name);
    let fault = column.how.check(max);
    fault.map_err(|fault| EncodingError::Form(format!("{fault} in column `{name}`")))
}

fn check_steps(at: &[f64], max: u16) -> Result<(), &'static str> {
    if at.len() > usize::from(max) {
        return Err("there are more thresholds than levels");
    }
    if at.is_sorted() {
        Ok(())
    } else {
        Err("thresholds must rise")
    }
}

fn check_values(values: &[Vec<String>]) -> Result<(), &'static str> {
    if values.is_empty() || values.iter().any(Vec::is_empty) {
        return Err("a category has no text");
    }
    let mut seen = HashSet::new();
    if values.iter().flatten().all(|text| seen.insert(text)) {
        Ok(())
    } else {
        Err("a text stands for two categories")
    }
}

fn check_classes(names: &[String]) -> Result<(), EncodingError> {
    if !CLASSES.contains(&names.len()) {
        return broken("there must be 2 to 256 classes".to_owned());
    }
    let mut keys = HashSet::new();
    for name in names {
        check_text(name)?;
        if !keys.insert(key_of(name)) {
            return broken(format!("class `{}` is there twice", shown(name)));
        }
    }
    Ok(())
}

/// The key of the value that a text stands for. A word for missing values stands for itself.
fn key_of(text: &str) -> String {
    let rules = TextRules::default();
    let value = Value::from_text(text, &rules);
    value.key().map_or_else(|| text.to_owned(), Cow::into_owned)
}

fn check_text(text: &str) -> Result<(), EncodingError> {
    names::check(text).map_err(|error| {
        EncodingError::Form(format!("`{}` is no usable text, as {error}", shown(text)))
    })
}

fn broken(reason: String) -> Result<(), EncodingError> {
    Err(EncodingError::Form(reason))
}

fn part_names(parts: &[DatePart]) -> String {
    let mut names: Vec<_> = parts.iter().map(|part| part.part.name()).collect();
    names.dedup();
    names.join(", ")
}

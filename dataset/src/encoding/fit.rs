//! Chooses how the columns of a table become inputs.

use super::{
    evaluate::{moment_of, rank, step, Source},
    form::{
        DatePart, EncodedColumn, Form, How, Levels, MissingLevel, Part, Target, MAX_WORDS, VERSION,
    },
    largest,
    levels::{entropy, lost_share, Linear, Spread},
    number::NumberScale,
    share::{shares, shrunk, Wish},
    small, EncodingError, Fitted, FittedColumn, Needs, Range,
};
use crate::{
    metric::Metric,
    names,
    profile::{ColumnProfile, Kind, Labels, Numbers, Profile},
    shape::shape_name,
    table::{Column, Table},
    value::{
        moment::{self, Fields},
        Value,
    },
};
use nocknock_primitives::model::{Architecture, Head};
use std::{borrow::Cow, collections::BTreeMap, f64::consts::TAU};

/// Categories that have an input each. With more, the last one stands for all that are rare.
const MOST_CHOICES: usize = 16;

/// How much more information even steps may lose than steps with equally many rows.
const TOLERATED_LOSS: f64 = 0.05;

/// Different numbers that 4 bits are enough for, if the largest two may be one.
const NARROW: usize = 17;

/// What a date tells, the most important first.
const PARTS: [Part; 5] = [Part::Year, Part::Month, Part::Weekday, Part::Day, Part::Hour];

pub(super) fn fit(
    table: &Table,
    profile: &Profile,
    architecture: &Architecture,
    range: Range,
) -> Result<Fitted, EncodingError> {
    let target = target(profile, architecture)?;
    let max = largest(architecture.input_bits);
    let drafts = dealt(drafts(table, profile, max, range)?, architecture.inputs)?;
    let told = drafts.iter().map(|draft| draft.told(max)).collect();
    let form = Form {
        version: VERSION,
        inputs: architecture.inputs,
        input_bits: architecture.input_bits,
        named: profile.named,
        width: u32::try_from(profile.width).unwrap_or(u32::MAX),
        missing: words(table)?,
        columns: drafts.into_iter().map(Draft::encoded).collect(),
        target,
        metric: Metric::default(),
    };
    Ok(Fitted { encoding: form.try_into()?, told })
}

/// Words that stand for missing values in rows to come as well.
fn words(table: &Table) -> Result<Vec<String>, EncodingError> {
    let words = table.missing_words();
    if words.len() > MAX_WORDS {
        return Err(EncodingError::TooManyWords { found: words.len(), most: MAX_WORDS });
    }
    match words.iter().find(|word| names::check(word).is_err()) {
        Some(word) => Err(EncodingError::Word { word: names::shown(word) }),
        None => Ok(words.to_vec()),
    }
}

/// What models are to say.
fn target(profile: &Profile, architecture: &Architecture) -> Result<Target, EncodingError> {
    match (&profile.labels, &profile.numbers) {
        (Some(labels), _) => Ok(class(labels)),
        (None, Some(numbers)) => number(numbers, architecture),
        (None, None) => Err(EncodingError::NoLabels),
    }
}

fn class(labels: &Labels) -> Target {
    Target::Classes {
        column: labels.column.clone(),
        place: small(labels.place),
        names: labels.classes.clone(),
    }
}

fn number(numbers: &Numbers, architecture: &Architecture) -> Result<Target, EncodingError> {
    let Head::Number { goal, .. } = architecture.head else {
        let shape = shape_name(architecture);
        return Err(EncodingError::Answer { answer: "a number", shape });
    };
    let column = numbers.column.clone();
    let scale = NumberScale::fit(&numbers.known(), numbers.tolerance, goal);
    let Some(scale) = scale else {
        return Err(EncodingError::Tolerance { column });
    };
    let (low, step) = (scale.low(), scale.step());
    Ok(Target::Number { column, place: small(numbers.place), low, step })
}

pub(super) fn needs(table: &Table, profile: &Profile, range: Range) -> Needs {
    // How many levels there are does not change how many inputs there are.
    let drafts = drafts(table, profile, 1, range).unwrap_or_default();
    let is_narrow = drafts.iter().all(Draft::is_narrow);
    Needs {
        inputs: drafts.iter().map(|draft| draft.how.inputs()).sum(),
        least_inputs: drafts.iter().map(|draft| Wish::of(&draft.how).least).sum(),
        bits: if is_narrow { 4 } else { 8 },
    }
}

/// A column of the table and how it may become inputs.
struct Draft<'a> {
    profile: &'a ColumnProfile,
    column: &'a Column,
    how: How,
    /// Which share of the information in its numbers is lost, if it holds numbers.
    lost: Option<f64>,
}

fn drafts<'a>(
    table: &'a Table,
    profile: &'a Profile,
    max: u16,
    range: Range,
) -> Result<Vec<Draft<'a>>, EncodingError> {
    if matches!(range, Range::Quantiles { tail } if !(0.0..0.5).contains(&tail)) {
        return Err(EncodingError::Tail);
    }
    let taken = profile.columns.iter().filter(|column| is_taken(table, column, range));
    let drafts = taken.map(|profile| match table.columns().get(profile.place) {
        Some(column) => Draft::new(profile, column, max, range),
        None => Err(EncodingError::Columns { missing: vec![profile.name.clone()] }),
    });
    drafts.collect()
}

/// A fixed range takes columns without two different values, too, and numbers that count the rows,
/// so that nothing depends on the rows that happen to be there.
fn is_taken(table: &Table, column: &ColumnProfile, range: Range) -> bool {
    let happens_to_be = || match column.kind {
        Kind::Constant | Kind::Empty => true,
        Kind::Identifier => table.columns().get(column.place).is_some_and(holds_numbers),
        _ => false,
    };
    column.used || (matches!(range, Range::Fixed { .. }) && happens_to_be())
}

fn holds_numbers(column: &Column) -> bool {
    column.values().all(|value| value.is_missing() || value.number().is_some())
}

/// Gives each column its share of the inputs.
fn dealt(drafts: Vec<Draft<'_>>, inputs: u16) -> Result<Vec<Draft<'_>>, EncodingError> {
    if drafts.is_empty() {
        return Err(EncodingError::NoInputs);
    }
    let wishes: Vec<Wish> = drafts.iter().map(|draft| Wish::of(&draft.how)).collect();
    let needed: usize = wishes.iter().map(|wish| wish.least).sum();
    let too_many = EncodingError::TooManyInputs { needed, inputs };
    let shares = shares(&wishes, inputs.into()).ok_or(too_many)?;
    let pairs = drafts.into_iter().zip(shares);
    Ok(pairs.map(|(draft, share)| Draft { how: shrunk(draft.how, share), ..draft }).collect())
}

impl<'a> Draft<'a> {
    fn new(
        profile: &'a ColumnProfile,
        column: &'a Column,
        max: u16,
        range: Range,
    ) -> Result<Self, EncodingError> {
        let is_fixed = matches!(range, Range::Fixed { .. });
        if is_fixed && !holds_numbers(column) {
            return Err(EncodingError::NotANumber { column: profile.name.clone() });
        }
        let how = match profile.kind {
            _ if is_fixed => None,
            Kind::Number | Kind::Truth => None,
            Kind::Category => Some(category(profile, column, max)),
            Kind::Date => Some(date(profile, column, max)),
            Kind::Identifier | Kind::Constant | Kind::Prose | Kind::Empty => {
                (!holds_numbers(column)).then(|| hashed(profile))
            }
        };
        match how {
            Some(how) => Ok(Self { profile, column, how, lost: None }),
            None => Self::of_numbers(profile, column, max, range),
        }
    }

    fn of_numbers(
        profile: &'a ColumnProfile,
        column: &'a Column,
        max: u16,
        range: Range,
    ) -> Result<Self, EncodingError> {
        let spread = Spread::of(column.values().filter_map(|value| value.number()));
        let at = thresholds(profile, &spread, max, range)?;
        let lost = Some(spread.lost(&at));
        let missing = if matches!(range, Range::Fixed { .. }) {
            MissingLevel { level: 0, flag: false }
        } else {
            let level = spread.median().map_or(0, |median| step(&at, median, max));
            MissingLevel { level, flag: profile.missing > 0 }
        };
        Ok(Self { profile, column, how: How::Steps { at, missing }, lost })
    }

    fn is_narrow(&self) -> bool {
        match &self.how {
            How::Steps { .. } => self.profile.distinct <= NARROW,
            How::Ranks { values, .. } => values.len() < NARROW,
            How::Choices { .. } | How::Buckets { .. } => true,
            How::Date { .. } => false,
        }
    }

    fn told(&self, max: u16) -> FittedColumn {
        let lost = self.lost.unwrap_or_else(|| lost(self.column, &self.how, max));
        FittedColumn {
            name: self.profile.name.clone(),
            inputs: self.how.inputs(),
            how: self.how.describe(),
            lost,
        }
    }

    fn encoded(self) -> EncodedColumn {
        let (name, place) = (self.profile.name.clone(), small(self.profile.place));
        EncodedColumn { name, place, how: self.how }
    }
}

fn thresholds(
    profile: &ColumnProfile,
    spread: &Spread,
    max: u16,
    range: Range,
) -> Result<Vec<f64>, EncodingError> {
    let (low, high) = match (range, profile.range) {
        (Range::Fixed { low, high }, _) | (_, Some([low, high])) => (low, high),
        _ if profile.kind == Kind::Truth => return Ok(vec![1.0]),
        (Range::Auto, None) => return Ok(automatic(spread, max)),
        (Range::Levels, None) => return Ok(spread.thresholds(max)),
        (Range::MinMax, None) => spread.ends(),
        (Range::Quantiles { tail }, None) => spread.quantiles(tail),
    };
    let linear = Linear { low, high };
    if linear.is_usable() {
        Ok(linear.thresholds(max))
    } else {
        Err(EncodingError::Range { column: profile.name.clone() })
    }
}

fn automatic(spread: &Spread, max: u16) -> Vec<f64> {
    let (low, high) = spread.ends();
    let linear = Linear { low, high };
    let levels = spread.thresholds(max);
    if !linear.is_usable() {
        return levels;
    }
    let even = linear.thresholds(max);
    if spread.lost(&even) <= spread.lost(&levels) + TOLERATED_LOSS {
        even
    } else {
        levels
    }
}

fn category(profile: &ColumnProfile, column: &Column, max: u16) -> How {
    let categories = &profile.categories;
    let ordered = ordered(profile);
    if !ordered.is_empty() {
        return ranks(profile, ordered, max);
    }
    let mut values: Vec<Vec<String>> = categories.iter().map(|it| it.texts.clone()).collect();
    let listed: usize = categories.iter().map(|category| category.rows).sum();
    let present = column.len().saturating_sub(profile.missing);
    let (other, missing) = (listed < present, profile.missing > 0);
    match values.len() {
        0 => hashed(profile),
        2 if !other && !missing => {
            values.sort();
            ranks(profile, values, max)
        }
        1..=MOST_CHOICES => How::Choices { values, other, missing },
        _ => {
            values.truncate(MOST_CHOICES - 1);
            How::Choices { values, other: true, missing }
        }
    }
}

fn hashed(profile: &ColumnProfile) -> How {
    How::Buckets { inputs: small(MOST_CHOICES), missing: profile.missing > 0 }
}

/// The categories in the order that the schema gives.
fn ordered(profile: &ColumnProfile) -> Vec<Vec<String>> {
    let mut values: Vec<Vec<String>> = Vec::new();
    for key in &profile.order {
        let known = profile.categories.iter().find(|category| category.texts.contains(key));
        let texts = known.map_or_else(|| vec![key.clone()], |category| category.texts.clone());
        if !values.contains(&texts) {
            values.push(texts);
        }
    }
    values
}

/// Levels in an order. What is missing or unknown has the level of the row in the middle.
fn ranks(profile: &ColumnProfile, values: Vec<Vec<String>>, max: u16) -> How {
    let rows_of = |texts: &Vec<String>| {
        let same = profile.categories.iter().filter(|category| category.texts == *texts);
        same.map(|category| category.rows).sum::<usize>()
    };
    let rows: Vec<usize> = values.iter().map(rows_of).collect();
    let all: usize = rows.iter().sum();
    let mut before = 0usize;
    let middle = rows.iter().position(|rows| {
        before += *rows;
        before >= all - before
    });
    let middle = rank(middle.unwrap_or_default(), values.len(), max);
    How::Ranks { values, other: middle, missing: middle }
}

fn date(profile: &ColumnProfile, column: &Column, max: u16) -> How {
    let moments = column.values().filter_map(|value| moment_of(&value, profile.date));
    let dates: Vec<Fields> = moments.map(moment::fields).collect();
    let varying = PARTS.into_iter().filter(|part| varies(*part, &dates));
    let mut parts: Vec<DatePart> = varying.flat_map(|part| date_parts(part, &dates, max)).collect();
    if parts.is_empty() {
        parts = date_parts(Part::Year, &dates, max);
    }
    How::Date { form: profile.date, parts, missing: profile.missing > 0 }
}

fn varies(part: Part, dates: &[Fields]) -> bool {
    let first = dates.first().map(|fields| part.of(fields));
    dates.iter().any(|fields| Some(part.of(fields)) != first)
}

/// The inputs of a part: steps, or the two coordinates of a clock's hand if it comes round again.
fn date_parts(part: Part, dates: &[Fields], max: u16) -> Vec<DatePart> {
    let Some(cycle) = part.cycle() else {
        let spread = Spread::of(dates.iter().map(|fields| part.of(fields) as f64));
        return vec![DatePart { part, levels: Levels::Steps(spread.thresholds(max)) }];
    };
    let waves: [fn(f64) -> f64; 2] = [f64::sin, f64::cos];
    let levels = waves.map(|wave| Levels::Table(wave_levels(cycle, wave, max)));
    levels.map(|levels| DatePart { part, levels }).into()
}

fn wave_levels(cycle: usize, wave: fn(f64) -> f64, max: u16) -> Vec<u16> {
    let level = |value: usize| {
        let angle = TAU * value as f64 / cycle as f64;
        // The product lies between 0 and `max`.
        ((wave(angle) + 1.0) / 2.0 * f64::from(max)).round() as u16
    };
    (0..cycle).map(level).collect()
}

/// Which share of the information in a column its inputs lack.
fn lost(column: &Column, how: &How, max: u16) -> f64 {
    let source = Source::new(column, how);
    let (mut kept, mut all) = (BTreeMap::new(), BTreeMap::new());
    for value in column.values() {
        let mut inputs = Vec::new();
        source.push(&value, max, &mut inputs);
        *kept.entry(inputs).or_insert(0u64) += 1;
        *all.entry(owned_key(&value)).or_insert(0u64) += 1;
    }
    lost_share(entropy(kept.into_values()), entropy(all.into_values()))
}

fn owned_key(value: &Value<'_>) -> Option<String> {
    value.key().map(Cow::into_owned)
}

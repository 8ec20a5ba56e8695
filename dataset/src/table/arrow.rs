//! Record batches, which Parquet and Arrow files are read in: one conversion for both.

use super::{
    builder::{Builder, Reader},
    words::Words,
    Place, ReadOptions, TableFault,
};
use crate::{
    names::shown,
    value::{TextRules, Value},
};
use arrow_array::{
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Decimal256Type, Decimal32Type,
        Decimal64Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
        DurationSecondType, Float16Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
        Int8Type, RunEndIndexType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
        Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampNanosecondType, TimestampSecondType, UInt16Type, UInt32Type, UInt64Type,
        UInt8Type,
    },
    Array, RecordBatch,
};
use arrow_schema::{DataType, Schema, SchemaRef, TimeUnit};
use std::borrow::Cow;

/// Columns that a note lists.
const LISTED: usize = 8;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Why a cell has no value, and what to do.
type Reason = &'static str;

const NO_TEXT: Reason = "the bytes are not text in UTF-8; make a text of them or remove the column";
const TOO_FAR: Reason = "the date is too far from today to be kept; correct it or remove it";
const BROKEN: Reason = "the cell refers to no value; write the file anew";
const UNKNOWN: Reason = "its type is not known; convert the column to numbers or texts";

/// A file that is read in record batches.
pub(super) struct Batches<I> {
    schema: SchemaRef,
    batches: I,
    /// Bytes that the file says it has when it is unpacked.
    size: u64,
    memory: u64,
    words: Words,
    fault: fn(String) -> TableFault,
    /// What is left of a batch.
    rest: Option<RecordBatch>,
    /// Rows that were read.
    read: u64,
}

impl<I: Iterator<Item = Result<RecordBatch, TableFault>>> Batches<I> {
    /// A file with this schema. `fault` says what is wrong with a cell.
    pub(super) fn new(
        schema: SchemaRef,
        batches: I,
        options: &ReadOptions,
        fault: fn(String) -> TableFault,
    ) -> Self {
        Self {
            schema,
            batches,
            size: 0,
            memory: options.memory,
            words: Words::of(&options.text),
            fault,
            rest: None,
            read: 0,
        }
    }

    /// The same file, which says that it has so many bytes when it is unpacked.
    pub(super) fn with_size(self, size: u64) -> Self {
        Self { size, ..self }
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, TableFault> {
        match self.rest.take() {
            Some(rest) => Ok(Some(rest)),
            None => self.batches.next().transpose(),
        }
    }

    /// Adds so many rows of a batch and keeps the rest of it.
    fn push(
        &mut self,
        builder: &mut Builder,
        batch: &RecordBatch,
        rows: usize,
    ) -> Result<(), TableFault> {
        let taken = rows.min(batch.num_rows());
        let left = batch.num_rows().saturating_sub(taken);
        self.rest = (left > 0).then(|| batch.slice(taken, left));
        let first_row = self.read.saturating_add(1);
        self.read = self.read.saturating_add(u64::try_from(taken).unwrap_or(u64::MAX));
        push_batch(builder, &batch.slice(0, taken), first_row, &self.words, self.fault)
    }
}

impl<I: Iterator<Item = Result<RecordBatch, TableFault>> + Send> Reader for Batches<I> {
    fn start(&mut self, memory: u64) -> Result<Builder, TableFault> {
        self.memory = memory;
        start(&self.schema, memory)
    }

    fn read(&mut self, builder: &mut Builder, rows: usize) -> Result<bool, TableFault> {
        if rows == usize::MAX && self.size > self.memory {
            return Err(TableFault::OutOfMemory { limit: self.memory });
        }
        while builder.rows() < rows {
            let Some(batch) = self.next_batch()? else {
                return Ok(false);
            };
            self.push(builder, &batch, rows.saturating_sub(builder.rows()))?;
        }
        Ok(true)
    }
}

fn start(schema: &Schema, memory: u64) -> Result<Builder, TableFault> {
    let names: Vec<String> = columns(schema).map(|(_, name)| name.into_owned()).collect();
    let number = names.len();
    let mut builder = Builder::new(Some(names), number, memory)?;
    for note in index_note(schema).into_iter().chain(nested_note(schema)) {
        builder.note(note);
    }
    Ok(builder)
}

/// Places and names of the columns that are read. The index of pandas comes first, as it does in
/// the CSV files that pandas writes.
fn columns(schema: &Schema) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
    let indices = plain(schema).filter_map(|(place, name)| {
        let level = index_level(name)?;
        Some((place, Cow::<str>::Owned(format!("unnamed{level}"))))
    });
    let others = plain(schema).filter(|(_, name)| index_level(name).is_none());
    indices.chain(others.map(|(place, name)| (place, Cow::Borrowed(name))))
}

fn plain(schema: &Schema) -> impl Iterator<Item = (usize, &str)> {
    let fields = schema.fields().iter().enumerate();
    let plain = fields.filter(|(_, field)| is_plain(field.data_type()));
    plain.map(|(place, field)| (place, field.name().as_str()))
}

/// Whether a cell holds one value.
fn is_plain(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_plain(values),
        DataType::RunEndEncoded(_, values) => is_plain(values.data_type()),
        DataType::Interval(_) => false,
        other => !other.is_nested(),
    }
}

/// From 1, the level of the nameless index that pandas writes under this name.
fn index_level(name: &str) -> Option<u32> {
    let level: u32 = name.strip_prefix("__index_level_")?.strip_suffix("__")?.parse().ok()?;
    level.checked_add(1)
}

fn index_note(schema: &Schema) -> Option<String> {
    let levels: Vec<u32> = plain(schema).filter_map(|(_, name)| index_level(name)).collect();
    let names = list(levels.iter().map(|level| format!("unnamed{level}")))?;
    Some(format!(
        "the index that pandas added to the file is read as {names}; write the file with \
         index=False if it says nothing about a row"
    ))
}

fn nested_note(schema: &Schema) -> Option<String> {
    let nested = schema.fields().iter().filter(|field| !is_plain(field.data_type()));
    let names = list(nested.map(|field| shown(field.name())))?;
    Some(format!(
        "left out, as more than one value is in a cell: {names}; write each value into a column of \
         its own to use it"
    ))
}

/// Names in a sentence, if there are any.
fn list(names: impl Iterator<Item = String>) -> Option<String> {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let first = names.get(..LISTED).unwrap_or(&names).join(", ");
    match names.len().saturating_sub(LISTED) {
        0 if names.is_empty() => None,
        0 => Some(first),
        more => Some(format!("{first} and {more} more")),
    }
}

/// Adds the rows of a batch. The first one is this row of the file.
fn push_batch(
    builder: &mut Builder,
    batch: &RecordBatch,
    first_row: u64,
    words: &Words,
    fault: fn(String) -> TableFault,
) -> Result<(), TableFault> {
    let schema = batch.schema();
    let columns: Vec<(&dyn Array, Cow<'_, str>)> = columns(&schema)
        .filter_map(|(place, name)| Some((batch.columns().get(place)?.as_ref(), name)))
        .collect();
    for (row, number) in (0..batch.num_rows()).zip(first_row..) {
        let place = Place::Row(number);
        for (column, (array, name)) in columns.iter().enumerate() {
            let value = value(*array, row, words.rules())
                .map_err(|reason| fault(format!("{place}, column `{}`: {reason}", shown(name))))?;
            builder.push(column, words.apply(value))?;
        }
        builder.end_row(place)?;
    }
    Ok(())
}

/// The value of a cell, whose array is of a [plain](is_plain) type.
fn value<'a>(array: &'a dyn Array, row: usize, rules: &TextRules) -> Result<Value<'a>, Reason> {
    if array.is_null(row) {
        return Ok(Value::Missing);
    }
    match array.data_type() {
        DataType::Null => Ok(Value::Missing),
        DataType::Dictionary(..) => of_dictionary(array, row, rules),
        DataType::RunEndEncoded(..) => of_run(array, row, rules),
        DataType::FixedSizeBinary(_) => {
            Ok(Value::Text(Cow::Owned(hex::encode(array.as_fixed_size_binary().value(row)))))
        }
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            moment(array, row).map(Value::Moment).ok_or(TOO_FAR)
        }
        _ => match bytes(array, row) {
            Some(bytes) => of_bytes(bytes, rules),
            None => seconds(array, row).or_else(|| number(array, row)).ok_or(UNKNOWN),
        },
    }
}

fn of_bytes<'a>(bytes: &'a [u8], rules: &TextRules) -> Result<Value<'a>, Reason> {
    let text = std::str::from_utf8(bytes).map_err(|_| NO_TEXT)?;
    Ok(Value::from_text(text, rules))
}

fn of_dictionary<'a>(
    array: &'a dyn Array,
    row: usize,
    rules: &TextRules,
) -> Result<Value<'a>, Reason> {
    let dictionary = array.as_any_dictionary();
    let place = match number(dictionary.keys(), row) {
        Some(Value::Integer(key)) => usize::try_from(key).map_err(|_| BROKEN)?,
        _ => return Err(BROKEN),
    };
    at(dictionary.values().as_ref(), place, rules)
}

fn of_run<'a>(array: &'a dyn Array, row: usize, rules: &TextRules) -> Result<Value<'a>, Reason> {
    let place = run::<Int16Type>(array, row)
        .or_else(|| run::<Int32Type>(array, row))
        .or_else(|| run::<Int64Type>(array, row));
    at(array.as_any_ree().values().as_ref(), place.ok_or(BROKEN)?, rules)
}

/// The place of the value that a row shares with its neighbours.
fn run<T: RunEndIndexType>(array: &dyn Array, row: usize) -> Option<usize> {
    Some(array.as_run_opt::<T>()?.get_physical_index(row))
}

/// The value at a place that the file tells.
fn at<'a>(values: &'a dyn Array, place: usize, rules: &TextRules) -> Result<Value<'a>, Reason> {
    if place < values.len() {
        value(values, place, rules)
    } else {
        Err(BROKEN)
    }
}

fn native<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> T::Native {
    array.as_primitive::<T>().value(row)
}

/// Texts, also those of which a writer said nothing but that they are bytes.
fn bytes(array: &dyn Array, row: usize) -> Option<&[u8]> {
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).as_bytes(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).as_bytes(),
        DataType::Utf8View => array.as_string_view().value(row).as_bytes(),
        DataType::Binary => array.as_binary::<i32>().value(row),
        DataType::LargeBinary => array.as_binary::<i64>().value(row),
        DataType::BinaryView => array.as_binary_view().value(row),
        _ => return None,
    })
}

/// Truth values and numbers.
fn number(array: &dyn Array, row: usize) -> Option<Value<'static>> {
    Some(match array.data_type() {
        DataType::Boolean => Value::from(array.as_boolean().value(row)),
        DataType::Int8 => Value::from(i64::from(native::<Int8Type>(array, row))),
        DataType::Int16 => Value::from(i64::from(native::<Int16Type>(array, row))),
        DataType::Int32 => Value::from(i64::from(native::<Int32Type>(array, row))),
        DataType::Int64 => Value::from(native::<Int64Type>(array, row)),
        DataType::UInt8 => Value::from(i64::from(native::<UInt8Type>(array, row))),
        DataType::UInt16 => Value::from(i64::from(native::<UInt16Type>(array, row))),
        DataType::UInt32 => Value::from(i64::from(native::<UInt32Type>(array, row))),
        DataType::UInt64 => Value::from(native::<UInt64Type>(array, row)),
        DataType::Float16 => Value::from(native::<Float16Type>(array, row)),
        DataType::Float32 => Value::from(native::<Float32Type>(array, row)),
        DataType::Float64 => Value::from(native::<Float64Type>(array, row)),
        _ => Value::from_decimal(&decimal(array, row)?),
    })
}

fn decimal(array: &dyn Array, row: usize) -> Option<String> {
    Some(match array.data_type() {
        DataType::Decimal32(..) => array.as_primitive::<Decimal32Type>().value_as_string(row),
        DataType::Decimal64(..) => array.as_primitive::<Decimal64Type>().value_as_string(row),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Decimal256(..) => array.as_primitive::<Decimal256Type>().value_as_string(row),
        _ => return None,
    })
}

/// Microseconds since the beginning of 1970 in UTC, if they can be kept. Without a time zone the
/// file's time is taken as it is.
fn moment(array: &dyn Array, row: usize) -> Option<i64> {
    match array.data_type() {
        DataType::Date32 => i64::from(native::<Date32Type>(array, row)).checked_mul(DAY),
        DataType::Date64 => native::<Date64Type>(array, row).checked_mul(1_000),
        DataType::Timestamp(TimeUnit::Second, _) => {
            native::<TimestampSecondType>(array, row).checked_mul(1_000_000)
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            native::<TimestampMillisecondType>(array, row).checked_mul(1_000)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Some(native::<TimestampMicrosecondType>(array, row))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Some(native::<TimestampNanosecondType>(array, row).div_euclid(1_000))
        }
        _ => None,
    }
}

/// Times of the day and durations, as seconds.
fn seconds(array: &dyn Array, row: usize) -> Option<Value<'static>> {
    let time = |time: i32| i64::from(time);
    let (count, unit) = match array.data_type() {
        DataType::Time32(TimeUnit::Second) => {
            (time(native::<Time32SecondType>(array, row)), TimeUnit::Second)
        }
        DataType::Time32(_) => {
            (time(native::<Time32MillisecondType>(array, row)), TimeUnit::Millisecond)
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            (native::<Time64MicrosecondType>(array, row), TimeUnit::Microsecond)
        }
        DataType::Time64(_) => (native::<Time64NanosecondType>(array, row), TimeUnit::Nanosecond),
        DataType::Duration(unit) => (duration(array, row, *unit), *unit),
        _ => return None,
    };
    Some(in_seconds(count, unit))
}

fn duration(array: &dyn Array, row: usize, unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => native::<DurationSecondType>(array, row),
        TimeUnit::Millisecond => native::<DurationMillisecondType>(array, row),
        TimeUnit::Microsecond => native::<DurationMicrosecondType>(array, row),
        TimeUnit::Nanosecond => native::<DurationNanosecondType>(array, row),
    }
}

/// The exact number of seconds.
fn in_seconds(count: i64, unit: TimeUnit) -> Value<'static> {
    let (parts, digits) = match unit {
        TimeUnit::Second => (1, 1),
        TimeUnit::Millisecond => (1_000, 3),
        TimeUnit::Microsecond => (1_000_000, 6),
        TimeUnit::Nanosecond => (1_000_000_000, 9),
    };
    let sign = if count < 0 { "-" } else { "" };
    let count = count.unsigned_abs();
    Value::from_decimal(&format!("{sign}{}.{:0digits$}", count / parts, count % parts))
}

#[cfg(test)]
mod tests;

//! Parquet files with plain columns: numbers, truth values, texts.

use super::{
    builder::{Builder, Cell},
    Place, ReadOptions, Table, TableFault,
};
use ::parquet::{
    errors::ParquetError,
    file::reader::{FileReader, SerializedFileReader},
    record::{Field, Row},
};
use std::{borrow::Cow, fs::File};

pub(super) fn read(file: File, options: &ReadOptions) -> Result<Table, TableFault> {
    let reader = SerializedFileReader::new(file)?;
    let mut builder = Builder::named(columns(&reader)?, &options.label)?;
    let mut number = 0;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        for row in group.get_row_iter(None)? {
            number += 1;
            push(&mut builder, Place::Row(number), &row?)?;
        }
    }
    builder.finish()
}

fn columns(reader: &impl FileReader) -> Result<Vec<String>, TableFault> {
    let schema = reader.metadata().file_metadata().schema();
    let fields = schema.get_fields().iter();
    fields
        .map(|field| {
            if field.is_primitive() {
                Ok(field.name().to_owned())
            } else {
                Err(TableFault::Parquet(format!(
                    "column {:?} holds lists or groups; only plain columns can be read",
                    field.name()
                )))
            }
        })
        .collect()
}

fn push(builder: &mut Builder, place: Place, row: &Row) -> Result<(), TableFault> {
    let cells: Vec<Cell<'_>> = row.get_column_iter().map(|(_, field)| cell(field)).collect();
    builder.push(place, cells.into_iter())
}

fn cell(field: &Field) -> Cell<'_> {
    match field {
        Field::Null => Cell::Missing,
        Field::Bool(value) => Cell::Number(f64::from(*value)),
        Field::Byte(value) => Cell::Number(f64::from(*value)),
        Field::Short(value) => Cell::Number(f64::from(*value)),
        Field::Int(value) => Cell::Number(f64::from(*value)),
        // Beyond 2^53 the nearest number is taken.
        Field::Long(value) => Cell::Number(*value as f64),
        Field::UByte(value) => Cell::Number(f64::from(*value)),
        Field::UShort(value) => Cell::Number(f64::from(*value)),
        Field::UInt(value) => Cell::Number(f64::from(*value)),
        Field::ULong(value) => Cell::Number(*value as f64),
        Field::Float16(value) => Cell::Number(f64::from(*value)),
        Field::Float(value) => Cell::Number(f64::from(*value)),
        Field::Double(value) => Cell::Number(*value),
        Field::Str(text) => Cell::Text(Cow::Borrowed(text.as_str())),
        // Decimals are numbers in their text form; dates and the like are refused as texts.
        other => Cell::Text(Cow::Owned(other.to_string())),
    }
}

impl From<ParquetError> for TableFault {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error.to_string())
    }
}

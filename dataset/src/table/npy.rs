//! Arrays saved by NumPy: two dimensions, rows and columns, of any real type.

use super::{
    builder::{Builder, Cell},
    Place, ReadOptions, Table, TableFault,
};
use npyz::{DType, Deserialize, NpyFile, Order, TypeChar};
use std::io::{BufReader, Read};

pub(super) fn read(source: impl Read, options: &ReadOptions) -> Result<Table, TableFault> {
    let file = NpyFile::new(BufReader::new(source)).map_err(unreadable)?;
    let (rows, columns) = dimensions(file.shape())?;
    let order = file.order();
    let values = numbers(file)?;
    let mut builder = Builder::unnamed(columns, &options.label)?;
    for (row, number) in (0..rows).zip(1..) {
        let place = |column: usize| match order {
            Order::C => row * columns + column,
            Order::Fortran => column * rows + row,
        };
        let cells = (0..columns).map(|column| cell(values.get(place(column))));
        builder.push(Place::Row(number), cells)?;
    }
    builder.finish()
}

fn cell(value: Option<&f64>) -> Cell<'static> {
    value.map_or(Cell::Missing, |value| Cell::Number(*value))
}

/// Rows and columns, whose product is known not to overflow.
fn dimensions(shape: &[u64]) -> Result<(usize, usize), TableFault> {
    let size = |number: u64| usize::try_from(number).ok();
    let sizes = match shape {
        [rows, columns] => size(*rows).zip(size(*columns)),
        _ => None,
    };
    match sizes {
        Some((rows, columns)) if rows.checked_mul(columns).is_some() => Ok((rows, columns)),
        _ => Err(TableFault::Npy(format!(
            "its shape is {shape:?}, but two dimensions are needed, rows and columns; put the \
             classes into the last column"
        ))),
    }
}

fn numbers<R: Read>(file: NpyFile<R>) -> Result<Vec<f64>, TableFault> {
    let kind = match file.dtype() {
        DType::Plain(kind) => (kind.type_char(), kind.size_field()),
        _ => return Err(not_real(&file.dtype())),
    };
    match kind {
        (TypeChar::Float, 8) => collect::<f64, R>(file, |value| value),
        (TypeChar::Float, 4) => collect::<f32, R>(file, f64::from),
        (TypeChar::Int, 1) => collect::<i8, R>(file, f64::from),
        (TypeChar::Int, 2) => collect::<i16, R>(file, f64::from),
        (TypeChar::Int, 4) => collect::<i32, R>(file, f64::from),
        // NumPy's usual integers. Beyond 2^53 the nearest number is taken.
        (TypeChar::Int, 8) => collect::<i64, R>(file, |value| value as f64),
        (TypeChar::Uint, 1) => collect::<u8, R>(file, f64::from),
        (TypeChar::Uint, 2) => collect::<u16, R>(file, f64::from),
        (TypeChar::Uint, 4) => collect::<u32, R>(file, f64::from),
        (TypeChar::Uint, 8) => collect::<u64, R>(file, |value| value as f64),
        (TypeChar::Bool, 1) => collect::<bool, R>(file, f64::from),
        _ => Err(not_real(&file.dtype())),
    }
}

fn collect<T: Deserialize, R: Read>(
    file: NpyFile<R>,
    convert: impl Fn(T) -> f64,
) -> Result<Vec<f64>, TableFault> {
    let values = file.data::<T>().map_err(unreadable)?;
    values.map(|value| value.map(&convert).map_err(unreadable)).collect()
}

fn unreadable(error: impl std::fmt::Display) -> TableFault {
    TableFault::Npy(error.to_string())
}

fn not_real(kind: &DType) -> TableFault {
    TableFault::Npy(format!(
        "its values are of type {}, but whole or real numbers of at most 64 bits are needed; \
         convert it with astype",
        kind.descr()
    ))
}

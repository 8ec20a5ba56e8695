//! Parquet files.
//!
//! The crate that reads them believes what a file says: it allocates by it, follows any nesting and
//! unpacks pages to any size. So everything that it goes by is looked at first, and only the
//! columns that have one value in each cell are given to it.

use super::{arrow::Batches, builder::Reader, ReadOptions, TableFault};
use ::parquet::{
    arrow::{
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
        ProjectionMask,
    },
    basic::{ConvertedType, Repetition},
    errors::ParquetError,
    file::metadata::ParquetMetaData,
    schema::types::{SchemaDescriptor, Type},
};
use arrow_schema::ArrowError;
use std::{fs::File, io, sync::Arc};

mod chunk;
mod compact;
mod footer;
mod lengths;
mod page;
mod unpacked;

/// Opens a Parquet file.
pub(super) fn open(file: File, options: &ReadOptions) -> Result<Box<dyn Reader>, TableFault> {
    let metadata = Arc::new(footer::read(&file, options.memory)?);
    let read = plain_columns(metadata.file_metadata().schema_descr());
    let rows = chunk::batch_rows(&file, &metadata, &read, options.memory)?;
    let size = unpacked_size(&metadata);
    let metadata = ArrowReaderMetadata::try_new(metadata, ArrowReaderOptions::new())?;
    let schema = Arc::clone(metadata.schema());
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    let batches = builder.with_projection(read).with_batch_size(rows).build()?;
    let batches = batches.map(|batch| batch.map_err(fault));
    let batches = Batches::new(schema, batches, options, TableFault::Parquet);
    Ok(Box::new(batches.with_size(size)))
}

/// The columns that have one value in each cell. Others would be left out when they are read.
fn plain_columns(schema: &SchemaDescriptor) -> ProjectionMask {
    let columns = schema.root_schema().get_fields().iter().enumerate();
    let plain = columns.filter(|(_, column)| is_plain(column));
    ProjectionMask::roots(schema, plain.map(|(place, _)| place))
}

fn is_plain(column: &Type) -> bool {
    let info = column.get_basic_info();
    column.is_primitive()
        && info.has_repetition()
        && info.repetition() != Repetition::REPEATED
        && info.converted_type() != ConvertedType::INTERVAL
}

/// Bytes that the file says it has when it is unpacked.
fn unpacked_size(metadata: &ParquetMetaData) -> u64 {
    let sizes = metadata.row_groups().iter().map(|group| group.total_byte_size());
    sizes.fold(0, |sum, size| sum.saturating_add(u64::try_from(size).unwrap_or_default()))
}

fn fault(error: ArrowError) -> TableFault {
    ParquetError::from(error).into()
}

fn cut(error: io::Error) -> TableFault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ends_early(),
        _ => TableFault::Io(error),
    }
}

fn ends_early() -> TableFault {
    unusable("it ends too early")
}

fn damaged() -> TableFault {
    unusable("what it says about itself is damaged")
}

/// What is wrong with a file, and what to do.
fn unusable(reason: &str) -> TableFault {
    TableFault::Parquet(format!("{reason}; write it again with the program that made it"))
}

#[cfg(test)]
mod tests;

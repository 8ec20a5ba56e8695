//! Parquet files.

use super::{arrow::Batches, builder::Reader, ReadOptions, TableFault};
use ::parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder, errors::ParquetError,
    file::metadata::ParquetMetaData,
};
use arrow_schema::ArrowError;
use std::fs::File;

/// Rows that are unpacked at a time.
const BATCH_ROWS: usize = 1_024;

/// Opens a Parquet file.
pub(super) fn open(file: File, options: &ReadOptions) -> Result<Box<dyn Reader>, TableFault> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let size = unpacked_size(builder.metadata());
    let schema = builder.schema().clone();
    let batches = builder.with_batch_size(BATCH_ROWS).build()?;
    let batches = batches.map(|batch| batch.map_err(fault));
    let batches = Batches::new(schema, batches, options, TableFault::Parquet);
    Ok(Box::new(batches.with_size(size)))
}

/// Bytes that the file says it has when it is unpacked.
fn unpacked_size(metadata: &ParquetMetaData) -> u64 {
    let sizes = metadata.row_groups().iter().map(|group| group.total_byte_size());
    sizes.fold(0, |sum, size| sum.saturating_add(u64::try_from(size).unwrap_or_default()))
}

fn fault(error: ArrowError) -> TableFault {
    ParquetError::from(error).into()
}

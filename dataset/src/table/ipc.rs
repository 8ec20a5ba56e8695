//! What Arrow says about its columns, in files of its own and in Parquet files.

use super::TableFault;
use arrow_ipc::{Field, KeyValue, Schema};

/// Bytes, about, that a column takes beside its texts.
const FIELD_BYTES: u64 = 512;

/// Bytes, about, that a pair of texts takes beside them.
const PAIR_BYTES: u64 = 128;

/// Refuses columns that take more than fits in memory when they are kept. A few bytes can describe
/// many, because columns and names may be referred to more than once. Nesting was checked when the
/// bytes were.
pub(super) fn check(schema: Schema<'_>, memory: u64) -> Result<(), TableFault> {
    left(schema, memory).map(|_| ()).ok_or(TableFault::OutOfMemory { limit: memory })
}

/// What is left of the memory.
fn left(schema: Schema<'_>, memory: u64) -> Option<u64> {
    let mut pairs = schema.custom_metadata().into_iter().flatten();
    let left = pairs.try_fold(memory, without_pair)?;
    schema.fields().into_iter().flatten().try_fold(left, without_field)
}

fn without_field(left: u64, field: Field<'_>) -> Option<u64> {
    let left = left.checked_sub(FIELD_BYTES)?.checked_sub(length(field.name()))?;
    let zone = field.type_as_timestamp().and_then(|moment| moment.timezone());
    let left = left.checked_sub(length(zone))?;
    let mut pairs = field.custom_metadata().into_iter().flatten();
    let left = pairs.try_fold(left, without_pair)?;
    field.children().into_iter().flatten().try_fold(left, without_field)
}

fn without_pair(left: u64, pair: KeyValue<'_>) -> Option<u64> {
    let left = left.checked_sub(PAIR_BYTES)?;
    left.checked_sub(length(pair.key()))?.checked_sub(length(pair.value()))
}

fn length(text: Option<&str>) -> u64 {
    text.map_or(0, |text| u64::try_from(text.len()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_ipc::{convert::IpcSchemaEncoder, root_as_schema};
    use arrow_schema::{DataType, Field as Column, Fields, Schema as Columns, TimeUnit};
    use std::collections::HashMap;

    /// Whether these columns are within 8 KiB.
    fn fits(columns: Vec<Column>) -> bool {
        let encoded = IpcSchemaEncoder::new().schema_to_fb(&Columns::new(columns));
        let schema = root_as_schema(encoded.finished_data()).unwrap();
        check(schema, 1 << 13).is_ok()
    }

    fn column(name: &str) -> Column {
        Column::new(name, DataType::Int8, true)
    }

    #[test]
    fn columns_and_their_texts_take_no_more_memory_than_allowed() {
        let long = "x".repeat(1 << 13);
        assert!(fits(vec![column("a"), column("b")]));
        assert!(!fits(vec![column("a"); 16]));
        assert!(!fits(vec![column(&long)]));
        let zone = DataType::Timestamp(TimeUnit::Second, Some(long.as_str().into()));
        assert!(!fits(vec![Column::new("a", zone, true)]));
        let pair = HashMap::from([("key".to_owned(), long.clone())]);
        assert!(!fits(vec![column("a").with_metadata(pair)]));
        let inner: Fields = vec![column(&long)].into();
        assert!(!fits(vec![Column::new("a", DataType::Struct(inner), true)]));
    }
}

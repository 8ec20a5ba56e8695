use nocknock_dataset::{
    table::{Place, TableFault},
    ReadOptions, Table, TableError,
};
use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use std::{fs::File, path::Path, sync::Arc};

const SCHEMA: &str = "message table {
    REQUIRED INT64 count;
    OPTIONAL DOUBLE weight;
    REQUIRED BYTE_ARRAY kind (UTF8);
}";

/// Writes two row groups. A weight that is `None` is missing.
fn write(file: &Path, weights: &[Option<f64>; 2]) {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let properties = Arc::new(properties.build());
    let file = File::create(file).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, properties).unwrap();
    for (weight, kind) in weights.iter().zip(["dog", "cat"]) {
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let written = column.typed::<Int64Type>().write_batch(&[7], None, None);
        written.unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let values: Vec<f64> = weight.iter().copied().collect();
        let levels = [i16::from(weight.is_some())];
        let written = column.typed::<DoubleType>().write_batch(&values, Some(&levels), None);
        written.unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let written =
            column.typed::<ByteArrayType>().write_batch(&[ByteArray::from(kind)], None, None);
        written.unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn read(weights: [Option<f64>; 2]) -> Result<Table, TableError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.parquet");
    write(&file, &weights);
    Table::read(&file, &ReadOptions::default())
}

#[test]
fn plain_columns_of_a_parquet_file_are_read() {
    let table = read([Some(0.25), Some(-1.0)]).unwrap();
    assert_eq!(table.columns(), ["count", "weight"]);
    assert_eq!(table.rows().collect::<Vec<_>>(), [[7.0, 0.25], [7.0, -1.0]]);
    assert_eq!(table.labels().unwrap().classes, ["cat", "dog"]);
    assert_eq!(table.labels().unwrap().of_row, [1, 0]);
}

#[test]
fn a_null_is_a_missing_value() {
    let fault = read([Some(0.25), None]).unwrap_err().fault;
    assert!(matches!(
        fault,
        TableFault::Missing { place: Place::Row(2), column } if column == "weight"
    ));
}

#[test]
fn a_file_that_is_not_parquet_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.parquet");
    std::fs::write(&file, "a,b\n1,2\n").unwrap();
    let error = Table::read(&file, &ReadOptions::default()).unwrap_err();
    assert!(matches!(error.fault, TableFault::Parquet(_)));
}

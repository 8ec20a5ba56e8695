use super::*;
use arrow_array::{
    ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, Date32Array, Date64Array,
    Decimal128Array, Decimal256Array, Decimal32Array, Decimal64Array, DictionaryArray,
    DurationMicrosecondArray, DurationMillisecondArray, DurationNanosecondArray,
    DurationSecondArray, FixedSizeBinaryArray, Float16Array, Float32Array, Float64Array,
    Int16Array, Int32Array, Int64Array, Int8Array, LargeBinaryArray, LargeStringArray, ListArray,
    NullArray, RunArray, StringArray, StringViewArray, Time32MillisecondArray, Time32SecondArray,
    Time64MicrosecondArray, Time64NanosecondArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt16Array,
    UInt32Array, UInt64Array, UInt8Array,
};
use half::f16;
use std::{iter, sync::Arc};

const MEMORY: u64 = 1 << 20;

/// The number type of [`Decimal256Array`].
type Wide = <Decimal256Type as ArrowPrimitiveType>::Native;

fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    RecordBatch::try_from_iter(columns.iter().cloned()).unwrap()
}

fn reader(batch: RecordBatch) -> impl Reader {
    let batches = iter::once(Ok(batch.clone()));
    Batches::new(batch.schema(), batches, &ReadOptions::default(), TableFault::Parquet)
}

fn read(batch: RecordBatch) -> Result<crate::Table, TableFault> {
    let mut reader = reader(batch);
    let mut builder = reader.start(MEMORY)?;
    assert!(!reader.read(&mut builder, usize::MAX)?);
    Ok(builder.take())
}

fn keys_of(column: &crate::table::Column) -> Vec<Option<String>> {
    column.values().map(|value| value.key().map(Cow::into_owned)).collect()
}

fn keys(array: impl Array + 'static) -> Vec<Option<String>> {
    let table = read(batch(&[("a", Arc::new(array))])).unwrap();
    keys_of(&table.columns()[0])
}

/// The only key of an array with one row.
fn key(array: impl Array + 'static) -> String {
    let keys = keys(array);
    assert_eq!(keys.len(), 1);
    keys[0].clone().unwrap()
}

#[test]
fn whole_numbers_of_all_sizes_keep_all_digits() {
    assert_eq!(key(Int8Array::from(vec![i8::MIN])), "-128");
    assert_eq!(key(Int16Array::from(vec![i16::MIN])), "-32768");
    assert_eq!(key(Int32Array::from(vec![i32::MIN])), "-2147483648");
    assert_eq!(key(Int64Array::from(vec![i64::MIN])), "-9223372036854775808");
    assert_eq!(key(UInt8Array::from(vec![u8::MAX])), "255");
    assert_eq!(key(UInt16Array::from(vec![u16::MAX])), "65535");
    assert_eq!(key(UInt32Array::from(vec![u32::MAX])), "4294967295");
    assert_eq!(key(UInt64Array::from(vec![u64::MAX])), "18446744073709551615");
}

#[test]
fn real_numbers_stand_for_their_shortest_decimal() {
    assert_eq!(key(Float16Array::from(vec![f16::from_f32(0.1)])), "0.1");
    assert_eq!(key(Float32Array::from(vec![0.1])), "0.1");
    assert_eq!(key(Float64Array::from(vec![-0.0])), "0");
    assert_eq!(keys(Float64Array::from(vec![f64::NAN])), [None]);
}

#[test]
fn decimals_keep_all_digits() {
    let narrow = Decimal32Array::from(vec![-5]).with_precision_and_scale(9, 2).unwrap();
    assert_eq!(key(narrow), "-0.05");
    let narrow = Decimal64Array::from(vec![1_500]).with_precision_and_scale(18, 3).unwrap();
    assert_eq!(key(narrow), "1.5");
    let digits = 12_345_678_901_234_567_890_123_i128;
    let wide = Decimal128Array::from(vec![digits]).with_precision_and_scale(38, 3).unwrap();
    assert_eq!(key(wide), "12345678901234567890.123");
    let negative_scale = Decimal256Array::from(vec![Wide::from_i128(12)]);
    assert_eq!(key(negative_scale.with_precision_and_scale(76, -2).unwrap()), "1200");
}

#[test]
fn dates_and_moments_are_kept_to_the_microsecond() {
    assert_eq!(key(Date32Array::from(vec![19_753])), "2024-01-31");
    assert_eq!(key(Date64Array::from(vec![19_753 * 86_400_000])), "2024-01-31");
    assert_eq!(key(TimestampSecondArray::from(vec![0])), "1970-01-01");
    let zone = TimestampMillisecondArray::from(vec![1_500]).with_timezone("+02:00");
    assert_eq!(key(zone), "1970-01-01T00:00:01.500000");
    let before = "1969-12-31T23:59:59.999999";
    assert_eq!(key(TimestampMicrosecondArray::from(vec![-1])), before);
    assert_eq!(key(TimestampNanosecondArray::from(vec![-1])), before);
}

#[test]
fn times_and_durations_are_seconds() {
    assert_eq!(key(Time32SecondArray::from(vec![61])), "61");
    assert_eq!(key(Time32MillisecondArray::from(vec![1_500])), "1.5");
    assert_eq!(key(Time64MicrosecondArray::from(vec![1])), "0.000001");
    assert_eq!(key(Time64NanosecondArray::from(vec![1])), "1e-9");
    assert_eq!(key(DurationSecondArray::from(vec![-5])), "-5");
    assert_eq!(key(DurationMillisecondArray::from(vec![-500])), "-0.5");
    assert_eq!(key(DurationMicrosecondArray::from(vec![i64::MIN])), "-9223372036854.775808");
    assert_eq!(key(DurationNanosecondArray::from(vec![0])), "0");
}

#[test]
fn texts_mean_what_they_mean_in_csv() {
    let texts = ["blé", "3.0", "True", "n/a", "2024-01-31", "007"];
    let expected = ["blé", "3", "true", "", "2024-01-31", "007"];
    let expected = expected.map(|key| (!key.is_empty()).then(|| key.to_owned()));
    let bytes = || texts.map(str::as_bytes).to_vec();
    assert_eq!(keys(StringArray::from(texts.to_vec())), expected);
    assert_eq!(keys(LargeStringArray::from(texts.to_vec())), expected);
    assert_eq!(keys(StringViewArray::from(texts.to_vec())), expected);
    assert_eq!(keys(BinaryArray::from(bytes())), expected);
    assert_eq!(keys(LargeBinaryArray::from(bytes())), expected);
    assert_eq!(keys(BinaryViewArray::from(bytes())), expected);
}

#[test]
fn bytes_of_one_length_are_written_in_hexadecimal_and_are_no_number() {
    let array = FixedSizeBinaryArray::try_from_iter([[0u8, 7]].iter()).unwrap();
    let table = read(batch(&[("a", Arc::new(array))])).unwrap();
    assert_eq!(table.columns()[0].get(0), Value::Text("0007".into()));
}

#[test]
fn nulls_are_missing() {
    assert_eq!(keys(NullArray::new(2)), [None, None]);
    let truths = keys(BooleanArray::from(vec![Some(true), Some(false), None]));
    assert_eq!(truths, [Some("true".to_owned()), Some("false".to_owned()), None]);
    assert_eq!(keys(TimestampSecondArray::from(vec![None])), [None]);
    assert_eq!(keys(StringArray::from(vec![None::<&str>])), [None]);
}

#[test]
fn values_that_are_words_for_missing_values_are_missing() {
    let text = TextRules { missing: vec!["-999".to_owned()], ..TextRules::default() };
    let options = ReadOptions { text, ..ReadOptions::default() };
    let batch = batch(&[
        ("a", Arc::new(Int64Array::from(vec![-999, 1]))),
        ("b", Arc::new(Float32Array::from(vec![-999.0, 1.0]))),
        ("c", Arc::new(StringArray::from(vec!["-999", "1"]))),
    ]);
    let batches = iter::once(Ok(batch.clone()));
    let mut reader = Batches::new(batch.schema(), batches, &options, TableFault::Parquet);
    let mut builder = reader.start(MEMORY).unwrap();
    assert!(!reader.read(&mut builder, usize::MAX).unwrap());
    for column in builder.take().columns() {
        assert_eq!(keys_of(column), [None, Some("1".to_owned())], "{}", column.name());
    }
}

#[test]
fn codes_and_runs_are_read_as_their_values() {
    let texts = [Some("x"), Some("x"), None, Some("y")];
    let expected = texts.map(|text| text.map(str::to_owned));
    let codes: DictionaryArray<Int8Type> = texts.into_iter().collect();
    assert_eq!(keys(codes.slice(1, 3)), expected[1..]);
    assert_eq!(keys(codes), expected);
    let runs: RunArray<Int32Type> = texts.into_iter().collect();
    assert_eq!(keys(runs.slice(1, 3)), expected[1..]);
    assert_eq!(keys(runs), expected);
    let short: RunArray<Int16Type> = texts.into_iter().collect();
    assert_eq!(keys(short), expected);
    let long: RunArray<Int64Type> = texts.into_iter().collect();
    assert_eq!(keys(long), expected);
}

#[test]
fn lists_are_left_out_with_a_note() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let table =
        read(batch(&[("points\n", Arc::new(list)), ("a", Arc::new(Int8Array::from(vec![5])))]));
    let table = table.unwrap();
    assert_eq!(table.columns().len(), 1);
    assert_eq!(keys_of(&table.columns()[0]), [Some("5".to_owned())]);
    assert!(table.notes()[0].contains("left out"), "{:?}", table.notes());
    assert!(table.notes()[0].contains("`points `; write"), "{:?}", table.notes());
}

#[test]
fn a_file_of_nothing_but_lists_has_no_columns() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let fault = read(batch(&[("a", Arc::new(list))])).unwrap_err();
    assert!(matches!(fault, TableFault::NoColumns));
}

#[test]
fn the_index_of_pandas_comes_first_and_is_told() {
    let number = |number: i64| Arc::new(Int64Array::from(vec![number]));
    let table = read(batch(&[
        ("a", number(1)),
        ("__index_level_0__", number(2)),
        ("__index_level_1__", number(3)),
        ("__index_level_x__", number(4)),
    ]));
    let table = table.unwrap();
    let columns = table.columns().iter().map(|column| (column.name(), column.get(0)));
    let expected = [("unnamed1", 2), ("unnamed2", 3), ("a", 1), ("__index_level_x__", 4)];
    let expected = expected.map(|(name, number)| (name, Value::Integer(number)));
    assert_eq!(columns.collect::<Vec<_>>(), expected);
    assert!(table.notes()[0].contains("`unnamed1`, `unnamed2`"), "{:?}", table.notes());
}

#[test]
fn a_cell_without_a_value_is_told_with_row_and_column_and_what_to_do() {
    let bytes = BinaryArray::from(vec![&b"a"[..], b"\xff"]);
    let fault = read(batch(&[("a\u{1b}", Arc::new(bytes))])).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "is not a usable Parquet file: row 2, column `a\u{fffd}`: the bytes are not text in UTF-8; \
         make a text of them or remove the column"
    );
    let far = TimestampSecondArray::from(vec![i64::MAX]);
    let fault = read(batch(&[("t", Arc::new(far))])).unwrap_err();
    assert!(fault.to_string().contains("too far"), "{fault}");
}

#[test]
fn a_batch_is_read_in_pieces_and_rows_keep_their_numbers() {
    let bytes = BinaryArray::from(vec![&b"1"[..], b"2", b"3", b"4", b"\xff"]);
    let mut reader = reader(batch(&[("a", Arc::new(bytes))]));
    let mut builder = reader.start(MEMORY).unwrap();
    for first in ["1", "3"] {
        assert!(reader.read(&mut builder, 2).unwrap());
        let table = builder.take();
        assert_eq!(table.len(), 2);
        assert_eq!(table.columns()[0].get(0).key().unwrap(), first);
    }
    let fault = reader.read(&mut builder, 2).unwrap_err();
    assert!(fault.to_string().contains("row 5, column `a`"), "{fault}");
}

#[test]
fn a_size_beyond_memory_is_refused_before_all_is_read_but_not_in_pieces() {
    let batch = batch(&[("a", Arc::new(Int8Array::from(vec![5])))]);
    let batches = iter::once(Ok(batch.clone()));
    let options = ReadOptions::default();
    let reader = Batches::new(batch.schema(), batches, &options, TableFault::Parquet);
    let mut reader = reader.with_size(MEMORY + 1);
    let mut builder = reader.start(MEMORY).unwrap();
    let fault = reader.read(&mut builder, usize::MAX).unwrap_err();
    assert!(matches!(fault, TableFault::OutOfMemory { limit: MEMORY }));
    assert!(reader.read(&mut builder, 1).unwrap());
    assert_eq!(builder.rows(), 1);
}
